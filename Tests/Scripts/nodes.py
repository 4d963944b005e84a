# SPDX-License-Identifier: EUPL-1.2
# SPDX-FileCopyrightText: 2026 The Liaison authors
"""What nodes.sh needs beside the programs: ways that lead to one node, a client that stays connected to each, an eye on the log.

    nodes.py ways PORT…            prints a port for each: a proxy for HTTPS, whose every connection ends at that port
    nodes.py ask MAILBOX PORT…     obeys standard input, as below; the nodes are called by their places in the list, from 0
    nodes.py log FILE PORT…        adds to FILE what each listener of the log gives as its checkpoint, once a second
    nodes.py compare FILE          whether all checkpoints in FILE stand in the table on standard input, a JSON object of notes by size

All connections come from 127.0.0.2: those from 127.0.0.1 are HAProxy's, for the nodes. A client is a directory with `cert.pem` and
`key.pem`. Its connections stay open. Commands, one a line, each with an answer:

    status NODE CLIENT             the status code of a request for the mailbox
    has NODE CLIENT TRANSMISSION   its number in the mailbox; `no` when it is not there, `twice` when it is there more than once
    listen NODE CLIENT             `ok` once the stream is there
    heard NODE NUMBER              milliseconds after the last `has` until the stream said this number, or `no` after five seconds
"""

import asyncio
import base64
import contextlib
import http.client
import json
import ssl
import sys
import threading
import time

SOURCE = ("127.0.0.2", 0)


def context_of(client=None):
    """TLS without a check of the server: the programs under test do that."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    if client:
        context.load_cert_chain(f"{client}/cert.pem", f"{client}/key.pem")
    return context


def connection(port, timeout, client=None):
    """To a port, when the first request is made."""
    return http.client.HTTPSConnection("127.0.0.1", port, timeout=timeout, source_address=SOURCE, context=context_of(client))


# Ways to one node


async def copy(reader, writer):
    """One direction, until its end."""
    while chunk := await reader.read(65536):
        writer.write(chunk)
        await writer.drain()
    with contextlib.suppress(OSError):
        writer.write_eof()


async def lead(reader, writer, port):
    """Answers CONNECT (RFC 9110 section 9.3.6), and passes everything on to the port."""
    sides = [writer]
    try:
        await reader.readuntil(b"\r\n\r\n")
        far_reader, far_writer = await asyncio.open_connection("127.0.0.1", port, local_addr=SOURCE)
        sides.append(far_writer)
        writer.write(b"HTTP/1.1 200 OK\r\n\r\n")
        await asyncio.gather(copy(reader, far_writer), copy(far_reader, writer))
    except OSError:
        # Nobody listens there, or one of both is gone: so is the other.
        for side in sides:
            side.transport.abort()
    except asyncio.IncompleteReadError:
        pass
    finally:
        for side in sides:
            side.close()


async def ways(ports):
    """Serves until it is killed."""
    servers = []
    for port in ports:
        servers.append(await asyncio.start_server(lambda r, w, port=port: lead(r, w, port), "127.0.0.1", 0))
    print(*(server.sockets[0].getsockname()[1] for server in servers), flush=True)
    await asyncio.Event().wait()


# A client of each node


class Client:
    """Connections to all nodes, each kept, and streams."""

    def __init__(self, mailbox, ports):
        self.mailbox, self.ports = mailbox, ports
        self.connections, self.read, self.told = {}, {}, {}
        self.asked = 0.0
        self.changed = threading.Condition()

    def get(self, node, client, path):
        """An answer's status and JSON over the connection that is there; a new one when it was closed."""
        for attempt in range(2):
            if (node, client) not in self.connections:
                self.connections[node, client] = connection(self.ports[node], 10, client)
            try:
                line = self.connections[node, client]
                line.request("GET", path)
                answer = line.getresponse()
                return answer.status, json.loads(answer.read())
            except (OSError, http.client.HTTPException):
                del self.connections[node, client]
                if attempt:
                    raise
        raise AssertionError

    def page(self, node, client, after):
        """A page of the mailbox."""
        return self.get(node, client, f"/v1/mailboxes/{self.mailbox}?after={after}")

    def status(self, node, client):
        """Whether a client may read the mailbox."""
        return self.page(node, client, 0)[0]

    def has(self, node, client, transmission):
        """The number under which the content of a transmission was put into the mailbox."""
        self.asked = time.monotonic()
        after, numbers = self.read.get(node, 0), []
        while after is not None:
            status, page = self.page(node, client, after)
            if status != 200:
                return status
            for event in page["events"]:
                record = json.loads(base64.b64decode(event["record"]))
                self.read[node] = record["number"]
                if record.get("transmission") == transmission and record["event"] == "ContentConsignment":
                    numbers.append(record["number"])
            after = page.get("next")
        return numbers[0] if len(numbers) == 1 else "twice" if numbers else "no"

    def listen(self, node, client):
        """Opens a stream."""
        line = connection(self.ports[node], 120, client)
        line.request("GET", "/v1/stream", headers={"accept": "text/event-stream"})
        answer = line.getresponse()
        if answer.status != 200 or answer.readline() != b":\n":
            return answer.status
        threading.Thread(target=self.follow, args=(node, line, answer), daemon=True).start()
        return "ok"

    def follow(self, node, line, answer):
        """Notes when a stream says up to which number the mailbox has grown, until the stream ends."""
        with contextlib.suppress(OSError, http.client.HTTPException), contextlib.closing(line):
            while text := answer.readline():
                if not text.startswith(b"data: "):
                    continue
                grown = json.loads(text[6:])
                if grown["mailbox"] == self.mailbox:
                    with self.changed:
                        self.told.setdefault(node, []).append((grown["number"], time.monotonic()))
                        self.changed.notify_all()

    def heard(self, node, number):
        """When a stream said this number, or a larger one."""

        def when():
            return next((at for told, at in self.told.get(node, []) if told >= number), None)

        with self.changed:
            at = self.changed.wait_for(when, 5)
        return "no" if at is None else max(0, round((at - self.asked) * 1000))

    def obey(self, command, node, *words):
        """Does what a line says."""
        node = int(node)
        match command:
            case "status" | "has" | "listen":
                return getattr(self, command)(node, *words)
            case "heard":
                return self.heard(node, int(words[0]))
        raise ValueError(command)


