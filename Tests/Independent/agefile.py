# SPDX-License-Identifier: EUPL-1.2
# SPDX-FileCopyrightText: 2026 The Liaison authors
"""The age v1 file format with the mlkem768x25519 recipient type only.

Written from the public specifications: C2SP age.md (age-encryption.org/v1), RFC 5869 (HKDF),
RFC 9180 (HPKE), draft-connolly-cfrg-xwing-kem (X-Wing) and BIP 173 (Bech32).

    agefile.py keygen                                      identity line, recipient line
    agefile.py recipient IDENTITY                          the recipient of an identity
    agefile.py seal RECIPIENT [RECIPIENT...] < plaintext > file
    agefile.py open IDENTITY_FILE < file > plaintext
"""

import base64
import hashlib
import hmac
import os
import re
import sys

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.mlkem import MLKEM768PrivateKey, MLKEM768PublicKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305

IDENTITY_HRP, IDENTITY_SIZE = "AGE-SECRET-KEY-PQ-", 32
RECIPIENT_HRP, RECIPIENT_SIZE = "age1pq", 1184 + 32
BECH32_CHARS = "qpzry9x8gf2tvdw0s3jn54khce6mua7l"
XWING_LABEL = bytes.fromhex("5c2e2f2f5e5c")
ENC_SIZE = 1088 + 32
HPKE_SUITE = b"HPKE" + bytes.fromhex("647a" "0001" "0003")  # RFC 9180 section 5.1: KEM, KDF, AEAD
HPKE_INFO = b"age-encryption.org/mlkem768x25519"
CHUNK, TAG = 64 * 1024, 16

# age.md, "ABNF definition of file header": ARG_LINE and BODY make one stanza.
ARG_LINE, BODY = rb"->(?: [\x21-\x7e]+)+\n", rb"(?:[A-Za-z0-9+/]{64}\n)*[A-Za-z0-9+/]{0,63}\n"
STANZA = re.compile(rb"(%b)(%b)" % (ARG_LINE, BODY))
HEADER = re.compile(rb"age-encryption\.org/v1\n((?:%b%b)+)--- ([A-Za-z0-9+/]{43})\n" % (ARG_LINE, BODY))


class AgeError(Exception):
    """The input is not acceptable, or no identity opens it."""


def bech32_polymod(hrp, values):
    """BIP 173, "Checksum": over the expanded lower-case HRP and the data."""
    codes = hrp.lower().encode()
    check = 1
    for value in [c >> 5 for c in codes] + [0] + [c & 31 for c in codes] + values:
        top = check >> 25
        check = (check & 0x1FFFFFF) << 5 ^ value
        for bit, generator in enumerate((0x3B6A57B2, 0x26508E6D, 0x1EA119FA, 0x3D4233DD, 0x2A1462B3)):
            check ^= generator if top >> bit & 1 else 0
    return check


def bech32_encode(hrp, data):
    """BIP 173 without the length limit; upper case when the HRP is."""
    bits = "".join(f"{byte:08b}" for byte in data)
    bits += "0" * (-len(bits) % 5)
    values = [int(bits[i : i + 5], 2) for i in range(0, len(bits), 5)]
    check = bech32_polymod(hrp, values + [0] * 6) ^ 1
    text = "".join(BECH32_CHARS[v] for v in values + [check >> 5 * (5 - i) & 31 for i in range(6)])
    return hrp + "1" + (text.upper() if hrp.isupper() else text)


def bech32_decode(hrp, size, text):
    """BIP 173 without the length limit; the HRP must have the given case."""
    prefix, _, rest = text.rpartition("1")
    if prefix != hrp or not text.isascii() or rest != (rest.upper() if hrp.isupper() else rest.lower()):
        raise AgeError(f"bech32: not a {hrp}1... string in one case")
    values = [BECH32_CHARS.find(c) for c in rest.lower()]
    if len(values) < 6 or -1 in values or bech32_polymod(hrp, values) != 1:
        raise AgeError("bech32: bad character or checksum")
    bits = "".join(f"{value:05b}" for value in values[:-6])
    data, padding = bits[: size * 8], bits[size * 8 :]
    if len(data) != size * 8 or len(padding) > 4 or "1" in padding:
        raise AgeError("bech32: wrong length or padding")
    return int(data, 2).to_bytes(size, "big")


def b64_encode(data):
    """age.md, "Conventions": standard base64 without padding."""
    return base64.b64encode(data).rstrip(b"=")


