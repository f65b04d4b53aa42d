"""Going on with the flash of an insole that ran its firmware: the log as its next boot would find it."""

from binascii import crc32
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from insole_protocol import block, ids
from insole_protocol.log_records import (
    ALIGN,
    HEADER_BYTES,
    NEXT_SEQ_JUMP,
    NOTE_BOOT,
    NOTE_BYTES,
    NOTE_CLOSE,
    NOTE_ERASED,
    NOTE_GAP,
    NOTE_RESERVE,
    NOTE_SYNC,
    PAGE_BYTES,
    PageHeader,
    parse_note,
)

Note = tuple[int, int, int, int, int, int, int]


class FoundEntry(NamedTuple):
    """A sound entry of a page: `note` is None for a block of slots `first` to `end - 1`."""

    stop: int
    first: int
    end: int
    note: Note | None


class FoundLog(NamedTuple):
    """What lies on the flash.

    Attributes:
        headers: of every sound page, by number of the page.
        head: number of the newest.
        page: its bytes.
        used: where its next entry goes; a page with a torn end takes no more.
        accounted_to: end of the last block or gap.
        next_seq: first number that was certainly not used.
        stop_reason: why numbers between these two are missing.
        boot, acked_seq, overwritten, reserved: what header and notes of the newest page say.
        noted: whether that page holds a note.
    """

    headers: dict[int, PageHeader]
    head: int
    page: bytes
    used: int
    accounted_to: int
    next_seq: int
    stop_reason: int
    boot: int
    acked_seq: int
    overwritten: int
    reserved: int
    noted: bool


def find(flash: Path, pages: int) -> FoundLog | None:
    """What the flash of an insole holds; None when it holds no log of so many pages."""
    data = flash.read_bytes()
    headers: dict[int, PageHeader] = {}
    for index in range(min(pages, len(data) // PAGE_BYTES)):
        header = PageHeader()
        at = index * PAGE_BYTES
        if header.parse(data[at : at + HEADER_BYTES]) and header.pages == pages:
            headers[header.page_seq] = header
    if not headers:
        return None
    head = max(headers)
    at = head % pages * PAGE_BYTES
    return _found(headers, head, data[at : at + PAGE_BYTES])


def _found(headers: dict[int, PageHeader], head: int, page: bytes) -> FoundLog:
    header = headers[head]
    used, accounted_to, closed, reserved = HEADER_BYTES, header.first_seq, -1, header.reserved_seq
    boot, acked, overwritten, noted = header.boot, header.acked_seq, header.overwritten, False
    for entry in _entries(page):
        used, note = entry.stop, entry.note
        closed = entry.end if note and note[0] == NOTE_CLOSE else -1
        if note is None or note[0] == NOTE_GAP:
            reserved = 0
        elif note[0] == NOTE_RESERVE:
            reserved = entry.end
        if note is None or note[0] in (NOTE_BOOT, NOTE_GAP, NOTE_ERASED):
            accounted_to = entry.end
        if note:
            boot, noted = note[3], True
            acked, overwritten = max(acked, note[5]), max(overwritten, note[6])
    if page[used:].strip(b"\xff"):
        used = PAGE_BYTES
    next_seq, reason = accounted_to + NEXT_SEQ_JUMP, ids.GAP_POWER_LOSS
    if closed >= 0:
        next_seq, reason = closed, ids.GAP_LOG_FULL
    elif reserved > accounted_to:
        next_seq, reason = reserved, ids.GAP_LOG_FULL
    return FoundLog(
        headers, head, page, used, accounted_to, next_seq, reason, boot, acked, overwritten, reserved, noted
    )


def _entries(page: bytes) -> Iterator[FoundEntry]:
    """The sound entries of a page; damage is stepped over."""
    at = HEADER_BYTES
    while at + NOTE_BYTES <= PAGE_BYTES:
        size = 0
        if page[at] == NOTE_SYNC and (note := parse_note(page[at : at + NOTE_BYTES])):
            size = NOTE_BYTES
            yield FoundEntry(at + size, note[1], note[2], note)
        elif page[at] == block.SYNC:
            length = block.length_of(page, at)
            stop = at + length - block.CRC_BYTES
            sound = block.MIN_BYTES <= length <= PAGE_BYTES - at
            if sound and crc32(page[at:stop]) == block.u32(page, stop):
                size = (length + ALIGN - 1) & ~(ALIGN - 1)
                first = block.seq_of(page, at)
                yield FoundEntry(at + size, first, first + block.slots_of(page, at), None)
        at += size or ALIGN
