#!/usr/bin/env python3
# SPDX-License-Identifier: EUPL-1.2
# SPDX-FileCopyrightText: 2026 The Liaison authors
"""Judge a dossier of Liaison offline.

    verify.py DOSSIER --trust ANCHORS [--format text|json]

This program was written from docs/formats.md, docs/events.md and the specifications that they
name, and shares no line with Liaison itself: it is a second opinion. "Section" means a section of
formats.md. It needs Python 3.11, the package cryptography and, when the anchors have time-stamp
lines, the program openssl.

Exit codes: 0 valid, 1 invalid, 3 incomplete, 64 wrong usage, 65 no such file or bad anchors.

The parts of this file are:

    1. What can go wrong                        8. The log: checkpoints and proofs
    2. Values and canonical JSON                9. Conventions, rosters and who may act
    3. The form of every document              10. Deliveries
    4. Keys, signatures and signed notes       11. The sealed content
    5. The container                           12. The judgement, one method for each step
    6. Trust anchors                           13. The command line
    7. Time-stamps
"""

from __future__ import annotations

import argparse
import base64
import binascii
import calendar
import hashlib
import hmac
import json
import re
import shutil
import struct
import subprocess
import sys
import tempfile
import time
import unicodedata
import zlib
from bisect import bisect_right
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.serialization import Encoding

KIB = 1024
MIB = 1024 * KIB
GIB = 1024 * MIB


# ------------------------------------------------------------------------------------------------
# 1. What can go wrong (section 8.2)
# ------------------------------------------------------------------------------------------------


class Fails(Exception):
    """A check fails: the dossier is invalid."""


class Missing(Exception):
    """Something is not there: the dossier is incomplete, and the judging stops."""

    goes_on = False


class MissingButGoesOn(Missing):
    """Something is not there, and section 8.2 says that the judging goes on."""

    goes_on = True


def require(condition: object, otherwise: str) -> None:
    """Go on only when the condition holds; otherwise the check fails, and says why."""
    if not condition:
        raise Fails(otherwise)


LONGEST_DETAIL = 300


def one_line(problem: Exception) -> str:
    """What went wrong, on one line and not too long; the kind of problem when it says nothing."""
    said = " ".join(str(problem).split())
    return said[:LONGEST_DETAIL] or type(problem).__name__


# ------------------------------------------------------------------------------------------------
# 2. Values (section 1.1), commitments (1.4) and canonical JSON (1.2)
# ------------------------------------------------------------------------------------------------

LARGEST_INTEGER = 999_999_999_999_999
DEEPEST_NESTING = 16  # Of lists and objects; no form of the documents needs more than seven.

NUMBER = re.compile("0|[1-9][0-9]{0,14}")
LABEL = re.compile("[a-z0-9]([a-z0-9-]{0,38}[a-z0-9])?")
UUID = re.compile("[0-9a-f]{8}-[0-9a-f]{4}-[47][0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}")
CONTROL_CHARACTER = re.compile("[\x00-\x1f\x7f-\x9f]")
DAY = re.compile("[0-9]{4}-[0-9]{2}-[0-9]{2}")
JSON_STRING_OR_BRACKET = re.compile(rb'"(?:[^"\\]|\\.)*+"?|[\[\]{}]', re.DOTALL)


def encode_base64(data: bytes) -> str:
    """RFC 4648, section 4: base64 with padding."""
    return base64.b64encode(data).decode()


def decode_base64(text: str, size: int | None = None) -> bytes:
    """Section 1.1: the bytes of canonical base64; of so many bytes, when a size is given."""
    try:
        data = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError) as problem:
        raise Fails("this is not base64") from problem
    require(encode_base64(data) == text, "this base64 is not canonical")
    require(size is None or len(data) == size, f"this is not base64 of {size} bytes")
    return data


def sha256(data: bytes) -> bytes:
    """FIPS 180-4: the SHA-256 of the data."""
    return hashlib.sha256(data).digest()


def hash_of(data: bytes) -> str:
    """Section 1.1: a hash, as it is written."""
    return encode_base64(sha256(data))


def commit(salt: str, value: bytes) -> bytes:
    """Section 1.4: the commitment to a value under a salt."""
    return hmac.digest(decode_base64(salt, 32), value, "sha256")


def parse_number(text: str) -> int:
    """Section 1.2: a number in ASCII digits, without sign or leading zero, at most 15 digits."""
    require(NUMBER.fullmatch(text), "a number is not written as section 1.2 asks")
    return int(text)


def refuse_number(text: str) -> None:
    """Section 1.2: there are integers only, no fractions, exponents or names of numbers."""
    raise Fails("a number is not an integer")


def check_nesting(data: bytes) -> None:
    """Refuse JSON that is nested deeper than any form here, before a parser descends into it."""
    depth = 0
    for token in JSON_STRING_OR_BRACKET.finditer(data):
        if token.group() in (b"[", b"{"):
            depth += 1
        elif token.group() in (b"]", b"}"):
            depth -= 1
        require(depth <= DEEPEST_NESTING, "JSON is nested too deeply")


def canonical_json(value: Any) -> bytes:
    """Section 1.2, RFC 8785: canonical JSON of a value that has one of the forms below.

    Such a value has ASCII field names and no control characters, but for the line feeds of form
    values, which this writes as backslash and n. So it is what RFC 8785 asks for.
    """
    text = json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return text.encode()


def read_json(data: bytes, form: Form) -> Any:
    """Section 1.2: decode, hold against the form, encode again, refuse when the bytes differ."""
    check_nesting(data)
    value = json.loads(
        data.decode(),
        parse_int=parse_number,
        parse_float=refuse_number,
        parse_constant=refuse_number,
    )
    check_form(value, form, "JSON")
    require(canonical_json(value) == data, "JSON is not canonical")
    return value


def is_text(value: object) -> bool:
    """Sections 1.1 and 1.2: a string without control characters."""
    return isinstance(value, str) and not CONTROL_CHARACTER.search(value)


def is_text_with_line_feeds(value: object) -> bool:
    """Section 1.2: a string that may also hold U+000A, and no other control character."""
    return isinstance(value, str) and is_text(value.replace("\n", ""))


def is_truth_value(value: object) -> bool:
    """JSON's true or false."""
    return isinstance(value, bool)


def is_natural(value: object) -> bool:
    """Section 1.2: an integer from 0 to 999,999,999,999,999; a truth value is none."""
    return type(value) is int and 0 <= value <= LARGEST_INTEGER


def is_positive(value: object) -> bool:
    """An integer from 1."""
    return is_natural(value) and value != 0


def is_one_or_two(value: object) -> bool:
    """Section 2.1: `roster_signatures` is 1 or 2."""
    return is_natural(value) and value in (1, 2)


def is_base64(value: object, size: int | None = None) -> bool:
    """Section 1.1: canonical base64, of so many bytes when a size is given."""
    if not isinstance(value, str):
        return False
    try:
        decode_base64(value, size)
    except Fails:
        return False
    return True


def is_32_bytes(value: object) -> bool:
    """Section 1.1: a hash, a key or a salt."""
    return is_base64(value, 32)


def is_institution(value: object) -> bool:
    """Section 1.1: 1 to 40 of `a-z 0-9 -`, neither first nor last a `-`."""
    return isinstance(value, str) and LABEL.fullmatch(value) is not None


def is_address(value: object) -> bool:
    """Section 1.1: a unit or an agent: label `@` institution."""
    if not isinstance(value, str):
        return False
    label, _, institution = value.partition("@")
    return is_institution(label) and is_institution(institution)


def is_mailbox(value: object) -> bool:
    """Section 6.1: a unit, `institution:` and an institution, or `directory`."""
    if not isinstance(value, str):
        return False
    if value.startswith("institution:"):
        return is_institution(value.removeprefix("institution:"))
    return value == "directory" or is_address(value)


def is_id(value: object) -> bool:
    """Section 1.1, RFC 9562: a lower-case UUID of version 4."""
    return isinstance(value, str) and UUID.fullmatch(value) is not None


def is_day(value: object) -> bool:
    """Section 2.1: a day of the calendar, `YYYY-MM-DD`."""
    if not isinstance(value, str) or not DAY.fullmatch(value):
        return False
    try:
        date.fromisoformat(value)
    except ValueError:
        return False
    return True


def is_https_url(value: object) -> bool:
    """Section 2.1: an https URL."""
    return is_text(value) and value.startswith("https://")


def is_form_value(value: object) -> bool:
    """Section 4.3: a string, an integer, true or false, or a list of strings."""
    if isinstance(value, list):
        return all(is_text_with_line_feeds(item) for item in value)
    return is_text_with_line_feeds(value) or is_natural(value) or is_truth_value(value)


# ------------------------------------------------------------------------------------------------
# 3. The form of every document (sections 2 to 6 and 8)
# ------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Leaf:
    """A value without parts, the name of its type, and the function that recognizes it."""

    name: str
    holds: Callable[[object], bool]


@dataclass(frozen=True)
class Code:
    """A code of a closed list (section 1.1)."""

    codes: tuple[str, ...]


@dataclass(frozen=True)
class ListOf:
    """A list, each of whose items has the same form."""

    item: Form


@dataclass(frozen=True)
class Optional:
    """A field that is left out when there is nothing to say (section 1.1)."""

    form: Form


# A form is one of these, or a dictionary: the fields of an object, by name.
Form = Leaf | Code | ListOf | Optional | dict


def check_form(value: Any, form: Form, where: str) -> None:
    """Sections 1 to 6: hold a value against its form. It descends no deeper than the form does."""
    if isinstance(form, Leaf):
        require(form.holds(value), f"{where}: this is not {form.name}")
    elif isinstance(form, Code):
        known = isinstance(value, str) and value in form.codes
        require(known, f"{where}: this is not one of the codes")
    elif isinstance(form, ListOf):
        require(isinstance(value, list), f"{where}: this is not a list")
        for item in value:
            check_form(item, form.item, where)
    else:
        require(isinstance(value, dict), f"{where}: this is not an object")
        for name in value:
            require(name in form, f"{where}: the field {name} is unknown")
        for name, part in form.items():
            if name in value:
                inner = part.form if isinstance(part, Optional) else part
                check_form(value[name], inner, f"{where}: {name}")
            else:
                require(isinstance(part, Optional), f"{where}: the field {name} is not there")


def one_of(codes: str) -> Code:
    """A closed list of codes, written with spaces between them."""
    return Code(tuple(codes.split()))


TEXT = Leaf("text", is_text)
TRUTH_VALUE = Leaf("true or false", is_truth_value)
INTEGER = Leaf("an integer from 0", is_natural)
POSITIVE = Leaf("an integer from 1", is_positive)
INSTANT = Leaf("an instant", is_natural)
DURATION = Leaf("a duration", is_natural)
HASH = Leaf("a hash", is_32_bytes)
KEY = Leaf("a key", is_32_bytes)
SALT = Leaf("a salt", is_32_bytes)
BASE64 = Leaf("base64", is_base64)
ID = Leaf("an id", is_id)
INSTITUTION = Leaf("an institution", is_institution)
UNIT = Leaf("a unit", is_address)
AGENT = Leaf("an agent", is_address)
MAILBOX = Leaf("a mailbox", is_mailbox)
FORM_VALUE = Leaf("a value of a form field", is_form_value)
PROOF = Leaf("a proof", is_text_with_line_feeds)
ORIGIN = TEXT
FINGERPRINT = HASH

# Codes of section 2.1.
URGENCY = one_of("immediate urgent priority routine")
CLOCK = one_of("elapsed opening working_days")
ADHESION = one_of("required recorded not_required")

# Section 2.1.
PARTY_KEY = {"key": KEY, "not_after": INSTANT, "not_before": INSTANT}
PARTY = {
    "institution": INSTITUTION,
    "keys": ListOf(PARTY_KEY),
    "kind": TEXT,
    "log": ORIGIN,
    "name": TEXT,
    "recovery": KEY,
    "roster_signatures": Leaf("1 or 2", is_one_or_two),
    "secrecy": TRUTH_VALUE,
}
LOG = {
    "key": KEY,
    "origin": ORIGIN,
    "tls_roots": ListOf(BASE64),
    "url": Leaf("an https URL", is_https_url),
}
FLOW = {
    "id": TEXT,
    "kind": TEXT,
    "from": ListOf(TEXT),
    "to": ListOf(TEXT),
    "legal_bases": ListOf(TEXT),
    "adhesion": ADHESION,
    "copies": ListOf(TEXT),
    "call_first": TRUTH_VALUE,
    "urgencies": ListOf({"clock": CLOCK, "urgency": URGENCY, "within": DURATION}),
    "reply": Optional({"clock": CLOCK, "kind": TEXT, "within": DURATION}),
    "reply_only": TRUTH_VALUE,
    "escalation": ListOf({"after": DURATION, "content": TRUTH_VALUE, "to": TEXT}),
    "retention": DURATION,
    "attachments": {"bytes": INTEGER, "count": INTEGER, "types": ListOf(TEXT)},
}
CONVENTION = {
    "name": TEXT,
    "version": POSITIVE,
    "previous": Optional(HASH),
    "not_before": INSTANT,
    "not_after": INSTANT,
    "grace": DURATION,
    "maximum_age": DURATION,
    "audit_limit": DURATION,
    "health_data": TRUTH_VALUE,
    "time_zone": TEXT,
    "holidays": ListOf(Leaf("a day", is_day)),
    "logs": ListOf(LOG),
    "parties": ListOf(PARTY),
    "roles": ListOf({"en": TEXT, "fr": TEXT, "id": TEXT}),
    "flows": ListOf(FLOW),
}

