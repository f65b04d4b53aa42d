"""Formats of the insole's log: page header and note. Blocks lie between them, byte for byte as on the air.

Explained in docs/explanation/log-format.md. All integers little-endian, CRC-32 as in zlib over everything
before.

Page header, 52 bytes, at the start of every 4096-byte page::

    0 u32 magic        4 u8 version   5 u8 0        6 u16 boot       8 u32 page_seq
    12 u32 first_seq   16 u32 oldest_seq            20 u32 acked_seq 24 u32 overwritten
    28 u32 tail_page   32 u32 note_page             36 u32 pages     40 u32 erased_seq
    44 u32 reserved_seq 48 u32 crc

Note, 32 bytes, anywhere a block record may start::

    0 u8 sync 0xB6     1 u8 kind      2 u16 length  4 u32 from_seq   8 u32 to_seq
    12 u16 boot        14 u8 reason   15 u8 0       16 u32 acked_seq 20 u32 overwritten
    24 u32 0           28 u32 crc
"""

import struct
from binascii import crc32

from insole_protocol import block

TYPE_CHECKING = False
if TYPE_CHECKING:
    from insole_protocol.checksum import Checksum

PAGE_BYTES = 4096
PAGE_MAGIC = 0x504C4750  # "PGLP"
PAGE_VERSION = 1
HEADER_BYTES = 52
PAGE_SEQ_AT = 8
FIRST_SEQ_AT = 12
OLDEST_SEQ_AT = 16
ACKED_SEQ_AT = 20
OVERWRITTEN_AT = 24
NOTE_BYTES = 32
NOTE_SYNC = 0xB6
ALIGN = 4  # every entry of a page starts at a multiple of this
NO_PAGE = 0xFFFFFFFF

# Kinds of note
NOTE_BOOT = 1  # the insole started; [from_seq, to_seq) was skipped so that no number is used twice
NOTE_GAP = 2  # [from_seq, to_seq) was not recorded, for the reason given
NOTE_RESERVE = 3  # log full: numbers up to to_seq may be used without being kept
NOTE_ERASED = 4  # everything before to_seq was erased on command
NOTE_CLOSE = 5  # orderly stop: to_seq is the next number, nothing is uncertain

# After a stop that was not orderly the next number lies this far beyond the last committed one. The first
# UNCOMMITTED_MAX_SLOTS of them may have been sampled and are lost; the others were never used. On a card both
# are CARD_FORGETS_SLOTS more: it may have forgotten the last two sectors that it answered for, each with all
# that waited at one commit.
NEXT_SEQ_JUMP = 256
UNCOMMITTED_MAX_SLOTS = 128
CARD_FORGETS_SLOTS = 2 * UNCOMMITTED_MAX_SLOTS

_MAGIC_LOW = PAGE_MAGIC & 0xFFFF
_MAGIC_HIGH = PAGE_MAGIC >> 16
_HEADER = "<IBBHIIIIIIIIIII"
_NOTE = "<BBHIIHBBIII"


class PageHeader:
    """What the start of a page says; `parse` fills it in place, so that searching allocates little."""

    def __init__(self) -> None:
        self.boot = 0
        self.page_seq = 0
        self.first_seq = 0
        self.oldest_seq = 0
        self.acked_seq = 0
        self.overwritten = 0
        self.tail_page = 0
        self.note_page = NO_PAGE
        self.pages = 0
        self.erased_seq = 0
        self.reserved_seq = 0

    def write(self, out: "bytearray | memoryview") -> None:
        """Put the header with its CRC into the first 52 bytes of `out`."""
        self.write_fields(out)
        struct.pack_into("<I", out, 48, crc32(memoryview(out)[:48]) & 0xFFFFFFFF)

    def write_fields(self, out: "bytearray | memoryview") -> None:
        """Put the header without its CRC there. Allocates nothing."""
        struct.pack_into(
            _HEADER, out, 0, PAGE_MAGIC, PAGE_VERSION, 0, self.boot, self.page_seq, self.first_seq,
            self.oldest_seq, self.acked_seq, self.overwritten, self.tail_page, self.note_page, self.pages,
            self.erased_seq, self.reserved_seq, 0,
        )  # fmt: skip

    def parse(self, data: "bytes | bytearray | memoryview") -> bool:
        """Read the first 52 bytes of `data`; False, and nothing changed, unless magic, version and CRC
        hold."""
        if data[0] | data[1] << 8 != _MAGIC_LOW or data[2] | data[3] << 8 != _MAGIC_HIGH:
            return False  # a blank page is known without making an object
        fields = struct.unpack_from(_HEADER, data, 0)
        if fields[1] != PAGE_VERSION:
            return False
        if fields[14] != crc32(memoryview(data)[:48]) & 0xFFFFFFFF:
            return False
        self.boot, self.page_seq, self.first_seq = fields[3], fields[4], fields[5]
        self.oldest_seq, self.acked_seq, self.overwritten = fields[6], fields[7], fields[8]
        self.tail_page, self.note_page, self.pages = fields[9], fields[10], fields[11]
        self.erased_seq, self.reserved_seq = fields[12], fields[13]
        return True


def is_header_of(data: "bytearray | memoryview", page_seq: int, checksum: "Checksum") -> bool:
    """Whether the first 52 bytes of `data` are the header of this page; `parse` without an allocation."""
    return (
        data[0] | data[1] << 8 == _MAGIC_LOW
        and data[2] | data[3] << 8 == _MAGIC_HIGH
        and data[4] == PAGE_VERSION
        and block.u32(data, PAGE_SEQ_AT) == page_seq
        and checksum.holds(data, HEADER_BYTES - 4)
    )


def write_note(
    out: "bytearray | memoryview",
    offset: int,
    kind: int,
    from_seq: int,
    to_seq: int,
    boot: int,
    reason: int,
    acked_seq: int,
    overwritten: int,
) -> None:
    """Put a note with its CRC into `out` at `offset`."""
    struct.pack_into(
        _NOTE, out, offset, NOTE_SYNC, kind, NOTE_BYTES, from_seq, to_seq, boot, reason, 0, acked_seq,
        overwritten, 0,
    )  # fmt: skip
    crc = crc32(memoryview(out)[offset : offset + 28]) & 0xFFFFFFFF
    struct.pack_into("<I", out, offset + 28, crc)


def parse_note(data: "bytes | bytearray | memoryview") -> "tuple[int, int, int, int, int, int, int] | None":
    """(kind, from_seq, to_seq, boot, reason, acked_seq, overwritten) of the note in `data`, None if not
    valid."""
    if data[0] != NOTE_SYNC or len(data) < NOTE_BYTES:
        return None
    fields = struct.unpack_from(_NOTE, data, 0)
    (crc,) = struct.unpack_from("<I", data, 28)
    if fields[2] != NOTE_BYTES or crc != crc32(memoryview(data)[:28]) & 0xFFFFFFFF:
        return None
    return fields[1], fields[3], fields[4], fields[5], fields[6], fields[8], fields[9]
