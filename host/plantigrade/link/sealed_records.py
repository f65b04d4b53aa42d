"""Opens records that insoles have sealed: what comes out is the same record in format 1, and in
its status what its motion means.

A sealed record stays sealed wherever it is stored; it is opened where its samples are wanted. Whoever has no
key learns from it what its header says, which slots of which start it holds, and no sample.
"""

import struct
import zlib
from collections.abc import Iterable, Sequence

from insole_protocol import block, sealed_record
from insole_protocol.block_errors import (
    BlockError,
    BlockLengthError,
    CrcError,
    NoKeyError,
    TagError,
    UnsealedError,
)

from plantigrade.link import motion_ranges
from plantigrade.link.sealed_batch import BatchKey


def is_sealed(record: bytes) -> bool:
    """Whether a record says that it is sealed.

    >>> is_sealed(b"\\xa5\\x02"), is_sealed(b"\\xa5\\x01")
    (True, False)
    """
    return len(record) > block.VERSION_AT and record[block.VERSION_AT] == sealed_record.VERSION


class RecordOpener:
    """Opens the records of one insole.

    Args:
        log_keys: its log keys of 32 bytes each, the present one and those before; each opens what was sealed
            for a phone's live view as well.
        only_sealed: refuse records in format 1, which anybody could have made.
        capabilities: as the insole says in HELLO: they tell what the motion of open records means.

    What comes out has the ranges of its motion in its status (`motion_ranges`).
    """

    def __init__(
        self, log_keys: Iterable[bytes] = (), only_sealed: bool = False, capabilities: int = 0
    ) -> None:
        self._only_sealed = only_sealed
        self._open_status = motion_ranges.status_of_open(capabilities)
        self._keys: dict[int, list[BatchKey]] = {}
        for log_key in log_keys:
            for key in (log_key, sealed_record.live_key(log_key)):
                keys = sealed_record.RecordKeys(key)
                self._keys.setdefault(keys.key_id, []).append(BatchKey(keys))

    def open(self, record: bytes, vouched_for: bool = False) -> bytes:
        """The record in format 1.

        Args:
            record: one record with nothing behind it.
            vouched_for: the insole vouches for its bytes in another way: it need not be sealed.

        Raises:
            NoKeyError: it is sealed under a key that is not at hand.
            TagError: it was changed, or made by somebody without the key.
            UnsealedError: it is not sealed, and only sealed ones are taken.
            BlockLengthError, CrcError: it is no whole record.
        """
        (opened,) = self.open_all([record], [vouched_for])
        if isinstance(opened, BlockError):
            raise opened
        return opened

    def open_all(
        self, records: Sequence[bytes], vouched_for: Sequence[bool] | None = None
    ) -> list[bytes | BlockError]:
        """Each as `open` gives it, or the error that it raises; many at once take a fraction of the time.

        Args:
            records: with nothing behind any of them.
            vouched_for: of each, as for `open`; None: of none.
        """
        found: list[bytes | BlockError] = list(records)
        waiting: dict[int, list[int]] = {}
        for index, record in enumerate(records):
            try:
                if not is_sealed(record):
                    self._judge_open(vouched_for is not None and vouched_for[index])
                    found[index] = motion_ranges.marked(record, self._open_status)
                else:
                    waiting.setdefault(self._key_id_of(record), []).append(index)
            except BlockError as error:
                found[index] = error
        for key_id, indices in waiting.items():
            for key in self._keys[key_id]:
                tried = [index for index in indices if found[index] is records[index]]
                for index, opened in zip(tried, key.open([records[i] for i in tried]), strict=True):
                    found[index] = records[index] if opened is None else opened
            for index in indices:
                if found[index] is records[index]:
                    number = block.seq_of(records[index])
                    found[index] = TagError(f"the tag of record {number} does not match")
        return found

    def _judge_open(self, vouched_for: bool) -> None:
        if self._only_sealed and not vouched_for:
            raise UnsealedError("a record that is not sealed, of an insole that seals them")

    def _key_id_of(self, record: bytes) -> int:
        _require_complete(record)
        (key_id,) = struct.unpack_from("<H", record, len(record) - sealed_record.KEY_ID_FROM_END)
        if key_id not in self._keys:
            raise NoKeyError(f"sealed under key {key_id:04x}, which is not at hand")
        return key_id


def _require_complete(record: bytes) -> None:
    if not sealed_record.MIN_BYTES <= len(record) <= block.MAX_BYTES or block.length_of(record) != len(
        record
    ):
        raise BlockLengthError(f"a sealed record of {len(record)} bytes")
    (crc,) = struct.unpack_from("<I", record, len(record) - block.CRC_BYTES)
    if zlib.crc32(record[: len(record) - block.CRC_BYTES]) != crc:
        raise CrcError("the checksum of a sealed record does not match")
