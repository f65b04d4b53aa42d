"""A change of a person's record is there once its call returned, or not at all; an erasure is finished."""

from collections.abc import Callable
from datetime import date
from pathlib import Path

from plantigrade.library.catalogue.library import Library
from plantigrade.library.catalogue.record.person_record import PersonRecord
from plantigrade.library.entries import Person
from plantigrade.library.person.entries import BodyMeasure, Footwear, FootwearKind, Goal, GoalDone, GoalKind

from tests.host.library.library_kit import FIRST, finalized
from tests.host.library.record_kit import DAY, HOUR, NOON, files_with, person_with_everything
from tests.host.power_cut.plugin import Cut, PowerCut


def wear_other_shoes(record: PersonRecord) -> None:
    record.footwear.wear(record.footwear.named("road").id, NOON + HOUR)


STEPS: tuple[Callable[[PersonRecord], object], ...] = (
    lambda record: record.body.add(BodyMeasure(DAY, 70.0)),
    lambda record: record.rules.switch_on("sustained-pressure", 5.0, 600.0, reason="r"),
    wear_other_shoes,
    lambda record: record.goals.done(GoalDone(1, DAY, 2)),
    lambda record: record.insoles.release("A1", NOON + HOUR),
)


def state(record: PersonRecord) -> list[bool]:
    """Which of the steps are there; each with all that belongs to it."""
    worn = [(period.footwear.name, period.to_utc) for period in record.footwear.periods()]
    assert worn in ([("trail", None)], [("trail", NOON + HOUR), ("road", None)])
    edits = len(record.rules.history())
    assert edits in (0, 4)
    return [
        len(record.body.all()) == 1,
        edits == 4,
        len(worn) == 2,
        record.goals.done_between(DAY, DAY)[0].amount == 2,
        record.insoles.periods()[0].to_utc is not None,
    ]


def test_a_change_is_whole_or_not_there(power_cut: PowerCut, one_person: Path) -> None:
    with Library(one_person) as library:
        record = library.record("P001")
        trail = record.footwear.add(Footwear(FootwearKind.SHOE, "trail"))
        record.footwear.add(Footwear(FootwearKind.SHOE, "road"))
        record.footwear.wear(trail.id, NOON)
        record.goals.done(
            GoalDone(record.goals.add(Goal(GoalKind.EXERCISE, 3, DAY, exercise="x")).id, DAY, 1)
        )
        record.insoles.assign("A1", NOON)

    def act() -> None:
        with Library(one_person) as library:
            for number, step in enumerate(STEPS, 1):
                step(library.record("P001"))
                power_cut.note(number)

    def check(left: Path, cut: Cut) -> None:
        with Library(left) as library:
            there = state(library.record("P001"))
            assert library.person("P001").weight_kg == (70.0 if there[0] else None)
        assert there == sorted(there, reverse=True), "in the order of the steps"
        assert len(cut.recorded) <= sum(there) <= len(cut.recorded) + 1

    power_cut(one_person, act, check, most=20)


def test_an_erasure_that_was_cut_is_finished_by_the_next_opening(
    power_cut: PowerCut, one_person: Path
) -> None:
    """Either nothing has happened, or nothing of the person is left once the library was opened."""
    with Library(one_person) as library:
        finalized(library.recordings, FIRST, rows=10)
        person_with_everything(library, "P002", "zyxwvu", FIRST)

    def act() -> None:
        with Library(one_person) as library:
            library.erase_person("P002")
            power_cut.note("erased")

    def check(left: Path, cut: Cut) -> None:
        with Library(left) as library:
            people = [person.code for person in library.people()]
            if people == ["P001", "P002"]:
                assert not cut.recorded and library.record("P002").problems() == ()
                assert library.record("P002").body.at(date(2026, 3, 1)).weight_kg == 61.5
                return
            assert people == ["P001"]
            library.add_person(Person("P002"))
            assert library.record("P002").body.all() == []
        assert files_with([left], "zyxwvu") == []

    power_cut(one_person, act, check, most=15)
