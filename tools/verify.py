#!/usr/bin/env python3
# SPDX-License-Identifier: EUPL-1.2
# SPDX-FileCopyrightText: 2026 The Liaison authors
"""Judge a dossier offline, by docs/formats.md and docs/events.md alone. Exit: 0 valid, 1 invalid, 3 incomplete,
64 usage, 65 no file or bad anchors. Not judged, for no dossier holds it: the rules of the form ("form valid", 4.4)."""
import argparse, base64, calendar, collections, contextlib, hashlib, hmac, io, json, re, subprocess, sys, tempfile
import time, zipfile, xml.etree.ElementTree as ElementTree
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
from cryptography.x509 import load_der_x509_certificate
Note = collections.namedtuple("Note", "text hash lines document")  # hash: of the text; lines: (name, id and signature)
Published = collections.namedtuple("Published", "place at kind note")  # index, instant
MIB, ROSTER, CONVENTION, LF = 1048576, "roster/v1", "convention/v1", '"n'  # LF: for what forms may hold (1.2)
LIMITS = {ROSTER: 8 * MIB, "envelope/v1": 16384, "act/v1": 8192, "transfer/v1": 262144}  # section 9; others: 1 MiB
REQUIRED = {"lisez-moi.html", "dossier.json", "events.json", "directory.json",
            "envelope.note", "convention.note", "checkpoint.note"}
ASIC = {"META-INF/ASiCManifest.xml", "META-INF/timestamp.tst"}
CONTENT = {"sealed": {"content.age", "content.key"}, "disclosed": {"manifest.note", "disclosures.json"},
           "withheld": set(), "erased": set()}
NAMES = {*REQUIRED, *ASIC, "mimetype", *CONTENT["sealed"], *CONTENT["disclosed"]}
XML, DSIG = "{http://uri.etsi.org/02918/v1.2.1#}", "{http://www.w3.org/2000/09/xmldsig#}"  # ASiCManifest
SHA256 = "http://www.w3.org/2001/04/xmlenc#sha256"
NUMBERED = re.compile(r"(acts|directory)/[0-9]{2,4}\.note|time-stamps/[0-9]{2,4}\.tst")
REASONED, DUE = {"refused", "unopenable", "withdrawn", "erased"}, {"Escalation", "AcceptanceRejectionExpiry"}
SAME, TOLD = ["unit", "envelope", "transmission", "log"], ["event", "state", "act", "code", "due_at"]
REFUSALS, FIRST = {"SubmissionRejection", "ActRejection"}, {"SubmissionAcceptance", "ContentConsignment"}
NUMBERS = set("version not_before not_after at issued_at made_at sealed_at due_at until maximum_age size bytes number".split())
HASHES = set("convention head envelope manifest root sha256 document previous opened_with commitment salt tls".split())
DATED, DELIVERY = "not_before not_after", "by log convention head transmission envelope unit at"  # ?: optional
EVENT, STATE = "type log event mailbox number at", "transmission envelope unit state"
FIELDS = {name: line.split(": ")[1].split() for line in f"""\
convention/v1: name version previous? {DATED} grace maximum_age audit_limit health_data time_zone holidays logs \
parties roles flows; logs: key origin tls_roots url; roles: en fr id; keys: key {DATED}; urgencies: clock urgency \
within; parties: institution keys kind log name recovery roster_signatures secrecy; flows: id kind from to legal_bases \
adhesion copies call_first urgencies reply? reply_only escalation retention attachments; reply: clock kind within; \
escalation: after content to; attachments: bytes count types; succession/v1: by convention key {DATED}; roster/v1: by \
version previous? issued_at units agents registrars; opening: day from to weeks; revocation: at reason; posts: {DATED} \
role unit; units: absence? address duty_phone? kind name opening phone roles town; absence: reason substitutes until?; \
agents: address key possession {DATED} posts duties tls revocation?; envelope/v1: by routing content manifest; \
routing: id log convention head from to copies kind urgency sealed_at in_reply_to? phone_confirmed_at? checkpoint?; \
content: sha256 size; checkpoint: root size; manifest/v1: by routing form_version recipients fields parts; fields: \
commitment? name salt? value?; disclosures: fields parts; parts: description salt; description: name sha256 size type; \
transfer/v1: {DELIVERY} keys opened_with recipients; act/v1: {DELIVERY} act reason? content? checkpoint?; \
RosterPublished ConventionPublished: {EVENT} document; SubmissionAcceptance: {EVENT} transmission envelope \
agent; RelayAcceptance: {EVENT} transmission envelope; SubmissionRejection: {EVENT} code agent transmission? envelope? count?; ActRejection: {EVENT} code agent \
transmission? envelope? unit? act? count?; ContentConsignment AcceptanceRejectionExpiry: {EVENT} {STATE} due_at; \
ContentHandover ConsignmentAcceptance Transfer: {EVENT} {STATE} act agent; ConsignmentRejection Withdrawal: {EVENT} \
{STATE} act agent code; ConsignmentNotification: {EVENT} {STATE}; Escalation: {EVENT} {STATE} due_at code; Erasure: \
{EVENT} code transmission? envelope? unit? act? agent? state? entries?; dossier.json: type transmission log made_at \
content; events.json: events; directory.json: documents; documents: evidence file; events evidence: proof record salt; \
disclosures.json: disclosures salt""".split("; ")
    for name in line.split(": ")[0].split()}
