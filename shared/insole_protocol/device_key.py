"""The insole's own key, as it lies in the first sector of the partition `keys`: never sent over a link.

    offset  0  4s   magic "PGKD"
            4  u8   schema
            5  3s   0
            8  32s  K_dev, random
           40  u32  CRC-32 of all before it, little-endian

A sector that was never written holds FF throughout.
"""

import struct
from binascii import crc32

MAGIC = b"PGKD"
SCHEMA = 1
FORMAT = "<4sB3s32s"
KEY_BYTES = 32
TOTAL_BYTES = 44


class DeviceKeyError(ValueError):
    """A sector that holds no key, or bytes that are none."""


def build(key: bytes) -> bytes:
    """The record of a key.

    >>> read(build(bytes(range(32)))) == bytes(range(32))
    True

    Raises:
        DeviceKeyError: it is not of 32 bytes, or all alike.
    """
    if len(key) != KEY_BYTES or len(set(key)) == 1:
        raise DeviceKeyError("a key has %d random bytes" % KEY_BYTES)
    record = struct.pack(FORMAT, MAGIC, SCHEMA, bytes(3), key)
    return record + struct.pack("<I", crc32(record) & 0xFFFFFFFF)


def read(sector: "bytes | bytearray") -> bytes:
    """The key in a sector.

    Raises:
        DeviceKeyError: there is none, it is damaged, or of another schema.
    """
    if len(sector) < TOTAL_BYTES or bytes(sector[:4]) != MAGIC:
        raise DeviceKeyError("no key")
    body = bytes(sector[: TOTAL_BYTES - 4])
    if crc32(body) & 0xFFFFFFFF != struct.unpack_from("<I", sector, TOTAL_BYTES - 4)[0]:
        raise DeviceKeyError("a damaged key")
    _, schema, _, key = struct.unpack(FORMAT, body)
    if schema != SCHEMA:
        raise DeviceKeyError("a key of schema %d" % schema)
    return key
