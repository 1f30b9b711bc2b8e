"""Logout under load: real logins at the demo provider first, then one logout after the other on kept-alive
connections, while one back-end of ten hangs and another refuses. What counts is how long the browser waits."""
import concurrent.futures
import http.client
import statistics
import time
import urllib.parse

import machinery
from browser import make_sessions, provider_variables, start_provider

CONNECTIONS = 8


def log_out_all(address, cookies):
    connection = http.client.HTTPConnection(urllib.parse.urlsplit(address).netloc, timeout=20)
    times = []
    for cookie in cookies:
        began = time.perf_counter()
        connection.request("GET", "/my/logout?siteId=3", headers={"Cookie": "JSESSIONID=" + cookie})
        response = connection.getresponse()
        response.read()
        times.append(1000 * (time.perf_counter() - began))
        if response.status != 302:
            raise RuntimeError(f"logout answered {response.status}")
    return times


def start(bench):
    kinds = ["small"] * 8 + ["hang"]
    ports = [machinery.free_port() for _ in kinds]
    origin = bench.start([str(bench.binaries / "bench-origin")] + [f"{port}:{kind}" for port, kind in zip(ports, kinds)])
    for port in ports:
        machinery.wait_for_port(port, origin)
    ports.append(machinery.free_port())  # nobody listens here
    router_port = machinery.free_port()
    address = f"http://localhost:{router_port}"
    provider = start_provider(bench, address)
    destinations = [{"name": f"b{i}", "url": f"http://127.0.0.1:{port}", "forwardAuthToken": True} for i, port in enumerate(ports)]
    descriptor = {"logout": {"logoutEndpoint": "/my/logout", "logoutPage": "/bye.html", "revokeTokens": False},
                  "destinations": {d["name"]: {"logoutPath": "/logout"} for d in destinations},
                  "routes": [{"source": "^/app/(.*)$", "target": "/$1", "destination": "b0", "authenticationType": "oidc"}]}
    process, port = bench.router("logout", descriptor, destinations,
                                 {**provider_variables(provider), "PORT": str(router_port)})
    return process, router_port, address


def measure(bench, _):
    process, port, address = bench.proxy("xs-router", "logout-row", lambda: start(bench))
    cookies = make_sessions(address, 100 if bench.quick else 2000)
    shares = [cookies[i::CONNECTIONS] for i in range(CONNECTIONS)]
    before = machinery.cpu_seconds(process.pid)
    began = time.perf_counter()
    with concurrent.futures.ThreadPoolExecutor(CONNECTIONS) as pool:
        times = sorted(sum(pool.map(lambda share: log_out_all(address, share), shares), []))
    took = time.perf_counter() - began
    spent = machinery.cpu_seconds(process.pid) - before
    return {"per_second": len(times) / took, "p50_ms": statistics.median(times), "p99_ms": times[int(0.99 * len(times))],
            "max_ms": times[-1], "cpu_us_per_call": 1e6 * spent / (len(times) * 10), "peak_mib": machinery.peak_mib(process.pid)}
