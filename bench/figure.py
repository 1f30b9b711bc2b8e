"""What the figures are made with: a sheet of measured values next to those to hold, a router of one's own, load."""
import dataclasses
import json
import os
import resource
import statistics
import subprocess
import time
import typing

import machinery


# For those that hold a back-end connection each.
MANY_BACK_END_CONNECTIONS = {"LIMIT_UPSTREAM_CONNECTIONS": "12000"}


@dataclasses.dataclass(frozen=True)
class Figure:
    name: str
    line: str  # an id of docs/contract/reliability.md, or of docs/faults.md (S, N)
    what: str
    run: typing.Callable  # (bench, sheet)
    quick: bool = True  # part of --quick
    always: bool = True  # also where no name is given


class Sheet:
    """The values of one figure. A figure that depends on the machine's speed is only printed in a quick run, where
    sizes are small and the machine is anyone's."""

    def __init__(self, quick):
        self.quick = quick
        self.values = []

    def _add(self, what, value, unit, wanted, holds, by_speed):
        asserted = not (by_speed and self.quick)
        mark = ("ok" if holds else "MISSED") if asserted else "-"
        shown = f"{value:.4g}" if isinstance(value, float) else str(value)
        print(f"  {mark:<7} {what:<58} {shown + ' ' + unit:>16}   {wanted}", flush=True)
        self.values.append({"what": what, "value": value, "unit": unit, "wanted": wanted, "result": mark})

    def at_most(self, what, value, limit, unit="", by_speed=False):
        self._add(what, value, unit, f"<= {limit:g} {unit}", value <= limit, by_speed)

    def at_least(self, what, value, limit, unit="", by_speed=False):
        self._add(what, value, unit, f">= {limit:g} {unit}", value >= limit, by_speed)

    def equals(self, what, value, wanted, unit=""):
        self._add(what, value, unit, f"= {wanted}", value == wanted, False)

    def says(self, what, holds):
        self._add(what, "yes" if holds else "no", "", "yes", holds, False)

    def note(self, what, value, unit=""):
        self._add(what, value, unit, "", True, False)

    def missed(self):
        return sum(value["result"] == "MISSED" for value in self.values)


def public(source, destination, target="/$1"):
    return {"source": source, "target": target, "destination": destination, "authenticationType": "none",
            "csrfProtection": False}


class Router:
    """The release router in a directory of its own: /KIND/... goes to the origin of that kind, /file.bin is static.

    `port`: another instance answers there already; `fixed_port`: nobody does. `binary`: a command instead of the release
    router's."""

    def __init__(self, bench, name, environment=None, routes=(), destinations=(), descriptors=0, port=None, descriptor=None,
                 fixed_port=None, binary=None):
        self.bench = bench
        self.folder = bench.state / f"figure-{name}-{len(bench.running)}"
        (self.folder / "www").mkdir(parents=True)
        (self.folder / "www" / "file.bin").write_bytes(b"x" * (1 << 20))
        self.descriptor = {"compression": {"enabled": False}, "websockets": {"enabled": True}, **(descriptor or {}),
                           "routes": [public(f"^/{kind}/(.*)$", kind) for kind in bench.ports] + list(routes)
                           + [{"source": "^/(file.bin)$", "target": "$1", "localDir": "www", "authenticationType": "none"}]}
        self.write(self.descriptor)
        self.port = port or fixed_port or machinery.free_port()
        origins = [{"name": kind, "url": f"http://127.0.0.1:{origin}"} for kind, origin in bench.ports.items()]
        self.log_path = self.folder / "log"
        variables = machinery.router_variables(self.port, origins + list(destinations), {"LOG_LEVEL": "warning", **(environment or {})})
        command = [*(binary or [str(bench.binaries / "xs-router")]), "-w", str(self.folder)]
        limit = (lambda: resource.setrlimit(resource.RLIMIT_NOFILE, (descriptors, descriptors))) if descriptors else None
        with open(self.log_path, "w", encoding="utf-8") as log:
            self.process = bench.start(command, env=variables, stdout=log, stderr=log, preexec_fn=limit)
        self.pid = self.process.pid
        if port:  # another instance answers there already
            if eventually(lambda: "router.listening" in self.log(), 15) is None:
                raise RuntimeError("the router does not listen:\n" + self.log())
        else:
            try:
                machinery.wait_for_port(self.port, self.process)
            except RuntimeError as fault:
                raise RuntimeError(f"{fault}:\n{self.log()}") from None

    def write(self, descriptor):
        """All at once: a reload never sees half of it."""
        (self.folder / "new.json").write_text(json.dumps(descriptor))
        (self.folder / "new.json").rename(self.folder / "xs-app.json")

    def log(self):
        return self.log_path.read_text(encoding="utf-8")

    def rss_kib(self):
        return machinery.resident_kib(self.pid)

    def descriptors(self):
        return len(os.listdir(f"/proc/{self.pid}/fd"))

    def cpu(self):
        return machinery.cpu_seconds(self.pid)

    def stop(self, seconds=40):
        return self.bench.stop(self.process, seconds)


class Load:
    """A running bench-load; what it prints comes as dictionaries."""

    def __init__(self, bench, generator, port, **options):
        command = [str(bench.binaries / "bench-load"), generator, *machinery.flags(port=port, **options)]
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def next(self):
        line = self.process.stdout.readline()
        if not line:
            raise RuntimeError(f"{' '.join(self.process.args)} ended with {self.process.wait()}")
        return json.loads(line)

    def finish(self):
        """Its last word, after its input has ended."""
        self.process.stdin.close()
        figures = self.next()
        self.process.wait(60)
        return figures

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.kill()
        self.process.wait()
        self.process.stdout.close()


def ask(bench, port, **options):
    with Load(bench, "ask", port, **options) as load:
        return load.next()


def log_out_all(bench, port, cookies, connections):
    """Signs these sessions out, each once, as fast as the answers come."""
    lines = bench.state / f"cookies-{port}"
    lines.write_text("".join(f"Cookie: JSESSIONID={cookie}\n" for cookie in cookies))
    figures = ask(bench, port, connections=connections, path="/my/logout", headers=lines, count=len(cookies), good=302)
    if figures["failed"] or figures["good"] != len(cookies):
        raise RuntimeError(f"logouts that failed: {figures['faults']}")
    return figures


def ask_in_windows(bench, port, windows=3, seconds=6, **options):
    """The same in several windows one after the other; p99_ms is their median, so that one hiccup of the machine is none
    of the router."""
    asked = [ask(bench, port, seconds=seconds / windows, **options) for _ in range(windows)]
    return {"failed": sum(one["failed"] for one in asked), "p99_ms": statistics.median(one["p99_ms"] for one in asked)}


def hold(bench, port, **options):
    return Load(bench, "hold", port, **options)


def settled(read, seconds=20, pause=0.5):
    """The value that read() gives twice in a row; None if it never settles."""
    deadline = time.monotonic() + seconds
    previous = read()
    while time.monotonic() < deadline:
        time.sleep(pause)
        current = read()
        if current == previous:
            return current
        previous = current
    return None


def eventually(holds, seconds, pause=0.02):
    """How long it took; None if it never came."""
    began = time.monotonic()
    while time.monotonic() - began < seconds:
        if holds():
            return time.monotonic() - began
        time.sleep(pause)
    return None