# Section 2.2.
SUCCESSION = {
    "by": INSTITUTION,
    "convention": HASH,
    "key": KEY,
    "not_before": INSTANT,
    "not_after": INSTANT,
}

# Section 2.3.
OPENING = {"day": INTEGER, "from": INTEGER, "to": INTEGER, "weeks": one_of("all odd even")}
ABSENCE = {
    "reason": one_of("leave vacancy"),
    "substitutes": ListOf(UNIT),
    "until": Optional(INSTANT),
}
UNIT_LINE = {
    "absence": Optional(ABSENCE),
    "address": UNIT,
    "duty_phone": Optional(TEXT),
    "kind": TEXT,
    "name": TEXT,
    "opening": ListOf(OPENING),
    "phone": TEXT,
    "roles": ListOf(TEXT),
    "standby": Optional(ListOf(UNIT)),
    "town": TEXT,
}
POST = {
    "not_after": INSTANT,
    "not_before": INSTANT,
    "role": one_of("agent unit_manager substitute duty_officer"),
    "unit": UNIT,
}
REVOCATION = {"at": INSTANT, "reason": one_of("left lost_device compromised other")}
AGENT_LINE = {
    "address": AGENT,
    "key": KEY,
    "possession": TEXT,
    "not_before": INSTANT,
    "not_after": INSTANT,
    "posts": ListOf(POST),
    "duties": ListOf(one_of("auditor dpo statistics_reader")),
    "tls": ListOf(HASH),
    "revocation": Optional(REVOCATION),
}
ROSTER = {
    "by": INSTITUTION,
    "version": POSITIVE,
    "previous": Optional(HASH),
    "issued_at": INSTANT,
    "units": ListOf(UNIT_LINE),
    "agents": ListOf(AGENT_LINE),
    "registrars": ListOf(HASH),
}

# Section 3.1.
CHECKPOINT = {"root": HASH, "size": INTEGER}
CONTENT = {"sha256": HASH, "size": INTEGER}
ROUTING = {
    "id": ID,
    "log": ORIGIN,
    "convention": HASH,
    "head": HASH,
    "from": UNIT,
    "to": UNIT,
    "copies": ListOf(UNIT),
    "kind": TEXT,
    "urgency": URGENCY,
    "sealed_at": INSTANT,
    "in_reply_to": Optional(ID),
    "phone_confirmed_at": Optional(INSTANT),
    "checkpoint": Optional(CHECKPOINT),
}
ENVELOPE = {"by": AGENT, "routing": ROUTING, "content": CONTENT, "manifest": HASH}

# Section 4.2.
MANIFEST = {
    "by": AGENT,
    "routing": ROUTING,
    "form_version": POSITIVE,
    "recipients": ListOf(FINGERPRINT),
    "fields": ListOf({"commitment": HASH, "name": TEXT}),
    "parts": ListOf(HASH),
}

# Section 4.3.
DESCRIPTION = {"name": TEXT, "sha256": HASH, "size": INTEGER, "type": TEXT}
DISCLOSURES = {
    "fields": ListOf({"name": TEXT, "salt": SALT, "value": FORM_VALUE}),
    "parts": ListOf({"description": DESCRIPTION, "salt": SALT}),
}

# Section 4.5.
TRANSFER = {
    "by": AGENT,
    "log": ORIGIN,
    "convention": HASH,
    "head": HASH,
    "transmission": ID,
    "envelope": HASH,
    "unit": UNIT,
    "keys": HASH,
    "opened_with": FINGERPRINT,
    "recipients": ListOf(FINGERPRINT),
    "at": INSTANT,
}

# Section 5: the reasons of each act that has one.
REASONS = {
    "refused": "wrong_unit not_competent duplicate person_declines incomplete",
    "withdrawn": "misdirected consent_withdrawn sent_in_error",
    "unopenable": "keys_lost digest_mismatch not_a_recipient content_damaged manifest_mismatch"
    " author_not_in_force form_invalid not_permitted",
    "erased": "data_subject_request no_longer_needed unlawful",
}
REASON_CODES = {act: one_of(reasons) for act, reasons in REASONS.items()}
ACT = {
    "by": AGENT,
    "log": ORIGIN,
    "convention": HASH,
    "head": HASH,
    "transmission": ID,
    "envelope": HASH,
    "unit": UNIT,
    "act": one_of("opened acknowledged refused unopenable withdrawn transferred erased retrieved"),
    "reason": Optional(one_of(" ".join(REASONS.values()))),
    "content": Optional(CONTENT),
    "at": INSTANT,
    "checkpoint": Optional(CHECKPOINT),
}

# Section 6.1: the fields that events have besides the first six.
EVENT_FIELDS = {
    "transmission": ID,
    "envelope": HASH,
    "unit": UNIT,
    "act": HASH,
    "state": one_of("available opened acknowledged refused withdrawn expired"),
    "due_at": INSTANT,
    "code": TEXT,
    "document": HASH,
    "agent": AGENT,
    "count": INTEGER,
    "entries": ListOf(INTEGER),
    "previous": {"origin": ORIGIN, "root": HASH, "size": INTEGER},
    "head": {"convention": HASH, "institutions": HASH},
}

# The second table of events.md: the fields of each event, and those it has where there is
# something to say.
EVENTS = {
    "SubmissionAcceptance": ("transmission envelope agent", ""),
    "SubmissionRejection": ("code agent", "transmission envelope count"),
    "ContentConsignment": ("transmission envelope unit state due_at", ""),
    "ConsignmentNotification": ("transmission envelope unit state", ""),
    "ContentHandover": ("transmission envelope unit act state agent", ""),
    "ConsignmentAcceptance": ("transmission envelope unit act state agent", ""),
    "ConsignmentRejection": ("transmission envelope unit act state code agent", ""),
    "AcceptanceRejectionExpiry": ("transmission envelope unit state due_at", ""),
    "RelayAcceptance": ("transmission envelope", ""),
    "Escalation": ("transmission envelope unit state due_at code", ""),
    "Unattended": ("transmission envelope unit state", ""),
    "Withdrawal": ("transmission envelope unit act state code agent", ""),
    "Transfer": ("transmission envelope unit act state agent", ""),
    "Retrieval": ("transmission envelope unit act state agent", ""),
    "Erasure": ("code", "transmission envelope unit act state agent entries"),
    "ActRejection": ("code agent", "transmission envelope unit act count"),
    "Inspection": ("document agent", ""),
    "DirectoryHead": ("head", ""),
    "RosterPublished": ("document", ""),
    "KeysPublished": ("document", ""),
    "ConventionPublished": ("document", ""),
    "LogOpened": ("previous", ""),
    "Restore": ("previous", ""),
    "Restart": ("code document", ""),
    "Configuration": ("document", ""),
}

# Section 6.1: what `code` may say in each event. In a refusal it is the relay's, in an Escalation it
# may be a role of the convention, and in a Restart the relay's version: those are texts.
EVENT_CODES = {
    "ConsignmentRejection": one_of(f"{REASONS['refused']} {REASONS['unopenable']}"),
    "Withdrawal": REASON_CODES["withdrawn"],
    "Erasure": one_of(f"{REASONS['erased']} retention withdrawn audit_limit"),
}


def form_of_event(name: str) -> dict[str, Form]:
    """Section 6.1 and the second table of events.md: the form of an event's record."""
    always, sometimes = EVENTS[name]
    form: dict[str, Form] = {
        "type": one_of("liaison/event/v1"),
        "log": ORIGIN,
        "event": one_of(name),
        "mailbox": MAILBOX,
        "number": POSITIVE,
        "at": INSTANT,
    }
    for each in always.split():
        form[each] = EVENT_FIELDS[each]
    for each in sometimes.split():
        form[each] = Optional(EVENT_FIELDS[each])
    if name in EVENT_CODES:
        form["code"] = EVENT_CODES[name]
    return form


EVENT_FORMS = {name: form_of_event(name) for name in EVENTS}

# Section 8: the JSON files of a dossier, and section 6.3.
EVIDENCE = {"record": BASE64, "salt": SALT, "proof": PROOF}
EVENTS_JSON = {"events": ListOf(EVIDENCE)}
DIRECTORY_JSON = {"documents": ListOf({"evidence": EVIDENCE, "file": TEXT})}
DISCLOSURES_JSON = {"disclosures": DISCLOSURES, "salt": SALT}
DOSSIER_JSON = {
    "type": one_of("liaison/dossier/v1"),
    "transmission": ID,
    "log": TEXT,
    "made_at": INSTANT,
    "content": one_of("sealed disclosed withheld erased"),
}


@dataclass(frozen=True)
class DocumentType:
    """The form of a signed document, its largest size, and how many signature lines it may have."""

    form: dict[str, Form]
    largest: int
    most_signatures: int = 1


# Section 1.3, the documents that a dossier may hold; sizes and numbers of lines by section 9.
CONVENTION_TYPE = "liaison/convention/v1"
SUCCESSION_TYPE = "liaison/succession/v1"
ROSTER_TYPE = "liaison/roster/v1"
ENVELOPE_TYPE = "liaison/envelope/v1"
MANIFEST_TYPE = "liaison/manifest/v1"
TRANSFER_TYPE = "liaison/transfer/v1"
ACT_TYPE = "liaison/act/v1"
DOCUMENT_TYPES = {
    CONVENTION_TYPE: DocumentType(CONVENTION, MIB, most_signatures=1000),
    SUCCESSION_TYPE: DocumentType(SUCCESSION, MIB),
    ROSTER_TYPE: DocumentType(ROSTER, 8 * MIB, most_signatures=2),
    ENVELOPE_TYPE: DocumentType(ENVELOPE, 16 * KIB),
    MANIFEST_TYPE: DocumentType(MANIFEST, MIB),
    TRANSFER_TYPE: DocumentType(TRANSFER, 256 * KIB),
    ACT_TYPE: DocumentType(ACT, 8 * KIB),
}


def read_event(record: bytes) -> dict[str, Any]:
    """Section 6.1: an event's record is canonical and has the fields of its event."""
    check_nesting(record)
    unread = json.loads(record.decode(), parse_int=parse_number)
    require(isinstance(unread, dict), "a record is not an object")
    name = unread.get("event")
    require(isinstance(name, str) and name in EVENT_FORMS, "a record is of no known event")
    event = read_json(record, EVENT_FORMS[name])
    if name == "Erasure":
        check_erasure(event)
    return event


def check_erasure(event: dict[str, Any]) -> None:
    """Section 6.1: an Erasure is one of three things, and has the fields of that one."""
    besides = set(event) - {"type", "log", "event", "mailbox", "number", "at", "code"}
    delivery = {"transmission", "envelope", "unit", "state"}
    if event["code"] == "audit_limit":
        expected = {"entries"}
    elif event["code"] in ("retention", "withdrawn"):
        expected = delivery
    else:
        expected = delivery | {"act", "agent"}
    require(besides == expected, "an Erasure is none of the three sorts of section 6.1")


# ------------------------------------------------------------------------------------------------
# 4. Keys, signatures and signed notes (section 1.3)
# ------------------------------------------------------------------------------------------------

# The types of keys in signed notes: a signature, and a witness's cosignature.
ED25519 = 0x01
COSIGNATURE = 0x04

# RFC 8032, section 5.1: the prime of the field. The eight points of small order have one of five
# y-coordinates: 1 (order 1), -1 (order 2), 0 (order 4), and these two, which are each other's
# negatives (order 8).
P = 2**255 - 19
Y_OF_ORDER_8 = 0x7A03AC9277FDC74EC6CC392CFA53202A0F67100D760B3CBA4FD84D3D706A17C7
Y_OF_SMALL_ORDER = (0, 1, P - 1, Y_OF_ORDER_8, P - Y_OF_ORDER_8)

SIGNATURE_LINE = re.compile("\u2014 ([^\\s+\x00-\x1f\x7f]+) ([A-Za-z0-9+/=]+)")
CONTROL_BUT_LINE_FEED = re.compile("[\x00-\x09\x0b-\x1f]")


@dataclass(frozen=True)
class VerifierKey:
    """Section 1.3: a key under a name, of one of the types of the signed note."""

    name: str
    kind: int
    key: bytes

    @property
    def id(self) -> bytes:
        """signed-note: the first four bytes of SHA-256(name, line feed, type, public key)."""
        return sha256(self.name.encode() + b"\n" + bytes([self.kind]) + self.key)[:4]


