"""What lies in one page: the places of its blocks and notes, in order, each vouched for by its checksum."""

from array import array
from binascii import crc32

from insole_protocol import block
from insole_protocol.block import u32
from insole_protocol.log_records import (
    ALIGN,
    HEADER_BYTES,
    NOTE_BOOT,
    NOTE_BYTES,
    NOTE_ERASED,
    NOTE_GAP,
    NOTE_SYNC,
    PAGE_BYTES,
    PageHeader,
    parse_note,
)

MAX_ENTRIES = (PAGE_BYTES - HEADER_BYTES) // NOTE_BYTES
CHUNK_BYTES = 256
MAX_JUMP = 1 << 24  # a block this far (46 h) beyond what blocks and notes lead up to is damage, not a hole


def blank(buf):
    """Whether all bytes are as erased flash reads."""
    for byte in buf:  # noqa: SIM110 - a generator would allocate
        if byte != 0xFF:
            return False
    return True


class PageIndex:
    """Index of one page, filled by `load`; one object serves for any number of pages.

    Attributes:
        header: the page's header.
        page_seq: number of the page that is loaded, -1 for none.
        count, offsets: entries found, and where each begins.
        end_seq: number after the last slot that a block or note of the page accounts for.
        end_offset: first aligned byte after the last entry.
        claimed_seq: end_seq, or beyond it the end of a record that is plausible but for its checksum.
        damaged: whether unreadable bytes lie before the last entry.
        dirty: whether anything but blank bytes lies after the last entry.
    """

    def __init__(self, chunk):
        self.header = PageHeader()
        self.offsets = array("H", (0 for _ in range(MAX_ENTRIES)))
        self.scratch = bytearray(NOTE_BYTES)
        self._head = bytearray(HEADER_BYTES)
        self._chunk = chunk
        self.page_seq = -1
        self.count = 0

    def load(self, log, page_seq):
        """Read the page; False when its header is not valid."""
        self.page_seq = -1
        self.count = 0
        log.read_at(page_seq, 0, self._head)
        if not self.header.parse(self._head) or self.header.page_seq != page_seq:
            return False
        self.scan(log, page_seq, self.header.first_seq)
        self.page_seq = page_seq
        return True

    def scan(self, log, page_seq, first_seq):
        """Find the entries of a page from `first_seq` on, whatever its header says."""
        self.count = 0
        self.end_seq = self.claimed_seq = first_seq
        self.end_offset = offset = HEADER_BYTES
        self.damaged = self.dirty = False
        while offset + NOTE_BYTES <= PAGE_BYTES and self.count < MAX_ENTRIES:
            log.read_at(page_seq, offset, self.scratch)
            size = self._entry(log, page_seq, offset)
            if size:
                self.offsets[self.count] = offset
                self.count += 1
                offset += (size + ALIGN - 1) & ~(ALIGN - 1)
                self.end_offset = offset
                self.damaged |= self.dirty
                self.dirty = False
            elif not blank(self.scratch):
                self.dirty = True
                offset += ALIGN
            elif log.media.erases:
                offset += NOTE_BYTES
            else:
                offset = (offset // 512 + 1) * 512  # the rest of a card's sector is padding
        if self.claimed_seq < self.end_seq:
            self.claimed_seq = self.end_seq

    def _entry(self, log, page_seq, offset):
        """Length of the valid entry in scratch, 0 if there is none; moves end_seq and claimed_seq."""
        head = self.scratch
        if head[0] == NOTE_SYNC:
            return self._note(parse_note(head))
        if head[0] != block.SYNC or head[1] not in block.VERSIONS:
            return 0
        length = block.length_of(head)
        slots = block.slots_of(head)
        ahead = block.seq_of(head) - self.end_seq
        if not block.MIN_BYTES <= length <= min(block.MAX_BYTES, PAGE_BYTES - offset):
            return 0
        if slots == 0 or not 0 <= ahead < MAX_JUMP:
            return 0
        end = self.end_seq + ahead + slots
        if not self._sound(log, page_seq, offset, length):
            if ahead < 1 << 12:
                self.claimed_seq = max(self.claimed_seq, end)
            return 0
        self.end_seq = end
        return length

    def _note(self, note):
        """NOTE_BYTES if the note fits in here, 0 if it is damaged or left over from the turn before."""
        if note is None or note[2] < self.end_seq:
            return 0
        if note[1] < self.end_seq and note[0] != NOTE_ERASED:
            return 0
        if (note[3] - self.header.boot) & 0xFFFF >= 0x8000:
            return 0
        if note[0] in (NOTE_BOOT, NOTE_GAP, NOTE_ERASED):
            self.end_seq = note[2]
        return NOTE_BYTES

    def _sound(self, log, page_seq, offset, length):
        """Whether the checksum of the block at `offset` holds."""
        crc = 0
        left = length - 4
        while left:
            part = self._part(log, page_seq, offset, left)
            crc = crc32(part, crc)
            offset += len(part)
            left -= len(part)
        tail = self._part(log, page_seq, offset, 4)
        return crc & 0xFFFFFFFF == u32(tail, 0)

    def _part(self, log, page_seq, offset, left):
        """At most 256 bytes of the page from `offset` on, as a view that the next call overwrites."""
        view = self._chunk if left >= CHUNK_BYTES else self._chunk[:left]
        log.read_at(page_seq, offset, view)
        return view
