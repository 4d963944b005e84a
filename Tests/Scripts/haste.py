# SPDX-License-Identifier: EUPL-1.2
# SPDX-FileCopyrightText: 2026 The Liaison authors
"""An agent and strangers who ask on and on without waiting, strangers on the listener of the log as well: haste.py PORT CERTIFICATE KEY
STRANGER-CERTIFICATE STRANGER-KEY LOG-PORT (see flood.sh).

Says `hasty` once all of them have to wait for their answers, goes on until it is told to stop (SIGTERM) or half a minute is over, and
then says how many answers there were. Fails when a part of it was no haste, or when a connection with too many streams (RFC 9113) is not closed.
"""

import asyncio
import collections
import contextlib
import itertools
import sys

import flooding

PORT, LOG_PORT = int(sys.argv[1]), int(sys.argv[6])
PREFACE = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"
DATA, HEADERS, SETTINGS, WINDOW_UPDATE = 0, 1, 4, 8
END_STREAM, ACK, END_STREAM_AND_HEADERS = 1, 1, 5
# GET https://x/checkpoint, by the static table of RFC 7541
ASKED = b"\x82\x87\x04\x0b/checkpoint\x01\x01x"

sources = itertools.cycle(f"127.0.0.{number}" for number in range(2, 20))
answers = collections.Counter()


AGENT, STRANGER = (flooding.context(*pair, "h2") for pair in (sys.argv[2:4], sys.argv[4:6]))
PLAIN_AGENT = flooding.context(*sys.argv[2:4], "http/1.1")


def connected(tls, port=PORT):
    return flooding.connected(port, tls, next(sources))


def frame(kind, flags, stream, payload=b""):
    return len(payload).to_bytes(3, "big") + bytes([kind, flags]) + stream.to_bytes(4, "big") + payload


def begin(window):
    """What an HTTP/2 connection begins with: how much of each answer is taken, and of all of them."""
    settings = (4).to_bytes(2, "big") + window.to_bytes(4, "big")
    return PREFACE + frame(SETTINGS, 0, 0, settings) + frame(WINDOW_UPDATE, 0, 0, (1 << 30).to_bytes(4, "big"))


async def multiplexed(name, tls, streams, window=1 << 30, port=PORT):
    """So many requests at a time on one connection, and as many again when all are answered."""
    async with connected(tls, port) as (reader, writer):
        writer.write(begin(window))
        for first in itertools.count(1, 2 * streams):
            writer.write(b"".join(frame(HEADERS, END_STREAM_AND_HEADERS, first + 2 * k, ASKED) for k in range(streams)))
            left = streams
            while left:
                head = await reader.readexactly(9)
                await reader.readexactly(int.from_bytes(head[:3], "big"))
                if head[3] == SETTINGS and not head[4] & ACK:
                    writer.write(frame(SETTINGS, ACK, 0))
                if head[3] == HEADERS:
                    answers[name] += 1
                if head[3] in (DATA, HEADERS) and head[4] & END_STREAM:
                    left -= 1


async def pipelined(name):
    """Requests of HTTP/1.1 one behind the other, before anything is answered."""
    async with connected(PLAIN_AGENT) as (reader, writer):
        asked = b"GET /checkpoint HTTP/1.1\r\nHost: x\r\n\r\n" * 50
        writer.write(asked)
        waiting = 0
        while piece := await reader.read(65536):
            count = piece.count(b"HTTP/1.1 ")
            answers[name] += count
            waiting += count
            while waiting >= 50:
                writer.write(asked)
                waiting -= 50


async def too_many_streams():
    """More than any client opens before it is told how many it may open."""
    async with connected(STRANGER) as (reader, writer):
        writer.write(begin(0) + b"".join(frame(HEADERS, END_STREAM_AND_HEADERS, 1 + 2 * k, ASKED) for k in range(120)))
        with contextlib.suppress(OSError):
            while await asyncio.wait_for(reader.read(4096), 10):
                pass


async def for_ever(one, *arguments):
    while True:
        with contextlib.suppress(OSError, EOFError):
            await one(*arguments)
        await asyncio.sleep(1)


async def main():
    stop = flooding.told_to_stop()
    parts = (
        [(multiplexed, "multiplexed", AGENT, 32)] * 12
        + [(multiplexed, "not taken", AGENT, 32, 0)] * 12
        + [(pipelined, "pipelined")] * 12
        + [(multiplexed, "strangers", STRANGER, 8)] * 48
        + [(multiplexed, "log", STRANGER, 8, 1 << 30, LOG_PORT)] * 48
    )
    tasks = [asyncio.create_task(for_ever(*part)) for part in parts]
    # What is answered at once, to a key and on each connection, is used up.
    while len(answers) < 5 or sum(answers.values()) < 3500:
        await asyncio.sleep(0.1)
    await flooding.goes_on("hasty", stop, tasks)
    print(*(f"{name}: {count} answers" for name, count in sorted(answers.items())), sep="\n", flush=True)
    try:
        await too_many_streams()
    except TimeoutError:
        sys.exit("haste: a connection with too many streams is kept")


asyncio.run(main())
