"""Whether a record is whole, without a key: what the page for phones asks of each that it stores."""

import struct
from binascii import crc32

from insole_protocol import block, block_errors, sealed_record
from insole_protocol.record_header import RecordHeader, check, check_fields


def is_sealed(record: "bytes | bytearray") -> bool:
    """Whether a record says that it is sealed."""
    return len(record) > block.VERSION_AT and record[block.VERSION_AT] == block.SEALED_VERSION


def checked(record: bytes) -> RecordHeader:
    """The header of a record that is whole; one that is sealed needs no key for that.

    Raises:
        BlockError: PROTOCOL.md section 2.
    """
    if not is_sealed(record):
        return check(record)
    length = len(record)
    if not sealed_record.MIN_BYTES <= length <= block.MAX_BYTES or block.length_of(record) != length:
        raise block_errors.BlockLengthError(f"a sealed record of {length} bytes")
    (crc,) = struct.unpack_from("<I", record, length - block.CRC_BYTES)
    if crc32(memoryview(record)[: length - block.CRC_BYTES]) & 0xFFFFFFFF != crc:
        raise block_errors.CrcError("the checksum of a sealed record does not match")
    header = RecordHeader(struct.unpack_from(block.HEADER_FORMAT, record))
    if record[block.SYNC_AT] != block.SYNC:
        raise block_errors.SyncError(f"a record starts with {record[block.SYNC_AT]}")
    check_fields(header)
    return header