TABLE = [(line.split(": ")[0], *row.split()) for line in """\
available: opened opened ContentHandover, refused refused ConsignmentRejection, withdrawn withdrawn Withdrawal, - \
available ConsignmentNotification, - available Escalation, - expired AcceptanceRejectionExpiry; opened: opened \
opened ContentHandover, acknowledged acknowledged ConsignmentAcceptance, refused refused ConsignmentRejection, \
unopenable refused ConsignmentRejection, transferred opened Transfer, - opened Escalation, - expired \
AcceptanceRejectionExpiry; acknowledged: opened acknowledged ContentHandover, transferred acknowledged Transfer, \
erased acknowledged Erasure, - acknowledged Erasure; refused: erased refused Erasure, - refused Erasure; withdrawn: \
- withdrawn Erasure; expired: erased expired Erasure, - expired Erasure""".split("; ")
    for row in line.split(": ")[1].split(",")]  # docs/events.md: the state; the act or "-", the next state, the event
class Missing(Exception): """Something is missing, and the judging stops."""
class Noted(Missing): """Something is missing, and the judging goes on."""
def need(condition, what, problem=ValueError):  # true, or the problem: a failure where nothing else is said
    if not condition: raise problem(what)
    return True
def b64(text, size=32):  # section 1.1: the bytes of canonical base64, that many of them
    data = base64.b64decode(text, validate=True)
    return need(base64.b64encode(data).decode() == text and size in (None, len(data)), "base64, or its length") and data
def sha256(data):  # section 1.1: hash
    return base64.b64encode(hashlib.sha256(data).digest()).decode()
def commit(salt, value):  # section 1.4: the commitment to bytes
    return base64.b64encode(hmac.digest(b64(salt), value, "sha256")).decode()
def encode(value, escaped='"'):  # section 1.2: canonical JSON; only a backslash and these have a backslash before them
    text = json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return need(re.fullmatch(rf"(?:[^\\\x00-\x1f\x7f-\x9f]++|\\[\\{escaped}])*+", text), "a control") and text.encode()
def check(value, name):  # sections 1.1, 1.2 and 2 to 6: no field lacks or is unknown, numbers and hashes are some
    fields = FIELDS[name] if isinstance(value, dict) else []
    need(all(field in value for field in fields if field[-1] != "?"), f"{name}: a field lacks")
    for key, item in value.items() if isinstance(value, dict) else [(name, item) for item in value]:
        need(not fields or {key, f"{key}?"} & {*fields}, f"{name}: {key} is unknown")
        if isinstance(item, (dict, list)): check(item, key)
        elif isinstance(item, int) or key in NUMBERS: need(abs(item) < 10**15 and type(item) in (int, bool), key)
        else: need(isinstance(item, str) and (key not in HASHES or b64(item)), f"{name}: {key}")
def decode(data, kind=None, escaped='"'):  # section 1.2: an object in canonical JSON; an event says its kind
    value = json.loads(data.decode())
    need(isinstance(value, dict) and encode(value, escaped) == data, "not canonical JSON")
    return check(value, kind or value["event"]) or value
def read_note(data, kind=None):  # section 1.3: a document, or without a kind a checkpoint; no signature is verified yet
    text, _, rest = data.decode().rpartition("\n\n")
    lines = re.findall("\u2014 ([^\\s+\x00-\x1f\x7f]+) ([A-Za-z0-9+/=]+)\n", rest)
    need(lines and "".join(f"\u2014 {name} {signature}\n" for name, signature in lines) == rest
         and not re.search("[\x00-\x09\x0b-\x1f]", text), "not a signed note")
    raw, lines = (text + "\n").encode(), [(name, b64(signature, None)) for name, signature in lines]
    need(all(len(signature) > 4 for _, signature in lines), "a signature line that is too short")
    document = decode(text.partition("\n")[2].encode(), kind) if kind else {}
    version, most = document.get("version", 1), {CONVENTION: 1000, ROSTER: 2, None: 1000}.get(kind, 1)
    need(not kind or text.startswith(f"liaison/{kind}\n") and len(data) <= LIMITS.get(kind, MIB)
         and version > 0 and ("previous" in document) == (version > 1), f"{kind}: type, size, or version and previous")
    need(len(lines) <= most and all(name == document.get("by", name) for name, _ in lines), f"{kind}: signature lines")
    return Note(raw, sha256(raw), lines, document)
