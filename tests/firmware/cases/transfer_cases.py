"""A log transfer as messages: records packed as many as fit, gaps in their place, one end with its reason."""

import chip  # noqa: F401 - first: puts its time in place

from insole.log_transfer import LogTransfer
from insole.recorder.reader import END, GAP, NO_ROOM
from insole_protocol import host_messages, ids, messages
from log_kit.devices import RamFlash
from log_kit.logs import filled
from log_kit.walks import make_record


class Reader:
    """Gives what it is told to: records as bytes, gaps as tuples."""

    gap_from = gap_to = gap_reason = 0

    def __init__(self, items):
        self.items = list(items)
        self.asked = 0

    def next(self, out):
        self.asked += 1
        if not self.items:
            return END
        item = self.items[0]
        if isinstance(item, tuple):
            self.items.pop(0)
            self.gap_from, self.gap_to, self.gap_reason = item
            return GAP
        if len(item) > len(out):
            return NO_ROOM
        self.items.pop(0)
        out[: len(item)] = item
        return len(item)


def run(transfer, room=2056):
    """All messages of a transfer, parsed."""
    out = memoryview(bytearray(room))
    found = []
    while not transfer.done:
        length = transfer.next_message(out)
        assert 0 < length <= room
        found.append(host_messages.parse_log_message(bytes(out[:length])))
        assert len(found) < 1000, "it never ends"
    assert {message.transfer for message in found} == {transfer.number}
    return found


def shape(found):
    """Kinds, and what counts of each."""
    return [(m.kind, len(m.records) if m.kind == ids.LOG_BLOCK else m.fields) for m in found]


def test_numbers_that_a_reader_answers():
    assert (END, GAP, NO_ROOM) == (0, -1, -2)


def test_records_share_messages_and_the_end_counts_slots():
    records = [bytes(make_record(50 * i, 50, 1, 300)) for i in range(14)]
    found = run(LogTransfer(7, Reader(records)))
    # 2056 bytes: 5 before, 6 records of 300 take 1805, a seventh 2105.
    assert shape(found) == [(1, 6), (1, 6), (1, 2), (2, (700, 0))]
    assert [record for m in found for record in m.records] == records


def test_slots_are_frames_times_slots_of_each():
    records = [bytes(make_record(0, 80, 1, 100, frames=8)), bytes(make_record(80, 64, 1, 100, frames=64))]
    assert run(LogTransfer(1, Reader(records)))[-1].fields == (144, ids.END_COMPLETE)


def test_gaps_stand_where_they_are_missing():
    a, b, c = [bytes(make_record(100 * i, 50, 1, 200)) for i in range(3)]
    gap, other = (50, 100, ids.GAP_IDLE), (150, 200, ids.GAP_OVERRUN)
    for items, expected in (
        ([a, gap, b, other, c], [(1, 1), (3, gap), (1, 1), (3, other), (1, 1), (2, (150, 0))]),
        ([gap, a, b], [(3, gap), (1, 2), (2, (100, 0))]),
        ([gap, other], [(3, gap), (3, other), (2, (0, 0))]),
        ([a, gap], [(1, 1), (3, gap), (2, (50, 0))]),
        ([a, b, gap, other, c], [(1, 2), (3, gap), (3, other), (1, 1), (2, (150, 0))]),
        ([], [(2, (0, 0))]),
    ):
        assert shape(run(LogTransfer(9, Reader(items)))) == expected


def test_the_reader_is_asked_once_for_each_thing():
    reader = Reader([bytes(make_record(0, 50, 1, 200)), (50, 60, 1)])
    run(LogTransfer(1, reader))
    assert reader.asked == 3, "a record, a gap, the end"


def test_a_transfer_that_is_stopped_ends_with_what_was_sent():
    records = [bytes(make_record(50 * i, 50, 1, 1000)) for i in range(9)]
    transfer = LogTransfer(3, Reader(records))
    out = memoryview(bytearray(2056))
    transfer.next_message(out)
    assert not transfer.done
    transfer.stop()
    assert not transfer.done, "the host is still to be told"
    assert shape(run(transfer)) == [(2, (100, ids.END_STOPPED))]
    assert (ids.END_COMPLETE, ids.END_STOPPED) == (0, 1)


def test_a_transfer_stopped_before_it_began():
    transfer = LogTransfer(3, Reader([bytes(make_record(0, 50, 1))]))
    transfer.stop()
    assert shape(run(transfer)) == [(2, (0, ids.END_STOPPED))]


def test_a_stop_between_a_record_and_the_gap_behind_it():
    transfer = LogTransfer(3, Reader([bytes(make_record(0, 50, 1)), (50, 60, 1)]))
    out = memoryview(bytearray(2056))
    transfer.next_message(out)
    transfer.stop()
    assert shape(run(transfer)) == [(2, (50, ids.END_STOPPED))]


def test_a_whole_log_byte_for_byte():
    log = filled(RamFlash(16), 60)
    for newest_first in (False, True):
        found = run(LogTransfer(1, log.reader(0, log.next_seq, newest_first)))
        records = [record for m in found for record in m.records]
        expected = [bytes(make_record(50 * i, 50, 1)) for i in range(60)]
        assert records == (expected[::-1] if newest_first else expected)
        assert found[-1].fields == (3000, ids.END_COMPLETE)
        sizes = [5 + sum(len(record) for record in m.records) for m in found[:-1]]
        assert min(sizes[:-1]) > 2056 - 454, "no message has room for one more"
    assert messages.LOG_PREFIX_BYTES == 5
