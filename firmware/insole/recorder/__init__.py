"""The insole's log: a ring of pages on a raw block device that loses at most its last second.

    recorder = Recorder(partition)
    recorder.open()                # finds the log again, takes the next boot number, notes what was lost
    recorder.append(record)        # a block record (PROTOCOL.md section 1)
    recorder.flush()               # at least each second

The format and the reasons for it: docs/explanation/log-format.md.
"""

import sys

from insole_protocol import block, ids
from insole_protocol.log_records import NO_PAGE, NOTE_CLOSE, NOTE_GAP, PAGE_BYTES

from insole.recorder.gaps import list_gaps
from insole.recorder.reader import Reader
from insole.recorder.writer import Writer

COMMIT_SLOTS = 50  # as soon as so many slots wait, append() commits them by itself


def forget_boot():
    """Boot comes once: the code for it leaves its room on the heap to the rest."""
    if sys.implementation.name == "micropython":
        for name in ("boot", "head_search", "storage"):
            sys.modules.pop("insole.recorder." + name, None)
            globals().pop(name, None)


class LogInfo:
    """The state of the log, in the order of the LOG_INFO reply."""

    def __init__(self, log):
        self.boot = log.boot
        self.oldest_seq = log.oldest_seq
        self.next_seq = log.next_seq
        self.acked_seq = log.acked_seq
        self.capacity_pages = log.capacity_pages
        self.used_pages = log.head + 1 - log.tail if log.head >= 0 else 0
        self.corrupt_pages = log.corrupt_pages
        self.overwritten_slots = log.overwritten

    def as_tuple(self):
        """The eight numbers of the reply."""
        return (
            self.boot, self.oldest_seq, self.next_seq, self.acked_seq, self.capacity_pages, self.used_pages,
            self.corrupt_pages, self.overwritten_slots,
        )  # fmt: skip


