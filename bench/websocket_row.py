"""Many WebSockets and few messages, echoed by the back-end."""
import machinery
import peers
from figure import Load

UPGRADE = """location / {
  proxy_pass http://origin; proxy_set_header Upgrade $http_upgrade; proxy_set_header Connection "upgrade";
  proxy_read_timeout 300s; proxy_buffering off;
}"""


def start(bench, proxy):
    if proxy == "nginx":
        return peers.nginx(bench, "websocket", UPGRADE, {"origin": bench.ports["websocket"]})
    return bench.router("websocket", {"websockets": {"enabled": True}, "routes": [peers.public_route("origin")]},
                        [{"name": "origin", "url": f"http://127.0.0.1:{bench.ports['websocket']}"}],
                        {"LIMIT_UPSTREAM_CONNECTIONS": "12000"})


def measure(bench, proxy):
    count, rate = (200, 500) if bench.quick else (5_000, 1_000)
    process, port = start(bench, proxy)

    def messages(at_rate):
        before = machinery.cpu_seconds(process.pid)
        with Load(bench, "websockets", port, count=count, rate=at_rate, seconds=max(1, int(bench.seconds))) as load:
            figures = load.next()
        if figures["open"] != count:
            raise RuntimeError(f"{figures['open']} of {count} sockets open at {proxy}")
        return figures, machinery.cpu_seconds(process.pid) - before

    _, opening = messages(1)  # what opening and closing them costs
    figures, spent = messages(rate)
    return {"cpu_us_per_message": 1e6 * max(0.0, spent - opening) / figures["sent"], "cpu_us_per_socket": 1e6 * opening / count,
            "p50_ms": figures["p50_ms"], "p99_ms": figures["p99_ms"], "lost": figures["sent"] - figures["received"],
            "peak_mib": machinery.peak_mib(process.pid)}
