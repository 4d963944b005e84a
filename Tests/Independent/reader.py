# SPDX-License-Identifier: EUPL-1.2
# SPDX-FileCopyrightText: 2026 The Liaison authors
"""An independent reader of the formats, written from docs/formats.md and the specifications it names alone.

    reader.py examples DIR                           check every worked example
    reader.py evidence FILE                          check what `liaison evidence` printed
    reader.py content SEALED_FILE IDENTITY_FILE      open a sealed content and print its form
"""

import base64
import hashlib
import hmac
import io
import json
import re
import sys
from collections import namedtuple
from contextlib import contextmanager
from pathlib import Path

import agefile
import tlog

Note = namedtuple("Note", "raw text document signers")
Content = namedtuple("Content", "plaintext salt manifest disclosures raw_disclosures")
EXAMPLES = """act.note content.age content.envelope.note content.plaintext.base64 convention.note disclosures.json
    envelope.note event.json evidence.json evidence.tlog-proof identity.txt keys.note log.vkey manifest.note
    possession.note roster.note""".split()

# Section 1.1, values: what a string of a kind must match, and the bytes that base64 of a kind must have.
LABEL = "[a-z0-9]([a-z0-9-]{0,38}[a-z0-9])?"
UUID = "[0-9a-f]{8}-[0-9a-f]{4}-[47][0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}"
STRINGS = {"text": ".*", "institution": LABEL, "address": f"{LABEL}@{LABEL}", "id": UUID, "url": "https://.+",
           "mailbox": f"directory|institution:{LABEL}|{LABEL}@{LABEL}", "date": "[0-9]{4}-[0-9]{2}-[0-9]{2}"}
BASE64 = {"hash": 32, "key": 32, "salt": 32, "signature": 64, "xwing": 1216, "base64": None}

# Codes, each with the section's words.
REFUSED = "wrong_unit|not_competent|duplicate|person_declines|incomplete"
WITHDRAWN = "misdirected|consent_withdrawn|sent_in_error"
UNOPENABLE = ("keys_lost|digest_mismatch|not_a_recipient|content_damaged|manifest_mismatch|author_not_in_force|form_invalid|"
              "not_permitted")
ERASED = "data_subject_request|no_longer_needed|unlawful"
REASONS = {"refused": REFUSED, "withdrawn": WITHDRAWN, "unopenable": UNOPENABLE, "erased": ERASED}
PUBLISHED = ["RosterPublished", "KeysPublished", "ConventionPublished"]
STRINGS |= {
    "adhesion": "required|recorded|not_required", "clock": "elapsed|opening|working_days",
    "urgency": "immediate|urgent|priority|routine", "absence_reason": "leave|vacancy", "weeks": "all|odd|even",
    "duty": "auditor|dpo|statistics_reader", "end": "left|lost_device|compromised|other",
    "post_role": "agent|unit_manager|substitute|duty_officer",
    "act_name": "opened|acknowledged|refused|unopenable|withdrawn|transferred|erased|retrieved",
    "state": "available|opened|acknowledged|refused|withdrawn|expired", "event_type": "liaison/event/v1",
    "event_name": "|".join(PUBLISHED) + "|SubmissionAcceptance|SubmissionRejection|ContentConsignment|"
    "ConsignmentNotification|ContentHandover|ConsignmentAcceptance|ConsignmentRejection|AcceptanceRejectionExpiry|"
    "RelayAcceptance|Escalation|Unattended|Withdrawal|Transfer|Retrieval|Erasure|ActRejection|Inspection|DirectoryHead|LogOpened|Restore|"
    "Restart|Configuration",
}

