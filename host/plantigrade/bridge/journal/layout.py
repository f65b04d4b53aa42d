"""Where the fields of a journal's entry lie (docs/reference/journal.md). Pure, and runs on MicroPython as
well: the page for phones writes the same journals.
"""

import struct
from binascii import crc32

FORMAT = 1
SYNC = 0x4A
HEAD_FORMAT = "<BBHI"  # sync, kind, insole, length of the payload
CRC_FORMAT = "<I"  # of all before
RANGE_FORMAT = "<QQ"
GAP_FORMAT = "<QQB"
RECORD_FORMAT = "<q"
CLOCK_FORMAT = "<HqqdqdI"
ROUND_TRIP_FORMAT = "<Hqqqq"
NO_INSOLE = 0xFFFF

RUN = 1
INSOLE = 2
RECORD = 3
REQUEST = 4
GAP = 5
CLOCK = 6
HELD = 7
ROUND_TRIP = 8


def build(kind: int, insole: int, payload: bytes) -> bytes:
    """An entry's bytes.

    >>> build(REQUEST, 0, struct.pack(RANGE_FORMAT, 0, 5)).hex()
    '4a0400001000000000000000000000000500000000000000f6c45126'
    """
    body = struct.pack(HEAD_FORMAT, SYNC, kind, insole, len(payload)) + payload
    return body + struct.pack(CRC_FORMAT, crc32(body) & 0xFFFFFFFF)
