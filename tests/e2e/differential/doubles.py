"""What stands around a router: back-ends that write down what they are asked, and an xsuaa. On loopback, free ports."""
import base64
import hashlib
import json
import secrets
import socket
import socketserver
import threading
import time
import urllib.parse

import client


class Server(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True
    block_on_close = False
    request_queue_size = 64
    tls = None  # a context, for who speaks TLS to the same port: the Node router fetches keys over https only

    def __init__(self, answer):
        self.answer = answer  # (method, target, headers, body) -> (status, headers, body), in the connection's thread
        super().__init__(("127.0.0.1", 0), Connection)
        self.place = f"127.0.0.1:{self.server_address[1]}"
        threading.Thread(target=self.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()

    def handle_error(self, request, client_address):
        pass  # a router that closes a connection is no fault

    def close(self):
        self.shutdown()
        self.server_close()


class Connection(socketserver.StreamRequestHandler):
    disable_nagle_algorithm = True

    def setup(self):
        if Server.tls and self.request.recv(1, socket.MSG_PEEK) == b"\x16":
            self.request = Server.tls.wrap_socket(self.request, server_side=True)
        super().setup()

    def handle(self):
        while True:
            first, headers = client.read_head(self.rfile)
            if first is None:
                return
            method, target, _ = first.split(" ")
            fields = dict(headers)
            if fields.get("upgrade", "").lower() == "websocket":
                self.echo_web_socket(method, target, headers)
                return
            if "expect" in fields:
                self.wfile.write(b"HTTP/1.1 100 Continue\r\n\r\n")
            body = client.read_body(self.rfile, headers, False)
            status, answered, text = self.server.answer(method, target, headers, body.decode("utf-8", "replace"))
            self.write(method, status, answered, text.encode())
            if fields.get("connection", "").lower() == "close":
                return

    def write(self, method, status, headers, body):
        lines = [f"HTTP/1.1 {status} Said", *(f"{name}: {value}" for name, value in headers)]
        has_body = status not in (204, 304)
        if has_body:
            lines.append(f"Content-Length: {len(body)}")
        self.wfile.write("\r\n".join(lines).encode("latin-1") + b"\r\n\r\n" + (body if has_body and method != "HEAD" else b""))

    def echo_web_socket(self, method, target, headers):
        self.server.answer(method, target, headers, "")
        fields = dict(headers)
        chosen = fields.get("sec-websocket-protocol", "").split(",")[0].strip()
        key = fields["sec-websocket-key"] + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
        accept = base64.b64encode(hashlib.sha1(key.encode()).digest()).decode()
        self.wfile.write(("HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                          f"Sec-WebSocket-Accept: {accept}\r\n" +
                          (f"Sec-WebSocket-Protocol: {chosen}\r\n" if chosen else "") + "\r\n").encode())
        head = self.rfile.read(2)
        if len(head) < 2:
            return
        mask = self.rfile.read(4)
        text = self.rfile.read(head[1] & 127)
        self.wfile.write(bytes([0x81, len(text)]) + bytes(byte ^ mask[i % 4] for i, byte in enumerate(text)))


class BackEnd:
    """Answers as the shape says, else with an echo; `heard` is told (name, method, target, headers, body)."""

    def __init__(self, name, answers, heard):
        self.name = name
        self.answers = answers
        self.heard = heard
        self.server = Server(self.answer)

    def answer(self, method, target, headers, body):
        self.heard(self.name, method, target, headers, body)
        path = target.split("?")[0]
        absent = {"status": 503} if self.name == "repository" and path.endswith("/xs-app.json") else {}
        said = self.answers.get(f"{method} {target}", self.answers.get(path, absent))
        fields = [tuple(field) for field in said.get("headers", [])]
        if not any(name.lower() == "content-type" for name, _ in fields) and said.get("status", 200) not in (204, 304):
            fields.append(("Content-Type", "text/plain"))
        text = said.get("body", f"{self.name} {method} {target}")
        return said.get("status", 200), fields, text if isinstance(text, str) else text["text"] * text["times"]


def encode(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


SMALL_PRIMES = [number for number in range(2, 2000) if all(number % other for other in range(2, int(number ** 0.5) + 1))]


def is_prime(number):
    """Miller-Rabin, 20 rounds: enough for a key of a test."""
    if any(number % small == 0 for small in SMALL_PRIMES):
        return False
    odd, twos = number - 1, 0
    while odd % 2 == 0:
        odd, twos = odd // 2, twos + 1
    for _ in range(20):
        power = pow(secrets.randbelow(number - 3) + 2, odd, number)
        if power not in (1, number - 1) and not any(
                (power := pow(power, 2, number)) == number - 1 for _ in range(twos - 1)):
            return False
    return True


def prime(bits):
    while not is_prime(found := secrets.randbits(bits) | (3 << (bits - 2)) | 1) or found % 65537 == 1:
        pass
    return found


def der(tag, content):
    size = len(content)
    length = bytes([size]) if size < 128 else bytes([0x82]) + size.to_bytes(2, "big")
    return bytes([tag]) + length + content


class Key:
    """An RSA key of its own for each run: no key is in the repository."""

    E = 65537

    def __init__(self):
        first, second = prime(1024), prime(1024)
        self.n = first * second
        self.d = pow(self.E, -1, (first - 1) * (second - 1))

    def sign(self, text):
        digest = bytes.fromhex("3031300d060960864801650304020105000420") + hashlib.sha256(text).digest()
        padded = b"\x00\x01" + b"\xff" * (256 - 3 - len(digest)) + b"\x00" + digest
        return pow(int.from_bytes(padded, "big"), self.d, self.n).to_bytes(256, "big")

    def pem(self):
        integer = lambda value: der(2, b"\x00" * (value.bit_length() % 8 == 0) + value.to_bytes((value.bit_length() + 7) // 8, "big"))
        algorithm = bytes.fromhex("300d06092a864886f70d0101010500")
        info = der(0x30, algorithm + der(3, b"\x00" + der(0x30, integer(self.n) + integer(self.E))))
        text = base64.b64encode(info).decode()
        lines = [text[at:at + 64] for at in range(0, len(text), 64)]
        return "-----BEGIN PUBLIC KEY-----\\n" + "\\n".join(lines) + "\\n-----END PUBLIC KEY-----"

    def jwk(self):
        return {"kty": "RSA", "alg": "RS256", "use": "sig", "kid": "one", "e": "AQAB", "n": encode(self.n.to_bytes(256, "big")),
                "value": self.pem().replace("\\n", "\n")}


class Provider:
    """An xsuaa whose users log in by being named (x-user), or with the password `secret`."""

    def __init__(self, users, key):
        self.users = users
        self.key = key
        self.codes = {}
        self.made = {}  # token -> what it is
        self.lock = threading.Lock()
        self.server = Server(self.answer)

    def token(self, user, kind="access token", more=()):
        now = int(time.time())
        about = self.users.get(user, {})
        claims = {"jti": secrets.token_hex(16), "sub": user, "user_id": "id-" + user, "user_name": user, "origin": "sap.default",
                  "email": f"{user}@example.com", "given_name": user.capitalize(), "family_name": "Example",
                  "scope": about.get("scopes", ["openid"]), "client_id": "the-client", "cid": "the-client", "azp": "the-client",
                  "aud": ["the-client", "openid", "shapes!t1"], "zid": "zone-home", "iat": now, "exp": now + 3600,
                  "grant_type": "authorization_code", "iss": f"http://{self.server.place}/oauth/token",
                  "ext_attr": {"enhancer": "XSUAA", "zdn": "home", "subaccountid": "zone-home"},
                  "xs.user.attributes": about.get("attributes", {}), **about.get("claims", {}), **dict(more)}
        head = {"alg": "RS256", "typ": "JWT", "kid": "one", "jku": f"http://{self.server.place}/token_keys"}
        text = ".".join(encode(json.dumps(part).encode()) for part in (head, claims))
        made = text + "." + encode(self.key.sign(text.encode()))
        with self.lock:
            self.made[made] = f"{{{user}'s {kind}}}"
        return made

    def answer(self, method, target, headers, body):
        path, _, query = target.partition("?")
        given = dict(urllib.parse.parse_qsl(query))
        if path == "/oauth/authorize":
            return self.authorize(given, dict(headers).get("x-user", ""))
        if path == "/token_keys":
            return 200, [("Content-Type", "application/json")], json.dumps({"keys": [self.key.jwk()]})
        if path == "/oauth/token":
            return self.grant({**given, **dict(urllib.parse.parse_qsl(body))})
        return 404, [], ""

    def authorize(self, given, user):
        code = secrets.token_hex(8)
        with self.lock:
            self.codes[code] = user, {name: given[name] for name in ("nonce",) if name in given}
        query = urllib.parse.urlencode({"code": code, **({"state": given["state"]} if "state" in given else {})})
        redirect = given["redirect_uri"]
        return 302, [("Location", redirect + ("&" if "?" in redirect else "?") + query)], ""

    def grant(self, given):
        user, more = None, {}
        if given.get("grant_type") == "authorization_code":
            with self.lock:
                user, more = self.codes.pop(given.get("code"), (None, {}))
        elif given.get("grant_type") == "password" and given.get("password") == "secret":
            user = given.get("username")
        elif given.get("grant_type") in ("client_credentials", "user_token"):
            user = "the-client"
        if user is None:
            return 401, [("Content-Type", "application/json")], '{"error":"invalid_grant"}'
        answer = {"access_token": self.token(user), "token_type": "bearer", "expires_in": 3599, "jti": secrets.token_hex(8),
                  "id_token": self.token(user, "id token", more), "refresh_token": secrets.token_hex(16),
                  "scope": " ".join(self.users.get(user, {}).get("scopes", ["openid"]))}
        return 200, [("Content-Type", "application/json")], json.dumps(answer)