@dataclass(frozen=True)
class SignatureLine:
    """signed-note: a line behind the text. Whether it verifies is for others to say."""

    name: str
    key_id: bytes
    signature: bytes


@dataclass(frozen=True)
class Note:
    """Section 1.3: a signed note. Of a document, `document` has the fields of its JSON."""

    text: bytes
    lines: tuple[SignatureLine, ...]
    document: dict[str, Any] = field(default_factory=dict)
    type: str = ""

    @property
    def hash(self) -> str:
        """Section 1.3: the hash of a document is that of its text, without signature lines."""
        return hash_of(self.text)


def parse_verifier_key(text: str, kind: int) -> VerifierKey:
    """Section 1.3: `name+hex(key id)+base64(type ‖ public key)`, of the type that is wanted."""
    parts = text.split("+", 2)
    require(len(parts) == 3, "a verifier key has not three parts")
    name, key_id, encoded = parts
    data = decode_base64(encoded, 33)
    verifier_key = VerifierKey(name, data[0], data[1:])
    require(name and data[0] == kind, "a verifier key has no name or is of another type")
    require(verifier_key.id.hex() == key_id, "a verifier key has a wrong id")
    return verifier_key


def y_coordinate(point: bytes) -> int:
    """RFC 8032, section 5.1.2: the y-coordinate of an encoded point, without the sign of x."""
    return int.from_bytes(point, "little") % 2**255


def has_small_order(point: bytes) -> bool:
    """Section 1.3: whether the point's order is 1, 2, 4 or 8, however it is encoded."""
    return y_coordinate(point) % P in Y_OF_SMALL_ORDER


def verifies(key: bytes, signature: bytes, message: bytes) -> bool:
    """RFC 8032, section 5.1.7, and what libsodium asks besides (section 1.3)."""
    if len(key) != 32 or len(signature) != 64:
        return False
    if has_small_order(key) or has_small_order(signature[:32]) or y_coordinate(key) >= P:
        return False
    try:
        Ed25519PublicKey.from_public_bytes(key).verify(signature, message)
    except (InvalidSignature, ValueError):
        return False
    return True


def read_note(data: bytes, most_signatures: int) -> Note:
    """signed-note: text, an empty line, one or more signature lines. Verifies no signature."""
    decoded = data.decode()
    require(not CONTROL_BUT_LINE_FEED.search(decoded), "a note has a control character")
    text, separator, rest = decoded.rpartition("\n\n")
    require(separator and rest.endswith("\n"), "a note has no signature lines")
    written = rest.removesuffix("\n").split("\n")
    require(len(written) <= most_signatures, "a note has too many signature lines")
    lines = []
    for each in written:
        line = SIGNATURE_LINE.fullmatch(each)
        require(line, "a signature line does not read")
        blob = decode_base64(line[2])
        require(len(blob) > 4, "a signature line holds no signature")
        lines.append(SignatureLine(line[1], blob[:4], blob[4:]))
    return Note((text + "\n").encode(), tuple(lines))


def read_document(data: bytes, *types: str) -> Note:
    """Section 1.3: a document of one of these types; which of its signatures verify comes later."""
    name = data.partition(b"\n")[0].decode()
    require(name in types, "a document is of another type")
    document_type = DOCUMENT_TYPES[name]
    require(len(data) <= document_type.largest, f"{name}: this is larger than section 9 allows")
    note = read_note(data, document_type.most_signatures)
    text_lines = note.text.split(b"\n")
    require(len(text_lines) == 3, f"{name}: the text has not two lines")
    document = read_json(text_lines[1], document_type.form)
    check_document(name, document, note.lines)
    return Note(note.text, note.lines, document, name)


def check_document(name: str, document: dict[str, Any], lines: tuple[SignatureLine, ...]) -> None:
    """Sections 1.3 and 5: what belongs to the form of a document beyond its types."""
    if "version" in document:
        first = document["version"] == 1
        require(("previous" in document) != first, f"{name}: version and previous do not agree")
    if name not in (CONVENTION_TYPE, ROSTER_TYPE):
        require(lines[0].name == document["by"], f"{name}: this is signed under another name")
    if name == ACT_TYPE:
        act, reason = document["act"], document.get("reason")
        reasons = REASON_CODES[act].codes if act in REASON_CODES else (None,)
        require(reason in reasons, f"{name}: the reason is none of this act")
        transferred = act == "transferred"
        require(("content" in document) == transferred, f"{name}: content is not as the act asks")


def keys_that_signed(note: Note, name: str, keys: Iterable[bytes]) -> set[bytes]:
    """signed-note: those of the keys that signed the note under this name.

    A line whose name and key id are those of a known key must verify; other lines do not count.
    """
    signed = set()
    for key in keys:
        verifier_key = VerifierKey(name, ED25519, key)
        for line in note.lines:
            if line.name == name and line.key_id == verifier_key.id:
                require(verifies(key, line.signature, note.text), f"a signature of {name} is wrong")
                signed.add(key)
    return signed


# ------------------------------------------------------------------------------------------------
# 5. The container (section 8; APPNOTE 6.3 of PKWARE for the layout of its parts)
# ------------------------------------------------------------------------------------------------

LOCAL_HEADER = struct.Struct("<4sHHHHHIIIHH")
DIRECTORY_HEADER = struct.Struct("<4sHHHHHHIIIHHHHHII")
END_RECORD = struct.Struct("<4sHHHHIIH")
STORED = 0
DEFLATED = 8
LEVEL_FLAGS = 0b110  # Bits 1 and 2: how hard the deflating program tried.
MOST_FILES = 10_000

ASIC_MANIFEST = "META-INF/ASiCManifest.xml"
ASIC_TIME_STAMP = "META-INF/timestamp.tst"
REQUIRED_FILES = {
    "lisez-moi.html",
    "dossier.json",
    "envelope.note",
    "convention.note",
    "checkpoint.note",
    "events.json",
    "directory.json",
}
CONTENT_FILES = {
    "sealed": {"content.age", "content.key"},
    "disclosed": {"manifest.note", "disclosures.json"},
    "withheld": set(),
    "erased": set(),
}
ALL_CONTENT_FILES = CONTENT_FILES["sealed"] | CONTENT_FILES["disclosed"]
NAMED_FILES = REQUIRED_FILES | ALL_CONTENT_FILES | {"mimetype", ASIC_MANIFEST, ASIC_TIME_STAMP}
NUMBERED_FILE = re.compile(r"(time-stamps/[0-9]{2,4}\.tst)|((acts|directory)/[0-9]{2,4}\.note)")

ASIC_NAMESPACE = "http://uri.etsi.org/02918/v1.2.1#"
XMLDSIG_NAMESPACE = "http://www.w3.org/2000/09/xmldsig#"
MIME_TYPES = {
    "html": "text/html",
    "json": "application/json",
    "tst": "application/vnd.etsi.timestamp-token",
    "note": "text/plain",
    "key": "text/plain",
}


@dataclass(frozen=True)
class ZipEntry:
    """What a local header and its entry in the central directory both say of a file."""

    version_needed: int
    flags: int
    method: int
    time: int
    date: int
    crc: int
    packed_size: int
    size: int
    name: bytes


def read_container(data: bytes) -> dict[str, bytes]:
    """Section 8: the files of the zip, which reads in one way for every reader, by name."""
    require(len(data) < 4 * GIB, "the container has 4 GiB or more")
    files: dict[str, bytes] = {}
    entries, position_of_directory = read_central_directory(data)
    position = 0
    for entry, offset in entries:
        require(offset == position, "the files are not one behind the other")
        start = check_local_header(data, position, entry)
        position = start + entry.packed_size
        require(position <= position_of_directory, "a file runs into the central directory")
        name = entry.name.decode("ascii")
        require(name not in files, f"{name} is there twice")
        check_entry(name, entry, is_first=not files)
        files[name] = unpack(data[start:position], entry)
    require(position == position_of_directory, "there are bytes before the central directory")
    return files


def read_central_directory(data: bytes) -> tuple[list[tuple[ZipEntry, int]], int]:
    """APPNOTE 4.3.12 and 4.3.16: the entries with the offsets of their files, and where they stand.

    The end record is the last of the file, and the directory ends where it begins.
    """
    end_position = len(data) - END_RECORD.size
    require(end_position >= 0, "this is no zip file")
    end = END_RECORD.unpack_from(data, end_position)
    signature, disk, disk_of_directory, count_here, count, size, start, comment = end
    require(signature == b"PK\x05\x06", "this does not end as a zip file without a comment does")
    require(disk == disk_of_directory == comment == 0, "the end record has a disk or a comment")
    require(count == count_here <= MOST_FILES, "the end record counts wrongly or too many files")
    require(start + size == end_position, "the central directory is not before the end record")
    entries = []
    position = start
    for _ in range(count):
        require(position + DIRECTORY_HEADER.size <= end_position, "the directory is too short")
        header = DIRECTORY_HEADER.unpack_from(data, position)
        signature, _made_by, *said, name_size, extra, comment, disk, _, _, offset = header
        require(signature == b"PK\x01\x02", "an entry of the central directory does not read")
        require(extra == comment == disk == 0, "an entry has an extra field, a comment or a disk")
        name_start = position + DIRECTORY_HEADER.size
        position = name_start + name_size
        require(position <= end_position, "the central directory is too short")
        entries.append((ZipEntry(*said, data[name_start:position]), offset))
    require(position == end_position, "the central directory has another size")
    return entries, start


def check_local_header(data: bytes, position: int, entry: ZipEntry) -> int:
    """APPNOTE 4.3.7: the local header says what the entry says. Returns where the data begin."""
    require(position + LOCAL_HEADER.size <= len(data), "a local header is cut off")
    header = LOCAL_HEADER.unpack_from(data, position)
    signature, *said, name_size, extra = header
    require(signature == b"PK\x03\x04" and extra == 0, "a local header does not read")
    name_start = position + LOCAL_HEADER.size
    start = name_start + name_size
    local = ZipEntry(*said, data[name_start:start])
    require(local == entry, "a local header and its entry in the directory differ")
    return start


def check_entry(name: str, entry: ZipEntry, is_first: bool) -> None:
    """Sections 8 and 9: the name, method, flags and size of a file are ones that it may have."""
    known = name in NAMED_FILES or NUMBERED_FILE.fullmatch(name) is not None
    require(known, f"{name} is no file of a dossier")
    require(entry.method in (STORED, DEFLATED), f"{name} has another method")
    if name in ("mimetype", "content.age"):
        require(entry.method == STORED, f"{name} is not stored")
    require(name != "mimetype" or is_first, "mimetype is not the first file")
    allowed_flags = LEVEL_FLAGS if entry.method == DEFLATED else 0
    require(entry.flags & ~allowed_flags == 0, f"{name} has a flag")
    limit = largest_size(name)
    require(limit is None or entry.size <= limit, f"{name} is larger than section 9 allows")


def largest_size(name: str) -> int | None:
    """Section 9: the largest size of a file of a dossier; the content's is not bounded there.

    What stands in directory/ may be a roster; a succession is held to its own limit on reading.
    """
    if name == "content.age":
        return None
    if name == "envelope.note":
        return DOCUMENT_TYPES[ENVELOPE_TYPE].largest
    if name.startswith("acts/"):
        return DOCUMENT_TYPES[ACT_TYPE].largest
    if name.startswith("directory/"):
        return DOCUMENT_TYPES[ROSTER_TYPE].largest
    if name.endswith(".json"):
        return 16 * MIB
    if name.endswith(".tst"):
        return 64 * KIB
    return MIB


def unpack(packed: bytes, entry: ZipEntry) -> bytes:
    """Section 8: the data of a file give exactly its size and CRC-32. It inflates no more."""
    if entry.method == STORED:
        data = packed
    else:
        inflater = zlib.decompressobj(wbits=-zlib.MAX_WBITS)
        data = inflater.decompress(packed, entry.size + 1)
        ends = inflater.eof and not inflater.unused_data and not inflater.unconsumed_tail
        require(ends, "a deflated file does not end with its last byte")
    require(len(data) == entry.size, "a file has another size")
    require(zlib.crc32(data) == entry.crc, "a file has another CRC-32")
    return data


def make_asic_manifest(files: dict[str, bytes]) -> bytes:
    """Section 8, ETSI EN 319 162-1: the bytes of the ASiC manifest that follow from the files."""
    lines = [
        '<?xml version="1.0" encoding="UTF-8"?>',
        f'<asic:ASiCManifest xmlns:asic="{ASIC_NAMESPACE}" xmlns:ds="{XMLDSIG_NAMESPACE}">',
        f'  <asic:SigReference URI="{ASIC_TIME_STAMP}" MimeType="{MIME_TYPES["tst"]}"/>',
    ]
    for name in sorted(set(files) - {"mimetype", ASIC_MANIFEST, ASIC_TIME_STAMP}):
        mime_type = MIME_TYPES.get(name.rpartition(".")[2], "application/octet-stream")
        lines += [
            f'  <asic:DataObjectReference URI="{name}" MimeType="{mime_type}">',
            '    <ds:DigestMethod Algorithm="http://www.w3.org/2001/04/xmlenc#sha256"/>',
            f"    <ds:DigestValue>{hash_of(files[name])}</ds:DigestValue>",
            "  </asic:DataObjectReference>",
        ]
    lines.append("</asic:ASiCManifest>")
    return "".join(line + "\n" for line in lines).encode()


