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
import zlib
from pathlib import Path

STORED = ["mimetype", "content.age"]  # docs/formats.md, section 8
ZEROS, UUID = base64.b64encode(bytes(32)).decode(), "00000000-0000-4000-8000-000000000000"


def pack(files):
    """A zip of (name, bytes), in that order, always the same bytes."""
    buffer = io.BytesIO()
    with warnings.catch_warnings(action="ignore"), zipfile.ZipFile(buffer, "w") as archive:
        for name, data in files:
            info = zipfile.ZipInfo(name, (2026, 1, 1, 0, 0, 0))
            archive.writestr(info, data, zipfile.ZIP_STORED if name in STORED else zipfile.ZIP_DEFLATED)
    return buffer.getvalue()


def flip(data):
    """One bit of the byte in the middle is another."""
    middle = len(data) // 2
    return data[:middle] + bytes([data[middle] ^ 1]) + data[middle + 1 :]


def dump(value, **options):
    """JSON as dossiers have it."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"), **options).encode()


def record(item, change):
    """The record of an evidence is changed, and canonical still."""
    change(value := json.loads(base64.b64decode(item["record"])))
    item["record"] = base64.b64encode(dump(value, sort_keys=True)).decode()


def proof(item, change):
    """The lines of a proof are changed."""
    change(lines := item["proof"].split("\n"))
    item["proof"] = "\n".join(lines)


# What is done to the lists in events.json and directory.json.
EVENTS = {
    "event-0": lambda e: e.pop(0), "event-1": lambda e: e.pop(1), "event-2": lambda e: e.pop(2),
    "event-last": lambda e: e.pop(), "events-two-removed": lambda e: (e.pop(0), e.pop(0)),
    "no-events": lambda e: e.clear(), "event-twice": lambda e: e.append(e[0]), "events-reversed": lambda e: e.reverse(),
    "event-unknown-field": lambda e: e[0].update(more=1), "event-lacks-salt": lambda e: e[0].pop("salt"),
    "record-at": lambda e: record(e[0], lambda r: r.update(at=r["at"] + 1)),
    "record-state": lambda e: record(e[-1], lambda r: r.update(state="refused")),
    "record-unknown-field": lambda e: record(e[0], lambda r: r.update(count=1)),
    "record-of-another": lambda e: e[0].update(record=e[1]["record"]),
    "salt-changed": lambda e: e[0].update(salt=ZEROS),
    "proof-of-another": lambda e: e[0].update(proof=e[1]["proof"]),
    "proof-index": lambda e: proof(e[0], lambda p: p.__setitem__(1, f"index {int(p[1][6:]) + 1}")),
    "proof-index-zero": lambda e: proof(e[0], lambda p: p.__setitem__(1, f"index 0{p[1][6:]}")),
    "proof-hash": lambda e: proof(e[0], lambda p: p.__setitem__(2, ZEROS)),
    "proof-short": lambda e: proof(e[0], lambda p: p.pop(2)),
    "proof-long": lambda e: proof(e[0], lambda p: p.insert(2, ZEROS)),
    "proof-extra": lambda e: proof(e[0], lambda p: p.insert(1, "extra AAAA")),
    "proof-size": lambda e: proof(e[0], lambda p: p.__setitem__(-5, "7")),
    "proof-unsigned": lambda e: proof(e[0], lambda p: p.__delitem__(-2)),
}
DOCUMENTS = {
    "document-0": lambda d: d.pop(0), "document-1": lambda d: d.pop(1), "document-last": lambda d: d.pop(),
    "no-documents": lambda d: d.clear(), "document-twice": lambda d: d.append(d[-1]), "reversed": lambda d: d.reverse(),
    "document-other-file": lambda d: d[0].update(file=d[1]["file"]),
    "document-no-file": lambda d: d[-1].update(file="directory/99.note"),
    "document-salt": lambda d: d[-1]["evidence"].update(salt=ZEROS),
}


def of_json():
    """(file, list in it, what, change in place) for the files of JSON."""
    yield from (("events.json", "events", what, change) for what, change in EVENTS.items())
    yield from (("directory.json", "documents", what, change) for what, change in DOCUMENTS.items())
    for key, value in [("transmission", UUID), ("type", "liaison/dossier/v2"), ("log", "x+00000000+AAAA"), ("more", 1)]:
        yield "dossier.json", None, f"dossier-{key}", lambda v, key=key, value=value: v.update({key: value})
    for content in ["sealed", "disclosed", "withheld", "erased", "something"]:
        yield "dossier.json", None, f"content-{content}", lambda v, content=content: v.update(content=content)
    yield "dossier.json", None, "dossier-less", lambda v: v.pop("made_at")
    for key, value in [("value", "autre"), ("value", 1), ("name", "first_name"), ("salt", ZEROS)]:
        change = lambda v, key=key, value=value: v["fields"][0].update({key: value})
        yield "disclosures.json", "disclosures", f"field-{key}-{str(value)[:10]}", change
    yield from [("disclosures.json", "disclosures", "field-gone", lambda v: v["fields"].pop()),
                ("disclosures.json", "disclosures", "fields-reversed", lambda v: v["fields"].reverse()),
                ("disclosures.json", None, "manifest-salt", lambda v: v.update(salt=ZEROS))]


def of_bytes(files):
    """(file, what, its bytes) for files that are no JSON."""
    for name in [name for name in files if name.endswith(".note")]:
        text, lines = files[name].decode().rsplit("\n\n", 1)
        *rest, last = lines.splitlines(keepends=True)
        (mark, by, data), what = last.split(), name.removesuffix(".note").replace("/", "-")
        renamed, other = f"{mark} witness.example {data}\n", f"{mark} {by} AAAA{data[4:]}\n"
        ends = {"name": [renamed], "key": [other], "gone": [], "twice": [last, last], "more": [last, renamed]}
        for damage, end in ends.items():
            yield name, f"{what}-line-{damage}", f"{text}\n\n{''.join(rest + end)}".encode()
        yield name, f"{what}-space", files[name].replace(b'":', b'": ', 1)
        yield name, f"{what}-type", b"x" + files[name]
    if "content.age" in files:
        yield "content.age", "content-truncated", files["content.age"][:-1]
        yield "content.key", "key-other", base64.b64encode(bytes(16)) + b"\n"
    for name in [name for name in files if name.endswith(".xml")]:
        yield name, "manifest-entry", files[name].replace(b"acts/01", b"acts/09")


def of_texts(files):
    """(file, what, its bytes) for JSON that readers take differently, or that is not canonical."""
    for name in ["dossier.json", "events.json", "directory.json", "disclosures.json"]:
        text = files.get(name, b"").decode()
        changes = {"comma": text[:-1] + ",}", "space": text + " ", "nan": text[:-1] + ',"z":NaN}', "bom": "\ufeff" + text,
                   "twice": text[:-1] + "," + text[1:], "escape": text.replace("e", "\\u0065", 1)}
        yield from ((name, f"{name}-{what}", changed.encode()) for what, changed in changes.items() if text)
    head = files["dossier.json"]
    at = str(json.loads(head)["made_at"]).encode()
    yield "dossier.json", "made-at-real", head.replace(at, at + b".0")
    yield "directory.json", "escapes", files["directory.json"].replace(b"directory/", b"\\u001b[2J", 1)


def of_containers(good, items):
    """(what, bytes) for containers that readers take differently."""
    def rewrite(what=lambda info: None, comment=b"", method=None):
        buffer = io.BytesIO()
        with zipfile.ZipFile(buffer, "w") as archive:
            for name, data in items:
                what(info := zipfile.ZipInfo(name, (2026, 1, 1, 0, 0, 0)))
                usual = zipfile.ZIP_STORED if name in STORED else zipfile.ZIP_DEFLATED
                archive.writestr(info, data, usual if method is None else method)
            archive.comment = comment
        return buffer.getvalue()

    def renamed(info):  # a Unicode path field, which some readers honour
        if info.filename == "lisez-moi.html":
            path = b"events.json"
            body = b"\x01" + zlib.crc32(info.filename.encode()).to_bytes(4, "little") + path
            info.extra = (0x7075).to_bytes(2, "little") + len(body).to_bytes(2, "little") + body

    yield "comment", rewrite(comment=b"VALID")
    yield "extra-field", rewrite(renamed)
    yield "prefix", b"PK" + good
    yield "bzip2", rewrite(method=zipfile.ZIP_BZIP2)
    plain = bytearray(rewrite(method=zipfile.ZIP_STORED))
    page = plain.index(b"<!DOCTYPE html>")
    plain[page + 1] ^= 1
    yield "page-crc", bytes(plain)


def damages(good):
    """(what, bytes of the copy), one for each kind of damage."""
    with zipfile.ZipFile(io.BytesIO(good)) as archive:
        files = {name: archive.read(name) for name in archive.namelist()}
    items = list(files.items())
    found = [(name, f"flipped-{name}", flip(data)) for name, data in items]
    for name, key, what, change in of_json():
        if name in files:
            value = json.loads(files[name])
            change(value[key] if key else value)
            found.append((name, what, dump(value)))
    found += [*of_bytes(files), *of_texts(files), ("mimetype", "mimetype-other", b"application/x")]
    yield from ((f"without-{name}", pack([item for item in items if item[0] != name])) for name in files)
    for name, what, changed in found:
        yield what, pack([(other, changed if other == name else data) for other, data in items])
    for name in ["notes.txt", "acts/1.note", "acts/99.note", "directory/99.note", "content.key", "time-stamps/01.tst"]:
        yield f"added-{name}", pack([*items, (name, files["envelope.note"])])
    yield from [("file-twice", pack([*items, items[2]])), ("mimetype-last", pack([*items[1:], items[0]]))]
    yield from of_containers(good, items)
    yield from [("truncated", good[: len(good) // 2]), ("last-byte", good[:-1]), ("empty", b""), ("no-zip", b"no zip")]


def main(good, folder):
    """The command line described at the top of this file."""
    Path(folder).mkdir(parents=True, exist_ok=True)
    for number, (what, data) in enumerate(damages(Path(good).read_bytes()), start=1):
        Path(folder, name := f"{number:02}-{what.replace('/', '-')}.asice").write_bytes(data)
        print(name)


if __name__ == "__main__":
    main(*sys.argv[1:])
