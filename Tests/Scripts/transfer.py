# SPDX-License-Identifier: EUPL-1.2
# SPDX-FileCopyrightText: 2026 The Liaison authors
"""Runs one command on a terminal behind a slow proxy, and says what the terminal showed and how much was moved.

    transfer.py BYTES_PER_SECOND INTERRUPT_AFTER COMMAND…

Standard output: a JSON object with `code`, `screen`, `up` and `down` (bytes). With INTERRUPT_AFTER other than 0, Ctrl-C is pressed
once so many bytes have moved in one direction.
"""

import json
import os
import pty
import select
import signal
import socket
import sys
import threading
import time


class Proxy:
    """An HTTP proxy for CONNECT that lets so many bytes a second through in each direction, and counts them."""

    def __init__(self, rate: int) -> None:
        self.rate = rate
        self.moved = {"up": 0, "down": 0}
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        threading.Thread(target=self.accept, daemon=True).start()

    def accept(self) -> None:
        while True:
            client, _ = self.listener.accept()
            threading.Thread(target=self.serve, args=(client,), daemon=True).start()

    def serve(self, client: socket.socket) -> None:
        head = b""
        while b"\r\n\r\n" not in head:
            piece = client.recv(4096)
            if not piece:
                return
            head += piece
        host, port = head.split()[1].decode().rsplit(":", 1)
        server = socket.create_connection((host, int(port)))
        client.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
        for source, target, way in ((client, server, "up"), (server, client, "down")):
            threading.Thread(target=self.move, args=(source, target, way), daemon=True).start()

    def move(self, source: socket.socket, target: socket.socket, way: str) -> None:
        due = time.monotonic()
        try:
            while piece := source.recv(65536):
                # Sleeping for each piece alone would add up to more than the rate says.
                due = max(due, time.monotonic() - 0.05) + len(piece) / self.rate
                time.sleep(max(0, due - time.monotonic()))
                target.sendall(piece)
                self.moved[way] += len(piece)
            target.shutdown(socket.SHUT_WR)
        except OSError:
            pass


def main() -> None:
    rate, limit, command = int(sys.argv[1]), int(sys.argv[2]), sys.argv[3:]
    proxy = Proxy(rate)
    environment = dict(os.environ, HTTPS_PROXY=f"http://127.0.0.1:{proxy.port}")
    pid, terminal = pty.fork()
    if pid == 0:
        os.execvpe(command[0], command, environment)
    screen, is_pressed = b"", False
    while True:
        ready, _, _ = select.select([terminal], [], [], 0.05)
        if ready:
            try:
                piece = os.read(terminal, 65536)
            except OSError:
                break
            if not piece:
                break
            screen += piece
        if limit and not is_pressed and max(proxy.moved.values()) > limit:
            is_pressed = True
            os.write(terminal, b"\x03")
    _, status = os.waitpid(pid, 0)
    code = os.waitstatus_to_exitcode(status)
    print(json.dumps({"code": code, "screen": screen.decode(errors="replace"), **proxy.moved}))


if __name__ == "__main__":
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    main()
