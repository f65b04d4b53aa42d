"""One log on two devices: the card fails, is absent, comes back; the power goes at every write meanwhile."""

import sys
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[2]
for folder in ("firmware", "shared", "tests/firmware"):
    if str(ROOT / folder) not in sys.path:
        sys.path.append(str(ROOT / folder))

from insole.recorder import Recorder  # noqa: E402
from insole_protocol import ids  # noqa: E402
from log_kit import powercut, two_devices  # noqa: E402
from log_kit.devices import RamCard, RamFlash, WrittenFlash  # noqa: E402
from log_kit.logs import boots, filled  # noqa: E402
from log_kit.two_devices import open_pair  # noqa: E402
from log_kit.walks import check_tiling, make_record, merged_gaps, read_all  # noqa: E402


class Counters:
    """What `/numbers.json` says."""

    def __init__(self, boot: int = 0, to_seq: int = 0, unlogged: bool = False, erased: bool = False) -> None:
        self.boot, self.to_seq, self.unlogged, self.erased = boot, to_seq, unlogged, erased


def add(log: Any, records: int) -> None:
    """Append so many records of 50 slots."""
    for _ in range(records):
        log.append(make_record(log.next_seq, 50, log.boot))


def walked(log: Any, first: int = 0) -> list[Any]:
    """Everything from a slot on, the same in both directions; records are what was appended."""
    items = read_all(log, first)
    check_tiling(items, first, log.next_seq)
    backwards = read_all(log, first, newest_first=True)
    check_tiling(backwards, first, log.next_seq)
    assert [item for item in items if isinstance(item[2], bytes)] == [
        item for item in backwards if isinstance(item[2], bytes)
    ]
    assert merged_gaps(items) == merged_gaps(backwards)
    return items


def listed(log: Any) -> list[tuple[int, int, int]]:
    """Every gap that LOG_GAPS lists."""
    found: list[tuple[int, int, int]] = []
    cursor = 0
    while cursor != ids.NO_SEQ:
        part: list[tuple[int, int, int]] = []
        cursor = log.gaps(cursor, part)
        assert len(part) <= ids.MAX_GAPS
        found += part
    return found


def test_a_log_that_was_in_flash_goes_on_on_the_card() -> None:
    flash = RamFlash(16)
    filled(flash, 60)
    log = open_pair(RamCard(64), flash)
    assert log.on_card and not log.degraded
    assert (log.boot, log.next_seq) == (2, 3000 + 256)
    add(log, 20)
    items = walked(log)
    assert merged_gaps(items) == [(3000, 3128, ids.GAP_POWER_LOSS), (3128, 3256, ids.GAP_OFF)]
    assert items[0][2] == bytes(make_record(0, 50, 1)) and items[-1][2] == bytes(make_record(4206, 50, 2))
    assert listed(log) == merged_gaps(items)
    assert log.oldest_seq == 0


def test_the_flash_is_left_alone_while_the_card_answers() -> None:
    card, flash = RamCard(64), RamFlash(8)
    for _ in range(3):
        log = open_pair(card, flash)
        add(log, 30)
        log.close()
    assert flash.changes == 0 and log.boot == 3


@pytest.mark.parametrize("waiting", [0, 1])
def test_a_card_that_fails_costs_nothing(waiting: int) -> None:
    """Neither what it holds nor what it had not committed."""
    card, flash = RamCard(64), RamFlash(16)
    log = open_pair(card, flash)
    add(log, 30)
    log.skip(log.next_seq + 70, ids.GAP_IDLE)
    if waiting:
        log.append(make_record(log.next_seq, 20, log.boot))
        assert log.card.waiting_slots == 20
    card.refuses = True
    add(log, 30)
    log.flush()
    assert log.degraded and not log.on_card and not log.full
    card.refuses = False
    items = walked(log)
    assert merged_gaps(items) == [(1500, 1570, ids.GAP_IDLE)] == listed(log)
    assert log.not_kept == 0 and log.storage_errors > 0
    again = open_pair(card, flash)
    assert again.on_card and again.boot == 2
    add(again, 10)
    gaps = [gap for gap in merged_gaps(walked(again)) if gap[0] < log.next_seq]
    assert gaps == [(1500, 1570, ids.GAP_IDLE)]


def test_what_lies_on_a_card_that_does_not_answer_is_missing_for_now() -> None:
    card, flash = RamCard(64), RamFlash(16)
    log = open_pair(card, flash)
    add(log, 100)
    card.refuses = True
    add(log, 10)
    items = walked(log)
    gaps = merged_gaps(items)
    assert gaps == [(0, 5000, ids.GAP_STORAGE)] and items[-1][2] == bytes(make_record(5450, 50, 1))
    again = open_pair(card, flash)
    assert again.degraded and again.boot == 2
    assert again.next_seq == 5500 + 256
    missing = (0, 5000, ids.GAP_STORAGE)
    assert missing in merged_gaps(walked(again)) and missing in listed(again)
    add(again, 10)
    again.close()
    card.refuses = False
    last = open_pair(card, flash)
    assert last.on_card and last.next_seq == again.next_seq and last.boot == 3
    assert {what for _, _, what in walked(last) if isinstance(what, int)} == {ids.GAP_POWER_LOSS, ids.GAP_OFF}


