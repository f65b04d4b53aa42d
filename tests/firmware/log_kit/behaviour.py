# ruff: noqa: UP031 - MicroPython has no repr in f-strings
"""What the log promises, as plain functions that raise; CPython's tests and MicroPython run the same ones."""

import sys

from insole.recorder import Recorder
from insole.recorder.reader import END, NO_ROOM
from insole_protocol import ids
from log_kit import trouble
from log_kit.devices import RamCard, RamFlash, WrittenFlash
from log_kit.logs import boots, filled
from log_kit.walks import check_tiling, make_record, merged_gaps, read_all


def fresh_log_starts_at_zero():
    log = boots(RamFlash(8))
    assert (log.boot, log.next_seq, log.oldest_seq) == (1, 0, 0)
    assert read_all(log) == []


def records_come_back_byte_for_byte():
    for device in (RamFlash(16), RamCard(16)):
        log = filled(device, 60)
        for newest_first in (False, True):
            items = read_all(log, newest_first=newest_first)
            check_tiling(items, 0, log.next_seq)
            for lo, _, record in items:
                assert record == bytes(make_record(lo, 50, 1))


def a_range_yields_every_block_that_touches_it():
    log = filled(RamFlash(16), 60)
    assert [item[0] for item in read_all(log, 120, 251)] == [100, 150, 200, 250]
    assert [item[0] for item in read_all(log, 120, 251, newest_first=True)] == [100, 150, 200, 250]
    assert read_all(log, 5000, 6000) == []


def one_slot_is_found():
    log = filled(RamFlash(16), 60)
    buf = bytearray(2048)
    n = log.read(1234, buf)
    assert buf[:n] == make_record(1200, 50, 1)
    assert log.read(999999, buf) == 0


def unflushed_records_can_be_read():
    log = filled(RamFlash(8), 3)
    log.append(make_record(150, 20, 1))
    assert log.waiting_slots == 20
    assert read_all(log, 150)[0][2] == bytes(make_record(150, 20, 1))


def an_orderly_stop_loses_no_number():
    device = RamFlash(8)
    log = filled(device, 3)
    log.close()
    log = boots(device)
    assert (log.boot, log.next_seq) == (2, 150)
    assert merged_gaps(read_all(log)) == []


def a_power_cut_costs_known_numbers():
    device = RamFlash(8)
    filled(device, 3)
    log = boots(device)
    assert log.next_seq == 150 + 256
    assert merged_gaps(read_all(log)) == [(150, 278, ids.GAP_POWER_LOSS), (278, 406, ids.GAP_OFF)]


def the_boot_counter_survives_many_boots_without_eating_the_log():
    device = RamFlash(8)
    filled(device, 3)
    for boot in range(2, 30):
        assert boots(device).boot == boot
    assert sum(device.erases) < 4


def overwriting_is_counted_and_explained():
    device = RamFlash(6)
    log = filled(device, 200)
    assert log.overwritten == log.oldest_seq > 0
    assert merged_gaps(read_all(log)) == [(0, log.oldest_seq, ids.GAP_OVERWRITTEN)]
    again = boots(device)
    assert (again.overwritten, again.oldest_seq) == (log.overwritten, log.oldest_seq)


def acknowledged_data_is_overwritten_without_loss():
    log = filled(RamFlash(6), 30)
    for _ in range(100):
        log.append(make_record(log.next_seq, 50, 1))
        log.ack(log.next_seq)
    assert log.overwritten == 0
    assert log.oldest_seq > 0


def a_full_log_keeps_its_oldest_and_says_what_it_did_not_keep():
    device = RamFlash(6)
    log = filled(device, 300, keep_oldest=True)
    assert log.full
    assert log.oldest_seq == 0
    full_from = log.accounted_to
    assert log.not_kept == log.next_seq - full_from
    assert merged_gaps(read_all(log)) == [(full_from, log.next_seq, ids.GAP_LOG_FULL)]
    log.ack(full_from)
    resumed = log.next_seq
    assert log.append(make_record(resumed, 50, 1))
    assert (full_from, resumed, ids.GAP_LOG_FULL) in merged_gaps(read_all(log))
    assert log.overwritten == 0


