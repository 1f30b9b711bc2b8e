"""Applications of the HTML5 repository: two subscribers in turns, and a repository that does harm (docs/contract/html5.md
section 1). Provider, authorization server, repository and back-end are one double on loopback."""
import base64
import collections
import hashlib
import hmac
import http.client
import http.server
import json
import random
import statistics
import threading
import time
import urllib.parse

from world import Replica

SECRET = "a secret of no value"
SUBSCRIBERS = ("t1", "t2")
CONNECTIONS = 8
HANGS = 20  # seconds
MIB = 1 << 20


class Double(http.server.ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 256

    def __init__(self):
        super().__init__(("127.0.0.1", 0), Handler)
        self.place = f"localhost:{self.server_port}"
        self.lock = threading.Lock()
        self.logins = {}  # code -> (nonce, subscriber)
        self.tokens = {}  # the router's own: token -> subscriber
        self.astray = collections.Counter()  # what came with somebody else's token
        self.asked = collections.Counter()
        self.gone = threading.Event()
        threading.Thread(target=self.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()

    def handle_error(self, request, client_address):
        pass  # who gives up is no fault

    def close(self):
        self.gone.set()
        self.shutdown()
        self.server_close()

    def services(self):
        uaa = {"url": f"http://home.{self.place}", "identityzone": "home", "clientid": "repository", "clientsecret": SECRET}
        oidc = {"issuer": f"http://{self.place}", "clientid": "proof", "clientsecret": SECRET, "id_token_signed_response_alg": "HS256"}
        return {"oidc": [{"name": "oidc", "credentials": oidc}],
                "html5-apps-repo": [{"name": "repository", "plan": "app-runtime",
                                     "credentials": {"uri": f"http://127.0.0.1:{self.server_port}/repository", "uaa": uaa}}]}


def application(subscriber):
    files = {"service": "html5-apps-repo-rt", "authenticationType": "none"}
    return {"responseHeaders": [{"name": "x-application-of", "value": subscriber}],
            "routes": [{"source": "^/data/(.*)$", "target": f"/back-end/{subscriber}/$1", "destination": "b", "authenticationType": "oidc"},
                       {"source": "^(.*)$", "target": "$1", **files}]}


def encode(part):
    return base64.urlsafe_b64encode(part if isinstance(part, bytes) else json.dumps(part).encode()).rstrip(b"=").decode()


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def log_message(self, *_):
        pass

    def answer(self, what, status=200, kind="application/json", fields=()):
        body = what if isinstance(what, bytes) else (what if isinstance(what, str) else json.dumps(what)).encode()
        self.send_response(status)
        for name, value in (("Content-Type", kind), ("Content-Length", str(len(body))), *fields):
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def subdomain(self):
        return self.headers["Host"].split(".")[0]

    def do_POST(self):
        given = dict(urllib.parse.parse_qsl(self.rfile.read(int(self.headers["Content-Length"])).decode()))
        if given["grant_type"] == "client_credentials":
            token = f"of-{self.subdomain()}-{random.getrandbits(64):x}"
            with self.server.lock:
                self.server.tokens[token] = self.subdomain()
            return self.answer({"access_token": token, "token_type": "bearer", "expires_in": 3600})
        with self.server.lock:
            nonce, subscriber = self.server.logins.pop(given["code"])
        now = int(time.time())
        claims = {"iss": f"http://{self.server.place}", "aud": "proof", "sub": f"user-{subscriber}", "nonce": nonce, "iat": now,
                  "exp": now + 3600}
        signed = encode({"alg": "HS256", "typ": "JWT"}) + "." + encode(claims)
        signature = hmac.new(SECRET.encode(), signed.encode(), hashlib.sha256).digest()
        return self.answer({"access_token": f"user-of-{subscriber}", "token_type": "bearer", "expires_in": 3600,
                            "id_token": signed + "." + encode(signature)})

    def do_GET(self):
        path, _, query = self.path.partition("?")
        if path.startswith("/.well-known/"):
            here = f"http://{self.server.place}"
            return self.answer({"issuer": here, "authorization_endpoint": here + "/authorize", "token_endpoint": here + "/token",
                                "jwks_uri": here + "/keys", "response_types_supported": ["code"],
                                "id_token_signing_alg_values_supported": ["HS256"], "subject_types_supported": ["public"]})
        if path == "/authorize":
            return self.authorize(dict(urllib.parse.parse_qsl(query)))
        if path.startswith("/back-end/"):
            return self.back_end(path)
        return self.repository(path.removeprefix("/repository"))

    def authorize(self, given):
        code = f"{random.getrandbits(64):x}"
        subscriber = urllib.parse.urlsplit(given["redirect_uri"]).netloc.split(".")[0]
        with self.server.lock:
            self.server.logins[code] = given["nonce"], subscriber
        back = given["redirect_uri"] + "?" + urllib.parse.urlencode({"code": code, "state": given["state"]})
        return self.answer("", 302, "text/plain", [("Location", back)])

    def back_end(self, path):
        subscriber = path.split("/")[2]
        if self.headers["Authorization"] != f"Bearer user-of-{subscriber}":
            self.server.astray["user's token"] += 1
        return self.answer(f"data of {subscriber}", kind="text/plain")

    def repository(self, path):
        with self.server.lock:
            subscriber = self.server.tokens.get(self.headers["Authorization"][7:], "nobody")
            self.server.asked[path] += 1
        if self.headers["tenantid"] not in (subscriber, f"home!{subscriber}"):
            self.server.astray["router's token"] += 1
        name, _, file = path[1:].partition("/")
        if file != "xs-app.json":
            return self.answer(f"file of {subscriber}", kind="text/plain")
        if name == "slow":
            self.server.gone.wait(HANGS)
            return self.answer("{}")
        if name == "lying":
            return self.answer("<!doctype html><p>maintenance", kind="text/html")
        if name == "big":
            return self.answer(json.dumps({"welcomeFile": "/" + "x" * 2 * MIB}))
        if name == "cut":
            self.send_response(200)
            self.send_header("Content-Length", "1000")
            self.end_headers()
            self.wfile.write(b'{"routes": [')
            self.close_connection = True
            return None
        return self.answer(application(subscriber))


class Visitor:
    """One kept-alive connection to the router, by which it is called whatever a request says."""

    def __init__(self, router):
        self.router = router
        self.connection = http.client.HTTPConnection("127.0.0.1", router.port, timeout=60)

    def get(self, host, path, cookie="", page=False):
        fields = {"Host": f"{host}:{self.router.port}", "Cookie": cookie}
        fields.update({"Accept": "text/html", "Sec-Fetch-Mode": "navigate"} if page else {"X-Requested-With": "XMLHttpRequest"})
        self.connection.request("GET", path, headers=fields)
        answer = self.connection.getresponse()
        return answer, answer.read().decode()

    def log_in(self, subscriber, path):
        """The session's cookie."""
        host = f"{subscriber}.localhost"
        answer, _ = self.get(host, path, page=True)
        cookie = answer.headers["Set-Cookie"].split(";")[0]
        at_provider = urllib.parse.urlsplit(answer.headers["Location"])
        provider = http.client.HTTPConnection("127.0.0.1", at_provider.port, timeout=10)
        provider.request("GET", f"{at_provider.path}?{at_provider.query}")
        back = urllib.parse.urlsplit(provider.getresponse().headers["Location"])
        answer, _ = self.get(host, f"{back.path}?{back.query}", cookie, page=True)
        made = [field for field in answer.headers.get_all("Set-Cookie") if field.startswith("JSESSIONID=")]
        return made[0].split(";")[0]


def start(bench, name, double):
    return Replica(bench, name, {"routes": [{"source": "^/plain/(.*)$", "target": "/back-end/t1/$1", "destination": "b",
                                             "authenticationType": "none"}]},
                   [{"name": "b", "url": f"http://127.0.0.1:{double.server_port}", "forwardAuthToken": True}],
                   {"VCAP_SERVICES": json.dumps(double.services()), "TENANT_HOST_PATTERN": "^(.*)\\.localhost$",
                    "ALLOWED_HOSTS": "localhost,127.0.0.1,*.localhost", "PRESERVE_FRAGMENT": "false",
                    "LIMIT_LOOK_UPS_PER_ADDRESS": "100000"}).start()


def together(count, work):
    threads = [threading.Thread(target=work, args=(number,)) for number in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def subscribers(bench, sheet):
    double = Double()
    try:
        in_turns(bench, sheet, double)
    finally:
        double.close()


def in_turns(bench, sheet, double):
    router = start(bench, "subscribers", double)
    first = Visitor(router)
    cookies = {one: first.log_in(one, "/app/data/x") for one in SUBSCRIBERS}
    seen = collections.Counter()
    lock = threading.Lock()
    each = 10_000 // CONNECTIONS

    def visit(number):
        visitor, chance, mine = Visitor(router), random.Random(number), collections.Counter()
        for _ in range(each):
            one = chance.choice(SUBSCRIBERS)
            other = SUBSCRIBERS[1 - SUBSCRIBERS.index(one)]
            kind = chance.choice(("file", "data", "other's session"))
            path = "/app/x.js" if kind == "file" else "/app/data/x"
            answer, body = visitor.get(f"{one}.localhost", path, cookies[other if kind == "other's session" else one])
            if kind == "other's session":
                mine["other's session refused" if answer.status == 401 else "other's session let in"] += 1
            else:
                mine[f"{kind} answered" if answer.status == 200 else f"{kind} {answer.status}"] += 1
                mine["other's content"] += body != f"{kind} of {one}"
            mine["other's descriptor"] += answer.headers["x-application-of"] != one
        with lock:
            seen.update(mine)

    began = time.monotonic()
    together(CONNECTIONS, visit)
    took = time.monotonic() - began
    good = seen["file answered"] + seen["data answered"] + seen["other's session refused"]
    sheet.equals("10,000 requests of two subscribers in turns, as they have to be", good, each * CONNECTIONS)
    sheet.equals("answered by the other's descriptor", seen["other's descriptor"], 0)
    sheet.equals("answered with the other's content", seen["other's content"], 0)
    sheet.equals("the other's session let in", seen["other's session let in"], 0)
    sheet.equals("with the other's token, the router's or the user's", sum(double.astray.values()), 0)
    sheet.equals("descriptors asked for", double.asked["/app/xs-app.json"], len(SUBSCRIBERS))
    sheet.note("in", took, "s")


def repository(bench, sheet):
    double = Double()
    try:
        beside_harm(bench, sheet, double)
    finally:
        double.close()


def beside_harm(bench, sheet, double):
    router = start(bench, "harm", double)
    visitor = Visitor(router)
    visitor.get("t1.localhost", "/app/x.js")

    def ask_good():
        times, failed = [], 0
        for number in range(300):
            path = "/app/x.js" if number % 2 else "/plain/x"
            began = time.monotonic()
            answer, _ = visitor.get("t1.localhost", path)
            times.append(1000 * (time.monotonic() - began))
            failed += answer.status != 200
        return statistics.quantiles(times, n=100)[98], failed

    quiet, _ = ask_good()
    answers = collections.Counter()
    names = ["slow"] * 30 + ["lying"] * 10 + ["big"] * 10 + ["cut"] * 10

    def ask_bad(number):
        try:
            answer, _ = Visitor(router).get("t1.localhost", f"/{names[number]}/x")
            answers[names[number], answer.status] += 1
        except OSError:
            answers[names[number], 0] += 1

    asking = threading.Thread(target=together, args=(len(names), ask_bad))
    asking.start()
    beside, failed = ask_good()
    asking.join()
    sheet.equals("others' requests that failed beside a slow, lying, too large and cut repository", failed, 0)
    sheet.note("p99 of others' requests before", quiet, "ms")
    sheet.at_most("p99 of others' requests beside it", beside, max(50.0, 4 * quiet), "ms", by_speed=True)
    for name, status in (("lying", 500), ("big", 500), ("cut", 502)):
        sheet.equals(f"an application whose descriptor is {name}: {status}", answers[name, status], names.count(name))
    sheet.equals("times that the slow one was asked for, by thirty at once", double.asked["/slow/xs-app.json"], 1)
