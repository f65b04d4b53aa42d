"""One log on two devices: the SD NAND, and the module's own flash as soon as the SD NAND does not answer.

Each device holds a log of its own in the same format, with the same numbers. At any time one of them takes
the records. The other knows by a note with reason "storage error" that the slots since then are not here;
who reads gets them from where they are, and the storage error only when neither device has them. An insole
that was logging to its flash before the card was found goes on with the card, and both are one log.

    card = Recorder(SdNand(board))
    log = FallbackLog(card, Recorder(partition, beside=card))
    log.open(counters)
"""

from insole_protocol import block, ids
from insole_protocol.log_records import (
    ALIGN,
    HEADER_BYTES,
    NOTE_BOOT,
    NOTE_BYTES,
    NOTE_GAP,
    NOTE_SYNC,
    PAGE_BYTES,
    parse_note,
)

from insole.recorder import LogInfo, forget_boot
from insole.recorder.fallback_reader import FallbackReader, list_gaps

try:
    from insole.recorder.memory_ops_viper import clear
except (ImportError, ValueError):  # not MicroPython, or compiled for another processor
    from insole.recorder.memory_ops import clear


CARD_TRIES = 2  # pages of the card that may refuse before the flash takes over


class FallbackLog:
    """The face of `Recorder` over two of them.

    Attributes:
        card, flash: the two.
        active: the one that takes the records.
        degraded: the card has failed since boot, or at boot.
    """

    def __init__(self, card, flash):
        self.card = card
        self.flash = flash
        self.active = card
        card.tries = CARD_TRIES

    def open(self, counters=None):
        """Find both logs and begin a new boot. OSError when the flash is unreadable, or both refuse."""
        from insole.recorder import boot

        boot.open_two(self, counters)
        del boot
        forget_boot()

    # Writing

    def append(self, record):
        """As `Recorder.append`."""
        stored = self.active.append(record)
        if self.card.failing and self.active is self.card:
            stored = self.give_up_card(None if stored else record)
        return stored

    def skip(self, to_seq, reason):
        """As `Recorder.skip`."""
        self.active.skip(to_seq, reason)

    def flush(self):
        """As `Recorder.flush`; what the card refuses goes into the flash."""
        done = self.active.flush()
        if self.card.failing and self.active is self.card:
            self.give_up_card()
            done = self.flash.flush()
        return done

    def close(self):
        """As `Recorder.close`."""
        self.active.close()
        if self.card.failing and self.active is self.card:
            self.give_up_card()
            self.flash.close()

    def give_up_card(self, record=None):
        """The card refuses: go on in the flash with what the card has not committed, and with `record`, for
        which it had no room; whether the flash has taken the last of it. Allocates, being rare."""
        card, flash = self.card, self.flash
        self.active = flash
        start = max(card.committed, HEADER_BYTES) - card.window_at
        waiting = bytes(card.waiting_view[start : max(start, card.used - card.window_at)])
        first = card.accounted_to
        if waiting:
            first = min(first, block.seq_of(waiting))  # notes have their first slot in the same place
        end, reason = card.next_seq, card.stop_reason if card.full else ids.GAP_OVERRUN
        clear(card.waiting_view, PAGE_BYTES)
        card.used = start + card.window_at
        card.accounted_to = card.next_seq = first
        card.waiting_slots = 0
        card.stop_reason = ids.GAP_STORAGE
        card.full = False
        card.committed = PAGE_BYTES  # the buffer is the flash's now
        flash.boot = card.boot
        flash.skip(first, ids.GAP_STORAGE)
        stored = self._replay(waiting)
        if record:
            card.not_kept -= block.slots_of(record)
            stored = flash.append(record)
        flash.skip(end, reason)
        flash.flush()
        return stored

    def _replay(self, waiting):
        """Append entries that lay in the card's page buffer; whether the last record was stored."""
        at = 0
        stored = True
        while at + NOTE_BYTES <= len(waiting):
            if waiting[at] == block.SYNC:
                length = block.length_of(waiting, at)
                stored = self.flash.append(waiting[at : at + length])
            elif waiting[at] == NOTE_SYNC:
                length = NOTE_BYTES
                note = parse_note(waiting[at : at + NOTE_BYTES])
                if note and note[0] in (NOTE_BOOT, NOTE_GAP) and note[2] > self.flash.next_seq:
                    self.flash.skip(note[2], note[4])
            else:
                break
            at += (length + ALIGN - 1) & ~(ALIGN - 1)
        return stored

    # What is there

    def reader(self, first, end, newest_first=False):
        """As `Recorder.reader`, of both devices."""
        return FallbackReader(self, first, min(end, self.next_seq), newest_first)

    def read(self, seq, buf):
        """As `Recorder.read`."""
        return self.card.read(seq, buf) or self.flash.read(seq, buf)

    def gaps(self, cursor, out):
        """As `Recorder.gaps`."""
        return list_gaps(self, cursor, out)

    def info(self):
        """As `Recorder.info`: pages are those of the device that takes the records."""
        return LogInfo(self)

    def ack(self, seq):
        """As `Recorder.ack`."""
        done = self.active.ack(seq)
        for log in (self.card, self.flash):
            log.acked_seq = max(log.acked_seq, done)
        return done

    def erase(self):
        """As `Recorder.erase`: both devices."""
        for index in self.active.erase():
            yield index
        idle = self.flash if self.on_card else self.card
        idle.next_seq = idle.accounted_to = self.active.erased_seq
        steps = idle.erase()
        try:
            self.active.flush()  # the buffer is one, and the first step begins a page in it
            index = next(steps)
            if idle.used != idle.committed:  # it has not been taken
                idle.used = idle.committed
                clear(idle.waiting_view, PAGE_BYTES)
            yield index
            for index in steps:
                yield index
        except OSError:
            idle.storage_errors += 1

    def erase_ahead(self, limit):
        """As `Recorder.erase_ahead`, while the flash takes the records."""
        return self.degraded and self.flash.erase_ahead(limit)

    # State, of both

    @property
    def degraded(self):
        """Whether the card has failed, at boot or since."""
        return self.active is self.flash

    @property
    def on_card(self):
        """Whether the card takes the records, so that the log erases no flash."""
        return self.active is self.card

    @property
    def oldest_seq(self):
        """The older device's, as far as it holds anything."""
        held = [log.oldest_seq for log in (self.card, self.flash) if log.head >= 0]
        return min(held) if held else self.active.oldest_seq

    @property
    def overwritten(self):
        """Of both."""
        return self.card.overwritten + self.flash.overwritten

    @property
    def corrupt_pages(self):
        """Of both."""
        return self.card.corrupt_pages + self.flash.corrupt_pages

    @property
    def storage_errors(self):
        """Of both."""
        return self.card.storage_errors + self.flash.storage_errors

    @storage_errors.setter
    def storage_errors(self, count):
        self.active.storage_errors += count - self.storage_errors

    @property
    def retries(self):
        """Of the card."""
        return self.card.retries

    @property
    def erased(self):
        """Of the flash."""
        return self.flash.erased

    @property
    def not_kept(self):
        """Of both."""
        return self.card.not_kept + self.flash.not_kept

    @property
    def keep_oldest(self):
        """The same for both."""
        return self.active.keep_oldest

    @keep_oldest.setter
    def keep_oldest(self, keep):
        self.card.keep_oldest = self.flash.keep_oldest = keep

    def __getattr__(self, name):
        """Everything else is that of the device that takes the records."""
        return getattr(self.active, name)
