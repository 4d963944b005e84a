# SPDX-License-Identifier: EUPL-1.2
# SPDX-FileCopyrightText: 2026 The Liaison authors
"""Damaged copies of a good dossier, one kind of damage each, for two checkers to be compared on.

    damage.py GOOD.asice OUTDIR        writes OUTDIR/NN-what.asice and prints the names
"""

import base64
import io
import json
import sys
import warnings
import zipfile
from pathlib import Path

STORED = ["mimetype", "content.age"]  # docs/formats.md, section 8
ZEROS = base64.b64encode(bytes(32)).decode()
UUID = "00000000-0000-4000-8000-000000000000"


def pack(files):
    """A zip of (name, bytes), in that order, always the same bytes."""
    buffer = io.BytesIO()
    with warnings.catch_warnings(action="ignore"), zipfile.ZipFile(buffer, "w") as archive:
        for name, data in files:
            info = zipfile.ZipInfo(name, (2026, 1, 1, 0, 0, 0))
            info.compress_type = zipfile.ZIP_STORED if name in STORED else zipfile.ZIP_DEFLATED
            archive.writestr(info, data)
    return buffer.getvalue()


def flip(data):
    """One bit of the byte in the middle is another."""
    middle = len(data) // 2
    return data[:middle] + bytes([data[middle] ^ 1]) + data[middle + 1 :]


def edited(data, change):
    """JSON after a change in place."""
    value = json.loads(data)
    change(value)
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()


def in_record(evidence, change):
    """The record of an evidence is changed, and canonical still."""
    record = json.loads(base64.b64decode(evidence["record"]))
    change(record)
    text = json.dumps(record, ensure_ascii=False, separators=(",", ":"), sort_keys=True)
    evidence["record"] = base64.b64encode(text.encode()).decode()


def in_proof(evidence, change):
    """The lines of a proof are changed."""
    lines = evidence["proof"].split("\n")
    change(lines)
    evidence["proof"] = "\n".join(lines)


def next_index(lines):
    """The index in a proof is the next one."""
    lines[1] = f"index {int(lines[1].split()[1]) + 1}"


def signature_lines(note):
    """The text of a note with its blank line, and its signature lines."""
    text, lines = note.decode().rsplit("\n\n", 1)
    return text + "\n\n", lines.splitlines(keepends=True)


def relabelled(line, name):
    """A signature line under another name."""
    return f"\u2014 {name} {line.split(' ')[2]}"


def other_key(line):
    """A signature line with another key id."""
    mark, name, data = line.split(" ")
    return f"{mark} {name} {base64.b64encode(flip(base64.b64decode(data)[:4] + b'x')[:4] + base64.b64decode(data)[4:]).decode()}\n"


