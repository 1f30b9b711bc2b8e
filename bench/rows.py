"""The rows of docs/contract/benchmarks.md, one class of work each."""
import dataclasses
import http.client
import typing

import auth_row
import build_row
import expiry_row
import logout_row
import memory_row
import peers
import start_row
import tls_rows
import websocket_row
from heads import HEADS

BOTH = ("nginx", "xs-router")
PROXIES = ("nginx", "haproxy", "floor", "node", "xs-router")


@dataclasses.dataclass(frozen=True)
class Row:
    name: str
    work: str
    goal: str
    measure: typing.Callable  # (bench, proxy) -> its figures
    proxies: tuple = BOTH
    needs: str = ""  # a program; without it the row is left out, and that is said
    judged: str = "xs-router"  # the one of `proxies` that is compared with the others; none: each is one by itself
    counted: tuple = ()  # those whose instructions and system calls are counted, too
    alone: bool = False  # takes minutes: measured where it is named, once


def proxied(kind, connections, script=None, headers=()):
    def measure(bench, proxy):
        process, port = peers.in_front(bench, proxy, kind, bench.ports[kind])
        lua = None
        if script:
            lua = bench.state / f"{kind}-{connections}.lua"
            lua.write_text(script)
        return bench.load(process, f"http://127.0.0.1:{port}/", connections, lua, headers)

    return measure


UPLOAD = """wrk.method = "POST"
wrk.body = string.rep("x", 1048576)
wrk.headers["Content-Type"] = "application/octet-stream"
"""


def entity_tag(port, path):
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
    try:
        connection.request("GET", path)
        return connection.getresponse().headers["ETag"]
    finally:
        connection.close()


def static(size, revalidated=False):
    def measure(bench, proxy):
        root = bench.state / f"router-static-{size}" / "www"
        root.mkdir(parents=True, exist_ok=True)
        (root / "file.bin").write_bytes(b"x" * size)
        if proxy == "nginx":
            process, port = peers.nginx(bench, f"static-{size}", f"location / {{ root {root}; }}", {})
        else:
            descriptor = {"authenticationMethod": "none",
                          "routes": [{"source": "^/(.*)$", "target": "$1", "localDir": "www"}]}
            process, port = bench.router(f"static-{size}", descriptor, [])
        fields = [f"If-None-Match: {entity_tag(port, '/file.bin')}"] if revalidated else []
        return bench.load(process, f"http://127.0.0.1:{port}/file.bin", 64 if size < 65536 else 16, headers=fields)

    return measure


COUNTED = ("nginx", "floor", "xs-router")  # HAProxy waits by turning, which valgrind makes a great many instructions

ROWS = [
    Row("proxy-small", "1 KiB answer, 64 connections, no authentication, one request field",
        "CPU <= 0.95 x nginx, <= 15k instructions, <= 4.2 system calls", proxied("small", 64), PROXIES, counted=COUNTED),
    Row("proxy-browser", "the same with a browser's 12 fields", "CPU <= 0.95 x nginx, <= 22k instructions",
        proxied("small", 64, headers=HEADS["browser"]), PROXIES, counted=COUNTED),
    Row("proxy-many", "1 KiB answer, 1,000 connections", "CPU <= 0.8 x nginx", proxied("small", 1000), PROXIES, counted=COUNTED),
    Row("proxy-auth", "session, 40 routes with the 20th matching, scope and CSRF rules, 1.2 KiB JWT forwarded, 64 connections",
        "CPU <= 1.1 x nginx, which knows nobody", auth_row.measure, ("apache", "nginx", "xs-router"), counted=BOTH),
    Row("proxy-big", "1 MiB answers, 16 connections", "CPU <= 0.5 x nginx", proxied("big", 16), PROXIES, counted=COUNTED),
    Row("proxy-upload", "1 MiB uploads, 16 connections", "CPU <= 0.5 x nginx", proxied("small", 16, UPLOAD), PROXIES, counted=COUNTED),
    Row("proxy-slow", "200 ms back-end, 1,000 connections", "rate >= 0.99 x, CPU <= 0.8 x nginx", proxied("slow", 1000), PROXIES),
    Row("tls-small", "proxy-small over TLS 1.3", "CPU <= 1.0 x nginx", tls_rows.proxied(64)),
    Row("tls-many", "proxy-many over TLS 1.3", "CPU <= 1.0 x nginx", tls_rows.proxied(1000)),
    Row("tls-full", "full TLS 1.3 handshakes, each with one request", "CPU <= 1.0 x nginx", tls_rows.handshakes("-new")),
    Row("tls-resumed", "resumed TLS 1.3 handshakes, each with one request", "CPU <= 1.0 x nginx", tls_rows.handshakes("-reuse")),
    Row("static-small", "1 KiB file, 64 connections", "CPU <= 1.0 x nginx", static(1024), counted=BOTH),
    Row("static-revalidated", "1 KiB file that the browser has, 64 connections", "CPU <= 1.0 x nginx", static(1024, True), counted=BOTH),
    Row("static-big", "1 MiB file, 16 connections", "CPU <= 1.0 x nginx", static(1024 * 1024), counted=BOTH),
    Row("websocket", "5,000 sockets, 1,000 messages/s", "CPU <= 0.7 x nginx a message, <= 1.0 x for opening", websocket_row.measure),
    Row("memory", "idle process; 5,000 idle connections; a million sessions without tokens",
        "8 MiB, 2 KiB a connection, 512 B a session", memory_row.measure, ("nginx", "node", "xs-router")),
    Row("start", "process start to first answer, 500 routes", "<= 15 ms", start_row.measure),
    Row("expiry-5k", "5,000 sessions expire in 3 s with 3 back-ends each, while proxy-small runs (100,000 a minute, for 3 s)",
        "p99 <= 1.2 x without", expiry_row.measure, ("no-expiry", "xs-router")),
    Row("expiry", "1,000,000 sessions in a file, of which 100,000 end in each minute with 3 back-ends each, while proxy-small runs",
        "p99 <= 1.2 x without", expiry_row.measure_large, ("no-expiry", "xs-router")),
    Row("logout", "10 back-ends, one hanging, one refusing; sessions made by real logins",
        "p99 <= 3 ms, >= 4,000/s in memory, >= 1,000/s durable, <= 40 us CPU per back-end call",
        logout_row.measure, ("memory", "sqlite", "redis"), "redis-server", ""),
    Row("redis", "proxy-auth with sessions in Redis, two routers, and the same in memory", "CPU <= 1.05 x memory",
        auth_row.measure, ("xs-router", "redis"), "redis-server", "redis"),
    Row("build", "clean clone to the first page, nothing cached", "<= 4 min on 2 cores", build_row.measure, ("xs-router",), alone=True),
]
