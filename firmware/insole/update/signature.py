"""RSA-3072 with SHA-256 and the padding of PKCS#1 v1.5, in plain MicroPython.

The block that a right signature gives is built, and all of it compared: nothing in it is parsed.
"""

import hashlib

BYTES = 384
_EXPONENT = 65537
# DER of "SHA-256, no parameters, 32 bytes follow" (RFC 8017, section 9.2)
_SHA256 = b"\x30\x31\x30\x0d\x06\x09\x60\x86\x48\x01\x65\x03\x04\x02\x01\x05\x00\x04\x20"


def is_right(modulus, signature, message):
    """Whether `signature` over `message` is by the owner of `modulus` (384 bytes, big-endian)."""
    if len(signature) != BYTES or len(modulus) != BYTES:
        return False
    number = int.from_bytes(signature, "big")
    limit = int.from_bytes(modulus, "big")
    if number >= limit:
        return False
    tail = _SHA256 + hashlib.sha256(message).digest()
    expected = b"\x00\x01" + b"\xff" * (BYTES - 3 - len(tail)) + b"\x00" + tail
    return pow(number, _EXPONENT, limit).to_bytes(BYTES, "big") == expected
