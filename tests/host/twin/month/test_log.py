"""The log without firmware beside the firmware's own: after the same events the same state and answers."""

import random
import sys
from pathlib import Path

import pytest
from insole_protocol import ids
from insole_protocol.log_records import PAGE_BYTES
from plantigrade.twin.month.log import PageLog

from tests.host.twin.month.firmware_blocks import END, GAP, ROOT, Recorder

if str(ROOT / "tests" / "firmware") not in sys.path:
    sys.path.append(str(ROOT / "tests" / "firmware"))

from log_kit.devices import RamFlash
from log_kit.walks import make_record

PAGES = 9


class Pair:
    """Both logs, told the same."""

    def __init__(self, path: Path, keep_oldest: bool) -> None:
        self.device, self.path = RamFlash(PAGES), path
        self.keep_oldest = keep_oldest
        self.ours = PageLog(path, PAGES, keep_oldest)
        self.theirs = Recorder(self.device, keep_oldest)
        self.theirs.open()
        self.ours.begin()

    def append(self, slots: int, lost: int = 0) -> None:
        record = bytes(make_record(self.theirs.next_seq + lost, slots, self.theirs.boot))
        assert self.theirs.append(record) == self.ours.append(record)

    def restart(self, orderly: bool) -> None:
        if orderly:
            self.theirs.close()
            self.ours.close()
        else:
            self.ours.lose_power()
        self.theirs = Recorder(self.device, self.keep_oldest)
        self.theirs.open()
        self.ours.begin()

    def flush(self) -> None:
        self.theirs.flush()
        self.ours.flush()

    def skip(self, slots: int) -> None:
        self.theirs.skip(self.theirs.next_seq + slots, ids.GAP_IDLE)
        self.ours.skip(self.ours.next_seq + slots, ids.GAP_IDLE)

    def ack(self, share: float) -> None:
        seq = round(self.theirs.next_seq * share)
        assert self.theirs.ack(seq) == self.ours.ack(seq)

    def erase(self) -> None:
        for _ in self.theirs.erase():
            pass
        self.ours.erase()

    def check(self, draw: random.Random) -> None:
        """State, gaps and reads of the whole and of a part, both ways."""
        assert self.ours.info() == self.theirs.info().as_tuple()
        assert self.ours.full == self.theirs.full
        assert all_gaps(self.ours.gaps) == all_gaps(firmware_gaps(self.theirs))
        part = draw.randrange(self.theirs.next_seq + 1)
        for first, end in ((0, self.theirs.next_seq), (part, part + draw.randrange(1, 3000))):
            for newest_first in (False, True):
                assert our_items(self.ours, first, end, newest_first) == their_items(
                    self.theirs, first, end, newest_first
                )


def all_gaps(ask) -> list[tuple[int, int, int]]:
    """Every gap, asked for page by page; neighbours with the same reason are one."""
    found, cursor = [], 0
    while cursor != ids.NO_SEQ:
        gaps, cursor = ask(cursor)
        found += gaps
    return merged([(first, end, reason) for first, end, reason in found])


def firmware_gaps(log):
    def ask(cursor: int):
        found = []
        return found, log.gaps(cursor, found)

    return ask


def merged(gaps: list[tuple[int, int, int]]) -> list[tuple[int, int, int]]:
    joined: list[tuple[int, int, int]] = []
    for first, end, reason in gaps:
        if joined and joined[-1][1:] == (first, reason):
            joined[-1] = (joined[-1][0], end, reason)
        else:
            joined.append((first, end, reason))
    return joined


def our_items(log: PageLog, first: int, end: int, newest_first: bool) -> list[tuple[int, int, object]]:
    return [(item.first, item.end, item.record or item.reason) for item in log.read(first, end, newest_first)]


