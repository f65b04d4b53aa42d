"""The writing half of the log of an insole without firmware: pages as the firmware writes them, in a file.

The rules are those of `firmware/insole/recorder`, for flash that never refuses and never decays: pages are
given up one by one, and what was not committed when the power went is lost
(no write is torn). A test opens the file with the firmware's own recorder and compares.
"""

import os
from pathlib import Path
from typing import NamedTuple

import numpy as np
from insole_protocol import block, ids
from insole_protocol.log_records import (
    ALIGN,
    HEADER_BYTES,
    NEXT_SEQ_JUMP,
    NO_PAGE,
    NOTE_BOOT,
    NOTE_BYTES,
    NOTE_CLOSE,
    NOTE_ERASED,
    NOTE_GAP,
    NOTE_RESERVE,
    PAGE_BYTES,
    PageHeader,
    write_note,
)

from plantigrade.twin.month.log_recovery import find

COMMIT_SLOTS = 50
"""The firmware commits by itself when so many slots wait."""
NOTE_ROOM = 4 * NOTE_BYTES
"""What a log that keeps its oldest data leaves free in each page, for notes."""
RESERVE_SLOTS = 1 << 14
"""For so many slots a full log notes in advance that their numbers are used."""


class Committed(NamedTuple):
    """The log as flash has it: what a boot after a loss of power finds."""

    head: int
    used: int
    accounted_to: int
    oldest_seq: int
    acked_seq: int
    overwritten: int
    erased_seq: int
    tail: int
    noted: bool
    note_page: int
    reserved_to: int


