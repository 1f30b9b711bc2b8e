"""What operators see of a router that is busy, and of one in which 100,000 sessions end: docs/contract/operations.md."""
import http.client
import json
import os
import pty
import re
import statistics
import subprocess
import threading
import time

import machinery
from figure import Load, Router, eventually

TOKEN = "an-operators-token-for-the-bench"
WATCHED = ("/metrics", "/api/overview", "/api/sessions?limit=50")
LIMIT_MS = 100


class Port:
    """The management port of a router."""

    def __init__(self, port):
        self.port = port

    def get(self, path):
        status, body = machinery.ask_management(self.port, path, TOKEN)
        if status != 200:
            raise RuntimeError(f"{path} answers {status}")
        return body

    def sessions(self):
        return json.loads(self.get("/api/overview"))["sessions"]["anonymous"]


class Watcher:
    """Somebody who looks at each of WATCHED all the time; milliseconds of each look."""

    def __init__(self, port):
        self.port, self.times, self.failed, self.done = port, {path: [] for path in WATCHED}, 0, threading.Event()
        self.thread = threading.Thread(target=self.watch, daemon=True)

    def watch(self):
        while not self.done.wait(0.05):
            for path in WATCHED:
                began = time.perf_counter()
                try:
                    self.port.get(path)
                    self.times[path].append(1_000 * (time.perf_counter() - began))
                except (OSError, RuntimeError, http.client.HTTPException):
                    self.failed += 1

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.done.set()
        self.thread.join()

    def report(self, sheet, when):
        sheet.equals(f"looks that failed, {when}", self.failed, 0)
        for path, times in self.times.items():
            name = f"{path.split('?')[0]} {when}"
            sheet.note(f"{name}: p50 of {len(times)}", statistics.median(times), "ms")
            sheet.at_most(f"{name}: longest", max(times), LIMIT_MS, "ms", by_speed=True)


def make_sessions(bench, router, port, count):
    """By a back-end that sets a cookie in browsers without a session: one for each request."""
    rate = 4_000
    with Load(bench, "ask", router.port, connections=50, rate=rate, seconds=count / rate, path="/cookie/") as load:
        done = load.next()
    if done["failed"]:
        raise RuntimeError(f"sessions that were not made: {done['faults']}")
    return port.sessions()


def end_all(bench, management):
    """`xs-router end --all` as at a terminal: exit code, and all that it wrote."""
    ours, its = pty.openpty()
    command = [str(bench.binaries / "xs-router"), "end", "--all", "--yes", "--url", f"http://127.0.0.1:{management}"]
    process = subprocess.Popen(command, env={**os.environ, "XS_ROUTER_TOKEN": TOKEN}, stdin=its, stdout=its, stderr=its)
    os.close(its)
    written = b""
    while True:
        try:
            piece = os.read(ours, 4096)
        except OSError:  # it has ended
            break
        if not piece:
            break
        written += piece
    os.close(ours)
    return process.wait(30), written.decode(errors="replace")


def operators(bench, sheet):
    wanted = 2_000 if sheet.quick else 100_000
    management = machinery.free_port()
    router = Router(bench, "operators",
                    {"MANAGEMENT_PORT": str(management), "MANAGEMENT_TOKEN": TOKEN,
                     "LIMIT_ANONYMOUS_SESSIONS": "0", "LIMIT_ANONYMOUS_SESSIONS_PER_ADDRESS": "0"},
                    descriptor={"destinations": {"cookie": {"logoutPath": "/logout"}}})
    port = Port(management)
    made = make_sessions(bench, router, port, wanted)
    sheet.at_least("living sessions", made, 0.95 * wanted)

    with Load(bench, "ask", router.port, connections=200, seconds=3 if sheet.quick else 15, path="/small/") as load, \
            Watcher(port) as watcher:
        busy = load.next()
    sheet.note("requests a second, as fast as they go", busy["good"] / busy["seconds"])
    watcher.report(sheet, "while the data plane is saturated")

    before, began = bench.counted("cookie"), time.monotonic()
    with Load(bench, "ask", router.port, connections=50, rate=500, path="/small/") as load, Watcher(port) as watcher:
        code, written = end_all(bench, management)
        took = time.monotonic() - began
        told = eventually(lambda: bench.counted("cookie") - before >= made, 120)
        beside = load.finish()
    sheet.equals("exit code of xs-router end --all", code, 0)
    shown = {int(number) for number in re.findall(r"\] (\d+) of ", written)}
    sheet.at_least("different numbers that its progress bar has shown", len(shown), min(10, 2 * int(took)))
    sheet.equals("sessions that live on", port.sessions(), 0)
    sheet.says("the back-end was told of every one", told is not None)
    sheet.note("seconds until all were over", took, "s")
    sheet.note("calls a second", made / (time.monotonic() - began), "")
    watcher.report(sheet, "while all sessions end")
    sheet.equals("requests beside it that failed", beside["failed"], 0)
    sheet.note("their p99", beside["p99_ms"], "ms")
