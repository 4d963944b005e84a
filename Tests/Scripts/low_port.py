# SPDX-License-Identifier: EUPL-1.2
# SPDX-FileCopyrightText: 2026 The Liaison authors
"""A free port of the loopback interface below those that the kernel hands out by itself (ip(7), ip_local_port_range)."""

import random
import socket

while True:
    port = random.randint(10_000, 32_000)
    with socket.socket() as one:
        try:
            one.bind(("127.0.0.1", port))
        except OSError:
            continue
    print(port)
    break
