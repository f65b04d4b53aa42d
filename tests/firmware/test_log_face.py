"""What a log takes, refuses and says of itself, to the slot; and the log that is not there."""

import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
for folder in ("firmware", "shared", "tests/firmware"):
    if str(ROOT / folder) not in sys.path:
        sys.path.append(str(ROOT / folder))

from insole.recorder import LogInfo  # noqa: E402
from insole.recorder.absent import AbsentLog  # noqa: E402
from insole.recorder.reader import END, GAP, NO_ROOM  # noqa: E402
from insole_protocol import ids, log_records  # noqa: E402
from log_kit.devices import RamFlash  # noqa: E402
from log_kit.logs import boots, filled  # noqa: E402
from log_kit.walks import make_record, merged_gaps, read_all  # noqa: E402


class TestLogInfo:
    """The numbers of LOG_INFO."""

    def test_a_log_that_was_just_opened(self) -> None:
        assert boots(RamFlash(8)).info().as_tuple() == (1, 0, 0, 0, 7, 1, 0, 0)

    def test_a_log_that_has_gone_round(self) -> None:
        log = filled(RamFlash(6), 200)
        log.ack(log.oldest_seq + 100)
        found = log.info()
        assert found.as_tuple() == (
            1, log.oldest_seq, 10000, log.oldest_seq + 100, 5, 5, 0, log.oldest_seq
        )  # fmt: skip
        assert found.used_pages == log.head + 1 - log.tail == 5

    def test_an_acknowledgement_rises_and_stays_within_what_there_is(self) -> None:
        log = filled(RamFlash(8), 10)
        assert [log.ack(seq) for seq in (100, 50, 501, 400)] == [100, 100, 500, 500]


class TestAbsent:
    """A log without a device."""

    class Numbers:
        boot, to_seq, unlogged = 65535, 7000, False

    def test_it_goes_on_where_the_numbers_leave_off_and_keeps_nothing(self) -> None:
        log = AbsentLog(self.Numbers())
        assert (log.boot, log.next_seq, log.oldest_seq, log.acked_seq) == (0, 7000, 7000, 7000)
        assert log.append(make_record(7005, 80, 1, 100, frames=8)) is False
        assert (log.next_seq, log.not_kept) == (7085, 80)
        log.append(make_record(7085, 50, 1))
        assert (log.next_seq, log.not_kept) == (7135, 130)
        log.skip(7200, ids.GAP_IDLE)
        log.skip(100, ids.GAP_IDLE)
        assert log.next_seq == 7200
        assert log.flush() is False and log.close() is None and list(log.erase()) == []
        assert (log.full, log.stop_reason, log.storage_errors, log.head) == (True, ids.GAP_STORAGE, 1, -1)

    def test_large_numbers_are_read_whole(self) -> None:
        log = AbsentLog(self.Numbers())
        log.append(make_record(0x01020304, 50, 1))
        assert log.next_seq == 0x01020304 + 50

    def test_it_says_that_everything_is_missing_for_a_storage_error(self) -> None:
        log = AbsentLog(self.Numbers())
        assert log.info().as_tuple() == (0, 7000, 7000, 7000, 0, 0, 0, 0)
        assert isinstance(log.info(), LogInfo)
        assert [log.ack(seq) for seq in (7100, 100)] == [7000, 7000]
        log.skip(8000, 0)
        assert [log.ack(seq) for seq in (7500, 7100, 9000)] == [7500, 7500, 8000]
        reader = log.reader(100, 9000)
        assert reader.next(bytearray(10)) == GAP
        assert (reader.gap_from, reader.gap_to, reader.gap_reason) == (100, 8000, ids.GAP_STORAGE)
        assert reader.next(bytearray(10)) == END == reader.next(bytearray(10))
        assert log.reader(8000, 9000).next(bytearray(10)) == END
        assert log.reader(7999, 9000, True).next(bytearray(10)) == GAP
        found: list[tuple[int, int, int]] = []
        assert log.gaps(50, found) == ids.NO_SEQ and found == [(50, 8000, ids.GAP_STORAGE)]
        assert log.gaps(8000, found) == ids.NO_SEQ and len(found) == 1


