"""Who needs a look: open alerts, silence, what is missing; by few questions to the database."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from plantigrade.library.catalogue.at_a_glance import sharing_with
from plantigrade.library.catalogue.library import Library
from plantigrade.library.catalogue.person_tables import AlertAnswerRow, ConsentRow, WearDayRow
from plantigrade.library.entries import Person
from plantigrade.library.person.entries import AlertAnswer, AnswerKind
from plantigrade.service.alerts.stored import open_alerts, stored_alerts
from plantigrade.service.events import InsoleState, LinkState
from plantigrade.service.people.course import EventKind, course_of
from plantigrade.service.people.overview import Need, people_overview, with_days
from sqlalchemy import event

from tests.host.web.people.people_kit import NOW, TODAY, many, ns, raised, recorded, shared

CODES = {"P001", "P002"}


@pytest.fixture
def library(tmp_path: Path) -> Iterator[Library]:
    """Two people without recordings."""
    with Library(tmp_path / "data") as opened:
        for code in sorted(CODES):
            opened.add_person(Person(code, time_zone="Europe/Berlin"))
        yield opened


def needs(library: Library, now: datetime = NOW) -> dict[str, Need]:
    """Who is in which group."""
    return {one.code: one.need for one in people_overview(library, CODES, now)}


def insole(person: str | None, *faults: str) -> InsoleState:
    """An insole of somebody."""
    return InsoleState("A1", "left", LinkState.CONNECTED, None, 80, False, None, faults, 0, person, "daily")


def test_someone_without_any_data_is_silent(library: Library) -> None:
    assert needs(library) == {"P001": Need.SILENT, "P002": Need.SILENT}
    (first, _) = people_overview(library, CODES, NOW)
    assert (first.latest_utc, first.open_alerts, first.missing_share) == (None, None, None)


@pytest.mark.parametrize(("days", "need"), [(3.9, Need.NOTHING), (4.1, Need.SILENT)])
def test_silence_begins_after_four_days(library: Library, days: float, need: Need) -> None:
    recorded(library, "P001", {0: 3.0})
    assert needs(library, NOW - timedelta(hours=1) + timedelta(days=days))["P001"] is need


@pytest.mark.parametrize(("missing", "need"), [(0.04, Need.NOTHING), (0.06, Need.LOOK)])
def test_much_that_is_missing_needs_a_look(library: Library, missing: float, need: Need) -> None:
    recorded(library, "P001", {0: 3.0}, missing=missing)
    assert needs(library)["P001"] is need


def test_a_fault_of_an_insole_needs_a_look(library: Library) -> None:
    recorded(library, "P001", {0: 3.0})
    insoles = [insole("P001", "sensor 7 is silent"), insole(None, "x"), insole("P003", "y")]
    (one, _) = people_overview(library, CODES, NOW, insoles)
    assert (one.need, one.faults) == (Need.LOOK, ("left: sensor 7 is silent",))


@pytest.mark.parametrize(
    ("hours_ago", "note", "cleared", "is_open"),
    [
        (1, "warning, live", False, True),
        (1, "warning, live", True, False),
        (1, "notice, live, snoozed", False, False),
        (25, "warning, live", False, False),
        (1, "nothing that can be read", False, False),
    ],
)
def test_what_counts_as_open(
    library: Library, hours_ago: int, note: str, cleared: bool, is_open: bool
) -> None:
    recorded(library, "P001", {0: 3.0})
    raised(library, "P001", "low-arch", "left", NOW - timedelta(hours=hours_ago), note, cleared)
    assert (needs(library)["P001"] is Need.LOOK) is is_open


def test_an_alert_that_came_again_is_open_again() -> None:
    def entry(kind: AnswerKind, minutes: int) -> AlertAnswer:
        at = NOW - timedelta(minutes=minutes)
        onset = ns(NOW - timedelta(minutes=120 if minutes > 60 else 60))
        return AlertAnswer("low-arch", "left", onset, kind, at, note="warning, live", id=-minutes)

    raised_, cleared = AnswerKind.RAISED, AnswerKind.CLEARED
    entries = [entry(raised_, 119), entry(cleared, 100), entry(raised_, 60), entry(raised_, 59)]
    alerts = stored_alerts(entries, ns(NOW))
    assert [alert.cleared_utc_ns is None for alert in alerts] == [True, False]
    assert len(open_alerts(alerts)) == 1


def test_days_are_those_of_the_person(library: Library) -> None:
    library.change_person(Person("P001", time_zone="Pacific/Auckland"))
    recorded(library, "P001", {0: 3.0, 2: 5.0})
    found = {one.code: one for one in with_days(library, people_overview(library, CODES, NOW), NOW)}
    assert found["P001"].days[-2:] == (3.0, None), "there it is tomorrow already"
    assert (found["P001"].worn_h_a_day, found["P001"].days_known) == (4.0, 2)
    assert found["P002"].worn_h_a_day is None


def test_what_cannot_be_read_of_one_person_spoils_no_list(library: Library) -> None:
    recorded(library, "P001", {0: 3.0})
    recorded(library, "P002", {0: 3.0})
    raised(library, "P001", "low-arch", "left", NOW - timedelta(hours=1))
    shared(library, "P001", "clinician")
    with library.store.write() as session:
        for row in (AlertAnswerRow, ConsentRow, WearDayRow):
            broken = sa.update(row).where(row.person_id == 1)
            session.execute(broken.values(document=sa.text("'not JSON'")))
    found = {one.code: one for one in with_days(library, people_overview(library, CODES, NOW), NOW)}
    assert (found["P001"].need, found["P001"].worn_h_a_day) == (Need.NOTHING, None)
    assert found["P002"].worn_h_a_day == 3.0
    assert sharing_with(library, "clinician", NOW) == {}


def test_a_hundred_people_take_as_many_questions_as_one(library: Library) -> None:
    codes = many(library, 100, 3)
    asked: list[str] = []

    @event.listens_for(library.store.engine, "before_cursor_execute")
    def note(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        asked.append(statement)

    counts: list[int] = []
    for some in (codes[:1], codes):
        people_overview(library, set(some), NOW)  # the first look of the hour is logged
        asked.clear()
        with_days(library, people_overview(library, set(some), NOW), NOW)
        counts.append(len([one for one in asked if one.startswith("SELECT")]))
    assert counts[0] == counts[1] <= 5


def test_sharing_that_was_given_again_holds(library: Library) -> None:
    shared(library, "P001", "clinician", withdrawn=True)
    (found,) = sharing_with(library, "clinician", NOW).values()
    assert found.ended_utc is not None
    shared(library, "P001", "clinician")
    (found,) = sharing_with(library, "clinician", NOW).values()
    assert found.ended_utc is None
    assert sharing_with(library, "somebody else", NOW) == {}


def test_the_course_has_every_day_and_what_began(library: Library) -> None:
    recorded(library, "P001", {0: 3.0, 1: 5.0})
    record = library.record("P001")
    record.rules.edit("low-arch", "raise_level", 0.38, reason="x", by="y", at=NOW)
    course = course_of(library, "P001", TODAY, 2)
    assert len(course.days) == 14
    assert [day.wear is None for day in course.days[-3:]] == [True, False, False]
    assert course.days[-1].left_share_pct == pytest.approx(100 * 9 / 17)
    assert [(one.day, one.kind) for one in course.events] == [(TODAY, EventKind.LEVEL)]
    assert (course.metric, course.metrics, course.pains) == ("", (), 0)
