"""Starts a router in a shape's directory, asks what the shape says, and returns what was seen."""
import collections
import json
import os
import pathlib
import socket
import subprocess
import tempfile
import threading
import time
import urllib.parse

import client
import doubles
import observe
import shape as shapes

START_TIME = 30  # seconds
SETTLE_TIME = 1  # how long calls that follow an answer may take
MOST_HOPS = 8


class Router:
    """A router as a process. `command` is a list, in which {port} stands for the port."""

    def __init__(self, command, folder, variables):
        self.log = pathlib.Path(folder) / "router.log"
        for _ in range(3):  # somebody else may take the port meanwhile
            self.port = free_port()
            self.place = f"127.0.0.1:{self.port}"
            words = [word.replace("{port}", str(self.port)) for word in command]
            environment = {"PATH": os.environ.get("PATH", "/usr/bin:/bin"), "PORT": str(self.port)}
            environment.update((name, variables[name].replace("{router}", self.place)) for name in variables)
            with self.log.open("wb") as log:
                self.process = subprocess.Popen(words, cwd=folder, env=environment, stdin=subprocess.DEVNULL, stdout=log,
                                                stderr=subprocess.STDOUT)
            self.started = self.wait_until_it_listens()
            if self.started or "in use" not in self.log.read_text(errors="replace").lower().replace("eaddrinuse", "in use"):
                return

    def wait_until_it_listens(self):
        deadline = time.monotonic() + START_TIME
        while time.monotonic() < deadline and self.process.poll() is None:
            try:
                socket.create_connection(("127.0.0.1", self.port), 1).close()
                return True
            except OSError:
                time.sleep(0.02)
        return False

    def stop(self):
        self.process.kill()  # how it ends well is for other tests
        self.process.wait()


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Play:
    def __init__(self, shape, command, key, recorded=None, variables=None):
        self.shape = shape
        self.command = command
        self.more_variables = variables or {}
        self.recorded = recorded  # what is expected: says for how many late calls to wait
        self.lock = threading.Lock()
        self.heard = []
        self.browsers = {}
        self.times = collections.Counter()  # a request line may be there several times
        self.expected = {}
        for exchange in recorded["exchanges"] if recorded else []:
            title = exchange["request"]
            self.expected[title, self.times[title]] = len(exchange["asked"])
            self.times[title] += 1
        self.times.clear()
        self.key = key

    def run(self):
        servers = [doubles.BackEnd(name, answers, self.hear) for name, answers in self.shape.back_ends.items()]
        provider = doubles.Provider(self.shape.users, self.key) if self.shape.users is not None else None
        places = {server.name: server.server.place for server in servers}
        for server in servers:
            server.answers = json.loads(shapes.fill(json.dumps(server.answers), places))
        if provider:
            places["provider"] = provider.server.place
        try:
            with tempfile.TemporaryDirectory(prefix="differential-") as folder:
                work = pathlib.Path(folder) / "app"  # a shape may have files beside it
                work.mkdir()
                return self.run_in(work, places, provider)
        finally:
            for server in [*(server.server for server in servers), *([provider.server] if provider else [])]:
                server.close()

    def run_in(self, folder, places, provider):
        known = {**places, "provider-key": self.key.pem()}
        for name, text in {**self.shape.files, "xs-app.json": json.dumps(self.shape.descriptor)}.items():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / name).write_text(shapes.fill(text, known), encoding="utf-8")
        router = Router(self.command, folder, {**self.more_variables, **self.shape.variables(known)})
        try:
            self.log = router.log.read_text(errors="replace")
            if not router.started:
                return {"starts": False, "exchanges": []}
            self.places = {"router": router.place, **places}
            self.provider = provider
            self.observer = observe.Observer(self.shape.text, self.places, provider)
            self.exchanges = []
            for request in self.shape.requests:
                self.play(request)
            return {"starts": True, "exchanges": self.exchanges}
        finally:
            router.stop()
            self.log = router.log.read_text(errors="replace")

    def hear(self, *request):
        with self.lock:
            self.heard.append(request)

    def play(self, request):
        browser = self.browsers.setdefault(request.who, client.Browser()) if request.who else client.Browser()
        if request.method == "login":
            self.log_in(request, browser)
            return
        self.exchange(request.line, browser, request.method, request.target, request.headers, request.body, request.who)

    def exchange(self, title, browser, method, target, headers=(), body="", who=""):
        known = {**self.places, "csrf": browser.csrf}
        if any("{token}" in value for _, value in headers):
            known["token"] = self.provider.token(who)
        headers = [(name, shapes.fill(value, known)) for name, value in headers]
        with self.lock:
            self.heard.clear()
        own = [] if who and any(name == "x-approuter-authorization" for name, _ in headers) else browser.headers()
        answer = client.ask(self.places["router"], method, shapes.fill(target, known), [*headers, *own], shapes.fill(body, known))
        browser.take(answer)
        asked = self.calls(title)
        self.exchanges.append({"request": title, **self.observer.answer(answer, bool(asked)), "asked": asked})
        return answer

    def calls(self, title):
        """What the back-ends were asked, in an order that does not depend on who was quicker."""
        expected = self.expected.get((title, self.times[title]), 0)
        self.times[title] += 1
        if "logoutPath" in self.shape.text:  # those alone may come after the answer
            if not self.recorded:
                time.sleep(SETTLE_TIME)
            deadline = time.monotonic() + SETTLE_TIME
            while len(self.heard) < expected and time.monotonic() < deadline:
                time.sleep(0.005)
        with self.lock:
            calls = [self.observer.asked(*request) for request in self.heard]
        return sorted(calls, key=lambda call: (call["request"], str(call)))

    def log_in(self, request, browser):
        """Every answer of the router on the way is one exchange."""
        target, title = request.target, request.line
        for hop in range(MOST_HOPS):
            answer = self.exchange(title, browser, "GET", target, request.headers, who=request.who)
            location = answer.header("location")
            if location.startswith("http://" + self.places.get("provider", "-") + "/"):
                asked = urllib.parse.urlsplit(location)
                location = client.ask(self.places["provider"], "GET", f"{asked.path}?{asked.query}",
                                      [("x-user", request.who)]).header("location")
                title = f"{request.line} -> comes back"
            else:
                title = f"{request.line} -> goes on"
            if not location:
                return
            parts = urllib.parse.urlsplit(location)
            target = parts.path + ("?" + parts.query if parts.query else "")