def b64_decode(text):
    """age.md, "Conventions": only what encodes back to the same text."""
    try:
        data = base64.b64decode(text + b"=" * (-len(text) % 4), validate=True)
    except ValueError as error:
        raise AgeError("bad base64") from error
    if b64_encode(data) != text:
        raise AgeError("base64 is padded or not canonical")
    return data


def extract(salt, key_material):
    """RFC 5869 section 2.2, HKDF-Extract."""
    return hmac.digest(salt, key_material, "sha256")


def expand(key, info, length):
    """RFC 5869 section 2.3, HKDF-Expand for at most one block of 32 bytes."""
    return hmac.digest(key, info + b"\x01", "sha256")[:length]


def labeled_extract(salt, label, key_material):
    """RFC 9180 section 4, LabeledExtract."""
    return extract(salt, b"HPKE-v1" + HPKE_SUITE + label + key_material)


def labeled_expand(key, label, info, length):
    """RFC 9180 section 4, LabeledExpand."""
    return expand(key, length.to_bytes(2, "big") + b"HPKE-v1" + HPKE_SUITE + label + info, length)


def hpke_context(shared_secret):
    """RFC 9180 section 5.1, KeySchedule in base mode: the cipher and the first nonce."""
    psk_id_hash = labeled_extract(b"", b"psk_id_hash", b"")
    context = b"\x00" + psk_id_hash + labeled_extract(b"", b"info_hash", HPKE_INFO)
    secret = labeled_extract(shared_secret, b"secret", b"")
    key = labeled_expand(secret, b"key", context, 32)
    return ChaCha20Poly1305(key), labeled_expand(secret, b"base_nonce", context, 12)


def xwing_keys(seed):
    """X-Wing section 5.2: the ML-KEM and X25519 private keys, and the public key."""
    expanded = hashlib.shake_256(seed).digest(96)
    mlkem = MLKEM768PrivateKey.from_seed_bytes(expanded[:64])
    x25519 = X25519PrivateKey.from_private_bytes(expanded[64:])
    return mlkem, x25519, mlkem.public_key().public_bytes_raw() + x25519.public_key().public_bytes_raw()


def xwing_combine(ss_m, ss_x, ct_x, pk_x):
    """X-Wing section 5.3, Combiner."""
    return hashlib.sha3_256(ss_m + ss_x + ct_x + pk_x + XWING_LABEL).digest()


def xwing_encapsulate(public):
    """X-Wing section 5.4: the shared secret and its encapsulation."""
    pk_m, pk_x = public[:-32], public[-32:]
    ephemeral = X25519PrivateKey.generate()
    ct_x = ephemeral.public_key().public_bytes_raw()
    try:
        ss_m, ct_m = MLKEM768PublicKey.from_public_bytes(pk_m).encapsulate()
        ss_x = ephemeral.exchange(X25519PublicKey.from_public_bytes(pk_x))
    except ValueError as error:
        raise AgeError("the recipient is not a valid public key") from error
    return xwing_combine(ss_m, ss_x, ct_x, pk_x), ct_m + ct_x


def xwing_decapsulate(seed, enc):
    """X-Wing section 5.5; an all-zero X25519 result is refused."""
    mlkem, x25519, public = xwing_keys(seed)
    ct_m, ct_x = enc[:-32], enc[-32:]
    try:
        ss_x = x25519.exchange(X25519PublicKey.from_public_bytes(ct_x))
    except ValueError as error:
        raise AgeError("stanza: the encapsulated key is not valid") from error
    return xwing_combine(mlkem.decapsulate(ct_m), ss_x, ct_x, public[-32:])


def wrap(recipient, file_key):
    """age.md, "mlkem768x25519 recipient stanza": the whole stanza."""
    secret, enc = xwing_encapsulate(bech32_decode(RECIPIENT_HRP, RECIPIENT_SIZE, recipient))
    cipher, nonce = hpke_context(secret)
    body = cipher.encrypt(nonce, file_key, b"")
    return b"-> mlkem768x25519 %b\n%b\n" % (b64_encode(enc), b64_encode(body))


def unwrap(seed, arguments, body):
    """The same section: the file key, or None when the stanza is for somebody else."""
    if arguments[0] != b"mlkem768x25519":
        return None
    enc = b64_decode(arguments[1]) if len(arguments) == 2 else b""
    if len(enc) != ENC_SIZE or len(body) != 32:
        raise AgeError("stanza: wrong number of arguments or wrong length")
    cipher, nonce = hpke_context(xwing_decapsulate(seed, enc))
    try:
        return cipher.decrypt(nonce, body, b"")
    except InvalidTag:
        return None


