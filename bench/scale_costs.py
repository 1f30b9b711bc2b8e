"""What a login, a request, a logout, an end cost: commands and time of Redis, time of a replica, bytes, writes to disk."""
import pathlib
import select
import socket
import subprocess
import tempfile
import threading
import time

import machinery
from figure_list import ROOT
from figure import log_out_all
from proofs_scale import on_disk
from redis_servers import Redis
from visitors import statuses
from world import World, wait_until_told

COUNT = 5_000
TOKEN_BYTES = 1_200
ENDS_AFTER = 20  # s; those that time out


class Meter:
    """What Redis (commands, those of scripts among them; us of its core) and a router (us) spend on some work."""

    def __init__(self, redis):
        self.redis, self.idle = redis, {"commands": 0.0, "redis_us": 0.0, "router_us": 0.0}

    def read(self, router):
        words = self.redis.info("stats", "cpu")
        return {"commands": int(words["total_commands_processed"]),
                "redis_us": 1e6 * (float(words["used_cpu_user"]) + float(words["used_cpu_sys"])),
                "router_us": 1e6 * machinery.cpu_seconds(router.process.pid) if router else 0.0}

    def spent(self, router, work, count=COUNT):
        """For each of `count`, without what goes on all the time."""
        before, began = self.read(router), time.monotonic()
        work()
        after, took = self.read(router), time.monotonic() - began
        return {key: round(max(0.0, after[key] - before[key] - self.idle[key] * took) / count, 2) for key in after}

    def look_at_idle(self, router):
        """A second of a replica that has nothing to do."""
        self.idle = dict.fromkeys(self.idle, 0.0)
        self.idle = self.spent(router, lambda: time.sleep(5), 5)
        return self.idle


def measure():
    with tempfile.TemporaryDirectory(prefix="xs-scale-") as state:
        with machinery.Bench(ROOT, pathlib.Path(state), 0, False) as bench:
            return {"measured": time.strftime("%Y-%m-%d"), "token_bytes": TOKEN_BYTES, "redis": in_redis(bench), "sqlite": in_file(bench)}


def in_redis(bench):
    redis = Redis(bench)
    world = World(bench, "scale", redis.place())
    meter, empty, made = Meter(redis), redis.used_memory(), []
    costs = {"login": meter.spent(None, lambda: made.extend(world.fill(COUNT, token_bytes=TOKEN_BYTES, idle=3_600)))}
    costs["session_bytes"] = (redis.used_memory() - empty) // COUNT
    router = world.replica().start()
    time.sleep(3)
    costs["replica"] = dict(meter.look_at_idle(router))
    costs["asked"] = meter.spent(router, lambda: statuses(router, made))
    costs["known"] = meter.spent(router, lambda: statuses(router, made))

    def log_out():
        log_out_all(bench, router.port, made, 64)
        wait_until_told(world, range(COUNT), 60)

    costs["logout"] = meter.spent(router, log_out)
    world.fill(COUNT, token_bytes=TOKEN_BYTES, idle=ENDS_AFTER)
    costs["timeout"] = meter.spent(router, lambda: time.sleep(ENDS_AFTER + 25))
    # what a second replica spends on hearing of ends
    cookies = world.fill(COUNT, token_bytes=TOKEN_BYTES, idle=3_600)
    listener = world.replica().start()
    time.sleep(3)
    meter.look_at_idle(listener)
    costs["news"] = {"router_us": meter.spent(listener, lambda: log_out_all(bench, router.port, cookies, 64))["router_us"],
                     "redis_us": sending(Redis(bench))}
    return costs


def sending(redis, listeners=50, messages=20_000):
    """us that Redis spends on a message for each of those who listen."""
    stopping, sockets = threading.Event(), []
    for _ in range(listeners):
        sockets.append(socket.create_connection(("127.0.0.1", redis.port)))
        sockets[-1].sendall(b"SUBSCRIBE news\r\n")

    def drain():
        while not stopping.is_set():
            for one in select.select(sockets, [], [], 0.2)[0]:
                one.recv(1 << 20)

    thread = threading.Thread(target=drain)
    thread.start()
    meter = Meter(redis)
    spent = meter.spent(None, lambda: subprocess.run(
        ["redis-benchmark", "-p", str(redis.port), "-n", str(messages), "-q", "PUBLISH", "news", "x" * 120], check=True,
        capture_output=True), messages * listeners)["redis_us"]
    stopping.set()
    thread.join()
    for one in sockets:
        one.close()
    return spent


def in_file(bench):
    state = bench.state / "scale-state"
    world = World(bench, "scale-file", {"STATE_DIR": str(state)})
    cookies = world.fill(COUNT, token_bytes=TOKEN_BYTES, idle=3_600)
    costs = {"session_bytes": on_disk(state) // COUNT}
    router = world.replica().start()
    statuses(router, cookies)

    def written():
        lines = pathlib.Path(f"/proc/{router.process.pid}/io").read_text().splitlines()
        return int(dict(line.split(": ") for line in lines)["write_bytes"]), 1e6 * machinery.cpu_seconds(router.process.pid)

    before = written()
    log_out_all(bench, router.port, cookies, 64)
    wait_until_told(world, range(COUNT), 60)
    time.sleep(1)
    after = written()
    costs["logout"] = {"written_bytes": (after[0] - before[0]) // COUNT, "router_us": round((after[1] - before[1]) / COUNT, 1)}
    return costs