# ------------------------------------------------------------------------------------------------
# 6. Trust anchors (section 8.1 and c2sp.org/tlog-policy)
# ------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Group:
    """tlog-policy: a group has cosigned when at least so many of its members have."""

    wanted: int
    members: tuple[str, ...]


@dataclass
class Anchors:
    """Section 8.1: whom the person who judges trusts."""

    logs: dict[str, bytes] = field(default_factory=dict)
    parties: dict[str, set[bytes]] = field(default_factory=dict)
    witnesses: dict[str, VerifierKey] = field(default_factory=dict)
    groups: dict[str, Group] = field(default_factory=dict)
    quorum: str = ""
    roots: bytes = b""  # The roots of time-stamp authorities, as PEM.


def read_anchors(data: bytes) -> Anchors:
    """Section 8.1: UTF-8, lines that end in LF alone, words apart by spaces or tabs."""
    text = data.decode()
    stray = re.search("[\x00-\x08\x0b-\x1f\x7f]", text)
    require(not stray, "the anchors have a control character that is neither LF nor tab")
    anchors = Anchors()
    for line in text.split("\n"):
        words = line.replace("\t", " ").split(" ")
        words = [word for word in words if word]
        if words and not words[0].startswith("#"):
            read_anchor(anchors, words)
    require(anchors.quorum, "the anchors have no quorum line")
    keys = [*anchors.logs.values(), *(witness.key for witness in anchors.witnesses.values())]
    require(len(set(keys)) == len(keys), "a key of a log or witness comes twice in the anchors")
    members = [member for group in anchors.groups.values() for member in group.members]
    require(len(set(members)) == len(members), "a member of groups comes twice in the anchors")
    return anchors


def read_anchor(anchors: Anchors, words: list[str]) -> None:
    """Section 8.1: one line of the anchors."""
    kind, rest = words[0], words[1:]
    if kind == "log" and len(rest) in (1, 2):
        log = parse_verifier_key(rest[0], ED25519)
        require(log.name not in anchors.logs, f"the log {log.name} comes twice in the anchors")
        anchors.logs[log.name] = log.key
    elif kind == "party" and len(rest) == 1:
        party = parse_verifier_key(rest[0], ED25519)
        anchors.parties.setdefault(party.name, set()).add(party.key)
    elif kind == "witness" and len(rest) in (2, 3):
        check_new_name(anchors, rest[0])
        anchors.witnesses[rest[0]] = parse_verifier_key(rest[1], COSIGNATURE)
    elif kind == "group" and len(rest) >= 3:
        check_new_name(anchors, rest[0])
        anchors.groups[rest[0]] = read_group(anchors, rest[1], rest[2:])
    elif kind == "quorum" and len(rest) == 1:
        require(not anchors.quorum, "the anchors have two quorum lines")
        known = rest[0] == "none" or rest[0] in anchors.witnesses or rest[0] in anchors.groups
        require(known, f"the quorum {rest[0]} is not defined before its line")
        anchors.quorum = rest[0]
    elif kind == "time-stamp" and len(rest) == 1:
        certificate = x509.load_der_x509_certificate(decode_base64(rest[0]))
        anchors.roots += certificate.public_bytes(Encoding.PEM)
    else:
        raise Fails(f"the anchors have a line that is none: {' '.join(words)}")


def check_new_name(anchors: Anchors, name: str) -> None:
    """tlog-policy: witnesses and groups share their names, and `none` is not one of them."""
    free = name != "none" and name not in anchors.witnesses and name not in anchors.groups
    require(free, f"the name {name} comes twice in the anchors or may not be used")


def read_group(anchors: Anchors, count: str, members: list[str]) -> Group:
    """tlog-policy: `any`, `all` or a number of members, which are all defined before."""
    for member in members:
        known = member in anchors.witnesses or member in anchors.groups
        require(known, f"the member {member} is not defined before its group")
    if count == "any":
        wanted = 1
    elif count == "all":
        wanted = len(members)
    else:
        wanted = parse_number(count)
    require(1 <= wanted <= len(members), "a group wants none or more members than it has")
    return Group(wanted, tuple(members))


def times_of_cosignatures(note: Note, witness: VerifierKey) -> list[int]:
    """tlog-cosignature, section 6.5: the times at which this witness cosigned the checkpoint."""
    times = []
    for line in note.lines:
        if line.name != witness.name or line.key_id != witness.id or len(line.signature) != 72:
            continue
        at = int.from_bytes(line.signature[:8], "big")
        message = b"cosignature/v1\ntime %d\n" % at + note.text
        if at <= LARGEST_INTEGER and verifies(witness.key, line.signature[8:], message):
            times.append(at)
    return times


def names_within(anchors: Anchors, name: str) -> set[str]:
    """tlog-policy: a witness or group, and all the members of its groups."""
    names: set[str] = set()
    waiting = [name]
    while waiting:
        each = waiting.pop()
        names.add(each)
        if each in anchors.groups:
            waiting.extend(anchors.groups[each].members)
    return names


def quorum_times(anchors: Anchors, note: Note) -> list[int]:
    """tlog-policy: the times of the cosignatures by members of the quorum, if they satisfy it.

    An empty list when they do not. A group is defined behind its members, so one look at each
    group in the order of the anchors is enough.
    """
    names = names_within(anchors, anchors.quorum)
    times: list[int] = []
    satisfied: set[str] = set()
    for name, witness in anchors.witnesses.items():
        found = times_of_cosignatures(note, witness) if name in names else []
        if found:
            satisfied.add(name)
            times.extend(found)
    for name, group in anchors.groups.items():
        count = sum(member in satisfied for member in group.members)
        if count >= group.wanted:
            satisfied.add(name)
    return times if anchors.quorum in satisfied else []


# ------------------------------------------------------------------------------------------------
# 7. Time-stamps (section 6.5 and RFC 3161), by the program openssl
# ------------------------------------------------------------------------------------------------

TOKEN_TIME = re.compile(
    r"^Time stamp: (\w{3}) +(\d+) (\d+):(\d+):(\d+)(?:\.\d+)? (\d+) GMT$", re.MULTILINE
)
TOKEN_HASH = re.compile(r"^Hash Algorithm: sha256$", re.MULTILINE)
MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]


def run_openssl(folder: str, *arguments: str) -> bytes:
    """Run `openssl ts` in a folder; it fails when openssl does."""
    command = ["openssl", "ts", *arguments]
    done = subprocess.run(command, cwd=folder, capture_output=True, check=False)
    require(done.returncode == 0, "openssl does not accept a time-stamp")
    return done.stdout


def time_of_token(token: bytes, data: bytes, roots: bytes) -> int:
    """RFC 3161: the time of a token that verifies over the data, at that time, with SHA-256.

    openssl checks the imprint, the signature, the chain to one of the roots and the purpose of
    time-stamping. Writing the token out again shows that the file holds nothing but the token.
    """
    with tempfile.TemporaryDirectory() as folder:
        for name, content in (("token", token), ("data", data), ("roots", roots)):
            Path(folder, name).write_bytes(content)
        reply = ("-reply", "-in", "token", "-token_in")
        said = run_openssl(folder, *reply, "-text").decode("latin-1")
        require(TOKEN_HASH.search(said), "the imprint of a time-stamp is no SHA-256")
        written = TOKEN_TIME.search(said)
        require(written, "the time of a time-stamp does not read")
        month, day, hour, minute, second, year = written.groups()
        parts = (int(year), MONTHS.index(month) + 1, int(day), int(hour), int(minute), int(second))
        at = calendar.timegm(parts)
        verify = ("-verify", "-data", "data", "-in", "token", "-token_in", "-CAfile", "roots")
        run_openssl(folder, *verify, "-attime", str(at))
        again = run_openssl(folder, *reply, "-token_out")
        require(again == token, "a time-stamp is more than a token")
    return at


# ------------------------------------------------------------------------------------------------
# 8. The log: checkpoints and proofs (sections 6.2 and 6.3)
# ------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Tree:
    """tlog-checkpoint: the tree that a checkpoint tells of."""

    origin: str
    size: int
    root: bytes


@dataclass(frozen=True)
class Entry:
    """An event and its place in the log, proven."""

    index: int
    event: dict[str, Any]


def read_checkpoint(data: bytes) -> tuple[Tree, Note]:
    """tlog-checkpoint: origin, size and root, each on a line, and no extension lines."""
    note = read_note(data, most_signatures=1000)
    lines = note.text.decode().split("\n")
    require(len(lines) == 4 and lines[0], "a checkpoint has not three lines")
    return Tree(lines[0], parse_number(lines[1]), decode_base64(lines[2], 32)), note


def root_of_path(index: int, size: int, leaf: bytes, path: list[bytes]) -> bytes:
    """RFC 6962, section 2.1.1 (as computed in RFC 9162, 2.1.3.2): the root that a path leads to."""
    require(index < size, "an entry is not in the tree")
    node, last, computed = index, size - 1, leaf
    for other in path:
        require(last > 0, "a path is too long")
        if node % 2 == 1 or node == last:
            computed = sha256(b"\x01" + other + computed)
            while node % 2 == 0 and node > 0:
                node, last = node // 2, last // 2
        else:
            computed = sha256(b"\x01" + computed + other)
        node, last = node // 2, last // 2
    require(last == 0, "a path is too short")
    return computed


class Log:
    """Section 6.3: the log as its checkpoint shows it, and what is proven to be in it."""

    def __init__(self, tree: Tree, key: bytes) -> None:
        self.tree = tree
        self.key = key
        self.verified_checkpoints: set[str] = set()

    def prove(self, evidence: dict[str, str]) -> Entry:
        """Section 6.3: check one piece of evidence and return the entry that it proves."""
        head, separator, checkpoint = evidence["proof"].partition("\n\n")
        lines = head.split("\n")
        require(separator and len(lines) >= 2, "a proof does not read")
        require(lines[0] == "c2sp.org/tlog-proof@v1", "a proof is of another type")
        require(lines[1].startswith("index "), "a proof has an extra line or no index")
        index = parse_number(lines[1].removeprefix("index "))
        path = [decode_base64(line, 32) for line in lines[2:]]
        self.check_checkpoint(checkpoint)
        record = decode_base64(evidence["record"])
        leaf = sha256(b"\x00" + commit(evidence["salt"], record))
        root = root_of_path(index, self.tree.size, leaf, path)
        require(root == self.tree.root, f"entry {index}: the proof does not lead to the root")
        event = read_event(record)
        require(event["log"] == self.tree.origin, f"entry {index}: this is of another log")
        return Entry(index, event)

    def check_checkpoint(self, text: str) -> None:
        """Section 8.2, step 5: a proof is under the very tree of `checkpoint.note`, and signed."""
        if text in self.verified_checkpoints:
            return
        tree, note = read_checkpoint(text.encode())
        require(tree == self.tree, "a proof is under another tree than checkpoint.note")
        signed = keys_that_signed(note, tree.origin, [self.key])
        require(signed, "the checkpoint of a proof is not signed by the log")
        self.verified_checkpoints.add(text)


# ------------------------------------------------------------------------------------------------
# 9. Conventions, rosters and who may act (sections 2.1 to 2.4)
# ------------------------------------------------------------------------------------------------

POSSESSION_TYPE = b"liaison/possession/v1"


@dataclass(frozen=True)
class Publication:
    """A document of the directory, its place in the log, and the `at` of its event."""

    index: int
    at: int
    note: Note

    @property
    def document(self) -> dict[str, Any]:
        """The fields of the document."""
        return self.note.document


def institution_of(address: str) -> str:
    """Section 1.1: the institution of a unit or agent."""
    return address.partition("@")[2]


def is_in_time(dated: dict[str, Any], instant: int) -> bool:
    """Sections 2.1 and 2.3: whether the dates of a key, agent or post include the instant."""
    return dated["not_before"] <= instant < dated["not_after"]


def comes_twice(values: Iterable[Any]) -> bool:
    """Whether any of the values is there more than once."""
    values = list(values)
    return len(set(values)) != len(values)


