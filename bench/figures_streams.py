"""10 GiB up and down: docs/contract/http.md "Figures to hold", docs/contract/reliability.md C4."""
import machinery
import peers
from figure import Load, Router


def stream(bench, process, port, **options):
    """GiB per second and the growth of the process's peak, in KiB."""
    machinery.forget_peak(process.pid)
    before = machinery.resident_kib(process.pid)
    with Load(bench, "stream", port, **options) as load:
        figures = load.next()
        whole = load.process.wait(60) == 0
    growth = machinery.resident_kib(process.pid, peak=True) - before
    return figures["bytes"] / figures["seconds"] / (1 << 30), growth, whole


def big_streams(bench, sheet):
    size = (256 << 20) if sheet.quick else (10 << 30)
    router = Router(bench, "big-streams")
    nginx, nginx_port = peers.nginx(bench, "big-streams", "location / { proxy_pass http://origin; }", {"origin": bench.ports["stream"]})
    ways = {"down": f"/{size}", "up": "/"}
    for path in ways.values():  # buffers that the first stream leaves behind
        stream(bench, router.process, router.port, bytes=1 << 20, direction="down", path=f"/stream/{1 << 20}")
    for direction, path in ways.items():
        rates, growths, whole = {"nginx": [], "xs-router": []}, [], True
        for _ in range(2):
            rates["nginx"].append(stream(bench, nginx, nginx_port, bytes=size, direction=direction, path=path)[0])
            rate, growth, complete = stream(bench, router.process, router.port, bytes=size, direction=direction,
                                            path="/stream" + path)
            rates["xs-router"].append(rate)
            growths.append(growth)
            whole = whole and complete
        sheet.says(f"{direction}: {size >> 20} MiB came through whole, twice", whole)
        sheet.at_most(f"{direction}: resident memory of the stream, peak", max(growths), 1024, "KiB", by_speed=True)
        sheet.note(f"{direction}: throughput, the better of two", max(rates["xs-router"]), "GiB/s")
        sheet.at_least(f"{direction}: throughput, times nginx's in the same run", max(rates["xs-router"]) / max(rates["nginx"]), 0.9,
                       by_speed=True)
