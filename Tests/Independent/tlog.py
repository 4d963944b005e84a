# SPDX-License-Identifier: EUPL-1.2
# SPDX-FileCopyrightText: 2026 The Liaison authors
"""RFC 6962 Merkle trees and the C2SP transparency-log text formats.

Written from the public specifications: RFC 6962 section 2.1 and the C2SP
documents signed-note, tlog-checkpoint, tlog-proof and tlog-tiles.

    tlog.py check < vectors.json    recompute and verify a file of vectors
    tlog.py known-answers           roots of the well-known test entries
"""

import base64
import hashlib
import json
import re
import sys

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

DECIMAL = re.compile(r"0|[1-9][0-9]*")
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


# --- Merkle trees (RFC 6962 section 2.1); a range of entries is lo <= i < hi ---


def leaf_hash(entry):
    """MTH of one entry."""
    return hashlib.sha256(b"\x00" + entry).digest()


def node_hash(left, right):
    """The hash of an inner node."""
    return hashlib.sha256(b"\x01" + left + right).digest()


def split(n):
    """The largest power of two smaller than n."""
    k = 1
    while k * 2 < n:
        k *= 2
    return k


def mth(entries, lo, hi, memo):
    """Section 2.1, MTH(D[lo:hi]); memo keeps the hashes already computed."""
    if hi == lo:
        return hashlib.sha256().digest()
    if hi - lo == 1:
        return leaf_hash(entries[lo])
    if (lo, hi) not in memo:
        k = split(hi - lo)
        memo[lo, hi] = node_hash(mth(entries, lo, lo + k, memo), mth(entries, lo + k, hi, memo))
    return memo[lo, hi]


def audit_path(m, entries, lo, hi, memo):
    """Section 2.1.1, PATH(m, D[lo:hi])."""
    if hi - lo == 1:
        return []
    k = split(hi - lo)
    if m < k:
        return audit_path(m, entries, lo, lo + k, memo) + [mth(entries, lo + k, hi, memo)]
    return audit_path(m - k, entries, lo + k, hi, memo) + [mth(entries, lo, lo + k, memo)]


def subproof(m, entries, lo, hi, whole, memo):
    """Section 2.1.2, SUBPROOF(m, D[lo:hi], whole)."""
    if m == hi - lo:
        return [] if whole else [mth(entries, lo, hi, memo)]
    k = split(hi - lo)
    if m <= k:
        return subproof(m, entries, lo, lo + k, whole, memo) + [mth(entries, lo + k, hi, memo)]
    return subproof(m - k, entries, lo + k, hi, False, memo) + [mth(entries, lo, lo + k, memo)]


def root(entries):
    """Section 2.1: the Merkle Tree Hash of all entries."""
    return mth(entries, 0, len(entries), {})


def inclusion(index, entries, memo=None):
    """Section 2.1.1: the audit path of entry number index."""
    if not 0 <= index < len(entries):
        raise ValueError("no such entry")
    return audit_path(index, entries, 0, len(entries), {} if memo is None else memo)


def consistency(old, entries, memo=None):
    """Section 2.1.2: PROOF(old, entries); empty for old 0 and for the same size."""
    if not 0 <= old <= len(entries):
        raise ValueError("no such older tree")
    if old == 0:
        return []
    return subproof(old, entries, 0, len(entries), True, {} if memo is None else memo)


def root_from_path(m, n, leaf, path):
    """The root that PATH(m, D[n]) leads to, following the recursion of section 2.1.1."""
    if n == 1:
        if path:
            raise ValueError("path too long")
        return leaf
    if not path:
        raise ValueError("path too short")
    k = split(n)
    if m < k:
        return node_hash(root_from_path(m, k, leaf, path[:-1]), path[-1])
    return node_hash(path[-1], root_from_path(m - k, n - k, leaf, path[:-1]))


def verify_inclusion(entry, index, size, path, root):
    """True if the path shows that entry has this index in the tree with this root."""
    if not 0 <= index < size:
        return False
    try:
        return root_from_path(index, size, leaf_hash(entry), path) == root
    except ValueError:
        return False


def roots_from_proof(m, n, whole, old_root, path):
    """The old and new root that SUBPROOF(m, D[n], whole) leads to (section 2.1.2)."""
    if m == n:
        if len(path) != (0 if whole else 1):
            raise ValueError("wrong path length")
        return (old_root, old_root) if whole else (path[0], path[0])
    if not path:
        raise ValueError("path too short")
    k = split(n)
    if m <= k:
        old, new = roots_from_proof(m, k, whole, old_root, path[:-1])
        return old, node_hash(new, path[-1])
    old, new = roots_from_proof(m - k, n - k, False, old_root, path[:-1])
    return node_hash(path[-1], old), node_hash(path[-1], new)