def check_convention_rules(convention: dict[str, Any]) -> None:
    """Section 2.1: nothing stands in the convention twice, and flows name roles that it has."""
    institutions = [party["institution"] for party in convention["parties"]]
    require(not comes_twice(institutions), "an institution is a party twice")
    origins = [log["origin"] for log in convention["logs"]]
    require(not comes_twice(origins), "a log stands in the convention twice")
    roles = [role["id"] for role in convention["roles"]]
    require(not comes_twice(roles), "a role stands in the convention twice")
    flows = [flow["id"] for flow in convention["flows"]]
    require(not comes_twice(flows), "a flow stands in the convention twice")
    for flow in convention["flows"]:
        named = {*flow["from"], *flow["to"], *flow["copies"]}
        require(named <= set(roles), f"the flow {flow['id']} names a role that is none")


def check_succeeds(before: Publication, after: Publication) -> None:
    """Section 8.2, step 6: a roster names the one before as `previous`, and counts on."""
    by = after.document["by"]
    names = after.document.get("previous") == before.note.hash
    require(names, f"a roster of {by} does not follow the one before it")
    counts = after.document["version"] == before.document["version"] + 1
    require(counts, f"a roster of {by} has not the next version")


def check_roster_rules(roster: dict[str, Any]) -> None:
    """Sections 2.3 and 2.4: the rules that a roster keeps by itself."""
    institution = roster["by"]
    addresses = [line["address"] for line in roster["units"] + roster["agents"]]
    require(not comes_twice(addresses), "an address stands in the roster twice")
    for address in addresses:
        own = institution_of(address) == institution
        require(own, f"{address} is not an address of {institution}")
    units = {unit["address"] for unit in roster["units"]}
    require(len(units) <= 5000, f"{institution} has too many units")
    for unit in roster["units"]:
        check_unit_rules(unit, units)
    for agent in roster["agents"]:
        for post in agent["posts"]:
            require(post["unit"] in units, f"{agent['address']} has a post in no unit")
        check_possession(agent)
    check_keys_have_one_address([roster])


def check_unit_rules(unit: dict[str, Any], units: set[str]) -> None:
    """Section 2.3: opening hours, standby units and substitutes of a unit, of all those units."""
    address = unit["address"]
    require(len(unit["opening"]) <= 100, f"{address} has too many opening hours")
    for hours in unit["opening"]:
        require(1 <= hours["day"] <= 7, f"{address} opens on a day that is none")
        in_a_day = hours["from"] < hours["to"] <= 1440
        require(in_a_day, f"{address} has opening hours that are none, or go on into the next day")
    if "standby" in unit:
        standby = unit["standby"]
        require(1 <= len(standby) <= 20, f"{address} has no standby unit or too many")
        require(not comes_twice(standby), f"{address} has a standby unit twice")
        others = address not in standby and units.issuperset(standby)
        require(others, f"{address} has a standby unit that is no other unit")
    if "absence" in unit:
        substitutes = unit["absence"]["substitutes"]
        require(len(substitutes) <= 20, f"{address} has too many substitutes")
        others = address not in substitutes and units.issuperset(substitutes)
        require(others, f"{address} has a substitute that is no other unit")


def check_possession(agent: dict[str, Any]) -> None:
    """Section 2.4: the agent's key signed the possession text, made anew from the line."""
    fields = {"by": agent["address"], "key": agent["key"], "tls": agent["tls"]}
    text = POSSESSION_TYPE + b"\n" + canonical_json(fields) + b"\n"
    signature = decode_base64(agent["possession"], 64)
    holds = verifies(decode_base64(agent["key"], 32), signature, text)
    require(holds, f"{agent['address']} does not show that it has its key")


def check_keys_have_one_address(rosters: Iterable[dict[str, Any]]) -> None:
    """Section 2.3: a signing key, or a TLS hash of an agent or registrar, stands in one place only."""
    owners: dict[str, str] = {}
    for roster in rosters:
        lines = [(key, f"a registrar of {roster['by']}") for key in roster["registrars"]]
        for agent in roster["agents"]:
            lines += [(key, agent["address"]) for key in [agent["key"], *agent["tls"]]]
        for key, owner in lines:
            require(key not in owners, f"{owner} and {owners.get(key)} share a key")
            owners[key] = owner


def is_in_force(agent: dict[str, Any], instant: int) -> bool:
    """Section 2.3: whether an agent may act at the instant at all."""
    revoked = "revocation" in agent and agent["revocation"]["at"] <= instant
    return is_in_time(agent, instant) and not revoked


def units_of_member(agent: dict[str, Any], instant: int) -> set[str]:
    """Section 2.3: the units that the agent is a member of at the instant."""
    return {post["unit"] for post in agent["posts"] if is_in_time(post, instant)}


def has_a_member(roster: dict[str, Any], unit: str, instant: int) -> bool:
    """Section 2.3: whether the unit has any member at the instant who may act."""
    for agent in roster["agents"]:
        if is_in_force(agent, instant) and unit in units_of_member(agent, instant):
            return True
    return False


def is_absent(unit: dict[str, Any], instant: int) -> bool:
    """Section 2.3: whether the unit's absence lasts at the instant."""
    if "absence" not in unit:
        return False
    return "until" not in unit["absence"] or instant < unit["absence"]["until"]


def may_act_for(
    roster: dict[str, Any], agent: dict[str, Any], address: str, instant: int, on_standby: bool
) -> bool:
    """Section 2.3: whether the agent acts for the unit at the instant, as a member or like one.

    on_standby says that an Escalation with the code `standby` has called the standby units in.
    """
    if not is_in_force(agent, instant):
        return False
    posts = units_of_member(agent, instant)
    for unit in roster["units"]:
        if unit["address"] != address:
            continue
        if address in posts:
            return True
        absent = is_absent(unit, instant)
        if absent and posts.intersection(unit["absence"]["substitutes"]):
            return True
        if posts.intersection(unit.get("standby", [])):
            return absent or on_standby or not has_a_member(roster, address, instant)
    return False


# ------------------------------------------------------------------------------------------------
# 10. Deliveries (section 5 and events.md)
# ------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Row:
    """A row of the first table of events.md; where no agent acts, `act` is None."""

    before: str
    act: str | None
    after: str
    event: str


TABLE = (
    Row("available", "opened", "opened", "ContentHandover"),
    Row("available", "refused", "refused", "ConsignmentRejection"),
    Row("available", "unopenable", "refused", "ConsignmentRejection"),
    Row("available", "withdrawn", "withdrawn", "Withdrawal"),
    Row("available", "transferred", "available", "Transfer"),
    Row("available", "retrieved", "available", "Retrieval"),
    Row("available", None, "available", "ConsignmentNotification"),
    Row("available", None, "available", "Escalation"),
    Row("available", None, "available", "Unattended"),
    Row("available", None, "expired", "AcceptanceRejectionExpiry"),
    Row("opened", "opened", "opened", "ContentHandover"),
    Row("opened", "acknowledged", "acknowledged", "ConsignmentAcceptance"),
    Row("opened", "refused", "refused", "ConsignmentRejection"),
    Row("opened", "unopenable", "refused", "ConsignmentRejection"),
    Row("opened", "transferred", "opened", "Transfer"),
    Row("opened", "retrieved", "opened", "Retrieval"),
    Row("opened", None, "opened", "Escalation"),
    Row("opened", None, "opened", "Unattended"),
    Row("opened", None, "expired", "AcceptanceRejectionExpiry"),
    Row("acknowledged", "opened", "acknowledged", "ContentHandover"),
    Row("acknowledged", "transferred", "acknowledged", "Transfer"),
    Row("acknowledged", "erased", "acknowledged", "Erasure"),
    Row("acknowledged", "retrieved", "acknowledged", "Retrieval"),
    Row("acknowledged", None, "acknowledged", "Erasure"),
    Row("refused", "erased", "refused", "Erasure"),
    Row("refused", None, "refused", "Erasure"),
    Row("withdrawn", None, "withdrawn", "Erasure"),
    Row("expired", "erased", "expired", "Erasure"),
    Row("expired", None, "expired", "Erasure"),
)

REFUSALS = ("SubmissionRejection", "ActRejection")
COMPARED_FIELDS = ("event", "state", "act", "code", "due_at")


def same_event(one: dict[str, Any], other: dict[str, Any]) -> bool:
    """Section 8.2, step 9: whether two mailboxes tell the same event."""
    return all(one.get(name) == other.get(name) for name in COMPARED_FIELDS)


@dataclass(frozen=True)
class Step:
    """An event of a delivery, and what stood when it came."""

    event: dict[str, Any]
    row: Row | None  # None for the ContentConsignment, with which a delivery begins.
    on_standby: bool


class Delivery:
    """Section 5 and events.md: one unit's delivery, as the events of one mailbox tell it."""

    def __init__(self, first: Entry) -> None:
        self.due_at = first.event["due_at"]
        self.state = "available"
        self.erased = False
        self.notified = False
        self.on_standby = False
        self.opened_by: set[str] = set()
        self.retrieved_by: set[str] = set()
        self.steps = [Step(first.event, None, False)]

    def follow(self, entry: Entry) -> None:
        """The next event follows by the table, and by the rules on who has opened or retrieved."""
        event, where = entry.event, f"entry {entry.index}"
        row = self.row_of(event)
        require(row and not self.erased, f"{where}: {event['event']} does not follow {self.state}")
        self.check_agent(row, event, where)
        if event["event"] in ("Escalation", "AcceptanceRejectionExpiry"):
            require(event["due_at"] == self.due_at, f"{where}: this was due at another time")
        if event["event"] == "ConsignmentNotification":
            require(not self.notified, f"{where}: this was notified before")
            self.notified = True
        self.steps.append(Step(event, row, self.on_standby))
        if event["event"] == "ContentHandover":
            self.opened_by.add(event["agent"])
        if event["event"] == "Retrieval":
            self.retrieved_by.add(event["agent"])
        if event["event"] == "Escalation" and event["code"] == "standby":
            self.on_standby = True
        self.erased = event["event"] == "Erasure"
        self.state = row.after

    def row_of(self, event: dict[str, Any]) -> Row | None:
        """The row of the table by which the event follows.

        Two rows differ in the act alone, `refused` and `unopenable`: their reasons tell them apart.
        """
        for row in TABLE:
            fits = (row.before, row.event) == (self.state, event["event"])
            fits = (
                fits and row.after == event["state"] and (row.act is None) == ("act" not in event)
            )
            if fits and row.act in REASON_CODES:
                fits = event["code"] in REASON_CODES[row.act].codes
            if fits:
                return row
        return None

    def check_agent(self, row: Row, event: dict[str, Any], where: str) -> None:
        """Section 5, below the tables: who acknowledges, refuses, transfers or cannot open."""
        agent = event.get("agent")
        answers = row.act == "acknowledged" or (row.act == "refused" and row.before == "opened")
        if answers:
            opened = agent in self.opened_by
            require(opened, f"{where}: answered by an agent who had not opened it")
        if row.act in ("transferred", "unopenable"):
            held = agent in self.opened_by | self.retrieved_by
            require(held, f"{where}: by an agent who had neither opened nor retrieved it")


# ------------------------------------------------------------------------------------------------
# 11. The sealed content (sections 4.1 to 4.5 and c2sp.org/age)
# ------------------------------------------------------------------------------------------------

AGE_VERSION_LINE = b"age-encryption.org/v1\n"
AGE_MAC_LINE = re.compile(rb"--- ([A-Za-z0-9+/]{43})\n")
AGE_STANZA = re.compile(rb"-> mlkem768x25519 ([A-Za-z0-9+/]{1494})\n([A-Za-z0-9+/]{43})\n")
LARGEST_AGE_HEADER = 2 * MIB
AGE_NONCE_SIZE = 16
AGE_CHUNK_SIZE = 64 * KIB
AGE_TAG_SIZE = 16
CONTENT_FIRST_LINE = b"liaison/content/v1\n"


def derive_age_key(file_key: bytes, salt: bytes, info: bytes) -> bytes:
    """age: HKDF-SHA-256 (RFC 5869), 32 bytes."""
    return HKDF(algorithm=SHA256(), length=32, salt=salt or None, info=info).derive(file_key)


def open_age(data: bytes, file_key: bytes) -> tuple[int, bytes]:
    """age: how many stanzas the file has, and its plaintext, with the file key."""
    require(data.startswith(AGE_VERSION_LINE), "content.age is not an age file")
    stanzas, position = 0, len(AGE_VERSION_LINE)
    while stanza := AGE_STANZA.match(data, position):
        for encoded, padding in ((stanza[1], "=="), (stanza[2], "=")):
            decode_base64(encoded.decode() + padding)
        stanzas, position = stanzas + 1, stanza.end()
    mac_line = AGE_MAC_LINE.match(data, position)
    require(stanzas and mac_line, "content.age has another stanza or no MAC")
    require(mac_line.end() <= LARGEST_AGE_HEADER, "the header of content.age is too large")
    mac_key = derive_age_key(file_key, b"", b"header")
    mac = hmac.digest(mac_key, data[: position + len(b"---")], "sha256")
    claimed = decode_base64(mac_line[1].decode() + "=", 32)
    require(hmac.compare_digest(mac, claimed), "the MAC of content.age is wrong")
    return stanzas, decrypt_age_payload(data, mac_line.end(), file_key)


