"""What clients cost that are many, slow or silent: docs/contract/http.md "Figures to hold", docs/contract/reliability.md C1, C2, C3, C5, P4."""
import socket
import ssl
import subprocess
import time
import urllib.request


import tls_rows
from figure import MANY_BACK_END_CONNECTIONS, Load, Router, ask, ask_in_windows, eventually, hold, settled

GET = "GET {} HTTP/1.1\\r\\nHost: localhost\\r\\n\\r\\n"


def warm(bench, router):
    """The buffers and back-end connections that any load leaves behind belong to no client."""
    ask(bench, router.port, connections=64, seconds=1, path="/small/")
    time.sleep(0.5)


def connection_memory(router, before, count):
    return 1024 * max(0, router.rss_kib() - before) / count


def idle(bench, sheet):
    count = 500 if sheet.quick else 10_000
    router = Router(bench, "idle")
    warm(bench, router)
    before = router.rss_kib()
    # in a burst they would each bring a back-end connection, which is not what is measured
    with hold(bench, router.port, count=count, send=GET.format("/small/"), rate=1000) as clients:
        held = clients.next()
        sheet.equals("connections held, each with an answer", held["answered"], count)
        time.sleep(1)
        sheet.at_most("resident memory of each", connection_memory(router, before, count), 2048, "B", by_speed=True)
        new = ask(bench, router.port, connections=0, fresh_rate=1000, seconds=1 if sheet.quick else 5, path="/small/")
        sheet.equals("new connections that failed", new["failed"], 0)
        sheet.at_most("a new request at 1,000/s, each on a new connection: p99", new["p99_ms"], 5, "ms", by_speed=True)
        sheet.equals("idle connections that were closed", clients.finish()["closed"], 0)


def connect_tls(port, context):
    """A TLS connection that has had an answer and rests."""
    connection = context.wrap_socket(socket.create_connection(("127.0.0.1", port), timeout=10))
    return connection, is_answered(connection)


def is_answered(connection):
    connection.sendall(b"GET /small/ HTTP/1.1\r\nHost: localhost\r\n\r\n")
    return connection.recv(4096).startswith(b"HTTP/1.1 200")


def idle_tls(bench, sheet):
    count = 200 if sheet.quick else 10_000
    chain, key = tls_rows.certificate(bench)
    for version in (ssl.TLSVersion.TLSv1_3, ssl.TLSVersion.TLSv1_2):
        router = Router(bench, f"idle-{version.name}", {"TLS_CERT": str(chain), "TLS_KEY": str(key)})
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
        context.minimum_version = context.maximum_version = version
        warming = [connect_tls(router.port, context) for _ in range(64)]
        for connection, _ in warming:
            connection.close()
        time.sleep(1)
        before = router.rss_kib()
        held = [connect_tls(router.port, context) for _ in range(count)]
        sheet.equals(f"{version.name}: connections held, each with an answer", sum(good for _, good in held), count)
        time.sleep(1)
        sheet.at_most("resident memory of each", connection_memory(router, before, count), 24 * 1024, "B", by_speed=True)
        sheet.equals("answered once more after the rest", sum(is_answered(one) for one, _ in held), count)
        for connection, _ in held:
            connection.close()


def half_heads(bench, sheet):
    count, timeout = (200, 2) if sheet.quick else (5_000, 10)
    seconds = 1 if sheet.quick else 4
    router = Router(bench, "half-heads", {"HEADER_TIMEOUT": str(1000 * timeout)})
    warm(bench, router)

    def good():
        return ask(bench, router.port, connections=16, rate=1000, seconds=seconds, path="/small/")

    quiet = [good()]
    before = router.rss_kib()
    with hold(bench, router.port, count=count, send="GET /small/ HTTP/1.1\\r\\nHost: localhost\\r\\nX-Half: ", rate=5000,
              read=0) as clients:
        sheet.equals("heads half sent", clients.next()["open"], count)
        memory = connection_memory(router, before, count)
        meanwhile = good()
        closed = clients.next()
        sheet.at_most("resident memory of each", memory, 10 * 1024, "B", by_speed=True)
        sheet.equals("closed by the router", closed["closed"], count)
        sheet.at_least(f"first closed, after the header deadline of {timeout} s", closed["first_s"], timeout - 0.2, "s")
        sheet.at_most("last closed", closed["last_s"], timeout + 1.5, "s", by_speed=True)
    quiet.append(good())
    sheet.equals("good requests that failed", meanwhile["failed"], 0)
    ratio = 2 * meanwhile["p50_ms"] / (quiet[0]["p50_ms"] + quiet[1]["p50_ms"])
    sheet.note("good requests' p50 without them", sum(q["p50_ms"] for q in quiet) / 2, "ms")
    sheet.at_most("good requests' p50, times that without them", ratio, 1.2, by_speed=True)


