"""Ranges of the log as a reader and the list of gaps explain them: worked out slot by slot, both ways."""

import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
for folder in ("firmware", "shared", "tests/firmware"):
    if str(ROOT / folder) not in sys.path:
        sys.path.append(str(ROOT / folder))

from insole.recorder import Recorder  # noqa: E402
from insole.recorder.gaps import MAX_GAPS  # noqa: E402
from insole.recorder.reader import END, GAP  # noqa: E402
from insole_protocol import ids  # noqa: E402
from log_kit.devices import RamFlash  # noqa: E402
from log_kit.logs import boots, filled  # noqa: E402
from log_kit.walks import make_record, merged_gaps, read_all  # noqa: E402

LOSS, OFF, OVERRUN, IDLE = ids.GAP_POWER_LOSS, ids.GAP_OFF, ids.GAP_OVERRUN, ids.GAP_IDLE
OVERWRITTEN, ERASED, FULL, CORRUPT = (
    ids.GAP_OVERWRITTEN,
    ids.GAP_ERASED,
    ids.GAP_LOG_FULL,
    ids.GAP_CORRUPT_PAGE,
)

Items = list[tuple[int, int, object]]


def ranges(log: Recorder, first: int, end: int) -> Items:
    """What a range holds: blocks as "block", gaps as their reason; both ways, which must agree."""
    found: list[Items] = []
    for newest_first in (False, True):
        items = read_all(log, first, end, newest_first)
        found.append([(lo, hi, "block" if isinstance(what, bytes) else what) for lo, hi, what in items])
    joined: list[Items] = []
    for items in found:
        merged: Items = []
        for lo, hi, what in items:
            if merged and what != "block" and merged[-1][1:] == (lo, what):
                merged[-1] = (merged[-1][0], hi, what)
            else:
                merged.append((lo, hi, what))
        joined.append(merged)
    assert joined[0] == joined[1]
    return found[0]


def listed(log: Recorder, cursor: int = 0) -> list[tuple[int, int, int]]:
    """All gaps from the cursor on, in as many turns as it takes."""
    found: list[tuple[int, int, int]] = []
    while True:
        part: list[tuple[int, int, int]] = []
        cursor = log.gaps(cursor, part)
        assert len(part) <= MAX_GAPS == 16
        found += part
        if cursor == ids.NO_SEQ:
            return found
        assert cursor == part[-1][1]


class TestPowerLoss:
    """Committed to 150; numbers go on at 406: 128 slots in doubt, the others were never used."""

    @pytest.fixture
    def log(self) -> Recorder:
        device = RamFlash(8)
        filled(device, 3)
        log = boots(device)
        log.append(make_record(406, 50, 2))
        return log

    @pytest.mark.parametrize(
        ("first", "end", "expected"),
        [
            (100, 500, [(100, 150, "block"), (150, 278, LOSS), (278, 406, OFF), (406, 456, "block")]),
            (149, 151, [(100, 150, "block"), (150, 151, LOSS)]),
            (150, 278, [(150, 278, LOSS)]),
            (160, 170, [(160, 170, LOSS)]),
            (277, 279, [(277, 278, LOSS), (278, 279, OFF)]),
            (278, 406, [(278, 406, OFF)]),
            (300, 310, [(300, 310, OFF)]),
            (405, 407, [(405, 406, OFF), (406, 456, "block")]),
        ],
    )
    def test_a_range_of_it(self, log: Recorder, first: int, end: int, expected: Items) -> None:
        assert ranges(log, first, end) == expected

    def test_it_is_listed_in_two(self, log: Recorder) -> None:
        assert listed(log) == [(150, 278, LOSS), (278, 406, OFF)]
        assert listed(log, 277) == [(150, 278, LOSS), (278, 406, OFF)]
        assert listed(log, 278) == [(278, 406, OFF)]
        assert listed(log, 406) == []

    def test_a_loss_of_no_more_than_could_be_in_doubt_is_one_gap(self) -> None:
        for slots, expected in (
            (128, [(50, 178, LOSS)]),
            (129, [(50, 178, LOSS), (178, 179, OFF)]),
        ):
            log = filled(RamFlash(8), 1)
            log.put_note(1, 50, 50 + slots, LOSS)
            log.next_seq = 50 + slots
            assert ranges(log, 50, 50 + slots) == expected
            assert listed(log) == expected

    def test_other_reasons_are_not_cut(self) -> None:
        log = filled(RamFlash(8), 1)
        log.skip(350, IDLE)
        log.append(make_record(350, 50, 1))
        assert ranges(log, 0, 400) == [(0, 50, "block"), (50, 350, IDLE), (350, 400, "block")]
        assert ranges(log, 60, 61) == [(60, 61, IDLE)]
        assert listed(log) == [(50, 350, IDLE)]


