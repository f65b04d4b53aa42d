"""What happens to the log at boot: find it, find out how it ended, take new numbers."""

from insole_protocol import ids
from insole_protocol.log_records import (
    NO_PAGE,
    NOTE_BOOT,
    NOTE_CLOSE,
    NOTE_GAP,
    NOTE_RESERVE,
    NOTE_SYNC,
    PAGE_BYTES,
    parse_note,
)

from insole.recorder.head_search import LOOKAHEAD, find_head
from insole.recorder.index import blank


def find(log):
    """Set `log` to where the last boot left it; an empty device gives an empty log."""

    def page_seq_at(index):
        return log.found.page_seq if log.valid_page_at(index) else -1

    log.head = find_head(page_seq_at, log.media.pages)
    log.committed = PAGE_BYTES  # nothing waits in memory
    if log.head < 0:
        if log.storage_errors:
            raise OSError(5)  # there may be a log: a new one must not be begun over it
        log.next_seq = 0
        return
    index = log.index
    index.load(log, log.head)
    saved = index.header
    log.boot, log.acked_seq, log.overwritten = saved.boot, saved.acked_seq, saved.overwritten
    log.oldest_seq, log.erased_seq, log.note_page = saved.oldest_seq, saved.erased_seq, saved.note_page
    log.tail = max(saved.tail_page, log.head + 2 - log.media.pages)
    _find_end(log, index)
    _find_tail(log)


def _find_tail(log):
    """Pages at the old end may have been erased ahead of need since the newest header was written."""
    index = log.index
    try:
        log.read_at(log.tail, 0, index.scratch)
    except OSError:
        return
    if log.tail >= log.head or not blank(index.scratch):
        return
    low, high = log.tail, log.head
    while high - low > 1:
        middle = (low + high) // 2
        if log.valid_page_from(middle, min(high, middle + LOOKAHEAD)) == NO_PAGE:
            low = middle
        else:
            high = middle
    log.tail = log.valid_page_from(high, log.head)
    log.oldest_seq = max(log.oldest_seq, log.found.first_seq)
    log.acked_seq = max(log.acked_seq, log.oldest_seq)  # nothing else is erased ahead


def _find_end(log, index):
    """Where the newest page ends, and which number is safe to go on with."""
    end, claimed = index.end_seq, index.claimed_seq
    closed, reserved = _read_notes(log, index, index.header.reserved_seq)
    log.used = index.end_offset
    if index.dirty and log.media.erases:
        log.used = PAGE_BYTES  # a torn write: these bytes cannot be programmed again
    if not log.media.erases:
        log.used = (log.used + 511) // 512 * 512
    # The header of a page that was newer still may be damaged. Its blocks then tell what numbers were used.
    if log.valid_page_at((log.head + 1) % log.media.pages):
        index.count = 0  # a page of the turn before
    else:
        index.scan(log, log.head + 1, end)
    if index.count:
        log.count_corrupt(log.head + 1)
        end = index.end_seq
        log.head += 1
        log.tail = max(log.tail, log.head + 2 - log.media.pages)
        closed, reserved = _read_notes(log, index, reserved)
        log.used = PAGE_BYTES
    claimed = max(claimed, index.claimed_seq, end)
    log.accounted_to = end
    if closed >= 0:
        log.next_seq, log.stop_reason = closed, ids.GAP_LOG_FULL
    elif reserved > end:
        log.next_seq, log.stop_reason = reserved, ids.GAP_LOG_FULL
    else:
        log.next_seq = claimed + log.number_jump + log.media.forgotten_slots
        log.stop_reason = ids.GAP_POWER_LOSS


def _read_notes(log, index, reserved):
    """Take over what the page's notes say.

    Returns:
        The next number if the log was stopped in order, else -1; and the end of a reservation that still
        holds.
    """
    closed = -1
    for i in range(index.count):
        log.read_at(log.head, index.offsets[i], index.scratch)
        note = parse_note(index.scratch) if index.scratch[0] == NOTE_SYNC else None
        closed = note[2] if note and note[0] == NOTE_CLOSE else -1
        if note is None or note[0] == NOTE_GAP:
            reserved = 0  # recorded again since
        elif note[0] == NOTE_RESERVE:
            reserved = note[2]
        if note:
            log.noted = True
            log.boot = note[3]
            log.acked_seq = max(log.acked_seq, note[5])
            log.overwritten = max(log.overwritten, note[6])
    return closed, reserved


def take_over(log, counters):
    """Go on beyond numbers that were used while this device held no log, or refused to."""
    blank = log.head < 0
    behind = (counters.boot - log.boot) & 0xFFFF
    if not blank and (behind >= 0x8000 or (behind == 0 and not counters.unlogged)):
        return  # the boot number of a blank log is none: nothing is behind it
    log.boot = counters.boot
    if counters.to_seq > log.next_seq:
        log.next_seq, log.stop_reason = counters.to_seq, ids.GAP_STORAGE
        if blank and counters.erased:
            log.erased_seq = counters.to_seq


def make_ready(log):
    """Let writing go on where the log ends, or at the start of a blank device."""
    if log.head < 0:
        log.oldest_seq = log.accounted_to = log.erased_seq
        log.acked_seq = max(log.acked_seq, log.erased_seq)
        log.used = PAGE_BYTES
    log.committed = log.used
    log.window_at = log.used // log.media.window * log.media.window


def begin(log):
    """Take the next boot number and commit it together with the numbers that are left out."""
    log.boot = (log.boot + 1) & 0xFFFF
    make_ready(log)
    reason = log.stop_reason if log.next_seq > log.accounted_to else 0
    log.put_note(NOTE_BOOT, log.accounted_to, log.next_seq, reason)
    if not log.flush():
        raise OSError(5)


def open_two(log, counters):
    """`open` of a `fallback.FallbackLog`: the numbers of whichever of its logs was written last."""
    card, flash = log.card, log.flash
    find(flash)
    try:
        find(card)
    except OSError:
        log.active = flash
        card.head, card.tail, card.next_seq = -1, 0, 0
        if counters:
            take_over(flash, counters)
        begin(flash)
        return
    last, idle = card, flash
    used = (flash.accounted_to, flash.next_seq), (card.accounted_to, card.next_seq)
    if flash.head >= 0 and (card.head < 0 or used[0] > used[1]):
        last, idle = flash, card  # a full log accounts for no more, and has used more numbers all the same
    if idle.head >= 0 and (idle.boot - last.boot) & 0xFFFF < 0x8000:
        last.boot = idle.boot
    if counters:
        take_over(last, counters)
    if flash.head < 0:
        flash.erased_seq = card.erased_seq  # it holds nothing that was not
    card.acked_seq = flash.acked_seq = max(card.acked_seq, flash.acked_seq)
    make_ready(flash)
    if last is card:
        flash.next_seq = flash.accounted_to
    else:
        if flash.next_seq > flash.accounted_to:
            # Its boot number stays: it must not look as if it knew the numbers that the card takes now.
            flash.put_note(NOTE_GAP, flash.accounted_to, flash.next_seq, flash.stop_reason)
            flash.flush()
        card.boot, card.next_seq, card.stop_reason = flash.boot, flash.next_seq, ids.GAP_STORAGE
    flash.stop_reason = ids.GAP_STORAGE
    try:
        begin(card)
    except OSError:
        card.boot = (card.boot - 1) & 0xFFFF
        log.give_up_card()
        begin(flash)