def read_checkpoint(data):  # section 6.2: (origin, size, root) of a checkpoint without extension lines; and its note
    lines = re.fullmatch("(.+)\n(0|[1-9][0-9]{0,14})\n(.+)\n", (note := read_note(data)).text.decode())
    return (lines[1], int(lines[2]), b64(lines[3])), note
def key_id(name, kind, key):  # section 1.3 and tlog-cosignature: the key id
    return hashlib.sha256(name.encode() + b"\n" + bytes([kind]) + key).digest()[:4]
def verifier_key(text, kind=1):  # section 1.3: name and key of a verifier key of the type
    name, hex_id, data = text.split("+", 2)[:2] + [b64(text.split("+", 2)[2], 33)]
    return need(name and data[0] == kind and key_id(name, kind, data[1:]).hex() == hex_id, text) and (name, data[1:])
def verified(key, signature, message):  # RFC 8032: whether an Ed25519 signature verifies
    try: return Ed25519PublicKey.from_public_bytes(key).verify(signature, message) is None
    except InvalidSignature: return False
def signers(note, name, keys):  # signed-note: those of the keys that signed under the name; their lines must verify
    found = [(key, data) for key in keys for by, data in note.lines if (by, data[:4]) == (name, key_id(name, 1, key))]
    return need(all(verified(k, d[4:], note.text) for k, d in found), f"signature of {name}") and {k for k, _ in found}
def valid_at(dated, instant):  # sections 2.1 to 2.3: not_before included, not_after not
    return dated["not_before"] <= instant < dated["not_after"]
def root(index, size, node, path):  # RFC 6962, 2.1.1, read backwards: the root that an inclusion path leads to
    if size <= 1: return need(index == 0 and size and not path, "an index or a path that is too long") and node
    (*rest, other), cut = path, 1 << (size - 1).bit_length() - 1
    pair = root(index, cut, node, rest) + other if index < cut else other + root(index - cut, size - cut, node, rest)
    return hashlib.sha256(b"\x01" + pair).digest()
def verify_stamp(data, token, roots):  # section 6.5, by openssl: an RFC 3161 token over the data, at its own instant
    def ts(args): return subprocess.check_output(["openssl", "ts", *args.split()], cwd=path, stderr=subprocess.DEVNULL)
    with tempfile.TemporaryDirectory() as path:
        for name, text in ("data", data), ("token", token), ("roots", roots): open(f"{path}/{name}", "wb").write(text)
        text = ts("-reply -in token -token_in -text").decode("latin-1")
        at = need("Hash Algorithm: sha256" in text, "its hash") and re.search(
            r"Time stamp: (.+?)(\.\d+)? (\d+) GMT", text)
        instant = calendar.timegm(time.strptime(f"{at[1]} {at[3]}", "%b %d %H:%M:%S %Y"))
        verify = f"-verify -data data -in token -token_in -CAfile roots -attime {instant}"
        need(ts(verify) and ts("-reply -in token -token_in -token_out") == token, "more than a time-stamp token")
    return instant
def open_age(data, file_key):  # section 4.1 and age.md: the number of stanzas, and the plaintext
    def expand(salt, info): return hmac.digest(hmac.digest(salt, file_key, "sha256"), info + b"\x01", "sha256")
    stanza = rb"-> mlkem768x25519 [A-Za-z0-9+/]{1493}[AQgw]\n[A-Za-z0-9+/]{42}[AEIMQUYcgkosw048]\n"
    header = re.match(rb"(age-encryption\.org/v1\n(?:%b)+---) ([A-Za-z0-9+/]{43})\n" % stanza, data)
    mac, start = hmac.digest(expand(b"", b"header"), header[1], "sha256"), header.end() + 16
    need(start <= 2 * MIB + 16 and mac == b64(header[2].decode() + "="), "content.age: its header or MAC")
    cipher = ChaCha20Poly1305(expand(data[header.end():start], b"payload"))
    parts = [data[at:at + 65536 + 16] for at in range(start, len(data), 65536 + 16)]
    plain = [cipher.decrypt(n.to_bytes(11, "big") + bytes([n == len(parts) - 1]), c, None) for n, c in enumerate(parts)]
    return need(plain and plain[-1], "content.age: its last chunk") and (header[1].count(b"->"), b"".join(plain))
