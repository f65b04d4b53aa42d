"""Lists the gaps that the log knows of, by the chain of pages that hold notes."""

from insole_protocol import ids
from insole_protocol.log_records import (
    NO_PAGE,
    NOTE_BOOT,
    NOTE_GAP,
    NOTE_SYNC,
    UNCOMMITTED_MAX_SLOTS,
    parse_note,
)

MAX_GAPS = 16


def list_gaps(log, cursor, out):
    """See Recorder.gaps. Walks back from the newest note, keeping the 16 oldest gaps that end after
    `cursor`."""
    newest = _newest_to_oldest(log, cursor)
    newest.reverse()
    _before_oldest(log, cursor, out)
    more = len(out) + len(newest) > MAX_GAPS or len(newest) == MAX_GAPS
    for gap in newest:
        if len(out) < MAX_GAPS:
            out.append(gap)
    return out[-1][1] if more else ids.NO_SEQ


def _newest_to_oldest(log, cursor):
    newest = []
    if log.full and log.next_seq > max(cursor, log.accounted_to):
        newest.append((log.accounted_to, log.next_seq, log.stop_reason))
    index = log.index
    page = log.head
    while page != NO_PAGE and page >= log.tail:
        try:
            sound = index.load(log, page)
        except OSError:
            sound = False
        if not sound:
            log.count_corrupt(page)
            page -= 1  # the chain is broken here; the page before knows where it goes on
            continue
        first_seq, note_page = index.header.first_seq, index.header.note_page
        for i in range(index.count - 1, -1, -1):
            for gap in reversed(_gaps_at(log, index, page, i)):
                if gap[1] > cursor:
                    newest.append(gap)
                    if len(newest) > MAX_GAPS:
                        newest.pop(0)
        if first_seq <= cursor:
            break
        page = note_page
    return newest


def _before_oldest(log, cursor, out):
    """What is gone from the front of the log: erased on command, then overwritten."""
    if cursor < log.erased_seq:
        out.append((cursor, log.erased_seq, ids.GAP_ERASED))
        cursor = log.erased_seq
    if cursor < log.oldest_seq:
        out.append((cursor, log.oldest_seq, ids.GAP_OVERWRITTEN))


def _gaps_at(log, index, page, i):
    """The gaps of entry `i`, oldest first."""
    log.read_at(page, index.offsets[i], index.scratch)
    if index.scratch[0] != NOTE_SYNC:
        return ()
    note = parse_note(index.scratch)
    if note is None or note[0] not in (NOTE_BOOT, NOTE_GAP) or note[1] >= note[2]:
        return ()
    low, high, reason = note[1], note[2], note[4]
    middle = low + UNCOMMITTED_MAX_SLOTS + log.media.forgotten_slots
    if reason != ids.GAP_POWER_LOSS or high <= middle:
        return ((low, high, reason),)
    return ((low, middle, ids.GAP_POWER_LOSS), (middle, high, ids.GAP_OFF))
