"""Pages of internal flash are erased before they are needed: an erase stops the chip for 45 ms and more."""

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
from log_kit import powercut  # noqa: E402
from log_kit.devices import RamCard, RamFlash  # noqa: E402
from log_kit.logs import boots, filled  # noqa: E402
from log_kit.walks import check_tiling, make_record, merged_gaps, read_all  # noqa: E402
from power_cut import watch_cuts  # noqa: E402


def add(log: Any, records: int) -> None:
    """Append so many records of 50 slots."""
    for _ in range(records):
        log.append(make_record(log.next_seq, 50, log.boot))


def erase_all(log: Any, limit: int = 1000) -> int:
    """Erase ahead until nothing is left to do; how many pages that were not blank."""
    erased = 0
    for _ in range(2000):
        before = log.erased_to
        erased += log.erase_ahead(limit)
        if log.erased_to == before:
            return erased
    raise AssertionError("never done")


def test_the_first_turn_of_a_new_flash_needs_no_erase() -> None:
    device = RamFlash(16)
    log = filled(device, 0)
    while log.head < 15:
        add(log, 1)
    assert sum(device.erases) <= 1, "but for the last page, whose neighbour was written"
    while log.head < 20:
        add(log, 1)
    assert sum(device.erases) in (5, 6)


def test_what_a_host_has_is_erased_ahead_and_needs_no_erase_later() -> None:
    device = RamFlash(40)
    log = filled(device, 900)
    assert log.head > 40
    overwritten = log.overwritten
    log.ack(log.next_seq)
    assert erase_all(log) == 30
    before, head = sum(device.erases), log.head
    while log.head < head + 29:
        add(log, 1)
    assert sum(device.erases) == before
    check_tiling(read_all(log), 0, log.next_seq)
    assert log.overwritten == overwritten, "nothing unacknowledged was given up"


def test_what_no_host_has_is_not_erased_ahead() -> None:
    device = RamFlash(40)
    log = filled(device, 900)
    held = [item for item in read_all(log) if isinstance(item[2], bytes)]
    log.ack(log.oldest_seq + 1000)
    before = log.oldest_seq
    assert 0 < erase_all(log) < 8
    left = [item for item in read_all(log) if isinstance(item[2], bytes)]
    assert left == [item for item in held if item[0] >= log.oldest_seq]
    assert before < log.oldest_seq <= before + 1000


def test_so_many_pages_at_most_are_ready() -> None:
    device = RamFlash(100)
    log = filled(device, 2200)
    log.ack(log.next_seq)
    assert log.head > 100 and erase_all(log, 10) == 10
    assert erase_all(log, 10) == 0
    add(log, 40)
    log.ack(log.next_seq)
    assert 0 < erase_all(log, 10) <= 4


@pytest.mark.parametrize("turns", [1.0, 1.4, 1.97, 2.0, 2.6])
@pytest.mark.parametrize("pages", [8, 40, 400])
def test_a_boot_finds_the_log_after_pages_were_erased_ahead(pages: int, turns: float) -> None:
    """Nothing on the flash says so: the pages are blank."""
    device = RamFlash(pages)
    log = filled(device, 0)
    while log.head < pages * turns:
        add(log, 1)
    log.ack(log.next_seq)
    log.flush()
    erase_all(log)
    expected = [item for item in read_all(log) if isinstance(item[2], bytes)]
    device.reads = 0
    again = boots(device)
    assert device.reads < 1200, device.reads
    assert (again.head in (log.head, log.head + 1)) and again.oldest_seq == log.oldest_seq
    assert [item for item in read_all(again) if isinstance(item[2], bytes)] == expected
    check_tiling(read_all(again), 0, again.next_seq)
    check_tiling(read_all(again, newest_first=True), 0, again.next_seq)
    assert again.overwritten == log.overwritten
    found: list[tuple[int, int, int]] = []
    again.gaps(0, found)
    assert found[0] == (0, again.oldest_seq, ids.GAP_OVERWRITTEN)
    before = sum(device.erases)
    while again.head < log.head + pages - max(4, pages // 4) - 1:
        add(again, 1)
    assert sum(device.erases) == before, "the boot before has left them ready"


def test_an_erase_that_was_cut_short_is_not_taken_for_a_blank_page() -> None:
    """However blank it reads: its neighbour still has its header."""
    device = RamFlash(16)
    log = filled(device, 400)
    log.ack(log.next_seq)
    index = (log.head + 1) % 16
    device.erase(index)  # as far as reading can tell
    before = device.erases[index]
    log.erase_ahead(100)
    assert device.erases[index] == before + 1


def test_a_card_has_nothing_to_erase_ahead() -> None:
    log = filled(RamCard(16), 200)
    log.ack(log.next_seq)
    assert not log.erase_ahead(100)


def test_a_full_log_that_keeps_its_oldest_is_not_shortened() -> None:
    device = RamFlash(16)
    log = filled(device, 600, keep_oldest=True)
    assert log.full and erase_all(log) <= 1 and log.oldest_seq == 0


class Script(powercut.Script):
    """The scripted time of the power-cut test, with erasing ahead now and then."""

    def append(self) -> None:
        powercut.Script.append(self)
        if self.draw(4) == 0:
            for _ in range(self.draw(5)):
                self.log.erase_ahead(30)


@pytest.mark.parametrize("keep", [False, True])
@pytest.mark.parametrize("pages", [6, 24])
def test_power_cut_at_every_operation_while_pages_are_erased_ahead(pages: int, keep: bool) -> None:
    device = RamFlash(pages)
    script = Script(device, Recorder, keep)
    cuts = watch_cuts([device], lambda: script.run(90), script.look).passed()
    assert cuts.points > 60


def test_gaps_are_the_same_before_and_after_a_boot() -> None:
    device = RamFlash(40)
    log = filled(device, 900)
    log.ack(log.next_seq - 600)
    erase_all(log)
    log.close()
    gaps = merged_gaps(read_all(log))
    assert merged_gaps(read_all(boots(device))) == gaps
