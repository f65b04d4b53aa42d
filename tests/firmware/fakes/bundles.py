"""Bundles made and signed on MicroPython, with the test keys of the repository."""

import hashlib
import struct
import sys
from binascii import a2b_base64
from insole_protocol import bundle_layout as layout

KEY_ID = 240
WORD = getattr(sys.implementation, "_mpy", 0) & 0xFFFF
_KEYS = {}  # name -> the numbers of the file


def _der(data, at=0):
    """(content, end) of the DER value at `at`."""
    length = data[at + 1]
    at += 2
    if length & 0x80:
        count = length & 0x7F
        length = int.from_bytes(data[at : at + count], "big")
        at += count
    return data[at : at + length], at + length


def private_key(name="now"):
    """(modulus, secret exponent) of a test key, as integers."""
    if name not in _KEYS:
        folder = [one for one in sys.path if one.endswith("/firmware")][0]
        with open(folder + "/keys/test/%s.pem" % name) as file:
            text = "".join([line.strip() for line in file if not line.startswith("-")])
        outer, _ = _der(a2b_base64(text))
        _, at = _der(outer)  # version
        _, at = _der(outer, at)  # algorithm
        octets, _ = _der(outer, at)
        numbers, _ = _der(octets)
        found, at = [], 0
        while at < len(numbers):
            number, at = _der(numbers, at)
            found.append(int.from_bytes(number, "big"))
        _KEYS[name] = found
    return _KEYS[name][1], _KEYS[name][3]


def modulus(name="now"):
    """384 bytes, as the launcher has them."""
    return private_key(name)[0].to_bytes(384, "big")


def put_keys(*names, first=KEY_ID):
    """The launcher's keys: these, numbered from `first`."""

    class Keys:
        KEYS = {first + i: modulus(names[i]) for i in range(len(names))}

    sys.modules["keys"] = Keys


SHA256 = b"\x30\x31\x30\x0d\x06\x09\x60\x86\x48\x01\x65\x03\x04\x02\x01\x05\x00\x04\x20"


def signed_block(block, name="now"):
    """The signature that gives this block of 384 bytes."""
    private_key(name)
    _, _, _, _, p, q, dp, dq, inverse = _KEYS[name]
    number = int.from_bytes(block, "big")
    a, b = pow(number % p, dp, p), pow(number % q, dq, q)
    return (b + (a - b) * inverse % p * q).to_bytes(384, "big")


def sign(message, name="now"):
    """PKCS#1 v1.5 with SHA-256."""
    tail = SHA256 + hashlib.sha256(message).digest()
    return signed_block(b"\x00\x01" + b"\xff" * (381 - len(tail)) + b"\x00" + tail, name)


def index_of(files):
    """The payload of kind 1: files as (path, content), in the order given."""
    parts = [struct.pack("<H", len(files))]
    for path, content in files:
        name = path.encode()
        digest = hashlib.sha256(content).digest()
        parts.append(bytes((len(name),)) + name + struct.pack("<I32s", len(content), digest))
    return b"".join(parts + [content for _, content in files])


def manifest_of(payload, **other):
    """256 bytes; `other` names fields that are to be wrong."""
    values = {
        "magic": b"PGFW", "format": 1, "kind": 1, "key": KEY_ID, "lowest_layout": 1, "highest_layout": 1,
        "architecture": WORD >> 10, "word": WORD, "product": b"insole", "board": b"esp32s3_r1",
        "lowest": bytes((1, 23, 0)), "highest": bytes((1, 29, 255)), "counter": 1, "floor": 1,
        "size": len(payload), "sha256": hashlib.sha256(payload).digest(), "version": b"0.2.0",
    }  # fmt: skip
    values.update(other)
    order = (
        "magic", "format", "kind", "key", "lowest_layout", "highest_layout", "architecture", "word",
        "product", "board", "lowest", "highest", "counter", "floor", "size", "sha256", "version",
    )  # fmt: skip
    packed = struct.pack(layout.MANIFEST, *[values[name] for name in order])
    return packed + bytes(layout.MANIFEST_BYTES - len(packed))


def bundle(files, signer="now", payload=None, **other):
    """A whole bundle of files."""
    payload = index_of(files) if payload is None else payload
    manifest = manifest_of(payload, **other)
    return manifest + sign(manifest, signer) + payload
