"""Opens records that insoles have sealed: what comes out is the same record in format 1.

A sealed record stays sealed wherever it is stored; it is opened where its samples are wanted. Whoever has no
key learns from it what its header says, which slots of which start it holds, and no sample.
"""

import struct
import zlib
from collections.abc import Iterable
from hmac import compare_digest

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.cmac import CMAC
from insole_protocol import block, sealed_record
from insole_protocol.block_errors import BlockLengthError, CrcError, NoKeyError, TagError, UnsealedError

_COUNTER_START = bytes(16 - sealed_record.NONCE_BYTES)


def is_sealed(record: bytes) -> bool:
    """Whether a record says that it is sealed.

    >>> is_sealed(b"\\xa5\\x02"), is_sealed(b"\\xa5\\x01")
    (True, False)
    """
    return len(record) > block.VERSION_AT and record[block.VERSION_AT] == sealed_record.VERSION


class RecordOpener:
    """Opens the records of one insole.

    Args:
        log_keys: its log keys of 32 bytes each, the present one and those before.
        only_sealed: refuse records in format 1, which anybody could have made.
    """

    def __init__(self, log_keys: Iterable[bytes] = (), only_sealed: bool = False) -> None:
        self._only_sealed = only_sealed
        self._keys: dict[int, list[_OpeningKey]] = {}
        for log_key in log_keys:
            key = _OpeningKey(sealed_record.RecordKeys(log_key))
            self._keys.setdefault(key.key_id, []).append(key)

    def open(self, record: bytes, vouched_for: bool = False) -> bytes:
        """The record in format 1; one that is in format 1 as it is.

        Args:
            record: one record with nothing behind it.
            vouched_for: the insole vouches for its bytes in another way: it need not be sealed.

        Raises:
            NoKeyError: it is sealed under a key that is not at hand.
            TagError: it was changed, or made by somebody without the key.
            UnsealedError: it is not sealed, and only sealed ones are taken.
            BlockLengthError, CrcError: it is no whole record.
        """
        if not is_sealed(record):
            if self._only_sealed and not vouched_for:
                raise UnsealedError("a record that is not sealed, of an insole that seals them")
            return record
        _require_whole(record)
        (key_id,) = struct.unpack_from("<H", record, len(record) - sealed_record.KEY_ID_FROM_END)
        candidates = self._keys.get(key_id)
        if not candidates:
            raise NoKeyError(f"sealed under key {key_id:04x}, which is not at hand")
        for key in candidates:
            opened = key.open(record)
            if opened is not None:
                return opened
        raise TagError(f"the tag of record {block.seq_of(record)} does not match")


class _OpeningKey:
    def __init__(self, keys: sealed_record.RecordKeys) -> None:
        self.key_id = keys.key_id
        self._encrypting = algorithms.AES256(keys.encrypting)
        self._tags = CMAC(algorithms.AES256(keys.authenticating))

    def open(self, record: bytes) -> bytes | None:
        """The record in format 1; None where the tag is not this key's."""
        tag_at = len(record) - sealed_record.TAG_FROM_END
        tags = self._tags.copy()
        tags.update(record[:tag_at])
        if not compare_digest(
            tags.finalize()[: sealed_record.TAG_BYTES], record[tag_at : tag_at + sealed_record.TAG_BYTES]
        ):
            return None
        nonce = record[sealed_record.NONCE_AT : sealed_record.NONCE_AT + sealed_record.NONCE_BYTES]
        opening = Cipher(self._encrypting, modes.CTR(nonce + _COUNTER_START)).decryptor()
        plain = opening.update(record[sealed_record.SEALED_AT : len(record) - sealed_record.KEY_ID_FROM_END])
        head = bytearray(record[: sealed_record.SEALED_AT])
        head[block.VERSION_AT] = block.VERSION
        struct.pack_into("<H", head, block.LENGTH_AT, len(record) - sealed_record.EXTRA_BYTES)
        body = bytes(head) + plain
        return body + struct.pack("<I", zlib.crc32(body))


def _require_whole(record: bytes) -> None:
    if not sealed_record.MIN_BYTES <= len(record) <= block.MAX_BYTES or block.length_of(record) != len(
        record
    ):
        raise BlockLengthError(f"a sealed record of {len(record)} bytes")
    (crc,) = struct.unpack_from("<I", record, len(record) - block.CRC_BYTES)
    if zlib.crc32(record[: len(record) - block.CRC_BYTES]) != crc:
        raise CrcError("the checksum of a sealed record does not match")