def decrypt_age_payload(data: bytes, position: int, file_key: bytes) -> bytes:
    """age, Payload: a nonce, then chunks of 64 KiB under ChaCha20-Poly1305, the last one marked."""
    start = position + AGE_NONCE_SIZE
    cipher = ChaCha20Poly1305(derive_age_key(file_key, data[position:start], b"payload"))
    step = AGE_CHUNK_SIZE + AGE_TAG_SIZE
    require(len(data) > start + AGE_TAG_SIZE, "content.age has no payload")
    chunks = []
    for number, place in enumerate(range(start, len(data), step)):
        is_last = place + step >= len(data)
        nonce = number.to_bytes(11, "big") + bytes([is_last])
        chunks.append(cipher.decrypt(nonce, data[place : place + step], None))
    require(chunks[-1], "the last chunk of content.age is empty")
    return b"".join(chunks)


def padme_size(length: int) -> int:
    """Section 4.1: the Padmé size of a length greater than 1."""
    exponent = length.bit_length() - 1
    step = 2 ** (exponent - exponent.bit_length())
    return (length + step - 1) // step * step


class Frame:
    """Section 4.1: the plaintext of a content, read from its beginning."""

    def __init__(self, data: bytes) -> None:
        self.data = memoryview(data)
        self.position = 0

    def take(self, size: int) -> bytes:
        """The next bytes."""
        end = self.position + size
        require(end <= len(self.data), "the plaintext of the content is too short")
        taken = bytes(self.data[self.position : end])
        self.position = end
        return taken

    def take_number(self) -> int:
        """A uint32, big endian."""
        return int.from_bytes(self.take(4), "big")

    def check_padding(self) -> None:
        """What is left are zeros, up to the Padmé size of what was read."""
        require(len(self.data) == padme_size(self.position), "the content has another padding")
        rest = self.take(len(self.data) - self.position)
        require(rest.count(0) == len(rest), "the padding of the content is not zero")


@dataclass(frozen=True)
class Opened:
    """Section 4.1: what a content holds."""

    stanzas: int
    salt: str
    manifest: bytes
    transfers: tuple[bytes, ...]
    disclosures: dict[str, Any]


def open_content(data: bytes, file_key: bytes) -> Opened:
    """Sections 4.1 and 4.4: open the file, read the frame, check the parts' hashes and padding."""
    stanzas, plaintext = open_age(data, file_key)
    frame = Frame(plaintext)
    first = frame.take(len(CONTENT_FIRST_LINE))
    require(first == CONTENT_FIRST_LINE, "the content is of another type")
    salt = encode_base64(frame.take(32))
    count = frame.take_number()
    require(1 <= count <= 256, "the content has no note or too many")
    notes = [frame.take(frame.take_number()) for _ in range(count)]
    disclosures = read_disclosures(frame.take(frame.take_number()))
    for part in disclosures["parts"]:
        description = part["description"]
        held = hash_of(frame.take(description["size"])) == description["sha256"]
        require(held, "a part of the content has another hash")
    frame.check_padding()
    return Opened(stanzas, salt, notes[0], tuple(notes[1:]), disclosures)


def read_disclosures(data: bytes) -> dict[str, Any]:
    """Sections 4.3 and 9: disclosures, at most 1 MiB of canonical JSON."""
    require(len(data) <= MIB, "the disclosures are larger than section 9 allows")
    return read_json(data, DISCLOSURES)


def commitments(disclosures: dict[str, Any]) -> tuple[list[dict[str, str]], list[str]]:
    """Section 4.2: what a manifest says of the fields and parts that are disclosed."""
    fields = []
    for each in disclosures["fields"]:
        commitment = commit(each["salt"], canonical_json(each["value"]))
        fields.append({"commitment": encode_base64(commitment), "name": each["name"]})
    parts = []
    for part in disclosures["parts"]:
        commitment = commit(part["salt"], canonical_json(part["description"]))
        parts.append(encode_base64(commitment))
    return fields, parts


def is_ascending(texts: list[str]) -> bool:
    """Section 4.2: whether a list ascends, so that nothing is in it twice."""
    return texts == sorted(set(texts))


def is_selection(chosen: list[Any], everything: list[Any]) -> bool:
    """Section 4.3: whether all that is chosen is there, in the same order."""
    found = 0
    for each in everything:
        if found < len(chosen) and each == chosen[found]:
            found += 1
    return found == len(chosen)


# ------------------------------------------------------------------------------------------------
# 12. The judgement (section 8.2), one method for each step
# ------------------------------------------------------------------------------------------------

TOLERANCE = 120  # Seconds by which clocks may differ (sections 3.1 and 8.2).
DELIVERY_FIELDS = ("unit", "envelope", "transmission", "log")


@dataclass(frozen=True)
class Check:
    """What is said of a step: its name, whether it holds, and on what it rests."""

    name: str
    outcome: str
    detail: str


@dataclass(frozen=True)
class Directory:
    """Section 8.2, step 6: what the dossier holds of the directory."""

    convention: Publication
    successions: dict[str, list[Publication]]
    rosters: dict[str, list[Publication]]

    def successions_of(self, institution: str) -> list[Publication]:
        """The successions of an institution, in log order."""
        return self.successions.get(institution, [])

    def rosters_of(self, institution: str) -> list[Publication]:
        """The rosters of an institution, in log order."""
        return self.rosters.get(institution, [])