def test_numbers_that_the_card_alone_knows_are_not_used_again_without_it() -> None:
    """The counters in the file system speak for it, as for a single device that was replaced."""
    card, flash = RamCard(64), RamFlash(16)
    log = open_pair(card, flash)
    add(log, 100)
    counters = Counters(log.boot, log.next_seq + 65536)
    used = counters.to_seq
    card.refuses = True
    for boot in (2, 3):
        log = two_devices.FallbackLog(Recorder(card), Recorder(flash))
        log.open(counters)
        assert log.next_seq >= used and log.boot == boot
        add(log, 4)
        used, counters = log.next_seq, Counters(log.boot, log.next_seq + 65536)


@pytest.mark.parametrize("boot", [5, 32767, 32768, 40000, 65535])
def test_a_blank_device_has_no_boot_that_could_be_later(boot: int) -> None:
    """The flash is blank as long as the card answers: the boots are counted by the card alone."""
    card, flash = RamCard(64), RamFlash(16)
    log = two_devices.FallbackLog(Recorder(card), Recorder(flash))
    log.open(Counters(boot - 1, 5000))
    assert (log.boot, log.next_seq) == (boot, 5000)
    add(log, 10)
    again = open_pair(card, flash)
    assert again.on_card and again.boot == (boot + 1) & 0xFFFF


def test_what_was_wiped_is_erased_on_command_on_whichever_device_is_asked() -> None:
    card, flash = RamCard(64), RamFlash(16)
    log = two_devices.FallbackLog(Recorder(card), Recorder(flash))
    log.open(Counters(40000, 5000, erased=True))
    erased = (0, 5000, ids.GAP_ERASED)
    assert (log.boot, log.next_seq, log.oldest_seq) == (40001, 5000, 5000)
    add(log, 10)
    assert merged_gaps(walked(log)) == listed(log) == [erased]
    again = open_pair(card, flash)
    add(again, 10)
    card.refuses = True
    add(again, 10)
    assert again.degraded and again.oldest_seq == 5000
    again.close()
    missing = merged_gaps(walked(again))
    assert missing[0] == erased and {reason for *_, reason in missing[1:]} == {ids.GAP_STORAGE}
    without = open_pair(card, flash)
    assert without.boot == 40003 and merged_gaps(walked(without))[0] == erased
    card.refuses = False
    last = open_pair(card, flash)
    assert last.on_card and merged_gaps(walked(last))[0] == erased == listed(last)[0]


def test_without_the_card_again_after_a_boot_with_it_no_number_comes_twice() -> None:
    """The flash held the newest numbers, then the card went on; the flash must not claim to know them."""
    card, flash = RamCard(64), RamFlash(16)
    card.refuses = True
    log = open_pair(card, flash)
    add(log, 10)
    card.refuses = False
    log = open_pair(card, flash)
    add(log, 100)
    counters = Counters(log.boot, log.next_seq + 65536)
    card.refuses = True
    log = two_devices.FallbackLog(Recorder(card), Recorder(flash))
    log.open(counters)
    assert log.next_seq >= counters.to_seq


def test_both_devices_may_fail() -> None:
    card, flash = RamCard(64), RamFlash(16)
    log = open_pair(card, flash)
    add(log, 20)
    card.refuses = True
    flash.hook = refuse
    add(log, 100)
    assert log.full and log.stop_reason == ids.GAP_STORAGE
    card.refuses, flash.hook = False, None
    add(log, 20)
    gaps = merged_gaps(walked(log))
    assert len(gaps) == 1 and gaps[0][2] == ids.GAP_STORAGE and gaps[0][0] >= 1000


def refuse(*_: Any) -> None:
    """A device that has died."""
    raise OSError(5)


def test_acknowledging_and_erasing_concern_both() -> None:
    card, flash = RamCard(64), RamFlash(16)
    log = open_pair(card, flash)
    add(log, 40)
    card.refuses = True
    add(log, 40)
    card.refuses = False
    assert log.ack(3000) == 3000
    assert (log.card.acked_seq, log.flash.acked_seq) == (3000, 3000)
    marks = [bytes(make_record(seq, 50, 1))[26:60] for seq in (0, 3950)]
    assert marks[0] in bytes(card.data) and marks[1] in bytes(flash.data)
    for _ in log.erase():
        pass
    assert marks[0] not in bytes(card.data) and marks[1] not in bytes(flash.data)
    assert merged_gaps(walked(log)) == [(0, 4000, ids.GAP_ERASED)]
    add(log, 5)
    again = open_pair(card, flash)
    assert again.next_seq >= 4250
    assert merged_gaps(walked(again))[0] == (0, 4000, ids.GAP_ERASED)