class Trust:  # section 8.1 and tlog-policy: the trust anchors
    def __init__(self, data):
        self.logs, self.parties, self.names, self.times, self.roots = [], [], {}, [], b""
        quorums, members = [], []
        for words in [re.findall("[^ \t]+", line) for line in data.decode().split("\n")]:
            match words:
                case ["log", key] | ["log", key, _]: self.logs.append(verifier_key(key))
                case ["party", key]: self.parties.append(verifier_key(key))
                case ["witness", name, key] | ["witness", name, key, _] if name not in {"none", *self.names}:
                    self.names[name] = verifier_key(key, 4)
                case ["group", name, count, *names] if name not in {"none", *self.names} and {*names} <= {*self.names}:
                    least, members = int({"any": "1", "all": str(len(names))}.get(count, count)), members + names
                    need(1 <= least <= len(names) and count in ("any", "all", str(least)), f"{name}: its number")
                    self.names[name] = least, names
                case ["quorum", name] if name in {"none", *self.names}: quorums.append(name)
                case ["time-stamp", text] if load_der_x509_certificate(b64(text, None)):
                    self.roots += f"-----BEGIN CERTIFICATE-----\n{text}\n-----END CERTIFICATE-----\n".encode()
                case _: need(not words or words[0][0] == "#", f"no line of anchors: {' '.join(words)}")
        once, [self.quorum] = [*self.logs, *(key for key in self.names.values() if isinstance(key[1], bytes))], quorums
        need(len({key for _, key in once}) == len(once) and len({*members}) == len(members), "a key or a member twice")
    def cosigned(self, name, note):  # tlog-policy, tlog-cosignature: a witness, or enough of a group, cosigned it
        witness, key = self.names[name]
        if isinstance(key, list): return sum(self.cosigned(member, note) for member in key) >= witness
        lines = [data[4:] for by, data in note.lines if (by, data[:4]) == (witness, key_id(witness, 4, key))]
        times, header = [int.from_bytes(line[:8], "big") for line in lines], b"cosignature/v1\ntime %d\n"
        good = [at for line, at in zip(lines, times) if verified(key, line[8:], header % at + note.text) and at < 2**63]
        self.times += good
        return bool(good)
