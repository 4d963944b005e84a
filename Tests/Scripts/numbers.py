# SPDX-License-Identifier: EUPL-1.2
# SPDX-FileCopyrightText: 2026 The Liaison authors
"""Odd numbers in requests: numbers.py RELAY-PORT LOG-PORT CERTIFICATE KEY (see numbers.sh)."""

import http.client
import ssl
import sys
import urllib.parse

RELAY, LOG = int(sys.argv[1]), int(sys.argv[2])
CERTIFICATE, KEY = sys.argv[3:5]

ODD = [
    "-1", "-123", "-9223372036854775808", "+1", "+0", "00", "007", "0x10", "1e3", "1.0", " 1", "1 ", "",
    "9223372036854775807", "9223372036854775808", "18446744073709551616", "999999999999999", "1000000000000000",
    "9" * 40, "٣", "１２", "१", "..", "../..", "%2e%2e", "x001", "x-01/-01", "x001/x001/001", "x999/x999/x999/x999/x999",
    "0.p/0", "000.p/0", "000.p/-1", "000.p/256", "000.p/00", "000.p/255", "000.p/9223372036854775808", "NaN", "\u2212" + "1",
]
GET_PATHS = [
    "/checkpoint", "/tile/{}/000", "/tile/0/{}", "/tile/63/{}", "/tile/entries/{}", "/tile/{}", "/tile/0/x001/{}", "/{}",
    "/v1/directory/head", "/v1/directory/heads/{}", "/v1/directory/entries/{}", "/v1/directory/documents/{}",
    "/v1/directory/lines?from={}", "/v1/directory/institutions/{}", "/v1/directory/institutions/avema01?from={}",
    "/v1/directory/institutions/avema01?keys={}", "/v1/invitations", "/v1/invitations/{}",
    "/v1/transmissions/{}", "/v1/transmissions/{}/header", "/v1/mailboxes/{}?after=0", "/v1/mailboxes/iscg-est@avema01?after={}",
    "/v1/staged/{}", "/v1/anchors/{}", "/v1/units/{}",
]
POST_PATHS = [
    "/v1/transmissions", "/v1/transmissions/{}/content?offset=0", "/v1/transmissions/x/content?offset={}", "/v1/acts",
    "/v1/inspections?from={}", "/v1/invitations", "/v1/invitations/{}/close?as={}", "/v1/invitations/{}/request",
    "/v1/shown", "/v1/directory/rosters", "/v1/directory/successions", "/v1/directory/keys", "/v1/checkpoints",
]
STATED = [  # JSON whose numbers nobody can mean
    b"{\"until\":9223372036854775807}", b"{\"until\":9e18}", b"{\"until\":-1e300}", b"[-0]", b"{}",
    b"old -1\n\nx", b"old 9223372036854775808\n\nx",
]


def connection(port, certificate):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    if certificate:
        context.load_cert_chain(CERTIFICATE, KEY)
    return http.client.HTTPSConnection("127.0.0.1", port, timeout=20, context=context)


def status(port, certificate, method, path, body=None, headers=None):
    """The status of one answer on a connection of its own."""
    one = connection(port, certificate)
    try:
        one.request(method, path, body=body, headers=headers or {})
        answer = one.getresponse()
        answer.read()
        return answer.status
    except (OSError, http.client.HTTPException) as problem:
        sys.exit(f"numbers: no answer to {method} {path}: {problem}")
    finally:
        one.close()


def ask(port, certificate, method, template, odd, body=None, headers=None):
    """Asks, wants an answer that is no failure of the relay, and asks whether it is still there."""
    path = template.replace("{}", urllib.parse.quote(odd, safe="/.%"))
    code = status(port, certificate, method, path, body, headers)
    if code >= 500:
        sys.exit(f"numbers: {method} {path} answered {code}")
    alive = status(port, certificate, "GET", "/checkpoint")
    if alive != 200:
        sys.exit(f"numbers: after {method} {path} the checkpoint answered {alive}")
    return code


def main():
    count = 0
    for odd in ODD:
        for template in GET_PATHS:
            if "{}" not in template and odd != ODD[0]:
                continue
            ask(RELAY, True, "GET", template, odd)
            count += 1
            if template.startswith("/tile") or template == "/checkpoint":
                ask(LOG, False, "GET", template, odd)
        for template in POST_PATHS:
            if "{}" not in template:
                continue
            ask(RELAY, True, "POST", template, odd, body=b"")
            count += 1
        ask(RELAY, True, "PUT", "/v1/staged/" + "0" * 64 + "?offset={}", odd, body=b"x")
        if odd.isascii() and odd.strip() == odd:
            ask(RELAY, True, "POST", "/v1/transmissions", "", b"x" * 100, {"liaison-envelope-length": odd})
    for template in POST_PATHS:
        for body in STATED:
            ask(RELAY, True, "POST", template, "0", body=body)
            count += 1
    for odd in ("-1", "+1", "01", "１"):
        code = ask(RELAY, True, "GET", "/v1/mailboxes/iscg-est@avema01?after={}", odd)
        if code != 400:
            sys.exit(f"numbers: a cursor {odd!r} answered {code}, expected 400")
        code = ask(LOG, False, "GET", "/tile/0/{}", odd)
        if code != 404:
            sys.exit(f"numbers: a tile {odd!r} answered {code}, expected 404")
    print(f"{count} requests with odd numbers, each answered")


main()
