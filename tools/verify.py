#!/usr/bin/env python3
# SPDX-License-Identifier: EUPL-1.2
# SPDX-FileCopyrightText: 2026 The Liaison authors
"""Judge a dossier offline, written from docs/formats.md, docs/events.md and the specifications that they name alone.

Needs `cryptography`, and the program `openssl` for time-stamps. Exit 0: valid, 1: invalid, 3: incomplete, 64: usage,
65: no dossier or no readable anchors. A dossier does not hold the rules of its form: "form valid" (4.4) is not judged.
"""
import argparse, base64, calendar, hashlib, hmac, io, json, re, subprocess, sys, tempfile, time, zipfile
from collections import namedtuple
from pathlib import Path
from xml.etree import ElementTree
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
from cryptography.x509 import load_der_x509_certificate

Note = namedtuple("Note", "text hash lines document")  # hash: of the text; lines: (name, key id and signature)
Published = namedtuple("Published", "place at kind note")  # index in the log, instant, type and document
MIB = 1024 * 1024
LIMITS = {"roster/v1": 8 * MIB, "envelope/v1": 16384, "act/v1": 8192, "transfer/v1": 262144}  # section 9; others: 1 MiB
REQUIRED = set("lisez-moi.html dossier.json envelope.note convention.note checkpoint.note events.json directory.json".split())
ASIC = {"META-INF/ASiCManifest.xml", "META-INF/timestamp.tst"}
CONTENT = {"sealed": {"content.age", "content.key"}, "disclosed": {"manifest.note", "disclosures.json"},
           "withheld": set(), "erased": set()}
NAMES = {*REQUIRED, *ASIC, "mimetype", *CONTENT["sealed"], *CONTENT["disclosed"]}
NUMBERED = re.compile(r"(acts|directory)/[0-9]{2,4}\.note|time-stamps/[0-9]{2,4}\.tst")

# Sections 2 to 6: the exact fields of a document, of the objects that stand under a name, and (docs/events.md) of those
# events that may be in a dossier; "?": optional.
DATED, DELIVERY = "not_before not_after", "by log convention head transmission envelope unit at"
EVENT, STATE = "type log event mailbox number at", "transmission envelope unit state"
REFUSAL = f"{EVENT} code agent transmission? envelope? count?"
FIELDS = {name: fields.split() for name, fields in (line.split(": ") for line in f"""\
convention/v1: name version previous? {DATED} grace maximum_age audit_limit health_data time_zone holidays logs parties \
roles flows; logs: key origin tls_roots url; roles: en fr id; parties: institution keys kind log name recovery \
roster_signatures secrecy; keys: key {DATED}; flows: id kind from to legal_bases adhesion copies call_first urgencies \
reply? reply_only escalation retention attachments; urgencies: clock urgency within; reply: clock kind within; \
escalation: after content to; attachments: bytes count types; succession/v1: by convention key {DATED}; \
roster/v1: by version previous? issued_at units agents registrars; opening: day from to weeks; revocation: at reason; \
units: absence? address duty_phone? kind name opening phone roles town; absence: reason substitutes until?; \
agents: address key possession {DATED} posts duties tls revocation?; posts: {DATED} role unit; \
envelope/v1: by routing content manifest; routing: id log convention head from to copies kind urgency sealed_at \
in_reply_to? phone_confirmed_at? checkpoint?; content: sha256 size; checkpoint: root size; \
manifest/v1: by routing form_version recipients fields parts; fields: commitment? name salt? value?; \
disclosures: fields parts; parts: description salt; description: name sha256 size type; \
transfer/v1: {DELIVERY} keys opened_with recipients; act/v1: {DELIVERY} act reason? content? checkpoint?; \
SubmissionAcceptance: {EVENT} transmission envelope; RelayAcceptance: {EVENT} transmission envelope; \
SubmissionRejection: {REFUSAL}; ActRejection: {REFUSAL} unit? act?; ConsignmentNotification: {EVENT} {STATE}; \
ContentConsignment: {EVENT} {STATE} due_at; AcceptanceRejectionExpiry: {EVENT} {STATE} due_at; \
ContentHandover: {EVENT} {STATE} act; ConsignmentAcceptance: {EVENT} {STATE} act; Transfer: {EVENT} {STATE} act; \
ConsignmentRejection: {EVENT} {STATE} act code; Withdrawal: {EVENT} {STATE} act code; \
Escalation: {EVENT} {STATE} due_at code; Erasure: {EVENT} code transmission? envelope? unit? act? state? entries?; \
RosterPublished: {EVENT} document; ConventionPublished: {EVENT} document""".split("; "))}
REASONS = {"refused": "wrong_unit not_competent duplicate person_declines incomplete", "unopenable": "keys_lost "
           "digest_mismatch not_a_recipient content_damaged manifest_mismatch author_not_in_force form_invalid not_permitted",
           "withdrawn": "misdirected consent_withdrawn sent_in_error",
           "erased": "data_subject_request no_longer_needed unlawful"}

