"""The writing half of the log: one page at a time, committed in order."""

from insole_protocol import block, ids
from insole_protocol.codec import checksum
from insole_protocol.log_records import (
    ACKED_SEQ_AT,
    ALIGN,
    FIRST_SEQ_AT,
    HEADER_BYTES,
    NEXT_SEQ_JUMP,
    NO_PAGE,
    NOTE_BOOT,
    NOTE_BYTES,
    NOTE_ERASED,
    NOTE_GAP,
    NOTE_RESERVE,
    OLDEST_SEQ_AT,
    OVERWRITTEN_AT,
    PAGE_BYTES,
    PageHeader,
    is_header_of,
    write_note,
)

from insole.recorder import media
from insole.recorder.index import CHUNK_BYTES, PageIndex
from insole.recorder.slot_number import SlotNumber

try:
    from insole.recorder.memory_ops_viper import clear, copy
except (ImportError, ValueError) as error:  # not MicroPython, or compiled for another processor
    from insole.recorder.memory_ops import clear, copy
    from insole_protocol import native

    native.note("memory_ops_viper", error)

WINDOW = media.Flash.window
NOTE_ROOM = (
    4 * NOTE_BYTES
)  # kept free in each page when nothing may be overwritten, so that a full log can take notes
RESERVE_SLOTS = 1 << 14  # a full log notes every 164 s that numbers go on being used
TRIES = 8  # pages in a row that may refuse to be written
CORRUPT_MEMORY = 32
UNREADABLE_PAGES = 64  # in a row that are looked behind for the next one that can be read
SPARED_SHARE = 4  # a quarter of the pages is never erased ahead: a boot probes 64 places for the log


