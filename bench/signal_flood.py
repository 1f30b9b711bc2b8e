"""Security event tokens, as many a second as are asked for: pipelined on few connections, answers read and counted.

    signal_flood.py FILE PORT PER_SECOND     FILE: JSON, a list of requests; until its input ends, then prints {status: count}
"""
import collections
import json
import os
import re
import select
import socket
import sys
import time

CONNECTIONS = 8
STATUS = re.compile(rb"HTTP/1\.1 (\d{3})")


class Lane:
    def __init__(self, port):
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=10)
        self.socket.setblocking(False)
        self.waiting = b""

    def give(self, request):
        self.waiting += request

    def turn(self, counts):
        try:
            if self.waiting:
                self.waiting = self.waiting[self.socket.send(self.waiting):]
            for status in STATUS.findall(self.socket.recv(1 << 18)):
                counts[status.decode()] += 1
        except BlockingIOError:
            pass


def main():
    os.nice(19)  # a stranger has a machine of his own
    with open(sys.argv[1], encoding="utf-8") as file:
        requests = [request.encode() for request in json.load(file)]
    rate, counts, sent = float(sys.argv[3]), collections.Counter(), 0
    lanes = [Lane(int(sys.argv[2])) for _ in range(CONNECTIONS)]
    print("ready", flush=True)
    began = time.monotonic()
    while not select.select([sys.stdin], [], [], 0.002)[0]:
        due = int((time.monotonic() - began) * rate)
        # who is not read by the router sends no more to it
        while sent < due and len(lanes[sent % CONNECTIONS].waiting) < 1 << 20:
            lanes[sent % CONNECTIONS].give(requests[sent % len(requests)])
            sent += 1
        for lane in lanes:
            lane.turn(counts)
    print(json.dumps(counts))


if __name__ == "__main__":
    main()
