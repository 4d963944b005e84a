# SPDX-License-Identifier: EUPL-1.2
# SPDX-FileCopyrightText: 2026 The Liaison authors
"""A flood of one agent, and strangers besides: flood.py PORT CERTIFICATE KEY STRANGER-CERTIFICATE STRANGER-KEY UNIT (see flood.sh).

Says `flooding` once all of it is there, goes on until it is told to stop (SIGTERM) or half a minute is over, and then says how often
what was answered. Fails when a part of it was no flood, or when a refusal does not say when to try again.
"""

import asyncio
import collections
import itertools
import os
import re
import sys

import flooding

PORT, UNIT = int(sys.argv[1]), sys.argv[6]
SEGMENT = 4 << 20
UPLOADS, STREAMS, PAGES, GARBAGE, STRANGERS = 200, 100, 32, 16, 300

# Of one network at most 32 may be in the middle of a handshake: the agent has machines in several.
AGENTS_SOURCES = itertools.cycle(f"127.0.0.{number}" for number in range(2, 20))
STRANGERS_SOURCES = itertools.cycle(f"127.0.1.{number}" for number in range(1, 13))

answers = collections.defaultdict(collections.Counter)


AGENTS, STRANGERS_TLS = (flooding.context(*pair, "http/1.1") for pair in (sys.argv[2:4], sys.argv[4:6]))


def connected(tls=AGENTS, sources=AGENTS_SOURCES):
    return flooding.connected(PORT, tls, next(sources))


async def answer(reader):
    """Status, head and body of one answer of a known length."""
    head = (await reader.readuntil(b"\r\n\r\n")).decode().lower()
    length = re.search(r"\r\ncontent-length: (\d+)", head)
    body = await reader.readexactly(int(length.group(1))) if length else b""
    return int(head.split()[1]), head, body


def request(method, path, length=0, more=""):
    return f"{method} {path} HTTP/1.1\r\nHost: x\r\nContent-Length: {length}\r\n{more}\r\n".encode()


async def for_ever(name, one):
    """Does it again whenever it ends, and as soon as the relay has ended it."""
    while True:
        try:
            await one()
        except (OSError, EOFError):
            answers[name]["closed"] += 1
        await asyncio.sleep(2)


async def upload():
    """Announces a segment, sends a part, and keeps the connection."""
    async with connected() as (reader, writer):
        writer.write(request("PUT", f"/v1/staged/{os.urandom(32).hex()}?offset=0", SEGMENT))
        writer.write(bytes(SEGMENT // 4))
        answers["uploads"]["begun"] += 1
        status, _, _ = await answer(reader)
        answers["uploads"][status] += 1


async def stream():
    async with connected() as (reader, writer):
        writer.write(request("GET", "/v1/stream"))
        status = int((await reader.readuntil(b"\r\n\r\n")).split()[1])
        answers["streams"][status] += 1
        while status == 200 and await reader.read(4096):
            pass


async def pages():
    async with connected() as (reader, writer):
        while True:
            writer.write(request("GET", f"/v1/mailboxes/{UNIT}?after=0"))
            status, _, _ = await answer(reader)
            answers["pages"][status] += 1


async def garbage():
    async with connected() as (reader, writer):
        writer.write(request("POST", "/v1/transmissions", SEGMENT, "liaison-envelope-length: 1000\r\n"))
        writer.write(os.urandom(SEGMENT))
        status, _, _ = await answer(reader)
        answers["garbage"][status] += 1


async def stranger():
    async with connected(STRANGERS_TLS, STRANGERS_SOURCES) as (reader, _):
        answers["strangers"]["came"] += 1
        await reader.read(1)


async def refusal():
    """What whoever has too much at work is told: the status, when to try again, and the reason."""
    held = [asyncio.create_task(upload()) for _ in range(24)]
    try:
        for _ in range(100):
            async with connected() as (reader, writer):
                writer.write(request("GET", "/checkpoint"))
                status, head, body = await answer(reader)
            if status == 429:
                break
            await asyncio.sleep(0.1)
        if status != 429 or not re.search(r"\r\nretry-after: \d+\r\n", head) or b'"too_many_requests"' not in body:
            sys.exit(f"flood: too many requests were answered with {head}{body.decode()}")
    finally:
        for task in held:
            task.cancel()
        await asyncio.gather(*held, return_exceptions=True)


def lack():
    """What is not a flood yet; None once each part of it is one, which it stays."""
    # Pages and garbage take turns: what one of them takes of the share, the other one is refused or waits for.
    turns = answers["pages"] + answers["garbage"]
    if answers["streams"][200] < 8 or not turns[200] + turns[400]:
        return "what this agent may do was refused as well"
    if not all(counts[429] for counts in (answers["uploads"], answers["streams"], turns)):
        return "something had no end"
    if answers["uploads"]["begun"] < UPLOADS or answers["strangers"]["came"] < STRANGERS:
        return "not enough came"
    return None


async def main():
    stop = flooding.told_to_stop()
    await refusal()
    tasks = [asyncio.create_task(for_ever("streams", stream)) for _ in range(STREAMS)]
    # What an agent may listen to, before its own later connections push these out.
    while answers["streams"][200] < 8:
        await asyncio.sleep(0.1)
    parts = (
        [for_ever("uploads", upload) for _ in range(UPLOADS)]
        + [for_ever("pages", pages) for _ in range(PAGES)]
        + [for_ever("garbage", garbage) for _ in range(GARBAGE)]
        + [for_ever("strangers", stranger) for _ in range(STRANGERS)]
    )
    tasks += [asyncio.create_task(part) for part in parts]
    # Beside other work it takes this program a while, which has the lowest priority.
    for _ in range(1200):
        if not lack():
            break
        await asyncio.sleep(0.1)
    else:
        sys.exit(f"flood: {lack()}")
    await flooding.goes_on("flooding", stop, tasks)
    print(*(f"{name}: {dict(counts)}" for name, counts in sorted(answers.items())), sep="\n", flush=True)


asyncio.run(main())
