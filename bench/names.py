"""A name server of one's own (NAME_SERVERS): some names are silent, some slow, the rest is 127.0.0.1."""
import socket
import struct
import threading
import time

SLOW_SECONDS = 1.5


def name_of(query):
    labels, at = [], 12
    while query[at]:
        labels.append(query[at + 1:at + 1 + query[at]].decode("latin-1"))
        at += query[at] + 1
    return ".".join(labels), at + 5


def answer(query):
    name, end = name_of(query)
    is_address = struct.unpack("!H", query[end - 4:end - 2])[0] == 1
    head = query[:2] + struct.pack("!HHHHH", 0x8180, 1, int(is_address), 0, 0) + query[12:end]
    return name, head + (struct.pack("!HHHIH", 0xC00C, 1, 1, 1, 4) + bytes([127, 0, 0, 1]) if is_address else b"")


class NameServer:
    def __init__(self):
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.bind(("127.0.0.1", 0))
        self.address = f"127.0.0.1:{self.socket.getsockname()[1]}"
        self.asked = 0
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self):
        while True:
            try:
                query, peer = self.socket.recvfrom(2048)
                name, reply = answer(query)
            except (OSError, IndexError, struct.error):
                if self.socket.fileno() < 0:
                    return
                continue
            self.asked += 1
            if name.startswith("silent"):
                continue
            if name.startswith("slow"):
                threading.Timer(SLOW_SECONDS, self._send, (reply, peer)).start()
            else:
                self._send(reply, peer)

    def _send(self, reply, peer):
        try:
            self.socket.sendto(reply, peer)
        except OSError:
            time.sleep(0)  # closed meanwhile

    def close(self):
        self.socket.close()
