"""Notes on a person, and visits: one at a time, changed by whoever has the newest before the eyes."""

from dataclasses import replace
from datetime import timedelta

import pytest
from plantigrade.library.catalogue.library import Library
from plantigrade.library.catalogue.record.person_record import PersonRecord
from plantigrade.library.catalogue.record.visits import VisitChangedError
from plantigrade.library.catalogue.store import LibraryError
from plantigrade.library.entries import Person
from plantigrade.library.person.settings import LONGEST_NOTE
from plantigrade.library.person.visits import PersonVisit, StepKind, StepState

from tests.host.library.record_kit import HOUR, NOON


@pytest.fixture
def record(library: Library) -> PersonRecord:
    return library.record(library.add_person(Person("P001")).code)


def test_a_visit_goes_on_until_it_is_ended_and_another_window_finds_it(record: PersonRecord) -> None:
    begun = record.visits.begin(PersonVisit(NOON, by="clinician"))
    assert record.visits.begin(PersonVisit(NOON + HOUR)) == begun == record.visits.open()
    ended = record.visits.change(begun.id, lambda visit: replace(visit, ended_utc=NOON + HOUR))
    assert record.visits.open() is None
    assert record.visits.visit(begun.id) == ended == replace(begun, ended_utc=NOON + HOUR, version=1)
    assert record.visits.begin(PersonVisit(NOON + 2 * HOUR)).id != begun.id


def test_a_step_is_stored_with_all_that_is_known_of_it(record: PersonRecord) -> None:
    visit = record.visits.begin(PersonVisit(NOON))
    step = replace(
        visit.step(StepKind.EYES_OPEN),
        state=StepState.SKIPPED,
        began_utc=NOON,
        ended_utc=NOON + timedelta(seconds=60),
        seconds=60.0,
        tries=2,
        title="visit 1",
        reason="dizzy",
        remark="held the rail",
    )
    record.visits.change(visit.id, lambda stored: stored.with_step(step))
    (stored,) = record.visits.all()
    assert stored.step(StepKind.EYES_OPEN) == step
    assert stored.current == visit.step(StepKind.PREPARE)


def test_who_has_an_old_page_before_the_eyes_changes_nothing(record: PersonRecord) -> None:
    visit = record.visits.begin(PersonVisit(NOON))
    record.visits.change(visit.id, lambda stored: replace(stored, remark="first"), version=0)
    with pytest.raises(VisitChangedError):
        record.visits.change(visit.id, lambda stored: replace(stored, remark="second"), version=0)
    assert record.visits.visit(visit.id).remark == "first"


@pytest.mark.parametrize(
    "change", [{"remark": "x" * (LONGEST_NOTE + 1)}, {"orthotic": "x" * 101}], ids=["remark", "orthotic"]
)
def test_what_is_too_long_is_refused(record: PersonRecord, change: dict[str, str]) -> None:
    visit = record.visits.begin(PersonVisit(NOON))
    with pytest.raises(LibraryError, match="at most"):
        record.visits.change(visit.id, lambda stored: replace(stored, **change))
    with pytest.raises(LibraryError, match="there is no visit 99"):
        record.visits.visit(99)


def test_a_note_is_read_until_it_is_removed(record: PersonRecord) -> None:
    first = record.notes.add("  Orthotic fitted. ", by="clinician", at=NOON)
    second = record.notes.add("Knee better.", at=NOON + HOUR)
    assert [note.text for note in record.notes.shown()] == ["Knee better.", "Orthotic fitted."]
    record.notes.remove(first.id, NOON)
    record.notes.remove(first.id, NOON + HOUR)
    assert record.notes.shown() == [second]
    assert [note.removed_utc for note in record.notes.all()] == [NOON, None]


@pytest.mark.parametrize("text", ["", " \n ", "x" * (LONGEST_NOTE + 1)])
def test_a_note_says_something_and_is_no_book(record: PersonRecord, text: str) -> None:
    with pytest.raises(LibraryError, match="a note has 1 to 1000 characters"):
        record.notes.add(text)


def test_a_note_of_another_person_is_not_removed(library: Library, record: PersonRecord) -> None:
    other = library.record(library.add_person(Person("P002")).code)
    note = record.notes.add("x")
    with pytest.raises(LibraryError, match="there is no note"):
        other.notes.remove(note.id)
    assert record.notes.shown() == [note]
