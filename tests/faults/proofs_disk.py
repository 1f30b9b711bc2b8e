"""A state file that is cut, flipped, or on a disk without room (docs/contract/durability.md "SQLite")."""
import os
import re
import subprocess
import time

from figure import eventually
from visitors import Logouts, statuses
from world import World, wait_until_told

ROOM = "4m"


def damage(bench, sheet):
    """Storage classes against the same file, cut and flipped anew each time (tests/storage/records_test.cpp)."""
    every = 509 if sheet.quick else int(os.environ.get("DAMAGE_EVERY", 1))
    ended = subprocess.run([str(bench.binaries / "storage_tests"), "--test-case=records: *cut anywhere*,records: flipped bits*",
                            "--duration"], capture_output=True, text=True, timeout=3600,
                           env={**os.environ, "DAMAGE_EVERY": str(every)})
    found = re.search(r"test cases:\s+(\d+) \|\s+(\d+) passed \|\s+(\d+) failed", ended.stdout)
    sheet.note("bytes between two cuts of the last 64 KiB", every)
    sheet.equals("tests that passed: file cut, journal cut, bits flipped", int(found[2]), 3)
    sheet.equals("files that did not open, or lost more than a page", int(found[3]), 0)


def mount_small_disk(folder):
    """Why it cannot be; empty: it is there."""
    folder.mkdir()
    done = subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={ROOM}", "xs-proof", str(folder)], capture_output=True, text=True)
    return done.stderr.strip()


def disk_full(bench, sheet):
    disk = bench.state / "disk"
    if fault := mount_small_disk(disk):
        return sheet.note("skipped, no disk of its own may be mounted here: " + fault, 0)
    try:
        fill_and_free(bench, sheet, disk)
    finally:
        subprocess.run(["umount", "--lazy", str(disk)], check=True)


def fill_and_free(bench, sheet, disk):
    sessions = 200
    world = World(bench, "disk", {"STATE_DIR": str(disk / "state")})
    router = world.replica()
    cookies = world.fill(sessions)
    router.start()
    ballast = disk / "ballast"
    with open(ballast, "wb", buffering=0) as out:
        for size in (64 * 1024, 512):
            try:
                while True:
                    out.write(b"x" * size)
            except OSError:
                continue
    began = time.monotonic()
    logouts = Logouts([router], cookies[:150], 50)
    logouts.join()
    answered = [visit.number for visit in logouts.visits if visit.status == 302]
    sheet.equals("disk full: logouts that are answered, of 150", len(answered), 150)
    sheet.equals("disk full: their cookies that are let in", statuses(router, cookies[:150]).count(200), 0)
    sheet.equals("disk full: others that are let in, of 50", statuses(router, cookies[150:]).count(200), 50)
    sheet.says("disk full: /ready is red", not router.is_ready())
    visit = logouts.visits[-1]
    _, receipt = router.ask("/api/logouts/" + visit.logout_id)
    sheet.says("disk full: the receipt says that it is not durable", receipt is not None and receipt.get("durable") is False)
    minutes = (time.monotonic() - began) / 60
    sheet.at_most("disk full: lines in the log that say so", router.log().count('"storage.not_writable"'), 1 + minutes)
    sheet.says("their back-ends are told all the same", wait_until_told(world, answered, 20) is not None)
    ballast.unlink()
    took = eventually(router.is_ready, 20)
    sheet.says("room again: /ready is green, without a restart", took is not None)
    sheet.note("after", took, "s")
    router.kill()
    router.start()
    sheet.equals("killed after that: cookies that signed out and are let in", statuses(router, cookies[:150]).count(200), 0)
    sheet.equals("killed after that: others that are let in, of 50", statuses(router, cookies[150:]).count(200), 50)
