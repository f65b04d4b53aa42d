"""The ranges of the IMU's channels in bits 12 to 15 of the status that frames and recordings keep.

On the wire these bits are 0: a sealed record has a motion code, and of open ones HELLO tells (PROTOCOL.md
sections 1.5 and 4). The host writes what it learned there into its own copy of the status, so that each row
of a recording says in which units it is. All bits clear are 4 g and 2000 degrees/s, as all firmware measured
before there were other ranges.
"""

import struct
import zlib
from typing import Final

from insole_protocol import block, ids, motion_code
from insole_protocol.block_errors import EncodingError

ACCELERATION_SHIFT: Final = 12
RATE_SHIFT: Final = 14
ACCELERATION_RANGES_G: Final = (4, 2, 8, 16)
RATE_RANGES_DEG_S: Final = (2000, 1000, 500, 250)
WIDEST: Final = 16, 2000
"""Of open records whose insole has `CAPABILITY_WIDE_MOTION`."""


def status_of(acceleration_g: int, rate_deg_s: int) -> int:
    """The bits of these ranges.

    Raises:
        ValueError: there are no bits for them.

    >>> hex(status_of(16, 2000)), hex(status_of(4, 2000))
    ('0x3000', '0x0')
    """
    acceleration = ACCELERATION_RANGES_G.index(acceleration_g)
    return acceleration << ACCELERATION_SHIFT | RATE_RANGES_DEG_S.index(rate_deg_s) << RATE_SHIFT


def read_status(status: int) -> tuple[int, int]:
    """Ranges of acceleration in g and of angular rate in degrees/s.

    >>> read_status(0x3001), read_status(0x8441)
    ((16, 2000), (4, 500))
    """
    return (
        ACCELERATION_RANGES_G[status >> ACCELERATION_SHIFT & 3],
        RATE_RANGES_DEG_S[status >> RATE_SHIFT & 3],
    )


def status_of_code(code: int) -> int:
    """The bits of a sealed record's motion code.

    Raises:
        EncodingError: ranges that this program does not know; in other units motion would be wrong.

    >>> hex(status_of_code(0x8023)), hex(status_of_code(0))
    ('0x3000', '0x0')
    """
    try:
        ranges = motion_code.read_motion_code(code)
        return 0 if ranges is None else status_of(*ranges)
    except ValueError:
        raise EncodingError(f"motion code 0x{code:04x} is not known: a newer program may know it") from None


def status_of_open(capabilities: int) -> int:
    """The bits of the open records of an insole that says this of itself.

    >>> hex(status_of_open(0x81)), hex(status_of_open(0x01))
    ('0x3000', '0x0')
    """
    return status_of(*WIDEST) if capabilities & ids.CAPABILITY_WIDE_MOTION else 0


def marked(record: bytes, bits: int) -> bytes:
    """An open record with these bits in its status, if it has motion; one that is damaged stays as it is, so
    that it is still refused."""
    if not bits or len(record) < block.MIN_BYTES or not record[block.ENCODING_AT] & block.IMU_BIT:
        return record
    end = len(record) - block.CRC_BYTES
    if zlib.crc32(record[:end]) != int.from_bytes(record[end:], "little"):
        return record
    (status,) = struct.unpack_from("<H", record, block.STATUS_AT)
    body = bytearray(record[:end])
    struct.pack_into("<H", body, block.STATUS_AT, status | bits)
    return bytes(body) + struct.pack("<I", zlib.crc32(body))
