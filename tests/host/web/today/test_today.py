"""Today: is there something to do, how is today against usual, and what needs a hand."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from plantigrade.library.catalogue.claims import answer_claim, claims_of
from plantigrade.library.catalogue.library import Library
from plantigrade.library.catalogue.store import LibraryError
from plantigrade.library.catalogue.tables import DeviceRow, RecordingDeviceRow
from plantigrade.library.person.entries import AnswerKind, Goal, GoalKind, Unassigned, WearDay
from plantigrade.service.day.warnings import DayWarning, WarningKind
from plantigrade.service.events import InsoleState, LinkState
from plantigrade.web.accounts.rights import Role
from plantigrade.web.formats import NBSP, Formats
from plantigrade.web.pages.today.measures import hours_of, hours_text
from plantigrade.web.pages.today.watch import ServiceFacts, warning_texts
from plantigrade.web.words import words_of
from starlette.testclient import TestClient

from tests.host.web.findings_kit import analysed, recording

Browser = Callable[..., TestClient]
NOW = datetime(2026, 3, 10, 12, 0, tzinfo=UTC)
TODAY = date(2026, 3, 10)


def post(browser: TestClient, action: str, **fields: str) -> Any:
    return browser.post("/", data={"action": action, "form_token": "form token"} | fields)


def worn(library: Library, steps_of_day: dict[int, int]) -> None:
    """Days by how long ago they are, each with its steps, four hours worn."""
    of = recording(library, "P001", NOW - timedelta(hours=3))
    days = {
        TODAY - timedelta(days=back): WearDay(4.0, steps, steps, 60.0, 90.0, 100.0, 100.0, 5.0)
        for back, steps in steps_of_day.items()
    }
    library.record("P001").days.put_all(of, days)


def test_a_new_person_finds_three_steps_and_no_figures(browser: Browser) -> None:
    page = browser(Role.PATIENT, "P001").get("/").text
    assert "<h1>Three steps to your first day</h1>" in page
    assert 'href="/first-run"' in page
    assert page.count('class="draw"') == 3
    assert "Days so far: 0 of 3" in page
    assert 'class="spot"' not in page


def test_before_a_baseline_it_says_how_many_days_there_are(browser: Browser, library: Library) -> None:
    worn(library, {0: 4000, 1: 5000})
    page = browser(Role.PATIENT, "P001").get("/").text
    assert "<h1>Nothing to do now</h1>" in page
    assert "too early to say what is usual: 1 of 3 days" in page
    assert "4,000" in page
    assert 'class="spot"' not in page


def test_today_stands_beside_the_usual_interval(browser: Browser, library: Library) -> None:
    worn(library, {0: 9000, 1: 4000, 2: 5000, 3: 6000, 4: 5500})
    page = browser(Role.PATIENT, "P001").get("/").text
    assert "<strong>more than usual</strong>: 4,000 to 6,000" in page
    assert f"as usual: 4{NBSP}h<" in page


def test_a_day_of_which_nothing_is_known_is_not_nought(browser: Browser, library: Library) -> None:
    worn(library, {1: 4000, 2: 5000, 3: 6000})
    page = browser(Role.PATIENT, "P001").get("/").text
    assert "Nothing was recorded today, so nothing is known of today." in page
    assert '<span class="is">not known</span>' in page
    assert '<span class="is">0' not in page


def test_wear_is_set_beside_its_goal(browser: Browser, library: Library) -> None:
    worn(library, {0: 4000, 1: 5000})
    library.record("P001").goals.add(Goal(GoalKind.WEAR_HOURS, 3.0, TODAY - timedelta(days=9)))
    page = browser(Role.PATIENT, "P001").get("/").text
    assert f"4{NBSP}h of 3{NBSP}h meant for today" in page
    assert "Goal reached on 2 of the 2 days that are known, of 10 days in all." in page


def test_planned_exercises_are_ticked_here(browser: Browser, library: Library) -> None:
    worn(library, {1: 4000})
    library.record("P001").goals.add(Goal(GoalKind.EXERCISE, 1.0, TODAY, None, "short-foot"))
    patient = browser(Role.PATIENT, "P001")
    page = patient.get("/").text
    assert "<h1>One exercise for today</h1>" in page
    assert page.count("btn main") == 1
    form = {"action": "done", "form_token": "form token", "listed": "short-foot", "back": "today"}
    ticked = patient.post("/what-helps", data=form | {"done-short-foot": "yes"})
    assert ticked.headers["location"] == "/"
    assert "the planned exercises of today are done" in patient.get("/").text


def test_the_diary_is_asked_for_once(browser: Browser) -> None:
    patient = browser(Role.PATIENT, "P001")
    assert "How do your feet feel today?" in patient.get("/").text
    entry = {"place": "knee", "side": "left", "score": "2", "action": "save", "form_token": "form token"}
    patient.post("/diary", data=entry)
    page = patient.get("/").text
    assert "entry is written: Knee, left: 2 of 10." in page
    assert "1 of 14 days" in page


def test_steps_by_the_hour_leave_gaps_where_nothing_is_known(browser: Browser, library: Library) -> None:
    analysed(library, recording(library, "P001", NOW - timedelta(hours=4)), steps=(120, 0, 900))
    page = browser(Role.PATIENT, "P001").get("/").text
    assert "Steps by the hour from 6:00 to 13:00: most from 11:00, 900. No data in 5 hours." in page
    assert page.count('class="band gap"') == 5


def test_without_steps_there_is_no_chart_of_hours() -> None:
    formats = Formats(words_of("en"), UTC, TODAY)
    yesterday = {NOW.replace(minute=0) - timedelta(days=1): 300}
    assert hours_of(yesterday, NOW, formats) == ()
    (hour,) = hours_of({NOW.replace(hour=2): 10}, NOW.replace(hour=2), formats)
    assert hours_text((hour,), formats) == "Steps by the hour from 2:00 to 2:00: most from 2:00, 10."


def test_without_the_bridge_it_says_that_nobody_watches(browser: Browser, library: Library) -> None:
    record = library.record("P001")
    record.rules.switch_on("sustained-pressure", 4.7, 900, reason="reduced feeling", by="clinician")
    patient = browser(Role.PATIENT, "P001")
    page = patient.get("/").text
    assert "Not watching: do not rely on reminders." in page
    assert "This is a reminder, not a safety device." in page
    assert post(patient, "confirm").headers["location"] == "/"
    (answered,) = record.answers.all()
    assert (answered.answer, answered.by) == (AnswerKind.REMINDER_CONFIRMED, "P001")
    assert "You confirmed this: 13:00." in patient.get("/").text


def test_a_person_without_critical_rules_reads_nothing_of_watching(browser: Browser) -> None:
    assert "Not watching" not in browser(Role.PATIENT, "P001").get("/").text


@pytest.mark.parametrize(
    ("kind", "urgent", "left", "english", "german"),
    [
        (WarningKind.BATTERY, False, None, "Charge it tonight.", "Laden Sie sie heute Abend."),
        (
            WarningKind.BATTERY,
            False,
            3.0,
            "It lasts for about 3 h: charge it soon.",
            "Er reicht noch etwa 3 h",
        ),
        (WarningKind.BATTERY, True, 1.0, "Charge it now.", "Laden Sie sie jetzt."),
        (WarningKind.LOG, False, None, f"its memory is 93{NBSP}% full. Bring", "Bringen Sie sie in die Nähe"),
        (WarningKind.LOG, True, 0.2, "full in about 1 h", "in etwa 1 h ganz voll"),
    ],
)
def test_a_warning_says_which_insole_and_what_to_do(
    kind: WarningKind, urgent: bool, left: float | None, english: str, german: str
) -> None:
    insole = InsoleState("A1", "left", LinkState.CONNECTED, None, 15, False, 93.0, (), 0, "P001", "daily")
    facts = ServiceFacts(
        warnings=(DayWarning(kind, "A1", "P001", "", urgent, left, "hours"),), insoles=(insole,)
    )
    (text,) = warning_texts(facts, Formats(words_of("en"), UTC, TODAY))
    assert text.startswith("Left insole: ")
    assert english in text
    (text,) = warning_texts(facts, Formats(words_of("de"), UTC, TODAY))
    assert german in text


def waiting(library: Library, serials: dict[str, str] | None = None) -> str:
    """A recording of nobody; its insoles with the people who had them."""
    of = recording(library, None, NOW - timedelta(hours=5), Unassigned.UNKNOWN_INSOLE.value)
    with library.store.write() as session:
        for foot, serial in zip(("left", "right"), serials or {}, strict=False):
            if session.get(DeviceRow, serial) is None:
                session.add(DeviceRow(serial=serial, side=foot, layout=1, firmware="1"))
            session.add(RecordingDeviceRow(recording_id=of, serial=serial, foot=foot))
    for serial, person in (serials or {}).items():
        library.record(person).insoles.assign(serial, NOW - timedelta(days=9))
    return of


def test_a_recording_of_one_s_own_insoles_is_claimed(browser: Browser, library: Library) -> None:
    of = waiting(library, {"A1": "P001"})
    patient = browser(Role.PATIENT, "P001")
    assert "Whose recording is this?" in patient.get("/").text
    assert post(patient, "claim", recording=of, answer="mine").headers["location"] == "/"
    assert library.entry(of).person == "P001"
    assert post(patient, "claim", recording=of, answer="mine").status_code == 409


def test_a_stranger_s_recording_is_not_offered_and_cannot_be_claimed(
    browser: Browser, library: Library
) -> None:
    """Two people, and insoles that were never either's: no one of them may take it."""
    of = waiting(library)
    patient = browser(Role.PATIENT, "P001")
    assert "Whose recording is this?" not in patient.get("/").text
    assert post(patient, "claim", recording=of, answer="mine").status_code == 409
    assert library.entry(of).person is None


