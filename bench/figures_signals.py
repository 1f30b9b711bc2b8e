"""Login and logout beside a flood of security event tokens, right ones and wrong ones (docs/contract/signals.md "In")."""
import base64
import http.server
import json
import pathlib
import subprocess
import sys
import threading
import time

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, utils

import machinery
from figures_abuse import WINDOWS, Visitors, p99s, start

RATE = 10_000
AUDIENCE = "https://app.example.com"
REVOKED = "https://schemas.openid.net/secevent/caep/event-type/session-revoked"


def encoded(data):
    return base64.urlsafe_b64encode(data if isinstance(data, bytes) else json.dumps(data).encode()).decode().rstrip("=")


class Transmitter:
    """Publishes its key, and signs."""

    def __init__(self):
        self.key = ec.generate_private_key(ec.SECP256R1())
        numbers = self.key.public_key().public_numbers()
        self.issuer = f"http://127.0.0.1:{machinery.free_port()}"
        jwk = {"kty": "EC", "crv": "P-256", "alg": "ES256", "use": "sig", "kid": "k",
               "x": encoded(numbers.x.to_bytes(32, "big")), "y": encoded(numbers.y.to_bytes(32, "big"))}
        documents = {"/.well-known/ssf-configuration": {"issuer": self.issuer, "jwks_uri": self.issuer + "/keys"},
                     "/keys": {"keys": [jwk]}}

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                body = json.dumps(documents.get(self.path, {})).encode()
                self.send_response(200)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", int(self.issuer.rsplit(":", 1)[1])), Handler)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def token(self, number):
        claims = {"iss": self.issuer, "aud": AUDIENCE, "iat": int(time.time()), "jti": f"flood-{number}",
                  "sub_id": {"format": "email", "email": f"nobody{number}@example.com"}, "events": {REVOKED: {}}}
        signed = encoded({"alg": "ES256", "kid": "k", "typ": "secevent+jwt"}) + "." + encoded(claims)
        r, s = utils.decode_dss_signature(self.key.sign(signed.encode(), ec.ECDSA(hashes.SHA256())))
        return signed + "." + encoded(r.to_bytes(32, "big") + s.to_bytes(32, "big"))


def request(token, address):
    return "\r\n".join(["POST /signals HTTP/1.1", "Host: localhost", "Content-Type: application/secevent+jwt",
                        f"X-Forwarded-For: {address}", f"Content-Length: {len(token)}", "", token])


class Flood:
    def __init__(self, file, port):
        script = pathlib.Path(__file__).parent / "signal_flood.py"
        self.process = subprocess.Popen([sys.executable, str(script), str(file), str(port), str(RATE)],
                                        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def __enter__(self):
        self.process.stdout.readline()
        return self

    def __exit__(self, *_):
        self.process.stdin.close()
        self.counts = json.loads(self.process.stdout.readline() or "{}")
        self.process.wait(20)


def signal_flood(bench, sheet):
    seconds = 1 if sheet.quick else 10
    transmitter = Transmitter()
    router, address = start(bench, "signal-flood", descriptor={
        "signals": {"endpoint": "/signals", "transmitters": [{"issuer": transmitter.issuer, "audience": AUDIENCE}]}})
    right = [transmitter.token(number) for number in range(2000)]
    kinds = {"right ones": right, "wrong signatures": [token[:-8] + "AAAAAAAA" for token in right]}
    visitors = Visitors(address)
    visitors.visits(1)
    for name, tokens in kinds.items():
        file = bench.state / "flood.json"
        file.write_text(json.dumps([request(token, "203.0.113.66") for token in tokens]))
        quiet, beside, answered = [], [], 0
        for _ in range(WINDOWS):
            quiet += visitors.visits(seconds / WINDOWS)
            with Flood(file, router.port) as flood:
                beside += visitors.visits(seconds / WINDOWS)
            answered += sum(flood.counts.values())
        sheet.equals(f"{name}: visits that failed", visitors.failed, 0)
        visitors.failed = 0
        for part, without, along in zip(("login", "logout"), p99s(quiet), p99s(beside)):
            sheet.note(f"{name}: {part} p99 without and with", f"{without:.2f} and {along:.2f}", "ms")
            sheet.at_most(f"{name}: {part} p99, times that without", along / without, 2, by_speed=True)
        sheet.note(f"{name}: tokens answered", answered)
        sheet.note(f"{name}: last answers", json.dumps(flood.counts))
    sheet.equals("the same process serves", router.process.poll(), None)
