"""The weekly summary: what a week of a person's record becomes in plain words, and that it fits one page."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from plantigrade.library.catalogue.library import Library
from plantigrade.library.catalogue.person_tables import WearDayRow
from plantigrade.library.entries import Person
from plantigrade.library.person.documents import as_document
from plantigrade.library.person.entries import Goal, GoalDone, GoalKind, WearDay
from plantigrade.posture.diary.diary import BodySite, Entry
from plantigrade.report.document_blocks import Table, Text
from plantigrade.report.week import Week, week_of
from plantigrade.report.weekly import weekly_bytes, weekly_document, weekly_text, write_weekly

from tests.host.service.workers.walks import stored

SUNDAY = date(2026, 3, 1)
MONDAY = SUNDAY - timedelta(days=6)
WORN = WearDay(8.0, 6000, 5800, 60.0, 120.0, 7200.0, 7200.0, 9.0)


@pytest.fixture
def library(tmp_path: Path) -> Library:
    library = Library(tmp_path / "library")
    library.add_person(Person("P001", time_zone="Europe/Berlin"))
    return library


def worn(library: Library, days: dict[date, WearDay]) -> None:
    """Days of the person's record, as recordings left them."""
    name = stored(library, person="P001")
    with library.store.write() as session:
        for day, wear in days.items():
            session.add(
                WearDayRow(person_id=1, recording_id=name, day=day.isoformat(), document=as_document(wear))
            )


def texts(week: Week) -> list[str]:
    document = weekly_document(week, "en", datetime(2026, 3, 2, tzinfo=UTC))
    return [block.text for block in document.patient if isinstance(block, Text)]


def tables(week: Week) -> list[list[list[str]]]:
    document = weekly_document(week, "en", datetime(2026, 3, 2, tzinfo=UTC))
    return [
        [[cell.text for cell in row] for row in block.rows]
        for block in document.patient
        if isinstance(block, Table)
    ]


def test_a_week_without_anything_says_what_that_means(library: Library) -> None:
    """Nothing known is not nothing done, and no reminder does not mean that all is well."""
    week = week_of(library, "P001", SUNDAY)
    assert (week.from_day, week.to_day, len(week.days)) == (MONDAY, SUNDAY, 7)
    text = weekly_text(week)
    assert "Nothing was recorded this week" in text
    assert "does not mean that all is well" in text
    assert tables(week) == []


def test_hours_and_the_goal(library: Library) -> None:
    """Three of seven days: 8, 9 and 4 hours, with a goal of 8 hours."""
    worn(
        library, {MONDAY + timedelta(days=n): replace(WORN, worn_h=h) for n, h in enumerate((8.0, 9.0, 4.0))}
    )
    library.record("P001").goals.add(Goal(GoalKind.WEAR_HOURS, 8.0, MONDAY))
    sentences = texts(week_of(library, "P001", SUNDAY))
    assert sentences[0] == "You wore the insoles on 3 of 7 days, 21 h in all, 7.0 h on each of those days."
    assert sentences[1].startswith("For 4 of 7 days nothing was recorded")
    assert sentences[2] == "Your goal is 8 h a day. You reached it on 2 of 7 days."


def test_a_day_of_which_nothing_is_known_is_no_row_of_zeros(library: Library) -> None:
    """It says so in words."""
    worn(library, {MONDAY: WORN})
    _, days = tables(week_of(library, "P001", SUNDAY))
    assert days[0] == ["Mon 2026-02-23", "8.0", "6000", "60", "120", "4.0"]
    assert days[1][:2] == ["Tue 2026-02-24", "nothing recorded"]


def test_too_early_for_usual_days(library: Library) -> None:
    """One day before the week: what is usual needs three."""
    worn(library, {MONDAY - timedelta(days=1): WORN, MONDAY: WORN})
    week = week_of(library, "P001", SUNDAY)
    assert {row[3] for row in tables(week)[0]} == {"too early to say"}
    assert any("too early: 1 of 3 days" in text for text in texts(week))


def test_a_week_beside_usual_days(library: Library) -> None:
    """Nine days of 5,600 to 6,400 steps before it: 4,000 a day are fewer, 8 hours are as usual."""
    before = {MONDAY - timedelta(days=n): replace(WORN, steps=6500 - 100 * n) for n in range(1, 10)}
    worn(library, before | {MONDAY + timedelta(days=n): replace(WORN, steps=4000) for n in range(7)})
    rows = {row[0]: row for row in tables(week_of(library, "P001", SUNDAY))[0]}
    assert rows["Steps"] == ["Steps", "4000", "6000 (5600-6400)", "less than usual"]
    assert rows["Hours worn"][3] == "as usual"


def test_an_unknown_body_weight_leaves_the_load_unknown(library: Library) -> None:
    """Not 0."""
    worn(library, {MONDAY: replace(WORN, load_left_bw_s=None, load_right_bw_s=None)})
    rows = {row[0]: row for row in tables(week_of(library, "P001", SUNDAY))[0]}
    assert rows["Load on both feet"][1] == "unknown"


def test_pain_and_exercises_of_the_week(library: Library) -> None:
    """By the person's own days: an entry at 23:30 UTC is of the next day in Berlin."""
    record = library.record("P001")
    for hour, score, day in ((12, 3, MONDAY), (12, 6, MONDAY), (12, 0, SUNDAY)):
        at = datetime(day.year, day.month, day.day, hour, tzinfo=UTC)
        record.diary.add(Entry(at, BodySite.KNEE, score))
    late = datetime(SUNDAY.year, SUNDAY.month, SUNDAY.day, 23, 30, tzinfo=UTC)
    record.diary.add(Entry(late, BodySite.KNEE, 10))
    goal = record.goals.add(Goal(GoalKind.EXERCISE, 1.0, MONDAY, exercise="heel-raise"))
    for number in range(2):
        record.goals.done(GoalDone(goal.id, MONDAY + timedelta(days=number), 1.0))
    week = week_of(library, "P001", SUNDAY)
    assert (week.pain_days, week.highest_pain) == (1, 6)
    assert [(one.days_done, one.days) for one in week.exercises] == [(2, 7)]


def test_it_is_one_page(library: Library, tmp_path: Path) -> None:
    """With everything on it; readable by its owner only."""
    worn(library, {SUNDAY - timedelta(days=n): WORN for n in range(30)})
    library.record("P001").goals.add(Goal(GoalKind.WEAR_HOURS, 8.0, MONDAY))
    week = replace(
        week_of(library, "P001", SUNDAY),
        reminders={"low-arch": 3, "standing-still": 2, "heel-load": 1, "unknown-rule": 1},
        helped=2,
    )
    pdf = weekly_bytes(week)
    assert pdf.count(b"/Type /Page\n") + pdf.count(b"/Type /Page ") + pdf.count(b"/Type/Page/") == 1 or (
        b"/Count 1" in pdf
    )
    path = tmp_path / "week.pdf"
    write_weekly(library, "P001", SUNDAY, path)
    assert path.read_bytes()[:5] == b"%PDF-"
    assert path.stat().st_mode & 0o077 == 0


def test_reminders_are_named_by_what_they_are_about(library: Library) -> None:
    """The most frequent first, at most three, never an identifier where there is a title."""
    week = replace(week_of(library, "P001", SUNDAY), reminders={"low-arch": 3, "standing-still": 1}, helped=1)
    sentences = " ".join(texts(week))
    assert (
        "You got 4 reminders this week: Low arch, flat foot (3 times), Standing without moving." in sentences
    )
    assert "To 1 of them you answered" in sentences