class Judgement:
    """Section 8.2: the steps in their order. Each finds what those before it left in `self`."""

    def __init__(self, data: bytes, anchors: Anchors) -> None:
        self.data = data
        self.anchors = anchors
        self.checks: list[Check] = []
        self.time_stamps_found: list[int] = []  # The times of tokens that verify.
        self.latest: int | None = None  # No event may claim a later time (step 5).
        self.rosters_checked: set[tuple[int, ...]] = set()  # Together, by their indices.
        self.states: dict[str, str] = {}  # By unit: the state of its delivery (step 9).
        self.disclosed: list[tuple[str, str]] = []  # What the content says (step 11).

    def judge(self) -> str:
        """Take the steps until one fails, or something is missing without which none goes on."""
        steps = (
            ("container", self.container),
            ("log", self.log),
            ("witnesses", self.witnesses),
            ("time_stamps", self.time_stamps),
            ("events", self.evidence),
            ("directory", self.directory),
            ("convention", self.convention),
            ("envelope", self.envelope),
            ("events", self.events),
            ("acts", self.acts),
            ("content", self.content),
        )
        for name, step in steps:
            if not self.take(name, step):
                break
        outcomes = {check.outcome for check in self.checks}
        if "fails" in outcomes:
            return "invalid"
        if "missing" in outcomes:
            return "incomplete"
        return "valid"

    def take(self, name: str, step: Callable[[], str | None]) -> bool:
        """Take one step, and say whether the judging goes on.

        Whatever a dossier holds, it makes a check fail and never the program.
        """
        try:
            detail = step()
        except Missing as problem:
            self.checks.append(Check(name, "missing", one_line(problem)))
            return problem.goes_on
        except Exception as problem:  # noqa: BLE001 - a hostile dossier may raise anything.
            self.checks.append(Check(name, "fails", one_line(problem)))
            return False
        if detail is not None:
            self.checks.append(Check(name, "holds", detail))
        return True

    # Step 1

    def container(self) -> str:
        """Section 8.2, step 1, and section 8: the zip, its files, its time-stamp, dossier.json."""
        self.files = read_container(self.data)
        absent = sorted(REQUIRED_FILES - set(self.files))
        if absent:
            raise Missing(f"not here: {', '.join(absent)}")
        stamped = {ASIC_MANIFEST, ASIC_TIME_STAMP} & set(self.files)
        if len(stamped) == 1:
            raise Missing(f"{stamped.pop()} is here without the other file of META-INF")
        if stamped:
            self.check_asic()
        elif "mimetype" in self.files:
            said = self.files["mimetype"]
            require(said == b"application/zip", "mimetype says another type")
        self.dossier = read_json(self.files["dossier.json"], DOSSIER_JSON)
        self.log_of_maker = parse_verifier_key(self.dossier["log"], ED25519)
        return f"{len(self.files)} files"

    def check_asic(self) -> None:
        """Section 8: the manifest's bytes follow from the files; the token is over them."""
        said = self.files.get("mimetype")
        require(said == b"application/vnd.etsi.asic-e+zip", "mimetype does not say ASiC-E")
        manifest = self.files[ASIC_MANIFEST]
        require(manifest == make_asic_manifest(self.files), "the ASiC manifest is another one")
        if self.anchors.roots:
            token = self.files[ASIC_TIME_STAMP]
            self.time_stamps_found.append(time_of_token(token, manifest, self.anchors.roots))

    # Step 2

    def log(self) -> str:
        """Section 8.2, step 2: the checkpoint is signed by the log's key in the anchors."""
        self.tree, self.checkpoint = read_checkpoint(self.files["checkpoint.note"])
        origin = self.tree.origin
        if origin in self.anchors.logs:
            key = self.anchors.logs[origin]
        else:
            require(self.log_of_maker.name == origin, "dossier.json names another log")
            key = self.log_of_maker.key
        signed = keys_that_signed(self.checkpoint, origin, [key])
        require(signed, f"the checkpoint is not signed by the key of {origin}")
        self.proven_log = Log(self.tree, key)
        if origin not in self.anchors.logs:
            raise MissingButGoesOn(f"no anchor for {origin}")
        return f"{origin}, {self.tree.size} entries"

    # Step 3

    def witnesses(self) -> str | None:
        """Section 8.2, step 3, and section 6.5: the cosignatures satisfy the quorum."""
        if self.anchors.quorum == "none":
            return None
        times = quorum_times(self.anchors, self.checkpoint)
        if not times:
            raise MissingButGoesOn(f"not cosigned by {self.anchors.quorum}")
        self.bound_times(min(times))
        return f"cosigned by {self.anchors.quorum}"

    def bound_times(self, at: int) -> None:
        """Section 8.2, step 5: the log existed at this time, so its events are not younger."""
        latest = at + TOLERANCE
        self.latest = latest if self.latest is None else min(self.latest, latest)

    # Step 4

    def time_stamps(self) -> str | None:
        """Section 8.2, step 4: a token over the checkpoint's text, or the container's, verifies."""
        if not self.anchors.roots:
            return None
        for name, token in self.files.items():
            if name.startswith("time-stamps/"):
                try:
                    at = time_of_token(token, self.checkpoint.text, self.anchors.roots)
                except Fails:  # One that verifies is enough.
                    continue
                self.time_stamps_found.append(at)
        if not self.time_stamps_found:
            raise MissingButGoesOn("not time-stamped by a trusted authority")
        earliest = min(self.time_stamps_found)
        self.bound_times(earliest)
        return f"before {time.strftime('%Y-%m-%dT%H:%M:%SZ', time.gmtime(earliest))}"

    # Step 5

    def evidence(self) -> None:
        """Section 8.2, step 5: every event is in the log, and claims no impossible time."""
        events = read_json(self.files["events.json"], EVENTS_JSON)["events"]
        documents = read_json(self.files["directory.json"], DIRECTORY_JSON)["documents"]
        self.entries = self.prove_all(events)
        published = self.prove_all([document["evidence"] for document in documents])
        files = [document["file"] for document in documents]
        self.named_documents = sorted(
            zip(published, files, strict=True), key=lambda named: named[0].index
        )
        self.entries.sort(key=lambda entry: entry.index)
        self.remember_instants([*self.entries, *published])

    def prove_all(self, evidence: list[dict[str, str]]) -> list[Entry]:
        """Section 8.2, step 5: the entries of one list, in its order; none is there twice."""
        entries = []
        for each in evidence:
            entry = self.proven_log.prove(each)
            event, where = entry.event, f"entry {entry.index}"
            young = self.latest is not None and event["at"] > self.latest
            require(not young, f"{where}: younger than what vouches for the log")
            if event["event"] in ("Escalation", "AcceptanceRejectionExpiry"):
                require(event["due_at"] <= event["at"], f"{where}: before it was due")
            entries.append(entry)
        require(not comes_twice(entry.index for entry in entries), "an entry is there twice")
        return entries

    def remember_instants(self, entries: list[Entry]) -> None:
        """Section 8.2: an entry's instant is its `at`, or that of any before it, if later."""
        self.instant_places: list[int] = []
        self.instants: list[int] = []
        latest = 0
        for entry in sorted(entries, key=lambda each: each.index):
            latest = max(latest, entry.event["at"])
            self.instant_places.append(entry.index)
            self.instants.append(latest)

    def instant_of(self, index: int) -> int:
        """Section 8.2: the instant of the entry at this index."""
        return self.instants[bisect_right(self.instant_places, index) - 1]

    # Step 6

    def directory(self) -> str:
        """Section 8.2, step 6: the documents read, and the log has them in a sound order."""
        self.sent = read_document(self.files["envelope.note"], ENVELOPE_TYPE)
        self.routing = self.sent.document["routing"]
        self.recipients = [self.routing["to"], *self.routing["copies"]]
        units = [self.routing["from"], *self.recipients]
        self.concerned = sorted({institution_of(unit) for unit in units})
        self.check_directory_files()
        conventions: list[Publication] = []
        successions: dict[str, list[Publication]] = {}
        rosters: dict[str, list[Publication]] = {}
        for entry, file in self.named_documents:
            publication = self.read_publication(entry, file)
            document_type, by = publication.note.type, publication.document.get("by", "")
            if document_type == CONVENTION_TYPE:
                conventions.append(publication)
            elif document_type == SUCCESSION_TYPE:
                successions.setdefault(by, []).append(publication)
            else:
                chain = rosters.setdefault(by, [])
                if chain:
                    check_succeeds(chain[-1], publication)
                chain.append(publication)
        if not conventions:
            raise Missing("no publication of a convention")
        convention = conventions[0]
        named = self.routing["convention"]
        require(convention.note.hash == named, "the envelope names another convention")
        self.published = Directory(convention, successions, rosters)
        return f"{len(self.named_documents)} files"

    def check_directory_files(self) -> None:
        """Section 8.2, step 6: the files of directory/ are those that are named, none twice."""
        named = [file for _, file in self.named_documents]
        require(not comes_twice(named), "directory.json names a file twice")
        for file in named:
            is_one = NUMBERED_FILE.fullmatch(file) and file.startswith("directory/")
            require(is_one or file == "convention.note", "directory.json names another file")
        here = {name for name in self.files if name.startswith("directory/")}
        require(here <= set(named), "directory/ has a file that directory.json does not name")

    def read_publication(self, entry: Entry, file: str) -> Publication:
        """Section 8.2, step 6: a document, and the entry that has its hash."""
        if file not in self.files:
            raise Missing(f"not here: {file}")
        if file == "convention.note":
            note = read_document(self.files[file], CONVENTION_TYPE)
        else:
            note = read_document(self.files[file], SUCCESSION_TYPE, ROSTER_TYPE)
        event = entry.event
        wanted = "RosterPublished" if note.type == ROSTER_TYPE else "ConventionPublished"
        require(event["event"] == wanted, f"{file}: its evidence is of another event")
        require(event["mailbox"] == "directory", f"{file}: its evidence is in another mailbox")
        require(event["document"] == note.hash, f"{file}: its evidence is of another document")
        return Publication(entry.index, event["at"], note)

    # Step 7

    def convention(self) -> str:
        """Section 8.2, step 7, and sections 2.1 to 2.3: who signed, and which rosters count."""
        note, terms = self.published.convention.note, self.published.convention.document
        check_convention_rules(terms)
        self.parties = {party["institution"]: party for party in terms["parties"]}
        signers = self.check_signers_of_convention(note)
        for institution in self.concerned:
            require(institution in signers, f"{institution} did not sign the convention")
            trusted = self.anchors.parties.get(institution)
            if trusted:
                known = signers[institution] in trusted
                require(known, f"{institution} signed with a key that is not in the anchors")
        keys = {log["origin"]: log["key"] for log in terms["logs"]}
        given = keys.get(self.tree.origin) == encode_base64(self.proven_log.key)
        require(given, "the convention gives another key for the log")
        for institution in self.concerned:
            self.check_successions(institution)
        for institution in self.concerned:
            self.pass_over_rosters(institution)
        untrusted = [name for name in self.concerned if name not in self.anchors.parties]
        if untrusted:
            raise MissingButGoesOn(f"no anchor for {', '.join(untrusted)}")
        return f"{terms['name']} version {terms['version']}, signed by {', '.join(self.concerned)}"

    def check_signers_of_convention(self, note: Note) -> dict[str, bytes]:
        """Section 2.1: every line is by a key of its party that is in force when the convention begins. The key, by party."""
        begins = self.published.convention.document["not_before"]
        names = [line.name for line in note.lines]
        require(not comes_twice(names), "the convention has two signatures under one name")
        signers = {}
        for name in names:
            require(name in self.parties, f"{name} signed the convention and is no party")
            keys = [decode_base64(key["key"]) for key in self.parties[name]["keys"] if is_in_time(key, begins)]
            signed = keys_that_signed(note, name, keys)
            require(len(signed) == 1, f"{name} signed the convention with an unknown key")
            signers[name] = signed.pop()
        return signers

    def check_successions(self, institution: str) -> None:
        """Section 2.2: successions name this convention; the recovery key signed; dates rise."""
        recovery = decode_base64(self.parties[institution]["recovery"])
        before = -1
        for succession in self.published.successions_of(institution):
            document = succession.document
            names = document["convention"] == self.published.convention.note.hash
            require(names, f"a succession of {institution} names another convention")
            require(document["not_before"] > before, f"a succession of {institution} is not later")
            before = document["not_before"]
            signed = keys_that_signed(succession.note, institution, [recovery])
            require(signed, f"a succession of {institution} is not signed by its recovery key")

    def pass_over_rosters(self, institution: str) -> None:
        """Section 8.2, step 7: rosters that break a rule count as if they were not here."""
        kept = []
        for roster in self.published.rosters_of(institution):
            try:
                check_roster_rules(roster.document)
                self.check_signers_of_roster(roster)
            except Fails:
                continue
            kept.append(roster)
        self.published.rosters[institution] = kept

    def check_signers_of_roster(self, roster: Publication) -> None:
        """Sections 2.1 to 2.3: the roster is signed by as many keys as are wanted, or two."""
        institution = roster.document["by"]
        party = self.parties[institution]
        older = roster.index < self.published.convention.index
        keys = [
            decode_base64(key["key"])
            for key in party["keys"]
            if older or is_in_time(key, roster.at)
        ]
        wanted = party["roster_signatures"]
        for succession in self.published.successions_of(institution):
            if succession.index < roster.index:
                in_time = roster.at < succession.document["not_after"]
                keys = [decode_base64(succession.document["key"])] if in_time else []
                wanted = 1
        signed = keys_that_signed(roster.note, institution, keys)
        as_wanted = len(roster.note.lines) == len(signed) >= wanted
        require(as_wanted, f"a roster of {institution} is not signed as the convention wants")

    # Step 8

    def envelope(self) -> str:
        """Section 8.2, step 8, and section 3.1: the envelope was sent as the convention permits."""
        named = self.dossier["transmission"] == self.routing["id"]
        require(named, "dossier.json names another transmission")
        arrivals = ("SubmissionAcceptance", "ContentConsignment")
        arrived = [entry.index for entry in self.entries if entry.event["event"] in arrivals]
        if not arrived:
            raise Missing("no event says that the envelope arrived")
        place = arrived[0]
        self.check_what_events_are_about()
        require(self.published.convention.index < place, "the convention was published later")
        if "checkpoint" in self.routing:
            fits = self.routing["checkpoint"]["size"] <= place
            require(fits, "the envelope's checkpoint is longer than the log was")
        author = self.sent.document["by"]
        from_unit = [self.routing["from"]]
        self.author_key = self.check_may_act(self.sent, place, from_unit, standby_of=None)
        self.check_routing(self.instant_of(place))
        self.flow = self.find_flow(place)
        self.check_flow()
        return f"signed by {author}"

    def check_what_events_are_about(self) -> None:
        """Section 8.2, step 8: all events are about this envelope, or say what was erased."""
        author = self.sent.document["by"]
        indices = {entry.index for entry in self.entries}
        self.records_erased = False
        for entry in self.entries:
            event, where = entry.event, f"entry {entry.index}"
            if event["event"] == "Erasure" and event["code"] == "audit_limit":
                others = indices - {entry.index}
                near = others.intersection(event["entries"])
                require(near, f"{where}: an Erasure that concerns no other event here")
                self.records_erased = True
                continue
            about = (event.get("transmission"), event.get("envelope"))
            same = about == (self.routing["id"], self.sent.hash)
            require(same, f"{where}: this is about another transmission or envelope")
            if event["event"] == "SubmissionAcceptance":
                require(event["agent"] == author, f"{where}: another agent than the author")

    def rosters_at(self, place: int) -> dict[str, dict[str, Any]]:
        """Section 8.2, step 8: of each institution, the newest roster before the place."""
        rosters = {}
        indices = []
        for institution in self.concerned:
            published = self.published.rosters_of(institution)
            before = [roster for roster in published if roster.index < place]
            if not before:
                raise Missing(f"no roster of {institution} before entry {place}")
            rosters[institution] = before[-1].document
            indices.append(before[-1].index)
        if tuple(indices) not in self.rosters_checked:
            check_keys_have_one_address(rosters.values())
            self.rosters_checked.add(tuple(indices))
        return rosters

    def check_may_act(
        self, note: Note, place: int, units: list[str], standby_of: str | None
    ) -> bytes:
        """Sections 2.3 and 8.2: the author may act for one of the units, and signed. Its key.

        standby_of is the unit whose standby units an Escalation has called in, if any.
        """
        by = note.document["by"]
        rosters = self.rosters_at(place)
        institution, instant = institution_of(by), self.instant_of(place)
        require(institution in rosters, f"{by} is of no institution concerned")
        roster = rosters[institution]
        lines = [agent for agent in roster["agents"] if agent["address"] == by]
        require(lines, f"{by} is not in the roster")
        agent = lines[0]
        allowed = False
        for unit in units:
            called = unit == standby_of
            allowed = allowed or may_act_for(roster, agent, unit, instant, called)
        require(allowed, f"{by} may not act for {' or '.join(units)}")
        key = decode_base64(agent["key"])
        require(keys_that_signed(note, by, [key]), f"{by} did not sign with its key")
        return key

    def check_routing(self, instant: int) -> None:
        """Section 3.1: log, dates and age of the envelope; no unit gets it twice."""
        terms = self.published.convention.document
        require(self.routing["log"] == self.tree.origin, "the envelope names another log")
        require(is_in_time(terms, instant), "the convention is not in force at that instant")
        age = instant - self.routing["sealed_at"]
        require(age >= -TOLERANCE, "the envelope was sealed in the future")
        require(age <= terms["maximum_age"], "the envelope was sealed too long ago")
        require(not comes_twice(self.recipients), "a unit is a recipient twice")

    def find_flow(self, place: int) -> dict[str, Any]:
        """Section 3.1: the first flow that fits in kind, roles and urgency, and its copies."""
        roles: dict[str, set[str]] = {}
        for roster in self.rosters_at(place).values():
            for unit in roster["units"]:
                roles[unit["address"]] = set(unit["roles"])
        for unit in [self.routing["from"], *self.recipients]:
            require(unit in roles, f"{unit} is in no roster")
        for flow in self.published.convention.document["flows"]:
            urgencies = [each["urgency"] for each in flow["urgencies"]]
            fits = (
                flow["kind"] == self.routing["kind"]
                and roles[self.routing["from"]].intersection(flow["from"])
                and roles[self.routing["to"]].intersection(flow["to"])
                and self.routing["urgency"] in urgencies
            )
            if fits:
                left = set(flow["copies"])
                for unit in self.routing["copies"]:
                    require(left & roles[unit], f"{unit} gets a copy that the flow does not ask")
                    left -= roles[unit]
                require(not left, f"no copy went to {', '.join(sorted(left))}")
                return flow
        raise Fails("no flow of the convention permits this envelope")

    def check_flow(self) -> None:
        """Section 3.1: what the flow asks of telephone calls, replies and sizes."""
        latest_call = self.routing["sealed_at"] + TOLERANCE
        if "phone_confirmed_at" in self.routing:
            before = self.routing["phone_confirmed_at"] <= latest_call
            require(before, "the telephone call comes after the sealing")
        else:
            require(not self.flow["call_first"], "the flow asks for a telephone call first")
        answers = "in_reply_to" in self.routing
        require(answers or not self.flow["reply_only"], "the flow is for replies only")
        parts = self.flow["attachments"]["bytes"] + 256 * KIB
        size = self.sent.document["content"]["size"]
        require(8 * size <= 9 * parts + 8 * 4 * MIB, "the content is larger than the flow allows")

    # Step 9

    def events(self) -> str:
        """Section 8.2, step 9: each delivery went as the table allows; mailboxes tell one story."""
        self.told: dict[int, Step] = {}  # By index: what stood when the event came.
        by_unit: dict[str, list[Entry]] = {}
        for entry in self.entries:
            unit = entry.event.get("unit")
            if unit is not None and entry.event["event"] not in REFUSALS:
                recipient = unit in self.recipients
                require(recipient, f"entry {entry.index}: {unit} is no recipient")
                by_unit.setdefault(unit, []).append(entry)
        for unit in self.recipients:
            if unit in by_unit:
                self.follow_delivery(unit, by_unit[unit])
        return f"{len(self.entries)} events"

    def follow_delivery(self, unit: str, entries: list[Entry]) -> None:
        """Section 8.2, step 9: one mailbox tells of the delivery, and the others agree with it."""
        mailboxes: dict[str, list[Entry]] = {}
        for entry in entries:
            mailboxes.setdefault(entry.event["mailbox"], []).append(entry)
        counting = {}
        for mailbox, told in mailboxes.items():
            first = told[0].event
            if (first["event"], first["state"]) == ("ContentConsignment", "available"):
                counting[mailbox] = told
        if not counting:
            raise Missing(f"{unit}: its ContentConsignment is not here")
        most = max(len(told) for told in counting.values())
        tellers = [mailbox for mailbox, told in counting.items() if len(told) == most]
        teller = unit if unit in tellers else min(tellers)
        delivery = Delivery(counting[teller][0])
        for entry in counting[teller][1:]:
            delivery.follow(entry)
        for mailbox, told in mailboxes.items():
            self.compare_with(delivery, told, from_the_beginning=mailbox in counting)
        if not self.records_erased:
            erased = ", erased from the relay" if delivery.erased else ""
            self.states[unit] = delivery.state + erased

    def compare_with(
        self, delivery: Delivery, entries: list[Entry], from_the_beginning: bool
    ) -> None:
        """Section 8.2, step 9: a mailbox tells the beginning of what was told, or some of it."""
        place = 0
        for entry in entries:
            steps = delivery.steps
            if not from_the_beginning:
                while place < len(steps) and not same_event(steps[place].event, entry.event):
                    place += 1
            agrees = place < len(steps) and same_event(steps[place].event, entry.event)
            require(agrees, f"entry {entry.index}: two mailboxes contradict each other")
            self.told[entry.index] = steps[place]
            place += 1

    # Step 10

    def acts(self) -> str:
        """Section 8.2, step 10: behind each event that names an act stands that act, signed."""
        here: dict[str, list[Note]] = {}
        for name, data in self.files.items():
            if name.startswith("acts/"):
                note = read_document(data, ACT_TYPE)
                here.setdefault(note.hash, []).append(note)
        naming = [entry for entry in self.entries if "act" in entry.event]
        named = {entry.event["act"] for entry in naming}
        require(set(here) <= named, "an act is here that no event names")
        self.transfers: dict[str, tuple[dict[str, Any], bytes]] = {}  # By hash, in log order.
        for entry in naming:
            notes = here.get(entry.event["act"], [])
            if entry.event["event"] == "ActRejection":
                for note in notes:
                    self.check_refused_act(entry, note)
                continue
            if not notes:
                raise Missing(f"entry {entry.index}: its act is not here")
            for note in notes:
                key = self.check_act(entry, note)
                if note.document["act"] == "transferred":
                    self.transfers.setdefault(note.hash, (note.document, key))
        return f"{sum(len(notes) for notes in here.values())} acts"

    def check_refused_act(self, entry: Entry, note: Note) -> None:
        """Section 8.2, step 10: an act that an ActRejection names had no effect."""
        act, where = note.document, f"entry {entry.index}"
        require(act["by"] == entry.event["agent"], f"{where}: its act is by another agent")
        about = (act["transmission"], act["envelope"])
        same = about == (self.routing["id"], self.sent.hash)
        require(same, f"{where}: its act is about another transmission or envelope")

    def check_act(self, entry: Entry, note: Note) -> bytes:
        """Section 8.2, step 10: the act is what its event says, by an agent who may. Its key."""
        event, act, where = entry.event, note.document, f"entry {entry.index}"
        for name in DELIVERY_FIELDS:
            require(act[name] == event[name], f"{where}: its act names another {name}")
        require(act["by"] == event["agent"], f"{where}: its act is by another agent")
        require(act.get("reason") == event.get("code"), f"{where}: its act has another reason")
        if "checkpoint" in act:
            fits = act["checkpoint"]["size"] <= entry.index
            require(fits, f"{where}: the checkpoint of its act is longer than the log was")
        step = self.told[entry.index]
        leads = step.row is not None and step.row.act == act["act"]
        require(leads, f"{where}: its act does not lead to that event")
        sender, unit = self.routing["from"], act["unit"]
        if act["act"] == "withdrawn":
            units = [sender]
        elif act["act"] == "erased":
            units = [unit, sender]
        else:
            units = [unit]
        standby_of = unit if step.on_standby else None
        return self.check_may_act(note, entry.index, units, standby_of)

    # Step 11

    def content(self) -> str:
        """Section 8.2, step 11: the content, or what is shown of it, is what the author sealed."""
        kind = self.dossier["content"]
        here = ALL_CONTENT_FILES & set(self.files)
        absent = sorted(CONTENT_FILES[kind] - here)
        if absent:
            raise Missing(f"not here: {', '.join(absent)}")
        others = sorted(here - CONTENT_FILES[kind])
        require(not others, f"{', '.join(others)} is here, although the content is {kind}")
        if kind == "sealed":
            self.check_sealed()
        elif kind == "disclosed":
            self.check_disclosed()
        elif kind == "erased" and not self.records_erased:
            require(self.states, "no event says that the content was erased")
            for unit, state in self.states.items():
                require("erased" in state, f"{unit}: no event says that the content was erased")
        return kind

    def check_sealed(self) -> None:
        """Sections 4.4 and 4.5: the content is opened with its file key, and all of it holds."""
        encoded = self.files["content.key"].decode()
        require(encoded.endswith("\n"), "content.key does not end with a line feed")
        file_key = decode_base64(encoded.removesuffix("\n"), 16)
        data = self.files["content.age"]
        steps = self.transfers_up_to({"sha256": hash_of(data), "size": len(data)})
        opened = open_content(data, file_key)
        manifest = self.check_manifest(opened.manifest, opened.salt)
        fields, parts = commitments(opened.disclosures)
        everything = fields == manifest["fields"] and parts == manifest["parts"]
        require(everything, "the content does not hold what the manifest commits to")
        recipients = self.check_transfers(steps, opened.transfers, manifest["recipients"])
        require(opened.stanzas == len(recipients), "the content has other recipients")
        self.disclose(opened.disclosures)

    def transfers_up_to(self, content: dict[str, Any]) -> list[tuple[dict[str, Any], bytes]]:
        """Section 8.2, step 11: the acts that led to this content, each with its author's key."""
        if content == self.sent.document["content"]:
            return []
        for act, _ in self.transfers.values():
            if act["content"] == content:
                same_unit = [
                    step for step in self.transfers.values() if step[0]["unit"] == act["unit"]
                ]
                place = [step[0] for step in same_unit].index(act)
                return same_unit[: place + 1]
        raise Fails("content.age is neither the envelope's content nor one that an act names")

    def check_transfers(
        self,
        steps: list[tuple[dict[str, Any], bytes]],
        notes: tuple[bytes, ...],
        recipients: list[str],
    ) -> list[str]:
        """Section 4.5: one transfer for each act, by its author. The last one's recipients."""
        require(len(notes) == len(steps), "there is not one transfer for each act")
        listed = set(recipients)
        for (act, key), data in zip(steps, notes, strict=True):
            note = read_document(data, TRANSFER_TYPE)
            transfer = note.document
            require(transfer["by"] == act["by"], "a transfer is by another agent than its act")
            require(keys_that_signed(note, act["by"], [key]), "a transfer is not signed")
            for name in DELIVERY_FIELDS:
                require(transfer[name] == act[name], f"a transfer names another {name}")
            require(transfer["opened_with"] in listed, "a transfer is by a key not listed before")
            recipients = transfer["recipients"]
            require(is_ascending(recipients), "the recipients of a transfer do not ascend")
            listed.update(recipients)
        return recipients

    def check_manifest(self, data: bytes, salt: str) -> dict[str, Any]:
        """Section 4.2: the manifest is by the envelope's author, and the envelope commits to it."""
        note = read_document(data, MANIFEST_TYPE)
        manifest, author = note.document, self.sent.document["by"]
        require(manifest["by"] == author, "the manifest is by another agent than the envelope")
        signed = keys_that_signed(note, author, [self.author_key])
        require(signed, "the manifest is not signed with the key of the envelope")
        require(manifest["routing"] == self.routing, "the manifest has another routing")
        committed = encode_base64(commit(salt, note.text)) == self.sent.document["manifest"]
        require(committed, "the envelope does not commit to the manifest")
        require(is_ascending(manifest["recipients"]), "the recipients do not ascend")
        names = [each["name"] for each in manifest["fields"]]
        require(not comes_twice(names), "a field is in the manifest twice")
        return manifest

    def check_disclosed(self) -> None:
        """Section 8.2, step 11: what is shown is committed to, in the manifest's order."""
        shown = read_json(self.files["disclosures.json"], DISCLOSURES_JSON)
        disclosures = read_disclosures(canonical_json(shown["disclosures"]))
        manifest = self.check_manifest(self.files["manifest.note"], shown["salt"])
        fields, parts = commitments(disclosures)
        require(is_selection(fields, manifest["fields"]), "a field is not committed to there")
        require(is_selection(parts, manifest["parts"]), "a part is not committed to there")
        self.disclose(disclosures)

    def disclose(self, disclosures: dict[str, Any]) -> None:
        """Step 11, section 4.3: nothing is shown twice; `legal_basis` is one of the flow's."""
        fields, parts = disclosures["fields"], disclosures["parts"]
        require(not comes_twice(commitments(disclosures)[1]), "a part is shown twice")
        for each in fields:
            if each["name"] == "legal_basis":
                allowed = each["value"] in self.flow["legal_bases"]
                require(allowed, "the legal basis is none of the flow's")
        self.disclosed = [(f"field {each['name']}", show(each["value"])) for each in fields]
        for part in parts:
            description = part["description"]
            said = [description["name"], description["type"], f"{description['size']} bytes"]
            self.disclosed.append(("attachment", ", ".join([*said, description["sha256"]])))