# Sections 2 to 6, the exact fields: name:kind, name?:kind when optional, [kind] for a list.
DATED, CHAINED = "not_before:number not_after:number", "version:number previous?:hash"
RELIED = "log:text convention:hash head:hash"
DELIVERY = f"by:address {RELIED} transmission:id envelope:hash unit:address at:number"
FIELDS = {
    "dated_key": f"key:key {DATED}", "dated_xwing": f"key:xwing {DATED}", "sized": "sha256:hash size:number",
    "checkpoint": "root:hash size:number",
    "liaison/convention/v1": f"name:text {CHAINED} {DATED} grace:number maximum_age:number audit_limit:number "
    "health_data:boolean time_zone:text holidays:[date] logs:[log] parties:[party] roles:[role] flows:[flow]",
    "log": "key:key origin:text tls_roots:[base64] url:url", "role": "en:text fr:text id:text",
    "party": "institution:institution keys:[dated_key] kind:text log:text name:text recovery:key "
    "roster_signatures:number secrecy:boolean",
    "flow": "id:text kind:text from:[text] to:[text] legal_bases:[text] adhesion:adhesion copies:[text] call_first:boolean "
    "urgencies:[limit] reply?:reply reply_only:boolean escalation:[step] retention:number attachments:attachments",
    "limit": "clock:clock urgency:urgency within:number", "reply": "clock:clock kind:text within:number",
    "step": "after:number content:boolean to:text", "attachments": "bytes:number count:number types:[text]",
    "liaison/roster/v1": f"by:institution {CHAINED} issued_at:number units:[unit] agents:[agent] "
    "registrars:[hash]",
    "unit": "absence?:absence address:address duty_phone?:text kind:text name:text opening:[opening] phone:text "
    "roles:[text] standby?:[address] town:text",
    "absence": "reason:absence_reason substitutes:[address] until?:number",
    "opening": "day:number from:number to:number weeks:weeks",
    "agent": f"address:address key:key possession:signature {DATED} posts:[post] duties:[duty] tls:[hash] "
    "revocation?:revocation",
    "post": f"{DATED} role:post_role unit:address", "revocation": "at:number reason:end",
    "liaison/possession/v1": "by:address key:key tls:[hash]",
    "liaison/keys/v1": f"by:address {CHAINED} issued_at:number keys:[dated_xwing]",
    "liaison/envelope/v1": "by:address routing:routing content:sized manifest:hash",
    "routing": f"id:id {RELIED} from:address to:address copies:[address] kind:text urgency:urgency sealed_at:number "
    "in_reply_to?:id phone_confirmed_at?:number checkpoint?:checkpoint",
    "liaison/manifest/v1": "by:address routing:routing form_version:number recipients:[hash] fields:[committed] "
    "parts:[hash]",
    "committed": "commitment:hash name:text",
    "disclosures": "fields:[field] parts:[part]", "field": "name:text salt:salt value:form_value",
    "part": "description:description salt:salt", "description": "name:text sha256:hash size:number type:text",
    "liaison/transfer/v1": f"{DELIVERY} keys:hash opened_with:hash recipients:[hash]",
    "liaison/act/v1": f"{DELIVERY} act:act_name reason?:text content?:sized checkpoint?:checkpoint",
    "event": "type:event_type log:text event:event_name mailbox:mailbox number:number at:number transmission?:id "
    "envelope?:hash unit?:address act?:hash state?:state due_at?:number code?:text document?:hash agent?:address count?:number "
    "entries?:[number] previous?:tree head?:head",
    "tree": "origin:text root:hash size:number",
    "liaison/inspection/v1": "by:address log:text since:number until:number units?:[address] at:number",
    "head": "convention:hash institutions:hash",
    "evidence": "record:base64 salt:salt proof:text", "printed": "events:[evidence] log:text",
}

# Section 7, limits.
MIB = 1024 * 1024
LIMITS = {"liaison/convention/v1": MIB, "liaison/manifest/v1": MIB, "liaison/roster/v1": 8 * MIB,
          "liaison/keys/v1": 65536, "liaison/envelope/v1": 16384, "liaison/act/v1": 8192, "liaison/possession/v1": 4096}


class Refused(ValueError):
    """Something does not hold."""


def need(condition, what):
    """Refuse unless the condition holds."""
    if not condition:
        raise Refused(what)


@contextmanager
def about(name):
    """Put a name before the message of a refusal."""
    try:
        yield
    except (ValueError, agefile.AgeError) as problem:
        raise Refused(f"{name}: {problem}") from problem


def is_scalar(value, kind):
    """Section 1.1, and 4.3 for the value of a field: True when the value is of a kind that has no fields."""
    if kind == "form_value":
        return isinstance(value, (str, int)) or isinstance(value, list) and all(isinstance(v, str) for v in value)
    if kind in ("number", "boolean"):
        return type(value) is bool if kind == "boolean" else type(value) is int and value >= 0
    if kind in BASE64:
        return isinstance(value, str) and tlog.b64(value, BASE64[kind]) is not None
    return isinstance(value, str) and re.fullmatch(STRINGS[kind], value, re.DOTALL) is not None


