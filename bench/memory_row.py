"""Memory of an idle process, of an idle connection and of a session. Of processes that share pages, each page counts
once (PSS). Sessions are measured in the store itself, where a million are made in seconds."""
import time

import machinery
import peers
from figure import Load


def measure(bench, proxy):
    count = 500 if bench.quick else 5_000
    process, port = peers.in_front(bench, proxy, "memory", bench.ports["small"])
    idle = bench.proxy(proxy, "memory-idle", lambda: machinery.shared_out_kib(process.pid))
    machinery.wrk(f"http://127.0.0.1:{port}/", 64, 1)  # what any load leaves behind belongs to no connection
    time.sleep(0.5)
    before = machinery.shared_out_kib(process.pid)
    with Load(bench, "hold", port, count=count, send="GET / HTTP/1.1\\r\\nHost: localhost\\r\\n\\r\\n", rate=1000) as clients:
        answered = clients.next()["answered"]
        time.sleep(1)
        held = max(0, machinery.shared_out_kib(process.pid) - before)
    if answered != count:
        raise RuntimeError(f"{answered} of {count} connections were answered")
    figures = {"idle_mib": idle / 1024, "bytes_per_connection": 1024 * held / count}
    if proxy == "xs-router":
        sessions = 20_000 if bench.quick else 1_000_000
        figures.update(bench.fill({}, count=sessions))
    return figures
