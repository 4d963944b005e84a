# SPDX-License-Identifier: EUPL-1.2
# SPDX-FileCopyrightText: 2026 The Liaison authors
"""Opens many streams on a relay, and says what each costs it in memory.

    streams.py HOST:PORT PID COUNT CERTIFICATES…

CERTIFICATES are directories with `cert.pem` and `key.pem`, one for each agent; the streams are spread over them. Standard output:
`KIB woken`: KiB of the relay's resident memory for each stream, and then, once the file descriptor 0 has had a line, how many of the
streams said within a minute that a mailbox has grown.
"""

import resource
import select
import socket
import ssl
import sys
import time


def memory(pid: int) -> int:
    """Resident KiB of a process (proc(5))."""
    with open(f"/proc/{pid}/status", encoding="ascii") as status:
        return next(int(line.split()[1]) for line in status if line.startswith("VmRSS"))


def connect(host: str, port: int, folder: str) -> ssl.SSLSocket:
    """A stream whose first byte has come."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    context.load_cert_chain(f"{folder}/cert.pem", f"{folder}/key.pem")
    line = context.wrap_socket(socket.create_connection((host, port)))
    line.sendall(b"GET /v1/stream HTTP/1.1\r\nhost: relay\r\naccept: text/event-stream\r\nlast-event-id: 999999999\r\n\r\n")
    answer = b""
    while b":\n\n" not in answer:
        piece = line.recv(4096)
        if not piece or b" 200 " not in answer + piece:
            raise SystemExit(f"no stream: {(answer + piece)[:200]!r}")
        answer += piece
    return line


def main() -> None:
    host, port = sys.argv[1].split(":")
    pid, count, folders = int(sys.argv[2]), int(sys.argv[3]), sys.argv[4:]
    resource.setrlimit(resource.RLIMIT_NOFILE, (count + 100, resource.getrlimit(resource.RLIMIT_NOFILE)[1]))
    warm = [connect(host, int(port), folders[0])]
    before = memory(pid)
    lines = [connect(host, int(port), folders[number % len(folders)]) for number in range(1, count + 1)]
    time.sleep(1)
    print(f"{(memory(pid) - before) / count:.1f}", flush=True)
    sys.stdin.readline()
    woken, end = set(), time.monotonic() + 60
    while len(woken) < count and time.monotonic() < end:
        waiting = [line for line in lines if line not in woken]
        ready = [line for line in waiting if line.pending()] or select.select(waiting, [], [], 0.2)[0]
        for line in ready:
            if b"event: mailbox" in line.recv(4096):
                woken.add(line)
    print(len(woken), flush=True)
    for line in warm + lines:
        line.close()


if __name__ == "__main__":
    main()
