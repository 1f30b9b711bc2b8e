"""Several replicas behind a plain TCP balancer, and one that is cut off from Redis (docs/contract/durability.md "Proof")."""
import threading
import time
import urllib.parse

import islands
import machinery
from browser import Browser, log_in
from figure import eventually
from provider_stub import RefreshingProvider
from raw_websocket import WebSocket
from redis_servers import Line, Redis
from visitors import Logouts, statuses
from world import World, wait_until_told

EVERYWHERE_WITHIN = 1.0  # seconds
SOCKET = {"source": "^/socket/(.*)$", "target": "/$1", "destination": "sockets", "authenticationType": "oidc", "csrfProtection": False}


def until_dead(routers, cookies):
    """Seconds until no router lets any of these in; None: some still does."""
    return eventually(lambda: all(statuses(router, cookies).count(401) == len(cookies) for router in routers), 5)


def behind_balancer(bench, sheet):
    for count in (2, 3):
        together(bench, sheet, count)


def together(bench, sheet, count):
    ports = [machinery.free_port() for _ in range(count)]
    balancer = Line(bench, *ports)
    world = World(bench, f"balanced-{count}", Redis(bench).place(), front=balancer.port)
    world.destinations.append({"name": "sockets", "url": f"http://127.0.0.1:{bench.ports['websocket']}"})
    world.descriptor["routes"].insert(0, SOCKET)
    routers = [world.replica(port=port).start() for port in ports]
    address = f"http://localhost:{balancer.port}"
    browser, cookies = Browser({"Connection": "close"}), []
    netloc = urllib.parse.urlsplit(address).netloc
    for _ in range(20):  # each request of a login comes to another router
        browser.cookies[netloc] = {}
        log_in(browser, address)
        cookies.append(browser.cookies[netloc]["JSESSIONID"])
    let_in = sum(statuses(router, cookies).count(200) for router in routers)
    sheet.equals(f"{count} routers: 20 cookies, let in at each", let_in, 20 * count)

    socket = WebSocket(ports[1], "/socket/echo", cookie=f"JSESSIONID={cookies[0]}")
    echoed = socket.echoes(b"hello")
    Logouts(routers[-1:], cookies[:1], 100).join()
    took, code = until_dead(routers, cookies[:1]), socket.told()
    sheet.says(f"{count} routers: signed out at the last one, dead at all within {EVERYWHERE_WITHIN:g} s",
               took is not None and took <= EVERYWHERE_WITHIN)
    sheet.equals("a WebSocket at another one, which worked before, is closed with", code if echoed else 0, 4001)

    idp = world.provider["OIDC_ISSUER"]
    _, _, page = browser.request("POST", idp + "/sign-out", "")  # which makes the back-channel call, to any of them
    took = until_dead(routers, cookies)
    sheet.says(f"{count} routers: signed out at the provider, the application answered 200", "answered 200" in page)
    sheet.at_most("by its back-channel call all others are dead at all after", took if took is not None else 99, EVERYWHERE_WITHIN, "s")

    provider = RefreshingProvider()
    try:
        refresh_once(bench, sheet, count, provider)
    finally:
        provider.close()


def refresh_once(bench, sheet, count, provider):
    """A hundred requests at the time when the tokens are due: each waits for the one refresh."""
    world = World(bench, f"refreshing-{count}", Redis(bench).place(), provider=provider.variables())
    routers = [world.replica().start() for _ in range(count)]
    cookies = world.fill(1, expires=4)
    began = time.monotonic()
    time.sleep(max(0.0, 4.5 - (time.monotonic() - began)))
    answers, threads = [], []
    for router in routers:
        threads.append(threading.Thread(target=lambda one: answers.extend(statuses(one, cookies * (100 // count), 100)), args=(router,)))
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    sheet.equals(f"{count} routers: requests at the due time that were answered 200", answers.count(200), 100 // count * count)
    sheet.equals("refreshes for them", provider.refreshes, 1)


def cut_off(bench, sheet):
    if fault := islands.why_not():
        return sheet.note("skipped, there are no network namespaces here: " + fault, 0)
    made = []
    try:
        for number in range(2):
            made.append(islands.Island(number))
        partition(bench, sheet, made)
    finally:
        for island in made:
            island.remove()


def partition(bench, sheet, made):
    """The first replica loses its link to Redis for ten seconds; people go on signing out at both."""
    cut_for, rate = 10, 20
    redis = Redis(bench, bind=" ".join(["127.0.0.1"] + [island.here["b"] for island in made]))
    world = World(bench, "cut-off", redis.place(), witness=islands.start_witness(bench, made[0].here["f"]))
    cookies = world.fill(600)
    before, at_other, at_cut, stays = cookies[:200], cookies[200:400], cookies[400:500], cookies[500:]
    routers = [world.replica({"SESSION_STORE": f"redis://{island.here['b']}:{redis.port}"}, inside=island.inside,
                             host=island.host).start() for island in made]
    cut, other = routers
    for router in routers:
        if eventually(lambda: statuses(router, cookies).count(200) == len(cookies), 20) is None:
            raise RuntimeError("sessions that cannot be used")
    visits = []
    first = Logouts([other], before, 200)
    first.join()
    time.sleep(EVERYWHERE_WITHIN)
    sheet.equals("200 signed out at the other one: accepted at the first", statuses(cut, before).count(200), 0)

    made[0].cut()
    began = time.monotonic()
    logouts = [Logouts([other], at_other, rate, 200), Logouts([cut], at_cut, rate / 2, 400)]
    tried, accepted = 0, 0
    while (gone := time.monotonic() - began) < cut_for:
        # those whose logout is older than what a replica may not know yet
        over = before + at_other[:max(0, int((gone - EVERYWHERE_WITHIN - 0.25) * rate))]
        answers = statuses(cut, over[-100:])
        tried, accepted = tried + len(answers), accepted + answers.count(200)
    made[0].mend()
    for one in logouts:
        one.join()
    for one in [first, *logouts]:
        visits += one.visits
    sheet.note("link cut for 10 s: dead cookies tried at the replica that was cut off", tried)
    sheet.equals("of those, accepted", accepted, 0)
    sheet.equals("logouts answered meanwhile, at both", sum(visit.status in (200, 302) for visit in visits), 500)
    back = eventually(lambda: statuses(cut, stays).count(200) == len(stays), 20)
    sheet.says("mended: who had not signed out is let in", back is not None)
    sheet.note("after", back, "s")
    gone = before + at_other + at_cut
    for number, router in enumerate(routers):
        sheet.equals(f"mended: 500 dead cookies at router {number + 1}: accepted", statuses(router, gone).count(200), 0)
    sheet.says("every back-end was told of all", wait_until_told(world, range(500), 120) is not None)
