"""Minutes of everything at once against a router with sanitizers: resets, silent names, reloads, tiny limits, TLS and
plain, attacks, logouts. Nothing is timed: what counts is that nothing breaks and that the sanitizers have nothing to say."""
import http.client
import os
import pathlib
import random
import re
import signal
import socket
import ssl
import struct
import threading
import time

import attacks
from figure import public
from figures_abuse import Visitors, start
from names import NameServer
from tls_rows import certificate

REPORTS = re.compile(r"ERROR: \w+Sanitizer|WARNING: ThreadSanitizer|: runtime error:|ERROR: LeakSanitizer|terminate called|Assertion")
TINY = {"LIMIT_CONNECTIONS": "60", "LIMIT_UPSTREAM_CONNECTIONS": "4", "LIMIT_UPSTREAM_QUEUE": "4", "LIMIT_SESSIONS": "20",
        "LIMIT_SESSIONS_PER_USER": "3", "LIMIT_COOKIE_JAR_BYTES": "1024", "LIMIT_HEADER_BYTES": "4096", "SERVER_KEEP_ALIVE": "1",
        "INCOMING_REQUEST_TIMEOUT": "2000", "LIMIT_CONNECTIONS_PER_ADDRESS": "40"}

NAMES = ("silent-name", "slow-name", "prompt-name")  # destinations whose name server is like that


class BackEnd(threading.Thread):
    """Reads what comes and does something else each time."""

    ANSWERS = [b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello", b"HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\nhel",
               b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n", b"HTTP/1.1 200 OK\r\n\r\nuntil the end",
               b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + b"1\r\nx\r\n" * 4000 + b"0\r\n\r\n",
               b"HTTP/1.1 200 OK\r\nSet-Cookie: a=b\r\nContent-Length: 2\r\n\r\nokSURPLUS", b"HTTP/1.1 2", b"nonsense\r\n\r\n",
               b"HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\nHTTP/1.1 204 No Content\r\n\r\n", b""]

    def __init__(self):
        super().__init__(daemon=True)
        self.listener = socket.create_server(("127.0.0.1", 0), backlog=256)
        self.port = self.listener.getsockname()[1]
        self.start()

    def run(self):
        while True:
            try:
                client, _ = self.listener.accept()
            except OSError:
                return
            threading.Thread(target=self._answer, args=(client,), daemon=True).start()

    def _answer(self, client):
        client.settimeout(5)
        try:
            while client.recv(1 << 16):
                client.sendall(random.choice(self.ANSWERS))
                if random.random() < 0.3:
                    time.sleep(random.random())
                if random.random() < 0.5:
                    break
        except OSError:
            pass
        finally:
            reset_or_close(client)


def reset_or_close(client):
    if random.random() < 0.5:
        client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    client.close()


class Side:
    """One router: plain with its default limits, or TLS with tiny ones."""

    def __init__(self, bench, name, command, back_end, environment):
        destinations = [{"name": "chaos", "url": f"http://127.0.0.1:{back_end.port}", "timeout": 3000},
                        *({"name": kind, "url": f"http://{kind}.figures.example:{back_end.port}", "timeout": 3000}
                          for kind in NAMES)]
        routes = [public(f"^/{kind}/(.*)$", kind) for kind in ("chaos", *NAMES)]
        self.tls = "TLS_CERT" in environment
        self.unexpected, self.reloads = 0, 0
        self.router, self.address = start(bench, name, {"LOG_LEVEL": "info", **environment}, command, destinations, routes)

    def connect(self):
        client = socket.create_connection(("127.0.0.1", self.router.port), timeout=5)
        if self.tls and random.random() < 0.95:
            context = ssl.create_default_context()
            context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
            client = context.wrap_socket(client)
        return client

    def is_running(self):
        return self.router.process.poll() is None


def visit(side):
    if side.tls:
        return stranger(side)
    Visitors(side.address, say=lambda _: None).visit()  # what others do to it is no fault
    return None


def stranger(side):
    """Sends one of the attacks, whole or in part, reads some of the answer, and leaves."""
    data = attacks.request(random.choice(list(attacks.ATTACKS)), random.randrange(1 << 20))
    if random.random() < 0.3:
        data = data[:random.randrange(1, len(data))]
    client = side.connect()
    try:
        client.sendall(data)
        for _ in range(random.randrange(4)):
            client.recv(random.choice([1, 1 << 16]))
    finally:
        reset_or_close(client)