def slow_readers(bench, sheet):
    count = 100 if sheet.quick else 5_000
    router = Router(bench, "slow-readers", MANY_BACK_END_CONNECTIONS)
    warm(bench, router)
    before, sent_before = router.rss_kib(), bench.counted("stream", "sent")
    with hold(bench, router.port, count=count, send=GET.format(f"/stream/{50 << 20}"), rate=1000, read=0,
              receive_buffer=4096) as clients:
        sheet.equals("clients that ask for 50 MiB and read nothing", clients.next()["open"], count)
        sent = settled(lambda: bench.counted("stream", "sent"), seconds=60, pause=1)
        sheet.says("back-end reads stop", sent is not None)
        sheet.at_most("resident memory of each", connection_memory(router, before, count), 64 * 1024, "B", by_speed=True)
        if sent is not None:
            sheet.note("bytes on their way for each, the kernel's buffers included", (sent - sent_before) // count, "B")
        good = ask(bench, router.port, connections=8, rate=500, seconds=1 if sheet.quick else 4, path="/small/")
        sheet.equals("good requests that failed meanwhile", good["failed"], 0)
        sheet.note("good requests' p99 meanwhile", good["p99_ms"], "ms")
    freed = settled(lambda: router.rss_kib(), seconds=10)
    sheet.note("resident memory, before and after", f"{before >> 10} and {(freed or router.rss_kib()) >> 10}", "MiB")


SLOWHTTPTEST = {
    "-H (slow heads)": ["-H", "-i", "5", "-t", "GET", "-x", "24", "-p", "3"],
    "-B (slow bodies)": ["-B", "-i", "5", "-s", "8192", "-x", "10", "-p", "3"],
    "-R (ranges)": ["-R", "-a", "10", "-b", "3000"],
    "-X (slow reading)": ["-X", "-k", "3", "-n", "5", "-w", "10", "-y", "20", "-z", "32"],
}


def slowhttptest(bench, sheet):
    """The tool takes two thirds of a core itself: "without" is while it attacks another router beside this one."""
    router = Router(bench, "slowhttptest")
    neighbour = Router(bench, "slowhttptest-neighbour")
    for one in (router, neighbour):
        warm(bench, one)
    usual = router.descriptors()

    def good_requests_under(attacked, arguments, path):
        attack = subprocess.Popen(["slowhttptest", "-c", "5000", "-r", "1000", "-l", "20", *arguments, "-u",
                                   f"http://127.0.0.1:{attacked.port}{path}"], stdout=subprocess.PIPE, text=True,
                                  stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL)
        time.sleep(6)  # all connected
        held = attacked.descriptors()
        good = ask_in_windows(bench, router.port, connections=16, rate=500, seconds=9, path="/small/")
        attack.communicate(timeout=60)
        return good, held

    for name, arguments in SLOWHTTPTEST.items():
        path = "/file.bin" if name.startswith(("-R", "-X")) else "/small/"
        quiet, _ = good_requests_under(neighbour, arguments, path)
        meanwhile, held = good_requests_under(router, arguments, path)
        sheet.note(f"{name}: descriptors in use", held)
        sheet.equals(f"{name}: good requests that failed", meanwhile["failed"], 0)
        sheet.note(f"{name}: good requests' p99", meanwhile["p99_ms"], "ms")
        sheet.at_most(f"{name}: times that without", meanwhile["p99_ms"] / quiet["p99_ms"], 2, by_speed=True)
        sheet.says(f"{name}: all connections end", eventually(lambda: router.descriptors() <= usual + 16, 60) is not None)
    sheet.says("the router runs", router.process.poll() is None)


def descriptors(bench, sheet):
    router = Router(bench, "descriptors", descriptors=256)

    def works():
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{router.port}/small/", timeout=2) as answer:
                return answer.status == 200
        except OSError:
            return False

    sheet.says("answers before", works())
    clients = [socket.create_connection(("127.0.0.1", router.port)) for _ in range(500)]
    time.sleep(0.5)
    used, began = router.cpu(), time.monotonic()
    time.sleep(1 if sheet.quick else 5)
    busy = 100 * (router.cpu() - used) / (time.monotonic() - began)
    sheet.at_most("CPU while 500 connections want 256 descriptors", busy, 20, "%")
    for client in clients:
        client.close()
    took = eventually(works, 20)
    sheet.says("answers again when they are gone", took is not None)
    sheet.note("after", took or 0.0, "s")


def stalled_websocket(bench, sheet):
    count, rate = (100, 500) if sheet.quick else (1_000, 10_000)
    seconds = 2 if sheet.quick else 5
    router = Router(bench, "stalled-websocket", MANY_BACK_END_CONNECTIONS)

    def messages(**more):
        with Load(bench, "websockets", router.port, count=count, rate=rate, seconds=seconds, path="/websocket/echo", **more) as load:
            return load.next()

    quiet = messages()
    time.sleep(0.5)
    before = router.rss_kib()
    with hold(bench, router.port, count=1, read=0, receive_buffer=4096, send=(
            "GET /websocket/flood HTTP/1.1\\r\\nHost: localhost\\r\\nOrigin: http://localhost\\r\\nUpgrade: websocket\\r\\n"
            "Connection: Upgrade\\r\\nSec-WebSocket-Version: 13\\r\\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\\r\\n\\r\\n")) as stalled:
        sheet.equals("sockets that are never read, flooded by the back-end", stalled.next()["open"], 1)
        time.sleep(1)
        sheet.at_most("memory it holds", max(0, router.rss_kib() - before), 256, "KiB", by_speed=True)
        beside = messages()
    sheet.equals(f"messages of {count} others that were lost", beside["sent"] - beside["received"], 0)
    sheet.note("p99 without it", quiet["p99_ms"], "ms")
    sheet.at_most("p99 beside it, times that without", beside["p99_ms"] / quiet["p99_ms"], 2, by_speed=True)
