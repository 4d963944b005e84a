# SPDX-License-Identifier: EUPL-1.2
# SPDX-FileCopyrightText: 2026 The Liaison authors
"""A TCP proxy that plays a bad network, for tests.

    cut_proxy.py TARGET [PORT]

Listens on PORT of the loopback interface, or on a free one, forwards to the port TARGET there, and prints its own port once it
listens. Standard input has commands, one a line; each is answered by `ok` when it is done, and the end of the input ends the proxy.

    cut         resets all connections; new ones are let in
    refuse      no new connections: whoever connects is refused; those that exist go on
    blackhole   connections are accepted and stay open, but nothing gets through, in either direction
    stall N     as a black hole, once N more bytes have reached the target: in the middle of whatever is said there
    delay N     what arrives is forwarded N milliseconds later, in each direction
    heal        everything as at the start; what the black hole held back gets through, as in a network that repeats
"""

import asyncio
import contextlib
import random
import socket
import struct
import sys

CHUNK = 65536
# Chunks on their way in one direction; a sender that is faster has to wait, as before a real network's buffers.
ON_THE_WAY = 64


class Proxy:
    """All connections, and what is done to them."""

    def __init__(self, target):
        self.target = target
        self.port = 0
        self.server = None
        self.delay = 0.0
        # Bytes that still reach the target; None for all.
        self.left = None
        self.flows = asyncio.Event()
        self.flows.set()
        self.connections = set()

    async def listen(self, port=None):
        """Listens on the port, or on a free one below those of outgoing connections: after `refuse` it is free again."""
        for _ in range(100):
            try:
                wanted = port or random.randrange(20000, 32000)
                self.server = await asyncio.start_server(self.accept, "127.0.0.1", wanted, limit=CHUNK)
                self.port = wanted
                return
            except OSError:
                if port:
                    raise
        raise SystemExit("no free port")

    async def accept(self, reader, writer):
        """One connection, until both sides have ended it or one has broken it."""
        task, sides = asyncio.current_task(), [writer]
        self.connections.add(task)
        try:
            await self.flows.wait()
            far_reader, far_writer = await asyncio.open_connection("127.0.0.1", self.target, limit=CHUNK)
            sides.append(far_writer)
            async with asyncio.TaskGroup() as both:
                both.create_task(self.forward(reader, far_writer, is_counted=True))
                both.create_task(self.forward(far_reader, writer))
            for side in sides:
                side.close()
        except* (OSError, asyncio.CancelledError):
            for side in sides:
                reset(side)
        finally:
            self.connections.discard(task)

    async def forward(self, reader, writer, is_counted=False):
        """One direction, until its end, which is forwarded as well."""
        queue = asyncio.Queue(ON_THE_WAY)
        arriving = asyncio.create_task(self.receive(reader, queue))
        try:
            chunk = b"-"
            while chunk:
                arrived, chunk = await queue.get()
                await asyncio.sleep(arrived + self.delay - asyncio.get_running_loop().time())
                await self.flows.wait()
                if chunk is None:
                    raise ConnectionResetError
                if is_counted and self.left is not None:
                    chunk = await self.stall(chunk, writer)
                writer.write(chunk)
                await writer.drain()
            writer.write_eof()
        finally:
            arriving.cancel()

    async def stall(self, chunk, writer):
        """Lets through what may still reach the target, and returns the rest of the chunk once everything flows again."""
        first, rest = chunk[: self.left], chunk[self.left :]
        self.left -= len(first)
        if not rest:
            return first
        writer.write(first)
        self.left = None
        self.flows.clear()
        await self.flows.wait()
        return rest

    async def receive(self, reader, queue):
        """Takes what arrives, with its time; an empty chunk is the end, None a reset."""
        chunk = b"-"
        while chunk:
            try:
                chunk = await reader.read(CHUNK)
            except OSError:
                chunk = None
            await queue.put((asyncio.get_running_loop().time(), chunk))

    async def obey(self, command="", *arguments):
        """Does what a line says."""
        match command, arguments:
            case "cut", ():
                tasks = list(self.connections)
                for task in tasks:
                    task.cancel()
                await asyncio.gather(*tasks, return_exceptions=True)
                # The sockets are closed in the next round of the loop.
                await asyncio.sleep(0)
            case "refuse", ():
                self.server.close()
            case "blackhole", ():
                self.flows.clear()
            case "stall", (count,):
                self.left = int(count)
            case "delay", (milliseconds,):
                self.delay = int(milliseconds) / 1000
            case "heal", ():
                self.delay, self.left = 0.0, None
                self.flows.set()
                if not self.server.is_serving():
                    await self.listen(self.port)
            case _:
                raise ValueError("unknown command")


def reset(writer):
    """Closes a connection so that the other side sees a reset, and not an orderly end."""
    line = writer.get_extra_info("socket")
    with contextlib.suppress(OSError):
        line.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    writer.transport.abort()


async def main():
    """Listens, and obeys standard input until its end."""
    proxy = Proxy(int(sys.argv[1]))
    await proxy.listen(int(sys.argv[2]) if len(sys.argv) > 2 else None)
    print(proxy.port, flush=True)
    while line := await asyncio.to_thread(sys.stdin.readline):
        try:
            await proxy.obey(*line.split())
            print("ok", flush=True)
        except (ValueError, OSError) as error:
            print(error, flush=True)


if __name__ == "__main__":
    asyncio.run(main())
