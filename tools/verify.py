#!/usr/bin/env python3
# SPDX-License-Identifier: EUPL-1.2
# SPDX-FileCopyrightText: 2026 The Liaison authors
"""Judge a dossier offline, by docs/formats.md and docs/events.md alone. Exit: 0 valid, 1 invalid, 3 incomplete,
64 usage, 65 no file or bad anchors. Not judged, for no dossier holds it: the rules of the form ("form valid", 4.4)."""
import argparse, base64, calendar, collections, hashlib, hmac, io, json, re, subprocess, sys, tempfile, time, zipfile
from xml.etree import ElementTree
from cryptography import exceptions, x509
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
Note = collections.namedtuple("Note", "text hash lines document")  # hash: of the text; lines: (name, id and signature)
MIB, ROSTER, CONVENTION, LF = 1048576, "roster/v1", "convention/v1", '"n'  # LF: for what forms may hold (1.2)
LIMITS = {ROSTER: 8 * MIB, "envelope/v1": 16384, "act/v1": 8192, "transfer/v1": 262144}  # section 9; others: 1 MiB
ASIC, REQUIRED = {"META-INF/ASiCManifest.xml", "META-INF/timestamp.tst"}, {
    *"lisez-moi.html dossier.json events.json directory.json envelope.note convention.note checkpoint.note".split()}
CONTENT, NUMBERED = {"sealed": {"content.age", "content.key"}, "disclosed": {"manifest.note", "disclosures.json"},
    "withheld": set(), "erased": set()}, re.compile(r"(acts|directory)/[0-9]{2,4}\.note|time-stamps/[0-9]{2,4}\.tst")
NAMES, FIRST = {"mimetype", *ASIC, *REQUIRED}.union(*CONTENT.values()), {"SubmissionAcceptance", "ContentConsignment"}
XML, DSIG = "{http://uri.etsi.org/02918/v1.2.1#}", "{http://www.w3.org/2000/09/xmldsig#}"  # ASiCManifest
SHA256, DUE = "http://www.w3.org/2001/04/xmlenc#sha256", {"Escalation", "AcceptanceRejectionExpiry"}
REFUSALS, TOLD = {"SubmissionRejection", "ActRejection"}, ["event", "state", "act", "code", "due_at"]
SAME = ["unit", "envelope", "transmission", "log"]
REASONS = {"refused": "wrong_unit not_competent duplicate person_declines incomplete",  # section 5
    "withdrawn": "misdirected consent_withdrawn sent_in_error", "erased": "data_subject_request no_longer_needed unlawful",
    "unopenable": "keys_lost digest_mismatch not_a_recipient content_damaged manifest_mismatch author_not_in_force "
        "form_invalid not_permitted"}
HASHES = {*"convention head envelope manifest root sha256 document previous opened_with commitment salt tls".split()}
DATED, EVENT = "not_before not_after", "type log event mailbox number at"  # and below, ?: optional
DELIVERY, STATE = "by log convention head transmission envelope unit at", f"{EVENT} transmission envelope unit state"
NUMBERS = {*f"version {DATED} at issued_at made_at sealed_at due_at until maximum_age size bytes number".split()}
FIELDS = {name: fields.split() for names, fields in re.findall("([^:;]+):([^;]+)", f"""convention/v1: name version
previous? {DATED} grace maximum_age audit_limit health_data time_zone holidays logs parties roles flows; logs: key
origin tls_roots url; roles: en fr id; keys: key {DATED}; urgencies: clock urgency within; parties: institution keys
kind log name recovery roster_signatures secrecy; flows: id kind from to legal_bases adhesion copies call_first
urgencies reply? reply_only escalation retention attachments; reply: clock kind within; escalation: after content to;
attachments: bytes count types; succession/v1: by convention key {DATED}; roster/v1: by version previous? issued_at
units agents registrars; opening: day from to weeks; posts: {DATED} role unit; units: absence? address duty_phone? kind
name opening phone roles standby? town; revocation: at reason; absence: reason substitutes until?; agents: address key
possession {DATED} posts duties tls revocation?; envelope/v1: by routing content manifest; routing: id log convention
head from to copies kind urgency sealed_at in_reply_to? phone_confirmed_at? checkpoint?; content: sha256 size;
checkpoint: root size;
manifest/v1: by routing form_version recipients fields parts; fields: commitment? name salt? value?; disclosures: fields
parts; parts: description salt; description: name sha256 size type; transfer/v1: {DELIVERY} keys opened_with recipients;
act/v1: {DELIVERY} act reason? content? checkpoint?; RosterPublished ConventionPublished: {EVENT} document;
RelayAcceptance: {EVENT} transmission envelope; SubmissionAcceptance: {EVENT} transmission envelope agent;
SubmissionRejection: {EVENT} code agent transmission? envelope? count?; ActRejection: {EVENT} code agent transmission?
envelope? unit? act? count?; ConsignmentNotification Unattended: {STATE}; ContentConsignment AcceptanceRejectionExpiry:
{STATE} due_at; ContentHandover ConsignmentAcceptance Transfer Retrieval: {STATE} act agent; ConsignmentRejection
Withdrawal: {STATE} act agent code; Escalation: {STATE} due_at code; Erasure: {EVENT} code transmission? envelope?
unit? act? agent? state? entries?; dossier.json: type transmission log made_at content; events.json: events;
directory.json: documents; events
evidence: proof record salt; disclosures.json: disclosures salt; documents: evidence file""") for name in names.split()}
TABLE = [(*way.split(">"), event, act) for event, act, *ways in map(str.split, """ConsignmentAcceptance acknowledged
opened>acknowledged; ConsignmentRejection refused available>refused opened>refused; ConsignmentRejection unopenable
available>refused opened>refused; Withdrawal withdrawn available>withdrawn; Transfer transferred available>available
opened>opened acknowledged>acknowledged; Retrieval retrieved available>available opened>opened
acknowledged>acknowledged; ConsignmentNotification - available>available; Escalation - available>available
opened>opened; Unattended - available>available opened>opened; AcceptanceRejectionExpiry - available>expired
opened>expired; Erasure erased acknowledged>acknowledged refused>refused expired>expired; Erasure -
acknowledged>acknowledged refused>refused withdrawn>withdrawn expired>expired; ContentHandover opened available>opened
opened>opened acknowledged>acknowledged""".split(";")) for way in ways]  # docs/events.md: before, after, event, act
class Missing(Exception): """Something is missing, and the judging stops."""
class Noted(Missing): """Something is missing, and the judging goes on."""
def need(value, what, problem=ValueError):  # a value that is something, or the problem: a failure where none is named
    if not value: raise problem(what)
    return value
