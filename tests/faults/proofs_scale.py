"""Many: a million sessions in each store, a hundred thousand that end in one minute, logouts a second with and without fsync."""
import os
import pathlib
import time

import machinery
from figure import Load, eventually, log_out_all, public
from redis_servers import Redis
from world import BACK_ENDS, SECRET, World

PACED = 2_000  # calls a second and back-end: FanOutOptions::paced_per_second


def on_disk(folder):
    return sum(file.stat().st_size for file in pathlib.Path(folder).glob("state.db*"))


def million(bench, sheet):
    count = 20_000 if sheet.quick else int(os.environ.get("PROOF_SESSIONS", 1_000_000))
    redis = Redis(bench)
    empty = redis.used_memory()
    file = bench.state / "million-state"
    for name, place, stored in (("memory", {}, lambda: 0), ("SQLite", {"STATE_DIR": str(file)}, lambda: on_disk(file)),
                                ("Redis", redis.place(), lambda: redis.used_memory() - empty)):
        # which fails where one is not made, or not found by its id
        filled = bench.fill({"SESSION_SECRET": SECRET, **place}, count=count, idle=86_400, token_bytes=1_200 if name != "memory" else 0)
        sheet.note(f"{name}: sessions made", count)
        sheet.note(f"{name}: resident memory of the router, each", filled["bytes_per_session"], "B")
        if size := stored():
            sheet.note(f"{name}: stored, each, of it 1,200 B a token", size // count, "B")
        sheet.note(f"{name}: made in", filled["create_all_s"], "s")
        sheet.note(f"{name}: look-up, p50 and p99", f"{filled['lookup_p50_us']:.1f} and {filled['lookup_p99_us']:.1f}", "us")


def busiest_second(told):
    """Of one back-end: the most calls that came within a second."""
    most = 0
    for number in range(BACK_ENDS):
        came = sorted(calls[0][0] for key, calls in told.calls.items() if key[0] == f"b{number}")
        first = 0
        for last, time_of_last in enumerate(came):
            while came[first] < time_of_last - 1:
                first += 1
            most = max(most, last - first + 1)
    return most


def expiring(bench, sheet, place, idle):
    count = 2_000 if sheet.quick else 100_000
    spread = 10 if sheet.quick else 60
    world = World(bench, "expiring", place)
    # another back-end than those that are told, whose requests are counted
    world.destinations.append({"name": "others", "url": f"http://127.0.0.1:{bench.ports['small']}"})
    world.descriptor["routes"].insert(0, public("^/others/(.*)$", "others"))
    router = world.replica()
    began = time.monotonic()
    world.fill(count, idle=idle, spread=spread)
    sheet.note(f"{count} sessions filled in", time.monotonic() - began, "s")
    router.start()
    with Load(bench, "ask", router.port, connections=16, rate=200, path="/others/") as load:
        took = eventually(lambda: bench.counted("witness") >= BACK_ENDS * count, idle + spread + 120)
        figures = load.finish()
    ended = time.monotonic() - began
    told = world.told()
    sheet.says(f"{count} sessions end within {spread} s: every back-end is told", took is not None)
    sheet.equals(f"of {BACK_ENDS * count} calls, missing", told.missing(range(count)), 0)
    time.sleep(3)
    sheet.equals("calls made twice", world.told().repeated(), 0)
    sheet.note("the last one after the last session's end, after", ended - idle - spread, "s")
    sheet.at_most("paced: most calls to one back-end in a second", busiest_second(told), 1.1 * PACED)
    sheet.equals("requests of others meanwhile, failed", figures["failed"], 0)
    sheet.note("their p99", figures["p99_ms"], "ms")


def expiring_sqlite(bench, sheet):
    expiring(bench, sheet, {"STATE_DIR": str(bench.state / "expiring-state")}, 5 if sheet.quick else 25)


def expiring_redis(bench, sheet):
    expiring(bench, sheet, Redis(bench).place(), 5 if sheet.quick else 45)


def durable(bench, sheet):
    count, back_ends = 300 if sheet.quick else 6_000, 10
    places = {"with fsync": bench.state, "without, in memory": pathlib.Path("/dev/shm")}
    for how, where in places.items():
        state = where / f"xs-proof-{machinery.free_port()}"
        world = World(bench, "durable-" + how.split(",")[0].replace(" ", "-"), {"STATE_DIR": str(state)}, back_ends=back_ends)
        router = world.replica()
        cookies = world.fill(count)
        router.start()
        told, began = bench.counted("witness"), machinery.cpu_seconds(router.process.pid)
        figures = log_out_all(bench, router.port, cookies, 64)
        rate = count / figures["seconds"]
        sheet.says(f"{how}: every back-end is told",
                   eventually(lambda: bench.counted("witness") >= told + back_ends * count, 60) is not None)
        spent = machinery.cpu_seconds(router.process.pid) - began
        if how == "with fsync":
            sheet.at_least(f"durable logouts, {back_ends} back-ends, {how}", rate, 1_000, "/s", by_speed=True)
        else:
            sheet.note(f"the same {how}", rate, "/s")
        sheet.note("p50 and p99 of an answer", f"{figures['p50_ms']:.1f} and {figures['p99_ms']:.1f}", "ms")
        sheet.note("time of the router, a logout and its calls", 1e6 * spent / count, "us")
        router.kill()
        for file in state.glob("*"):
            file.unlink()
        state.rmdir()
