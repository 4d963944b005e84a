# SPDX-License-Identifier: EUPL-1.2
# SPDX-FileCopyrightText: 2026 The Liaison authors
"""A real time-stamp authority for tests: `openssl ts` behind HTTP (RFC 3161 section 3.4).

    authority.py DIR     makes keys and certificates in DIR, serves on a free loopback port, writes it to DIR/port
"""

import http.server
import subprocess
import sys
from pathlib import Path

HOME = Path(sys.argv[1]).resolve()
CONFIGURATION = """
[req]
distinguished_name = name
prompt = no
[name]
CN = Autorite de test FICTIVE
[ca]
basicConstraints = critical,CA:TRUE
keyUsage = critical,keyCertSign
[authority]
basicConstraints = critical,CA:FALSE
keyUsage = critical,digitalSignature
extendedKeyUsage = critical,timeStamping
[tsa]
default_tsa = tokens
[tokens]
serial = {home}/serial
signer_cert = {home}/authority.pem
signer_key = {home}/authority.key
certs = {home}/root.pem
signer_digest = sha256
default_policy = 1.3.6.1.4.1.99999.1
digests = sha256
accuracy = secs:1
tsa_name = yes
"""


def openssl(*arguments):
    """Runs openssl in the authority's directory."""
    subprocess.run(["openssl", *arguments], cwd=HOME, check=True, capture_output=True)


def make():
    """Makes a root and an authority that may stamp time."""
    HOME.mkdir(parents=True, exist_ok=True)
    (HOME / "tsa.cnf").write_text(CONFIGURATION.format(home=HOME))
    (HOME / "serial").write_text("01\n")
    new, config = ["-newkey", "rsa:2048", "-nodes"], ["-config", "tsa.cnf"]
    openssl("req", "-x509", *new, "-keyout", "root.key", "-out", "root.pem", "-days", "30", *config, "-extensions", "ca")
    openssl("req", *new, "-keyout", "authority.key", "-out", "authority.csr", *config)
    openssl("x509", "-req", "-in", "authority.csr", "-CA", "root.pem", "-CAkey", "root.key", "-CAcreateserial",
            "-out", "authority.pem", "-days", "30", "-extfile", "tsa.cnf", "-extensions", "authority")


class Handler(http.server.BaseHTTPRequestHandler):
    """Answers each query with a token."""

    def do_POST(self):
        """Stamps the query in the body."""
        (HOME / "query").write_bytes(self.rfile.read(int(self.headers["content-length"])))
        openssl("ts", "-reply", "-config", "tsa.cnf", "-queryfile", "query", "-out", "reply")
        reply = (HOME / "reply").read_bytes()
        self.send_response(200)
        self.send_header("content-type", "application/timestamp-reply")
        self.send_header("content-length", str(len(reply)))
        self.end_headers()
        self.wfile.write(reply)

    def log_message(self, *_):
        """Keeps quiet."""


if __name__ == "__main__":
    make()
    server = http.server.HTTPServer(("127.0.0.1", 0), Handler)
    (HOME / "port").write_text(f"{server.server_port}\n")
    server.serve_forever()
