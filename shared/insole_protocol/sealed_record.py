"""Where the fields of a sealed block record lie, format 2 (PROTOCOL.md section 1.5), and its keys.

    offset         type  field
    0              24 B  header as in format 1, `version` 2 and `length` of the sealed record
    24             ...   status and payload of format 1, encrypted
    length - 16    u16   key identifier
    length - 14    u16   motion code
    length - 12    8 B   tag
    length - 4     u32   CRC-32 of all before it

What format 1 has before its checksum keeps its place, so that sealing moves no byte. Encrypted with AES-256
in counter mode (NIST SP 800-38A): the counter block is bytes 4 to 17 of the record, which no two records of
an insole share, and two bytes that count blocks from 0, the most significant first. The tag is half of
the AES-256-CMAC (NIST SP 800-38B) of all before it.
"""

from insole_protocol import block
from insole_protocol.keyed_hash import hmac_sha256

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Protocol

    class Cipher(Protocol):
        """As an object of `cryptolib.aes`."""

        def encrypt(self, data: "bytes | bytearray | memoryview", out: "bytearray | memoryview") -> object:
            """Encrypt whole blocks of 16 bytes; both may be the same buffer."""


VERSION = block.SEALED_VERSION
SEALED_AT = block.STATUS_AT
NONCE_AT = block.SEQ_AT
NONCE_BYTES = 14
MOTION_BYTES = 2
KEY_ID_BYTES = 2
TAG_BYTES = 8
EXTRA_BYTES = KEY_ID_BYTES + MOTION_BYTES + TAG_BYTES
"""By so much a sealed record is longer than the same in format 1."""
KEY_ID_FROM_END = 16
MOTION_FROM_END = 14
TAG_FROM_END = 12
MIN_BYTES = block.MIN_BYTES + EXTRA_BYTES
MAX_FRAMES_IMU = 55  # 56 packed ones would not leave room for the tag
KEY_BYTES = 32
BLOCK_BYTES = 16  # of AES


class RecordKeys:
    """What is made of a log key: two keys with one purpose each, and the key's identifier.

    Attributes:
        encrypting, authenticating: 32 bytes each.
        key_id: u16 that tells a reader which of its keys to try; tells nothing of the key.
    """

    def __init__(self, log_key: bytes) -> None:
        if len(log_key) != KEY_BYTES:
            raise ValueError("a log key has %d bytes" % KEY_BYTES)
        self.encrypting = hmac_sha256(log_key, b"plantigrade record encryption 2")
        self.authenticating = hmac_sha256(log_key, b"plantigrade record tag 2")
        identifier = hmac_sha256(log_key, b"plantigrade record key identifier 2")
        self.key_id = identifier[0] | identifier[1] << 8


def live_key(log_key: bytes) -> bytes:
    """The key of the live view: it takes the log key's place while a phone watches, and opens nothing else.

    >>> live_key(bytes(range(32)))[:4].hex()
    '53f780b5'
    """
    return hmac_sha256(log_key, b"plantigrade live view 2")


def cmac_subkeys(ecb: "Cipher") -> "tuple[bytearray, bytearray]":
    """K1 and K2 of NIST SP 800-38B, section 6.1, by a cipher in mode ECB."""
    zero = bytearray(BLOCK_BYTES)
    ecb.encrypt(zero, zero)
    first = _doubled(zero)
    return first, _doubled(first)


def _doubled(value: bytearray) -> bytearray:
    out = bytearray(BLOCK_BYTES)
    for i in range(BLOCK_BYTES):
        out[i] = (value[i] << 1 | (value[i + 1] >> 7 if i + 1 < BLOCK_BYTES else 0)) & 255
    if value[0] & 0x80:
        out[BLOCK_BYTES - 1] ^= 0x87
    return out
