# SPDX-License-Identifier: EUPL-1.2
# SPDX-FileCopyrightText: 2026 The Liaison authors
"""What the programs have in common that flood a relay on loopback (flood.py, haste.py)."""

import asyncio
import contextlib
import signal
import ssl

LONGEST = 30.0


def context(certificate, key, protocol):
    """A client's side of TLS that believes any server."""
    made = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    made.check_hostname, made.verify_mode = False, ssl.CERT_NONE
    made.set_alpn_protocols([protocol])
    made.load_cert_chain(certificate, key)
    return made


@contextlib.asynccontextmanager
async def connected(port, tls, source):
    """A connection from this address of the loopback interface."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port, ssl=tls, local_addr=(source, 0))
    try:
        yield reader, writer
    finally:
        writer.transport.abort()


def told_to_stop():
    """Set by SIGTERM."""
    stop = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop.set)
    return stop


async def goes_on(word, stop, tasks):
    """Says the word, lets the tasks go on until this is told to stop or half a minute is over, and ends them."""
    print(word, flush=True)
    with contextlib.suppress(TimeoutError):
        await asyncio.wait_for(stop.wait(), LONGEST)
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
