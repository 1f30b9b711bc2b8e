"""Redis dies, forgets, is slow, says nothing, fails over, loses a node: no dead cookie is accepted, no call is lost."""
import time

from figure import eventually
from redis_servers import Cluster, Group, Line, Redis
from visitors import Logouts, Replays, statuses
from world import World, wait_until_told

RATE = 200  # logouts a second
FAULT_AFTER, FAULT_FOR, CALM_FOR = 3, 5, 4  # seconds
TOLD_WITHIN = 120  # what only Redis knew of is handed out again a minute later


def during_logouts(bench, sheet, name, place, fault, mend, forgets=False, bystanders=0):
    """Two replicas; sessions log out at a steady rate, and those that had before are tried again, while `fault` comes and
    `mend` ends it. `forgets`: Redis comes back empty, and with it all sessions that had not signed out are over.
    `bystanders`: so many more sessions, which no router has seen, are used with the fault; it takes a third of them."""
    old_count, seconds = (300, 6) if sheet.quick else (10_000, FAULT_AFTER + FAULT_FOR + CALM_FOR)
    world = World(bench, name, place)
    routers = [world.replica(), world.replica()]
    cookies = world.fill(old_count + RATE * seconds + bystanders, idle=1_800)
    cookies, others = cookies[:old_count + RATE * seconds], cookies[old_count + RATE * seconds:]
    old, leaving = cookies[:old_count], cookies[old_count:]
    for router in routers:
        router.start()
        if eventually(router.is_ready, 20) is None:
            raise RuntimeError("the router is not ready")
    Logouts(routers, old, 1_000).join()
    for router in routers:  # so that each has seen them
        if statuses(router, leaving).count(200) != len(leaving):
            raise RuntimeError("sessions that cannot be used")
    logouts, replays = Logouts(routers, leaving, RATE, first=old_count), Replays(routers, old)
    time.sleep(FAULT_AFTER)
    fault()
    served = statuses(routers[0], others, len(others)).count(200) if others else 0
    time.sleep(FAULT_FOR)
    mend()
    back = eventually(lambda: all(router.is_ready() for router in routers), 20)
    logouts.join()
    replays.stop()
    answered = [visit for visit in logouts.visits if visit.status == 302]
    # who is gone with Redis had nobody left to be told of it
    acknowledged = [visit.number for visit in answered if visit.logout_id or not forgets]
    took = wait_until_told(world, acknowledged, TOLD_WITHIN)
    sheet.note("old cookies tried meanwhile", replays.tried)
    sheet.equals("of those, accepted", replays.accepted, 0)
    for number, router in enumerate(routers):
        sheet.equals(f"after it, {len(cookies)} cookies tried at router {number + 1}: accepted",
                     statuses(router, cookies).count(200), 0)
    sheet.equals(f"logouts at {RATE}/s that were answered", len(answered), len(leaving))
    if others:
        sheet.at_least(f"of {len(others)} other sessions, served with the fault", served, len(others) // 2)
    sheet.note("slowest answer", max(visit.seconds for visit in answered), "s")
    sheet.equals("back-end calls of them, lost", world.told().missing(acknowledged), 0)
    sheet.note("all made after the last answer, after", took, "s")
    sheet.note("of them without a receipt's id at once", sum(not visit.logout_id for visit in answered))
    sheet.at_most("/ready is green again after", back if back is not None else 99, 1.5, "s", by_speed=True)


def killed(bench, sheet):
    redis = Redis(bench)
    during_logouts(bench, sheet, "killed", redis.place(), redis.kill, redis.start, forgets=True)


def restarted_empty(bench, sheet):
    """At once, so that no router sees that it was away for long."""
    redis = Redis(bench)

    def restart():
        redis.kill()
        redis.start()

    during_logouts(bench, sheet, "emptied", redis.place(), restart, lambda: None, forgets=True)


def slow(bench, sheet):
    redis = Redis(bench)
    line = Line(bench, redis.port)
    during_logouts(bench, sheet, "slow", redis.place(line.port), lambda: line.tell("delay 250"), lambda: line.tell("pass"))


def silent(bench, sheet):
    redis = Redis(bench)
    line = Line(bench, redis.port)
    during_logouts(bench, sheet, "silent", redis.place(line.port), lambda: line.tell("hole"), lambda: line.tell("pass"))


def failed_over(bench, sheet):
    group = Group(bench)
    during_logouts(bench, sheet, "failed-over", group.place(), group.master.kill, lambda: None)


def node_lost(bench, sheet):
    cluster = Cluster(bench)
    during_logouts(bench, sheet, "node-lost", cluster.place(), cluster.masters()[0].kill, lambda: None, bystanders=90)
