# SPDX-License-Identifier: EUPL-1.2
# SPDX-FileCopyrightText: 2026 The Liaison authors
"""RFC 6962 Merkle trees and the C2SP transparency-log formats.

Written from the public specifications: RFC 6962 section 2.1, and the C2SP documents
signed-note, tlog-checkpoint, tlog-proof and tlog-tiles.

    tlog.py check < vectors.json    recompute, compare and verify test vectors
    tlog.py known-answers           tree roots of the well-known test entries
"""

import base64
import hashlib
import json
import re
import sys

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

MAX_SIGNATURES = 100
PROOF_LINE = "c2sp.org/tlog-proof@v1"
KNOWN_ENTRIES = ["", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f"]
KNOWN_ROOTS = [
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]


def leaf_hash(entry):
    """RFC 6962 section 2.1: MTH of one entry."""
    return hashlib.sha256(b"\x00" + entry).digest()


def node_hash(left, right):
    """RFC 6962 section 2.1: the hash of two subtrees."""
    return hashlib.sha256(b"\x01" + left + right).digest()


def split(n):
    """RFC 6962 section 2.1: the largest power of two smaller than n."""
    k = 1
    while k * 2 < n:
        k *= 2
    return k


def mth(entries, lo, hi, memo):
    """RFC 6962 section 2.1: MTH(D[lo:hi]); memo keeps the hashes of subtrees."""
    if hi == lo:
        return hashlib.sha256().digest()
    if hi - lo == 1:
        return leaf_hash(entries[lo])
    if (lo, hi) not in memo:
        k = split(hi - lo)
        memo[lo, hi] = node_hash(mth(entries, lo, lo + k, memo), mth(entries, lo + k, hi, memo))
    return memo[lo, hi]


def audit_path(m, entries, lo, hi, memo):
    """RFC 6962 section 2.1.1: PATH(m, D[lo:hi])."""
    if hi - lo == 1:
        return []
    k = split(hi - lo)
    if m < k:
        return audit_path(m, entries, lo, lo + k, memo) + [mth(entries, lo + k, hi, memo)]
    return audit_path(m - k, entries, lo + k, hi, memo) + [mth(entries, lo, lo + k, memo)]


def subproof(m, entries, lo, hi, b, memo):
    """RFC 6962 section 2.1.2: SUBPROOF(m, D[lo:hi], b)."""
    if m == hi - lo:
        return [] if b else [mth(entries, lo, hi, memo)]
    k = split(hi - lo)
    if m <= k:
        return subproof(m, entries, lo, lo + k, b, memo) + [mth(entries, lo + k, hi, memo)]
    return subproof(m - k, entries, lo + k, hi, False, memo) + [mth(entries, lo, lo + k, memo)]


def root(entries):
    """RFC 6962 section 2.1: the root of the tree over a list of entries."""
    return mth(entries, 0, len(entries), {})


def inclusion(index, entries, memo=None):
    """RFC 6962 section 2.1.1: the audit path of one entry."""
    if not 0 <= index < len(entries):
        raise ValueError("no such entry")
    return audit_path(index, entries, 0, len(entries), {} if memo is None else memo)


def consistency(old, entries, memo=None):
    """RFC 6962 section 2.1.2: PROOF(old, D[n]); here also empty for old = 0."""
    if not 0 <= old <= len(entries):
        raise ValueError("no such older tree")
    return subproof(old, entries, 0, len(entries), True, {} if memo is None else memo) if old else []


def path_root(m, n, leaf, path):
    """RFC 6962 section 2.1.1 read backwards: the root that PATH(m, D[n]) leads to."""
    if n == 1:
        if path:
            raise ValueError("path too long")
        return leaf
    *rest, sibling = path  # ValueError when the path is too short
    k = split(n)
    if m < k:
        return node_hash(path_root(m, k, leaf, rest), sibling)
    return node_hash(sibling, path_root(m - k, n - k, leaf, rest))


def verify_inclusion(entry, index, size, path, root):
    """True if the path proves that the tree has this entry at this index."""
    try:
        return 0 <= index < size and path_root(index, size, leaf_hash(entry), path) == root
    except ValueError:
        return False


def proof_roots(m, n, b, old_root, path):
    """RFC 6962 section 2.1.2 read backwards: both roots that SUBPROOF(m, D[n], b) leads to."""
    if m == n and b:
        if path:
            raise ValueError("path too long")
        return old_root, old_root
    *rest, sibling = path  # ValueError when the path is too short
    if m == n:
        if rest:
            raise ValueError("path too long")
        return sibling, sibling
    k = split(n)
    if m <= k:
        old, new = proof_roots(m, k, b, old_root, rest)
        return old, node_hash(new, sibling)
    old, new = proof_roots(m - k, n - k, False, old_root, rest)
    return node_hash(sibling, old), node_hash(sibling, new)


def verify_consistency(old, old_root, new, new_root, path):
    """True if the path proves that the old tree is a prefix of the new tree."""
    if old == 0:
        return not path and old_root == root([]) and (new > 0 or new_root == old_root)
    try:
        return 0 < old <= new and proof_roots(old, new, True, old_root, path) == (old_root, new_root)
    except ValueError:
        return False


def tile(level, index, width, entries, memo=None):
    """tlog-tiles, "Merkle Tree": the first width hashes of a tile."""
    span, first = 256**level, index * 256
    if index < 0 or not 1 <= width <= 256 or (first + width) * span > len(entries):
        raise ValueError("no such tile")
    memo = {} if memo is None else memo
    return b"".join(mth(entries, i * span, (i + 1) * span, memo) for i in range(first, first + width))


def b64(text, size=None):
    """RFC 4648 section 4, canonical and with padding."""
    data = base64.b64decode(text, validate=True)
    if base64.b64encode(data).decode() != text or size not in (None, len(data)):
        raise ValueError(f"bad base64 or wrong length: {text!r}")
    return data


def decimal(text):
    """tlog-checkpoint and tlog-proof: ASCII decimal without leading zeroes."""
    if not re.fullmatch("0|[1-9][0-9]*", text):
        raise ValueError(f"bad number: {text!r}")
    return int(text)


def key_name(name):
    """signed-note, "Format": not empty, no Unicode spaces, no plus."""
    if not name or "+" in name or any(c.isspace() for c in name):
        raise ValueError(f"bad key name: {name!r}")
    return name


def parse_vkey(text):
    """A verifier key, name+hex(key ID)+base64(0x01 || key), as (name, key ID, key)."""
    if text.count("+") < 2:
        raise ValueError("bad verifier key")
    name, hex_id, encoded = text.split("+", 2)
    key = b64(encoded, 33)
    key_id = hashlib.sha256(key_name(name).encode() + b"\n" + key).digest()[:4]
    if key[0] != 1 or hex_id != key_id.hex():
        raise ValueError("not an Ed25519 verifier key, or the wrong key ID")
    return name, key_id, key[1:]


def parse_note(note):
    """signed-note, "Format": the text, and the signatures as (name, key ID || signature)."""
    if any(c < " " and c != "\n" for c in note):
        raise ValueError("control character in note")
    text, blank, rest = note.rpartition("\n\n")
    lines = rest.split("\n")
    if not blank or lines.pop() != "" or not 1 <= len(lines) <= MAX_SIGNATURES:
        raise ValueError("not a signed note")
    fields = [line.split(" ") for line in lines]
    if any(len(f) != 3 or f[0] != "\u2014" or len(b64(f[2])) < 5 for f in fields):
        raise ValueError("bad signature line")
    return text + "\n", [(key_name(name), b64(signature)) for _, name, signature in fields]


def verify_note(text, vkey):
    """signed-note, "Signatures": the text of the note, if the key signed it."""
    name, key_id, key = parse_vkey(vkey)
    body, signatures = parse_note(text)
    known = [data[4:] for signer, data in signatures if (signer, data[:4]) == (name, key_id)]
    if not known:
        raise ValueError("no signature from the key")
    try:
        for signature in known:
            Ed25519PublicKey.from_public_bytes(key).verify(signature, body.encode())
    except InvalidSignature as error:
        raise ValueError("bad signature") from error
    return body


def parse_checkpoint(note, vkey):
    """tlog-checkpoint, "Note text": (origin, size, root) of a verified checkpoint."""
    lines = verify_note(note, vkey).removesuffix("\n").split("\n")
    if len(lines) < 3 or "" in lines:
        raise ValueError("bad checkpoint")
    return lines[0], decimal(lines[1]), b64(lines[2], 32)


def parse_proof(text):
    """tlog-proof, "Format": (index, path, checkpoint), nothing verified yet."""
    head, _, checkpoint = text.partition("\n\n")
    first, *lines = head.split("\n")
    if lines and lines[0].startswith("extra ") and b64(lines[0].removeprefix("extra ")):
        lines.pop(0)
    if first != PROOF_LINE or not lines or not lines[0].startswith("index "):
        raise ValueError("not a tlog-proof")
    return decimal(lines[0].removeprefix("index ")), [b64(line, 32) for line in lines[1:]], checkpoint


def verify_proof(proof_text, entry_bytes, vkey):
    """tlog-proof: (index, size), if the proof holds for the entry."""
    index, path, checkpoint = parse_proof(proof_text)
    _, size, tree_root = parse_checkpoint(checkpoint, vkey)
    if not verify_inclusion(entry_bytes, index, size, path, tree_root):
        raise ValueError("the inclusion proof does not hold")
    return index, size


def expect(condition, what):
    """Stop with a message unless the condition holds."""
    if not condition:
        raise ValueError(f"{what} differs")


def check_size(vector, entries, memo, vkey):
    """Check all that the vectors say about one tree; the number of its proofs."""
    size = vector["size"]
    tree, tree_root = entries[:size], mth(entries, 0, size, memo)
    expect(b64(vector["root"]) == tree_root, "root")
    expect(parse_checkpoint(vector["checkpoint"], vkey)[1:] == (size, tree_root), "checkpoint")
    for item in vector["inclusion"]:
        index, path = item["index"], [b64(h) for h in item["path"]]
        expect(path == inclusion(index, tree, memo), f"inclusion path of entry {index}")
        expect(verify_inclusion(tree[index], index, size, path, tree_root), f"verified inclusion of entry {index}")
    for item in vector["consistency"]:
        old, path = item["from"], [b64(h) for h in item["path"]]
        expect(path == consistency(old, tree, memo), f"consistency path from size {old}")
        old_root = mth(entries, 0, old, memo)
        expect(verify_consistency(old, old_root, size, tree_root, path), f"verified consistency from size {old}")
    for item in vector["proofs"]:
        index, path, checkpoint = parse_proof(item["text"])
        expect((index, path) == (item["index"], inclusion(index, tree, memo)), f"tlog-proof of entry {item['index']}")
        expect(parse_checkpoint(checkpoint, vkey)[1:] == (size, tree_root), f"tlog-proof checkpoint of entry {index}")
        expect(verify_proof(item["text"], tree[index], vkey) == (index, size), f"verified tlog-proof of entry {index}")
    for item in vector["tiles"]:
        place = item["level"], item["index"], item["width"]
        expect(b64(item["bytes"]) == tile(*place, tree, memo), f"tile (level, index, width) {place}")
    return sum(len(vector[kind]) for kind in ("inclusion", "consistency", "proofs"))


def check(vectors):
    """Check all trees of a vector file, whose entry i is the text "entry i"."""
    largest = max((vector["size"] for vector in vectors["sizes"]), default=0)
    entries, memo, proofs = [f"entry {i}".encode() for i in range(largest)], {}, 0
    for vector in vectors["sizes"]:
        try:
            proofs += check_size(vector, entries, memo, vectors["vkey"])
        except ValueError as error:
            raise ValueError(f"size {vector['size']}: {error}") from error
    return len(vectors["sizes"]), proofs


def known_answers():
    """The roots for the Certificate Transparency reference entries, sizes 0 to 8."""
    entries = [bytes.fromhex(entry) for entry in KNOWN_ENTRIES]
    roots = [root(entries[:size]) for size in range(9)]
    expect([r.hex() for r in roots[1:]] == KNOWN_ROOTS, "known root")
    encoded = [base64.b64encode(r).decode() for r in roots]
    return {"empty": encoded[0], "roots": encoded[1:]}


def main(args):
    """The command line described at the top of this file."""
    if args == ["check"]:
        print("checked %d sizes, %d proofs" % check(json.load(sys.stdin)))
    elif args == ["known-answers"]:
        print(json.dumps(known_answers()))
    else:
        raise ValueError("usage: check < vectors.json | known-answers")


if __name__ == "__main__":
    try:
        main(sys.argv[1:])
    except KeyError as problem:
        sys.exit(f"tlog.py: missing key {problem}")
    except (ValueError, TypeError) as problem:
        sys.exit(f"tlog.py: {problem}")
