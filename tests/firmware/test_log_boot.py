"""What a boot makes of the log that it finds: its end, the numbers to go on with, the boot counter."""

import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
for folder in ("firmware", "shared", "tests/firmware"):
    if str(ROOT / folder) not in sys.path:
        sys.path.append(str(ROOT / folder))

from insole.recorder import Recorder, boot  # noqa: E402
from insole.recorder.writer import RESERVE_SLOTS, TRIES  # noqa: E402
from insole_protocol import ids  # noqa: E402
from insole_protocol.log_records import HEADER_BYTES, NO_PAGE, NOTE_BYTES, PAGE_BYTES  # noqa: E402
from log_kit.devices import RamCard, RamFlash  # noqa: E402
from log_kit.logs import boots, filled  # noqa: E402
from log_kit.walks import check_tiling, make_record, merged_gaps, read_all  # noqa: E402

LOSS, OFF, FULL, STORAGE = ids.GAP_POWER_LOSS, ids.GAP_OFF, ids.GAP_LOG_FULL, ids.GAP_STORAGE
ERASED = ids.GAP_ERASED


def records(log: Recorder, count: int, size: int = 100, slots: int = 50) -> None:
    for _ in range(count):
        log.append(make_record(log.next_seq, slots, log.boot, size, frames=slots))


def log_of_boot(device: RamFlash, number: int) -> Recorder:
    """A fresh log whose first boot has this number."""
    log = Recorder(device)
    boot.find(log)
    log.boot = number - 1
    boot.begin(log)
    return log


def written_before(device: RamFlash, from_page: int = 0) -> RamFlash:
    """Flash whose pages hold something else: blank ones are taken as they are, these must be erased."""
    for start in range(from_page * PAGE_BYTES, len(device.data), PAGE_BYTES):
        device.data[start : start + PAGE_BYTES] = bytes(PAGE_BYTES)
    return device


class TestTheFirstBoot:
    def test_a_blank_device_gets_a_page_with_the_note_of_the_boot(self) -> None:
        log = boots(RamFlash(8))
        assert (log.head, log.tail, log.boot, log.next_seq, log.accounted_to) == (0, 0, 1, 0, 0)
        assert log.used == log.committed == HEADER_BYTES + NOTE_BYTES
        assert (log.header.pages, log.header.page_seq, log.header.first_seq) == (8, 0, 0)

    def test_a_card_is_committed_in_whole_sectors(self) -> None:
        log = boots(RamCard(8))
        assert log.used == log.committed == log.window_at == 512

    def test_a_device_that_takes_no_byte_is_refused(self) -> None:
        device = RamFlash(8)

        def refuse(_device, kind, _page, _offset, _data):
            if kind == "write":
                raise OSError(30)

        device.hook = refuse
        with pytest.raises(OSError, match="5"):
            Recorder(device).open()

    def test_a_device_that_takes_no_erase_is_asked_again_with_each_record(self) -> None:
        device = written_before(RamFlash(8))

        def refuse(_device, kind, _page, _offset, _data):
            if kind == "erase":
                raise OSError(30)

        device.hook = refuse
        log = boots(device)
        assert log.full and log.stop_reason == STORAGE and log.info().used_pages == 0
        assert log.append(make_record(0, 50, 1)) is False
        assert merged_gaps(read_all(log)) == [(0, 50, STORAGE)]
        device.hook = None
        assert log.append(make_record(50, 50, 1)) is True
        assert [(lo, hi) for lo, hi, _ in read_all(log)] == [(0, 50), (50, 100)]

    def test_a_log_of_another_number_of_pages_is_none(self) -> None:
        device = RamFlash(8)
        filled(device, 30)
        larger = RamFlash(16, device.data + bytearray(b"\xff" * (8 * PAGE_BYTES)))
        assert boots(larger).next_seq == 0