# docs/events.md: the state, what happens ("-": no act), the next state, the event.
TABLE = [tuple(row.split()) for row in """available opened opened ContentHandover, available refused refused
    ConsignmentRejection, available withdrawn withdrawn Withdrawal, available - available ConsignmentNotification,
    available - available Escalation, available - expired AcceptanceRejectionExpiry, opened opened opened ContentHandover,
    opened acknowledged acknowledged ConsignmentAcceptance, opened refused refused ConsignmentRejection, opened unopenable
    refused ConsignmentRejection, opened transferred opened Transfer, opened - opened Escalation, opened - expired
    AcceptanceRejectionExpiry, acknowledged opened acknowledged ContentHandover, acknowledged transferred acknowledged
    Transfer, acknowledged erased acknowledged Erasure, acknowledged - acknowledged Erasure, refused erased refused Erasure,
    refused - refused Erasure, withdrawn - withdrawn Erasure, expired erased expired Erasure, expired - expired Erasure
    """.split(",")]

class Missing(Exception):
    """Something is missing: what, and whether the judging goes on (section 8.2)."""

def need(condition, what):
    """Fail unless the condition holds."""
    if not condition: raise ValueError(what)

def have(condition, what, goes_on=False):
    """Something is missing unless the condition holds."""
    if not condition: raise Missing(what, goes_on)

def b64(text, size=32):
    """Section 1.1: the bytes of canonical base64, of a size if it is given."""
    data = base64.b64decode(text, validate=True)
    need(base64.b64encode(data).decode() == text and size in (None, len(data)), "base64: not canonical or wrong size")
    return data

def sha256(data):
    """Section 1.1: hash."""
    return base64.b64encode(hashlib.sha256(data).digest()).decode()

def commit(salt, value):
    """Section 1.4: the commitment to bytes, as text."""
    return base64.b64encode(hmac.digest(b64(salt), value, "sha256")).decode()

def encode(value, controls="\x00-\x1f\x7f-\x9f"):
    """Section 1.2: canonical JSON, as text."""
    if isinstance(value, bool): return "true" if value else "false"
    if isinstance(value, int) and abs(value) < 10**15: return str(value)
    if isinstance(value, list): return "[%s]" % ",".join(encode(item, controls) for item in value)
    if isinstance(value, dict):
        names = sorted(value, key=lambda name: name.encode("utf-16-be"))
        return "{%s}" % ",".join(f"{encode(name)}:{encode(value[name], controls)}" for name in names)
    need(isinstance(value, str) and not re.search(f"[{controls}]", value), "JSON: a control character, or no such value")
    return '"%s"' % value.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")

def check(value, name):
    """Sections 2 to 6: refuse unknown and missing fields."""
    fields = FIELDS[name] if isinstance(value, dict) else []
    need(all(field in value for field in fields if field[-1] != "?"), f"{name}: a field lacks")
    for key, item in value.items() if isinstance(value, dict) else [(name, item) for item in value]:
        need(not fields or key in fields or key + "?" in fields, f"{name}: {key} is unknown")
        if isinstance(item, (dict, list)): check(item, key)