def verify_consistency(old, old_root, new, new_root, path):
    """True if the path shows that the old tree is a prefix of the new tree."""
    if not 0 <= old <= new:
        return False
    if old == 0:
        return not path and old_root == root([]) and (new > 0 or new_root == old_root)
    try:
        return roots_from_proof(old, new, True, old_root, path) == (old_root, new_root)
    except ValueError:
        return False


def tile(level, index, width, entries, memo=None):
    """tlog-tiles, 'Merkle Tree': the first width hashes of a tile."""
    span = 256**level
    first = index * 256
    if min(level, index) < 0 or not 1 <= width <= 256 or (first + width) * span > len(entries):
        raise ValueError("no such tile")
    memo = {} if memo is None else memo
    return b"".join(mth(entries, i * span, (i + 1) * span, memo) for i in range(first, first + width))


# --- Signed notes and checkpoints ---


def b64(text):
    """Standard base64 with padding (RFC 4648 section 4), canonical only."""
    data = base64.b64decode(text, validate=True)
    if base64.b64encode(data).decode() != text:
        raise ValueError("base64 is not canonical")
    return data


def hash_b64(text):
    """A base64 SHA-256 hash."""
    data = b64(text)
    if len(data) != 32:
        raise ValueError("a hash is 32 bytes")
    return data


def decimal(text):
    """ASCII decimal without leading zeroes."""
    if not DECIMAL.fullmatch(text):
        raise ValueError(f"bad number {text!r}")
    return int(text)


def check_name(name):
    """signed-note, 'Format': not empty, no Unicode spaces, no plus."""
    if not name or "+" in name or any(c.isspace() for c in name):
        raise ValueError("bad key name")


def parse_vkey(text):
    """A verifier key, name+hex(key ID)+base64(0x01 || key): (name, key ID, key)."""
    parts = text.split("+", 2)
    if len(parts) != 3:
        raise ValueError("bad verifier key")
    name, key_id, encoded = parts[0], parts[1], b64(parts[2])
    check_name(name)
    if len(encoded) != 33 or encoded[0] != 1:
        raise ValueError("not an Ed25519 verifier key")
    expected = hashlib.sha256(name.encode() + b"\n" + encoded).digest()[:4]
    if key_id != expected.hex():
        raise ValueError("the key ID does not match the key")
    return name, expected, encoded[1:]


def parse_signature(line):
    """signed-note, 'Format': one signature line as (name, key ID, signature)."""
    parts = line.split(" ")
    if len(parts) != 3 or parts[0] != "\u2014":
        raise ValueError("bad signature line")
    check_name(parts[1])
    data = b64(parts[2])
    if len(data) < 5:
        raise ValueError("signature too short")
    return parts[1], data[:4], data[4:]


def split_note(note):
    """signed-note, 'Format': the signed text and the parsed signatures."""
    if any(c < " " and c != "\n" for c in note):
        raise ValueError("control character in note")
    text, blank, rest = note.rpartition("\n\n")
    if not blank or not rest.endswith("\n"):
        raise ValueError("not a signed note")
    lines = rest[:-1].split("\n")
    if len(lines) > MAX_SIGNATURES:
        raise ValueError("too many signatures")
    return text + "\n", [parse_signature(line) for line in lines]


def verify_note(text, vkey):
    """signed-note, 'Signatures': the signed text, if the key signed it."""
    name, key_id, key = parse_vkey(vkey)
    body, signatures = split_note(text)
    known = [s for n, i, s in signatures if (n, i) == (name, key_id)]
    if not known:
        raise ValueError("no signature from the key")
    for signature in known:
        try:
            Ed25519PublicKey.from_public_bytes(key).verify(signature, body.encode())
        except InvalidSignature:
            raise ValueError("bad signature") from None
    return body


def parse_checkpoint(note, vkey):
    """tlog-checkpoint, 'Note text': (origin, size, root) of a verified checkpoint."""
    lines = verify_note(note, vkey)[:-1].split("\n")
    if len(lines) < 3 or "" in lines:
        raise ValueError("bad checkpoint")
    return lines[0], decimal(lines[1]), hash_b64(lines[2])


