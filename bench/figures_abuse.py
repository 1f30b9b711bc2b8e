"""Login and logout beside every attack of attacks.py: what a stranger costs those who work."""
import http.client
import pathlib
import subprocess
import sys
import time

import attacks
import machinery
from browser import Browser, log_in, provider_variables, start_provider
from figure import Router, ask_in_windows

RATES = (3, 100)
# Without and with, in turns: what else the machine does meets both.
WINDOWS = 5


def large_script():
    lines, value = [], 1
    while len(lines) < 160_000:
        value = (value * 1664525 + 1013904223) % (1 << 32)
        lines.append(f"export const v{value} = {value % 977};")
    return "\n".join(lines)


def start(bench, name, environment=None, binary=None, destinations=(), routes=(), descriptor=None):
    """A router with every public door open, and its provider."""
    port = machinery.free_port()
    address = f"http://localhost:{port}"
    public_doors = {"compression": {"enabled": True},
                  "am": {"cookieName": "iPlanetDirectoryPro", "realm": "/alpha"},
                  "hostedLogin": {"customerId": attacks.CUSTOMER,
                                  "clients": {attacks.CLIENT: {"redirectUris": ["https://app.example/logout"]}}},
                  "logout": {"logoutEndpoint": "/my/logout", "logoutPage": "/assets/small.txt",
                             "backChannelLogoutEndpoint": "/my/back-channel",
                             "frontChannelLogoutEndpoint": "/my/front-channel"},
                  "destinations": {"told": {"logoutPath": "/logout"}}, **(descriptor or {})}
    own = [{"source": "^/app/(.*)$", "target": "/$1", "destination": "small", "authenticationType": "oidc"},
           {"source": "^/assets/(.*)$", "target": "$1", "localDir": "www", "authenticationType": "none"}]
    router = Router(bench, name, {**provider_variables(start_provider(bench, address)), **(environment or {})},
                    routes=own + list(routes), destinations=destinations, fixed_port=port, descriptor=public_doors,
                    binary=binary)
    (router.folder / "www" / "script.js").write_text(large_script())
    (router.folder / "www" / "small.txt").write_text("bye")
    return router, address


class Visitors:
    """Who sign in, look at a page and sign out, each from an address of his own; seconds of both, and what failed."""

    def __init__(self, address, say=print):
        self.address, self.say, self.number, self.failed = address, say, 0, 0

    def visit(self):
        browser = Browser({"X-Forwarded-For": f"198.18.{self.number // 250 % 250}.{self.number % 250 + 1}"})
        self.number += 1
        try:
            log_in(browser, self.address)  # the provider's form, and one of its sessions from now on
            router = self.address.split("//")[1]
            browser.cookies[router] = {}
            began = time.perf_counter()
            log_in(browser, self.address)
            signed_in = time.perf_counter()
            status, _, _ = browser.request("GET", self.address + "/my/logout")
            signed_out = time.perf_counter()
            if status != 302:
                raise RuntimeError(f"logout answered {status}")
        except (OSError, RuntimeError, http.client.HTTPException) as fault:
            self.say(f"    {fault}")
            self.failed += 1
            return None
        finally:
            browser.close()
        return signed_in - began, signed_out - signed_in

    def visits(self, seconds):
        """Seconds of login and of logout of every visit; fewer when too many fail."""
        end, times = time.monotonic() + seconds, []
        while time.monotonic() < end or len(times) < 3:
            one = self.visit()
            if one:
                times.append(one)
            elif self.failed > 3:
                break
        return times


def p99s(times):
    """Milliseconds: of login and of logout."""
    return [1000 * sorted(column)[int(0.99 * len(column))] for column in zip(*times)]


class Attack:
    """One of attacks.py from another process."""

    def __init__(self, name, port, rate):
        script = pathlib.Path(__file__).parent / "attacks.py"
        self.process = subprocess.Popen([sys.executable, str(script), name, str(port), str(rate)], stdin=subprocess.PIPE,
                                        stdout=subprocess.PIPE, text=True)

    def __enter__(self):
        self.process.stdout.readline()
        return self

    def __exit__(self, *_):
        self.process.stdin.close()
        self.sent = int(self.process.stdout.readline() or 0)
        self.process.wait(20)


def abuse(bench, sheet):
    seconds = 1 if sheet.quick else 10
    router, address = start(bench, "abuse")
    visitors = Visitors(address)
    visitors.visits(1)
    for name in attacks.ATTACKS:
        for rate in RATES:
            quiet, beside, sent = [], [], 0
            for _ in range(WINDOWS):
                quiet += visitors.visits(seconds / WINDOWS)
                with Attack(name, router.port, rate) as attack:
                    beside += visitors.visits(seconds / WINDOWS)
                sent += attack.sent
            what = f"{name}, {rate}/s"
            sheet.equals(f"{what}: visits that failed", visitors.failed, 0)
            visitors.failed = 0
            if not quiet or not beside:
                continue
            for part, without, along in zip(("login", "logout"), p99s(quiet), p99s(beside)):
                sheet.note(f"{what}: {part} p99 without and with", f"{without:.2f} and {along:.2f}", "ms")
                sheet.at_most(f"{what}: {part} p99, times that without", along / without, 2, by_speed=True)
            sheet.at_least(f"{what}: hostile requests sent", sent, 0.5 * rate * seconds, by_speed=True)
    sheet.equals("the same process serves", router.process.poll(), None)


def compressed_files(bench, sheet):
    """Others' requests beside eight clients that fetch a script of 5.5 MiB again and again."""
    seconds = 1.5 if sheet.quick else 9
    router, _ = start(bench, "compressed-files")
    for name, fresh in (("one file", False), ("a file that is new each time", True)):
        clients = [Fetcher(router, number, fresh) for number in range(8)]
        beside = ask_in_windows(bench, router.port, connections=4, rate=200, seconds=seconds, path="/small/")
        fetched = sum(client.stop() for client in clients)
        sheet.note(f"{name}: fetched", fetched)
        sheet.equals(f"{name}: others' requests that failed", beside["failed"], 0)
        sheet.at_most(f"{name}: others' p99", beside["p99_ms"], 10, "ms", by_speed=True)


class Fetcher:
    """Fetches the compressed script five times a second until it is stopped: as fast as they can, eight of them measure the
    machine. With `fresh` a file of a new time, compressed anew."""

    CODE = """
import http.client, os, sys, select
os.nice(19)  # they share the machine with what is measured
port, path, fresh = int(sys.argv[1]), sys.argv[2], sys.argv[3]
count = 0
connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
while not select.select([sys.stdin], [], [], 0.2)[0]:
    if fresh:
        os.utime(fresh, (1_600_000_000 + count, 1_600_000_000 + count))
    connection.request("GET", path, headers={"Accept-Encoding": "gzip"})
    connection.getresponse().read()
    count += 1
print(count)
"""

    def __init__(self, router, number, fresh):
        file = router.folder / "www" / f"script{number if fresh else ''}.js"
        if fresh:
            file.write_text((router.folder / "www" / "script.js").read_text())
        self.process = subprocess.Popen([sys.executable, "-c", self.CODE, str(router.port), f"/assets/{file.name}",
                                         str(file) if fresh else ""], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def stop(self):
        self.process.stdin.close()
        count = int(self.process.stdout.readline() or 0)
        self.process.wait(40)
        return count
