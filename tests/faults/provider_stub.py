"""A provider that does nothing but refresh tokens, and counts how often it was asked to."""
import http.server
import json
import threading


class RefreshingProvider:
    def __init__(self):
        stub = self
        self.refreshes = 0

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self):
                self.answer({"issuer": stub.issuer, "authorization_endpoint": stub.issuer + "/authorize",
                             "token_endpoint": stub.issuer + "/token", "jwks_uri": stub.issuer + "/jwks",
                             "response_types_supported": ["code"], "subject_types_supported": ["public"],
                             "id_token_signing_alg_values_supported": ["RS256"], "keys": []})

            def do_POST(self):
                self.rfile.read(int(self.headers["Content-Length"]))
                with stub.lock:
                    stub.refreshes += 1
                self.answer({"access_token": f"renewed-{stub.refreshes}", "token_type": "Bearer", "expires_in": 3600,
                             "refresh_token": f"refresh-again-{stub.refreshes}"})

            def answer(self, what):
                body = json.dumps(what).encode()
                self.send_response(200)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_):
                pass

        self.lock = threading.Lock()
        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.issuer = f"http://127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def variables(self):
        return {"OIDC_ISSUER": self.issuer, "OIDC_CLIENT_ID": "proof", "OIDC_CLIENT_SECRET": "of no value"}

    def close(self):
        self.server.shutdown()
        self.server.server_close()
