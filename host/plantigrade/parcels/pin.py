"""The pin of a clinic's public key: what an invitation says of it, so that nobody else's is taken for it."""

import hashlib
from typing import Final

from plantigrade.parcels.keys import PublicKey

ALPHABET: Final = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Crockford's base 32, https://www.crockford.com/base32.html."""
PIN_CHARACTERS: Final = 26
_BITS: Final = 5
_ALIKE: Final = str.maketrans("OIL", "011")


def pin_of(key: PublicKey) -> str:
    """The first 130 bits of SHA-256 of a public key, as 26 characters of Crockford's base 32.

    Example:
        >>> from plantigrade.parcels.keys import SecretKey
        >>> pin_of(SecretKey.parse("11" * 32).public)
        '5EPGZNGGV6FAWH1YJCN2C51BS8'
    """
    digest = hashlib.sha256(key.raw).digest()
    number = int.from_bytes(digest) >> len(digest) * 8 - PIN_CHARACTERS * _BITS
    return "".join(ALPHABET[number >> _BITS * at & 31] for at in reversed(range(PIN_CHARACTERS)))


def normal_code(text: str) -> str:
    """A code or pin as it was typed: in capitals, without what stands between its characters.

    Example:
        >>> normal_code("ab-o1 l")
        'AB011'
    """
    return "".join(character for character in text.upper().translate(_ALIKE) if character in ALPHABET)