def parse_proof(text):
    """tlog-proof, 'Format': (index, path, checkpoint text), nothing verified."""
    head, blank, checkpoint = text.partition("\n\n")
    lines = head.split("\n")
    if not blank or lines.pop(0) != PROOF_LINE:
        raise ValueError("not a tlog-proof")
    if lines and lines[0].startswith("extra "):
        if not b64(lines.pop(0).removeprefix("extra ")):
            raise ValueError("empty extra data")
    if not lines or not lines[0].startswith("index "):
        raise ValueError("no index line")
    index = decimal(lines.pop(0).removeprefix("index "))
    return index, [hash_b64(line) for line in lines], checkpoint


def verify_proof(proof_text, entry_bytes, vkey):
    """tlog-proof: (index, size), if the proof holds for the entry."""
    index, path, checkpoint = parse_proof(proof_text)
    _, size, root_hash = parse_checkpoint(checkpoint, vkey)
    if not verify_inclusion(entry_bytes, index, size, path, root_hash):
        raise ValueError("the inclusion proof does not hold")
    return index, size


# --- Checking a file of vectors ---


def expect(condition, what):
    """Stop with a message unless the condition holds."""
    if not condition:
        raise ValueError(f"differs: {what}")


def check_size(vector, entries, memo, vkey):
    """Check everything about one tree size; returns the number of proofs."""
    size = vector["size"]
    tree = entries[:size]
    tree_root = mth(entries, 0, size, memo)
    expect(hash_b64(vector["root"]) == tree_root, "root")
    expect(parse_checkpoint(vector["checkpoint"], vkey)[1:] == (size, tree_root), "checkpoint")
    for item in vector["inclusion"]:
        index, path = item["index"], [hash_b64(h) for h in item["path"]]
        expect(path == inclusion(index, tree, memo), f"inclusion path of {index}")
        expect(verify_inclusion(tree[index], index, size, path, tree_root), f"inclusion of {index}")
    for item in vector["consistency"]:
        old, path = item["from"], [hash_b64(h) for h in item["path"]]
        expect(path == consistency(old, tree, memo), f"consistency path from {old}")
        old_root = mth(entries, 0, old, memo)
        expect(verify_consistency(old, old_root, size, tree_root, path), f"consistency from {old}")
    for item in vector["proofs"]:
        index = item["index"]
        found, path, checkpoint = parse_proof(item["text"])
        expect((found, path) == (index, inclusion(index, tree, memo)), f"tlog-proof of {index}")
        expect(parse_checkpoint(checkpoint, vkey)[1:] == (size, tree_root), f"tlog-proof checkpoint of {index}")
        expect(verify_proof(item["text"], tree[index], vkey) == (index, size), f"tlog-proof result of {index}")
    for item in vector["tiles"]:
        place = item["level"], item["index"], item["width"]
        expect(b64(item["bytes"]) == tile(*place, tree, memo), f"tile {place}")
    return sum(len(vector[kind]) for kind in ("inclusion", "consistency", "proofs"))


def check(vectors):
    """Check all sizes; the number of sizes and of proofs of any kind."""
    largest = max((v["size"] for v in vectors["sizes"]), default=0)
    entries = [f"entry {i}".encode() for i in range(largest)]
    memo, proofs = {}, 0
    for vector in vectors["sizes"]:
        try:
            proofs += check_size(vector, entries, memo, vectors["vkey"])
        except (ValueError, KeyError, TypeError) as error:
            raise ValueError(f"size {vector['size']}: {error!r}") from error
    return len(vectors["sizes"]), proofs


def known_answers():
    """The roots of the Certificate Transparency reference entries, sizes 1 to 8."""
    entries = [bytes.fromhex(e) for e in KNOWN_ENTRIES]
    roots = [root(entries[:n]) for n in range(1, len(entries) + 1)]
    expect([r.hex() for r in roots] == KNOWN_ROOTS, "known roots")
    return {"empty": base64.b64encode(root([])).decode(), "roots": [base64.b64encode(r).decode() for r in roots]}


def main(args):
    """The command line described at the top of this file."""
    if args == ["check"]:
        print("checked %d sizes, %d proofs" % check(json.load(sys.stdin)))
    elif args == ["known-answers"]:
        print(json.dumps(known_answers()))
    else:
        raise ValueError("usage: tlog.py check < vectors.json | tlog.py known-answers")


if __name__ == "__main__":
    try:
        main(sys.argv[1:])
    except (ValueError, KeyError, TypeError) as error:
        sys.exit(f"tlog.py: {error}")
