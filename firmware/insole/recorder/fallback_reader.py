"""Reads a log that lies on two devices: the card's answers, and in its gaps the flash's.

Slots of which a device says in a note that they do not lie here ("storage error") may be on the other one.
"""

from insole_protocol import ids

from insole.recorder.gaps import MAX_GAPS
from insole.recorder.reader import END, GAP, Reader

_AT_THE_END = (ids.GAP_OVERWRITTEN, ids.GAP_ERASED)  # what a device says of all that is older than it holds


def _elsewhere(reader):
    """Whether the gap that a device reports only says that the slots do not lie there."""
    return reader.gap_noted and reader.gap_reason == ids.GAP_STORAGE


class FallbackReader:
    """As `Reader`, of a `FallbackLog`."""

    def __init__(self, log, first, end, newest_first):
        self._log = log
        self._down = newest_first
        self.gap_from = self.gap_to = self.gap_reason = 0
        self.seq = self.slots = 0
        split = max(first, min(end, log.card.next_seq))
        parts = [(log.card, first, split), (log.flash, split, end)]
        self._parts = [part for part in (parts[::-1] if newest_first else parts) if part[1] < part[2]]
        self._outer = None  # reads the card, or the flash beyond what the card knows of
        self._inner = None  # reads the flash in a gap of the card
        self._reason = 0  # of that gap; 0: the card says that it is elsewhere
        self._rest = None  # of that gap: the slots that the flash does not know of

    def next(self, buf):
        """As `Reader.next`."""
        while True:
            if self._rest and (self._down or not self._inner):
                (low, high), self._rest = self._rest, None
                return self._gap(low, high, self._reason or ids.GAP_STORAGE)
            reader = self._inner or self._outer
            if not reader:
                if not self._parts:
                    return END
                log, first, end = self._parts.pop(0)
                self._outer = Reader(log, first, end, self._down)
                continue
            found = reader.next(buf)
            if found == END:
                if self._inner:
                    self._inner = None
                else:
                    self._outer = None
            elif found != GAP:
                self.seq, self.slots = reader.seq, reader.slots
                return found
            elif self._inner:
                return self._gap(reader.gap_from, reader.gap_to, self._why(reader))
            elif not self._look_into(reader):
                return self._gap(reader.gap_from, reader.gap_to, reader.gap_reason)

    def _look_into(self, outer):
        """Whether the flash has anything to say about the gap; `_inner` reads it then."""
        flash = self._log.flash
        end = min(outer.gap_to, flash.next_seq)
        reason = 0 if _elsewhere(outer) else outer.gap_reason
        if outer._log is flash or flash.head < 0 or outer.gap_from >= end:
            return False
        if reason and end <= flash.oldest_seq:
            return False
        self._rest = (end, outer.gap_to) if end < outer.gap_to else None
        self._reason = reason
        self._inner = Reader(flash, outer.gap_from, end, self._down)
        return True

    def _why(self, inner):
        """The reason for a gap of both devices: of the one that has more to say."""
        if self._reason == 0:
            return inner.gap_reason
        if self._reason in _AT_THE_END and inner.gap_reason not in _AT_THE_END and not _elsewhere(inner):
            return inner.gap_reason
        return self._reason

    def _gap(self, low, high, reason):
        self.gap_from, self.gap_to, self.gap_reason = low, high, reason
        return GAP


def list_gaps(log, cursor, out):
    """See `Recorder.gaps`: the card's gaps, and in those that it knows to be elsewhere the flash's."""
    card = log.card
    listed = cursor
    while listed != ids.NO_SEQ:
        found = []
        following = card.gaps(listed, found)
        for low, high, reason in found:
            if reason == ids.GAP_STORAGE:
                _list_flash(log.flash, max(low, cursor), high, out)
            else:
                out.append((low, high, reason))
            if len(out) >= MAX_GAPS:
                del out[MAX_GAPS:]
                return out[-1][1]
        listed = following
    if not log.on_card:
        _list_flash(log.flash, max(cursor, card.next_seq), log.flash.next_seq, out)
    if len(out) > MAX_GAPS:
        del out[MAX_GAPS:]
        return out[-1][1]
    return ids.NO_SEQ


def _list_flash(flash, first, end, out):
    """The flash's gaps from `first` to before `end`, as far as they have room; beyond what it knows, one."""
    cursor = first
    known = min(end, flash.next_seq)
    while cursor < known and len(out) <= MAX_GAPS:
        found = []
        following = flash.gaps(cursor, found)
        for low, high, reason in found:
            if low < known and high > first:
                out.append((max(low, first), min(high, known), reason))
        if following == ids.NO_SEQ:
            break
        cursor = following
    if first < end and known < end and len(out) <= MAX_GAPS:
        out.append((max(first, known), end, ids.GAP_STORAGE))
