"""HMAC-SHA256 (RFC 2104, FIPS 198-1) on an interpreter that has SHA-256 and no `hmac`."""

from hashlib import sha256

BLOCK_BYTES = 64
DIGEST_BYTES = 32


class KeyedHash:
    """HMAC-SHA256 under one key, for many messages.

    Args:
        key: of at most a block; keys here have 32 bytes.

    Raises:
        ValueError: the key is longer than a block.
    """

    def __init__(self, key: bytes) -> None:
        if len(key) > BLOCK_BYTES:
            raise ValueError("a key of %d bytes" % len(key))
        padded = key + bytes(BLOCK_BYTES - len(key))
        self._inner = bytes(byte ^ 0x36 for byte in padded)
        self._outer = bytes(byte ^ 0x5C for byte in padded)

    def of(self, *parts: "bytes | bytearray | memoryview") -> bytes:
        """The 32 bytes of the keyed hash of a message, given in one part or several.

        >>> KeyedHash(b"Jefe").of(b"what do ya want ", b"for nothing?")[:4].hex()  # RFC 4231, test case 2
        '5bdcc146'
        """
        inner = sha256(self._inner)
        for part in parts:
            inner.update(part)
        outer = sha256(self._outer)
        outer.update(inner.digest())
        return outer.digest()


def hmac_sha256(key: bytes, message: "bytes | bytearray | memoryview") -> bytes:
    """The keyed hash of one message.

    >>> hmac_sha256(b"Jefe", b"what do ya want for nothing?")[:4].hex()  # RFC 4231, test case 2
    '5bdcc146'

    Raises:
        ValueError: the key is longer than a block.
    """
    return KeyedHash(key).of(message)


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
