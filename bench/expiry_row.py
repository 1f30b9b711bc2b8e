"""proxy-small while sessions time out, and the same without. Each session that ends makes a call to three back-ends.

100,000 expiring sessions a minute are 1,667 a second; here that rate holds for the three seconds in which the sessions,
made by real logins, were last used. Every one of them has to be told to every back-end, or the row fails."""
import time

import machinery
from browser import make_sessions, provider_variables, start_provider
from figure import Load

BACK_ENDS = 3
RATE = 1_667
IDLE_SECONDS = 60  # SESSION_TIMEOUT is in minutes


def start(bench, key="expiry", variables=None):
    port = machinery.free_port()
    address = f"http://localhost:{port}"
    destinations = [{"name": "origin", "url": f"http://127.0.0.1:{bench.ports['small']}"}]
    destinations += [{"name": f"b{i}", "url": f"http://127.0.0.1:{bench.ports['told']}", "forwardAuthToken": True}
                     for i in range(BACK_ENDS)]
    route = {"target": "/$1", "destination": "origin", "csrfProtection": False}
    descriptor = {"compression": {"enabled": False}, "logout": {"logoutEndpoint": "/my/logout"},
                  "destinations": {f"b{i}": {"logoutPath": "/logout"} for i in range(BACK_ENDS)},
                  "routes": [{**route, "source": "^/app/(.*)$", "authenticationType": "oidc"},
                             {**route, "source": "^/(.*)$", "authenticationType": "none"}]}
    process, _ = bench.router(key, descriptor, destinations, {**provider_variables(start_provider(bench, address)), "PORT": str(port),
                                                             "SESSION_TIMEOUT": "1", **(variables or {})})
    return process, port, address


def use_all(bench, port, cookies):
    """Uses each session once, at RATE."""
    names = bench.state / "sessions"
    names.write_text("".join(f"Cookie: JSESSIONID={cookie}\n" for cookie in cookies))
    with Load(bench, "ask", port, connections=16, rate=RATE, seconds=len(cookies) / RATE, path="/app/", headers=names) as load:
        figures = load.next()
    if figures["failed"]:
        raise RuntimeError(f"sessions that could not be used: {figures['faults']}")


def measure(bench, proxy):
    process, port, address = bench.proxy("xs-router", "expiry-row", lambda: start(bench))
    url = f"http://127.0.0.1:{port}/"
    if proxy == "no-expiry":
        return bench.load(process, url, 64)
    count = 50 if bench.quick else 5_000
    cookies = make_sessions(address, count)
    before, used = bench.counted("told"), time.monotonic()
    use_all(bench, port, cookies)
    time.sleep(max(0.0, used + IDLE_SECONDS - 1 - time.monotonic()))
    figures = bench.load(process, url, 64)
    deadline = time.monotonic() + 60
    while bench.counted("told") - before < BACK_ENDS * count:
        if time.monotonic() > deadline:
            raise RuntimeError(f"{bench.counted('told') - before} of {BACK_ENDS * count} logout calls arrived")
        time.sleep(0.1)
    return {**figures, "all_told_after_s": time.monotonic() - used - IDLE_SECONDS}


# The large one: in a file, for which no logins are needed; ends are spread evenly, so many in each minute.
LARGE, IN_A_MINUTE, BEFORE_THE_FIRST = 1_000_000, 100_000, 240


def start_large(bench):
    """The router, its port, and when its first session ends."""
    count, wait = (20_000, 10) if bench.quick else (LARGE, BEFORE_THE_FIRST)
    place = {"STATE_DIR": str(bench.state / "expiry-state"), "SESSION_SECRET": "of no value, as nothing here is kept"}
    first = time.monotonic() + wait
    bench.fill(place, count=count, token_bytes=64, idle=wait, spread=60 * LARGE // IN_A_MINUTE)
    process, port, _ = start(bench, "expiry-large", place)
    if time.monotonic() > first:
        raise RuntimeError("the first sessions ended before the router was there")
    return process, port, first


def measure_large(bench, proxy):
    if proxy == "no-expiry":
        process, port, _ = bench.proxy("no-expiry", "expiry-row", lambda: start(bench, "expiry-none"))
        return bench.load(process, f"http://127.0.0.1:{port}/", 64)
    process, port, first = bench.proxy("xs-router", "expiry-large-row", lambda: start_large(bench))
    time.sleep(max(0.0, first + 2 - time.monotonic()))
    before, began = bench.counted("told"), time.monotonic()
    figures = bench.load(process, f"http://127.0.0.1:{port}/", 64)
    return {**figures, "calls_per_second": (bench.counted("told") - before) / (time.monotonic() - began)}