class TestAppend:
    """What a log takes and refuses, to the slot."""

    def test_fifty_waiting_slots_are_committed_by_themselves(self) -> None:
        log = filled(RamFlash(8), 0)
        for slots, waiting in ((20, 20), (29, 49), (1, 0), (49, 49), (64, 0)):
            log.append(make_record(log.next_seq, slots, 1, 100, frames=slots))
            assert log.waiting_slots == waiting
            assert (log.committed == log.used) is (waiting == 0)

    def test_numbers_that_were_left_out_are_an_overrun(self) -> None:
        log = filled(RamFlash(8), 1)
        log.append(make_record(57, 50, 1))
        assert merged_gaps(read_all(log)) == [(50, 57, ids.GAP_OVERRUN)]
        assert log.next_seq == 107

    @pytest.mark.parametrize(
        "spoil",
        [lambda r: r.__setitem__(0, 0xA4), lambda r: r.__setitem__(2, 255), lambda r: r.__setitem__(3, 9)],
    )
    def test_what_is_no_record_is_refused(self, spoil) -> None:
        log = filled(RamFlash(8), 1)
        record = make_record(50, 50, 1, 100)
        spoil(record)
        with pytest.raises(ValueError, match=r"^not a block record$"):
            log.append(record)
        assert log.next_seq == 50

    def test_the_longest_record_is_taken_and_a_longer_one_is_not(self) -> None:
        log = filled(RamFlash(8), 0)
        assert log.append(make_record(0, 50, 1, 2048))
        with pytest.raises(ValueError, match=r"^not a block record$"):
            log.append(make_record(50, 50, 1, 2049))
        with pytest.raises(ValueError, match=r"^slot number used before$"):
            log.append(make_record(49, 50, 1, 100))

    def test_a_record_that_fills_the_page_to_the_byte_stays_in_it(self) -> None:
        """4096 - 52 - 32 bytes are left in the first page: two of 2006 and 2004, the next opens a page."""
        for second, pages in ((2004, 1), (2005, 2)):
            log = filled(RamFlash(8), 0)
            log.append(make_record(0, 50, 1, 2008))
            log.append(make_record(50, 50, 1, second))
            assert log.head + 1 == pages, second
            assert [what for _, _, what in read_all(log)] == [
                bytes(make_record(0, 50, 1, 2008)),
                bytes(make_record(50, 50, 1, second)),
            ]

    def test_a_full_log_keeps_room_for_four_notes_in_each_page(self) -> None:
        """128 bytes less than a page that may be overwritten: 3884 instead of 4012 behind header and note."""
        for size, pages in ((1876, 1), (1877, 2)):
            log = filled(RamFlash(8), 0, keep_oldest=True)
            log.append(make_record(0, 50, 1, 2008))
            log.append(make_record(50, 50, 1, size))
            assert log.head + 1 == pages, size

    def test_skipping_back_or_nowhere_is_nothing(self) -> None:
        log = filled(RamFlash(8), 2)
        used = log.used
        log.skip(100, ids.GAP_IDLE)
        log.skip(99, ids.GAP_IDLE)
        assert (log.used, log.next_seq) == (used, 100)
        log.skip(101, ids.GAP_IDLE)
        assert (log.used, log.next_seq) == (used + log_records.NOTE_BYTES, 101)

    def test_a_read_that_fails_once_is_tried_again_and_counted(self) -> None:
        device = RamFlash(8)
        log = filled(device, 20)
        read, failures = device.readblocks, [1]

        def moody(block: int, buf: bytearray, offset: int = 0) -> None:
            if failures and failures.pop():
                raise OSError(5)
            read(block, buf, offset)

        device.readblocks = moody
        assert len(read_all(log)) == 20
        assert log.storage_errors == 1

    def test_one_slot_is_read_with_its_block(self) -> None:
        log = filled(RamFlash(6), 200)
        buf = bytearray(2048)
        for seq in (log.oldest_seq, log.next_seq - 1, log.oldest_seq + 777):
            n = log.read(seq, buf)
            assert buf[:n] == make_record(seq // 50 * 50, 50, 1)
        assert log.read(log.oldest_seq - 1, buf) == 0
        assert log.read(log.next_seq, buf) == 0
        log.skip(log.next_seq + 10, ids.GAP_IDLE)
        assert log.read(log.next_seq - 5, buf) == 0, "a gap is no block"

    def test_a_block_that_does_not_fit_is_not_delivered(self) -> None:
        log = filled(RamFlash(8), 2)
        reader = log.reader(0, 100)
        size = len(make_record(0, 50, 1))
        assert reader.next(bytearray(size - 1)) == NO_ROOM
        assert reader.next(bytearray(size)) == size
