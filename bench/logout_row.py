"""Logout under load: real logins at the demo provider first, then one logout after the other on kept-alive
connections, while one back-end of ten hangs and another refuses. What counts is how long the browser waits."""
import machinery
from browser import make_sessions, provider_variables, start_provider
from figure import log_out_all

CONNECTIONS = 8


def stores(bench):
    """Variables that say where sessions and calls are kept."""
    return {"memory": lambda: {},
            "sqlite": lambda: {"STATE_DIR": str(bench.state / "logout-state")},
            "redis": lambda: machinery.start_redis(bench)}


def start(bench, store):
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
    process, _ = bench.router("logout-" + store, descriptor, destinations,
                              {**provider_variables(provider), "PORT": str(router_port), **stores(bench)[store]()})
    return process, router_port, address


def measure(bench, store):
    process, port, address = bench.proxy(store, "logout-row", lambda: start(bench, store))
    cookies = make_sessions(address, 100 if bench.quick else 2000)
    before = machinery.cpu_seconds(process.pid)
    figures = log_out_all(bench, port, cookies, CONNECTIONS)
    spent = machinery.cpu_seconds(process.pid) - before
    return {"per_second": len(cookies) / figures["seconds"], "p50_ms": figures["p50_ms"], "p99_ms": figures["p99_ms"],
            "max_ms": figures["max_ms"], "cpu_us_per_call": 1e6 * spent / (len(cookies) * 10), "peak_mib": machinery.peak_mib(process.pid)}