def read_header(data):
    """age.md, "Header": the stanzas, the authenticated bytes, the MAC and the payload."""
    match = HEADER.match(data)
    if not match:
        raise AgeError("header: not an age v1 header")
    stanzas = []
    for line, body in STANZA.findall(match[1]):
        stanzas.append((line[3:-1].split(b" "), b64_decode(body.replace(b"\n", b""))))
    if len(stanzas) > 1 and any(arguments[0] == b"scrypt" for arguments, _ in stanzas):
        raise AgeError("header: an scrypt stanza must be the only stanza")
    return stanzas, data[: match.start(2) - 1], b64_decode(match[2]), data[match.end() :]


def header_mac(file_key, header):
    """age.md, "Header MAC"; the header ends with the three dashes."""
    return hmac.digest(expand(extract(b"", file_key), b"header", 32), header, "sha256")


def crypt_chunks(file_key, nonce, data, size, method):
    """age.md, "Payload": encrypt or decrypt each chunk under its counter and final flag."""
    cipher = ChaCha20Poly1305(expand(extract(nonce, file_key), b"payload", 32))
    chunks = [data[i : i + size] for i in range(0, len(data), size)] or [b""]
    for counter, chunk in enumerate(chunks):
        final = b"\x01" if counter == len(chunks) - 1 else b"\x00"
        yield method(cipher, counter.to_bytes(11, "big") + final, chunk, b"")


def decrypt_payload(file_key, payload):
    """age.md, "Payload": it must end with a valid final chunk, empty only if it is the sole one."""
    if len(payload) < 16 + TAG:
        raise AgeError("payload: truncated")
    try:
        chunks = list(crypt_chunks(file_key, payload[:16], payload[16:], CHUNK + TAG, ChaCha20Poly1305.decrypt))
    except InvalidTag as error:
        raise AgeError("payload: damaged or truncated") from error
    if len(chunks) > 1 and not chunks[-1]:
        raise AgeError("payload: empty final chunk")
    return b"".join(chunks)


def keygen():
    """A new identity and its recipient, as strings."""
    identity = bech32_encode(IDENTITY_HRP, os.urandom(IDENTITY_SIZE))
    return identity, recipient_of(identity)


def recipient_of(identity):
    """The recipient string of an identity string."""
    return bech32_encode(RECIPIENT_HRP, xwing_keys(bech32_decode(IDENTITY_HRP, IDENTITY_SIZE, identity))[2])


def seal(recipients, plaintext):
    """Encrypt bytes to one or more recipient strings."""
    if not recipients:
        raise AgeError("at least one recipient is needed")
    file_key, nonce = os.urandom(16), os.urandom(16)
    header = b"age-encryption.org/v1\n" + b"".join(wrap(r, file_key) for r in recipients) + b"---"
    payload = crypt_chunks(file_key, nonce, plaintext, CHUNK, ChaCha20Poly1305.encrypt)
    return b"%b %b\n%b" % (header, b64_encode(header_mac(file_key, header)), nonce) + b"".join(payload)


def open_file(identities, data):
    """Decrypt an age file with the first of the identity strings that fits."""
    stanzas, header, mac, payload = read_header(data)
    seeds = [bech32_decode(IDENTITY_HRP, IDENTITY_SIZE, identity) for identity in identities]
    candidates = (unwrap(seed, *stanza) for seed in seeds for stanza in stanzas)
    file_key = next((key for key in candidates if key is not None), None)
    if file_key is None:
        raise AgeError("no identity matches a recipient stanza")
    if not hmac.compare_digest(mac, header_mac(file_key, header)):
        raise AgeError("header: wrong MAC")
    return decrypt_payload(file_key, payload)


def main(command="", *args):
    """The command line described at the top of this file."""
    if command == "keygen" and not args:
        print(*keygen(), sep="\n")
    elif command == "recipient" and len(args) == 1:
        print(recipient_of(args[0]))
    elif command == "seal" and args:
        sys.stdout.buffer.write(seal(args, sys.stdin.buffer.read()))
    elif command == "open" and len(args) == 1:
        with open(args[0], encoding="utf-8") as file:
            lines = [line.strip() for line in file]
        identities = [line for line in lines if line and not line.startswith("#")]
        sys.stdout.buffer.write(open_file(identities, sys.stdin.buffer.read()))
    else:
        raise AgeError("usage: keygen | recipient IDENTITY | seal RECIPIENT [RECIPIENT...] | open IDENTITY_FILE")


if __name__ == "__main__":
    try:
        main(*sys.argv[1:])
    except (AgeError, OSError, UnicodeError) as problem:
        sys.exit(f"agefile.py: {problem}")
