"""Walks a range of the log, oldest or newest first, and explains every slot that is not there."""

from insole_protocol import block, ids
from insole_protocol.log_records import (
    NOTE_BOOT,
    NOTE_ERASED,
    NOTE_GAP,
    NOTE_SYNC,
    UNCOMMITTED_MAX_SLOTS,
    parse_note,
)

from insole.recorder.index import PageIndex

# What `next` answers instead of a length
END = 0
GAP = -1
NO_ROOM = -2


class Reader:
    """Items of the range [first, end): blocks that touch it, and gaps.

    The log may be written, and pages may be overwritten, between two calls of `next`.

    Attributes:
        gap_from, gap_to, gap_reason: the gap that the last call of `next` reported.
        gap_noted: a note of the log says so.
        seq, slots: place of the block that the last call of `next` returned.

    A page that the device does not give is stepped over; its slots are a gap with reason "storage error".
    """

    def __init__(self, log, first, end, newest_first=False):
        self._log = log
        self._index = PageIndex(log.chunk)
        self._down = newest_first
        self._first = first
        self._end = min(end, log.next_seq)
        self._done = self._first >= self._end
        self._i = 0
        self._lo = self._hi = self._kind = self._reason = self._length = 0
        self.gap_from = self.gap_to = self.gap_reason = 0
        self.gap_noted = False
        self.seq = self.slots = 0
        self._refused = False  # the device did not give a page since the last gap
        if not self._done:
            self._pos = self._end if newest_first else first
            self._page = log.locate(self._end - 1 if newest_first else first)
            self._enter()

    def next(self, buf):
        """The next item: n > 0, a block of n bytes now at the start of `buf`; GAP; END; or NO_ROOM, when the
        next block is longer than `buf` (2048 bytes are always enough)."""
        while not self._done:
            n = self._step_down(buf) if self._down else self._step_up(buf)
            if n:
                return n
        return 0

    def _step_up(self, buf):  # noqa: PLR0911 - a table of cases
        log = self._log
        if self._pos >= self._end:
            self._done = True
            return 0
        if self._pos < log.oldest_seq:
            return self._lost_before(self._pos, min(log.oldest_seq, self._end))
        if not self._item() or self._lo >= self._end:
            return self._unexplained(self._pos, self._end)
        if self._hi <= self._pos:
            self._i += 1
            return 0
        if self._lo > self._pos:
            return self._unexplained(self._pos, self._lo)
        if self._kind != NOTE_SYNC:
            return self._deliver(buf)
        middle = self._lo + UNCOMMITTED_MAX_SLOTS + log.media.forgotten_slots
        if self._reason != ids.GAP_POWER_LOSS or self._hi <= middle:
            return self._gap(self._pos, min(self._hi, self._end), self._reason, True)
        if self._pos < middle:
            return self._gap(self._pos, min(middle, self._end), ids.GAP_POWER_LOSS)
        return self._gap(self._pos, min(self._hi, self._end), ids.GAP_OFF)

    def _step_down(self, buf):  # noqa: PLR0911 - a table of cases
        log = self._log
        if self._pos <= self._first:
            self._done = True
            return 0
        if self._pos <= log.oldest_seq:
            return self._lost_before(self._first, self._pos)
        floor = max(self._first, log.oldest_seq)
        if not self._item() or self._hi <= floor:
            return self._unexplained(floor, self._pos)
        if self._lo >= self._pos:
            self._i -= 1
            return 0
        if self._hi < self._pos:
            return self._unexplained(self._hi, self._pos)
        if self._kind != NOTE_SYNC:
            return self._deliver(buf)
        middle = self._lo + UNCOMMITTED_MAX_SLOTS + log.media.forgotten_slots
        if self._reason != ids.GAP_POWER_LOSS or self._hi <= middle:
            return self._gap(max(self._lo, floor), self._pos, self._reason, True)
        if self._pos > middle:
            return self._gap(max(middle, floor), self._pos, ids.GAP_OFF)
        return self._gap(max(self._lo, floor), self._pos, ids.GAP_POWER_LOSS)

    def _gap(self, lo, hi, reason, noted=False):
        self.gap_from, self.gap_to, self.gap_reason, self.gap_noted = lo, hi, reason, noted
        self._pos = lo if self._down else hi
        return -1

    def _unexplained(self, lo, hi):
        """No entry speaks for [lo, hi): nothing is recorded since then, or what spoke for it is damaged."""
        full_from = self._log.accounted_to
        damage = ids.GAP_STORAGE if self._refused else ids.GAP_CORRUPT_PAGE
        if self._down:
            if hi > full_from:
                return self._gap(max(lo, full_from), hi, self._log.stop_reason)
            self._refused = False
            return self._gap(lo, hi, damage)
        if lo < full_from:
            self._refused = False
            return self._gap(lo, min(hi, full_from), damage)
        return self._gap(lo, hi, self._log.stop_reason)

    def _lost_before(self, lo, hi):
        """[lo, hi) lies before the oldest slot held: erased on command, or overwritten."""
        erased = self._log.erased_seq
        if self._down:
            if hi > erased:
                return self._gap(max(lo, erased), hi, ids.GAP_OVERWRITTEN)
            return self._gap(lo, hi, ids.GAP_ERASED)
        if lo < erased:
            return self._gap(lo, min(hi, erased), ids.GAP_ERASED)
        return self._gap(lo, hi, ids.GAP_OVERWRITTEN)

    def _deliver(self, buf):
        if self._length > len(buf):
            return NO_ROOM
        try:
            view = memoryview(buf)[: self._length]
            self._log.read_at(self._page, self._index.offsets[self._i], view)
        except OSError:
            self._give_up_page()
            return 0
        self.seq, self.slots = self._lo, self._hi - self._lo
        self._pos = self._lo if self._down else self._hi
        self._i += -1 if self._down else 1
        return self._length

    def _enter(self):
        """Load the page at hand; an unreadable one has no entries and is counted."""
        log = self._log
        self._loaded_end = log.used
        try:
            if not self._index.load(log, self._page) or self._index.damaged:
                log.count_corrupt(self._page)
        except OSError:
            self._give_up_page()
            return
        self._i = self._index.count - 1 if self._down else 0

    def _give_up_page(self):
        """The device does not give the page at hand: it has no entries for us."""
        self._index.count = 0
        self._i = -1 if self._down else 0
        self._refused = True

    def _item(self):
        """Read the entry at hand into _lo, _hi, _kind; moves over page ends. False past the last entry."""
        log = self._log
        while True:
            if self._page < log.tail:
                if self._down:
                    return False
                self._page = log.tail
                self._enter()
            if 0 <= self._i < self._index.count:
                if self._read_entry():
                    return True
                continue
            if self._down:
                if self._page <= log.tail:
                    return False
                self._page -= 1
            elif self._page < log.head:
                self._page += 1
            elif self._loaded_end != log.used and self._page == log.head:
                i = self._i
                self._enter()
                self._i = i
                continue
            else:
                return False
            self._enter()

    def _read_entry(self):
        """Take the entry's place from its first bytes; steps over notes that are no gap, and says False."""
        scratch = self._index.scratch
        try:
            self._log.read_at(self._page, self._index.offsets[self._i], scratch)
        except OSError:
            self._give_up_page()
            return False
        self._kind = scratch[0]
        if self._kind != NOTE_SYNC:
            self._lo = block.seq_of(scratch)
            self._hi = self._lo + block.slots_of(scratch)
            self._length = block.length_of(scratch)
            return True
        note = parse_note(scratch)
        if note and note[0] in (NOTE_BOOT, NOTE_GAP, NOTE_ERASED) and note[1] < note[2]:
            self._lo, self._hi, self._reason = note[1], note[2], note[4]
            return True
        self._i += -1 if self._down else 1
        return False
