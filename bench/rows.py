"""The rows of docs/contract/benchmarks.md that can be run today, one class of work each."""
import dataclasses
import typing

import auth_row
import expiry_row
import logout_row
import memory_row
import start_row
import tls_rows
import websocket_row

BOTH = ("nginx", "xs-router")


@dataclasses.dataclass(frozen=True)
class Row:
    name: str
    work: str
    target: str
    measure: typing.Callable
    proxies: tuple = BOTH
    peer: str = "nginx"
    needs: str = ""  # a program; without it the row is left out, and that is said
    judged: str = "xs-router"  # the one of `proxies` that is compared with the peer


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
    Row("proxy-auth", "session, 40 routes with the 20th matching, scope and CSRF rules, JWT forwarded, 64 connections",
        "CPU <= 0.5 x Apache with mod_auth_openidc", auth_row.measure, ("apache", "xs-router"), "apache", "apache2"),
    Row("tls-small", "proxy-small over TLS 1.3", "CPU <= 1.3 x nginx", tls_rows.proxied(64)),
    Row("tls-many", "proxy-many over TLS 1.3", "CPU <= 1.3 x nginx", tls_rows.proxied(1000)),
    Row("tls-full", "full TLS 1.3 handshakes, each with one request", "CPU <= 1.3 x nginx", tls_rows.handshakes("-new")),
    Row("tls-resumed", "resumed TLS 1.3 handshakes, each with one request", "CPU <= 1.3 x nginx", tls_rows.handshakes("-reuse")),
    Row("websocket", "5,000 sockets, 1,000 messages/s", "CPU <= 1.3 x nginx", websocket_row.measure),
    Row("memory", "idle process; 5,000 idle connections; a million sessions without tokens",
        "15 MiB, 4 KiB a connection, 1 KiB a session", memory_row.measure),
    Row("start", "process start to first answer, 500 routes", "<= 100 ms", start_row.measure),
    Row("expiry-5k", "5,000 sessions expire in 3 s with 3 back-ends each, while proxy-small runs (100,000 a minute, for 3 s)",
        "p99 <= 2 x without", expiry_row.measure, ("no-expiry", "xs-router"), "no-expiry"),
    Row("expiry", "1,000,000 sessions in a file, of which 100,000 end in each minute with 3 back-ends each, while proxy-small runs",
        "p99 <= 1.2 x without", expiry_row.measure_large, ("no-expiry", "xs-router"), "no-expiry"),
    Row("logout", "10 back-ends, one hanging, one refusing; sessions made by real logins",
        "p99 <= 3 ms, >= 4,000/s in memory, >= 1,000/s durable, <= 40 us CPU per back-end call",
        logout_row.measure, ("memory", "sqlite", "redis"), "", "redis-server"),
    Row("redis", "proxy-auth with sessions in Redis, two routers, and the same in memory", "CPU <= 1.05 x memory",
        auth_row.measure, ("xs-router", "redis"), "xs-router", "redis-server", "redis"),
]
