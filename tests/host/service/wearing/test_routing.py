"""Where records go and what an insole may forget, step by step."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from plantigrade.bridge.accounting import MissingReason
from plantigrade.bridge.clock.estimate import ClockEstimate
from plantigrade.bridge.insole import Insole
from plantigrade.service.wearing.register import FILE, Moment, Register, Wearing, load_register
from plantigrade.service.wearing.routing import Router
from plantigrade.service.wearing.time_line import TimeLine

from tests.host.bridge_kit.collecting import SERIALS, Disk, bring, greet

LEFT = SERIALS["left"]
ALWAYS = Moment("", -(1 << 62), 0)
MS = 1_000_000


class Home:
    """A router with a left insole whose slot n was at n times 10 ms."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(exist_ok=True)
        self.disk = Disk()
        self.register = load_register(folder / FILE) if (folder / FILE).exists() else Register(folder / FILE)
        line = TimeLine(self.register, now=lambda: 10**12, wall_ns=lambda: 2 * 10**12)
        self.router = Router(self.register, folder, line, lambda serial, side: "", self.begin, self.disk.sync)
        self.insole = Insole("left")
        self.router.watch(self.insole)
        greet(self.insole)
        self.insole.request_from(0)
        self.router.feet[LEFT].clocks[1] = ClockEstimate(0, 0, 0.0, 1000, 0.0, 10)

    def begin(self, group: str) -> Wearing:
        return self.switch(ALWAYS, group)

    def switch(self, moment: Moment, group: str = "") -> Wearing:
        """Another wearing from a moment on."""
        wearing = self.register.add_wearing(group)
        self.register.add_switch(group, moment, wearing.number)
        self.router.open(wearing)
        self.register.save()
        return wearing

    def bring(self, first: int, end: int) -> None:
        self.insole.request_to(end)
        bring(self.insole, first, end)

    def durable(self, number: int) -> list[tuple[int, int]]:
        """Slots that a wearing's journal holds."""
        holdings = self.router.journals[number].holdings(LEFT)
        return [] if holdings is None else [(piece.first, piece.end) for piece in holdings.durable]


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Home]:
    found = Home(tmp_path / "journal")
    yield found
    found.disk.full = False
    found.router.close()


def test_a_slot_may_be_forgotten_when_it_is_durable_and_not_before(home: Home) -> None:
    home.bring(0, 50)
    assert home.router.ack_to(LEFT) == 0
    home.disk.full = True
    assert not home.router.commit() and "the disk is full" in str(home.router.failure)
    assert home.router.ack_to(LEFT) == 0
    home.disk.full = False
    assert home.router.commit() and home.router.failure is None
    assert home.router.ack_to(LEFT) == 50


def test_nothing_behind_a_gap_may_be_forgotten_before_it_is_explained(home: Home) -> None:
    home.bring(0, 50)
    home.bring(80, 100)
    home.router.commit()
    assert home.router.ack_to(LEFT) == 50
    home.insole.ledger.explain(50, 80, MissingReason.OVERWRITTEN)
    home.router.commit()
    assert home.router.ack_to(LEFT) == 100


def test_a_cut_takes_along_what_had_come_behind_it(home: Home) -> None:
    home.bring(0, 50)
    home.bring(50, 100)
    home.router.commit()
    home.switch(Moment("", 0, 10**12 + 705 * MS))  # the wall clock is 1000 s ahead of the monotonic one
    home.router.apply_switches(home.router.feet[LEFT])
    assert home.register.insoles[LEFT].segments == [(0, 1), (71, 2)]
    assert (home.durable(1), home.durable(2)) == ([(0, 100)], [(71, 100)])
    assert home.router.extent(home.register.wearings[1]) == {LEFT: ((0, 71),)}
    assert home.router.extent(home.register.wearings[2]) == {LEFT: ((71, 100),)}
    assert home.router.ack_to(LEFT) == 100
    home.bring(100, 150)
    home.bring(150, 160)
    home.router.commit()
    assert (home.durable(1), home.durable(2)) == ([(0, 100)], [(71, 160)])


def test_a_record_across_a_cut_is_in_both_journals(home: Home) -> None:
    home.bring(0, 50)
    home.switch(Moment("", 0, 10**12 + 705 * MS))
    home.bring(50, 100)
    home.router.commit()
    assert (home.durable(1), home.durable(2)) == ([(0, 71)], [(71, 100)])
    records = [list(home.router.journals[number].records_from(LEFT, 0)) for number in (1, 2)]
    assert [len(found) for found in records] == [2, 1] and records[0][1][1] == records[1][0][1]


def test_a_cut_that_the_disk_refuses_changes_nothing_and_is_made_later(home: Home) -> None:
    home.bring(0, 50)
    home.bring(50, 100)
    home.router.commit()
    home.switch(Moment("", 0, 10**12 + 705 * MS))
    home.disk.full = True
    home.router.commit()
    assert home.register.insoles[LEFT].segments == [(0, 1)] and home.router.failure is not None
    home.disk.full = False
    assert home.router.commit()
    assert home.register.insoles[LEFT].segments == [(0, 1), (71, 2)]


def test_another_life_goes_on_where_the_last_one_ended(tmp_path: Path, home: Home) -> None:
    home.bring(0, 50)
    home.switch(Moment("", 0, 10**12 + 305 * MS))
    home.bring(50, 100)
    home.router.commit()
    home.bring(100, 150)
    home.router.abandon()
    other = Home(tmp_path / "journal")
    assert other.router.ack_to(LEFT) == 100
    assert [tuple(piece) for piece in other.insole.ledger.recorded] == [(0, 100)]
    assert other.register.insoles[LEFT].segments == [(0, 1), (31, 2)]
    other.router.close()
    home.router.journals.clear()


def test_how_far_an_insole_was_recorded_is_known_when_its_wearing_has_gone(
    tmp_path: Path, home: Home
) -> None:
    """Its journal is removed once all is in the library; numbers that begin anew are noticed all the same."""
    home.bring(0, 50)
    home.switch(Moment("", 0, 10**12 + 305 * MS))
    home.bring(50, 100)
    home.router.commit()
    home.router.abandon()
    home.router.journals.clear()
    for wearing in home.register.wearings.values():
        (tmp_path / "journal" / wearing.journal).unlink()
    other = Home(tmp_path / "journal")
    assert other.insole.ledger.recorded.end == 0 and other.insole.recorded_to == 31
    other.router.close()


def test_what_someone_else_acknowledged_is_held_elsewhere_and_not_missing(home: Home) -> None:
    home.bring(0, 50)
    home.insole.request_to(200)
    home.router.commit()
    home.router.hold_elsewhere(home.insole, 150)
    home.router.commit()
    assert [tuple(gap) for gap in home.insole.ledger.open_gaps()] == [(150, 200)]
    assert home.router.ack_to(LEFT) == 150
