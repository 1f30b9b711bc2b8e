"""Browsers by the hundred: many kept-alive connections in one thread, each request with a cookie of its own."""
import asyncio
import dataclasses
import threading
import time


@dataclasses.dataclass
class Visit:
    number: int  # of its session
    status: int = 0  # 0: the connection broke
    logout_id: str = ""
    seconds: float = 0.0
    answered_at: float = 0.0  # of the steady clock, as a back-end that remembers has it


class Connections:
    """To one router; kept alive, and opened anew where the router has gone."""

    def __init__(self, host, port):
        self.host, self.port, self.idle = host, port, []

    async def ask(self, path, cookie, script=True):
        """(status, header lines). Errors: OSError, TimeoutError."""
        return await asyncio.wait_for(self._ask(path, cookie, script), 15)

    async def _ask(self, path, cookie, script):
        reader, writer = self.idle.pop() if self.idle else await asyncio.open_connection(self.host, self.port)
        kept = False
        try:
            head = f"GET {path} HTTP/1.1\r\nHost: localhost:{self.port}\r\nCookie: JSESSIONID={cookie}\r\n"
            head += "X-Requested-With: XMLHttpRequest\r\n\r\n" if script else "Accept: text/html\r\n\r\n"
            writer.write(head.encode())
            answer = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
            fields = {name.lower(): value for name, _, value in (line.partition(": ") for line in answer.split("\r\n")[1:])}
            if fields.get("transfer-encoding", "") == "chunked":
                while await reader.readuntil(b"\r\n") != b"0\r\n":
                    pass
                await reader.readuntil(b"\r\n")
            else:
                await reader.readexactly(int(fields.get("content-length", 0)))
            kept = fields.get("connection", "") != "close"
            return int(answer[9:12]), fields
        except asyncio.IncompleteReadError as gone:
            raise ConnectionResetError from gone
        finally:
            self.idle.append((reader, writer)) if kept else writer.close()

    def close(self):
        for _, writer in self.idle:
            writer.close()


async def log_out(connections, number, cookie, until):
    """One browser: asks again where the router has gone away, until `until`."""
    visit, began = Visit(number), time.monotonic()
    while True:
        try:
            visit.status, fields = await connections.ask("/my/logout", cookie, script=False)
            visit.logout_id = fields.get("x-logout-id", "")
            break
        except (OSError, TimeoutError):
            if time.monotonic() > until:
                break
            await asyncio.sleep(0.02)
    visit.answered_at = time.monotonic()
    visit.seconds = visit.answered_at - began
    return visit


async def log_out_at(routers, cookies, rate, first):
    """Each of these sessions once, so many a second, at one router after the other."""
    all_of = [Connections(router.host, router.port) for router in routers]
    began, tasks = time.monotonic(), []
    for index, cookie in enumerate(cookies):
        await asyncio.sleep(max(0.0, began + index / rate - time.monotonic()))
        tasks.append(asyncio.create_task(
            log_out(all_of[index % len(all_of)], first + index, cookie, time.monotonic() + 60)))
    visits = await asyncio.gather(*tasks)
    for connections in all_of:
        connections.close()
    return visits


async def _statuses(router, cookies, at_once):
    connections, found, left = Connections(router.host, router.port), [0] * len(cookies), iter(enumerate(cookies))

    async def visitor():
        for index, cookie in left:
            try:
                found[index], _ = await connections.ask("/app/", cookie)
            except (OSError, TimeoutError):
                pass

    await asyncio.gather(*(visitor() for _ in range(at_once)))
    connections.close()
    return found


def statuses(router, cookies, at_once=16):
    """What a script with each of these cookies is answered; 0: nothing."""
    return asyncio.run(_statuses(router, cookies, at_once))


class Logouts(threading.Thread):
    """log_out_at beside whatever else happens; `visits` when it has ended."""

    def __init__(self, routers, cookies, rate, first=0):
        super().__init__(daemon=True)
        self.work = log_out_at(routers, cookies, rate, first)
        self.visits = []
        self.start()

    def run(self):
        self.visits = asyncio.run(self.work)


class Replays(threading.Thread):
    """Dead cookies tried over and over at all routers; `accepted` counts those that were let in."""

    def __init__(self, routers, cookies):
        super().__init__(daemon=True)
        self.routers, self.cookies = routers, cookies
        self.stopping, self.tried, self.accepted = threading.Event(), 0, 0
        self.start()

    def run(self):
        at = 0
        while not self.stopping.is_set():
            share = [self.cookies[(at + i) % len(self.cookies)] for i in range(200)]
            at += 200
            for router in self.routers:
                answers = statuses(router, share, 4)
                self.tried += sum(answer > 0 for answer in answers)
                self.accepted += sum(answer == 200 for answer in answers)

    def stop(self):
        self.stopping.set()
        self.join()
