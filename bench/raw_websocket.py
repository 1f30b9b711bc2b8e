"""A WebSocket client of a few lines, for what is held open while something else happens (RFC 6455)."""
import socket


class WebSocket:
    def __init__(self, port, path, timeout=10, cookie=""):
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=timeout)
        self.socket.sendall((f"GET {path} HTTP/1.1\r\nHost: localhost:{port}\r\nOrigin: http://localhost:{port}\r\n"
                             "Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
                             "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
                             + (f"Cookie: {cookie}\r\n" if cookie else "") + "\r\n").encode())
        head = b""
        while not head.endswith(b"\r\n\r\n"):
            byte = self.socket.recv(1)
            if not byte:
                raise RuntimeError("the handshake was cut")
            head += byte
        if b" 101 " not in head.split(b"\r\n", 1)[0]:
            raise RuntimeError(head.split(b"\r\n", 1)[0].decode())

    def _read(self, size):
        data = b""
        while len(data) < size:
            piece = self.socket.recv(size - len(data))
            if not piece:
                raise ConnectionError("ended")
            data += piece
        return data

    def receive(self):
        """Opcode and payload of a short frame from the server."""
        first, length = self._read(2)
        return first & 0x0F, self._read(length & 0x7F)

    def echoes(self, text):
        try:
            self.socket.sendall(bytes([0x81, 0x80 | len(text), 0, 0, 0, 0]) + text)
            return self.receive() == (1, text)
        except OSError:
            return False

    def told(self):
        """The code of a Close that has come already; None where none has."""
        self.socket.settimeout(0.1)
        try:
            opcode, payload = self.receive()
        except OSError:
            return None
        finally:
            self.socket.settimeout(10)
        return int.from_bytes(payload[:2], "big") if opcode == 8 else None
