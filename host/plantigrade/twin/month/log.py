"""The log of an insole without firmware: pages as the firmware writes them, in a file, with the firmware's
answers about what is there and why the rest is not.

The rules are those of `firmware/insole/recorder`, for flash that never refuses and never decays: pages are
given up one by one, and what was not committed when the power went is lost (no
write is torn). A test opens the file with the firmware's own recorder and compares.
"""

import os
from collections.abc import Iterator
from dataclasses import dataclass
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
    NOTE_SYNC,
    PAGE_BYTES,
    UNCOMMITTED_MAX_SLOTS,
    PageHeader,
    parse_note,
    write_note,
)

COMMIT_SLOTS = 50
"""The firmware commits by itself when so many slots wait."""
NOTE_ROOM = 4 * NOTE_BYTES
"""What a log that keeps its oldest data leaves free in each page, for notes."""
RESERVE_SLOTS = 1 << 14
"""For so many slots a full log notes in advance that their numbers are used."""

class Item(NamedTuple):
    """What a log says about the slots `first` to `end - 1`: a record, or why there is none.

    Attributes:
        record: the bytes; empty for a gap.
        reason: of a gap, `ids.GAP_*`; 0 for a record.
    """

    first: int
    end: int
    record: bytes
    reason: int


@dataclass
class Entry:
    """A block or a gap's note in a page."""

    first: int
    end: int
    at: int
    length: int
    reason: int


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


