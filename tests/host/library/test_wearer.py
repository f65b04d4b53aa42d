"""Whose insoles are, and who wore a pair: a name where it is certain, a reason where it is not."""

import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from plantigrade.library.catalogue.library import Library
from plantigrade.library.catalogue.record.insoles import InsolesPart
from plantigrade.library.catalogue.store import LibraryError
from plantigrade.library.catalogue.tables import DeviceRow
from plantigrade.library.entries import Person
from plantigrade.library.person.entries import Unassigned, Wearer

from tests.host.library.record_kit import HOUR, NOON


@pytest.fixture
def library(one_person: Path) -> Iterator[Library]:
    """L1 and R1 are P001's from noon on, L2 P002's; R2 was P002's for an hour, its side is not known."""
    with Library(one_person) as library:
        library.add_person(Person("P002"))
        first, second = library.record("P001").insoles, library.record("P002").insoles
        first.assign("L1", NOON)
        first.assign("R1", NOON)
        second.assign("L2", NOON)
        second.assign("R2", NOON, NOON + HOUR)
        with library.store.write() as session:
            for serial, side in (("L1", "left"), ("R1", "right"), ("L2", "left"), ("U1", "unset")):
                session.add(DeviceRow(serial=serial, side=side, layout=1, firmware="0.1.0"))
        yield library


@pytest.mark.parametrize(
    ("feet", "hours", "person", "reason"),
    [
        ({"left": "L1", "right": "R1"}, 0, "P001", None),
        ({"left": "L1"}, 5, "P001", None),
        ({"right": "R1"}, 0, "P001", None),
        ({"left": "L2", "right": "R2"}, 0, "P002", None),
        ({"left": "L2", "right": "R2"}, 1, None, Unassigned.NOT_ASSIGNED),
        ({"left": "L1", "right": "R1"}, -1, None, Unassigned.NOT_ASSIGNED),
        ({"left": "L1", "right": "new"}, 0, None, Unassigned.UNKNOWN_INSOLE),
        ({"left": "new"}, 0, None, Unassigned.UNKNOWN_INSOLE),
        ({"left": "L1", "right": ""}, 0, "P001", None),
        ({}, 0, None, Unassigned.UNKNOWN_INSOLE),
        ({"left": "L1", "right": "R2"}, 0, None, Unassigned.TWO_PEOPLE),
        ({"left": "R1", "right": "L1"}, 0, None, Unassigned.SIDES_SWAPPED),
        ({"left": "R1"}, 0, None, Unassigned.SIDES_SWAPPED),
        ({"left": "L1", "right": "L2"}, 0, None, Unassigned.SAME_SIDE),
        ({"unset": "L1"}, 0, "P001", None),
    ],
)
def test_who_wore_them(
    feet: dict[str, str], hours: int, person: str | None, reason: Unassigned | None, library: Library
) -> None:
    assert library.wearer_of(feet, NOON + hours * HOUR) == Wearer(person, reason)


def test_an_insole_goes_from_one_person_to_another(library: Library) -> None:
    first, second = library.record("P001").insoles, library.record("P002").insoles
    with pytest.raises(LibraryError) as taken:
        second.assign("L1", NOON + HOUR)
    assert str(taken.value) == (
        "P002: L1 is P001's since 2026-03-01 12:00 UTC; release it there first: "
        "`plantigrade sessions person insoles P001 --release L1`"
    )
    first.release("L1", NOON + HOUR)
    second.assign("L1", NOON + 2 * HOUR)
    found = [library.wearer_of({"left": "L1"}, NOON + hours * HOUR).person for hours in range(-1, 4)]
    assert found == [None, "P001", None, "P002", "P002"]
    assert [(one.serial, one.person, one.to_utc) for one in second.periods()] == [
        ("L2", "P002", None), ("R2", "P002", NOON + HOUR), ("L1", "P002", None),
    ]  # fmt: skip


def test_assigning_twice_changes_nothing(library: Library) -> None:
    part = library.record("P001").insoles
    before = part.periods()
    assert part.assign("L1", NOON + HOUR) == before[0] and part.periods() == before


def test_assignments_that_make_no_sense(library: Library) -> None:
    part = library.record("P001").insoles
    refusals: list[tuple[Callable[[], Any], str]] = [
        (lambda: part.assign(" ", NOON), "the serial number of an insole has 1 to 100"),
        (lambda: part.assign("L9", NOON, NOON), "ends after it begins"),
        (lambda: part.assign("L9", datetime(2026, 3, 1)), "has no time zone"),
        (lambda: part.assign("L9", datetime(1989, 3, 1, tzinfo=UTC)), "too long ago"),
        (lambda: part.assign("L1", NOON - HOUR), "which overlaps"),
        (lambda: part.release("L2", NOON + HOUR), "L2 is not an insole of P001"),
        (lambda: part.release("L1", NOON), "ends after it begins"),
        (lambda: library.wearer_of({"left": "L1"}, datetime(2026, 3, 1)), "has no time zone"),
    ]
    for refused, problem in refusals:
        with pytest.raises(LibraryError, match=problem):
            refused()
    assert len(part.periods()) == 2


def test_an_erased_person_wears_nothing(library: Library) -> None:
    library.erase_person("P001")
    assert library.wearer_of({"left": "L1"}, NOON) == Wearer(None, Unassigned.UNKNOWN_INSOLE)
    library.record("P002").insoles.assign("L1", NOON)
    assert library.wearer_of({"left": "L1"}, NOON).person == "P002"


def test_two_people_who_ask_at_once_do_not_get_one_insole(open_library: Callable[[], Library]) -> None:
    """On both databases: one is assigned, the other is refused."""
    libraries = [open_library() for _ in range(2)]
    records = [library.record(library.add_person(Person("")).code) for library in libraries]
    for round_ in range(5):
        refused: list[str] = []

        def ask(part: InsolesPart, serial: str = f"A{round_}", refused: list[str] = refused) -> None:
            try:
                part.assign(serial, NOON)
            except LibraryError as error:
                refused.append(str(error))

        threads = [threading.Thread(target=ask, args=(record.insoles,)) for record in records]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert len(refused) == 1 and "release it there first" in refused[0]
        assert libraries[0].wearer_of({"left": f"A{round_}"}, NOON).person is not None
