"""kill -9: nothing is lost, and little is said twice (docs/contract/durability.md "Proof")."""
import os
import random
import re
import signal
import time

import machinery
from browser import Browser, log_in
from figure import eventually
from redis_servers import Redis
from visitors import Logouts, statuses
from world import World, wait_until_told

SEED = 4711


def kill_in_fan_out(bench, sheet, place, taken_over_within):
    """All sessions log out one after the other, whatever happens; meanwhile the router is killed and started again."""
    sessions, kills = (120, 6) if sheet.quick else (1000, 50)
    world = World(bench, "crash", place)
    router = world.replica()
    cookies = world.fill(sessions)
    router.start()
    logouts = Logouts([router], cookies, sessions / (0.35 * kills))
    dice, times = random.Random(SEED), []
    while len(times) < kills and logouts.is_alive():
        time.sleep(dice.uniform(0, 0.5))
        times.append(router.kill())
        router.start(wait=False)
    logouts.join()
    answered = [visit.number for visit in logouts.visits if visit.status == 302]
    took = wait_until_told(world, answered, taken_over_within)
    told = world.told()
    sheet.equals("logouts that were answered in the end", len(answered), sessions)
    sheet.equals("kills while they went on", len(times), kills)
    sheet.equals("of their back-end calls, lost", told.missing(answered), 0)
    sheet.note("all calls made after the last answer, after", took, "s")
    sheet.at_most("calls made twice; those in flight at a kill", told.repeated(), told.in_flight(times))
    sheet.equals("made twice, and not in flight at a kill", told.unexplained(times), 0)
    sheet.equals("cookies of before that are let in", statuses(router, cookies).count(200), 0)


def kill_sqlite(bench, sheet):
    kill_in_fan_out(bench, sheet, {"STATE_DIR": str(bench.state / "crash-state")}, 60)


def kill_redis(bench, sheet):
    """What a dead process has left in Redis is taken over a minute later."""
    kill_in_fan_out(bench, sheet, Redis(bench).place(), 120)


class Demo:
    """scripts/run, as somebody types it."""

    def __init__(self, bench, port, state):
        self.bench, self.out = bench, bench.state / f"demo-{time.monotonic_ns()}"
        self.log = bench.root / "build" / "demo-router.log"
        with open(self.out, "w", encoding="utf-8") as out:
            self.process = bench.start(["scripts/run"], cwd=bench.root, stdout=out, stderr=out,
                                       env={**os.environ, "PORT": str(port), "STATE_DIR": str(state), "PRESERVE_FRAGMENT": "false"})
        if eventually(lambda: "Ctrl-C ends everything" in self.text(), 900) is None:
            raise RuntimeError("the demo does not start:\n" + self.text()[-2000:])

    def text(self):
        return self.out.read_text(encoding="utf-8", errors="replace")

    def named(self, what):
        """The process that the demo says to send a signal to."""
        return int(re.search(rf"kill -{what} (\d+)", self.text())[1])

    def end(self):
        self.bench.stop(self.process)


def demo(bench, sheet):
    port, state = machinery.free_port(), bench.state / "demo-state"
    address = f"http://localhost:{port}"
    first = Demo(bench, port, state)
    stays, leaves = Browser(), Browser()
    for browser in (stays, leaves):
        log_in(browser, address, "/orders/")
    os.kill(first.named("USR1"), signal.SIGUSR1)  # invoices is away
    status, location, _ = leaves.request("GET", address + "/my/logout")
    sheet.equals("the logout is answered: status", status, 302)
    os.kill(first.named("9"), signal.SIGKILL)
    first.end()
    for browser in (stays, leaves):
        browser.close()  # its connections are to the one that is gone
    second = Demo(bench, port, state)
    took = eventually(lambda: "logout.complete" in second.log.read_text(), 60)
    sheet.says("started again, the receipt completes", took is not None)
    sheet.note("after", took, "s")
    receipts = [line for line in second.log.read_text().splitlines() if "logout.complete" in line]
    sheet.says("by it the one that was away has confirmed", any("invoices=confirmed" in line for line in receipts))
    sheet.equals("logouts that the second one has told of", len(receipts), 1)
    # by the router itself: the demo's back-ends believe no token of the provider that was before
    status = stays.request("GET", address + "/xs-router/session")[0]
    sheet.equals("a cookie from before still signs in: status of its session", status, 200)
    login = leaves.request("GET", address + "/orders/")
    sheet.equals("the one that signed out is sent to the login: status", login[0], 302)
    second.end()
