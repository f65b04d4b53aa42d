"""An insole's secrets, each in a sector of its own of the partition `keys`: never sent over a link.

    sector 0  device key: proves to hosts who the insole is, and the other way round
    sector 1  log key: seals records; independent of the first, and erased by itself

    offset  0  4s   magic, "PGKD" for the device key, "PGKL" for the log key
            4  u8   schema
            5  3s   0
            8  32s  the key, random
           40  u32  CRC-32 of all before it, little-endian

A sector that was never written holds FF throughout.
"""

import struct
from binascii import crc32

DEVICE = b"PGKD"
LOG = b"PGKL"
SECTORS = (DEVICE, LOG)
"""Which key lies in which sector."""
SCHEMA = 1
FORMAT = "<4sB3s32s"
KEY_BYTES = 32
TOTAL_BYTES = 44


class KeyRecordError(ValueError):
    """A sector that holds no such key, or bytes that are none."""


def build(kind: bytes, key: bytes) -> bytes:
    """The record of a key.

    >>> read(DEVICE, build(DEVICE, bytes(range(32)))) == bytes(range(32))
    True

    Raises:
        KeyRecordError: it is not of 32 bytes, or all alike.
    """
    if len(key) != KEY_BYTES or len(set(key)) == 1:
        raise KeyRecordError("a key has %d random bytes" % KEY_BYTES)
    record = struct.pack(FORMAT, kind, SCHEMA, bytes(3), key)
    return record + struct.pack("<I", crc32(record) & 0xFFFFFFFF)


def read(kind: bytes, sector: "bytes | bytearray | memoryview") -> bytes:
    """The key in a sector.

    Raises:
        KeyRecordError: there is none of this kind, it is damaged, or of another schema.
    """
    if len(sector) < TOTAL_BYTES or bytes(sector[:4]) != kind:
        raise KeyRecordError("no key")
    body = bytes(sector[: TOTAL_BYTES - 4])
    if crc32(body) & 0xFFFFFFFF != struct.unpack_from("<I", sector, TOTAL_BYTES - 4)[0]:
        raise KeyRecordError("a damaged key")
    _, schema, _, key = struct.unpack(FORMAT, body)
    if schema != SCHEMA:
        raise KeyRecordError("a key of schema %d" % schema)
    return key
