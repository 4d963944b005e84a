#!/usr/bin/env python3
# SPDX-License-Identifier: EUPL-1.2
# SPDX-FileCopyrightText: 2026 The Liaison authors
"""Judge a dossier offline, from docs/formats.md, docs/events.md and the specifications that they name alone.

Exit 0: valid, 1: invalid, 3: incomplete, 64: usage, 65: no dossier or no readable anchors. Calls `openssl` where
time-stamps are judged. A dossier does not hold the rules of its form: of "form valid" (4.4), only the legal basis and
the attachments are judged, by the convention.
"""
import argparse, base64, calendar, hashlib, hmac, io, json, re, subprocess, sys, tempfile, time, zipfile
from collections import namedtuple
from pathlib import Path
from xml.etree import ElementTree
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
from cryptography.x509 import load_der_x509_certificate

Note = namedtuple("Note", "text document lines hash")  # lines: (name, key id and signature); hash: of the text
KIB, MIB = 1024, 1024 * 1024

# Section 8: the files. Section 9: limits.
REQUIRED = ["lisez-moi.html", "dossier.json", "envelope.note", "convention.note", "checkpoint.note", "events.json",
            "directory.json"]
MANIFEST, STAMP, MIMETYPE = "META-INF/ASiCManifest.xml", "META-INF/timestamp.tst", b"application/vnd.etsi.asic-e+zip"
CONTENT = {"sealed": {"content.age", "content.key"}, "disclosed": {"manifest.note", "disclosures.json"},
           "withheld": set(), "erased": set()}
NAMES = {*REQUIRED, "mimetype", MANIFEST, STAMP, *CONTENT["sealed"], *CONTENT["disclosed"]}
NUMBERED = re.compile(r"(acts|directory)/[0-9]{2,4}\.note|time-stamps/[0-9]{2,4}\.tst")
ASIC, DSIG = "{http://uri.etsi.org/02918/v1.2.1#}", "{http://www.w3.org/2000/09/xmldsig#}"
LIMITS = {"roster": 8 * MIB, "envelope": 16 * KIB, "act": 8 * KIB, "transfer": 256 * KIB}

# Section 1.1: what the canonical JSON of a value matches, and the names whose values are so wherever they stand.
LABEL = "[a-z0-9](?:[a-z0-9-]{0,38}[a-z0-9])?"
KINDS = {name: re.compile(pattern) for pattern, names in {
    "[0-9]+": "version not_before not_after at issued_at sealed_at phone_confirmed_at due_at until grace maximum_age "
    "audit_limit retention within after size count bytes number form_version roster_signatures day entries",
    '"[A-Za-z0-9+/]{42}[AEIMQUYcgkosw048]="': "previous convention envelope manifest root sha256 document opened_with "
    "commitment institutions recipients tls registrars recovery key salt head", "true|false": "health_data secrecy "
    "call_first reply_only", f'"({LABEL}@)?{LABEL}"': "by", f'"{LABEL}@{LABEL}"': "unit agent address substitutes",
    f'"{LABEL}"': "institution", '"[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}"':
    "transmission in_reply_to", f'"(directory|institution:{LABEL}|{LABEL}@{LABEL})"': "mailbox",
    '"(available|opened|acknowledged|refused|withdrawn|expired)"': "state", '"(leave|vacancy|[a-z_]+)"': "reason",
    '"(immediate|urgent|priority|routine)"': "urgency", '"(elapsed|opening|working_days)"': "clock",
    '"(required|recorded|not_required)"': "adhesion", '"(agent|unit_manager|substitute|duty_officer)"': "role",
    '"https://.+"': "url", '"[0-9]{4}-[0-9]{2}-[0-9]{2}"': "holidays", '"(all|odd|even)"': "weeks",
    '"(auditor|dpo|statistics_reader)"': "duties"}.items() for name in names.split()}
REASONS = {"refused": "wrong_unit not_competent duplicate person_declines incomplete",
           "withdrawn": "misdirected consent_withdrawn sent_in_error", "unopenable": "keys_lost digest_mismatch "
           "not_a_recipient content_damaged manifest_mismatch author_not_in_force form_invalid not_permitted",
           "erased": "data_subject_request no_longer_needed unlawful"}

