#!/usr/bin/env python3
"""Bytes in, bytes out: the next connection goes to the next target; and a line that may be bad.

    middle_box.py PORT TARGET_PORT...

Reads commands from its input, each answered with "ok": `delay MS` (each piece in each direction comes so much later),
`hole` (nothing passes any more, and nobody is told), `pass` (what was held passes now, as a network sends again, and what
comes from now on passes at once). A target that refuses is passed over.
"""
import asyncio
import itertools
import sys

PIECE = 64 * 1024


class MiddleBox:
    def __init__(self, targets):
        self.targets = itertools.cycle(targets)
        self.count = len(targets)
        self.delay, self.passes = 0.0, asyncio.Event()
        self.passes.set()

    async def take(self, reader, writer):
        for _ in range(self.count):
            try:
                other_reader, other_writer = await asyncio.open_connection("127.0.0.1", next(self.targets))
                break
            except OSError:
                continue
        else:
            writer.close()
            return
        await asyncio.gather(self.carry(reader, other_writer), self.carry(other_reader, writer))

    async def carry(self, reader, writer):
        """Pieces wait in a queue of their own, so that a delay holds each back as long, and none the next."""
        pieces, loop = asyncio.Queue(), asyncio.get_running_loop()

        async def send():
            while True:
                due, piece = await pieces.get()
                await asyncio.sleep(max(0.0, due - loop.time()))
                await self.passes.wait()
                if not piece:
                    writer.close()
                    return
                if not writer.is_closing():
                    writer.write(piece)

        sending = asyncio.create_task(send())
        piece = b"?"
        while piece:
            try:
                piece = await reader.read(PIECE)
            except OSError:
                piece = b""
            await pieces.put((loop.time() + self.delay, piece))
        await sending

    def obey(self, words):
        if words[0] == "delay":
            self.delay = float(words[1]) / 1000
        elif words[0] == "hole":
            self.passes.clear()
        elif words[0] == "pass":
            self.delay = 0.0
            self.passes.set()


async def main(port, targets):
    box, loop = MiddleBox(targets), asyncio.get_running_loop()
    server = await asyncio.start_server(box.take, ["127.0.0.1", "::1"], port)
    commands = asyncio.StreamReader()
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(commands), sys.stdin)
    print("ok", flush=True)
    while line := (await commands.readline()).decode().split():
        box.obey(line)
        print("ok", flush=True)
    server.close()


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1]), [int(word) for word in sys.argv[2:]]))