class Writer:
    """State of the log and everything that changes it; `Recorder` is its face."""

    number_jump = NEXT_SEQ_JUMP
    tries = TRIES

    def __init__(self, device, keep_oldest=False, beside=None):
        """`beside`: another log that never waits with anything while this one does; their buffers are one."""
        self.media = media.attach(device)
        self.keep_oldest = keep_oldest
        self._next = SlotNumber()
        self._accounted = SlotNumber()
        self._oldest = SlotNumber()
        self._acked = SlotNumber()
        self._overwritten = SlotNumber()
        self._reserved = SlotNumber()
        self._first = SlotNumber()  # of the page that was asked for last
        self.boot = self.erased_seq = 0
        self.not_kept = self.corrupt_pages = self.storage_errors = 0
        self.head = -1  # number of the page that is being written
        self.tail = 0  # number of the oldest page that counts
        self.used = PAGE_BYTES  # bytes of the head page that are taken
        self.committed = 0  # bytes of the head page that are on the device
        self.window_at = 0  # where in the page the waiting buffer begins
        self.waiting_slots = 0
        self.full = False
        self.stop_reason = 0  # why nothing is recorded, when full
        self.refused = False  # the device refused to take the last page that was to be begun
        self.failing = False  # it refused so many pages in a row that no further one is given up
        self.note_page = NO_PAGE  # newest page before the head that holds a note
        self.noted = False  # whether the head page holds one
        self.header = PageHeader()
        self.found = PageHeader()
        # Through which checksums are computed.
        self.chunk = beside.chunk if beside else memoryview(bytearray(CHUNK_BYTES))
        self.index = beside.index if beside else PageIndex(self.chunk)
        self._header_bytes = bytearray(HEADER_BYTES)
        self.erased_to = -1  # newest page that was made ready before its time
        self._corrupt = [-1] * CORRUPT_MEMORY
        self._waiting = beside._waiting if beside else bytearray(PAGE_BYTES)
        clear(self._waiting, PAGE_BYTES)
        self.waiting_view = memoryview(self._waiting)
        self.media.use(self.waiting_view)
        window = self.media.window
        # The first bytes of it, by windows: a slice at each flush would be a new object.
        self._starts = [self.waiting_view[:n] for n in range(0, PAGE_BYTES + 1, window)]

    @property
    def next_seq(self):
        """Number that the next slot must have."""
        return self._next.value

    @next_seq.setter
    def next_seq(self, number):
        self._next.value = number

    @property
    def accounted_to(self):
        """End of the last block or gap in the log; behind next_seq only when full."""
        return self._accounted.value

    @accounted_to.setter
    def accounted_to(self, number):
        self._accounted.value = number

    @property
    def oldest_seq(self):
        """First slot held."""
        return self._oldest.value

    @oldest_seq.setter
    def oldest_seq(self, number):
        self._oldest.value = number

    @property
    def acked_seq(self):
        """First slot that no host has acknowledged."""
        return self._acked.value

    @acked_seq.setter
    def acked_seq(self, number):
        self._acked.value = number

    @property
    def reserved_to(self):
        """To here a full log has noted that numbers are used."""
        return self._reserved.value

    @property
    def overwritten(self):
        """Slots that were overwritten before a host had them, ever."""
        return self._overwritten.value

    @overwritten.setter
    def overwritten(self, number):
        self._overwritten.value = number

    # Entries

    def put(self, data, length):
        """Add a block of `length` bytes to the head page, where there is room for it."""
        copy(self._waiting, self.used - self.window_at, data, length)
        self.used += (length + ALIGN - 1) & ~(ALIGN - 1)

    def put_note(self, kind, from_seq, to_seq, reason):
        """Add a note, opening a page if need be: notes are taken even when the log is full."""
        if self.used + NOTE_BYTES > PAGE_BYTES and not self.next_page(True):
            self.stop(ids.GAP_STORAGE)
            return
        at = self.used - self.window_at
        write_note(
            self._waiting, at, kind, from_seq, to_seq, self.boot, reason, self.acked_seq, self.overwritten
        )
        self.used += NOTE_BYTES
        self.noted = True
        if kind in (NOTE_BOOT, NOTE_GAP, NOTE_ERASED):
            self.accounted_to = to_seq

    def flush(self):
        """Commit what waits. False when the device refuses; the data stays in memory and is tried again."""
        for _ in range(self.tries):
            if self.used == self.committed:
                return True
            window = self.media.window
            n = (self.used - self.window_at + window - 1) // window * window
            try:
                self.media.program(self.head % self.media.pages, self.window_at, self._starts[n // window])
            except OSError:
                self.storage_errors += 1
                if self.failing or not self._move_on():
                    return False
                continue
            self._committed(n)
            return True
        self.failing = True  # from now on no further page is given up for each attempt
        return False

    def _committed(self, n):
        """n bytes of the waiting buffer are on the device: empty it for what follows."""
        if self.media.erases:
            self.window_at += (self.used - self.window_at) // WINDOW * WINDOW
        else:
            self.used = self.window_at = self.window_at + n
        self.committed = self.used
        self.waiting_slots = 0
        self.failing = False
        clear(self._waiting, n)

    # Pages

    def room_for(self, length):
        """Make room for a block of `length` bytes; False when the log is full or the device refuses."""
        limit = PAGE_BYTES - (NOTE_ROOM if self.keep_oldest else 0)
        return self.used + length <= limit or self.next_page(False)

    def next_page(self, sacrifice):
        """Commit the head page and begin the next one.

        The page after the head never holds data that counts, so that it can be erased at any moment;
        beginning a page therefore gives up the oldest one. False if the device refuses, or if the oldest page
        is unacknowledged, to be preserved and not to be sacrificed.
        """
        self.refused = not self.flush()
        if self.refused:
            return False
        if self.keep_oldest and not sacrifice:
            tail = self.head + 3 - self.media.pages
            if tail > self.tail and self._first_seq_from(tail).is_after(self._acked):
                return False
        page_seq = self._ready_from(self.head + 1, True)
        self.refused = page_seq < 0
        if self.refused:
            return False
        self._begin_page(page_seq)
        return True

    def _ready_from(self, page_seq, if_blank):
        """Number of the first page from `page_seq` on that could be made writable; -1 if too many refuse.

        With `if_blank` one that is blank is taken as it is.
        """
        for candidate in range(page_seq, page_seq + TRIES):
            try:
                if if_blank:
                    self.media.prepare(candidate % self.media.pages)
                else:
                    self.media.erase(candidate % self.media.pages)
                return candidate
            except OSError:
                self.storage_errors += 1
        return -1

    def erase_ahead(self, limit):
        """Make one more of the pages to come ready, if no more than `limit` are and a host has its old data.

        True if one had to be erased. OSError when the device refuses.
        """
        if not self.media.erases or self.head < 0:
            return False
        page_seq = max(self.erased_to, self.head) + 1
        pages = self.media.pages
        if page_seq - self.head > min(limit, pages - max(4, pages // SPARED_SHARE)):
            return False
        tail = page_seq + 1 - pages
        if tail > self.tail:
            oldest = self._first_seq_from(tail)
            if oldest.is_after(self._acked):
                return False
            if oldest.is_after(self._oldest):
                self._oldest.follow(oldest)
            self.tail = tail
        erased = self.media.erased
        self.media.prepare(page_seq % pages)
        self.erased_to = page_seq
        return self.media.erased > erased

    def _begin_page(self, page_seq):
        """Give up what the new head page displaces and put its header into the waiting buffer."""
        tail = page_seq + 2 - self.media.pages
        if tail > self.tail:
            oldest = self._first_seq_from(tail)
            if oldest.is_after(self._oldest):
                known = self._acked if self._acked.is_after(self._oldest) else self._oldest
                if oldest.is_after(known):
                    self._overwritten.advance(oldest.minus(known))
                self._oldest.follow(oldest)
            self.tail = tail
        if self.noted:
            self.note_page = self.head
        self.noted = False
        self.head = page_seq
        header = self.header
        header.boot, header.page_seq = self.boot, page_seq
        header.erased_seq = self.erased_seq
        header.tail_page, header.note_page, header.pages = self.tail, self.note_page, self.media.pages
        header.reserved_seq = self.reserved_to if self.full else 0
        header.write_fields(self._waiting)
        self._accounted.put(self._waiting, FIRST_SEQ_AT)
        self._oldest.put(self._waiting, OLDEST_SEQ_AT)
        self._acked.put(self._waiting, ACKED_SEQ_AT)
        self._overwritten.put(self._waiting, OVERWRITTEN_AT)
        checksum.append(self._waiting, HEADER_BYTES - 4)
        self.used = HEADER_BYTES
        self.committed = self.window_at = 0

    def _move_on(self):
        """The head page refuses to be written: carry what waits into a new one. Allocates, being rare."""
        page_seq = self._ready_from(self.head + 1, False)
        if page_seq < 0:
            return False  # not even an erase is taken: no page is given up for a device that is dead
        start = max(self.committed, HEADER_BYTES)
        waiting = bytes(self.waiting_view[start - self.window_at : self.used - self.window_at])
        clear(self._waiting, PAGE_BYTES)
        noted, accounted_to = self.noted, self.accounted_to
        if waiting:
            self.accounted_to = block.seq_of(waiting)  # notes have their first slot in the same place
        self._begin_page(page_seq)
        self.accounted_to = accounted_to
        self.noted = noted
        self._waiting[HEADER_BYTES : HEADER_BYTES + len(waiting)] = waiting
        self.used = HEADER_BYTES + len(waiting)
        return True

    def restart_at(self, page_seq):
        """Forget everything and go on at `page_seq`, the first page of a turn. OSError if it cannot be
        erased."""
        self.media.wipe(page_seq % self.media.pages, 1)
        old, self.oldest_seq = self.oldest_seq, self.next_seq
        self.erased_seq = self.acked_seq = self.accounted_to = self.next_seq
        self.tail = page_seq
        self.noted = self.full = False
        self.note_page = NO_PAGE
        self._begin_page(page_seq)
        self.put_note(NOTE_ERASED, old, self.next_seq, ids.GAP_ERASED)
        self.flush()

    # A log that is full and keeps its oldest data, or whose device refuses

    def stop(self, reason):
        """From accounted_to on nothing is recorded."""
        if not self.full:
            self.full = True
            self.stop_reason = reason
            self._reserved.follow(self._accounted)

    def discard(self, slots):
        """Count slots that are not kept; that their numbers are used is committed before they are."""
        self.not_kept += slots
        self._next.advance(slots)
        if self._next.is_after(self._reserved) and self.stop_reason == ids.GAP_LOG_FULL:
            self._reserved.follow(self._next)
            self._reserved.advance(RESERVE_SLOTS)
            self.put_note(NOTE_RESERVE, self.accounted_to, self.reserved_to, ids.GAP_LOG_FULL)
            self.flush()

    def resume(self):
        """Record again if there is room now."""
        if not self.next_page(False):
            return False
        self.full = False
        seq = self.next_seq
        if seq > self.accounted_to:
            self.put_note(NOTE_GAP, self.accounted_to, seq, self.stop_reason)
        return True

    # Searching

    def valid_page_from(self, page_seq, last):
        """First page from `page_seq` to `last` with a valid header, now in `found`; NO_PAGE if none has."""
        for page in range(page_seq, min(last, page_seq + 64) + 1):
            try:
                self.read_at(page, 0, self._header_bytes)
            except OSError:
                continue
            if self.found.parse(self._header_bytes) and self.found.page_seq == page:
                return page
        return NO_PAGE

    def valid_page_at(self, index):
        """Whether a valid header of this log, now in `found`, lies at `index` of the device."""
        try:
            self.media.read(index, 0, self._header_bytes)
        except OSError:
            self.storage_errors += 1
            return False
        found = self.found
        return (
            found.parse(self._header_bytes)
            and found.pages == self.media.pages
            and found.page_seq % self.media.pages == index
        )

    def _first_seq_from(self, page_seq):
        """First slot of the first readable page from `page_seq` on, until the next question.

        A full log asks with each page, and nothing may be a new object.
        """
        data = self._header_bytes
        for page in range(page_seq, min(self.head, page_seq + UNREADABLE_PAGES) + 1):
            try:
                self.read_at(page, 0, data)
            except OSError:
                continue
            if is_header_of(data, page, checksum):
                self._first.take(data, FIRST_SEQ_AT)
                return self._first
        return self._accounted

    def count_corrupt(self, page_seq):
        """Count a damaged page, once as long as it is among the last few that were met."""
        if page_seq not in self._corrupt:
            self._corrupt[self.corrupt_pages % CORRUPT_MEMORY] = page_seq
            self.corrupt_pages += 1
