"""What the proofs are made with: routers that are killed and started again, sessions without logins, what back-ends were
told. Processes are those of bench/machinery.py, ended by their ids."""
import json
import re
import socket
import time
import urllib.request

import machinery
from browser import provider_variables, start_provider
from figure import eventually

BACK_ENDS = 3
SECRET = "the secret that all replicas of a proof share"
LOGOUT_PATH = "/logout"
TOKEN = "the token of operators in a proof, of no value"
# How long before a kill (s) an answer may have come that the router had not written down yet: some fsyncs on a busy machine.
WRITTEN_WITHIN = 0.25
# What was sent before a kill may be read that much later; no process that starts then makes calls as early.
READ_WITHIN = 0.01


class Replica:
    """A router on a port of its own, which may die and come back with what it has on disk. `inside`: a command that runs
    another one, such as in a network namespace; `host`: where this machine finds it then."""

    def __init__(self, bench, name, descriptor, destinations, variables, inside=(), host="127.0.0.1", port=None):
        self.bench, self.inside, self.host, self.process = bench, list(inside), host, None
        self.folder = bench.state / f"router-{name}"
        self.folder.mkdir()
        (self.folder / "xs-app.json").write_text(json.dumps(descriptor))
        self.port = port or machinery.free_port()
        self.management = machinery.free_port()
        self.log_path = self.folder / "log"
        self.variables = machinery.router_variables(self.port, destinations, {
            "LOG_LEVEL": "info", "SHUTDOWN_TIMEOUT": "5", "SESSION_SECRET": SECRET, "MANAGEMENT_PORT": str(self.management),
            "MANAGEMENT_TOKEN": TOKEN, "ALLOWED_HOSTS": f"localhost,127.0.0.1,{host}", **variables})

    def start(self, wait=True):
        with open(self.log_path, "a", encoding="utf-8") as log:
            self.process = self.bench.start(
                [*self.inside, str(self.bench.binaries / "xs-router"), "-w", str(self.folder)],
                env=self.variables, stdout=log, stderr=log)
        if wait and eventually(lambda: self.listens() and (self.inside or self.is_ready()), 20) is None:
            raise RuntimeError("the router does not listen:\n" + self.log()[-4000:])
        return self

    def listens(self):
        if self.process.poll() is not None:
            raise RuntimeError(f"the router ended with {self.process.returncode}:\n" + self.log()[-4000:])
        try:
            socket.create_connection((self.host, self.port), 0.5).close()
            return True
        except OSError:
            return False

    def kill(self):
        """When: from the signal until the process is gone."""
        began = time.monotonic()
        self.bench.kill(self.process)
        return began, time.monotonic()

    def log(self):
        return self.log_path.read_text(encoding="utf-8", errors="replace")

    def ask(self, path):
        """What the management port answers: (status, JSON; None with an error)."""
        status, body = machinery.ask_management(self.management, path, TOKEN)
        return status, json.loads(body or b"null") if status == 200 else None

    def is_ready(self):
        try:
            return self.ask("/ready")[0] == 200
        except OSError:
            return False


def descriptor(back_ends):
    """Signed-in pages below /app/, pages for all at /; a logout that so many back-ends hear of."""
    route = {"target": "/$1", "destination": "b0", "csrfProtection": False}
    return {"websockets": {"enabled": True},
            "logout": {"logoutEndpoint": "/my/logout", "backChannelLogoutEndpoint": "/my/back-channel-logout",
                       "revokeTokens": False},
            "destinations": {f"b{i}": {"logoutPath": LOGOUT_PATH} for i in range(back_ends)},
            "routes": [{**route, "source": "^/app/(.*)$", "authenticationType": "oidc"},
                       {**route, "source": "^/(.*)$", "authenticationType": "none"}]}


class World:
    """A provider, back-ends that remember what they are told, and any number of replicas that share `place`, the variables
    that say where sessions are. `front`: the port by which browsers come, for real logins. `witness`: the back-ends' host
    and port, where they are not those of the bench. `provider`: the variables of another one. `back_ends`: that are told of
    a logout."""

    def __init__(self, bench, name, place, front=None, witness=None, provider=None, back_ends=BACK_ENDS):
        self.bench, self.name, self.place, self.replicas = bench, name, place, []
        self.witness = witness or ("127.0.0.1", bench.ports["witness"])
        self.destinations = [{"name": f"b{i}", "url": "http://%s:%d/b%d" % (*self.witness, i), "forwardAuthToken": True}
                             for i in range(back_ends)]
        self.descriptor = descriptor(back_ends)
        self.provider = provider or provider_variables(start_provider(bench, f"http://localhost:{front or machinery.free_port()}"))

    def replica(self, variables=None, **options):
        """Not started."""
        made = Replica(self.bench, f"{self.name}-{len(self.replicas)}", self.descriptor, self.destinations,
                       {**self.provider, **self.place, **(variables or {})}, **options)
        self.replicas.append(made)
        return made

    def fill(self, count, **options):
        """So many sessions, as if they had logged in; their cookies. Session number i has the token proof-i."""
        cookies = self.bench.state / f"cookies-{self.name}-{time.monotonic_ns()}"
        options = {"count": count, "cookies": cookies, "token_bytes": 64, "issuer": self.provider["OIDC_ISSUER"], **options}
        self.bench.fill({"SESSION_SECRET": SECRET, **self.place}, **options)
        return cookies.read_text().split()

    def told(self):
        return Told(*self.witness)


class Told:
    """What the back-ends have heard of logouts by now: (back-end, session number) -> [(when it came, when it was answered or None)]."""

    def __init__(self, host, port):
        with urllib.request.urlopen(f"http://{host}:{port}/calls", timeout=60) as answer:
            text = answer.read().decode()
        self.calls = {}
        for line in text.splitlines():
            path, token, came, answered = line.split()
            found = re.match(r"proof-(\d+)", token)
            if not found or not path.endswith(LOGOUT_PATH):
                continue
            key = path.split("/")[1], int(found[1])
            self.calls.setdefault(key, []).append((float(came), float(answered) or None))

    def missing(self, sessions):
        return sum((f"b{i}", number) not in self.calls for i in range(BACK_ENDS) for number in sessions)

    def repeated(self):
        """Calls after the first one of the same session to the same back-end."""
        return sum(len(calls) - 1 for calls in self.calls.values())

    def in_flight(self, kills):
        """Calls under way at one of these kills."""
        return sum(is_under_way(call, kill) for calls in self.calls.values() for call in calls for kill in kills)

    def unexplained(self, kills):
        """Repeated calls of which none of the earlier ones was under way at a kill."""
        return sum(not any(is_under_way(call, kill) for call in calls[:-1] for kill in kills)
                   for calls in self.calls.values() if len(calls) > 1)


def is_under_way(call, kill):
    """Come, and not answered so early that it was surely written down before."""
    came, answered = call
    return came <= kill[1] + READ_WITHIN and (answered is None or answered >= kill[0] - WRITTEN_WITHIN)


def wait_until_told(world, sessions, seconds):
    """The seconds it took; None: some are missing still."""
    return eventually(lambda: world.told().missing(sessions) == 0, seconds, 0.5)
