"""What an insole notes of who changed it: entries of 40 bytes, the same in its file and in the reply to
EVENTS (PROTOCOL.md section 4.9). Little-endian, CRC-32 as in zlib over everything before it::

    0 u32 number      4 u16 boot        6 u8 kind       7 u8 link (LINK_*)
    8 u32 uptime_s    12 peer (6)       18 detail (18, UTF-8, NUL bytes behind it)     36 u32 crc

`number` rises by one with each event, so that a host sees how many it has missed. `peer` is the address of
the Bluetooth host that asked, zeros for USB and for what the insole did by itself.
"""

import struct
from binascii import crc32

EVENT_BYTES = 40
STORED = 32  # the last ones
DETAIL_BYTES = 18
PEER_BYTES = 6

# Kinds
UPDATE_INSTALLED = 1  # detail: version, on trial from now on
UPDATE_CONFIRMED = 2  # detail: version
ROLLED_BACK = 3  # detail: version that runs again
LOG_ERASED = 4
WIPED = 5  # detail: what could not be erased
PAIRED = 6
BONDS_FORGOTTEN = 7  # detail: how many
IDENTITY_WRITTEN = 8

# Links
LINK_BLE = 0
LINK_USB = 1
LINK_NONE = 255

_FORM = "<IHBBI6s18s"
NO_PEER = bytes(PEER_BYTES)


def pack(number: int, boot: int, kind: int, link: int, uptime_s: int, peer: bytes, detail: bytes) -> bytes:
    """An entry."""
    entry = struct.pack(_FORM, number, boot, kind, link, uptime_s, peer, detail)
    return entry + struct.pack("<I", crc32(entry) & 0xFFFFFFFF)


def unpack(entry: "bytes | bytearray | memoryview") -> "tuple[int, int, int, int, int, bytes, bytes] | None":
    """(number, boot, kind, link, uptime_s, peer, detail) of an entry; None when it is none.

    >>> unpack(pack(7, 3, WIPED, LINK_USB, 60, NO_PEER, b""))[:5]
    (7, 3, 5, 1, 60)
    >>> unpack(bytes(40)) is None
    True
    """
    if len(entry) != EVENT_BYTES:
        return None
    if struct.unpack_from("<I", entry, EVENT_BYTES - 4)[0] != crc32(bytes(entry[:-4])) & 0xFFFFFFFF:
        return None
    number, boot, kind, link, uptime_s, peer, detail = struct.unpack_from(_FORM, entry, 0)
    return number, boot, kind, link, uptime_s, peer, detail.rstrip(b"\0")