def to_b64(data): return base64.b64encode(data).decode()  # section 1.1
def b64(text, size=32):  # section 1.1: the bytes of canonical base64, that many of them
    return need(to_b64(d := base64.b64decode(text)) == text and size in (None, len(d)), "base64, or its length") and d
def sha256(data): return to_b64(hashlib.sha256(data).digest())  # section 1.1: hash
def commit(salt, value): return to_b64(hmac.digest(b64(salt), value, "sha256"))  # section 1.4: the commitment to bytes
def encode(value, escaped='"'):  # section 1.2: canonical JSON; only a backslash and these have a backslash before them
    text = json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return need(re.fullmatch(rf"(?:[^\\\x00-\x1f\x7f-\x9f]++|\\[\\{escaped}])*+", text), "a control") and text.encode()
def check(value, name):  # sections 1.1, 1.2 and 2 to 6: no field lacks or is unknown, numbers and hashes are some
    fields = FIELDS[name] if isinstance(value, dict) else []
    need(all(field in value for field in fields if field[-1] != "?"), f"{name}: a field lacks")
    for key, item in value.items() if isinstance(value, dict) else [(name, item) for item in value]:
        need(not fields or {key, f"{key}?"} & {*fields}, f"{name}: {key} is unknown")
        if isinstance(item, (dict, list)): check(item, key)
        elif key in NUMBERS: need(type(item) is int and abs(item) < 10**15, key)
        elif type(item) not in (bool, int): need(isinstance(item, str) and (key not in HASHES or b64(item)), key)
def take_integer(text):  # section 1.2: from 0 to 999,999,999,999,999
    return int(need(re.fullmatch("0|[1-9][0-9]{0,14}", text), "a number that is none here") and text)
def decode(data, kind=None, escaped='"'):  # section 1.2: an object in canonical JSON; an event says its kind
    value = json.loads(data.decode(), parse_int=take_integer)
    need(isinstance(value, dict) and encode(value, escaped) == data, "not canonical JSON")
    return check(value, kind or value["event"]) or value
def read_note(data, kind=None):  # section 1.3: a document, or without a kind a checkpoint; no signature is verified yet
    (text, _, rest), line = data.decode().rpartition("\n\n"), "\u2014 ([^\\s+\x00-\x1f\x7f]+) ([A-Za-z0-9+/=]+)\n"
    need(re.fullmatch(f"(?:{line})+", rest) and not re.search("[\x00-\x09\x0b-\x1f]", text), "not a signed note")
    raw, lines = (text + "\n").encode(), [(name, b64(signature, None)) for name, signature in re.findall(line, rest)]
    document = decode(text.partition("\n")[2].encode(), kind) if kind else {}
    version, most = document.get("version", 1), {CONVENTION: 1000, ROSTER: 2, None: 1000}.get(kind, 1)
    need(not kind or text.startswith(f"liaison/{kind}\n") and len(data) <= LIMITS.get(kind, MIB)
         and version > 0 and ("previous" in document) == (version > 1), f"{kind}: type, size, or version and previous")
    need(len(lines) <= most and all(s[4:] and document.get("by", n) == n for n, s in lines), f"{kind}: signature lines")
    return Note(raw, sha256(raw), lines, document)
