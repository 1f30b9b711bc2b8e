"""Logout under load: real logins at the demo provider first, then one logout after the other on kept-alive
connections, while one back-end of ten hangs and another refuses. What counts is how long the browser waits."""
import concurrent.futures
import http.client
import re
import statistics
import time
import urllib.parse

import machinery

CONNECTIONS = 8


class Browser:
    """Follows redirects across origins with one cookie jar an origin; just enough to log in."""

    def __init__(self):
        self.cookies = {}
        self.connections = {}

    def request(self, method, url, body=None):
        parts = urllib.parse.urlsplit(url)
        connection = self.connections.setdefault(parts.netloc, http.client.HTTPConnection(parts.netloc, timeout=20))
        jar = self.cookies.setdefault(parts.netloc, {})
        headers = {"Accept": "text/html"}
        if jar:
            headers["Cookie"] = "; ".join(f"{name}={value}" for name, value in jar.items())
        if body is not None:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        connection.request(method, urllib.parse.urlunsplit(("", "", parts.path, parts.query, "")), body, headers)
        response = connection.getresponse()
        text = response.read().decode("utf-8", "replace")
        for field in response.headers.get_all("Set-Cookie") or []:
            name, value = field.split(";", 1)[0].split("=", 1)
            if value and "Max-Age=0" not in field:
                jar[name] = value
            else:
                jar.pop(name, None)
        return response.status, response.headers.get("Location"), text

    def open(self, url):
        status, location, text = self.request("GET", url)
        while status in (301, 302, 303):
            url = urllib.parse.urljoin(url, location)
            status, location, text = self.request("GET", url)
        return url, status, text


def log_in(browser, address):
    url, status, text = browser.open(address + "/app/")
    form = re.search(r"<form[^>]*action=\"([^\"]*)\"", text)
    if form and "password" in text:
        hidden = dict(re.findall(r"<input[^>]*type=\"hidden\"[^>]*name=\"([^\"]*)\"[^>]*value=\"([^\"]*)\"", text))
        fields = {**hidden, "user": "demo", "password": "demo"}
        action = urllib.parse.urljoin(url, form[1].replace("&amp;", "&"))
        status, location, _ = browser.request("POST", action, urllib.parse.urlencode(fields))
        url, status, text = browser.open(urllib.parse.urljoin(action, location))
    if status != 200:
        raise RuntimeError(f"login ended at {url} with {status}")


def make_sessions(address, count):
    browser = Browser()  # one sign-on at the provider, any number of sessions at the router
    router = urllib.parse.urlsplit(address).netloc
    cookies = []
    for _ in range(count):
        browser.cookies[router] = {}
        log_in(browser, address)
        cookies.append(browser.cookies[router]["JSESSIONID"])
    return cookies


def log_out_all(address, cookies):
    connection = http.client.HTTPConnection(urllib.parse.urlsplit(address).netloc, timeout=20)
    times = []
    for cookie in cookies:
        began = time.perf_counter()
        connection.request("GET", "/my/logout?siteId=3", headers={"Cookie": "JSESSIONID=" + cookie})
        response = connection.getresponse()
        response.read()
        times.append(1000 * (time.perf_counter() - began))
        if response.status != 302:
            raise RuntimeError(f"logout answered {response.status}")
    return times


def start(bench):
    kinds = ["small"] * 8 + ["hang"]
    ports = [machinery.free_port() for _ in kinds]
    origin = bench.start([str(bench.binaries / "bench-origin")] + [f"{port}:{kind}" for port, kind in zip(ports, kinds)])
    for port in ports:
        machinery.wait_for_port(port, origin)
    ports.append(machinery.free_port())  # nobody listens here
    router_port = machinery.free_port()
    address = f"http://localhost:{router_port}"
    log = bench.state / "demo.out"
    demo = bench.start([str(bench.binaries / "xs-router-demo"), "--router", address], stdout=open(log, "w"))
    deadline = time.monotonic() + 15
    while "ready" not in log.read_text():
        if demo.poll() is not None or time.monotonic() > deadline:
            raise RuntimeError("the demo provider did not start")
        time.sleep(0.05)
    values = dict(line.split("=", 1) for line in log.read_text().splitlines() if "=" in line)
    destinations = [{"name": f"b{i}", "url": f"http://127.0.0.1:{port}", "forwardAuthToken": True} for i, port in enumerate(ports)]
    descriptor = {"logout": {"logoutEndpoint": "/my/logout", "logoutPage": "/bye.html", "revokeTokens": False},
                  "destinations": {d["name"]: {"logoutPath": "/logout"} for d in destinations},
                  "routes": [{"source": "^/app/(.*)$", "target": "/$1", "destination": "b0", "authenticationType": "oidc"}]}
    process, port = bench.router("logout", descriptor, destinations,
                                 {"OIDC_ISSUER": values["issuer"], "OIDC_CLIENT_ID": values["client_id"],
                                  "OIDC_CLIENT_SECRET": values["client_secret"], "PRESERVE_FRAGMENT": "false",
                                  "PORT": str(router_port)})
    return process, router_port, address


def measure(bench, _):
    process, port, address = bench.proxy("xs-router", "logout-row", lambda: start(bench))
    cookies = make_sessions(address, 100 if bench.quick else 2000)
    shares = [cookies[i::CONNECTIONS] for i in range(CONNECTIONS)]
    before = machinery.cpu_seconds(process.pid)
    began = time.perf_counter()
    with concurrent.futures.ThreadPoolExecutor(CONNECTIONS) as pool:
        times = sorted(sum(pool.map(lambda share: log_out_all(address, share), shares), []))
    took = time.perf_counter() - began
    spent = machinery.cpu_seconds(process.pid) - before
    return {"per_second": len(times) / took, "p50_ms": statistics.median(times), "p99_ms": times[int(0.99 * len(times))],
            "max_ms": times[-1], "cpu_us_per_call": 1e6 * spent / (len(times) * 10), "peak_mib": machinery.peak_mib(process.pid)}
