"""A day beside usual days: what is said when, and what is not known."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from plantigrade.library.catalogue.library import Library
from plantigrade.library.catalogue.person_tables import WearDayRow
from plantigrade.library.entries import Person
from plantigrade.library.person.documents import as_document
from plantigrade.library.person.entries import Goal, GoalKind, WearDay
from plantigrade.library.wear_history import adherence, history, target_on
from plantigrade.posture.baseline.usual import Place, against_usual, usual_of
from plantigrade.service.day.today import day_of

from tests.host.service.workers.walks import stored

DAY = date(2026, 3, 1)
WORN = WearDay(8.0, 6000, 5800, 60.0, 120.0, 7200.0, 7200.0, 9.0)


def days_before(values: list[float]) -> dict[date, float]:
    """The last value is of the day before `DAY`."""
    return {DAY - timedelta(days=len(values) - place): value for place, value in enumerate(values)}


@pytest.mark.parametrize(
    ("earlier", "today", "is_over", "place"),
    [
        ([], 5.0, True, Place.TOO_EARLY),
        ([5.0, 6.0], 5.0, True, Place.TOO_EARLY),
        ([5.0, 6.0, 7.0], None, True, Place.NO_DATA),
        ([5.0, 6.0, 7.0], 6.5, True, Place.WITHIN),
        ([5.0, 6.0, 7.0], 7.5, True, Place.ABOVE),
        ([5.0, 6.0, 7.0], 4.0, True, Place.BELOW),
        ([5.0, 6.0, 7.0], 4.0, False, Place.NOT_YET),
        ([5.0, 6.0, 7.0], 7.5, False, Place.ABOVE),
    ],
)
def test_where_a_day_lies(earlier: list[float], today: float | None, is_over: bool, place: Place) -> None:
    """Below is said of a day that is over only; above can be said as soon as it is so."""
    values = days_before(earlier) | ({} if today is None else {DAY: today})
    assert against_usual(DAY, values, is_over).place is place


def test_usual_days_on_paper() -> None:
    """Nineteen days of 1 to 19: the median is 10; between the 2nd and the 18th lies a further day in
    (20 - 4) / 20 = 80 of 100 cases."""
    usual = usual_of([float(value) for value in range(1, 20)])
    assert (usual.median, usual.low, usual.high, usual.coverage) == (10.0, 2.0, 18.0, pytest.approx(0.8))


def test_too_early_says_how_many_days_there_are() -> None:
    """In the words of the page."""
    assert usual_of([1.0]).too_early == "too early: 1 of 3 days"
    assert usual_of([1.0, 2.0, 3.0]).too_early == ""


@given(st.lists(st.floats(0, 1e5), min_size=3, max_size=40))
def test_the_interval_holds_the_median_and_says_its_coverage(values: list[float]) -> None:
    """Of the latest 28 days; nearly 80 of 100 further days lie in it as soon as there are nine."""
    usual = usual_of(values)
    latest = values[-28:]
    assert usual.days == len(latest)
    assert usual.low is not None and usual.high is not None and usual.median is not None
    assert min(latest) <= usual.low <= usual.median <= usual.high <= max(latest)
    assert usual.coverage is not None
    assert usual.coverage >= 0.5
    if len(latest) >= 9:
        assert 0.8 - 1e-9 <= usual.coverage < 0.9


def test_days_longer_ago_than_four_weeks_do_not_count() -> None:
    """Only the 28 days before the day; a day that is unknown is left out, not taken as 0."""
    old = {DAY - timedelta(days=29 + n): 100.0 for n in range(20)}
    recent = {DAY - timedelta(days=n): 5.0 for n in (1, 3, 28)}
    assert against_usual(DAY, old | recent | {DAY: 5.0}).usual.median == 5.0


def test_the_goal_that_began_last_holds() -> None:
    """A goal ends with its last day; another kind of goal is none of wear."""
    goals = [
        Goal(GoalKind.WEAR_HOURS, 6.0, DAY - timedelta(days=10), DAY),
        Goal(GoalKind.WEAR_HOURS, 8.0, DAY, id=2),
        Goal(GoalKind.EXERCISE, 1.0, DAY, exercise="heel-raise", id=3),
    ]
    targets = [target_on(goals, DAY + timedelta(days=n)) for n in (-11, -1, 0, 1)]
    assert targets == [None, 6.0, 8.0, 8.0]
    assert adherence([goals[2]], {}, DAY, DAY) is None


def test_unknown_days_are_in_the_history_and_met_no_goal() -> None:
    """Each day once, in order; a day without data is None."""
    goals = [Goal(GoalKind.WEAR_HOURS, 8.0, DAY)]
    found = history(goals, {DAY: WORN}, DAY - timedelta(days=1), DAY + timedelta(days=1))
    assert [(one.wear, one.target_h) for one in found] == [(None, None), (WORN, 8.0), (None, 8.0)]
    met = adherence(goals, {DAY: WORN}, DAY, DAY + timedelta(days=1))
    assert met is not None
    assert (met.days, met.days_known, met.days_met) == (2, 1, 1)


def test_today_of_a_person(tmp_path: Path) -> None:
    """By the person's own midnight: at 23:30 UTC it is tomorrow in Berlin."""
    library = Library(tmp_path)
    library.add_person(Person("P001", time_zone="Europe/Berlin"))
    name = stored(library, person="P001")
    with library.store.write() as session:
        for number in range(5):
            day = (DAY - timedelta(days=number)).isoformat()
            wear = as_document(replace(WORN, steps=6000 - 2000 * (number == 0)))
            session.add(WearDayRow(person_id=1, recording_id=name, day=day, document=wear))
    late = datetime(2026, 3, 1, 22, 30, tzinfo=UTC)
    today = day_of(library, "P001", late)
    assert (today.day, today.is_over, today.wear is not None) == (DAY, False, True)
    steps = {line.measure.name: line.found for line in today.lines}["steps"]
    assert (steps.place, steps.usual.days) == (Place.NOT_YET, 4)
    assert len(today.history) == 28
    tomorrow = day_of(library, "P001", late + timedelta(hours=1))
    assert (tomorrow.day, tomorrow.wear) == (DAY + timedelta(days=1), None)
    yesterday = day_of(library, "P001", late + timedelta(hours=1), DAY)
    assert yesterday.is_over
    assert {line.measure.name: line.found.place for line in yesterday.lines}["steps"] is Place.BELOW