class TestFrontOfTheLog:
    """What is gone: erased on command up to a slot, overwritten behind it."""

    @pytest.fixture
    def log(self) -> Recorder:
        log = filled(RamFlash(6), 20)
        for _ in log.erase():
            pass
        for _ in range(200):
            log.append(make_record(log.next_seq, 50, 1))
        return log

    def test_ranges_of_it(self, log: Recorder) -> None:
        erased, oldest = log.erased_seq, log.oldest_seq
        assert erased == 1000 < oldest
        assert ranges(log, 0, oldest) == [(0, erased, ERASED), (erased, oldest, OVERWRITTEN)]
        assert ranges(log, 0, 10) == [(0, 10, ERASED)]
        assert ranges(log, 999, 1001) == [(999, 1000, ERASED), (1000, 1001, OVERWRITTEN)]
        assert ranges(log, oldest - 1, oldest + 1) == [
            (oldest - 1, oldest, OVERWRITTEN),
            (oldest, oldest + 50, "block"),
        ]

    def test_it_is_listed(self, log: Recorder) -> None:
        assert listed(log) == [(0, 1000, ERASED), (1000, log.oldest_seq, OVERWRITTEN)]
        assert listed(log, 999) == [(999, 1000, ERASED), (1000, log.oldest_seq, OVERWRITTEN)]
        assert listed(log, 1000) == [(1000, log.oldest_seq, OVERWRITTEN)]
        assert listed(log, log.oldest_seq) == []


class TestFullLog:
    """A log that keeps its oldest data: what it does not keep is one gap, up to the number at hand."""

    def test_it_is_read_and_listed(self) -> None:
        log = filled(RamFlash(6), 300, keep_oldest=True)
        full_from, end = log.accounted_to, log.next_seq
        assert ranges(log, full_from - 1, end) == [
            (full_from - 50, full_from, "block"),
            (full_from, end, FULL),
        ]
        assert ranges(log, full_from + 7, full_from + 9) == [(full_from + 7, full_from + 9, FULL)]
        assert listed(log) == [(full_from, end, FULL)]
        assert listed(log, end - 1) == [(full_from, end, FULL)]
        assert listed(log, end) == []

    def test_a_gap_that_reaches_beyond_the_range_is_cut(self) -> None:
        log = filled(RamFlash(8), 1)
        log.skip(100, OVERRUN)
        log.append(make_record(100, 50, 1))
        assert ranges(log, 0, 60) == [(0, 50, "block"), (50, 60, OVERRUN)]
        assert ranges(log, 90, 150) == [(90, 100, OVERRUN), (100, 150, "block")]


class TestDamage:
    """Bytes that are not what was written."""

    def test_a_damaged_block_is_a_corrupt_page_for_its_slots_only(self) -> None:
        device = RamFlash(8)
        log = filled(device, 0)
        for _ in range(6):
            log.append(make_record(log.next_seq, 50, 1, 100, frames=50))
        log.flush()
        device.data[52 + 32 + 2 * 100 + 60] ^= 1  # in the third block
        again = boots(device)
        assert ranges(again, 0, 300)[:4] == [
            (0, 50, "block"), (50, 100, "block"), (100, 150, CORRUPT), (150, 200, "block")
        ]  # fmt: skip
        assert ranges(again, 120, 130) == [(120, 130, CORRUPT)]
        assert again.corrupt_pages == 1

    def test_a_page_whose_header_is_damaged_is_missing_as_a_whole(self) -> None:
        device = RamFlash(16)
        log = filled(device, 100)
        log.close()
        starts = {page: first_of(log, page) for page in (2, 3)}
        device.data[2 * 4096 + 8] ^= 1
        again = boots(device)
        low, high = starts[2], starts[3]
        assert ranges(again, 0, log.next_seq) == [
            *[(seq, seq + 50, "block") for seq in range(0, low, 50)],
            (low, high, CORRUPT),
            *[(seq, seq + 50, "block") for seq in range(high, 5000, 50)],
        ]
        assert merged_gaps(read_all(again)) == [(low, high, CORRUPT)]

    def test_gaps_behind_a_damaged_page_are_listed_all_the_same(self) -> None:
        device = RamFlash(16)
        log = filled(device, 0)
        expected: list[tuple[int, int, int]] = []
        for _ in range(8):
            for _ in range(10):
                log.append(make_record(log.next_seq, 50, 1))
            expected.append((log.next_seq, log.next_seq + 9, IDLE))
            log.skip(log.next_seq + 9, IDLE)
        log.close()
        assert listed(log) == expected
        at = log.head - 2
        low, high = first_of(log, at), first_of(log, at + 1)
        device.data[at * 4096 + 8] ^= 1
        again = boots(device)
        found = [gap for gap in listed(again) if gap[1] <= log.next_seq]
        assert found == [gap for gap in expected if gap[1] <= low or gap[0] >= high]

    def test_the_first_slots_of_pages_that_cannot_be_read_are_those_that_come(self) -> None:
        """Where no page from a number on is readable, the log goes on from what it accounts for."""
        device = RamFlash(8)
        log = filled(device, 60)
        log.flush()
        assert log._first_seq_from(log.head).value == first_of(log, log.head) == 2500
        assert log._first_seq_from(log.head + 1).value == log.accounted_to == 3000
        for page in range(8):
            device.data[page * 4096 + 8] ^= 1
        assert log._first_seq_from(log.tail).value == 3000

    def test_damage_is_counted_once_for_the_last_32_pages(self) -> None:
        log = filled(RamFlash(8), 1)
        for page in [*range(32), *range(32)]:
            log.count_corrupt(page)
        assert log.corrupt_pages == 32
        log.count_corrupt(100)
        log.count_corrupt(1)
        assert log.corrupt_pages == 33
        log.count_corrupt(0)
        assert log.corrupt_pages == 34, "the oldest of the memory made room"


