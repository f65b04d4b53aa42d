"""The log of an insole without firmware: what it says is there, and why the rest is not.

The answers are those of `firmware/insole/recorder`; a test gives both the same events and compares.
"""

from collections.abc import Generator, Iterator
from dataclasses import dataclass
from typing import NamedTuple

from insole_protocol import block, ids
from insole_protocol.log_records import (
    ALIGN,
    HEADER_BYTES,
    NOTE_BOOT,
    NOTE_BYTES,
    NOTE_ERASED,
    NOTE_GAP,
    NOTE_SYNC,
    PAGE_BYTES,
    UNCOMMITTED_MAX_SLOTS,
    parse_note,
)

from plantigrade.twin.month.log_pages import PageWriter


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


class PageLog(PageWriter):
    """A log in a file, for its readers; see `PageWriter` for what is written."""

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
        if self.full and self.next_seq > max(cursor, self.accounted_to):
            found.append((self.accounted_to, self.next_seq, self.stop_reason))
        more = len(found) > ids.MAX_GAPS
        found = found[: ids.MAX_GAPS]
        return found, found[-1][1] if more else ids.NO_SEQ

    def _locate(self, seq: int) -> int:
        """The page in which slot `seq` is, or would be."""
        low, high = self.tail, self.head
        while low < high:
            middle = (low + high + 1) // 2
            if self.first_seqs[middle % self.pages] <= seq:
                low = middle
            else:
                high = middle - 1
        return low

    def _entries(self, page_seq: int) -> list[Entry]:
        data = self.page_data(page_seq)
        end = self.used if page_seq == self.head else PAGE_BYTES
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

    def _up(self, first: int, end: int) -> Iterator[Item]:
        at, page_seq, after = first, self._locate(first), first
        while at < end:
            if at < self.oldest_seq:
                yield from self._lost_before(at, min(self.oldest_seq, end))
                at, page_seq = min(self.oldest_seq, end), self._locate(self.oldest_seq)
                continue
            page_seq = max(page_seq, self.tail)
            data, after = self.page_data(page_seq), at
            for entry in self._entries(page_seq):
                if at >= end or entry.end <= at:
                    continue
                if page_seq < self.tail:
                    break
                at = yield from self._stated(entry, data, at, end)
            if page_seq < self.head:
                page_seq += 1
            elif at == after and at < end:
                yield Item(at, end, b"", self.stop_reason)
                return

    def _stated(self, entry: Entry, data: bytes, at: int, end: int) -> Generator[Item, None, int]:
        """What an entry says from slot `at` on; returns where to go on."""
        if not entry.reason:
            yield Item(entry.first, entry.end, data[entry.at : entry.at + entry.length], 0)
            return entry.end
        for lo, hi, reason in _split(entry):
            if hi > at and lo < end:
                yield Item(max(lo, at), min(hi, end), b"", reason)
        return min(entry.end, end)

    def _down(self, first: int, end: int) -> Iterator[Item]:
        at = end
        if at > self.accounted_to:
            lo = max(first, self.accounted_to)
            yield Item(lo, at, b"", self.stop_reason)
            at = lo
        page_seq = self._locate(at - 1)
        while at > first:
            if at <= self.oldest_seq:
                yield from reversed(list(self._lost_before(first, at)))
                return
            data, floor = self.page_data(page_seq), max(first, self.oldest_seq)
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