# Sections 2 to 6: the exact fields of each document, and of an object or list of objects under a name; "?": optional.
DATED, DELIVERY = "not_before not_after", "by log convention head transmission envelope unit at"
FIELDS = {
    "convention": f"name version previous? {DATED} grace maximum_age audit_limit health_data time_zone holidays logs "
    "parties roles flows", "logs": "key origin tls_roots url", "roles": "en fr id", "keys": f"key {DATED}",
    "parties": "institution keys kind log name recovery roster_signatures secrecy", "urgencies": "clock urgency within",
    "flows": "id kind from to legal_bases adhesion copies call_first urgencies reply? reply_only escalation retention "
    "attachments", "reply": "clock kind within", "escalation": "after content to", "attachments": "bytes count types",
    "succession": f"by convention key {DATED}", "roster": "by version previous? issued_at units agents registrars",
    "units": "absence? address duty_phone? kind name opening phone roles town", "absence": "reason substitutes until?",
    "opening": "day from to weeks", "agents": f"address key possession {DATED} posts duties tls revocation?",
    "posts": f"{DATED} role unit", "revocation": "at reason", "envelope": "by routing content manifest",
    "routing": "id log convention head from to copies kind urgency sealed_at in_reply_to? phone_confirmed_at? "
    "checkpoint?", "content": "sha256 size", "checkpoint": "root size", "committed": "commitment name",
    "manifest": "by routing form_version recipients fields parts", "fields": "name commitment? salt? value?",
    "disclosures": "fields parts", "parts": "description salt", "description": "name sha256 size type",
    "transfer": f"{DELIVERY} keys opened_with recipients", "act": f"{DELIVERY} act reason? content? checkpoint?",
    "head": "convention institutions", "previous": "origin root size"}

# docs/events.md: the fields of an event besides those that all have; then the state before, and what follows on it.
MAYBE, STATE = "transmission? envelope?", "transmission envelope unit state"
EVENTS = {
    "SubmissionAcceptance": "transmission envelope", "SubmissionRejection": f"code agent {MAYBE} count?",
    "ContentConsignment": f"{STATE} due_at", "ConsignmentNotification": STATE, "ContentHandover": f"{STATE} act",
    "ConsignmentAcceptance": f"{STATE} act", "ConsignmentRejection": f"{STATE} act code", "Transfer": f"{STATE} act",
    "AcceptanceRejectionExpiry": f"{STATE} due_at", "RelayAcceptance": "transmission envelope", "KeysPublished": "document",
    "Escalation": f"{STATE} due_at code", "Withdrawal": f"{STATE} act code", "Inspection": "document agent",
    "Erasure": f"code {MAYBE} unit? act? state? entries?", "ActRejection": f"code agent {MAYBE} unit? act? count?",
    "DirectoryHead": "head", "RosterPublished": "document", "ConventionPublished": "document", "LogOpened": "previous",
    "Restore": "previous", "Restart": "code document", "Configuration": "document"}
FIELDS |= {event: f"type log event mailbox number at {fields}" for event, fields in EVENTS.items()}
HANDOVER, REJECTION, ERASURE = "opened ContentHandover", "refused ConsignmentRejection", "Erasure"
TABLE = {tuple(row.split()) for row in """
    available opened opened ContentHandover,      available refused refused ConsignmentRejection,
    available withdrawn withdrawn Withdrawal,     available - available ConsignmentNotification,
    available - available Escalation,             available - expired AcceptanceRejectionExpiry,
    opened opened opened ContentHandover,         opened acknowledged acknowledged ConsignmentAcceptance,
    opened refused refused ConsignmentRejection,  opened unopenable refused ConsignmentRejection,
    opened transferred opened Transfer,           opened - opened Escalation,
    opened - expired AcceptanceRejectionExpiry,   acknowledged opened acknowledged ContentHandover,
    acknowledged transferred acknowledged Transfer, acknowledged erased acknowledged Erasure,
    acknowledged - acknowledged Erasure,          refused erased refused Erasure,
    refused - refused Erasure,                    withdrawn - withdrawn Erasure,
    expired erased expired Erasure,               expired - expired Erasure""".split(",")}
