"""Reload and stop under load: docs/contract/http.md "Figures to hold", docs/contract/reliability.md P1 and P2."""
import collections
import concurrent.futures
import copy
import threading
import urllib.request

from figure import Load, Router, eventually, public
from raw_websocket import WebSocket


def report_load(sheet, done, at_least):
    sheet.at_least("requests in that time", done["good"] + done["failed"], at_least)
    sheet.equals("requests that failed", done["failed"], 0)
    if done["faults"]:
        sheet.note("how", ", ".join(f"{what}: {count}" for what, count in done["faults"].items()))
    sheet.note("repeated: an idle connection had been closed", done["retried"])
    sheet.note("p99", done["p99_ms"], "ms")


def until(load, requests, rate, spent):
    """Lets the load run until so many requests are due."""
    threading.Event().wait(max(0.0, requests / rate - spent))
    return load.finish()


def reload(bench, sheet):
    reloads, requests, rate = (10, 2_000, 500) if sheet.quick else (100, 100_000, 2_000)
    router = Router(bench, "reload", {"LOG_LEVEL": "info"})
    socket = WebSocket(router.port, "/websocket/echo")
    stay_open, faults, spent, refused = True, [], 0.0, 0
    with Load(bench, "ask", router.port, connections=50, rate=rate, fresh_rate=50, path="/small/") as load:
        for number in range(reloads):
            descriptor = copy.deepcopy(router.descriptor)
            broken = number % 5 == 4
            descriptor["routes"].insert(0, public(f"^/new{number}/(.*)$", "nowhere" if broken else "small"))
            router.write(descriptor)
            refused += broken
            event, wanted = ("reload.refused", refused) if broken else ("reload.done", number + 1 - refused)
            router.process.send_signal(1)
            took = eventually(lambda: router.log().count(event) >= wanted, 10)
            if took is None:
                faults.append(f"reload {number} was not answered")
            spent += took or 10
            stay_open = stay_open and socket.echoes(b"still there")
        done = until(load, 1.01 * requests, rate + 50, spent)
    log = router.log()
    sheet.equals("reloads that took over", log.count("reload.done"), reloads - reloads // 5)
    sheet.equals("broken ones that were refused", log.count("reload.refused"), reloads // 5)
    sheet.says("each refusal names the file and the place in it",
               log.count("/routes/0/destination") >= reloads // 5 and "xs-app.json" in log)
    with urllib.request.urlopen(f"http://127.0.0.1:{router.port}/new{reloads - 2}/", timeout=10) as answer:
        sheet.equals("the last good one is in force: status", answer.status, 200)
    sheet.says("a WebSocket stayed open through all of them", stay_open)
    sheet.equals("reloads without an answer", len(faults), 0)
    report_load(sheet, done, requests)


def download(port):
    """100 KiB in 10 s; whether they came whole."""
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/drip/", timeout=30) as answer:
            return len(answer.read()) == 100 * 1024
    except (OSError, ValueError):
        return False


def stop(bench, sheet):
    stops, requests, rate = (2, 2_000, 500) if sheet.quick else (6, 100_000, 1_500)
    instances = [Router(bench, "stop-first", {"LOG_LEVEL": "info"})]
    port = instances[0].port
    instances.append(Router(bench, "stop-second", {"LOG_LEVEL": "info"}, port=port))
    codes, downloads, codes_of_sockets = [], [], collections.Counter()
    with Load(bench, "ask", port, connections=200, rate=rate, fresh_rate=50, path="/small/") as load, \
            concurrent.futures.ThreadPoolExecutor(8) as pool:
        for number in range(stops):
            sockets = [WebSocket(port, "/websocket/echo") for _ in range(8 if sheet.quick else 16)]
            begun = [pool.submit(download, port) for _ in range(8)] if number < 2 and not sheet.quick else []
            threading.Event().wait(1)
            codes.append(instances[0].stop())
            downloads += [one.result() for one in begun]
            for socket in sockets:  # of both instances: some are told, the others go on
                code = socket.told()
                codes_of_sockets[code or (0 if socket.echoes(b"hello") else "cut")] += 1
            instances = [instances[1], Router(bench, f"stop-{number}", {"LOG_LEVEL": "info"}, port=port)]
        done = until(load, 1.01 * requests, rate + 50, 0 if sheet.quick else 20)
    sheet.equals("stops, one instance of two, with exit code 0", codes.count(0), stops)
    sheet.equals(f"of {len(downloads)} downloads of 10 s in flight, not whole", downloads.count(False), 0)
    sheet.at_least("WebSockets that were closed with 1001", codes_of_sockets[1001], 1)
    sheet.equals("WebSockets that were cut or got another code",
                 sum(codes_of_sockets.values()) - codes_of_sockets[1001] - codes_of_sockets[0], 0)
    sheet.note("WebSockets of the other instance, all open", codes_of_sockets[0])
    report_load(sheet, done, requests)
