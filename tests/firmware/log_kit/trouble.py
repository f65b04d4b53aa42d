# ruff: noqa: UP031 - MicroPython has no repr in f-strings
"""What the log promises when its device is damaged, refuses or dies; run by `behaviour`."""

from insole.recorder import Recorder
from insole_protocol import ids
from log_kit import powercut
from log_kit.devices import RamFlash
from log_kit.logs import boots, filled
from log_kit.walks import check_tiling, make_record, merged_gaps, read_all


def damage_is_counted_and_explained():
    device = RamFlash(16)
    log = filled(device, 100)
    before = {item[0]: item[2] for item in read_all(log)}
    page = 4
    device.data[page * 4096 + 700] ^= 0x10  # somewhere in a block
    device.data[(page + 2) * 4096 + 8] ^= 0x01  # a page header
    log = boots(device)
    items = read_all(log)
    check_tiling(items, 0, log.next_seq)
    damaged = [gap for gap in merged_gaps(items) if gap[2] == ids.GAP_CORRUPT_PAGE]
    assert len(damaged) == 2, damaged
    assert all(before[lo] == what for lo, _, what in items if isinstance(what, bytes))
    assert log.info().corrupt_pages == 2
    read_all(log, newest_first=True)
    assert log.info().corrupt_pages == 2, "counted twice"


def any_flipped_bit_is_survived():
    device = RamFlash(6)
    log = filled(device, 70)
    next_seq = log.next_seq
    truth = {item[0]: item[2] for item in read_all(log)}
    for place in range(0, len(device.data), 37):
        damaged = device.copy()
        damaged.data[place] ^= 1 << place % 8
        again = boots(damaged)
        assert again.next_seq >= next_seq, "number used twice after a flip at %d" % place
        items = read_all(again)
        check_tiling(items, 0, again.next_seq)
        lost = 0
        for lo, hi, what in items:
            if isinstance(what, bytes):
                assert what == truth[lo]
            elif what == ids.GAP_CORRUPT_PAGE:
                lost += hi - lo
        assert lost <= 24 * 50, "%d slots lost by one bit at %d" % (lost, place)


def bad_pages_are_stepped_over():
    class Bad(RamFlash):
        def ioctl(self, op, arg):
            return 1 if op == 6 and arg in (3, 4) else RamFlash.ioctl(self, op, arg)

        def writeblocks(self, block, buf, offset=None):
            if block == 6:
                raise OSError(5)
            RamFlash.writeblocks(self, block, buf, offset)

    device = Bad(12)
    log = filled(device, 500)
    assert log.storage_errors > 5
    items = read_all(log)
    check_tiling(items, 0, log.next_seq)
    assert merged_gaps(items) == [(0, log.oldest_seq, ids.GAP_OVERWRITTEN)]
    for _ in range(40):  # wherever in the turn the power goes
        again = boots(device)
        assert again.head == log.head or again.head > log.head
        log = again
        for _ in range(8):
            log.append(make_record(log.next_seq, 50, log.boot))


def a_dead_device_costs_data_but_no_crash():
    device = RamFlash(8)
    log = filled(device, 20)

    def refuse(*_):
        raise OSError(5)

    for steps in (3, 100):  # so few that memory holds them, and so many that it cannot
        device.hook = refuse
        lost_from = log.next_seq
        for _ in range(steps):
            log.append(make_record(log.next_seq, 50, 1))
        assert log.storage_errors > 0
        device.hook = None
        lost_to = log.next_seq
        for _ in range(5):
            log.append(make_record(log.next_seq, 50, 1))
        items = read_all(log)
        check_tiling(items, 0, log.next_seq)
        gaps = merged_gaps(items)
        if steps == 3:
            assert gaps == []
        else:
            assert len(gaps) == 1 and gaps[0][2] == ids.GAP_STORAGE
            assert lost_from < gaps[0][0] and gaps[0][1] == lost_to


def pages_that_cannot_be_read_are_missing_for_now():
    class Deaf(RamFlash):
        deaf = ()

        def readblocks(self, block, buf, offset=0):
            if block in self.deaf:
                raise OSError(5)
            RamFlash.readblocks(self, block, buf, offset)

    device = Deaf(16)
    log = filled(device, 120)
    complete = read_all(log)
    for deaf in ((5,), (5, 6), (2, 9), (log.tail % 16,), tuple(range(16))):
        for newest_first in (False, True):
            device.deaf = deaf
            items = read_all(log, newest_first=newest_first)
            check_tiling(items, 0, log.next_seq)
            reasons = {what for _, _, what in items if isinstance(what, int)}
            assert ids.GAP_STORAGE in reasons and ids.GAP_CORRUPT_PAGE not in reasons
            assert all(item in complete for item in items if isinstance(item[2], bytes))
            device.deaf = ()
            assert read_all(log, newest_first=newest_first) == complete
    assert log.corrupt_pages == 0 and log.storage_errors > 0


def a_device_that_cannot_be_read_at_boot_is_not_overwritten():
    class Deaf(RamFlash):
        deaf = True

        def readblocks(self, block, buf, offset=0):
            if self.deaf:
                raise OSError(5)
            RamFlash.readblocks(self, block, buf, offset)

    device = Deaf(8, filled(RamFlash(8), 30).media._device.data)
    before = bytes(device.data)
    try:
        Recorder(device).open()
        raise AssertionError("opened")
    except OSError:
        assert bytes(device.data) == before
    device.deaf = False
    assert boots(device).boot == 2


def a_device_that_only_takes_erases_keeps_most_of_its_data():
    class Stuck(RamFlash):
        stuck = False

        def writeblocks(self, block, buf, offset=None):
            if self.stuck:
                raise OSError(30)
            RamFlash.writeblocks(self, block, buf, offset)

    device = Stuck(40)
    log = filled(device, 350)
    device.stuck = True
    for _ in range(300):
        log.append(make_record(log.next_seq, 50, 1))
    assert log.oldest_seq == 0
    device.stuck = False
    log.append(make_record(log.next_seq, 50, 1))
    check_tiling(read_all(log), 0, log.next_seq)


def broken_logs_fail_the_power_cut():
    """The check is worth something only if logs with known faults do not pass it."""

    class UsesNumbersAgain(Recorder):
        number_jump = 0

    class ErasesTooMuch(Recorder):
        def _begin_page(self, page_seq):
            self.media.prepare((page_seq + 3) % self.media.pages)
            Recorder._begin_page(self, page_seq)

    class WritesOverTornBytes(Recorder):
        def open(self):
            from insole.recorder import boot

            boot.find(self)
            if self.head >= 0:
                self.used = self.index.end_offset
            boot.begin(self)

    for broken in (UsesNumbersAgain, ErasesTooMuch, WritesOverTornBytes):
        try:
            failures = powercut.run("flash", 40, recorder_class=broken).failures
        except AssertionError:
            continue
        assert failures, "%s passed" % broken.__name__


ALL = (
    damage_is_counted_and_explained,
    any_flipped_bit_is_survived,
    bad_pages_are_stepped_over,
    a_dead_device_costs_data_but_no_crash,
    pages_that_cannot_be_read_are_missing_for_now,
    a_device_that_cannot_be_read_at_boot_is_not_overwritten,
    a_device_that_only_takes_erases_keeps_most_of_its_data,
    broken_logs_fail_the_power_cut,
)