class TestTheNextBoot:
    def test_the_boot_counter_begins_anew_after_65535(self) -> None:
        device = RamFlash(8)
        log = log_of_boot(device, 65535)
        records(log, 3)
        assert log.boot == 65535
        for number in (0, 1):
            again = boots(device)
            assert again.boot == number
            records(again, 1)
        assert [what for _, _, what in read_all(again) if what == ids.GAP_CORRUPT_PAGE] == []

    def test_what_was_acknowledged_and_overwritten_is_known(self) -> None:
        device = RamFlash(6)
        log = filled(device, 200)
        log.ack(log.next_seq - 100)
        log.close()
        again = boots(device)
        assert (again.acked_seq, again.overwritten) == (log.next_seq - 100, log.overwritten)
        assert (again.oldest_seq, again.tail, again.head) == (log.oldest_seq, log.tail, log.head)

    def test_what_was_erased_is_known(self) -> None:
        device = RamFlash(8)
        log = filled(device, 100)
        for _ in log.erase():
            pass
        log.close()
        again = boots(device)
        assert (again.erased_seq, again.oldest_seq, again.next_seq) == (5000, 5000, 5000)

    def test_an_erased_log_points_to_no_note_of_before(self) -> None:
        """The notes before it are gone with their pages, also when pages follow that hold none."""
        device = RamFlash(32)
        log = filled(device, 100)
        for _ in log.erase():
            pass
        assert log.header.note_page == NO_PAGE
        log.close()
        assert boots(device).header.note_page == NO_PAGE

    @pytest.mark.parametrize("waiting", [0, 1, 49])
    def test_slots_that_were_not_committed_are_in_doubt_and_their_numbers_passed_over(
        self, waiting: int
    ) -> None:
        device = RamFlash(8)
        log = filled(device, 3)
        if waiting:
            log.append(make_record(150, waiting, 1, 100, frames=waiting))
        again = boots(device)
        assert again.next_seq == 150 + 256
        assert merged_gaps(read_all(again)) == [(150, 278, LOSS), (278, 406, OFF)]

    def test_after_an_orderly_stop_nothing_is_in_doubt_unless_something_was_recorded_since(self) -> None:
        device = RamFlash(8)
        log = filled(device, 3)
        log.close()
        assert boots(device).next_seq == 150
        device = RamFlash(8)
        log = filled(device, 3)
        log.close()
        records(log, 1)
        assert boots(device).next_seq == 200 + 256

    def test_new_entries_come_behind_the_old_ones(self) -> None:
        device = RamFlash(8)
        log = filled(device, 0)
        records(log, 2)
        used = log.used
        again = boots(device)
        assert again.head == 0 and again.used == used + NOTE_BYTES
        records(again, 1)
        assert len([1 for _, _, what in read_all(boots(device)) if isinstance(what, bytes)]) == 3

    def test_a_page_with_a_torn_end_is_left(self) -> None:
        """Bytes that were begun cannot be programmed again: the log goes on in the next page."""
        device = RamFlash(8)
        log = filled(device, 0)
        records(log, 2)
        device.data[log.used] = 0x00
        again = boots(device)
        assert again.head == 1
        assert again.next_seq == 100 + 256

    def test_on_a_card_a_torn_end_is_written_over(self) -> None:
        device = RamCard(8)
        log = filled(device, 0)
        records(log, 2)
        device.data[log.used] = 0x00
        again = boots(device)
        assert (again.head, again.used) == (0, log.used + 512)

    def test_a_record_whose_checksum_is_wrong_has_used_its_numbers(self) -> None:
        device = RamFlash(8)
        log = filled(device, 0)
        records(log, 3)
        device.data[log.used - 1] ^= 1  # the last byte of the third record's checksum
        again = boots(device)
        assert again.next_seq == 150 + 256
        items = read_all(again)
        check_tiling(items, 0, again.next_seq)
        assert [what for _, _, what in items if isinstance(what, int)] == [LOSS, OFF]

    def test_a_newest_page_without_its_header_counts_by_its_blocks(self) -> None:
        device = RamFlash(16)
        log = filled(device, 100)
        log.close()
        head, end = log.head, log.next_seq
        device.data[head % 16 * PAGE_BYTES + 8] ^= 1
        again = boots(device)
        assert again.head == head + 1, "that page is full, whatever it holds"
        assert again.next_seq == end, "it was stopped in order"
        assert again.corrupt_pages >= 1
        items = read_all(again)
        check_tiling(items, 0, end)
        assert any(what == ids.GAP_CORRUPT_PAGE for _, _, what in items)


class Numbers:
    def __init__(self, boot_number: int, to_seq: int, unlogged: bool = False, erased: bool = False) -> None:
        self.boot, self.to_seq, self.unlogged, self.erased = boot_number, to_seq, unlogged, erased


