"""A stored entry that cannot be read is named, spoils no other, and never makes an alarm silent."""

from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa
from plantigrade.library.catalogue.key_change import change_key
from plantigrade.library.catalogue.library import Library
from plantigrade.library.catalogue.store import LibraryError
from plantigrade.library.keys.vault import MasterKey
from plantigrade.library.person.entries import AnswerKind, PersonSettings
from plantigrade.posture.diary.diary import BodySite, Entry
from plantigrade.posture.exercises.cautions import Caution, CautionAnswer

from tests.host.library.library_kit import FIRST, finalized
from tests.host.library.record_kit import HOUR, NOON, fill

DOCUMENTS = {
    "body_measures": "body", "rule_edits": "rules", "baseline_days": "baseline", "diary_entries": "diary",
    "goals": "goals", "goals_done": "goals", "alert_answers": "answers", "deliveries": "deliveries",
    "cautions": "cautions", "consents": "consents", "plans": "plans", "plan_verdicts": "verdicts",
    "person_settings": "settings", "wear_days": "days",
}  # fmt: skip


@pytest.fixture
def library(one_person: Path) -> Iterator[Library]:
    with Library(one_person) as library:
        finalized(library.recordings, FIRST, rows=10)
        library.scan()
        library.assign(FIRST, "P001")
        fill(library.record("P001"), "word", FIRST, "other")
        yield library


def damage(library: Library, table: str, document: str) -> None:
    with library.store.write() as session:
        session.execute(sa.text(f"UPDATE {table} SET document = :document"), {"document": document})


@pytest.mark.parametrize("table", DOCUMENTS)
def test_a_broken_document_is_named_and_the_rest_is_read(table: str, library: Library) -> None:
    """Fields that have a default may be missing, as in what an older version wrote."""
    record = library.record("P001")
    part = "plans" if table == "plan_verdicts" else DOCUMENTS[table]
    others = {name: value for name, value in record.as_json().items() if name not in (part, "cannot_be_read")}
    for document in ("{", "[1]", "7", '"text"', '{"other":1}'):
        damage(library, table, document)
        has_defaults = document[1:2] == '"' and table in ("person_settings", "wear_days", "body_measures")
        problems = record.problems()
        assert len(problems) == (0 if has_defaults and document[0] == "{" else 1), document
        for problem in problems:
            assert problem.startswith(f"P001: {DOCUMENTS[table]}: entry ") and " cannot be read: " in problem
        found = record.as_json()
        assert {name: found[name] for name in others} == others
        assert found["cannot_be_read"] == list(problems)


def test_what_is_wrong_is_said(library: Library) -> None:
    record = library.record("P001")
    for document, reason in (
        ("{", "it is not JSON"),
        ("[1]", "is no document"),
        ('{"place": "knee"}', "at is missing"),
        ('{"at": "2026-03-01T12:00+00:00", "place": "elbow", "score": 1, "side": "", "note": ""}', "'elbow'"),
        ('{"at": "2026-03-01T12:00+00:00", "place": "knee", "score": 11, "side": "", "note": ""}', "not 11"),
    ):
        damage(library, "diary_entries", document)
        assert reason in record.diary.problems()[0], document
    record.diary.add(Entry(NOON, BodySite.HIP, 1))
    assert [entry.place for entry in record.diary.entries()] == [BodySite.HIP]


def test_a_broken_answer_silences_nothing(library: Library) -> None:
    """The answer is gone, so that the alert is shown again; another answer can be given."""
    record = library.record("P001")
    damage(library, "alert_answers", "{}")
    assert record.answers.all() == [] and len(record.answers.problems()) == 1
    with library.store.write() as session:
        fine = {"document": '{"note":"","after_min":null}', "answer": "quiet for ever"}
        session.execute(sa.text("UPDATE alert_answers SET document = :document, answer = :answer"), fine)
    assert record.answers.all() == []
    assert "'quiet for ever' is not a valid AnswerKind" in record.answers.problems()[0]


def test_a_broken_edit_is_not_passed_over_in_silence(library: Library) -> None:
    """A rule that a clinician switched on would be off: the rules are refused together, the readable ones
    stand beside what is wrong."""
    record = library.record("P001")
    record.rules.switch_on("sustained-pressure", 5.0, 600.0, reason="reduced feeling")
    with library.store.write() as session:
        session.execute(sa.text("UPDATE rule_edits SET document = '{}' WHERE id = 1"))
    with pytest.raises(
        LibraryError, match=r"the rules of this person are not whole .P001: rules: entry 1 cannot"
    ):
        record.rules.book()
    book, problems = record.rules.readable_book()
    assert book.rules["sustained-pressure"].enabled and book.label("low-arch") == "4"
    assert len(problems) == 1


def test_an_edit_that_no_longer_fits_is_named(library: Library) -> None:
    record = library.record("P001")
    with library.store.write() as session:
        session.execute(sa.text("UPDATE rule_edits SET document = replace(document, 'low-arch', 'old-rule')"))
    assert record.rules.problems() == ()
    book, problems = record.rules.readable_book()
    assert book.trail == [] and problems == ("P001: rules: an edit of old-rule does not fit: 'old-rule'",)


def test_broken_cautions_are_unknown_and_broken_consents_not_given(library: Library) -> None:
    record = library.record("P001")
    record.cautions.set(Caution.FALLEN, CautionAnswer.NO, at=NOON - HOUR)
    damage(library, "cautions", "{}")
    record.cautions.set(Caution.OPEN_WOUND, CautionAnswer.NO)
    assert record.cautions.current()[Caution.FALLEN] is CautionAnswer.UNKNOWN
    assert record.cautions.current()[Caution.OPEN_WOUND] is CautionAnswer.NO
    damage(library, "consents", "{}")
    assert record.consents.current() == []


def test_an_older_answer_does_not_stand_in_for_a_broken_newer_one(library: Library) -> None:
    record = library.record("P001")
    record.cautions.set(Caution.REDUCED_FEELING, CautionAnswer.NO, at=NOON)
    newer = record.cautions.set(Caution.REDUCED_FEELING, CautionAnswer.YES, at=NOON + HOUR)
    with library.store.write() as session:
        session.execute(sa.text("UPDATE cautions SET document = '{' WHERE id = :id"), {"id": newer.id})
    assert record.cautions.current()[Caution.REDUCED_FEELING] is CautionAnswer.UNKNOWN


def test_broken_settings_can_be_set_again(library: Library) -> None:
    record = library.record("P001")
    damage(library, "person_settings", '{"alerts_a_day": "many"}')
    with pytest.raises(LibraryError, match=r"alerts_a_day is 'many'.*sessions person settings P001 --reset"):
        record.settings.get()
    record.settings.set(PersonSettings(led_hint=True))
    assert record.settings.get() == PersonSettings(led_hint=True)


def test_a_text_of_another_key_is_one_broken_entry(library: Library) -> None:
    change_key(library, MasterKey.new())
    record = library.record("P001")
    record.diary.add(Entry(NOON, BodySite.HIP, 1))
    with library.store.write() as session:
        session.execute(sa.text("UPDATE diary_entries SET document = 'pg1$gAAAAAB' WHERE id = 1"))
    assert [entry.place for entry in record.diary.entries()] == [BodySite.HIP]
    assert record.diary.problems() == (
        "P001: diary: entry 1 cannot be read: it was changed, or encrypted with another key",
    )
    assert AnswerKind.SNOOZED in [one.answer for one in record.answers.all()]