class PageLog:
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
        self.head, self.tail = -1, 0
        self._used = PAGE_BYTES
        self._accounted_to = self._waiting_slots = 0
        self._reserved_to = 0  # of a log that is full; what flash says of it: _reserved_in_page
        self._reserved_in_page = self._acked_in_page = self._overwritten_in_page = 0
        self._stop_reason = 0
        self._noted, self._note_page = False, NO_PAGE
        self._page = bytearray(b"\xff" * PAGE_BYTES)
        self._committed = self._now()
        self._first_seqs = np.zeros(pages, np.int64)
        self._file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_TRUNC | getattr(os, "O_BINARY", 0), 0o600)
        os.ftruncate(self._file, pages * PAGE_BYTES)

    def close_file(self) -> None:
        """Write the page at hand and let go of the file."""
        self._store()
        os.close(self._file)

    # Power

    def begin(self) -> None:
        """A boot: the next number, and a note of what may have been lost before."""
        self.boot = (self.boot + 1) & 0xFFFF
        reason = self._stop_reason if self.next_seq > self._accounted_to else 0
        self._put_note(NOTE_BOOT, self._accounted_to, self.next_seq, reason)
        self.flush()

    def close(self) -> None:
        """An orderly stop: no number is uncertain afterwards."""
        self._put_note(NOTE_CLOSE, self.next_seq, self.next_seq, 0)
        self.flush()
        self._stop_reason = ids.GAP_LOG_FULL
        self.full = False

    def lose_power(self) -> None:
        """What is not committed is lost, and numbers go on beyond all that may have been used."""
        found = self._committed
        if found.head != self.head:
            self._page[:] = self._data(found.head)
        self._page[found.used :] = b"\xff" * (PAGE_BYTES - found.used)
        self.head, self._used, self._accounted_to, self.oldest_seq = found[:4]
        self.acked_seq, self.overwritten, self.erased_seq, self.tail = found[4:8]
        self._noted, self._note_page, self._reserved_in_page = found[8:]
        self._acked_in_page, self._overwritten_in_page = self.acked_seq, self.overwritten
        if self._reserved_in_page > self._accounted_to:
            self.next_seq, self._stop_reason = self._reserved_in_page, ids.GAP_LOG_FULL
        else:
            self.next_seq = self._accounted_to + NEXT_SEQ_JUMP
            self._stop_reason = ids.GAP_POWER_LOSS
        self.full = False
        self._waiting_slots = 0

    def _now(self) -> Committed:
        return Committed(
            self.head, self._used, self._accounted_to, self.oldest_seq, self._acked_in_page,
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
        self._page[self._used : self._used + length] = record
        self._used += (length + ALIGN - 1) & ~(ALIGN - 1)
        self._reserved_in_page = 0
        self.next_seq = self._accounted_to = seq + slots
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
        self.erased_seq = self.acked_seq = self._accounted_to = self.next_seq
        self._noted, self.full, self._note_page = False, False, NO_PAGE
        first = (self.head // self.pages + 1) * self.pages
        self._store()
        self.head, self.tail = first - 1, first
        self._begin_page()
        self._put_note(NOTE_ERASED, old, self.next_seq, ids.GAP_ERASED)
        self.flush()

    def _put_note(self, kind: int, from_seq: int, to_seq: int, reason: int) -> None:
        if self._used + NOTE_BYTES > PAGE_BYTES:
            self._next_page(sacrifice=True)
        write_note(
            self._page, self._used, kind, from_seq, to_seq, self.boot, reason, self.acked_seq,
            self.overwritten,
        )  # fmt: skip
        self._used += NOTE_BYTES
        self._noted = True
        self._acked_in_page, self._overwritten_in_page = self.acked_seq, self.overwritten
        if kind in (NOTE_GAP, NOTE_RESERVE):
            self._reserved_in_page = to_seq if kind == NOTE_RESERVE else 0
        if kind in (NOTE_BOOT, NOTE_GAP, NOTE_ERASED):
            self._accounted_to = to_seq

    def _room_for(self, length: int) -> bool:
        limit = PAGE_BYTES - (NOTE_ROOM if self.keep_oldest else 0)
        return self._used + length <= limit or self._next_page(sacrifice=False)

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
        self._first_seqs[page_seq % self.pages] = self._accounted_to
        self._page[:] = b"\xff" * PAGE_BYTES
        self._header().write(self._page)
        self._used = HEADER_BYTES

    def _header(self) -> PageHeader:
        self._acked_in_page, self._overwritten_in_page = self.acked_seq, self.overwritten
        self._reserved_in_page = self._reserved_to if self.full else 0
        header = PageHeader()
        header.boot, header.page_seq, header.first_seq = self.boot, self.head, self._accounted_to
        header.oldest_seq, header.acked_seq = self.oldest_seq, self.acked_seq
        header.overwritten, header.erased_seq = self.overwritten, self.erased_seq
        header.tail_page, header.note_page, header.pages = self.tail, self._note_page, self.pages
        header.reserved_seq = self._reserved_in_page
        return header

    def _first_seq_of(self, page_seq: int) -> int:
        return self._accounted_to if page_seq > self.head else int(self._first_seqs[page_seq % self.pages])

    def _stop(self) -> None:
        if not self.full:
            self.full = True
            self._stop_reason = ids.GAP_LOG_FULL
            self._reserved_to = self._accounted_to

    def _discard(self, slots: int) -> None:
        self.not_kept += slots
        self.next_seq += slots
        if self.next_seq > self._reserved_to:
            self._reserved_to = self.next_seq + RESERVE_SLOTS
            self._put_note(NOTE_RESERVE, self._accounted_to, self._reserved_to, ids.GAP_LOG_FULL)
            self.flush()

    def _resume(self, seq: int) -> bool:
        if not self._next_page(sacrifice=False):
            return False
        self.full = False
        if seq > self._accounted_to:
            self._put_note(NOTE_GAP, self._accounted_to, seq, self._stop_reason)
        return True

    # Reading

    @property
    def capacity_pages(self) -> int:
        """Pages that can hold data."""
        return self.pages - 1

    def info(self) -> tuple[int, ...]:
        """The eight numbers of the LOG_INFO reply."""
        used_pages = self.head + 1 - self.tail if self.head >= 0 else 0
        return (
            self.boot, self.oldest_seq, self.next_seq, self.acked_seq, self.capacity_pages, used_pages, 0,
            self.overwritten,
        )  # fmt: skip

    def read(self, first: int, end: int, newest_first: bool = False) -> Iterator[Item]:
        """What the log says about the slots `first` to `end - 1`, while it is being written and given up."""
        end = min(end, self.next_seq)
        return self._down(first, end) if newest_first else self._up(first, end)

    def gaps(self, cursor: int) -> tuple[list[tuple[int, int, int]], int]:
        """At most 16 gaps (from, end, reason) that end after `cursor`, oldest first, and the next cursor."""
        found: list[tuple[int, int, int]] = []
        if cursor < self.erased_seq:
            found.append((cursor, self.erased_seq, ids.GAP_ERASED))
        if max(cursor, self.erased_seq) < self.oldest_seq:
            found.append((max(cursor, self.erased_seq), self.oldest_seq, ids.GAP_OVERWRITTEN))
        for page_seq in range(self._locate(max(cursor, self.oldest_seq)), self.head + 1):
            for entry in self._entries(page_seq):
                if entry.reason and entry.reason != ids.GAP_ERASED and entry.end > cursor:
                    found += [gap for gap in _split(entry) if gap[1] > cursor]
            if len(found) > ids.MAX_GAPS:
                break
        if self.full and self.next_seq > max(cursor, self._accounted_to):
            found.append((self._accounted_to, self.next_seq, self._stop_reason))
        more = len(found) > ids.MAX_GAPS
        found = found[: ids.MAX_GAPS]
        return found, found[-1][1] if more else ids.NO_SEQ

    def _locate(self, seq: int) -> int:
        """The page in which slot `seq` is, or would be."""
        low, high = self.tail, self.head
        while low < high:
            middle = (low + high + 1) // 2
            if self._first_seqs[middle % self.pages] <= seq:
                low = middle
            else:
                high = middle - 1
        return low

    def _entries(self, page_seq: int) -> list[Entry]:
        data = self._data(page_seq)
        end = self._used if page_seq == self.head else PAGE_BYTES
        at, found = HEADER_BYTES, list[Entry]()
        while at + NOTE_BYTES <= end:
            if data[at] == block.SYNC:
                first, length = block.seq_of(data, at), block.length_of(data, at)
                found.append(Entry(first, first + block.slots_of(data, at), at, length, 0))
                at += (length + ALIGN - 1) & ~(ALIGN - 1)
                continue
            if data[at] != NOTE_SYNC:
                break
            note = parse_note(data[at : at + NOTE_BYTES])
            if note and note[0] in (NOTE_BOOT, NOTE_GAP, NOTE_ERASED) and note[1] < note[2]:
                found.append(Entry(note[1], note[2], at, NOTE_BYTES, note[4]))
            at += NOTE_BYTES
        return found

    def _data(self, page_seq: int) -> bytes:
        if page_seq == self.head:
            return bytes(self._page)
        return os.pread(self._file, PAGE_BYTES, page_seq % self.pages * PAGE_BYTES)

    def _up(self, first: int, end: int) -> Iterator[Item]:
        at, page_seq, after = first, self._locate(first), first
        while at < end:
            if at < self.oldest_seq:
                yield from self._lost_before(at, min(self.oldest_seq, end))
                at, page_seq = min(self.oldest_seq, end), self._locate(self.oldest_seq)
                continue
            page_seq = max(page_seq, self.tail)
            data, after = self._data(page_seq), at
            for entry in self._entries(page_seq):
                if at >= end or entry.end <= at:
                    continue
                if page_seq < self.tail:
                    break
                at = yield from self._told(entry, data, at, end)
            if page_seq < self.head:
                page_seq += 1
            elif at == after and at < end:
                yield Item(at, end, b"", self._stop_reason)
                return

    def _told(self, entry: Entry, data: bytes, at: int, end: int) -> Iterator[Item]:
        """What an entry says from slot `at` on; returns where to go on."""
        if not entry.reason:
            yield Item(entry.first, entry.end, data[entry.at : entry.at + entry.length], 0)
            return entry.end  # noqa: B901 - the value of `yield from`
        for lo, hi, reason in _split(entry):
            if hi > at and lo < end:
                yield Item(max(lo, at), min(hi, end), b"", reason)
        return min(entry.end, end)

    def _down(self, first: int, end: int) -> Iterator[Item]:
        at = end
        if at > self._accounted_to:
            lo = max(first, self._accounted_to)
            yield Item(lo, at, b"", self._stop_reason)
            at = lo
        page_seq = self._locate(at - 1)
        while at > first:
            if at <= self.oldest_seq:
                yield from reversed(list(self._lost_before(first, at)))
                return
            data, floor = self._data(page_seq), max(first, self.oldest_seq)
            for entry in reversed(self._entries(page_seq)):
                if entry.first >= at or entry.end <= floor or at <= floor:
                    continue
                if not entry.reason:
                    yield Item(entry.first, entry.end, data[entry.at : entry.at + entry.length], 0)
                else:
                    for lo, hi, reason in reversed(_split(entry)):
                        if hi > floor and lo < at:
                            yield Item(max(lo, floor), min(hi, at), b"", reason)
                at = max(entry.first, floor) if entry.reason else entry.first
            page_seq -= 1

    def _lost_before(self, lo: int, hi: int) -> Iterator[Item]:
        if lo < self.erased_seq:
            yield Item(lo, min(hi, self.erased_seq), b"", ids.GAP_ERASED)
        if hi > self.erased_seq:
            yield Item(max(lo, self.erased_seq), hi, b"", ids.GAP_OVERWRITTEN)


def _split(entry: Entry) -> list[tuple[int, int, int]]:
    """A note's gap; what a loss of power left uncertain apart from the numbers that were skipped."""
    middle = entry.first + UNCOMMITTED_MAX_SLOTS
    if entry.reason != ids.GAP_POWER_LOSS or entry.end <= middle:
        return [(entry.first, entry.end, entry.reason)]
    return [(entry.first, middle, ids.GAP_POWER_LOSS), (middle, entry.end, ids.GAP_OFF)]