# ------------------------------------------------------------------------------------------------
# 13. The command line
# ------------------------------------------------------------------------------------------------

EXIT_CODES = {"valid": 0, "invalid": 1, "incomplete": 3}
EXIT_USAGE = 64
EXIT_NO_INPUT = 65


def show(value: Any) -> str:
    """The value of a form field (section 4.3), for people."""
    if isinstance(value, list):
        return ", ".join(value)
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value)


def printable(text: str) -> str:
    """Section 8.2: no control character reaches the terminal, and further lines are indented.

    Besides the controls, this replaces what is invisible or turns the direction of writing.
    """
    shown = []
    for character in text:
        category = unicodedata.category(character)
        if character == "\n":
            shown.append("\n    ")
        elif category.startswith("C") or category in ("Zl", "Zp"):
            shown.append("?")
        else:
            shown.append(character)
    return "".join(shown)


def print_text(judgement: Judgement, verdict: str) -> None:
    """Print what was checked and, unless it is invalid, what the dossier says; then the verdict."""
    for check in judgement.checks:
        outcome = "FAILS" if check.outcome == "fails" else check.outcome
        print(printable(f"{outcome:<8} {check.name}: {check.detail}"))
    if verdict != "invalid":
        for name, value in [*judgement.states.items(), *judgement.disclosed]:
            print(printable(f"{name}: {value}"))
    print("lisez-moi.html: not judged")
    print(verdict.upper())


def print_json(judgement: Judgement, verdict: str) -> None:
    """Print the verdict and the checks as one JSON object."""
    checks = [
        {"name": check.name, "outcome": check.outcome, "detail": check.detail}
        for check in judgement.checks
    ]
    print(json.dumps({"verdict": verdict, "checks": checks}))


class ArgumentParser(argparse.ArgumentParser):
    """A parser that exits with 64 when the program is not used as it should be."""

    def error(self, message: str) -> None:
        """Say how the program is used."""
        self.exit(EXIT_USAGE, f"{self.format_usage()}{message}\n")


def main() -> int:
    """Read the command line, judge, print, and return the exit code."""
    parser = ArgumentParser(
        description="Judge a dossier offline: valid (0), invalid (1) or incomplete (3)."
    )
    parser.add_argument("dossier", metavar="DOSSIER")
    parser.add_argument("--trust", metavar="ANCHORS", required=True)
    parser.add_argument("--format", choices=["text", "json"], default="text")
    options = parser.parse_args()
    sys.stdout.reconfigure(errors="backslashreplace")
    try:
        anchors = read_anchors(Path(options.trust).read_bytes())
        data = Path(options.dossier).read_bytes()
    except (Fails, OSError, ValueError, MemoryError, x509.InvalidVersion) as problem:
        said = printable(one_line(problem))
        print(f"no dossier, or no readable trust anchors: {said}", file=sys.stderr)
        return EXIT_NO_INPUT
    if anchors.roots and shutil.which("openssl") is None:
        print("the anchors have time-stamp lines: this needs the program openssl", file=sys.stderr)
        return EXIT_USAGE
    judgement = Judgement(data, anchors)
    verdict = judgement.judge()
    if options.format == "json":
        print_json(judgement, verdict)
    else:
        print_text(judgement, verdict)
    return EXIT_CODES[verdict]


if __name__ == "__main__":
    sys.exit(main())