def their_items(log, first: int, end: int, newest_first: bool) -> list[tuple[int, int, object]]:
    reader, items, buf = log.reader(first, min(end, log.next_seq), newest_first), [], bytearray(2048)
    while (n := reader.next(buf)) != END:
        if n == GAP:
            items.append((reader.gap_from, reader.gap_to, reader.gap_reason))
        else:
            items.append((reader.seq, reader.seq + reader.slots, bytes(buf[:n])))
    return items


@pytest.mark.parametrize("keep_oldest", [True, False], ids=["keep", "overwrite"])
@pytest.mark.parametrize("seed", range(6))
def test_the_same_events_leave_the_same_log(seed: int, keep_oldest: bool, tmp_path: Path) -> None:
    draw = random.Random(seed)
    pair = Pair(tmp_path / "log", keep_oldest)
    for _ in range(60):
        match draw.choices(range(7), (60, 3, 3, 3, 5, 8, 1))[0]:
            case 0:
                for _ in range(draw.randrange(1, 40)):
                    pair.append(draw.choice((5, 40, 50)), lost=draw.choices((0, 7), (30, 1))[0])
            case 1:
                pair.restart(orderly=True)
            case 2:
                pair.flush()  # each second: what is lost with the power is what came since
                pair.append(5)
                pair.append(5)
                pair.restart(orderly=False)
            case 3:
                pair.skip(draw.randrange(1, 5000))
            case 4:
                pair.flush()
            case 5:
                pair.ack(draw.choice((0.5, 0.9, 1.0)))
            case _:
                pair.erase()
        pair.check(draw)


def test_a_full_log_was_met_and_its_loss_counted(tmp_path: Path) -> None:
    """The control of the test above: nine pages that nobody acknowledges do fill up."""
    for keep_oldest in (True, False):
        pair = Pair(tmp_path / f"log-{keep_oldest}", keep_oldest)
        for _ in range(400):
            pair.append(40)
        assert pair.ours.full is keep_oldest
        assert (pair.ours.not_kept > 0) is keep_oldest and (pair.ours.overwritten > 0) is not keep_oldest
        pair.check(random.Random(1))


def test_the_firmware_finds_its_way_in_our_file(tmp_path: Path) -> None:
    pair = Pair(tmp_path / "log", keep_oldest=True)
    for number in range(150):
        pair.append(40)
        if number % 20 == 19:
            pair.ack(0.9)
            pair.restart(orderly=number % 40 == 19)
    pair.ours.close()
    items = our_items(pair.ours, 0, pair.ours.next_seq, False)
    pair.ours.close_file()
    device = RamFlash(PAGES, bytearray(pair.path.read_bytes()))
    assert len(device.data) == PAGES * PAGE_BYTES
    log = Recorder(device, True)
    log.open()
    assert log.boot == pair.ours.boot + 1
    assert their_items(log, 0, pair.ours.next_seq, False) == items


@pytest.mark.parametrize("ahead", [0, 3], ids=["", "erased ahead"])
@pytest.mark.parametrize("seed", range(4))
def test_we_find_our_way_in_the_firmwares_flash(seed: int, ahead: int, tmp_path: Path) -> None:
    """As an insole that ran its firmware for days and goes on without it."""
    draw = random.Random(seed)
    pair = Pair(tmp_path / "log", keep_oldest=True)
    for _ in range(draw.randrange(20, 60)):
        for _ in range(draw.randrange(1, 20)):
            pair.append(draw.choice((5, 40, 50)), lost=draw.choices((0, 7), (30, 1))[0])
        pair.ack(draw.choice((0.5, 0.9, 1.0)))
        if draw.random() < 0.2:
            pair.restart(orderly=draw.random() < 0.5)
    for _ in range(ahead):
        pair.theirs.erase_ahead(ahead)
    flash = tmp_path / "flash"
    flash.write_bytes(pair.device.data)
    pair.ours = PageLog(tmp_path / "recovered", PAGES, keep_oldest=True)
    pair.ours.recover(flash)
    pair.ours.begin()
    pair.theirs = Recorder(pair.device, True)
    pair.theirs.open()
    pair.check(draw)
    pair.append(40)
    pair.check(draw)
