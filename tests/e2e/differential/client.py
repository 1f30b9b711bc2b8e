"""One request over one connection, as bytes: what a router answers, and how a browser keeps its cookies."""
import dataclasses
import os
import socket
import zlib

PATIENCE = 8  # seconds


@dataclasses.dataclass
class Answer:
    status: int
    headers: list  # of (lower-case name, value), as they came
    body: bytes

    def header(self, name):
        return ", ".join(value for field, value in self.headers if field == name)


def read_head(stream):
    """First line and fields; absent at the end of the stream."""
    first = stream.readline().decode("latin-1").rstrip("\r\n")
    if not first:
        return None, []
    headers = []
    while (line := stream.readline().decode("latin-1").rstrip("\r\n")):
        name, _, value = line.partition(":")
        headers.append((name.lower(), value.strip()))
    return first, headers


def read_body(stream, headers, until_end):
    fields = dict(headers)
    if "chunked" in fields.get("transfer-encoding", ""):
        body = b""
        while (size := int(stream.readline().split(b";")[0].strip() or b"0", 16)):
            body += stream.read(size)
            stream.readline()
        while stream.readline().strip():
            pass  # trailers
        return body
    if "content-length" in fields:
        return stream.read(int(fields["content-length"]))
    return stream.read() if until_end else b""


def text_of(answer):
    """The body without its content coding; one that is not known stays as it is."""
    if answer.header("content-encoding") == "gzip" and answer.body:
        return zlib.decompress(answer.body, 47).decode("utf-8", "replace")
    return answer.body.decode("utf-8", "replace")


def ask(*request, **more):
    """What is asked may go unanswered: that is status 0, and the body says why."""
    try:
        return send(*request, **more)
    except TimeoutError:
        return Answer(0, [], b"{silence}")
    except ConnectionError:
        return Answer(0, [], b"{closed}")


def send(place, method, target, headers=(), body="", host=None):
    host_name, port = place.split(":")
    names = {name.lower() for name, _ in headers}
    lines = [f"{method} {target} HTTP/1.1"]
    if "host" not in names:
        lines.append(f"Host: {host or place}")
    lines += [f"{name}: {value}" for name, value in headers]
    if method == "ws":
        return open_web_socket(host_name, int(port), ["GET" + lines[0][2:], *lines[1:]])
    lines.append("Connection: close")
    if body:
        lines.append(f"Content-Length: {len(body.encode())}")
    with socket.create_connection((host_name, int(port)), PATIENCE) as connection:
        connection.sendall(("\r\n".join(lines) + "\r\n\r\n" + body).encode("utf-8"))
        stream = connection.makefile("rb")
        return read_answer(stream, method)


def read_answer(stream, method):
    while True:
        first, fields = read_head(stream)
        if first is None:
            return Answer(0, [], b"{closed}")
        status = int(first.split(" ")[1])
        if status >= 200 or status == 101:
            break
    has_body = method != "HEAD" and status not in (101, 204, 304)
    return Answer(status, fields, read_body(stream, fields, True) if has_body else b"")


def open_web_socket(host, port, lines):
    """The answer to the upgrade; where it is 101, its body is what came back for `hello`."""
    lines += ["Connection: Upgrade", "Upgrade: websocket", "Sec-WebSocket-Version: 13",
              "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA=="]
    with socket.create_connection((host, port), PATIENCE) as connection:
        connection.sendall(("\r\n".join(lines) + "\r\n\r\n").encode())
        stream = connection.makefile("rb")
        answer = read_answer(stream, "ws")
        if answer.status == 101:
            mask = os.urandom(4)
            text = bytes(byte ^ mask[index % 4] for index, byte in enumerate(b"hello"))
            connection.sendall(bytes([0x81, 0x85]) + mask + text)
            head = stream.read(2)
            answer.body = stream.read(head[1] & 127) if len(head) == 2 else b""
            connection.sendall(bytes([0x88, 0x80]) + mask)
        return answer


class Browser:
    """Cookies of one host, as a browser keeps them; and the last CSRF token it was given."""

    def __init__(self):
        self.cookies = {}
        self.csrf = ""

    def take(self, answer):
        for name, value in answer.headers:
            if name == "set-cookie":
                self.keep(value)
            elif name == "x-csrf-token" and value.lower() != "required":
                self.csrf = value

    def keep(self, text):
        pair, *attributes = text.split(";")
        name, _, value = pair.partition("=")
        words = {part.strip().lower().replace(" ", "") for part in attributes}
        if "max-age=0" in words or any(word.startswith("expires=") and "1970" in word for word in words):
            self.cookies.pop(name, None)
        else:
            self.cookies[name] = value

    def headers(self):
        pairs = [f"{name}={value}" for name, value in self.cookies.items()]
        return [("Cookie", "; ".join(pairs))] if pairs else []