def a_full_log_uses_no_number_twice():
    device = RamFlash(6)
    log = filled(device, 300, keep_oldest=True)
    used = log.next_seq
    again = Recorder(device, True)
    again.open()
    assert again.next_seq >= used
    assert merged_gaps(read_all(again)) == [(log.accounted_to, again.next_seq, ids.GAP_LOG_FULL)]


def a_log_may_be_full_for_days():
    """Longer than a jump of numbers that is taken for damage where nothing explains it."""
    device = RamFlash(6)
    log = filled(device, 300, keep_oldest=True)
    full_from = log.accounted_to
    later = log.next_seq + 30000000
    assert not log.append(make_record(later, 50, 1))
    again = Recorder(device, True)
    again.open()
    assert again.next_seq >= later + 50
    assert merged_gaps(read_all(again)) == [(full_from, again.next_seq, ids.GAP_LOG_FULL)]
    again.ack(full_from)
    resumed = again.next_seq
    for _ in range(8):
        assert again.append(make_record(again.next_seq, 50, 2))
    end = again.next_seq
    again.flush()
    last = boots(device)
    items = read_all(last, resumed, end)
    check_tiling(items, resumed, end)
    assert merged_gaps(items) == []


def numbers_outlive_the_log():
    """A blank or older device, or one that refused for a while: what was used meanwhile is passed over."""

    class Numbers:
        boot, to_seq, unlogged, erased = 41, 20000000, False, False

    device = RamFlash(8)
    for refused in (False, True):
        numbers = Numbers()
        log = Recorder(device)
        if refused:
            numbers.boot, numbers.to_seq, numbers.unlogged = 42, 20070000, True
        log.open(numbers)
        assert (log.boot, log.next_seq) == (numbers.boot + 1, numbers.to_seq)
        for _ in range(4):
            log.append(make_record(log.next_seq, 50, log.boot))
        log.flush()
        items = read_all(log)
        check_tiling(items, 0, log.next_seq)
        assert {what for _, _, what in items if isinstance(what, int)} == {ids.GAP_STORAGE}
        log.close()
    numbers.boot, numbers.to_seq = log.boot, log.next_seq + 65536
    numbers.unlogged = False
    again = Recorder(device)
    again.open(numbers)
    assert again.next_seq == log.next_seq, "the log knows better"


def gaps_have_reasons():
    log = filled(RamFlash(8), 2)
    log.append(make_record(130, 50, 1))
    log.skip(400, ids.GAP_IDLE)
    log.append(make_record(400, 50, 1))
    expected = [(100, 130, ids.GAP_OVERRUN), (180, 400, ids.GAP_IDLE)]
    assert merged_gaps(read_all(log)) == expected
    found = []
    assert log.gaps(0, found) == ids.NO_SEQ
    assert found == expected


def many_gaps_are_listed_in_turns():
    log = filled(RamFlash(32), 1)
    expected = []
    for i in range(50):
        lo = log.next_seq
        log.skip(lo + 10 + i, ids.GAP_IDLE)
        expected.append((lo, lo + 10 + i, ids.GAP_IDLE))
        for _ in range(i % 7 + 1):
            log.append(make_record(log.next_seq, 50, 1))
    found, cursor = [], 0
    while cursor != ids.NO_SEQ:
        part = []
        cursor = log.gaps(cursor, part)
        assert len(part) <= 16
        found += part
    assert found == expected


def erasing_leaves_nothing_but_the_numbers():
    for device in (RamFlash(8), RamCard(8)):
        log = filled(device, 200)
        mark = bytes(make_record(log.next_seq - 50, 50, 1))[26:60]
        assert mark in bytes(device.data)
        before = log.next_seq
        for _ in log.erase():
            log.append(make_record(log.next_seq, 50, log.boot))
        assert mark not in bytes(device.data)
        items = read_all(log)
        assert items[0] == (0, before, ids.GAP_ERASED)
        check_tiling(items, 0, log.next_seq)
        assert merged_gaps(items) == [(0, before, ids.GAP_ERASED)]
        assert boots(device).next_seq > before