def test_the_state_is_that_of_the_device_that_takes_the_records() -> None:
    card, flash = RamCard(64), RamFlash(16)
    log = open_pair(card, flash)
    add(log, 40)
    info = log.info()
    assert (info.capacity_pages, info.used_pages) == (63, log.card.head + 1)
    card.refuses = True
    add(log, 40)
    info = log.info()
    assert (info.capacity_pages, info.used_pages) == (15, log.flash.head + 1)
    assert (info.oldest_seq, info.next_seq) == (0, 4000)


def test_many_gaps_of_both_are_listed_in_turns() -> None:
    card, flash = RamCard(64), RamFlash(64)
    log = open_pair(card, flash)
    for turn in range(60):
        log.skip(log.next_seq + 7 + turn, ids.GAP_IDLE)
        add(log, turn % 5 + 1)
        if turn == 25:
            card.refuses = True
    card.refuses = False
    assert log.degraded and len(merged_gaps(walked(log))) == 60
    assert listed(log) == merged_gaps(walked(log))


class WrittenCard(WrittenFlash):
    """A card of any size that holds a log up to `head`; what is not written anew is made up."""

    def readblocks(self, block: int, buf: Any, offset: int = 0) -> None:
        assert len(buf) == 512
        self.reads += 1
        start = block % 8 * 512
        buf[:] = self.page(block // 8)[start : start + 512]

    def writeblocks(self, block: int, buf: Any, offset: int | None = None) -> None:
        page = self.stored[block // 8] = bytearray(self.page(block // 8))
        start = block % 8 * 512
        page[start : start + 512] = buf

    def ioctl(self, op: int, arg: int) -> int | None:
        return {4: self.pages * 8, 5: 512}.get(op)


@pytest.mark.parametrize("gigabytes", [0.125, 8, 64])
@pytest.mark.parametrize("place", [0.0, 0.3, 0.999, 1.7])
def test_a_card_of_any_size_is_opened_in_bounded_reads_and_memory(gigabytes: float, place: float) -> None:
    """On the chip a read takes 1 ms: less than two seconds for 64 GB; and no table grows with the card."""
    pages = int(gigabytes * (1 << 30)) // 4096
    device = WrittenCard(pages, int(pages * place))
    log = Recorder(device)
    sizes = {name: len(value) for name, value in vars(log).items() if hasattr(value, "__len__")}
    log.open()
    assert device.reads < 1500, device.reads
    assert log.head in (device.head, device.head + 1) and log.boot == 8
    assert {name: len(value) for name, value in vars(log).items() if hasattr(value, "__len__")} == sizes
    assert sum(sizes.values()) < 10000
    device.reads = 0
    buf = bytearray(2048)
    wanted = (log.oldest_seq + device.head * 50) // 2
    n = log.read(wanted, buf)
    assert buf[:n] == make_record(wanted // 50 * 50, 50, 7, 100)
    assert device.reads < 300, device.reads


@pytest.mark.parametrize("policy", ["overwrite", "keep"])
@pytest.mark.parametrize("pages", [6, 40])
def test_power_cut_at_every_operation_while_the_card_fails_and_comes_back(pages: int, policy: str) -> None:
    cuts = two_devices.run(40, pages, pages, policy == "keep").passed()
    assert cuts.points > 40


@pytest.mark.parametrize("sectors", [1, 2])
def test_a_card_may_forget_the_last_sectors_that_it_answered_for(sectors: int) -> None:
    """What was committed before them is there, and no number is used twice."""
    assert powercut.run_forgetful(300, sectors).passed().points > 1200


@pytest.mark.soak
@pytest.mark.parametrize("policy", ["overwrite", "keep"])
def test_power_cut_at_every_operation_of_an_hour_while_the_card_fails(policy: str) -> None:
    two_devices.run(3600, 30, 12, policy == "keep").passed()


def test_a_check_that_sees_nothing_would_not_notice_a_fallback_that_forgets() -> None:
    """The power cut is worth something only if a fall-back with a known fault does not pass it."""

    class Forgetful(two_devices.FallbackLog):
        def _replay(self, waiting: bytes) -> bool:
            """What the card had not committed is dropped."""
            return True

    original = two_devices.FallbackLog
    two_devices.FallbackLog = Forgetful
    try:
        assert two_devices.run(20, 40, 40).failures
    finally:
        two_devices.FallbackLog = original


def test_a_firmware_that_knows_one_device_reads_its_part() -> None:
    """Turning back to a firmware that knows one device: what is not there is a storage error, not an end."""
    card, flash = RamCard(64), RamFlash(16)
    log = open_pair(card, flash)
    add(log, 30)
    card.refuses = True
    add(log, 30)
    log.close()
    old = boots(flash)
    items = read_all(old)
    check_tiling(items, 0, old.next_seq)
    assert merged_gaps(items) == [(0, 1500, ids.GAP_STORAGE)]
