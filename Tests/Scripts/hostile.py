# SPDX-License-Identifier: EUPL-1.2
# SPDX-FileCopyrightText: 2026 The Liaison authors
"""Connections that a relay must survive: hostile.py PORT CERTIFICATE KEY (see hostile.sh)."""

import contextlib
import os
import socket
import ssl
import struct
import sys
import time

PORT = int(sys.argv[1])
CERTIFICATE, KEY = sys.argv[2:4]
PATIENCE = 20.0  # the relay's time-outs are 1 and 2 s; the rest is a slow machine


def fail(text):
    sys.exit(f"hostile: {text}")


def connect(source="127.0.0.1"):
    return socket.create_connection(("127.0.0.1", PORT), timeout=PATIENCE, source_address=(source, 0))


def tls(certificate=True, version=None, protocols=("http/1.1",), source="127.0.0.1"):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    context.set_alpn_protocols(list(protocols))
    if version:
        context.maximum_version = version
    if certificate:
        context.load_cert_chain(CERTIFICATE, KEY)
    return context.wrap_socket(connect(source))


def closes(connection, what, drip=b""):
    """The relay ends the connection by itself, within the time-outs; also while these bytes come again and again."""
    start = time.monotonic()
    connection.settimeout(0.3 if drip else PATIENCE)
    is_open = True
    while is_open and time.monotonic() < start + PATIENCE:
        try:
            is_open = bool(connection.recv(65536))
        except TimeoutError:
            with contextlib.suppress(OSError):
                connection.sendall(drip)
        except OSError:
            is_open = False
    if is_open:
        fail(f"{what}: still open after {PATIENCE} s")
    print(f"{what}: closed after {time.monotonic() - start:.1f} s")


def answer(request, protocols=("http/1.1",), source="127.0.0.1"):
    """The status line of the answer to a whole request by a stranger with a certificate."""
    connection = tls(protocols=protocols, source=source)
    connection.sendall(request)
    return connection.recv(65536).split(b"\r\n")[0]


def refused_without_certificate():
    try:
        connection = tls(certificate=False)
        connection.sendall(b"GET /checkpoint HTTP/1.1\r\nHost: x\r\n\r\n")
        if connection.recv(100):
            fail("served without a certificate")
    except OSError:
        pass


def old_tls_is_refused():
    try:
        tls(version=ssl.TLSVersion.TLSv1_2)
        fail("TLS 1.2 is accepted")
    except OSError:
        pass


def strangers_are_refused():
    for path in ("/checkpoint", "/v1/mailboxes/iscg-est@avema01?after=0", "/v1/directory/head", "/tile/0/000"):
        line = answer(f"GET {path} HTTP/1.1\r\nHost: x\r\n\r\n".encode())
        if b"403" not in line:
            fail(f"{path} for a stranger: {line}")
    line = answer(b"GET /../../etc/passwd HTTP/1.1\r\nHost: x\r\n\r\n")
    if b"404" not in line and b"400" not in line:
        fail(f"odd path: {line}")


def oversized():
    head = b"POST /v1/directory/rosters HTTP/1.1\r\nHost: x\r\nContent-Length: 100000000\r\n\r\n"
    connection = tls()
    connection.sendall(head)
    try:
        for _ in range(2000):
            connection.sendall(bytes(65536))
    except OSError:
        return
    closes(connection, "oversized body")


def is_open(connection):
    connection.settimeout(0.01)
    try:
        return bool(connection.recv(1))
    except TimeoutError:
        return True
    except OSError:
        return False


def a_crowd_takes_its_own_places():
    """Of one network at most 32 stay, the newest; another network is served all the while."""
    crowd = [tls(source="127.0.0.3") for _ in range(100)]
    time.sleep(1)
    held = [place for place, connection in enumerate(crowd) if is_open(connection)]
    if len(held) > 32 or any(place < 60 for place in held):
        fail(f"a crowd of one network holds {len(held)} places: {held}")
    if b"403" not in answer(b"GET /checkpoint HTTP/1.1\r\nHost: x\r\n\r\n", source="127.0.0.4"):
        fail("a crowd of one network keeps out another")
    for connection in crowd:
        connection.close()