def every_page_is_erased_equally_often():
    device = RamFlash(10)
    log = filled(device, 0)
    for _ in range(3000):
        log.append(make_record(log.next_seq, 50, 1, 300))
    assert max(device.erases) - min(device.erases) <= 1
    assert min(device.erases) > 20


def blocks_that_do_not_fit_are_offered_again():
    log = filled(RamFlash(16), 60)
    complete = [item[2] for item in read_all(log)]
    for newest_first in (False, True):
        reader = log.reader(0, log.next_seq, newest_first)
        found = []
        buf = bytearray(900)
        view = memoryview(buf)
        at = 0
        while True:
            n = reader.next(view[at:])
            if n > 0:
                found.append(bytes(view[at : at + n]))
                at += n
            elif n == NO_ROOM:
                assert at, "an empty buffer has room for any of these"
                at = 0
            else:
                assert n == END
                break
        assert found == (complete[::-1] if newest_first else complete)


def a_large_device_is_opened_in_bounded_reads():
    pages = 128 * 1024 // 4
    for head in (
        0,
        1,
        17,
        511,
        512,
        513,
        3000,
        pages - 2,
        pages - 1,
        pages,
        pages + 1,
        2 * pages - 1,
        5 * pages + 9999,
    ):
        device = WrittenFlash(pages, head)
        log = Recorder(device)
        log.open()
        assert log.head in (head, head + 1)
        assert log.boot == 8
        assert log.oldest_seq == max(0, head + 2 - pages) * 50
        assert device.reads < 600, "%d reads" % device.reads
        device.reads = 0
        buf = bytearray(2048)
        wanted = (log.oldest_seq + head * 50) // 2
        n = log.read(wanted, buf)
        assert buf[:n] == make_record(wanted // 50 * 50, 50, 7, 100)
        assert device.reads < 150, "%d reads" % device.reads


def reading_goes_on_while_the_log_wraps():
    log = filled(RamFlash(8), 100)
    reader = log.reader(0, log.next_seq)
    end = log.next_seq
    buf = bytearray(2048)
    at = 0
    while True:
        n = reader.next(buf)
        if n == 0:
            break
        if n < 0:
            assert reader.gap_from == at
            assert reader.gap_reason == ids.GAP_OVERWRITTEN
            at = reader.gap_to
        else:
            assert reader.seq == at
            assert buf[:n] == make_record(at, 50, 1)
            at += reader.slots
        for _ in range(3):
            log.append(make_record(log.next_seq, 50, 1))
    assert at == end


def nonsense_is_refused():
    log = filled(RamFlash(8), 2)
    for record in (b"\x00" * 60, make_record(50, 50, 1), bytes(make_record(200, 50, 1))[:40]):
        try:
            log.append(record)
        except ValueError:
            continue
        raise AssertionError("appended")
    for device in (RamFlash(2), RamCard(3)):
        try:
            Recorder(device)
        except ValueError:
            continue
        raise AssertionError("opened")


OWN = (
    fresh_log_starts_at_zero,
    records_come_back_byte_for_byte,
    a_range_yields_every_block_that_touches_it,
    one_slot_is_found,
    unflushed_records_can_be_read,
    an_orderly_stop_loses_no_number,
    a_power_cut_costs_known_numbers,
    the_boot_counter_survives_many_boots_without_eating_the_log,
    overwriting_is_counted_and_explained,
    acknowledged_data_is_overwritten_without_loss,
    a_full_log_keeps_its_oldest_and_says_what_it_did_not_keep,
    a_full_log_uses_no_number_twice,
    a_log_may_be_full_for_days,
    numbers_outlive_the_log,
    gaps_have_reasons,
    many_gaps_are_listed_in_turns,
    erasing_leaves_nothing_but_the_numbers,
    every_page_is_erased_equally_often,
    blocks_that_do_not_fit_are_offered_again,
    a_large_device_is_opened_in_bounded_reads,
    reading_goes_on_while_the_log_wraps,
    nonsense_is_refused,
)
ALL = OWN + trouble.ALL

if __name__ == "__main__":
    chosen = [case for case in ALL if case.__name__ in sys.argv[1:]] or ALL
    for case in chosen:
        case()
    print("%d held" % len(chosen))