def check(value, kind, where):
    """Sections 2 to 6: refuse unknown and missing fields, wrong types, unlisted codes."""
    if kind.startswith("["):
        need(isinstance(value, list), f"{where} is not a list")
        for number, item in enumerate(value):
            check(item, kind[1:-1], f"{where}[{number}]")
    elif kind in FIELDS:
        fields = dict(field.split(":") for field in FIELDS[kind].split())
        known, required = {name.rstrip("?") for name in fields}, {name for name in fields if name[-1] != "?"}
        need(isinstance(value, dict) and required <= value.keys() <= known, f"{where}: a field lacks or is unknown")
        for name, item in value.items():
            check(item, fields.get(name) or fields[name + "?"], f"{where}.{name}")
    else:
        with about(where):
            need(is_scalar(value, kind), f"not of the kind {kind}: {value!r}")


def encode(value, line_feeds=False):
    """Section 1.2: canonical JSON of a value."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        need(0 <= value < 10**15, "JSON: an integer below zero or of more than 15 digits")
        return str(value)
    if isinstance(value, str):
        kept = value.replace("\n", "") if line_feeds else value
        need(not re.search("[\x00-\x1f\x7f-\x9f]", kept), "JSON: a control character")
        return '"%s"' % value.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    if isinstance(value, list):
        return "[%s]" % ",".join(encode(item, line_feeds) for item in value)
    need(isinstance(value, dict), f"JSON: {value!r} is not allowed")
    names = sorted(value, key=lambda name: name.encode("utf-16-be"))
    return "{%s}" % ",".join(f"{encode(name, line_feeds)}:{encode(value[name], line_feeds)}" for name in names)


def decode(data, kind, line_feeds=False):
    """Section 1.2: the value of canonical JSON, which must encode to the same bytes."""
    value = json.loads(data.decode())
    need(encode(value, line_feeds).encode() == data, "not canonical JSON")
    check(value, kind, kind)
    return value


def b64(data):
    """Section 1.1: base64 as text."""
    return base64.b64encode(data).decode()


def sha256(data):
    """Section 1.1: hash."""
    return b64(hashlib.sha256(data).digest())


def commit(salt, value):
    """Section 1.4: the commitment, as bytes."""
    return hmac.digest(salt, value, "sha256")


def read_note(data, kind):
    """Section 1.3: a document of the type; its signatures are not verified yet."""
    need(len(data) <= LIMITS.get(kind, len(data)), "larger than section 7 allows")
    text, signatures = tlog.parse_note(data.decode())
    first, document, *rest = text.split("\n")
    need(first == kind and rest == [""], f"not two lines of which the first is {kind}")
    document, signers = decode(document.encode(), kind), [name for name, _ in signatures]
    need(all(len(signature) == 4 + 64 for _, signature in signatures), "a signature is not of 64 bytes")
    need("by" not in document or signers == [document["by"]], "not signed by its author alone")
    need(document.get("version", 1) >= 1, "version 0")
    need(document.get("version", 1) == 1 or "previous" in document, "lacks the hash of the version before")
    return Note(data.decode(), text.encode(), document, signers)


def key_id(name, key):
    """Section 1.3: the key id."""
    return hashlib.sha256(name.encode() + b"\n\x01" + tlog.b64(key, 32)).digest()[:4]


def verify(raw, name, keys):
    """Section 1.3: one of the keys signed the note under the name."""
    for key in keys:
        try:
            return tlog.verify_note(raw, f"{name}+{key_id(name, key).hex()}+{b64(bytes([1]) + tlog.b64(key))}")
        except ValueError:
            continue
    raise Refused(f"no valid signature by a key of {name}")


def party_keys(convention, name):
    """Section 2.1: the keys of an institution in the convention."""
    return [key["key"] for party in convention["parties"] if party["institution"] == name for key in party["keys"]]


def possession_note(agent):
    """Section 2.4: the possession, rebuilt from the roster's line."""
    name, text = agent["address"], encode({"by": agent["address"], "key": agent["key"], "tls": agent["tls"]})
    signature = b64(key_id(name, agent["key"]) + tlog.b64(agent["possession"]))
    return f"liaison/possession/v1\n{text}\n\n\u2014 {name} {signature}\n"


