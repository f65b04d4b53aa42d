"""In the place of a log that could not be opened: keeps nothing, says so, and gives numbers all the same."""

from insole_protocol import block, ids

from insole.recorder import LogInfo
from insole.recorder.reader import END, GAP


class AbsentReader:
    """A Reader for which everything is missing."""

    def __init__(self, first, end):
        self.gap_from, self.gap_to, self.gap_reason = first, end, ids.GAP_STORAGE
        self._reported = first >= end

    def next(self, _buf):
        """One gap, then the end."""
        if self._reported:
            return END
        self._reported = True
        return GAP


class AbsentLog:
    """The face of `Recorder` without a device behind it. Numbers go on where `counters` leaves off.

    What earlier boots have logged may still lie on the device; until it answers again all of it counts as
    missing for a storage error, which a host does not take for the last word.
    """

    full = True
    stop_reason = ids.GAP_STORAGE
    capacity_pages = corrupt_pages = overwritten = 0
    keep_oldest = degraded = on_card = False

    def __init__(self, counters):
        self.boot = (counters.boot + 1) & 0xFFFF
        self.next_seq = self.oldest_seq = self.acked_seq = counters.to_seq
        self.not_kept = 0
        self.storage_errors = 1
        self.head = -1

    def append(self, record):
        """Count what is not kept."""
        slots = block.slots_of(record)
        self.not_kept += slots
        self.next_seq = block.seq_of(record) + slots
        return False

    def skip(self, to_seq, _reason):
        """Leave numbers out."""
        self.next_seq = max(self.next_seq, to_seq)

    def flush(self):
        """Nothing waits."""
        return False

    def close(self):
        """Nothing waits."""

    def ack(self, seq):
        """Remember for LOG_INFO."""
        self.acked_seq = max(self.acked_seq, min(seq, self.next_seq))
        return self.acked_seq

    def erase_ahead(self, _limit):
        """Nothing to erase."""
        return False

    def info(self):
        """As `Recorder.info`."""
        return LogInfo(self)

    def reader(self, first, end, _newest_first=False):
        """As `Recorder.reader`."""
        return AbsentReader(first, min(end, self.next_seq))

    def gaps(self, cursor, out):
        """As `Recorder.gaps`."""
        if cursor < self.next_seq:
            out.append((cursor, self.next_seq, ids.GAP_STORAGE))
        return ids.NO_SEQ

    def erase(self):
        """Nothing to erase."""
        return ()