def unfinished_rosters_keep_nobody_out():
    """Rosters that never come to their end use up the share of their network, and of no other, from however many they come."""
    head = b"POST /v1/directory/rosters HTTP/1.1\r\nHost: x\r\nContent-Length: "
    unfinished = [tls(source=f"127.0.0.{number}") for number in (5, *range(10, 20)) for _ in range(4)]
    for connection in unfinished:
        connection.sendall(head + b"1000000\r\n\r\nabc")
    time.sleep(0.5)
    asked = f"GET /v1/invitations/{'0' * 64} HTTP/1.1\r\nHost: x\r\n\r\n".encode()
    # The newest of them are there: four of one network are all that it may have.
    line = answer(asked, source="127.0.0.19")
    if b"429" not in line:
        fail(f"the share of a network has no end: {line}")
    line = answer(head + b"3\r\n\r\nabc", source="127.0.0.6")
    if b"403" not in line:
        fail(f"unfinished rosters keep out a whole one of another network: {line}")
    line = answer(asked, source="127.0.0.6")
    if b"404" not in line:
        fail(f"unfinished rosters keep out another network: {line}")
    for connection in unfinished:
        connection.close()


def http2_frame(kind, flags, stream, payload):
    """RFC 9113, section 4.1."""
    return len(payload).to_bytes(3, "big") + bytes([kind, flags]) + stream.to_bytes(4, "big") + payload


def http2_post(path):
    """The beginning of a POST in stream 1: HEADERS that do not end the stream (RFC 7541, appendix A, for the numbers of fields)."""
    fields = b"\x83\x87" + b"\x04" + bytes([len(path)]) + path + b"\x01\x01x" + b"\x0f\x0d\x04" + b"1000"
    preface = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + http2_frame(4, 0, 0, b"")
    return preface + http2_frame(1, 4, 1, fields)


def bodies_that_are_broken_off():
    """Each in another way: an end, a reset, nonsense between chunks or below TLS, a stream that is reset. hostile.sh reads the relay's log."""
    path = b"/v1/directory/rosters"
    head = b"POST " + path + b" HTTP/1.1\r\nHost: x\r\n"
    whole = head + b"Content-Length: 1000\r\n\r\nabc"
    chunks = head + b"Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n"
    two = http2_post(path) + http2_frame(0, 0, 1, b"abc")
    reset = two + http2_frame(3, 0, 1, (8).to_bytes(4, "big"))
    for beginning, protocol in ((whole, "http/1.1"), (chunks, "http/1.1"), (two, "h2"), (reset, "h2")):
        for is_rude in (False, True):
            broken = tls(protocols=(protocol,), source="127.0.0.7")
            broken.sendall(beginning)
            time.sleep(0.2)
            if is_rude:  # a reset instead of an end (socket(7), SO_LINGER)
                broken.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            broken.close()
    torn = tls(source="127.0.0.7")
    torn.sendall(whole)
    with socket.socket(fileno=os.dup(torn.fileno())) as below:
        below.sendall(b"no record of TLS")
    closes(torn, "nonsense below TLS")
    nonsense = tls(source="127.0.0.7")
    nonsense.sendall(chunks + b"zzz\r\n")
    closes(nonsense, "nonsense between chunks")


def main():
    refused_without_certificate()
    old_tls_is_refused()
    strangers_are_refused()
    a_crowd_takes_its_own_places()
    unfinished_rosters_keep_nobody_out()
    bodies_that_are_broken_off()

    silent = [connect() for _ in range(200)]
    closes(silent[0], "silent connection")
    for connection in silent:
        connection.close()

    garbage = connect()
    garbage.sendall(os.urandom(4096))
    closes(garbage, "garbage")

    half = connect()
    half.sendall(b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03")
    closes(half, "half a handshake")

    idle = tls()
    closes(idle, "idle after the handshake")

    slow = tls()
    slow.sendall(b"GET /checkpoint HTTP/1.1\r\nHost: x\r\nX-Slow: ")
    closes(slow, "unfinished head", drip=b"a")

    body = tls()
    body.sendall(b"POST /v1/directory/rosters HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\nabc")
    closes(body, "unfinished body", drip=b"a")

    two = tls(protocols=("h2",))
    two.sendall(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + bytes([0, 0, 0, 4, 0, 0, 0, 0, 0]))
    closes(two, "idle HTTP/2")

    broken = tls(protocols=("h2",))
    broken.sendall(os.urandom(4096))
    closes(broken, "garbage instead of HTTP/2")

    header = tls()
    header.sendall(b"GET /checkpoint HTTP/1.1\r\nHost: x\r\nX-Large: " + b"a" * 100_000 + b"\r\n\r\n")
    closes(header, "oversized head")

    oversized()


main()