def read_checkpoint(data):  # section 6.2: (origin, size, root) of a checkpoint without extension lines; and its note
    lines = re.fullmatch("(.+)\n(0|[1-9][0-9]{0,14})\n(.+)\n", (note := read_note(data)).text.decode())
    return (lines[1], int(lines[2]), b64(lines[3])), note
def key_id(by, kind, key): return hashlib.sha256(b"%b\n%c%b" % (by.encode(), kind, key)).digest()[:4]  # section 1.3
def verifier_key(text, kind=1):  # section 1.3: name and key of a verifier key of the type
    name, hex_id, data = text.split("+", 2)[:2] + [b64(text.split("+", 2)[2], 33)]
    return need(name and data[0] == kind and key_id(name, kind, data[1:]).hex() == hex_id, text) and (name, data[1:])
def verified(key, signature, message):  # RFC 8032: whether an Ed25519 signature verifies
    try: return Ed25519PublicKey.from_public_bytes(key).verify(signature, message) is None
    except exceptions.InvalidSignature: return False
def signers(note, name, keys):  # signed-note: those of the keys that signed under the name, one or more, and verify
    used = [(key, data) for key in keys for by, data in note.lines if (by, data[:4]) == (name, key_id(name, 1, key))]
    return need(all(verified(k, d[4:], note.text) for k, d in used) and {k for k, _ in used}, f"signature of {name}")
def valid_at(dated, instant): return dated["not_before"] <= instant < dated["not_after"]  # sections 2.1 to 2.3
def root(index, size, node, path):  # RFC 6962, 2.1.1, read backwards: the root that an inclusion path leads to
    if size <= 1: return need(index == 0 and size and not path, "an index or a path that is too long") and node
    (*rest, other), cut = path, 1 << (size - 1).bit_length() - 1
    pair = root(index, cut, node, rest) + other if index < cut else other + root(index - cut, size - cut, node, rest)
    return hashlib.sha256(b"\x01" + pair).digest()
def verify_stamp(data, token, roots):  # section 6.5, by openssl: an RFC 3161 token over the data, at its own instant
    def ts(how):
        return subprocess.check_output(f"openssl ts -in token -token_in {how}".split(), cwd=box, stderr=subprocess.PIPE)
    with tempfile.TemporaryDirectory() as box:
        for name, text in ("data", data), ("token", token), ("roots", roots): open(f"{box}/{name}", "wb").write(text)
        said = re.search(r"Time stamp: (.+?)(\.\d+)? (\d+) GMT", text := ts("-reply -text").decode("latin-1"))
        at = calendar.timegm(time.strptime(f"{said[1]} {said[3]}", "%b %d %H:%M:%S %Y"))
        need("Hash Algorithm: sha256" in text and ts(f"-verify -data data -CAfile roots -attime {at}")
             and ts("-reply -token_out") == token, "its hash, or more than a time-stamp token")
    return at
def open_age(data, file_key):  # section 4.1 and age.md: the number of stanzas, and the plaintext
    def expand(salt, info): return hmac.digest(hmac.digest(salt, file_key, "sha256"), info + b"\x01", "sha256")
    stanza = rb"-> mlkem768x25519 [A-Za-z0-9+/]{1493}[AQgw]\n[A-Za-z0-9+/]{42}[AEIMQUYcgkosw048]\n"
    header = re.match(rb"(age-encryption\.org/v1\n(?:%b)+---) ([A-Za-z0-9+/]{43})\n" % stanza, data)
    mac, start = hmac.digest(expand(b"", b"header"), header[1], "sha256"), header.end() + 16
    need(start <= 2 * MIB + 16 and mac == b64(header[2].decode() + "="), "content.age: its header or MAC")
    cipher = ChaCha20Poly1305(expand(data[header.end():start], b"payload"))
    parts = [data[at:at + 65536 + 16] for at in range(start, len(data), 65536 + 16)]
    text = [cipher.decrypt(n.to_bytes(11, "big") + bytes([n == len(parts) - 1]), c, None) for n, c in enumerate(parts)]
    return need(text and text[-1], "content.age: last chunk") and (header[1].count(b"->"), io.BytesIO(b"".join(text)))