class TestNumbersOfAnotherPlace:
    """The log's own: boot 7, next number 150 after an orderly stop."""

    @pytest.mark.parametrize(
        ("numbers", "boot_after", "next_seq", "reason"),
        [
            (Numbers(7, 5000), 8, 150, None),  # the log knows as much
            (Numbers(7, 5000, True), 8, 5000, STORAGE),  # it refused for a while in this boot
            (Numbers(8, 5000), 9, 5000, STORAGE),  # a boot that the log knows nothing of
            (Numbers(8, 100), 9, 150, None),
            (Numbers(8, 150), 9, 150, None),
            (Numbers(8, 151), 9, 151, STORAGE),
            (Numbers(6, 5000), 8, 150, None),  # an older file
            (Numbers(6, 5000, True), 8, 150, None),
            (Numbers(7 + 0x7FFE, 5000), 8 + 0x7FFE, 5000, STORAGE),
            (Numbers(7 + 0x8000, 5000), 8, 150, None),  # further ahead than behind
            (Numbers(0, 0), 8, 150, None),  # no file
        ],
    )
    def test_the_later_one_counts(
        self, numbers: Numbers, boot_after: int, next_seq: int, reason: int | None
    ) -> None:
        device = RamFlash(8)
        log = log_of_boot(device, 7)
        records(log, 3)
        log.close()
        again = Recorder(device)
        again.open(numbers)
        assert (again.boot, again.next_seq) == (boot_after, next_seq)
        expected = [] if reason is None else [(150, next_seq, reason)]
        assert merged_gaps(read_all(again)) == expected

    @pytest.mark.parametrize(
        ("ours", "theirs", "taken"),
        [
            (7, 7 + 0x7FFF, True),
            (7, 7 + 0x8000, False),
            (65535, 0, True),
            (0, 65535, False),
            (65530, 5, True),
        ],
    )
    def test_boot_numbers_are_compared_round_the_counter(self, ours: int, theirs: int, taken: bool) -> None:
        log = Recorder(RamFlash(8))
        log.head, log.boot, log.next_seq = 0, ours, 150
        boot.take_over(log, Numbers(theirs, 5000))
        assert (log.boot, log.next_seq) == ((theirs, 5000) if taken else (ours, 150))
        assert log.stop_reason == (STORAGE if taken else 0)

    @pytest.mark.parametrize("erased", [False, True])
    @pytest.mark.parametrize("theirs", [1, 0x7FFF, 0x8000, 40000, 65535, 0])
    def test_a_blank_log_has_no_boot_that_could_be_later(self, theirs: int, erased: bool) -> None:
        """Its 0 is none: whatever the file says was used, also where its own counter has begun anew."""
        log = Recorder(RamFlash(8))
        log.open(Numbers(theirs, 5000, erased=erased))
        assert (log.boot, log.next_seq) == ((theirs + 1) & 0xFFFF, 5000)
        assert merged_gaps(read_all(log)) == [(0, 5000, ERASED if erased else STORAGE)]

    def test_a_blank_log_without_a_file_begins_with_the_first_numbers(self) -> None:
        log = Recorder(RamFlash(8))
        log.open(Numbers(0, 0))
        assert (log.boot, log.next_seq) == (1, 0)

    def test_what_was_wiped_stays_erased_on_command(self) -> None:
        """At the next boot, and when the page that was begun first has been overwritten: no slot is lost."""
        device = RamFlash(6)
        log = Recorder(device)
        log.open(Numbers(7, 5000, erased=True))
        assert (log.oldest_seq, log.acked_seq, log.erased_seq) == (5000, 5000, 5000)
        records(log, 3)
        log.close()
        again = boots(device)
        assert merged_gaps(read_all(again)) == [(0, 5000, ERASED)]
        assert (again.boot, again.next_seq, again.overwritten) == (9, 5150, 0)
        records(again, 200)
        found: list[tuple[int, int, int]] = []
        assert again.tail > 0 and again.gaps(0, found) == ids.NO_SEQ
        lost = (5000, again.oldest_seq, ids.GAP_OVERWRITTEN)
        assert found == merged_gaps(read_all(again)) == [(0, 5000, ERASED), lost]
        assert again.overwritten == again.oldest_seq - 5000

    def test_a_log_that_was_left_by_a_wipe_is_not_erased_by_word(self) -> None:
        device = RamFlash(8)
        log = log_of_boot(device, 7)
        records(log, 3)
        log.close()
        again = Recorder(device)
        again.open(Numbers(8, 5000, erased=True))
        assert merged_gaps(read_all(again)) == [(150, 5000, STORAGE)]

    def test_opening_twice_in_one_process_works(self) -> None:
        """On a chip the code of the boot is dropped afterwards; here it stays."""
        device = RamFlash(8)
        assert [boots(device).boot for _ in range(3)] == [1, 2, 3]
        assert boot.find.__name__ == "find"