def reader(side):
    """Asks a back-end that is well, slow to be found, or not to be found, and does not always wait."""
    path = random.choice(["/chaos/", "/big/", "/small/", "/slow/", "/stream/5000000", "/drip/", *(f"/{kind}/" for kind in NAMES)])
    client = side.connect()
    try:
        for _ in range(random.randrange(1, 4)):
            client.sendall(attacks.get(path, "Accept-Encoding: gzip").encode())
            client.settimeout(random.choice([0.01, 0.3, 4]))
            client.recv(1 << 16)
    finally:
        reset_or_close(client)


def sender(side):
    client = side.connect()
    try:
        client.sendall(b"POST /chaos/up HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\nExpect: 100-continue\r\n\r\n")
        for _ in range(random.randrange(20)):
            client.sendall(b"400\r\n" + b"x" * 1024 + b"\r\n")
            time.sleep(random.random() / 20)
        client.sendall(b"0\r\n\r\n")
        client.settimeout(0.5)
        client.recv(1 << 16)
    finally:
        reset_or_close(client)


def talker(side):
    client = side.connect()
    try:
        client.sendall(attacks.get("/websocket/echo", "Connection: Upgrade", "Upgrade: websocket", f"Origin: {side.address}",
                                   "Sec-WebSocket-Version: 13", "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==").encode())
        for _ in range(random.randrange(10)):
            client.sendall(random.choice([bytes([0x81, 0x82, 0, 0, 0, 0]) + b"hi", bytes([0x88, 0x80, 0, 0, 0, 0]), b"\xff\xff"]))
            client.settimeout(0.2)
            client.recv(1 << 16)
    finally:
        reset_or_close(client)


def reload(side):
    descriptor = dict(side.router.descriptor)
    kind = random.randrange(4)
    if kind == 0:
        descriptor["routes"] = [public("^/new/(.*)$", "nowhere"), *descriptor["routes"]]  # refused
    elif kind == 1:
        descriptor["routes"] = [public(f"^/new{random.randrange(100)}/(.*)$", "small"), *descriptor["routes"]]
    side.router.write(descriptor)
    side.router.process.send_signal(signal.SIGHUP)
    side.reloads += 1
    time.sleep(random.random() * 3)


class Actors:
    """Threads that do one thing again and again, on any router, until the end."""

    def __init__(self, sides):
        self.sides, self.over, self.done = sides, threading.Event(), 0
        crowd = [visit] * 3 + [stranger] * 6 + [reader] * 8 + [sender] * 3 + [talker] * 3 + [reload]
        self.threads = [threading.Thread(target=self._act, args=(act,), daemon=True) for act in crowd]
        for thread in self.threads:
            thread.start()

    def _act(self, act):
        while not self.over.is_set():
            try:
                act(random.choice(self.sides))
            except (OSError, ValueError, http.client.HTTPException):
                time.sleep(0.01)
            self.done += 1

    def stop(self):
        self.over.set()
        for thread in self.threads:
            thread.join(40)


def chaos(bench, sheet):
    seconds = bench.seconds or (20 if sheet.quick else 600)
    named = os.environ.get("XS_ROUTER")
    command = [named or str(bench.binaries / "xs-router")]
    if not named:
        print("  XS_ROUTER names no router with sanitizers: the release router it is", flush=True)
    names, back_end = NameServer(), BackEnd()
    asks_us = {"NAME_SERVERS": names.address}
    chain, key = certificate(bench)
    sides = [Side(bench, "chaos-plain", command, back_end, asks_us),
             Side(bench, "chaos-tls", command, back_end, {**TINY, **asks_us, "TLS_CERT": str(chain), "TLS_KEY": str(key)})]
    actors, end = Actors(sides), time.monotonic() + seconds
    while time.monotonic() < end and all(side.is_running() for side in sides):
        time.sleep(0.2)
    unexpected = sum(not side.is_running() for side in sides)
    actors.stop()
    codes = [side.router.stop(60) for side in sides if side.is_running()]
    names.close()
    logs = "".join(side.router.log() for side in sides)
    sheet.note("it lasted", round(seconds - max(0, end - time.monotonic())), "s")
    sheet.note("things done", actors.done)
    sheet.note("reloads", sum(side.reloads for side in sides))
    sheet.note("names asked for", names.asked)
    reports = REPORTS.findall(logs)
    if reports or unexpected or any(codes):
        kept = pathlib.Path("/tmp") / f"chaos-{os.getpid()}.log"
        kept.write_text(logs)
        print(f"  the log is kept in {kept}", flush=True)
    sheet.equals("sanitizer reports", len(reports), 0)
    sheet.equals("unexpected exits", unexpected, 0)
    sheet.equals("exit codes other than 0", sum(code != 0 for code in codes), 0)
