"""What a stranger can send to every public door, a request at a time: the attacks of tests/e2e/abuse_test.cpp, for the
figures. Alone: a process that sends one of them.

    attacks.py NAME PORT PER_SECOND      until its input ends; then prints how many it sent
"""
import base64
import collections
import os
import select
import socket
import sys
import time

LARGE = 63 * 1024
QUERY = 6 * 1024
CUSTOMER = "e0a70b4f-1eef-4856-bcdb-f050fee66aae"
CLIENT = "a123ef65-83dc-4094-a09a-76e1bec424e7"

JSON_KINDS = [('{"a":1', ',"":0', "}"), ('{"a":1', ',"iss":"x"', "}"), ("[{}", ",{}", "]"), ("[", "[", ""),
              ('{"a":', '{"a":', ""), ("[1", ",1e999", "]"), ('{"iss":"', "\\u00e4", '"}'), ('{"aud":["x"', ',"x"', "]}")]


def hostile_json(number, size):
    begin, again, end = JSON_KINDS[number % len(JSON_KINDS)]
    return begin + again * ((size - len(begin) - len(end)) // len(again)) + end


def base64url(text):
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def hostile_token(number, size):
    part = base64url(hostile_json(number // 2, size * 3 // 4 - 100))
    if number % 2:
        return part + "." + base64url("{}") + ".c2ln"
    return base64url('{"alg":"RS256","kid":"k","typ":"logout+jwt"}') + "." + part + ".c2ln"


def get(path, *fields):
    return "\r\n".join([f"GET {path} HTTP/1.1", "Host: localhost", *fields, "", ""])


def post(path, body, kind="application/x-www-form-urlencoded", *fields):
    return "\r\n".join([f"POST {path} HTTP/1.1", "Host: localhost", f"Content-Type: {kind}", f"Content-Length: {len(body)}", *fields,
                        "", body])


def end_session(number):
    path = "/oauth2/connect/endSession"
    if number % 2:
        return post(path, "id_token_hint=" + hostile_token(number // 2, LARGE))
    return get(path + "?id_token_hint=" + hostile_token(number // 2, QUERY))


def revoke(number):
    token = hostile_token(number // 2, LARGE) if number % 2 else f"opaque-{number}"
    return post(f"/{CUSTOMER}/token/revoke", f"client_id={CLIENT}&token={token}")


def callback(number):
    return get(f"/login/callback?code=c{number}&state=" + ("s" * QUERY if number % 3 == 0 else f"s{number}"),
               f"Cookie: xs_login_{number}=" + "c" * 1000)


def log_out(number):
    cookies = "; ".join("JSESSIONID=" + chr(97 + (number + i) % 26) * 43 for i in range(40))
    hosted = f"/{CUSTOMER}/auth-ui/logout?client_id={number}&redirect_uri=https://evil.example/"
    return get(hosted if number % 2 else f"/my/logout?x={number}", "Cookie: " + cookies)


def session_script(number):
    cookie = f"Cookie: JSESSIONID={'x' * 40}{number}"
    path = ["/xs-router/session", "/xs-router/session/events", "/xs-router/session.js"][number % 3]
    return get(path, cookie)


def files(number):
    return get("/assets/script.js", "Accept-Encoding: " + ["gzip", "br", "identity", "br;q=0.5, gzip;q=0.9"][number % 4])


def small_pieces(number):
    if number % 2:
        return get("/assets/small.txt") * 200
    return ("POST /small/up HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n" + "1\r\nx\r\n" * 5000
            + "0\r\n\r\n")


def sockets(number):
    return get(["/websocket/echo", "/app/socket"][number % 2], "Connection: Upgrade", "Upgrade: websocket",
               "Origin: https://evil.example", "Sec-WebSocket-Version: 13",
               "Sec-WebSocket-Key: " + ("short" if number % 3 == 0 else "dGhlIHNhbXBsZSBub25jZQ=="))


ATTACKS = {
    "back-channel": lambda number: post("/my/back-channel", "logout_token=" + hostile_token(number, LARGE)),
    "front-channel": lambda number: get(f"/my/front-channel?iss=https://idp.example&sid={'s' * (QUERY if number % 3 == 0 else 9)}{number}"),
    "end-session": end_session,
    "revoke": revoke,
    "rest-login": lambda number: post("/json/realms/root/realms/alpha/authenticate", hostile_json(number, LARGE), "application/json"),
    "passwords": lambda number: post("/json/realms/root/realms/alpha/authenticate", "", "application/json",
                                     f"X-OpenAM-Username: victim{number % 50}", f"X-OpenAM-Password: guess{number}"),
    "callback": callback,
    "begun-logins": lambda number: get(f"/app/{number}?q=" + "q" * 500, "Accept: text/html", "Sec-Fetch-Mode: navigate"),
    "logout": log_out,
    "session.js": session_script,
    "files": files,
    "small-pieces": small_pieces,
    "websockets": sockets,
}


def request(name, number):
    """Every other one from one address, the rest each from one of its own."""
    address = f"198.19.{number // 250 % 250}.{number % 250 + 1}" if number % 2 else "203.0.113.66"
    head, rest = ATTACKS[name](number // 2).split("\r\n", 1)
    return f"{head}\r\nX-Forwarded-For: {address}\r\n{rest}".encode()


class Sender:
    """Open connections, one a request. Answers are read as they come, and thrown away."""

    def __init__(self, port, most=150):
        self.port, self.most, self.sent = port, most, 0
        self.open = collections.deque()

    def send(self, data):
        client = socket.create_connection(("127.0.0.1", self.port), timeout=1)
        try:
            client.sendall(data)
        except OSError:
            pass  # it is a stranger's
        client.setblocking(False)
        self.sent += 1
        self.open.append(client)
        self.read()

    def read(self):
        for client in list(self.open):
            try:
                if not client.recv(1 << 16):
                    self._drop(client)
            except BlockingIOError:
                pass
            except OSError:
                self._drop(client)
        while len(self.open) > self.most:
            self._drop(self.open[0])

    def _drop(self, client):
        client.close()
        self.open.remove(client)


def main():
    os.nice(19)  # a stranger has a machine of his own
    name, port, rate = sys.argv[1], int(sys.argv[2]), float(sys.argv[3])
    prepared = [request(name, number) for number in range(400)]  # so that sending costs next to nothing
    sender, began = Sender(port), time.monotonic()
    print("ready", flush=True)
    while not select.select([sys.stdin], [], [], max(0.0, began + sender.sent / rate - time.monotonic()))[0]:
        try:
            sender.send(prepared[sender.sent % len(prepared)])
        except OSError:
            sender.sent += 1  # refused: the next one
    print(sender.sent)


if __name__ == "__main__":
    main()