def check_roster(note, convention):
    """Section 2.3: the institution's signature, the agents' possession, no key or hash under two addresses."""
    verify(note.raw, note.document["by"], party_keys(convention, note.document["by"]))
    seen = []
    for agent in note.document["agents"]:
        need(agent["address"].endswith("@" + note.document["by"]), "an agent of another institution")
        verify(possession_note(agent), agent["address"], [agent["key"]])
        seen += [agent["address"], agent["key"], *set(agent["tls"])]
    need(len(set(seen)) == len(seen), "an agent, key or TLS hash comes twice")


def author(note, roster, at):
    """Section 2.3: the agent who signed, verified, and in force at the instant."""
    agent = next((agent for agent in roster["agents"] if agent["address"] == note.document["by"]), None)
    need(agent, "the author is not in the roster")
    verify(note.raw, agent["address"], [agent["key"]])
    revoked = "revocation" in agent and agent["revocation"]["at"] <= at
    need(agent["not_before"] <= at < agent["not_after"] and not revoked, "the author is not in force")
    return agent


def check_envelope(note, convention, roster):
    """Section 3.1, as far as the examples go: the recipient's roster is not among them."""
    routing, terms = note.document["routing"], convention.document
    at, home = routing["sealed_at"], routing["from"]
    posts = author(note, roster, at)["posts"]
    need(any(p["unit"] == home and p["not_before"] <= at < p["not_after"] for p in posts), "author not of the unit")
    need(routing["convention"] == sha256(convention.text), "names another convention")
    need(routing["log"] in [log["origin"] for log in terms["logs"]], "names a log that the convention does not")
    need(terms["not_before"] <= at < terms["not_after"], "the convention is not in force")


def check_act(note, envelope):
    """Section 5: reason and content as the act wants them; about this envelope. The signature is not verified."""
    act, routing = note.document, envelope.document["routing"]
    need(("reason" in act) == (act["act"] in REASONS), "a reason is for a refusal or a withdrawal only")
    need("reason" not in act or re.fullmatch(REASONS[act["act"]], act["reason"]), "a reason that is not the act's")
    need(("content" in act) == (act["act"] == "transferred"), "content: with transferred only")
    need((act["envelope"], act["transmission"]) == (sha256(envelope.text), routing["id"]), "about another envelope")
    need((act["convention"], act["log"]) == (routing["convention"], routing["log"]), "names another convention or log")