class Recorder(Writer):
    """A log of block records on `device`.

    Args:
        device: MicroPython block device: 4096-byte blocks with offsets and erase (flash), or 512-byte blocks
            without (card).
        keep_oldest: what happens when the log is full of data that no host has acknowledged: True keeps it
            and records nothing more until there is room, False overwrites the oldest. Either loss is counted
            and explained.

    Attributes:
        boot: boot counter of this run, kept in the log.
        next_seq: number that the next slot must have.
        oldest_seq, acked_seq: first slot held; first slot not acknowledged.
        overwritten: slots overwritten before they were acknowledged, ever.
        not_kept: slots that this run had no room for.
        full: nothing is recorded: no room (only with keep_oldest), or the device refuses; see stop_reason.
        corrupt_pages: damaged pages met since boot.
        storage_errors: reads, writes and erases that the device refused since boot.
        degraded: the log is not where it should be; see `fallback.FallbackLog`.
        on_card: it is on the SD NAND.
    """

    degraded = False

    @property
    def on_card(self):
        """Whether the device is a card."""
        return not self.media.erases

    @property
    def retries(self):
        """What a card did not take or give at the first attempt."""
        return self.media.retries()

    @property
    def erased(self):
        """Pages of flash that had to be erased."""
        return self.media.erased

    def open(self, counters=None):
        """Find the log and begin a new boot. OSError when the device cannot be read or written.

        Args:
            counters: `PersistentCounters`, which outlive this device and know what was used without it.
        """
        from insole.recorder import boot

        boot.find(self)
        if counters:
            boot.take_over(self, counters)
        boot.begin(self)
        del boot
        forget_boot()

    def append(self, record):
        """Take a block record; its numbers must not go back. True if it was stored, False if the log is full.

        Allocates nothing.

        Numbers left out since the last record are noted as overrun; call `skip` first to give another reason.

        Raises:
            ValueError: not a block record, or numbers that were used before.
        """
        length = block.length_of(record)
        if record[0] != block.SYNC or length > len(record) or length > block.MAX_BYTES:
            raise ValueError("not a block record")
        slots = block.slots_of(record)
        if not self._next.begins(record):
            seq = block.seq_of(record)
            if seq < self.next_seq:
                raise ValueError("slot number used before")
            self.skip(seq, ids.GAP_OVERRUN)
        if (self.full and not self.resume()) or not self.room_for(length):
            self.stop(ids.GAP_STORAGE if self.refused else ids.GAP_LOG_FULL)
            self.discard(slots)
            return False
        self.put(record, length)
        self._next.advance(slots)
        self._accounted.follow(self._next)
        self.waiting_slots += slots
        if self.waiting_slots >= COMMIT_SLOTS:
            self.flush()
        return True

    def skip(self, to_seq, reason):
        """Leave the numbers up to `to_seq` out and note why (ids.GAP_OVERRUN, ids.GAP_IDLE)."""
        if to_seq <= self.next_seq:
            return
        if not self.full:
            self.put_note(NOTE_GAP, self.next_seq, to_seq, reason)
        self.next_seq = to_seq

    def close(self):
        """Orderly stop: commit everything and note that no number is uncertain."""
        self.put_note(NOTE_CLOSE, self.next_seq, self.next_seq, 0)
        self.flush()

    def ack(self, seq):
        """All slots before `seq` are durable elsewhere and may be overwritten. Returns what is
        acknowledged."""
        self.acked_seq = max(self.acked_seq, min(seq, self.next_seq))
        return self.acked_seq

    @property
    def capacity_pages(self):
        """Pages that can hold data."""
        return self.media.pages - 1

    def info(self):
        """The state of the log as LogInfo."""
        return LogInfo(self)

    def reader(self, first, end, newest_first=False):
        """A Reader of the blocks and gaps from slot `first` to before slot `end`."""
        return Reader(self, first, end, newest_first)

    def read(self, seq, buf):
        """Put the block that holds slot `seq` into `buf` (2048 bytes); its length, or 0 when it is not
        there."""
        if seq < self.oldest_seq or seq >= self.next_seq:
            return 0
        return max(0, Reader(self, seq, seq + 1).next(buf))

    def gaps(self, cursor, out):
        """Append at most 16 gaps (from_seq, to_seq, reason) that end after `cursor` to `out`, oldest first.

        Returns the cursor for the next call, ids.NO_SEQ when there are no more. Damage that nobody has tried
        to read is not known and not listed; a Reader reports it.
        """
        return list_gaps(self, cursor, out)

    def erase(self):
        """Erase everything; a generator, one page each turn, so that sampling goes on between turns.

        Slot and boot numbers go on rising. What is appended meanwhile is preserved.
        """
        if self.head % self.media.pages == 0:
            self.next_page(True)
        self.flush()
        first = (self.head // self.media.pages + 1) * self.media.pages
        self.restart_at(first)
        index = 1
        while index < self.media.pages:
            count = 1
            if index > self.head - first:
                count = min(self.media.wipes, self.media.pages - index)
                self.media.wipe(index, count)
            index += count
            yield index

    def locate(self, seq):
        """Number of the page where slot `seq` is, or would be."""
        low, high = self.tail, self.head
        while low < high:
            middle = (low + high + 1) // 2
            page = self.valid_page_from(middle, high)
            if page != NO_PAGE and self.found.first_seq <= seq:
                low = page
            else:
                high = middle - 1
        return low

    def read_at(self, page_seq, offset, buf):
        """Fill `buf` from a page, out of memory where it is not committed yet."""
        if page_seq == self.head and offset >= self.committed:
            start = offset - self.window_at
            n = min(len(buf), PAGE_BYTES - start)
            buf[:n] = self.waiting_view[start : start + n]
            return
        index = page_seq % self.media.pages
        try:
            self.media.read(index, offset, buf)
        except OSError:
            self.storage_errors += 1
            self.media.read(index, offset, buf)  # cards now and then answer the second time