class PageWriter:
    """A log of `pages` pages in a file.

    Args:
        path: the file; made anew.
        pages: of the device.
        keep_oldest: what happens when the log is full of what nobody has acknowledged: True keeps it and
            records nothing more, False gives up the oldest.

    Attributes:
        boot: boot counter.
        next_seq, oldest_seq, acked_seq: next slot; first slot held; first not acknowledged.
        overwritten: slots overwritten before they were acknowledged.
        not_kept: slots for which there was no room.
        full: whether nothing is recorded.
    """

    def __init__(self, path: Path, pages: int, keep_oldest: bool = True) -> None:
        self.pages, self.keep_oldest = pages, keep_oldest
        self.boot = self.next_seq = self.oldest_seq = self.acked_seq = self.erased_seq = 0
        self.overwritten = self.not_kept = 0
        self.full = False
        self.head: int = -1  # number of the page that is being written
        self.tail: int = 0  # number of the oldest page that counts
        self.used = PAGE_BYTES
        self.accounted_to = self._waiting_slots = 0
        self._reserved_to = 0  # of a log that is full; what flash says of it: _reserved_in_page
        self._reserved_in_page = self._acked_in_page = self._overwritten_in_page = 0
        self.stop_reason = 0
        self._noted, self._note_page = False, NO_PAGE
        self._page = bytearray(b"\xff" * PAGE_BYTES)
        self._committed = self._now()
        self.first_seqs = np.zeros(pages, np.int64)
        self._file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_TRUNC | getattr(os, "O_BINARY", 0), 0o600)
        os.ftruncate(self._file, pages * PAGE_BYTES)

    def close_file(self) -> None:
        """Write the page at hand and let go of the file."""
        self._store()
        os.close(self._file)

    # Power

    def recover(self, flash: Path) -> None:
        """Go on with the flash of an insole that ran its firmware and lost its power."""
        found = find(flash, self.pages)
        if found is None:
            return
        os.pwrite(self._file, flash.read_bytes(), 0)
        header = found.headers[found.head]
        self.head, self._page[:] = found.head, found.page
        self.tail = max(header.tail_page, found.head + 2 - self.pages)
        erased_ahead = self.tail not in found.headers
        while self.tail not in found.headers:
            self.tail += 1
        following = header.first_seq
        for page_seq in range(found.head, self.tail - 1, -1):
            known = found.headers.get(page_seq)
            following = following if known is None else known.first_seq
            self.first_seqs[page_seq % self.pages] = following
        self.used, self.accounted_to, self.next_seq = found.used, found.accounted_to, found.next_seq
        self.stop_reason, self.boot = found.stop_reason, found.boot
        self.oldest_seq = max(header.oldest_seq, int(self.first_seqs[self.tail % self.pages]))
        # What lay in pages that were erased ahead of need is on a host.
        self.acked_seq = max(found.acked_seq, self.oldest_seq if erased_ahead else 0)
        self.overwritten, self.erased_seq = found.overwritten, header.erased_seq
        self._acked_in_page, self._overwritten_in_page = found.acked_seq, found.overwritten
        self._reserved_in_page, self._noted, self._note_page = found.reserved, found.noted, header.note_page
        self.flush()

    def begin(self) -> None:
        """A boot: the next number, and a note of what may have been lost before."""
        self.boot = (self.boot + 1) & 0xFFFF
        reason = self.stop_reason if self.next_seq > self.accounted_to else 0
        self._put_note(NOTE_BOOT, self.accounted_to, self.next_seq, reason)
        self.flush()

    def close(self) -> None:
        """An orderly stop: no number is uncertain afterwards."""
        self._put_note(NOTE_CLOSE, self.next_seq, self.next_seq, 0)
        self.flush()
        self.stop_reason = ids.GAP_LOG_FULL
        self.full = False

    def lose_power(self) -> None:
        """What is not committed is lost, and numbers go on beyond all that may have been used."""
        found = self._committed
        if found.head != self.head:
            self._page[:] = self.page_data(found.head)
        self._page[found.used :] = b"\xff" * (PAGE_BYTES - found.used)
        self.head, self.used, self.accounted_to = found.head, found.used, found.accounted_to
        self.oldest_seq, self.acked_seq, self.overwritten = (
            found.oldest_seq,
            found.acked_seq,
            found.overwritten,
        )
        self.erased_seq, self.tail, self._noted = found.erased_seq, found.tail, found.noted
        self._note_page, self._reserved_in_page = found.note_page, found.reserved_to
        self._acked_in_page, self._overwritten_in_page = self.acked_seq, self.overwritten
        if self._reserved_in_page > self.accounted_to:
            self.next_seq, self.stop_reason = self._reserved_in_page, ids.GAP_LOG_FULL
        else:
            self.next_seq = self.accounted_to + NEXT_SEQ_JUMP
            self.stop_reason = ids.GAP_POWER_LOSS
        self.full = False
        self._waiting_slots = 0

    def _now(self) -> Committed:
        return Committed(
            self.head, self.used, self.accounted_to, self.oldest_seq, self._acked_in_page,
            self._overwritten_in_page, self.erased_seq, self.tail, self._noted, self._note_page,
            self._reserved_in_page,
        )  # fmt: skip

    # Writing

    def append(self, record: bytes) -> bool:
        """Take a block record; False when the log is full."""
        seq, slots, length = block.seq_of(record), block.slots_of(record), len(record)
        if seq > self.next_seq:
            self.skip(seq, ids.GAP_OVERRUN)
        if (self.full and not self._resume(seq)) or not self._room_for(length):
            self._stop()
            self._discard(slots)
            return False
        self._page[self.used : self.used + length] = record
        self.used += (length + ALIGN - 1) & ~(ALIGN - 1)
        self._reserved_in_page = 0
        self.next_seq = self.accounted_to = seq + slots
        self._waiting_slots += slots
        if self._waiting_slots >= COMMIT_SLOTS:
            self.flush()
        return True

    def skip(self, to_seq: int, reason: int) -> None:
        """Leave the numbers up to `to_seq` out, and note why."""
        if to_seq <= self.next_seq:
            return
        if not self.full:
            self._put_note(NOTE_GAP, self.next_seq, to_seq, reason)
        self.next_seq = to_seq

    def ack(self, seq: int) -> int:
        """All before `seq` is durable elsewhere. Returns what is acknowledged."""
        self.acked_seq = max(self.acked_seq, min(seq, self.next_seq))
        return self.acked_seq

    def flush(self) -> None:
        """Commit what waits."""
        self._committed = self._now()
        self._waiting_slots = 0

    def erase(self) -> None:
        """Forget everything; numbers go on rising."""
        if self.head % self.pages == 0:
            self._next_page(sacrifice=True)
        old, self.oldest_seq = self.oldest_seq, self.next_seq
        self.erased_seq = self.acked_seq = self.accounted_to = self.next_seq
        self._noted, self.full, self._note_page = False, False, NO_PAGE
        first = (self.head // self.pages + 1) * self.pages
        self._store()
        self.head, self.tail = first - 1, first
        self._begin_page()
        self._put_note(NOTE_ERASED, old, self.next_seq, ids.GAP_ERASED)
        self.flush()

    def _put_note(self, kind: int, from_seq: int, to_seq: int, reason: int) -> None:
        if self.used + NOTE_BYTES > PAGE_BYTES:
            self._next_page(sacrifice=True)
        write_note(
            self._page, self.used, kind, from_seq, to_seq, self.boot, reason, self.acked_seq,
            self.overwritten,
        )  # fmt: skip
        self.used += NOTE_BYTES
        self._noted = True
        self._acked_in_page, self._overwritten_in_page = self.acked_seq, self.overwritten
        if kind in (NOTE_GAP, NOTE_RESERVE):
            self._reserved_in_page = to_seq if kind == NOTE_RESERVE else 0
        if kind in (NOTE_BOOT, NOTE_GAP, NOTE_ERASED):
            self.accounted_to = to_seq

    def _room_for(self, length: int) -> bool:
        limit = PAGE_BYTES - (NOTE_ROOM if self.keep_oldest else 0)
        return self.used + length <= limit or self._next_page(sacrifice=False)

    def _next_page(self, sacrifice: bool) -> bool:
        self.flush()
        if self.keep_oldest and not sacrifice:
            tail = self.head + 3 - self.pages
            if tail > self.tail and self._first_seq_of(tail) > self.acked_seq:
                return False
        self._store()
        self._begin_page()
        return True

    def _store(self) -> None:
        if self.head >= 0:
            os.pwrite(self._file, self._page, self.head % self.pages * PAGE_BYTES)

    def _begin_page(self) -> None:
        page_seq = self.head + 1
        tail = page_seq + 2 - self.pages
        if tail > self.tail:
            oldest = max(self._first_seq_of(tail), self.oldest_seq)
            self.overwritten += max(0, oldest - max(self.oldest_seq, self.acked_seq))
            self.oldest_seq, self.tail = oldest, tail
        if self._noted:
            self._note_page = self.head
        self._noted = False
        self.head = page_seq
        self.first_seqs[page_seq % self.pages] = self.accounted_to
        self._page[:] = b"\xff" * PAGE_BYTES
        self._header().write(self._page)
        self.used = HEADER_BYTES

    def _header(self) -> PageHeader:
        self._acked_in_page, self._overwritten_in_page = self.acked_seq, self.overwritten
        self._reserved_in_page = self._reserved_to if self.full else 0
        header = PageHeader()
        header.boot, header.page_seq, header.first_seq = self.boot, self.head, self.accounted_to
        header.oldest_seq, header.acked_seq = self.oldest_seq, self.acked_seq
        header.overwritten, header.erased_seq = self.overwritten, self.erased_seq
        header.tail_page, header.note_page, header.pages = self.tail, self._note_page, self.pages
        header.reserved_seq = self._reserved_in_page
        return header

    def _first_seq_of(self, page_seq: int) -> int:
        return self.accounted_to if page_seq > self.head else int(self.first_seqs[page_seq % self.pages])

    def _stop(self) -> None:
        if not self.full:
            self.full = True
            self.stop_reason = ids.GAP_LOG_FULL
            self._reserved_to = self.accounted_to

    def _discard(self, slots: int) -> None:
        self.not_kept += slots
        self.next_seq += slots
        if self.next_seq > self._reserved_to:
            self._reserved_to = self.next_seq + RESERVE_SLOTS
            self._put_note(NOTE_RESERVE, self.accounted_to, self._reserved_to, ids.GAP_LOG_FULL)
            self.flush()

    def _resume(self, seq: int) -> bool:
        if not self._next_page(sacrifice=False):
            return False
        self.full = False
        if seq > self.accounted_to:
            self._put_note(NOTE_GAP, self.accounted_to, seq, self.stop_reason)
        return True

    def page_data(self, page_seq: int) -> bytes:
        if page_seq == self.head:
            return bytes(self._page)
        return os.pread(self._file, PAGE_BYTES, page_seq % self.pages * PAGE_BYTES)
