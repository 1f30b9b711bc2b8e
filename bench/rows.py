"""The rows of benchmarks.md that can be run today, one class of work each."""
import dataclasses
import typing

import logout_row

BOTH = ("nginx", "xs-router")


@dataclasses.dataclass(frozen=True)
class Row:
    name: str
    work: str
    target: str
    measure: typing.Callable
    proxies: tuple = BOTH
    peer: str = "nginx"


def public_route(destination):
    return {"authenticationMethod": "none",
            "compression": {"enabled": False},
            "routes": [{"source": "^/(.*)$", "target": "/$1", "destination": destination, "authenticationType": "none",
                        "csrfProtection": False}]}


def proxied(kind, connections, script=None):
    def measure(bench, proxy):
        if proxy == "nginx":
            process, port = bench.nginx(kind, "location / { proxy_pass http://origin; }", {"origin": bench.ports[kind]})
        else:
            process, port = bench.router(kind, public_route("origin"),
                                         [{"name": "origin", "url": f"http://127.0.0.1:{bench.ports[kind]}"}])
        lua = None
        if script:
            lua = bench.state / f"{kind}-{connections}.lua"
            lua.write_text(script)
        return bench.load(process, f"http://127.0.0.1:{port}/", connections, lua)

    return measure


UPLOAD = """wrk.method = "POST"
wrk.body = string.rep("x", 1048576)
wrk.headers["Content-Type"] = "application/octet-stream"
"""


def static(size):
    def measure(bench, proxy):
        folder = bench.state / "www"
        folder.mkdir(exist_ok=True)
        (folder / "file.bin").write_bytes(b"x" * size)
        if proxy == "nginx":
            process, port = bench.nginx(f"static-{size}", f"location / {{ root {folder}; }}", {})
        else:
            descriptor = {"authenticationMethod": "none",
                          "routes": [{"source": "^/(.*)$", "target": "$1", "localDir": "www"}]}
            here = bench.state / f"router-static-{size}" / "www"
            here.mkdir(parents=True, exist_ok=True)
            (here / "file.bin").write_bytes(b"x" * size)
            process, port = bench.router(f"static-{size}", descriptor, [])
        return bench.load(process, f"http://127.0.0.1:{port}/file.bin", 64 if size < 65536 else 16)

    return measure


ROWS = [
    Row("proxy-small", "1 KiB answer, 64 connections, no authentication", "CPU <= 1.3 x nginx", proxied("small", 64)),
    Row("proxy-many", "the same, 1,000 connections", "CPU <= 1.3 x nginx", proxied("small", 1000)),
    Row("proxy-big", "1 MiB answers, 16 connections", "CPU <= 1.1 x nginx", proxied("big", 16)),
    Row("proxy-upload", "1 MiB uploads, 16 connections", "CPU <= 1.1 x nginx", proxied("small", 16, UPLOAD)),
    Row("proxy-slow", "200 ms back-end, 1,000 connections", "rate >= 0.99 x nginx", proxied("slow", 1000)),
    Row("static-small", "1 KiB file, 64 connections", "CPU <= 1.5 x nginx", static(1024)),
    Row("static-big", "1 MiB file, 16 connections", "CPU <= 1.5 x nginx", static(1024 * 1024)),
    Row("logout", "10 back-ends, one hanging, one refusing; sessions made by real logins", "p99 <= 10 ms",
        logout_row.measure, ("xs-router",), ""),
]