class TestFullLog:
    def test_numbers_are_reserved_before_they_are_used(self) -> None:
        """164 s ahead of what is not kept: 16384 slots."""
        assert RESERVE_SLOTS == 16384
        device = RamFlash(6)
        log = filled(device, 150, keep_oldest=True)
        full_from = log.accounted_to
        assert log.full and log.stop_reason == FULL
        assert log.reserved_to == full_from + 50 + RESERVE_SLOTS
        reserved = log.reserved_to
        changes = device.changes
        while log.next_seq + 50 <= reserved:
            log.append(make_record(log.next_seq, 50, 1, 60))
        assert device.changes == changes, "nothing is written meanwhile"
        log.append(make_record(log.next_seq, 50, 1, 60))
        assert device.changes > changes and log.reserved_to == log.next_seq + RESERVE_SLOTS
        again = Recorder(device, True)
        again.open()
        assert again.next_seq == log.reserved_to
        assert merged_gaps(read_all(again)) == [(full_from, again.next_seq, FULL)]

    def test_what_is_not_kept_is_counted(self) -> None:
        log = filled(RamFlash(6), 150, keep_oldest=True)
        before = log.not_kept
        assert log.append(make_record(log.next_seq, 50, 1)) is False
        assert log.not_kept == before + 50

    def test_as_soon_as_there_is_room_the_gap_is_explained_and_recording_goes_on(self) -> None:
        log = filled(RamFlash(6), 150, keep_oldest=True)
        full_from = log.accounted_to
        log.ack(full_from)
        seq = log.next_seq
        assert log.append(make_record(seq, 50, 1)) is True
        assert not log.full
        assert (full_from, seq, FULL) in merged_gaps(read_all(log))

    def test_the_oldest_page_is_given_up_once_its_last_slot_is_acknowledged(self) -> None:
        for short, room in ((0, True), (1, False)):
            log = filled(RamFlash(6), 150, keep_oldest=True)
            assert log.valid_page_from(log.tail + 1, log.head) == log.tail + 1
            log.ack(log.found.first_seq - short)
            assert log.append(make_record(log.next_seq, 50, 1)) is room, short


class TestRefusingDevice:
    def test_a_page_that_refuses_is_left_and_what_waits_is_carried_over(self) -> None:
        device = RamFlash(12)
        log = filled(device, 0)
        records(log, 2)
        bad = log.head

        def refuse(_device, kind, page, _offset, _data):
            if page == bad and kind == "write":
                raise OSError(5)

        device.hook = refuse
        records(log, 1)
        assert log.head == bad + 1 and log.storage_errors == 1
        device.hook = None
        assert merged_gaps(read_all(log)) == []
        assert [lo for lo, _, _ in read_all(boots(device), 0, 150)] == [0, 50, 100]

    def test_pages_that_refuse_their_erase_are_stepped_over(self) -> None:
        device = RamFlash(16)
        log = filled(written_before(device, from_page=1), 0)
        assert TRIES == 8

        def refuse(_device, kind, page, _offset, _data):
            if kind == "erase" and page in (1, 2, 3):
                raise OSError(5)

        device.hook = refuse
        records(log, 60)
        assert log.head == 4 and log.storage_errors == 3
        assert merged_gaps(read_all(log)) == []

    def test_after_eight_refusals_in_a_row_nothing_is_recorded_until_it_is_asked_again(self) -> None:
        device = RamFlash(16)
        log = filled(written_before(device, from_page=1), 0)

        def refuse(_device, kind, page, _offset, _data):
            if kind == "erase":
                raise OSError(5)

        device.hook = refuse
        records(log, 39)
        errors = log.storage_errors
        assert errors == 0 and log.head == 0
        records(log, 5)
        assert log.full and log.stop_reason == STORAGE
        assert log.storage_errors >= 8 and log.storage_errors % 8 == 0
        device.hook = None
        records(log, 1)
        assert not log.full and log.head == 1

    def test_a_flush_that_is_refused_says_so_and_loses_nothing(self) -> None:
        device = RamFlash(8)
        log = filled(device, 2)
        log.append(make_record(100, 20, 1, 100, frames=20))

        def refuse(*_: object) -> None:
            raise OSError(5)

        device.hook = refuse
        assert log.flush() is False
        device.hook = None
        assert log.flush() is True and log.flush() is True
        items = read_all(boots(device), 0, 120)
        assert [(lo, hi) for lo, hi, what in items if isinstance(what, bytes)] == [
            (0, 50),
            (50, 100),
            (100, 120),
        ]