def ask(mailbox, ports):
    """Obeys standard input until its end."""
    client = Client(mailbox, ports)
    for line in sys.stdin:
        try:
            print(client.obey(*line.split()), flush=True)
        except (OSError, http.client.HTTPException) as error:
            print(type(error).__name__, flush=True)


# The log


def watch(file, ports):
    """Asks for checkpoints once a second, each listener by itself: one that does not answer holds up no other."""
    lock = threading.Lock()

    def see(port):
        while True:
            line = connection(port, 3)
            with contextlib.suppress(OSError, http.client.HTTPException), contextlib.closing(line):
                line.request("GET", "/checkpoint")
                answer = line.getresponse()
                text = answer.read().decode()
                if answer.status == 200:
                    with lock, open(file, "a", encoding="utf-8") as seen:
                        seen.write(json.dumps([port, text]) + "\n")
            time.sleep(1)

    threads = [threading.Thread(target=see, args=(port,)) for port in ports]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def compare(file):
    """Prints how many checkpoints each listener gave; fails at one that the log does not have."""
    notes, counts = json.load(sys.stdin), {}
    with open(file, encoding="utf-8") as seen:
        for port, text in map(json.loads, seen):
            counts[port] = counts.get(port, 0) + 1
            # c2sp.org/tlog-checkpoint: origin, size, root; then a blank line and the log's signature.
            if notes.get(text.split("\n")[1]) != text:
                sys.exit(f"port {port} gave a checkpoint that the log does not have:\n{text}")
    print(*counts.values())


def main():
    match sys.argv[1:]:
        case "ways", *ports:
            asyncio.run(ways(map(int, ports)))
        case "ask", mailbox, *ports:
            ask(mailbox, list(map(int, ports)))
        case "log", file, *ports:
            watch(file, list(map(int, ports)))
        case "compare", file:
            compare(file)
        case _:
            sys.exit(__doc__)


if __name__ == "__main__":
    main()