class Checker:  # section 8.2, one method for each step, in its order; what it returns is said of a check that holds
    def judge(self, data, trust):  # the verdict; the judging stops at what fails or, unless it is noted, is missing
        self.data, self.trust, self.checks, self.stamps, self.bound, self.ends = data, trust, [], [], 2**63, {}
        self.shown = []
        for step in [self.container, self.log, self.witnesses, self.time_stamps, self.evidence, self.directory,
                     self.convention, self.envelope, self.events, self.acts, self.content]:
            name, outcome, goes_on = step.__name__.replace("evidence", "events"), "holds", True
            try: detail = step()
            except Missing as problem: outcome, goes_on, detail = "missing", isinstance(problem, Noted), str(problem)
            except Exception as problem:  # whatever malformed input may raise
                outcome, goes_on, detail = "fails", False, " ".join(str(problem).split()) or type(problem).__name__
            self.checks += [{"name": name, "outcome": outcome, "detail": detail}] if detail else []
            if not goes_on: break
        outcomes = [check["outcome"] for check in self.checks]
        return "invalid" if "fails" in outcomes else "incomplete" if "missing" in outcomes else "valid"
    def container(self):  # step 1, and the fields of dossier.json
        with zipfile.ZipFile(io.BytesIO(self.data)) as archive:
            entries = archive.infolist()
            names, starts = [entry.orig_filename for entry in entries], sorted(entry.header_offset for entry in entries)
            need(all(n in NAMES or NUMBERED.fullmatch(n) for n in names) and len({*names}) == len(names)
                 and self.data[:4] == b"PK\3\4" and self.data[-22:-18] == b"PK\5\6" and starts[0] == 0
                 and not any(e.extra or e.flag_bits & 0x2041 or e.compress_type not in (0, 8) for e in entries)
                 and all(e.file_size <= 16 * MIB for e in entries if e.compress_type), "more than a plain zip, or a name")
            self.files = {name: archive.read(entry) for name, entry in zip(names, entries)}
        absent = (REQUIRED | ASIC if ASIC & {*names} else REQUIRED) - {*names}
        need(not absent, f"not here: {', '.join(sorted(absent))}", Missing)
        if ASIC & {*names}:
            (manifest, token), first = [self.files[name] for name in sorted(ASIC)], self.files[names[0]]
            xml, held = ElementTree.fromstring(manifest), {*names} - ASIC - {"mimetype"}
            listed = [(each.get("URI"), each.find(DSIG + "DigestMethod").get("Algorithm"),
                       each.findtext(DSIG + "DigestValue")) for each in xml.findall(XML + "DataObjectReference")]
            need(xml.tag == XML + "ASiCManifest" and xml.find(XML + "SigReference").get("URI") == max(ASIC)
                 and sorted(listed) == sorted((name, SHA256, sha256(self.files[name])) for name in held)
                 and b"<!" not in manifest and (names[0], first) == ("mimetype", b"application/vnd.etsi.asic-e+zip"), "its manifest or mimetype")
            self.stamps = [verify_stamp(manifest, token, self.trust.roots)] if self.trust.roots else []
        self.dossier = decode(self.files["dossier.json"], "dossier.json")
        need(self.dossier["type"] == "liaison/dossier/v1" and self.dossier["content"] in CONTENT
             and verifier_key(self.dossier["log"]), "dossier.json")
        return f"{len(names)} files"
    def log(self):  # step 2
        self.tree, self.checkpoint = read_checkpoint(self.files["checkpoint.note"])
        keys = [key for name, key in self.trust.logs if name == self.tree[0]]
        self.keys = signers(self.checkpoint, self.tree[0], keys or [verifier_key(self.dossier["log"])[1]])
        need(self.keys, "the checkpoint is not signed by the log's key")
        return need(keys, f"no anchor for {self.tree[0]}", Noted) and f"{self.tree[0]}, {self.tree[1]} entries"
    def witnesses(self):  # step 3
        if (quorum := self.trust.quorum) == "none": return None
        need(self.trust.cosigned(quorum, self.checkpoint), f"not by {quorum}", Noted)
        self.bound = min(self.trust.times) + 120
        return f"cosigned by {quorum}"
    def time_stamps(self):  # step 4
        for token in [data for name, data in self.files.items() if name.startswith("time-stamps/") and self.trust.roots]:
            with contextlib.suppress(Exception):
                self.stamps += [verify_stamp(self.checkpoint.text, token, self.trust.roots)]
        self.bound = min([self.bound, *(at + 120 for at in self.stamps)])
        need(self.stamps or not self.trust.roots, "by no trusted authority", Noted)
        return self.stamps and f"before {time.strftime('%FT%TZ', time.gmtime(min(self.stamps)))}"
    def prove(self, items):  # section 6.3: by index in the log, the events that the evidence proves
        events = {}
        for item in items:
            record, (head, _, note) = b64(item["record"], None), item["proof"].partition("\n\n")
            (first, index, *path), (tree, checkpoint) = head.split("\n"), read_checkpoint(note.encode())
            place, event = int(re.fullmatch("index (0|[1-9][0-9]{0,14})", index)[1]), decode(record)
            leaf = hashlib.sha256(b"\x00" + b64(commit(item["salt"], record))).digest()
            proven = root(place, tree[1], leaf, [b64(line) for line in path]) == tree[2]
            need(first == "c2sp.org/tlog-proof@v1" and tree == self.tree and signers(checkpoint, tree[0], self.keys)
                 and proven and (event["type"], event["log"]) == ("liaison/event/v1", tree[0]), f"entry {place}: proof")
            need(event["at"] <= self.bound, f"entry {place}: younger than what vouches for the log")
            need(event["event"] not in DUE or event["due_at"] <= event["at"], f"entry {place}: before it was due")
            events[place] = need(place not in events, f"entry {place} comes twice") and event
        return events
    def evidence(self):  # step 5
        events, directory = [decode(self.files[name], name, LF) for name in ("events.json", "directory.json")]
        self.record, documents = dict(sorted(self.prove(events["events"]).items())), directory["documents"]
        events, named = self.prove([item["evidence"] for item in documents]), {item["file"] for item in documents}
        known = {name for name in self.files if name.startswith("directory/")} | {"convention.note"}
        need(len(named) == len(documents) and {n for n in named if re.fullmatch("directory/[0-9]{2,4}[.]note", n)}
             == named - {"convention.note"} and known - {"convention.note"} <= named, "the documents of directory.json")
        self.documents = sorted((place, item["file"], events[place]) for place, item in zip(events, documents))
    def directory(self):  # step 6, and the envelope, which names the convention
        self.sent, self.published, newest = read_note(self.files["envelope.note"], "envelope/v1"), [], {}
        self.routing, self.units = (routing := self.sent.document["routing"]), [routing["to"], *routing["copies"]]
        self.institutions = sorted({unit.partition("@")[2] for unit in [routing["from"], *self.units]})
        for place, file, event in self.documents:
            need(file in self.files, f"not here: {file}", Missing)
            kind = self.files[file].split(b"\n")[0].decode().removeprefix("liaison/")
            note, name = read_note(self.files[file], kind), {ROSTER: "Roster"}.get(kind, "Convention") + "Published"
            chain, link = (kind, note.document.get("by")), [note.document.get("previous"), note.document.get("version")]
            need((event["event"], event["mailbox"], event["document"]) == (name, "directory", note.hash)
                 and (file == "convention.note") == (kind == CONVENTION)
                 and (newest.get(chain, link) == link or kind != ROSTER), f"{file}: its event, previous or version")
            newest[chain] = [note.hash, (link[1] or 0) + 1]
            self.published.append(Published(place, event["at"], kind, note))
        conventions = [(p.place, p.note) for p in self.published if p.kind == CONVENTION]
        [(self.since, self.ruling)] = need(conventions, "no publication of a convention", Missing) and conventions
        return need(self.ruling.hash == routing["convention"], "another convention") and f"{len(self.documents)} files"
    def convention(self):  # step 7 and section 2.1
        terms, names = self.ruling.document, [name for name, _ in self.ruling.lines]
        self.parties = {party["institution"]: party for party in terms["parties"]}
        for name in names:
            signed = signers(self.ruling, name, [b64(key["key"]) for key in self.parties[name]["keys"]])
            trusted = {key for party, key in self.trust.parties if party == name and name in self.institutions}
            need(len(signed) == names.count(name) == 1 and (not trusted or trusted & signed), f"signature of {name}")
        logs, concerned = {(log["origin"], b64(log["key"])) for log in terms["logs"]}, {*self.institutions}
        need(concerned <= {*names} and {(self.tree[0], key) for key in self.keys} <= logs, "a signer, or the log's key")
        for name, held in [(name, self.held(name, 2**63)) for name in self.institutions]:
            for roster in held: self.judge_roster(name, roster, {})
        strange = concerned - {name for name, _ in self.trust.parties}
        need(not strange, f"no anchor for {', '.join(sorted(strange))}", Noted)
        return f"{terms['name']} version {terms['version']}, signed by {', '.join(self.institutions)}"
    def held(self, name, place):  # the rosters of an institution before a place in the log
        return [p for p in self.published if p.kind == ROSTER and p.place < place and p.note.document["by"] == name]
    def rosters(self, place):  # sections 2.1 to 2.4: by institution, the roster in force at a place in the log, judged
        owners = {}
        newest = {name: self.held(name, place)[-1:] for name in self.institutions}
        need(all(newest.values()), "no roster for an institution", Missing)
        return {name: self.judge_roster(name, roster, owners) for name, [roster] in newest.items()}
    def judge_roster(self, name, published, owners):  # owners: the address of each key
        (since, at, _, note), party = published, self.parties[name]
        keys = [b64(key["key"]) for key in party["keys"] if since < self.since or valid_at(key, at)]
        wanted, began = party["roster_signatures"], -1
        for where, _, kind, line in self.published:
            if kind == "succession/v1" and (new := line.document)["by"] == name:
                need(signers(line, name, [b64(party["recovery"])]) and new["convention"] == self.ruling.hash
                     and new["not_before"] > began, f"a succession of {name}")
                began = new["not_before"]
                if where < since: keys, wanted = [b64(new["key"])] if at < new["not_after"] else [], 1
        need(len(signers(note, name, keys)) == len(note.lines) >= wanted, f"the signatures of the roster of {name}")
        roster, keys = note.document, {}
        every = [line["address"] for line in roster["units"] + roster["agents"]]
        need(len({address for address in every if address.endswith(f"@{name}")}) == len(every), "an address")
        units, away = {u["address"] for u in roster["units"]}, [u for u in roster["units"] if "absence" in u]
        need(all({*u["absence"]["substitutes"]} <= units - {u["address"]} for u in away), f"{name}: a substitute")
        for key in roster["registrars"]: owners.setdefault(key, name)
        for agent in roster["agents"]:
            line = encode({"by": agent["address"], "key": agent["key"], "tls": agent["tls"]})
            held = {owners.setdefault(key, agent["address"]) for key in [agent["key"], *agent["tls"]]}
            need(verified(b64(agent["key"]), b64(agent["possession"], 64), b"liaison/possession/v1\n%b\n" % line)
                 and held == {agent["address"]} and {p["unit"] for p in agent["posts"]} <= {*units}, "an agent")
        return roster
    def when(self, place):  # the instant of an event: nothing is older than what the log took before it
        return max([e["at"] for p, e in self.record.items() if p <= place] + [p.at for p in self.published if p.place < place])
    def author(self, note, place, units):  # section 2.3: the key of its author, who may act for a unit
        roster = self.rosters(place)[(by := note.document["by"]).partition("@")[2]]
        [agent] = [agent for agent in roster["agents"] if agent["address"] == by]
        key, at = b64(agent["key"]), self.when(place)
        posts = {post["unit"] for post in agent["posts"] if valid_at(post, at)}
        in_force = valid_at(agent, at) and at < agent.get("revocation", {"at": at + 1})["at"]
        away = [(unit["address"], unit["absence"]) for unit in roster["units"] if "absence" in unit]
        posts |= {unit for unit, why in away if at < why.get("until", at + 1) and posts & {*why["substitutes"]}}
        return need(signers(note, by, [key]) and in_force and posts & {*units}, f"{by} did not sign or may not") and key
    def envelope(self):  # step 8 and section 3.1
        routing, terms, size = self.routing, self.ruling.document, self.sent.document["content"]["size"]
        need(self.dossier["transmission"] == routing["id"], "dossier.json names another transmission")
        arrivals = [place for place, event in self.record.items() if event["event"] in FIRST]
        [place, *_] = need(arrivals, "nothing says that it arrived", Missing) and arrivals
        notices = [e for e in self.record.values() if {*e.get("entries", [])} & {*self.record}
                   and {*e} == {*EVENT.split(), "code", "entries"} and e["code"] == "audit_limit"]
        about = {(e.get("transmission"), e.get("envelope")) for e in self.record.values() if e not in notices}
        need(about == {(routing["id"], self.sent.hash)}, "an event is about another transmission or envelope")
        need(self.since < place and routing.get("checkpoint", {"size": 0})["size"] <= place
             and all(e["agent"] == self.sent.document["by"] for e in self.record.values()
                     if e["event"] == "SubmissionAcceptance"), "the convention's or a checkpoint's place, or the agent")
        self.key, at, self.cut = self.author(self.sent, place, [routing["from"]]), self.when(place), bool(notices)
        need(routing["log"] == self.tree[0] and valid_at(terms, at) and len({*self.units}) == len(self.units)
             and -120 <= at - routing["sealed_at"] <= terms["maximum_age"], "the log, the dates or the units")
        roles = {unit["address"]: {*unit["roles"]} for each in self.rosters(place).values() for unit in each["units"]}
        sender, receiver, *copied = [roles[unit] for unit in [routing["from"], *self.units]]
        flows = [flow for flow in terms["flows"] if flow["kind"] == routing["kind"] and sender & {*flow["from"]}
                 and receiver & {*flow["to"]} and routing["urgency"] in [each["urgency"] for each in flow["urgencies"]]]
        flow = need(flows, "no flow names it") and flows[0]
        left = {*flow["copies"]}
        for unit in copied: left = left - unit if left & unit else {"a unit too many"}
        return need(("phone_confirmed_at" in routing or not flow["call_first"]) and not left
                    and ("in_reply_to" in routing or not flow["reply_only"])
                    and 8 * size <= 9 * (flow["attachments"]["bytes"] + MIB // 4) + 32 * MIB,
                    "its flow does not permit it") and f"signed by {self.sent.document['by']}"
    def events(self):  # step 9
        self.rows, record = {}, [item for item in self.record.items() if item[1]["event"] not in REFUSALS]
        need({event["unit"] for _, event in record if "unit" in event} <= {*self.units}, "a unit that is no recipient")
        for unit in [unit for unit in self.units if unit in [event.get("unit") for _, event in record]]:
            about = [item for item in record if item[1].get("unit") == unit]
            boxes = sorted({event["mailbox"] for _, event in about}, key=lambda box: (box != unit, box))
            runs = [[item for item in about if item[1]["mailbox"] == box] for box in boxes]
            runs = [run for run in runs if (run[0][1]["event"], run[0][1]["state"]) == ("ContentConsignment", "available")]
            own = max(need(runs, unit, Missing) and runs, key=len)
            told = [[[event.get(name) for name in TOLD] for _, event in run] for run in [own, *runs]]
            need(all(run == told[0][:len(run)] for run in told), f"{unit}: two mailboxes contradict each other")
            state, seen = "available", set()
            for place, event in own[1:]:
                what = (state, event.get("state"), event["event"], "act" in event)
                self.rows[place] = [row for row in TABLE if (row[0], row[2], row[3], row[1] != "-") == what]
                again = {"Erasure", event["event"]} & seen & {"Erasure", "ConsignmentNotification"}
                need(self.rows[place] and not again, f"entry {place}: {event['event']} after {state}")
                state, seen = event["state"], seen | {event["event"]}
            self.ends[unit] = f"{state}, erased from the relay" if "Erasure" in seen else state
        if self.cut: self.ends = {}
        return f"{len(self.record)} events"
    def acts(self):  # step 10 and section 5
        acts = [read_note(data, "act/v1") for name, data in self.files.items() if name.startswith("acts/")]
        acts, self.done, home = {note.hash: note for note in acts}, {}, self.routing["from"]
        events = [(p, e) for p, e in self.record.items() if "act" in e and e["event"] not in REFUSALS]
        need(acts.keys() <= {event["act"] for _, event in events}, "an act behind no event")
        for place, event in events:
            note = need(event["act"] in acts, f"entry {place}: its act is not here", Missing) and acts[event["act"]]
            act, rows = note.document, [row[1:] for row in self.rows.get(place, TABLE)]
            need((act["act"], event["state"], event["event"]) in rows and act.get("reason") == event.get("code")
                 and act["by"] == event["agent"] and act.get("checkpoint", {"size": 0})["size"] <= place
                 and all(act[name] == event[name] for name in SAME) and ("reason" in act) == (act["act"] in REASONED)
                 and ("content" in act) == (act["act"] == "transferred"), f"entry {place}: its act")
            units = {"withdrawn": [home], "erased": [home, act["unit"]]}.get(act["act"], [act["unit"]])
            self.done.setdefault(note.hash, (act, self.author(note, place, units)))
        return f"{len(acts)} acts"
    def content(self):  # step 11, sections 4.2 and 4.3
        kind, here = self.dossier["content"], self.files.keys() & set().union(*CONTENT.values())
        need(CONTENT[kind] == here, f"the files of the content {kind}", Missing if CONTENT[kind] - here else ValueError)
        need(kind != "erased" or self.cut or self.ends and all("erased" in end for end in self.ends.values()), "no Erasure")
        if not here: return kind
        shown = decode(self.files["disclosures.json"], "disclosures.json", LF) if kind == "disclosed" else self.sealed()
        raw, salt, shown = self.files.get("manifest.note") or self.manifest, shown["salt"], shown["disclosures"]
        manifest, by = (note := read_note(raw, "manifest/v1")).document, self.sent.document["by"]
        need(manifest["by"] == by and signers(note, by, [self.key]) and manifest["routing"] == self.routing
             and commit(salt, note.text) == self.sent.document["manifest"]
             and len({field["name"] for field in manifest["fields"]}) == len(manifest["fields"])
             and manifest["recipients"] == sorted({*manifest["recipients"]}), "the manifest")
        self.shown = [(f["name"], f["value"]) for f in shown["fields"]]
        self.shown += [("attachment", part["description"]) for part in shown["parts"]]
        fields = [{"name": f["name"], "commitment": commit(f["salt"], encode(f["value"], LF))} for f in shown["fields"]]
        parts = [commit(part["salt"], encode(part["description"])) for part in shown["parts"]]
        need(all(field in manifest["fields"] for field in fields) and {*parts} <= {*manifest["parts"]}, "disclosures")
        return need(kind == "disclosed" or (fields, parts) == (manifest["fields"], manifest["parts"])
             and self.stanzas == len(self.recipients(manifest["recipients"])), "disclosures or recipients") and kind
    def sealed(self):  # section 4.1: the manifest salt and the disclosures
        key = b64(re.fullmatch("(.*)\n", self.files["content.key"].decode())[1], 16)
        self.stanzas, plaintext = open_age(self.files["content.age"], key)
        stream = io.BytesIO(plaintext)
        def take(size): return need(len(data := stream.read(size)) == size, "the frame is too short") and data
        def take_number(): return int.from_bytes(take(4), "big")
        need(take(19) == b"liaison/content/v1\n", "the frame's first line")
        salt, count = base64.b64encode(take(32)).decode(), take_number()
        self.manifest, *self.transfers = [take(take_number()) for _ in range(count if count <= 256 else 0)]
        shown = decode(raw := take(take_number()), "disclosures", LF)
        parts = [sha256(take(part["description"]["size"])) == part["description"]["sha256"] for part in shown["parts"]]
        step = 1 << (exponent := (length := stream.tell()).bit_length() - 1) - exponent.bit_length()
        need(len(raw) <= MIB and all(parts) and -(-length // step) * step == len(plaintext), "a part, or the size")
        return need(not any(stream.read()), "the padding is not zero") and {"salt": salt, "disclosures": shown}
    def recipients(self, recipients):  # section 4.5: those of the last transfer, if acts led to this content
        age, listed = self.files["content.age"], {*recipients}
        held, acts = {"sha256": sha256(age), "size": len(age)}, []
        if held != self.sent.document["content"]:
            [unit] = {act["unit"] for act, _ in self.done.values() if act.get("content") == held}
            acts = [done for done in self.done.values() if (done[0]["act"], done[0]["unit"]) == ("transferred", unit)]
            acts = acts[:[act["content"] for act, _ in acts].index(held) + 1]
        need(len(acts) == len(self.transfers), "not as many transfers as acts")
        for (act, key), note in zip(acts, [read_note(data, "transfer/v1") for data in self.transfers]):
            transfer, recipients = note.document, note.document["recipients"]
            need(all(transfer[name] == act[name] for name in ["by", *SAME]) and signers(note, act["by"], [key])
                 and transfer["opened_with"] in listed and recipients == sorted({*recipients}), "a transfer")
            listed |= {*recipients}
        return recipients
if __name__ == "__main__":
    options = argparse.ArgumentParser(description="Judge a dossier offline: valid (0), invalid (1) or incomplete (3).")
    options.error = lambda message: options.exit(64, f"{options.format_usage()}{message}\n")
    for name, more in {"dossier": {}, "--trust": {"required": True}, "--format": {"choices": ["text", "json"]}}.items():
        options.add_argument(name, **more)
    given = options.parse_args()
    try: data, trust, checker = open(given.dossier, "rb").read(), Trust(open(given.trust, "rb").read()), Checker()
    except Exception as problem: options.exit(65, f"no dossier, or no readable trust anchors: {problem}\n")
    verdict = checker.judge(data, trust)
    lines = [f"{c['outcome'].replace('fails', 'FAILS'):<8} {c['name']}: {c['detail']}" for c in checker.checks]
    lines += [f"{name}: {value}" for name, value in [*checker.ends.items(), *checker.shown]] + ["lisez-moi.html: not judged"]
    lines = ["".join(c if c.isprintable() else "?" for c in line) for line in lines]  # nothing that moves a cursor
    if given.format == "json": print(json.dumps({"verdict": verdict, "checks": checker.checks}))
    else: print(*lines, verdict.upper(), sep="\n")
    sys.exit({"valid": 0, "invalid": 1, "incomplete": 3}[verdict])