def json_damages():
    """(what, file, change) for the files of JSON."""
    yield from [
        ("event-removed", "events.json", lambda v: v["events"].pop(1)),
        ("first-event-removed", "events.json", lambda v: v["events"].pop(0)),
        ("two-first-events-removed", "events.json", lambda v: v["events"].__delitem__(slice(2))),
        ("last-event-removed", "events.json", lambda v: v["events"].pop()),
        ("middle-event-removed", "events.json", lambda v: v["events"].pop(len(v["events"]) // 2)),
        ("no-events", "events.json", lambda v: v["events"].clear()),
        ("event-twice", "events.json", lambda v: v["events"].append(v["events"][0])),
        ("events-reversed", "events.json", lambda v: v["events"].reverse()),
        ("events-unknown-field", "events.json", lambda v: v.update(more=1)),
        ("record-at-changed", "events.json", lambda v: in_record(v["events"][0], lambda r: r.update(at=r["at"] + 1))),
        ("record-state-changed", "events.json", lambda v: in_record(v["events"][-1], lambda r: r.update(state="refused"))),
        ("record-field-added", "events.json", lambda v: in_record(v["events"][0], lambda r: r.update(count=1))),
        ("record-replaced", "events.json", lambda v: v["events"][0].update(record=v["events"][1]["record"])),
        ("salt-changed", "events.json", lambda v: v["events"][0].update(salt=ZEROS)),
        ("salt-removed", "events.json", lambda v: v["events"][0].pop("salt")),
        ("proof-index-changed", "events.json", lambda v: in_proof(v["events"][0], next_index)),
        ("proof-hash-changed", "events.json", lambda v: in_proof(v["events"][0], lambda p: p.__setitem__(2, ZEROS))),
        ("proof-hash-removed", "events.json", lambda v: in_proof(v["events"][0], lambda p: p.pop(2))),
        ("proof-hash-added", "events.json", lambda v: in_proof(v["events"][0], lambda p: p.insert(2, ZEROS))),
        ("proof-extra-line", "events.json", lambda v: in_proof(v["events"][0], lambda p: p.insert(1, "extra AAAA"))),
        ("proof-of-another-event", "events.json", lambda v: v["events"][0].update(proof=v["events"][1]["proof"])),
        ("proof-checkpoint-size", "events.json", lambda v: in_proof(v["events"][0], lambda p: p.__setitem__(-5, "7"))),
        ("proof-unsigned", "events.json", lambda v: in_proof(v["events"][0], lambda p: p.__delitem__(slice(-2, None)))),
        ("publication-as-event", "directory.json", lambda v: v["documents"][0].update(file="directory/02.note")),
        ("convention-unpublished", "directory.json", lambda v: v["documents"].pop(0)),
        ("roster-unpublished", "directory.json", lambda v: v["documents"].pop(1)),
        ("last-roster-unpublished", "directory.json", lambda v: v["documents"].pop()),
        ("no-documents", "directory.json", lambda v: v["documents"].clear()),
        ("document-twice", "directory.json", lambda v: v["documents"].append(v["documents"][-1])),
        ("documents-reversed", "directory.json", lambda v: v["documents"].reverse()),
        ("rosters-swapped", "directory.json", lambda v: [v["documents"][i].update(file=v["documents"][j]["file"])
                                                         for i, j in [(1, 2)]]),
        ("document-of-no-file", "directory.json", lambda v: v["documents"][-1].update(file="directory/99.note")),
        ("document-salt-changed", "directory.json", lambda v: v["documents"][-1]["evidence"].update(salt=ZEROS)),
        ("transmission-changed", "dossier.json", lambda v: v.update(transmission=UUID)),
        ("dossier-type-changed", "dossier.json", lambda v: v.update(type="liaison/dossier/v2")),
        ("dossier-log-changed", "dossier.json", lambda v: v.update(log="other+00000000+AAAA")),
        ("dossier-made-later", "dossier.json", lambda v: v.update(made_at=v["made_at"] + 1)),
        ("dossier-unknown-field", "dossier.json", lambda v: v.update(more=1)),
        ("dossier-field-removed", "dossier.json", lambda v: v.pop("made_at")),
    ]
    for content in ["sealed", "disclosed", "withheld", "erased", "something"]:
        yield f"content-{content}", "dossier.json", lambda v, content=content: v.update(content=content)
    yield from [
        ("value-changed", "disclosures.json", lambda v: v["disclosures"]["fields"][0].update(value="autre")),
        ("field-renamed", "disclosures.json", lambda v: v["disclosures"]["fields"][0].update(name="first_name")),
        ("field-salt-changed", "disclosures.json", lambda v: v["disclosures"]["fields"][0].update(salt=ZEROS)),
        ("field-removed", "disclosures.json", lambda v: v["disclosures"]["fields"].pop()),
        ("field-twice", "disclosures.json", lambda v: v["disclosures"]["fields"].append(v["disclosures"]["fields"][0])),
        ("fields-reversed", "disclosures.json", lambda v: v["disclosures"]["fields"].reverse()),
        ("nothing-disclosed", "disclosures.json", lambda v: v["disclosures"]["fields"].clear()),
        ("manifest-salt-changed", "disclosures.json", lambda v: v.update(salt=ZEROS)),
    ]


def byte_damages(files):
    """(what, file, its bytes) for files that are no JSON."""
    for name in [name for name in files if name.endswith(".note")]:
        text, lines = signature_lines(files[name])
        what = name.removesuffix(".note").replace("/", "-")
        last = lines[-1]
        yield f"{what}-other-name", name, "".join([text, *lines[:-1], relabelled(last, "nobody@nowhere")]).encode()
        yield f"{what}-other-key", name, "".join([text, *lines[:-1], other_key(last)]).encode()
        yield f"{what}-line-twice", name, "".join([text, *lines, last]).encode()
        yield f"{what}-line-appended", name, "".join([text, *lines, relabelled(last, "witness.example")]).encode()
        yield f"{what}-first-line-removed", name, "".join([text, *lines[1:]]).encode()
        yield f"{what}-space", name, files[name].replace(b'":', b'": ', 1)
        yield f"{what}-type", name, b"x" + files[name]
    if "content.age" in files:
        age, key = files["content.age"], files["content.key"]
        yield "content-truncated", "content.age", age[:-1]
        yield "content-appended", "content.age", age + b"\0"
        yield "content-mac", "content.age", age.replace(b"\n--- ", b"\n--- A", 1)
        yield "key-changed", "content.key", base64.b64encode(flip(base64.b64decode(key))) + b"\n"
        yield "key-without-line-feed", "content.key", key.rstrip()
        yield "key-short", "content.key", base64.b64encode(bytes(15)) + b"\n"


def damages(good):
    """(what, bytes of the copy), one for each kind of damage."""
    with zipfile.ZipFile(io.BytesIO(good)) as archive:
        files = {name: archive.read(name) for name in archive.namelist()}
    items = list(files.items())
    plain = [name for name in files if not name.startswith("META-INF/") and name != "mimetype"]

    def replaced(name, data):
        return pack([(other, data if other == name else kept) for other, kept in items])

    yield from ((f"without-{name.replace('/', '-')}", pack([item for item in items if item[0] != name])) for name in files)
    yield from ((f"flipped-{name.replace('/', '-')}", replaced(name, flip(files[name]))) for name in files)
    for what, name, change in json_damages():
        if name in files:
            try:
                yield what, replaced(name, edited(files[name], change))
            except (KeyError, IndexError):  # not in this dossier
                continue
    yield from ((what, replaced(name, data)) for what, name, data in byte_damages(files))
    yield "unknown-file", pack([*items, ("notes.txt", b"x")])
    yield "act-of-one-digit", pack([*items, ("acts/1.note", files["envelope.note"])])
    yield "envelope-as-act", pack([*items, ("acts/99.note", files["envelope.note"])])
    yield "roster-without-evidence", pack([*items, ("directory/99.note", files[plain[-1]])])
    yield "other-content-file", pack([*items, ("content.key", b"x"), ("manifest.note", b"x")])
    yield "no-time-stamp", pack([*items, ("time-stamps/01.tst", b"x")])
    yield "file-twice", pack([*items, items[2]])
    yield "file-twice-changed", pack([*items, (items[2][0], b"x")])
    yield "mimetype-last", pack([*items[1:], items[0]])
    yield "mimetype-other", replaced("mimetype", b"application/vnd.etsi.asic-e+zip" if len(files["mimetype"]) < 20
                                     else b"application/zip")
    yield "manifest-alone", pack([*items, ("META-INF/ASiCManifest.xml", b"<x/>")])
    yield "truncated", good[: len(good) // 2]
    yield "last-byte-removed", good[:-1]
    yield "empty", b""
    yield "no-zip", b"not a zip\n" * 10
    yield "zip-of-nothing", pack([])


def main(good, folder):
    """The command line described at the top of this file."""
    Path(folder).mkdir(parents=True, exist_ok=True)
    for number, (what, data) in enumerate(damages(Path(good).read_bytes()), start=1):
        name = f"{number:02}-{what}.asice"
        Path(folder, name).write_bytes(data)
        print(name)


if __name__ == "__main__":
    main(*sys.argv[1:])
