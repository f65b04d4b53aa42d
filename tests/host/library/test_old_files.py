"""Rules, own days and diaries that were files go into a person's record, once."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from plantigrade.errors import FileError
from plantigrade.library.catalogue.library import Library
from plantigrade.library.catalogue.record.old_files import TakenIn, take_in
from plantigrade.library.catalogue.record.person_record import PersonRecord
from plantigrade.posture.baseline.baseline import Day, PersonalBaseline
from plantigrade.posture.diary.diary import BodySite, Entry, save_diary
from plantigrade.posture.rules_engine.rulebook import RuleBook

from tests.host.library.record_kit import NOON

HOUR = timedelta(hours=1)


@pytest.fixture
def record(one_person: Path) -> Iterator[PersonRecord]:
    with Library(one_person) as library:
        yield library.record("P001")


@pytest.fixture
def files(tmp_path: Path) -> list[Path]:
    """Rules, own days and a diary, as `plantigrade posture` writes them."""
    rules, days, pain = (tmp_path / name for name in ("rules.json", "baseline.json", "pain.json"))
    book = RuleBook()
    book.edit("low-arch", "raise_level", 0.38, by="Dr A", at=NOON, reason="rigid orthotic")
    book.edit("low-arch", "raise_level", 0.4, by="Dr A", at=NOON + HOUR, reason="still")
    book.save(rules)
    PersonalBaseline([Day(f"2026-03-0{number}", "trail", 100, {"left/x": 1.0}) for number in (1, 2, 3)]).save(
        days
    )
    save_diary(pain, [Entry(NOON + number * HOUR, BodySite.KNEE, number, note="ä") for number in range(4)])
    return [rules, days, pain]


def test_three_files_become_the_record_and_twice_changes_nothing(
    record: PersonRecord, files: list[Path]
) -> None:
    rules, days, pain = files
    assert [take_in(record, path) for path in files] == [
        TakenIn(rules, "edits of rules", 2, 2), TakenIn(days, "days of the baseline", 3, 3),
        TakenIn(pain, "entries of the diary", 4, 4),
    ]  # fmt: skip
    assert record.rules.book().label("low-arch") == "4+2"
    assert record.rules.book().rules["low-arch"].raise_level == 0.4
    assert record.baseline.baseline().for_tag("trail") is not None
    assert [entry.score for entry in record.diary.entries()] == [0, 1, 2, 3]
    before = record.as_json()
    assert [take_in(record, path).new for path in files] == [0, 0, 0]
    assert record.as_json() == before


def test_what_the_record_decided_later_stays(record: PersonRecord, files: list[Path]) -> None:
    """A newer edit of the same number, a day that was learned or undone."""
    record.rules.edit("low-arch", "raise_level", 0.35, reason="newer", at=NOON + HOUR / 2)
    record.baseline.learn(Day("2026-03-02", "trail", 100, {"left/x": 9.0}))
    record.baseline.learn(Day("2026-03-03", "trail", 100, {"left/x": 9.0}))
    record.baseline.undo(datetime(2026, 3, 3).date(), "trail")
    assert [take_in(record, path).new for path in files] == [1, 1, 4]
    assert [edit.new for edit in record.rules.history()] == [0.35, 0.4]
    days = [(one.day.day, one.day.medians["left/x"], one.undone_utc is None) for one in record.baseline.all()]
    assert days == [
        ("2026-03-01", 1.0, True), ("2026-03-02", 9.0, True), ("2026-03-03", 9.0, False),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        ("{", "is not JSON"),
        ("[]", "holds no rules, own days or diary: its schema is 'None'"),
        ('{"schema": "plantigrade.analysis/1"}', "its schema is 'plantigrade.analysis/1', not one of"),
        (
            '{"schema": "plantigrade.diary/1", "entries": [{"at": "soon"}]}',
            "holds an entry that makes no sense",
        ),
        ('{"schema": "plantigrade.baseline/1", "days": [{}]}', "holds a day that makes no sense"),
        ('{"schema": "plantigrade.rulebook/1", "edits": [{"rule": "x"}]}', "an edit that does not fit"),
    ],
)
def test_a_file_that_cannot_be_read_is_named(
    content: str, problem: str, record: PersonRecord, tmp_path: Path
) -> None:
    path = tmp_path / "some.json"
    path.write_text(content)
    before = record.as_json()
    with pytest.raises(FileError, match="some.json.*" + problem):
        take_in(record, path)
    assert record.as_json() == before


def test_an_edit_that_contradicts_the_record_is_refused_with_all_of_its_file(
    record: PersonRecord, tmp_path: Path
) -> None:
    book = RuleBook()
    book.edit("low-arch", "dwell_s", 30.0, by="a", at=NOON, reason="r")
    book.edit("low-arch", "clear_level", 0.14, by="a", at=datetime(2026, 3, 2, tzinfo=UTC), reason="r")
    book.save(tmp_path / "rules.json")
    record.rules.edit("low-arch", "clear_level", 0.05, reason="r", at=NOON)
    record.rules.edit("low-arch", "raise_level", 0.1, reason="r", at=NOON)
    with pytest.raises(
        FileError, match=r"cannot be taken in: clear level 0.14 must lie below raise level 0.1"
    ):
        take_in(record, tmp_path / "rules.json")
    assert len(record.rules.history()) == 2
