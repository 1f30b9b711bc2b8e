"""A browser of a few lines that logs in at the demo provider, and that provider with a router registered at it."""
import http.client
import re
import time
import urllib.parse


class Browser:
    """Follows redirects across origins with one cookie jar an origin; just enough to log in."""

    def __init__(self, fields=None):
        self.fields = fields or {}  # sent with every request
        self.cookies = {}
        self.connections = {}

    def request(self, method, url, body=None):
        parts = urllib.parse.urlsplit(url)
        connection = self.connections.setdefault(parts.netloc, http.client.HTTPConnection(parts.netloc, timeout=20))
        jar = self.cookies.setdefault(parts.netloc, {})
        headers = {"Accept": "text/html", **self.fields}
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

    def close(self):
        for connection in self.connections.values():
            connection.close()

    def open(self, url):
        status, location, text = self.request("GET", url)
        while status in (301, 302, 303):
            url = urllib.parse.urljoin(url, location)
            status, location, text = self.request("GET", url)
        return url, status, text


def log_in(browser, address, path="/app/"):
    url, status, text = browser.open(address + path)
    form = re.search(r"<form[^>]*action=\"([^\"]*)\"", text)
    if form and "password" in text:
        hidden = dict(re.findall(r"<input[^>]*type=\"hidden\"[^>]*name=\"([^\"]*)\"[^>]*value=\"([^\"]*)\"", text))
        fields = {**hidden, "user": "demo", "password": "demo"}
        action = urllib.parse.urljoin(url, form[1].replace("&amp;", "&"))
        status, location, _ = browser.request("POST", action, urllib.parse.urlencode(fields))
        url, status, text = browser.open(urllib.parse.urljoin(action, location))
    if status != 200:
        raise RuntimeError(f"login ended at {url} with {status}")


def make_sessions(address, count, path="/app/", cookie="JSESSIONID"):
    browser = Browser()  # one sign-on at the provider, any number of sessions at the router
    deadline = time.monotonic() + 10
    while browser.request("GET", address + path)[0] == 503 and time.monotonic() < deadline:
        time.sleep(0.05)  # it has only begun to talk to where sessions are kept
    router = urllib.parse.urlsplit(address).netloc
    cookies = []
    for _ in range(count):
        browser.cookies[router] = {}
        log_in(browser, address, path)
        cookies.append(browser.cookies[router][cookie])
    return cookies


def start_provider(bench, address):
    """The demo provider that knows the router at `address`: issuer, client_id, client_secret."""
    log = bench.state / f"provider-{address.rsplit(':', 1)[1]}.out"
    with open(log, "w", encoding="utf-8") as out:
        demo = bench.start([str(bench.binaries / "xs-router-demo"), "--router", address], stdout=out)
    deadline = time.monotonic() + 15
    while "ready" not in log.read_text():
        if demo.poll() is not None or time.monotonic() > deadline:
            raise RuntimeError("the demo provider did not start")
        time.sleep(0.05)
    return dict(line.split("=", 1) for line in log.read_text().splitlines() if "=" in line)


def provider_variables(provider):
    return {"OIDC_ISSUER": provider["issuer"], "OIDC_CLIENT_ID": provider["client_id"],
            "OIDC_CLIENT_SECRET": provider["client_secret"], "PRESERVE_FRAGMENT": "false"}
