"""An identity provider that is away or misbehaves: docs/contract/reliability.md L1 and L2."""
import concurrent.futures
import http.server
import json
import threading
import time
import urllib.parse

import machinery
from figure import Router, ask_in_windows, eventually
from one_request import request

PRIVATE = {"source": "^/private/(.*)$", "target": "/$1", "destination": "small", "authenticationType": "oidc"}


class Provider(http.server.ThreadingHTTPServer):
    """Discovery works; the token endpoint does what `token` does with the request."""

    daemon_threads = True
    allow_reuse_address = True
    request_queue_size = 256

    def __init__(self, port, token=None):
        self.issuer = f"http://127.0.0.1:{port}"
        self.token = token
        self.token_calls = 0
        super().__init__(("127.0.0.1", port), Handler)
        threading.Thread(target=self.serve_forever, daemon=True).start()

    def handle_error(self, *_):
        pass  # the router hangs up on a slow answer: that is what is tried

    def document(self):
        return {"issuer": self.issuer, "authorization_endpoint": self.issuer + "/authorize",
                "token_endpoint": self.issuer + "/token", "jwks_uri": self.issuer + "/jwks",
                "response_types_supported": ["code"], "subject_types_supported": ["public"],
                "id_token_signing_alg_values_supported": ["RS256"]}


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *_):
        pass

    def answer(self, status, body):
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def do_GET(self):
        document = self.server.document() if "openid-configuration" in self.path else {"keys": []}
        self.answer(200, json.dumps(document).encode())

    def do_POST(self):
        self.rfile.read(int(self.headers.get("Content-Length", 0)))
        self.server.token_calls += 1
        self.server.token(self)


def variables(port):
    return {"OIDC_ISSUER": f"http://127.0.0.1:{port}", "OIDC_CLIENT_ID": "figures", "OIDC_CLIENT_SECRET": "of-no-value",
            "PRESERVE_FRAGMENT": "false"}


def provider_away(bench, sheet):
    port = machinery.free_port()
    router = Router(bench, "provider-away", variables(port), routes=[PRIVATE])
    sheet.equals("a public route: status", request(router.port, "/small/").status, 200)
    away = request(router.port, "/private/")
    sheet.equals("a login: status", away.status, 503)
    sheet.says("its page names the provider", f"127.0.0.1:{port}" in away.body or "identity provider" in away.body.lower())
    time.sleep(1 if sheet.quick else 20)  # the back-off grows
    provider = Provider(port)
    took = eventually(lambda: request(router.port, "/private/").status == 302, 65)
    provider.shutdown()
    sheet.at_most("logins work again after the provider is back, no restart", took if took is not None else 1e9, 60, "s")
    sheet.equals("the same process serves", router.process.poll(), None)


def hangs(handler):
    time.sleep(30)


def drips(handler):
    handler.send_response(200)
    handler.send_header("Content-Type", "application/json")
    handler.send_header("Content-Length", "1000")
    handler.end_headers()
    for _ in range(60):
        handler.wfile.write(b"{")
        time.sleep(1)


def swells(handler):
    handler.send_response(200)
    handler.send_header("Content-Type", "application/json")
    handler.send_header("Content-Length", str(10 << 20))
    handler.end_headers()
    for _ in range(160):
        handler.wfile.write(b" " * (64 << 10))


FAULTS = {"500": lambda handler: handler.answer(500, b"{}"), "hangs": hangs, "1 byte/s": drips, "10 MiB": swells}


def callback(port):
    """A login that comes back with a code, twice: status and seconds of the first time."""
    sent = request(port, "/private/")
    state = urllib.parse.parse_qs(urllib.parse.urlsplit(sent.location).query)["state"][0]
    cookies = "; ".join(sent.cookies)
    began = time.monotonic()
    path = "/login/callback?" + urllib.parse.urlencode({"code": "c", "state": state})
    status, seconds = request(port, path, cookies, timeout=60).status, time.monotonic() - began
    request(port, path, cookies, timeout=60)
    return status, seconds


def slow_provider(bench, sheet):
    count = 5 if sheet.quick else 50
    provider = Provider(machinery.free_port())
    router = Router(bench, "slow-provider", variables(provider.server_port), routes=[PRIVATE])
    eventually(lambda: request(router.port, "/private/").status == 302, 10)
    for name, token in FAULTS.items():
        if sheet.quick and name in ("hangs", "1 byte/s"):
            continue
        provider.token, provider.token_calls = token, 0
        quiet = ask_in_windows(bench, router.port, connections=16, rate=500, seconds=1.5 if sheet.quick else 6, path="/small/")
        machinery.forget_peak(router.pid)
        before = router.rss_kib()
        with concurrent.futures.ThreadPoolExecutor(count) as pool:
            logins = [pool.submit(callback, router.port) for _ in range(count)]
            time.sleep(0.3)
            beside = ask_in_windows(bench, router.port, connections=16, rate=500, seconds=1.5 if sheet.quick else 6, path="/small/")
            logins = [login.result() for login in logins]
        growth = machinery.resident_kib(router.pid, peak=True) - before
        sheet.equals(f"{name}: logins answered with 502 or 504", sum(status in (502, 504) for status, _ in logins), count)
        sheet.at_most(f"{name}: the slowest of {count}", max(seconds for _, seconds in logins), 10, "s")
        sheet.equals(f"{name}: calls of the token endpoint, each login repeated", provider.token_calls, count)
        sheet.at_most(f"{name}: memory of a pending login", max(0, growth) / count, 1024, "KiB")
        sheet.equals(f"{name}: others' requests that failed", beside["failed"], 0)
        sheet.note(f"{name}: others' p99 without and with", f"{quiet['p99_ms']:.3f} and {beside['p99_ms']:.3f}", "ms")
        sheet.at_most(f"{name}: others' p99, times that without", beside["p99_ms"] / quiet["p99_ms"], 1.2, by_speed=True)
    provider.shutdown()