def decode(data, kind=None, controls="\x00-\x1f\x7f-\x9f"):
    """Section 1.2: the object of canonical JSON; an event (6.1) says its kind itself."""
    value = json.loads(data.decode())
    need(isinstance(value, dict) and encode(value, controls).encode() == data, "not canonical JSON")
    check(value, kind or value["event"])
    return value

def read_note(data, kind=None):
    """Section 1.3: a document, or without a kind a checkpoint; its signatures are not verified yet."""
    text, blank, rest = data.decode().rpartition("\n\n")
    lines = [line.split(" ") for line in rest.removesuffix("\n").split("\n")]
    need(blank and rest[-1] == "\n" and not re.search("[\x00-\x09\x0b-\x1f]", text + rest), "not a signed note")
    need(all(mark == "\u2014" and re.fullmatch(r"[^\s+]+", name) for mark, name, _ in lines), "a line of no signature")
    raw, lines = (text + "\n").encode(), [(name, b64(signature, None)) for _, name, signature in lines]
    note = Note(raw, sha256(raw), lines, decode(text.partition("\n")[2].encode(), kind) if kind else None)
    if kind:
        version, by = note.document.get("version", 1), note.document.get("by", lines[0][0])
        need(text.startswith(f"liaison/{kind}\n") and len(data) <= LIMITS.get(kind, MIB), f"no {kind}, or too long")
        need(version > 0 and ("previous" in note.document) == (version > 1), f"{kind}: version and previous do not fit")
        most = {"convention/v1": 1000, "roster/v1": 2}.get(kind, 1)
        need(len(lines) <= most and (most == 1000 or {name for name, _ in lines} == {by}), f"{kind}: signature lines")
    return note

def key_id(name, kind, key):
    """Section 1.3 and tlog-cosignature: the key id."""
    return hashlib.sha256(name.encode() + b"\n" + bytes([kind]) + key).digest()[:4]

def verifier_key(text, kind=1):
    """Section 1.3: name and key of a verifier key of the type."""
    name, hex_id, encoded = text.split("+", 2)
    key = b64(encoded, 33)
    need(name and key[0] == kind and key_id(name, kind, key[1:]).hex() == hex_id, f"not a verifier key: {text}")
    return name, key[1:]

def verify(key, signature, message):
    """RFC 8032: an Ed25519 signature."""
    Ed25519PublicKey.from_public_bytes(key).verify(signature, message)

def signers(note, name, keys):
    """signed-note, Signatures: those of the keys that signed under the name; each of their lines must verify."""
    found = [(key, data) for key in keys for line, data in note.lines if (line, data[:4]) == (name, key_id(name, 1, key))]
    for key, data in found: verify(key, data[4:], note.text)
    return {key for key, _ in found}

def valid_at(dated, instant):
    """Sections 2.1 to 2.3: not_before included, not_after not."""
    return dated["not_before"] <= instant < dated["not_after"]

def read_checkpoint(data):
    """Section 6.2: (origin, size, root) of a checkpoint without extension lines; and its note."""
    note = read_note(data)
    origin, size, root, _ = note.text.decode().split("\n")
    need(origin and re.fullmatch("0|[1-9][0-9]{0,14}", size), "not a checkpoint")
    return (origin, int(size), b64(root)), note

def follow(index, size, node, path):
    """RFC 9162, section 2.1.3.2: the root that an inclusion path leads to."""
    last = size - 1
    need(index <= last, "no such entry")
    for sibling in path:
        need(last, "the path is too long")
        pair = sibling + node if index & 1 or index == last else node + sibling
        while index == last and last and not index & 1: index, last = index >> 1, last >> 1
        node, index, last = hashlib.sha256(b"\x01" + pair).digest(), index >> 1, last >> 1
    need(not last, "the path is too short")
    return node