def first_of(log: Recorder, page: int) -> int:
    """Number of the first slot of a page, as its header says."""
    assert log.valid_page_from(page, page) == page
    return log.found.first_seq


class TestRange:
    """Ends of a range."""

    @pytest.mark.parametrize(("first", "end"), [(5, 5), (7, 5), (150, 200), (151, 300), (900, 1000)])
    def test_nothing_is_in_an_empty_range_or_beyond_the_end(self, first: int, end: int) -> None:
        log = filled(RamFlash(8), 3)
        for newest_first in (False, True):
            assert log.reader(first, end, newest_first).next(bytearray(2048)) == END

    def test_a_reader_says_where_its_block_lies(self) -> None:
        log = filled(RamFlash(8), 3)
        reader = log.reader(60, 150)
        assert reader.next(bytearray(2048)) == len(make_record(50, 50, 1))
        assert (reader.seq, reader.slots) == (50, 50)
        reader = log.reader(0, 150, True)
        reader.next(bytearray(2048))
        assert (reader.seq, reader.slots) == (100, 50)

    def test_what_is_appended_after_a_reader_was_made_is_beyond_its_end(self) -> None:
        log = filled(RamFlash(8), 3)
        reader = log.reader(100, 10000)
        log.append(make_record(150, 50, 1))
        buf = bytearray(2048)
        assert reader.next(buf) > 0
        assert reader.next(buf) == END == reader.next(buf)

    def test_what_is_committed_after_a_reader_was_made_is_found(self) -> None:
        log = filled(RamFlash(8), 3)
        log.append(make_record(150, 20, 1))
        reader = log.reader(0, 170)
        buf = bytearray(2048)
        for seq in (0, 50, 100):
            assert reader.next(buf) and reader.seq == seq
        log.append(make_record(170, 50, 1))
        assert reader.next(buf) and reader.seq == 150
        assert reader.next(buf) == END

    def test_a_gap_is_told_with_its_ends(self) -> None:
        log = filled(RamFlash(8), 1)
        log.skip(80, OVERRUN)
        reader = log.reader(0, 80)
        buf = bytearray(2048)
        assert reader.next(buf) > 0 and reader.next(buf) == GAP
        assert (reader.gap_from, reader.gap_to, reader.gap_reason) == (50, 80, OVERRUN)
        assert reader.next(buf) == END


class TestListingInTurns:
    """Sixteen gaps a turn, oldest first."""

    @pytest.mark.parametrize("count", [15, 16, 17, 33])
    def test_so_many_gaps(self, count: int) -> None:
        log = filled(RamFlash(64), 1)
        expected: list[tuple[int, int, int]] = []
        for number in range(count):
            expected.append((log.next_seq, log.next_seq + 5 + number, OVERRUN))
            log.skip(expected[-1][1], OVERRUN)
            for _ in range(number % 5):
                log.append(make_record(log.next_seq, 50, 1))
        assert listed(log) == expected
        for number in (0, 1, count - 1):
            assert listed(log, expected[number][1] - 1) == expected[number:]
            assert listed(log, expected[number][1]) == expected[number + 1 :]

    def test_gaps_in_front_of_the_log_count_too(self) -> None:
        """One of sixteen is the overwritten front; the sixteen behind it come in the second turn."""
        log = filled(RamFlash(5), 120)
        expected = [(0, log.oldest_seq, OVERWRITTEN)]
        for _ in range(16):
            expected.append((log.next_seq, log.next_seq + 3, IDLE))
            log.skip(expected[-1][1], IDLE)
        assert log.oldest_seq == expected[0][1], "nothing more was overwritten"
        assert listed(log) == expected