def padme(length):
    """Section 4.1: the Padmé size."""
    exponent = length.bit_length() - 1
    step = 1 << exponent - exponent.bit_length()
    return -(-length // step) * step


def take(stream, count):
    """Section 4.1: that many bytes; or, without a number, a uint32 length and the bytes."""
    count = int.from_bytes(take(stream, 4), "big") if count is None else count
    data = stream.read(count)
    need(len(data) == count, "frame: too short")
    return data


def decrypt(sealed, identities):
    """Section 4.1: the plaintext, the number of stanzas, and the fingerprint (section 2.5) of the opener."""
    stanzas, _, _, payload = agefile.read_header(sealed)
    need(len(sealed) - len(payload) <= 2 * MIB, "header: larger than section 7 allows")
    need(all(arguments[0] == b"mlkem768x25519" for arguments, _ in stanzas), "header: another stanza")
    for identity in identities:
        seed = agefile.bech32_decode(agefile.IDENTITY_HRP, agefile.IDENTITY_SIZE, identity)
        if any(agefile.unwrap(seed, *stanza) is not None for stanza in stanzas):
            return agefile.open_file([identity], sealed), len(stanzas), sha256(agefile.xwing_keys(seed)[2])
    raise Refused("no identity matches a stanza")


def open_content(sealed, identity_file):
    """Sections 4.1 to 4.5: a content, with all that holds without directory and envelope."""
    lines = [line.strip() for line in identity_file.decode().splitlines()]
    plaintext, stanzas, opener = decrypt(sealed, [line for line in lines if line and line[0] != "#"])
    stream = io.BytesIO(plaintext)
    need(take(stream, 19) == b"liaison/content/v1\n", "frame: wrong first line")
    salt, count = take(stream, 32), int.from_bytes(take(stream, 4), "big")
    need(1 <= count <= 256, "frame: wrong count of notes")
    notes, raw_disclosures = [take(stream, None) for _ in range(count)], take(stream, None)
    need(len(raw_disclosures) <= MIB, "disclosures: larger than section 7 allows")
    manifest = read_note(notes[0], "liaison/manifest/v1")
    transfers = [read_note(note, "liaison/transfer/v1").document for note in notes[1:]]
    disclosures = decode(raw_disclosures, "disclosures", line_feeds=True)
    check_recipients(manifest.document, transfers, stanzas, opener)
    check_commitments(manifest.document, disclosures)
    for part in disclosures["parts"]:
        need(sha256(take(stream, part["description"]["size"])) == part["description"]["sha256"], "a part's hash")
    need(len(plaintext) == padme(stream.tell()), "frame: not of the Padmé size")
    need(not any(stream.read()), "frame: padding that is not zero")
    return Content(plaintext, salt, manifest, disclosures, raw_disclosures)


def check_recipients(manifest, transfers, stanzas, opener):
    """Sections 4.2 and 4.5: a stanza for each recipient, first or added by a transfer; the opener is one."""
    listed = set(manifest["recipients"]).union(*(transfer["recipients"] for transfer in transfers))
    need(manifest["recipients"] == sorted(set(manifest["recipients"])), "manifest: the recipients do not ascend")
    need(all(t["transmission"] == manifest["routing"]["id"] for t in transfers), "transfer: another transmission")
    need(stanzas == len(listed), "not as many stanzas as recipients")
    need(opener in listed, "the opener is not listed")


def check_commitments(manifest, disclosures):
    """Sections 4.2 and 4.3: the manifest commits to each field and part disclosed, in its order."""
    def commitment(item, name):
        return b64(commit(tlog.b64(item["salt"]), encode(item[name], line_feeds=True).encode()))
    fields = [{"commitment": commitment(item, "value"), "name": item["name"]} for item in disclosures["fields"]]
    need(fields == manifest["fields"], "a field is not what the manifest commits to")
    need(len({field["name"] for field in fields}) == len(fields), "a field comes twice")
    parts = [commitment(item, "description") for item in disclosures["parts"]]
    need(parts == manifest["parts"], "a part is not what the manifest commits to")


def read_event(data):
    """Section 6.1: an event record."""
    record = decode(data, "event")
    name = record["event"]
    need(record["number"] >= 1, "event: number 0")
    need(("head" in record) == (name == "DirectoryHead"), "event: a head is for DirectoryHead only")
    documents, tree = [*PUBLISHED, "Inspection", "Restart", "Configuration"], ["LogOpened", "Restore"]
    need(("document" in record) == (name in documents), "event: a document where none belongs, or none")
    need(("previous" in record) == (name in tree), "event: a tree is for LogOpened and Restore only")
    everybody = [*PUBLISHED, *tree, "DirectoryHead", "Restart", "Configuration"]
    need((record["mailbox"] == "directory") == (name in everybody), "event: wrong mailbox")
    return record


def check_evidence(item, vkey):
    """Sections 6.2 and 6.3: the index in the log of an event that is proven, and its record."""
    data, proof = tlog.b64(item["record"]), item["proof"]
    index, _ = tlog.verify_proof(proof, commit(tlog.b64(item["salt"]), data), vkey)
    origin, *rest = tlog.verify_note(tlog.parse_proof(proof)[2], vkey).removesuffix("\n").split("\n")
    record = read_event(data)
    need(len(rest) == 2 and "\nextra " not in proof, "proof: an extra or extension line")
    need(origin == record["log"] == tlog.parse_vkey(vkey)[0], "record, checkpoint and key are of different logs")
    return index, record


def check_directory(files):
    """Section 2: the convention, the sender's roster, and an agent's possession and keys."""
    with about("convention.note"):
        convention = read_note(files["convention.note"], "liaison/convention/v1")
        need(len(set(convention.signers)) == len(convention.signers), "a party signs twice")
        for name in convention.signers:
            verify(convention.raw, name, party_keys(convention.document, name))
    with about("roster.note"):
        note = read_note(files["roster.note"], "liaison/roster/v1")
        check_roster(note, convention.document)
    with about("possession.note"):
        possession = read_note(files["possession.note"], "liaison/possession/v1")
        need(possession.raw in [possession_note(agent) for agent in note.document["agents"]], "not in the roster")
    with about("keys.note"):
        keys = read_note(files["keys.note"], "liaison/keys/v1")
        author(keys, note.document, keys.document["issued_at"])
        days = [(key["not_after"] - key["not_before"]) / 86400 for key in keys.document["keys"]]
        need(all(0 < count <= 30 for count in days), "a key of more than 30 days")
    return convention, note.document


def check_content(files, roster, envelope):
    """Section 4.4: the content and what it holds, under its envelope."""
    sealed = files["content.age"]
    with about("content.age"):
        content = open_content(sealed, files["identity.txt"])
        need(envelope["content"] == {"sha256": sha256(sealed), "size": len(sealed)}, "not what the envelope names")
        need(envelope["manifest"] == b64(commit(content.salt, content.manifest.text)), "another manifest")
        author(content.manifest, roster, envelope["routing"]["sealed_at"])
        need(content.manifest.document["by"] == envelope["by"], "by another author than the envelope")
        need(content.manifest.document["routing"] == envelope["routing"], "another routing than the envelope's")
    for name, expected in {"content.plaintext.base64": base64.encodebytes(content.plaintext),
                           "manifest.note": content.manifest.raw.encode(),
                           "disclosures.json": content.raw_disclosures + b"\n"}.items():
        need(files[name] == expected, f"{name}: not what content.age holds")


def check_log(files, convention, envelope):
    """Section 6: the event and its evidence, against the log's verifier key."""
    with about("log.vkey"):
        vkey = files["log.vkey"].decode().removesuffix("\n")
        name, _, key = tlog.parse_vkey(vkey)
        need((name, b64(key)) in [(log["origin"], log["key"]) for log in convention["logs"]], "not the convention's")
    with about("evidence.json"):
        evidence = decode(files["evidence.json"].removesuffix(b"\n"), "evidence", line_feeds=True)
        record = check_evidence(evidence, vkey)[1]
        about_it = (record.get("envelope"), record.get("transmission"))
        need(about_it == (sha256(envelope.text), envelope.document["routing"]["id"]), "about another envelope")
    need(files["evidence.tlog-proof"] == evidence["proof"].encode(), "evidence.tlog-proof: not that of evidence.json")
    need(files["event.json"] == tlog.b64(evidence["record"]) + b"\n", "event.json: not that of evidence.json")


def examples(folder):
    """Every worked example, and no other file."""
    # The dossier is for the checkers of dossiers.
    names = sorted(path.name for path in Path(folder).iterdir() if not path.name.startswith("dossier."))
    need(names == EXAMPLES, f"the files are not {EXAMPLES}")
    files = {name: Path(folder, name).read_bytes() for name in EXAMPLES}
    convention, roster = check_directory(files)
    with about("envelope.note"):
        envelope = read_note(files["envelope.note"], "liaison/envelope/v1")
        check_envelope(envelope, convention, roster)
    with about("content.envelope.note"):
        content_envelope = read_note(files["content.envelope.note"], "liaison/envelope/v1")
        check_envelope(content_envelope, convention, roster)
    check_content(files, roster, content_envelope.document)
    with about("act.note"):
        check_act(read_note(files["act.note"], "liaison/act/v1"), envelope)
    check_log(files, convention.document, envelope)


def evidence(path):
    """Section 6.3: what `liaison evidence` prints, which need not be canonical."""
    printed = json.loads(Path(path).read_bytes().decode())
    check(printed, "printed", "evidence")
    tlog.parse_vkey(printed["log"])
    for number, item in enumerate(printed["events"]):
        with about(f"events[{number}]"):
            index, record = check_evidence(item, printed["log"])
        print(index, record["event"], record["mailbox"], record["number"])


def content(sealed, identity):
    """Section 4: open a sealed content and print the form, value by name."""
    fields = open_content(Path(sealed).read_bytes(), Path(identity).read_bytes()).disclosures["fields"]
    print(encode({field["name"]: field["value"] for field in fields}, line_feeds=True))


def main(command="", *args):
    """The command line described at the top of this file."""
    function, count = {"examples": (examples, 1), "evidence": (evidence, 1), "content": (content, 2)}.get(command, "  ")
    need(len(args) == count, "usage: examples DIR | evidence FILE | content SEALED_FILE IDENTITY_FILE")
    sys.stdout.reconfigure(encoding="utf-8")
    function(*args)


if __name__ == "__main__":
    try:
        main(*sys.argv[1:])
    except (ValueError, RecursionError, agefile.AgeError, OSError) as problem:
        sys.exit(f"reader.py: {problem}")