def verify_stamp(data, token, roots):
    """Section 6.5, by openssl: an RFC 3161 token over the data, judged at its own instant."""
    def ts(*arguments):
        return subprocess.run(["openssl", "ts", *arguments], cwd=folder, capture_output=True, check=True).stdout
    with tempfile.TemporaryDirectory() as folder:
        for name, content in ("data", data), ("token", token), ("roots", roots): Path(folder, name).write_bytes(content)
        shown = ts("-reply", "-in", "token", "-token_in", "-text").decode(errors="replace")
        day, year = re.search(r"^Time stamp: (\w+ +\d+ [0-9:]+)(?:\.\d+)? (\d+) GMT$", shown, re.MULTILINE).groups()
        instant = str(calendar.timegm(time.strptime(f"{day} {year}", "%b %d %H:%M:%S %Y")))
        ts("-verify", "-data", "data", "-in", "token", "-token_in", "-CAfile", "roots", "-attime", instant)

def open_age(data, file_key):
    """Section 4.1 and age.md: the number of stanzas, and the plaintext."""
    def expand(salt, info):
        return hmac.digest(hmac.digest(salt, file_key, "sha256"), info + b"\x01", "sha256")
    stanza = rb"-> mlkem768x25519 [A-Za-z0-9+/]{1493}[AQgw]\n[A-Za-z0-9+/]{42}[AEIMQUYcgkosw048]\n"
    header = re.match(rb"(age-encryption\.org/v1\n(?:%b)+---) ([A-Za-z0-9+/]{43})\n" % stanza, data)
    need(header and header.end() <= 2 * MIB, "content.age: its header")
    need(hmac.digest(expand(b"", b"header"), header[1], "sha256") == b64(header[2].decode() + "="), "content.age: its MAC")
    nonce, payload, size, plaintext = data[header.end():][:16], data[header.end() + 16:], 65536 + 16, []
    for start in range(0, len(payload), size):
        count = (start // size).to_bytes(11, "big") + bytes([start + size >= len(payload)])
        chunk = payload[start:start + size]
        plaintext.append(ChaCha20Poly1305(expand(nonce, b"payload")).decrypt(count, chunk, None))
    need(plaintext and plaintext[-1], "content.age: its last chunk")
    return header[1].count(b"->"), b"".join(plaintext)

class Trust:
    """Section 8.1 and tlog-policy: the trust anchors."""
    def __init__(self, data):
        self.logs, self.parties, self.names, self.quorums, self.roots, members = [], [], {}, [], b"", []
        for words in [re.findall("[^ \t]+", line) for line in data.decode().split("\n")]:
            match words:
                case ["log", key] | ["log", key, _]: self.logs.append(verifier_key(key))
                case ["party", key]: self.parties.append(verifier_key(key))
                case ["witness", name, key] | ["witness", name, key, _] if name not in {"none", *self.names}:
                    self.names[name] = verifier_key(key, 4)
                case ["group", name, count, *names] if name not in {"none", *self.names} and {*names} <= {*self.names}:
                    least = {"any": 1, "all": len(names)}.get(count) or int(count)
                    need(1 <= least <= len(names), f"{name}: its number")
                    self.names[name], members = (least, names), members + names
                case ["quorum", name] if name in {"none", *self.names}: self.quorums.append(name)
                case ["time-stamp", root] if load_der_x509_certificate(b64(root, None)):
                    self.roots += f"-----BEGIN CERTIFICATE-----\n{root}\n-----END CERTIFICATE-----\n".encode()
                case _: need(not words or words[0][0] == "#", f"no line of anchors: {' '.join(words)}")
        keys = [key for _, key in [*self.names.values(), *self.logs] if isinstance(key, bytes)]
        need(all(len(set(once)) == len(once) for once in (keys, members)), "a key or a member comes twice")
        need(len(self.quorums) == 1 and not re.search(rb"[\x00-\x08\x0b-\x1f\x7f]", data), "not one quorum line")

    def cosigned(self, name, note):
        """tlog-policy and tlog-cosignature: whether a witness, or enough of a group, cosigned a checkpoint."""
        witness, key = self.names[name]
        if isinstance(key, list): return sum(self.cosigned(member, note) for member in key) >= witness
        for data in [data for line, data in note.lines if (line, data[:4]) == (witness, key_id(witness, 4, key))]:
            try:
                instant = b"cosignature/v1\ntime %d\n" % int.from_bytes(data[4:12], "big")
                return verify(key, data[12:], instant + note.text) is None
            except InvalidSignature: continue
        return False