class Checker:  # what it is made of are the trust anchors: section 8.1 and tlog-policy
    def __init__(self, anchors):
        self.vkeys, self.names, self.times, self.roots, quorums, members = {"log": [], "party": []}, {}, [], b"", [], []
        for words in [re.findall("[^ \t]+", line) for line in anchors.decode().split("\n")]:
            match words:
                case ["log", key] | ["log", key, _] | ["party", key]: self.vkeys[words[0]].append(verifier_key(key))
                case ["witness", name, key] | ["witness", name, key, _] if name not in {"none", *self.names}:
                    self.names[name] = verifier_key(key, 4)
                case ["group", name, count, *names] if name not in {"none", *self.names} and {*names} <= {*self.names}:
                    least, members = int({"any": "1", "all": str(len(names))}.get(count, count)), members + names
                    need(1 <= least <= len(names) and count in ("any", "all", str(least)), f"{name}: its number")
                    self.names[name] = least, names
                case ["quorum", name] if name in {"none", *self.names}: quorums.append(name)
                case ["time-stamp", text] if x509.load_der_x509_certificate(b64(text, None)):
                    self.roots += f"-----BEGIN CERTIFICATE-----\n{text}\n-----END CERTIFICATE-----\n".encode()
                case _: need(not words or words[0][0] == "#", f"no line of anchors: {' '.join(words)}")
        keys, [self.quorum] = [k for _, k in [*self.vkeys["log"], *self.names.values()] if type(k) is bytes], quorums
        need(len({*keys}) == len(keys) and len({*members}) == len(members), "a key or a member twice")
    def cosigned(self, name, note):  # tlog-policy, tlog-cosignature: a witness, or enough of a group, cosigned it
        witness, key = self.names[name]
        if isinstance(key, list): return sum(self.cosigned(member, note) for member in key) >= witness
        lines = [data[4:] for by, data in note.lines if (by, data[:4]) == (witness, key_id(witness, 4, key))]
        times, header = [int.from_bytes(line[:8], "big") for line in lines], b"cosignature/v1\ntime %d\n"
        good = [at for line, at in zip(lines, times)
                if at < 10**15 and verified(key, line[8:], header % at + note.text)]
        return self.times.extend(sorted(good)[-1:]) or bool(good)
    def judge(self, data):  # section 8.2, a method for each step: what it returns is said of a check that holds
        self.data, self.bound, self.checks, self.stamps, self.ends, self.shown = data, 2**63, [], [], {}, []
        for n in "container log witnesses time_stamps proofs directory convention envelope events acts content".split():
            try: outcome, detail, stop = "holds", getattr(self, n)(), False  # malformed input may raise anything
            except Missing as e: outcome, detail, stop = "missing", str(e), not isinstance(e, Noted)
            except Exception as e: outcome, detail, stop = "fails", " ".join(str(e).split()) or type(e).__name__, True
            if detail: self.checks.append(dict(name=n.replace("proofs", "events"), outcome=outcome, detail=detail))
            if stop: break
        outcomes = [check["outcome"] for check in self.checks]
        return "invalid" if "fails" in outcomes else "incomplete" if "missing" in outcomes else "valid"
    def container(self):  # step 1, and the fields of dossier.json
        archive = zipfile.ZipFile(io.BytesIO(self.data))
        held = {entry.orig_filename: entry for entry in archive.infolist()}
        need(len(held) == len(archive.infolist()) and all(name in NAMES or NUMBERED.fullmatch(name) for name in held)
             and self.data[:4] + self.data[-22:-18] == b"PK\3\4PK\5\6" and 0 in {e.header_offset for e in held.values()}
             and not any(e.extra or e.flag_bits & 0x2041 or self.data[e.header_offset + 28:][:2] != b"\0\0"
                         or e.compress_type not in (0, 8 * (name != "content.age"))
                         or e.file_size > 16 * MIB and name != "content.age" for name, e in held.items()), "a zip")
        self.files = {name: archive.read(entry) for name, entry in held.items()}
        need(not (lacks := (REQUIRED | ASIC if ASIC & {*held} else REQUIRED) - {*held}), f"not here: {lacks}", Missing)
        if ASIC <= {*held}:
            xml, first = ElementTree.fromstring(manifest := self.files[min(ASIC)]), [*self.files.items()][0]
            named = [(name, SHA256, sha256(self.files[name])) for name in {*held} - ASIC - {"mimetype"}]
            listed = [(each.get("URI"), each.find(DSIG + "DigestMethod").get("Algorithm"),
                       each.findtext(DSIG + "DigestValue")) for each in xml.findall(XML + "DataObjectReference")]
            need(first == ("mimetype", b"application/vnd.etsi.asic-e+zip") and xml.tag == XML + "ASiCManifest"
                 and xml.find(XML + "SigReference").get("URI") == max(ASIC) and b"<!" not in manifest
                 and sorted(listed) == sorted(named), "its manifest or mimetype")
            self.stamps = [verify_stamp(manifest, self.files[max(ASIC)], self.roots)] if self.roots else []
        self.dossier = d = decode(self.files["dossier.json"], "dossier.json")
        need(d["type"] == "liaison/dossier/v1" and d["content"] in CONTENT and verifier_key(d["log"]), "dossier.json")
        return f"{len(held)} files"
    def log(self):  # step 2
        self.tree, self.checkpoint = read_checkpoint(self.files["checkpoint.note"])
        keys = [key for name, key in self.vkeys["log"] if name == self.tree[0]]
        self.keys = signers(self.checkpoint, self.tree[0], keys or [verifier_key(self.dossier["log"])[1]])
        return need(keys, f"no anchor for {self.tree[0]}", Noted) and f"{self.tree[0]}, {self.tree[1]} entries"
    def witnesses(self):  # step 3
        if self.quorum == "none": return None
        need(self.cosigned(self.quorum, self.checkpoint), f"not by {self.quorum}", Noted)
        self.bound = min(self.times) + 120
        return f"cosigned by {self.quorum}"
    def time_stamps(self):  # step 4
        for token in [data for name, data in self.files.items() if self.roots and name.startswith("time-stamps/")]:
            try: self.stamps += [verify_stamp(self.checkpoint.text, token, self.roots)]
            except Exception: continue  # one that verifies is enough
        self.bound = min([self.bound, *(at + 120 for at in self.stamps)])
        need(self.stamps or not self.roots, "by no trusted authority", Noted)
        return self.stamps and f"before {time.strftime('%FT%TZ', time.gmtime(min(self.stamps)))}"
    def prove(self, items):  # section 6.3: by index in the log, the events that the evidence proves
        events = {}
        for item in items:
            record, (head, _, note) = b64(item["record"], None), item["proof"].partition("\n\n")
            (first, index, *path), (tree, checkpoint) = head.split("\n"), read_checkpoint(note.encode())
            place, event = int(re.fullmatch("index (0|[1-9][0-9]{0,14})", index)[1]), decode(record)
            leaf = hashlib.sha256(b"\x00" + b64(commit(item["salt"], record))).digest()
            found = event["log"], tree[1], root(place, tree[1], leaf, [b64(line) for line in path])
            need((first, event["type"]) == ("c2sp.org/tlog-proof@v1", "liaison/event/v1") and found == tree == self.tree
                 and signers(checkpoint, tree[0], self.keys), f"entry {place}: proof")
            need(event["at"] <= self.bound, f"entry {place}: younger than what vouches for the log")
            need(event["event"] not in DUE or event["due_at"] <= event["at"], f"entry {place}: before it was due")
            events[place] = need(place not in events, f"entry {place} comes twice") and event
        return events
    def proofs(self):  # step 5
        events, directory = [decode(self.files[name], name, LF) for name in ("events.json", "directory.json")]
        self.record, documents = dict(sorted(self.prove(events["events"]).items())), directory["documents"]
        events, named = self.prove([item["evidence"] for item in documents]), {item["file"] for item in documents}
        files = {name for name in {*named, *self.files} if re.fullmatch("directory/[0-9]{2,4}[.]note", name)}
        need(len(named) == len(documents) and files == named - {"convention.note"}, "the documents of directory.json")
        self.documents = sorted((place, events[place], item["file"]) for place, item in zip(events, documents))
    def directory(self):  # step 6, and the envelope, which names the convention; published: by kind and author
        self.sent, self.published = read_note(self.files["envelope.note"], "envelope/v1"), collections.defaultdict(list)
        self.routing, self.units = (routing := self.sent.document["routing"]), [routing["to"], *routing["copies"]]
        self.institutions = sorted({unit.partition("@")[2] for unit in [routing["from"], *self.units]})
        for place, event, file in self.documents:
            need(file in self.files, f"not here: {file}", Missing)
            kind = self.files[file].split(b"\n")[0].decode().removeprefix("liaison/")
            note, name = read_note(self.files[file], kind), {ROSTER: "Roster"}.get(kind, "Convention") + "Published"
            by, *link = [note.document.get(field) for field in ["by", "previous", "version"]]
            past = [[r.hash, r.document["version"] + 1] for _, _, r in self.published[kind, by] if kind == ROSTER]
            need((event["event"], event["mailbox"], event["document"], file == "convention.note") == (name, "directory",
                 note.hash, kind == CONVENTION) and past[-1:] in ([], [link]), f"{file}: event, previous or version")
            self.published[kind, by].append((place, event["at"], note))
        [(self.since, _, self.ruling)] = need(self.published[CONVENTION, None], "no convention published", Missing)
        return need(self.ruling.hash == routing["convention"], "another convention") and f"{len(self.documents)} files"
    def convention(self):  # step 7 and section 2.1
        terms, names = self.ruling.document, [name for name, _ in self.ruling.lines]
        self.parties = {party["institution"]: party for party in terms["parties"]}
        for name in names:
            signed = signers(self.ruling, name, [b64(key["key"]) for key in self.parties[name]["keys"]])
            trusted = {key for party, key in self.vkeys["party"] if party == name and name in self.institutions}
            need(len(signed) == names.count(name) == 1 and (not trusted or trusted & signed), f"signature of {name}")
        logs, concerned = {(log["origin"], b64(log["key"])) for log in terms["logs"]}, {*self.institutions}
        need(concerned <= {*names} and {(self.tree[0], key) for key in self.keys} <= logs, "a signer, or the log's key")
        for name in self.institutions:
            notes, key = [p[2] for p in self.published["succession/v1", name]], b64(self.parties[name]["recovery"])
            starts = [n.document["not_before"] for n in notes if n.document["convention"] == self.ruling.hash]
            need(len(notes) == len(starts) and starts == sorted({*starts})
                 and all(signers(note, name, [key]) for note in notes), f"a succession of {name}")
            for p in [*self.published[ROSTER, name]]:
                try: self.roster(name, p, {})  # one that does not verify says nothing of the one before it
                except Exception: self.published[ROSTER, name].remove(p)
        need(not (odd := sorted(concerned - {*dict(self.vkeys["party"])})), f"no anchor for {', '.join(odd)}", Noted)
        return f"{terms['name']} version {terms['version']}, signed by {', '.join(self.institutions)}"
    def rosters(self, place):  # sections 2.1 to 2.4: by institution, the roster in force at a place in the log, judged
        past, owners = {n: [p for p in self.published[ROSTER, n] if p[0] < place] for n in self.institutions}, {}
        need(all(past.values()), "no roster for an institution", Missing)
        return {name: self.roster(name, rosters[-1], owners) for name, rosters in past.items()}
    def roster(self, name, published, owners):  # judged, with its absences by unit; owners: the address of each key
        (since, at, note), wanted = published, (party := self.parties[name])["roster_signatures"]
        keys = [b64(key["key"]) for key in party["keys"] if since < self.since or valid_at(key, at)]
        for place, _, line in self.published["succession/v1", name]:
            if place < since: keys, wanted = [b64(line.document["key"])] if at < line.document["not_after"] else [], 1
        need(len(signers(note, name, keys)) == len(note.lines) >= wanted, f"the signatures of the roster of {name}")
        roster, every = note.document, [line["address"] for line in note.document["units"] + note.document["agents"]]
        need(len({address for address in every if address.endswith(f"@{name}")}) == len(every), "an address")
        away = {unit["address"]: unit.get("absence", {"substitutes": []}) for unit in roster["units"]}
        need(all({*why["substitutes"]} <= {*away} - {unit} and len(why["substitutes"]) <= 20
                 for unit, why in away.items()), f"{name}: a substitute")
        for unit in roster["units"]:
            standby = unit.get("standby", [])
            need("standby" not in unit or standby and {*standby} <= {*away} - {unit["address"]}
                 and len({*standby}) == len(standby) <= 20, f"{name}: a standby unit")
        for key in roster["registrars"]: owners.setdefault(key, name)
        for agent in roster["agents"]:
            line = encode({"by": agent["address"], "key": agent["key"], "tls": agent["tls"]})
            held = {owners.setdefault(key, agent["address"]) for key in [agent["key"], *agent["tls"]]}
            need(verified(b64(agent["key"]), b64(agent["possession"], 64), b"liaison/possession/v1\n%b\n" % line)
                 and held == {agent["address"]} and {post["unit"] for post in agent["posts"]} <= {*away}, "an agent")
        return roster, away
    def author(self, note, place, units, called=False):
        """Section 2.3: the key of its author, who may act for one of the units, and the instant. Called: whether the
        standby units of the first of them were called in."""
        roster, away = self.rosters(place)[(by := note.document["by"]).partition("@")[2]]
        [agent] = [agent for agent in roster["agents"] if agent["address"] == by]
        at = max(e["at"] for p, e, *_ in [*self.record.items(), *self.documents] if p <= place)  # the latest so far
        posts = {post["unit"] for post in agent["posts"] if valid_at(post, at)}
        absent = {unit for unit, why in away.items() if "reason" in why and at < why.get("until", at + 1)}
        taken = {post["unit"] for each in roster["agents"] if self.in_force(each, at)
                 for post in each["posts"] if valid_at(post, at)}
        open_to_standby = absent | ({*away} - taken) | ({units[0]} if called else set())
        stands_in = {unit for unit in absent if posts & {*away[unit]["substitutes"]}}
        stands_by = {unit["address"] for unit in roster["units"] if posts & {*unit.get("standby", [])}}
        posts |= stands_in | stands_by & open_to_standby
        may_act = self.in_force(agent, at) and posts & {*units}
        return need(may_act and signers(note, by, [b64(agent["key"])]), f"{by} may not act"), at
    @staticmethod
    def in_force(agent, at):  # section 2.3: whether an agent may act at an instant
        return valid_at(agent, at) and at < agent.get("revocation", {"at": at + 1})["at"]
    def envelope(self):  # step 8 and section 3.1
        sent, routing, terms, every = self.sent.document, self.routing, self.ruling.document, [*self.record.values()]
        need(self.dossier["transmission"] == routing["id"], "dossier.json names another transmission")
        place = need([p for p, e in self.record.items() if e["event"] in FIRST], "nothing says it arrived", Missing)[0]
        notices = [e for e in every if {*e.get("entries", [])} & {*self.record}
                   and {*e} == {*EVENT.split(), "code", "entries"} and e["code"] == "audit_limit"]
        about = {(e.get("transmission"), e.get("envelope")) for e in every if e not in notices}
        need(about == {(routing["id"], self.sent.hash)}, "an event is about another transmission or envelope")
        need(self.since < place and all(e["agent"] == sent["by"] for e in every if e["event"] == "SubmissionAcceptance")
             and routing.get("checkpoint", {"size": 0})["size"] <= place, "a later convention or checkpoint, or agent")
        (self.key, at), self.cut = self.author(self.sent, place, [routing["from"]]), bool(notices)
        need(routing["log"] == self.tree[0] and valid_at(terms, at) and len({*self.units}) == len(self.units)
             and -120 <= at - routing["sealed_at"] <= terms["maximum_age"], "the log, the dates or the units")
        roles = {unit["address"]: {*unit["roles"]} for r, _ in self.rosters(place).values() for unit in r["units"]}
        sender, receiver, *copied = [roles[unit] for unit in [routing["from"], *self.units]]
        flows = [flow for flow in terms["flows"] if flow["kind"] == routing["kind"] and sender & {*flow["from"]}
                 and receiver & {*flow["to"]} and routing["urgency"] in [each["urgency"] for each in flow["urgencies"]]]
        left = {*(flow := need(flows, "no flow names it")[0])["copies"]}
        for unit in copied: left = left - unit if left & unit else {None}
        need(not left and routing.get("phone_confirmed_at", 2**63 * flow["call_first"]) <= routing["sealed_at"] + 120
             and ("in_reply_to" in routing or not flow["reply_only"]) and 8 * sent["content"]["size"]
             <= 9 * (flow["attachments"]["bytes"] + MIB // 4) + 32 * MIB, "its flow does not permit it")
        return f"signed by {sent['by']}"
    def events(self):  # step 9; story: without the refusals; rows: of the table, by place
        self.before = {}  # by act: the state before its event, who had opened, who held it, whether standby was called
        self.rows, self.story = {}, [item for item in self.record.items() if item[1]["event"] not in REFUSALS]
        need({e["unit"] for _, e in self.story if "unit" in e} <= {*self.units}, "a unit that is no recipient")
        for unit in [unit for unit in self.units if unit in [event.get("unit") for _, event in self.story]]:
            about = [item for item in self.story if item[1].get("unit") == unit]
            boxes = sorted({event["mailbox"] for _, event in about}, key=lambda box: (box != unit, box))
            runs = [[item for item in about if item[1]["mailbox"] == box] for box in boxes]
            runs = [run for run in runs if [run[0][1][n] for n in TOLD[:2]] == ["ContentConsignment", "available"]]
            own = max(need(runs, f"{unit}: its ContentConsignment", Missing), key=len)
            told = [[[event.get(name) for name in TOLD] for _, event in run] for run in [own, *runs]]
            need(all(run == told[0][:len(run)] for run in told), f"{unit}: two mailboxes contradict each other")
            need([row[0] for row in told[0]].count("ConsignmentNotification") < 2, f"{unit}: notified twice")
            state, opened, held, called = "available", set(), set(), False
            for place, event in own[1:]:
                what = (state, event.get("state"), event["event"], "act" in event)
                self.rows[place] = [row for row in TABLE if (*row[:3], row[3] != "-") == what]
                need(self.rows[place], f"entry {place}: {event['event']} after {state}")
                if "act" in event: self.before[event["act"]] = state, {*opened}, {*held}, called
                opened |= {event["agent"]} if event["event"] == "ContentHandover" else set()
                held |= {event["agent"]} if event["event"] in ("ContentHandover", "Retrieval") else set()
                called |= event["event"] == "Escalation" and event["code"] == "standby"
                state = event["state"] + ", erased from the relay" * (event["event"] == "Erasure")
            if not self.cut: self.ends[unit] = state
        return f"{len(self.record)} events"
    def acts(self):  # step 10 and section 5
        acts = {n.hash: n for n in [read_note(d, "act/v1") for f, d in self.files.items() if f.startswith("acts/")]}
        events, self.done, home = [(p, e) for p, e in self.story if "act" in e], {}, self.routing["from"]
        need(acts.keys() <= {event["act"] for _, event in events}, "an act behind no event")
        for place, event in events:
            note = need(acts.get(event["act"]), f"entry {place}: its act is not here", Missing)
            act, rows = note.document, [row[1:] for row in self.rows.get(place, TABLE)]
            need((event["state"], event["event"], act["act"]) in rows and act.get("reason") == event.get("code")
                 and act["by"] == event["agent"] and act.get("checkpoint", {"size": 0})["size"] <= place
                 and all(act[name] == event[name] for name in SAME)
                 and ("content" in act) == (act["act"] == "transferred"), f"entry {place}: its act")
            reasons = REASONS.get(act["act"], "").split()
            need(act["reason"] in reasons if "reason" in act else not reasons, f"entry {place}: the reason of its act")
            units = {"withdrawn": [home], "erased": [act["unit"], home]}.get(act["act"], [act["unit"]])
            state, opened, held, called = self.before.get(note.hash, (None, {act["by"]}, {act["by"]}, False))
            answers = act["act"] == "acknowledged" or act["act"] == "refused" and state == "opened"
            need(act["by"] in opened or not answers, f"entry {place}: answered by an agent who had not opened it")
            needs = act["act"] in ("transferred", "unopenable")
            need(act["by"] in held or not needs, f"entry {place}: its act is by an agent who had not the content")
            called = called and (act["act"] != "withdrawn" or home == act["unit"])
            self.done.setdefault(note.hash, (act, self.author(note, place, units, called)[0]))
        return f"{len(acts)} acts"
    def content(self):  # step 11, sections 4.2 and 4.3
        kind, here = self.dossier["content"], self.files.keys() & set().union(*CONTENT.values())
        need(CONTENT[kind] == here, f"the files of the content {kind}", Missing if CONTENT[kind] - here else ValueError)
        need(kind != "erased" or self.cut or self.ends and all("erased" in e for e in self.ends.values()), "no Erasure")
        if not here: return kind
        shown = decode(self.files["disclosures.json"], "disclosures.json", LF) if kind == "disclosed" else self.sealed()
        raw, salt, shown = self.files.get("manifest.note") or self.manifest, shown["salt"], shown["disclosures"]
        manifest, sent = (note := read_note(raw, "manifest/v1")).document, self.sent.document
        names, listed = [field["name"] for field in manifest["fields"]], manifest["recipients"]
        need(signers(note, sent["by"], self.key) and manifest["routing"] == self.routing and listed == sorted({*listed})
             and commit(salt, note.text) == sent["manifest"] and len({*names}) == len(names), "the manifest")
        self.shown = [(f["name"], f["value"]) for f in shown["fields"]]
        self.shown += [("attachment", part["description"]) for part in shown["parts"]]
        fields = [{"name": f["name"], "commitment": commit(f["salt"], encode(f["value"], LF))} for f in shown["fields"]]
        parts = [commit(part["salt"], encode(part["description"])) for part in shown["parts"]]
        need(all(field in manifest["fields"] for field in fields) and {*parts} <= {*manifest["parts"]}, "disclosures")
        return need(kind == "disclosed" or (fields, parts) == (manifest["fields"], manifest["parts"])
                    and self.stanzas == len(self.recipients(listed)), "disclosures or recipients") and kind
    def sealed(self):  # section 4.1: the manifest salt and the disclosures
        key = b64(re.fullmatch("(.*)\n", self.files["content.key"].decode())[1], 16)
        self.stanzas, stream = open_age(self.files["content.age"], key)
        def take(size): return need(len(data := stream.read(size)) == size, "the frame is too short") and data
        def take_number(): return int.from_bytes(take(4), "big")
        need(take(19) == b"liaison/content/v1\n", "the frame's first line")
        salt, count = to_b64(take(32)), take_number()
        self.manifest, *self.transfers = [take(take_number()) for _ in range(count if count <= 256 else 0)]
        shown = decode(raw := take(take_number()), "disclosures", LF)
        parts = [sha256(take(part["description"]["size"])) == part["description"]["sha256"] for part in shown["parts"]]
        step = 1 << (exponent := (end := stream.tell()).bit_length() - 1) - exponent.bit_length()
        need(len(raw) <= MIB and all(parts) and -(-end // step) * step == len(stream.getvalue()), "a part, or the size")
        return need(not any(stream.read()), "the padding is not zero") and {"salt": salt, "disclosures": shown}
    def recipients(self, recipients):  # section 4.5: those of the last transfer, if acts led to this content
        age, listed = self.files["content.age"], {*recipients}
        held, acts = {"sha256": sha256(age), "size": len(age)}, []
        if held != self.sent.document["content"]:
            [unit] = {act["unit"] for act, _ in self.done.values() if act.get("content") == held}
            acts = [(act, key) for act, key in self.done.values() if "content" in act and act["unit"] == unit]
            acts = acts[:[act["content"] for act, _ in acts].index(held) + 1]
        need(len(acts) == len(self.transfers), "not as many transfers as acts")
        for (act, key), note in zip(acts, [read_note(data, "transfer/v1") for data in self.transfers]):
            transfer, recipients = note.document, note.document["recipients"]
            need(all(transfer[name] == act[name] for name in SAME) and signers(note, act["by"], key)
                 and transfer["opened_with"] in listed and recipients == sorted({*recipients}), "a transfer")
            listed |= {*recipients}
        return recipients
if __name__ == "__main__":
    options = argparse.ArgumentParser(description="Judge a dossier offline: valid (0), invalid (1) or incomplete (3).")
    options.error = lambda message: options.exit(64, f"{options.format_usage()}{message}\n")
    for name, more in {"dossier": {}, "--trust": {"required": True}, "--format": {"choices": ["text", "json"]}}.items():
        options.add_argument(name, **more)
    given = options.parse_args()
    try: verdict = (checker := Checker(open(given.trust, "rb").read())).judge(open(given.dossier, "rb").read())
    except Exception as problem: options.exit(65, f"no dossier, or no readable trust anchors: {problem}\n")
    lines = [f"{c['outcome'].replace('fails', 'FAILS'):<8} {c['name']}: {c['detail']}" for c in checker.checks]
    lines += [f"{n}: {value}" for n, value in [*checker.ends.items(), *checker.shown, ("lisez-moi.html", "not judged")]]
    if given.format == "json": print(json.dumps({"verdict": verdict, "checks": checker.checks}))
    else: print(*("".join(c if c.isprintable() else "?" for c in line) for line in lines), verdict.upper(), sep="\n")
    sys.exit({"valid": 0, "invalid": 1, "incomplete": 3}[verdict])
