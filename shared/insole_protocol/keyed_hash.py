"""HMAC-SHA256 (RFC 2104, FIPS 198-1) on an interpreter that has SHA-256 and no `hmac`."""

from hashlib import sha256

BLOCK_BYTES = 64
DIGEST_BYTES = 32


def hmac_sha256(key: bytes, message: "bytes | bytearray | memoryview") -> bytes:
    """The 32 bytes of the keyed hash of a message.

    >>> hmac_sha256(b"Jefe", b"what do ya want for nothing?")[:4].hex()  # RFC 4231, test case 2
    '5bdcc146'

    Raises:
        ValueError: the key is longer than a block; keys here have 32 bytes.
    """
    if len(key) > BLOCK_BYTES:
        raise ValueError("a key of %d bytes" % len(key))
    padded = key + bytes(BLOCK_BYTES - len(key))
    inner = sha256(bytes(byte ^ 0x36 for byte in padded))
    inner.update(message)
    outer = sha256(bytes(byte ^ 0x5C for byte in padded))
    outer.update(inner.digest())
    return outer.digest()


def same(one: "bytes | memoryview", other: "bytes | memoryview") -> bool:
    """Whether two byte strings of the same length are equal, in a time that does not tell where they differ.

    >>> same(b"abc", b"abc"), same(b"abc", b"abd"), same(b"abc", b"ab")
    (True, False, False)
    """
    if len(one) != len(other):
        return False
    difference = 0
    for i in range(len(one)):
        difference |= one[i] ^ other[i]
    return difference == 0