def test_a_no_leaves_it_to_the_other_who_may_say_yes(library: Library) -> None:
    of = waiting(library, {"A1": "P001", "B1": "P002"})
    answer_claim(library, "P001", of, is_theirs=False)
    assert [one.recording.id for one in claims_of(library, "P002")] == [of]
    answer_claim(library, "P002", of, is_theirs=True)
    with pytest.raises(LibraryError, match="does not wait"):
        answer_claim(library, "P001", of, is_theirs=True)


def test_a_no_of_the_only_one_sets_it_aside(library: Library) -> None:
    of = waiting(library, {"A1": "P001"})
    answer_claim(library, "P001", of, is_theirs=False)
    assert claims_of(library, "P001") == []
    assert library.entry(of).person is None


@pytest.mark.parametrize("answer", ["", "perhaps", "<script>"])
def test_an_answer_that_is_none_is_refused(browser: Browser, library: Library, answer: str) -> None:
    of = waiting(library, {"A1": "P001"})
    assert post(browser(Role.PATIENT, "P001"), "claim", recording=of, answer=answer).status_code == 400


def test_the_document_says_what_is_not_known(browser: Browser, library: Library) -> None:
    worn(library, {1: 4000})
    document = browser(Role.PATIENT, "P001").get("/today.json").json()
    assert document["schema"] == "plantigrade.today/1"
    assert document["measures"][1] == {
        "measure": "steps",
        "unit": "steps",
        "value": None,
        "place": None,
        "usual_low": None,
        "usual_median": None,
        "usual_high": None,
        "usual_days": 1,
        "coverage": None,
    }


@pytest.mark.parametrize("path", ["/", "/alerts", "/diary", "/what-helps"])
def test_a_german_reader_reads_german(browser: Browser, library: Library, path: str) -> None:
    worn(library, {0: 4000, 1: 5000})
    page = browser(Role.PATIENT, "P001").get(path, headers={"accept-language": "de-DE,de;q=0.9"})
    assert page.status_code == 200
    assert '<html lang="de"' in page.text
