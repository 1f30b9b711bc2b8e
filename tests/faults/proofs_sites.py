"""Two sites of three replicas each, whose routers tell each other of every session that ends
(docs/contract/signals.md "Proof")."""
import json
import time

import islands
from browser import provider_variables, start_provider
from figure import eventually
from machinery import free_port
from redis_servers import Line, Redis
from visitors import Logouts, statuses
from world import World, wait_until_told

REPLICAS = 3
RATE = 100  # logouts a second, at both together
GONE_WITHIN = 2.0  # seconds
KILLED_WITHIN = 120  # what the dead have left in Redis is taken over a minute later
AWAY = 1.0  # seconds from the kill on


class Site:
    """Its routers behind a plain balancer, over a Redis and back-ends of its own."""

    def __init__(self, bench, name, provider):
        self.ports = [free_port() for _ in range(REPLICAS)]
        self.origin = f"http://127.0.0.1:{Line(bench, *self.ports).port}"
        place = {**Redis(bench).place(), "SESSION_SECRET": f"the secret that the replicas of the site {name} share", "SIGNALS_ISSUER": self.origin}
        self.world = World(bench, name, place, provider=provider, witness=islands.start_witness(bench, "127.0.0.1"))

    def subscribe_to(self, other):
        self.world.descriptor["signals"] = {
            "endpoint": "/signals", "transmitters": [{"issuer": other.origin, "audience": self.origin}],
            "subscribers": [{"url": other.origin + "/signals", "audience": other.origin}]}

    def start(self):
        self.routers = [self.world.replica(port=port).start() for port in self.ports]

    def restart(self):
        """All of them die at once, as a crash."""
        self.kill()
        time.sleep(AWAY)
        for router in self.routers:
            router.start(wait=False)

    def kill(self):
        for router in self.routers:
            router.kill()

    def let_in(self, cookies):
        """How often one of these is let in by one of the routers."""
        return sum(statuses(router, cookies).count(200) for router in self.routers)

    def heard(self):
        """Outcomes of all signals that came."""
        lines = [json.loads(line) for router in self.routers for line in router.log().splitlines() if '"signals.received"' in line]
        return [line["outcome"] for line in lines]


class People:
    """With a session at both sites: half of them sign out here, half there."""

    def __init__(self, sites, count):
        self.sites, self.count = sites, count
        self.cookies = [site.world.fill(count) for site in sites]

    def leave(self):
        """A thread a site; the second one's are of the upper half."""
        half = self.count // 2
        parts = ((self.cookies[0][:half], 0), (self.cookies[1][half:], half))
        return [Logouts(site.routers, cookies, RATE / 2, first) for site, (cookies, first) in zip(self.sites, parts)]

    def let_in(self):
        return sum(site.let_in(cookies) for site, cookies in zip(self.sites, self.cookies))


def delays(people, visits):
    """Seconds from each one's answer until the other site, where the session is over then, tells its first back-end."""
    half = people.count // 2
    calls = [site.world.told().calls for site in people.sites]
    return sorted(calls[visit.number < half]["b0", visit.number][0][0] - visit.answered_at for visit in visits)


def undisturbed(sheet, sites, people, visits):
    gone = eventually(lambda: people.let_in() == 0, 10, 0.05)
    told = [wait_until_told(site.world, range(people.count), 30) is not None for site in sites]
    sheet.says("every session is gone on both, all back-ends of both told of each", gone is not None and all(told))
    if gone is None or not all(told):
        return
    took = delays(people, visits)
    sheet.note("gone at the other site after, median", took[len(took) // 2], "s")
    sheet.at_most("the same, the last one", took[-1], GONE_WITHIN, "s")
    for number, site in enumerate(sites):
        heard = site.heard()
        sheet.equals(f"signals that came to site {number + 1}: one for each who left the other", len(heard), people.count // 2)
        sheet.equals("of those, not taken", sum(outcome != "taken" for outcome in heard), 0)
        sheet.equals("its back-ends told twice", site.world.told().repeated(), 0)


def disturbed(sheet, sites, people, what):
    gone = eventually(lambda: people.let_in() == 0, KILLED_WITHIN, 1)
    sheet.says(f"{what}: every session is gone on both", gone is not None)
    sheet.note("after the last answer", gone, "s")
    for number, site in enumerate(sites):
        wait_until_told(site.world, range(people.count), KILLED_WITHIN)
        sheet.equals(f"{what}: calls to the back-ends of site {number + 1} that were lost",
                     site.world.told().missing(range(people.count)), 0)
        sheet.equals("signals that came back to where they began", site.heard().count("began here"), 0)


def leave(bench, sheet, name, killed=None):
    """All sign out, half of them here, half there; `killed`: the site that crashes when half of them have left."""
    count = 40 if sheet.quick else 1000
    sites = make_sites(bench, name)
    people = People(sites, count)
    what = name if killed is None else f"site {killed + 1} killed in the middle"
    sheet.equals(f"{what}: let in at first, each at every router of both", people.let_in(), 2 * REPLICAS * count)
    logouts = people.leave()
    if killed is not None:
        time.sleep(count / RATE / 2)
        sites[killed].restart()
    for one in logouts:
        one.join()
    visits = [visit for one in logouts for visit in one.visits]
    sheet.equals(f"{what}: logouts that were answered", sum(visit.status == 302 for visit in visits), count)
    if killed is None:
        undisturbed(sheet, sites, people, visits)
    else:
        disturbed(sheet, sites, people, what)
    for site in sites:
        site.kill()


def make_sites(bench, name):
    provider = provider_variables(start_provider(bench, f"http://localhost:{free_port()}"))
    sites = [Site(bench, f"{name}-{number}", provider) for number in range(2)]
    for site, other in zip(sites, reversed(sites)):
        site.subscribe_to(other)
        site.start()
    return sites


def two_sites(bench, sheet):
    leave(bench, sheet, "undisturbed")
    leave(bench, sheet, "first-killed", 0)
    leave(bench, sheet, "second-killed", 1)
