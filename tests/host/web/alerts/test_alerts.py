"""Alerts as a person reads and answers them, with no service beside the pages."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from plantigrade.library.catalogue.library import Library
from plantigrade.library.person.entries import AlertAnswer, AnswerKind
from plantigrade.web.accounts.rights import Role
from starlette.testclient import TestClient

Browser = Callable[..., TestClient]
NOW = datetime(2026, 3, 10, 12, 0, tzinfo=UTC)
ONSET = NOW - timedelta(hours=2)
ONSET_NS = int(ONSET.timestamp()) * 1_000_000_000
RULE = "prolonged-standing"
KEY = f"{RULE}.both.{ONSET_NS}"


def found(library: Library, note: str = "notice, live", rule: str = RULE, person: str = "P001") -> None:
    """An alert that was raised two hours ago and cleared an hour later."""
    answers = library.record(person).answers
    raised, cleared = ONSET + timedelta(minutes=1), ONSET + timedelta(minutes=60)
    answers.add(AlertAnswer(rule, "both", ONSET_NS, AnswerKind.RAISED, raised, note=note, by="service"))
    answers.add(AlertAnswer(rule, "both", ONSET_NS, AnswerKind.CLEARED, cleared, None, 59.0, by="service"))


def post(browser: TestClient, **fields: str) -> Any:
    form = {"action": "answer", "form_token": "form token", "alert": KEY, "answer": "helped"} | fields
    return browser.post("/alerts", data=form)


def test_without_alerts_it_says_that_quiet_is_not_healthy(browser: Browser) -> None:
    page = browser(Role.PATIENT, "P001").get("/alerts").text
    assert "<h1>Nothing is open</h1>" in page
    assert "Quiet does not mean healthy" in page
    assert "nobody is watching now" in page
    assert "Nothing was analysed in the last 14 days, so nothing is known." in page


def test_an_earlier_alert_says_what_when_and_how_it_ended(browser: Browser, library: Library) -> None:
    found(library)
    page = browser(Role.PATIENT, "P001").get("/alerts").text
    assert "Standing for long" in page
    assert "Both feet, 11:00 to 12:00" in page
    assert "over after 60\u00a0min" in page
    assert "13 of 16" not in page


def test_an_answer_is_stored_with_who_gave_it(browser: Browser, library: Library) -> None:
    found(library)
    patient = browser(Role.PATIENT, "P001")
    answered = post(patient)
    assert (answered.status_code, answered.headers["location"]) == (303, "/alerts")
    last = library.record("P001").answers.all()[-1]
    assert (last.answer, last.by, last.at_utc) == (AnswerKind.HELPED, "P001", NOW)
    assert "“It helped”: P001, 13:00" in patient.get("/alerts").text


def test_how_it_was_is_answered_once_though_two_tabs_ask(browser: Browser, library: Library) -> None:
    found(library)
    first, second = browser(Role.PATIENT, "P001"), browser(Role.PATIENT, "P001")
    assert post(first).status_code == 303
    late = post(second, answer="wrong")
    assert late.status_code == 409
    assert "does not fit this alert any more" in late.text


def test_what_was_kept_quiet_is_listed_with_its_reason(browser: Browser, library: Library) -> None:
    found(library, "notice, live, limit an hour")
    page = browser(Role.PATIENT, "P001").get("/alerts").text
    assert "1 reminder: more than four in an hour." in page


def test_a_rule_of_another_version_is_named(browser: Browser, library: Library) -> None:
    found(library, rule="rule-of-tomorrow")
    assert "rule-of-tomorrow" in browser(Role.PATIENT, "P001").get("/alerts").text


@pytest.mark.parametrize(
    ("fields", "status"),
    [
        ({"answer": "dance"}, 400),
        ({"answer": ""}, 400),
        ({"alert": ""}, 400),
        ({"alert": "<script>alert(1)</script>.both.1"}, 409),
        ({"alert": f"{RULE}.middle.1"}, 400),
        ({"alert": f"{RULE}.both.-1"}, 400),
        ({"alert": f"{RULE}.both.99999999999999999999999"}, 400),
        ({"alert": "x" * 3000}, 400),
        ({"alert": f"{RULE}.left.5"}, 409),
        ({"answer": "later"}, 400),
        ({"answer": "later", "for": "a year"}, 400),
        ({"answer": "later", "for": "tomorrow"}, 409),
        ({"answer": "weight"}, 409),
        ({"answer": "wake"}, 409),
        ({"form_token": "another session's"}, 409),
        ({"action": "erase"}, 400),
        ({"person": "P002"}, 404),
    ],
)
def test_what_makes_no_sense_is_refused_and_changes_nothing(
    browser: Browser, library: Library, fields: dict[str, str], status: int
) -> None:
    found(library)
    before = library.record("P001").answers.all()
    refused = post(browser(Role.PATIENT, "P001"), **fields)
    assert refused.status_code == status
    assert "<script>alert" not in refused.text
    assert library.record("P001").answers.all() == before


def test_a_snooze_without_a_time_asks_for_one(browser: Browser, library: Library) -> None:
    found(library)
    page = post(browser(Role.PATIENT, "P001"), answer="later").text
    assert 'aria-describedby="for-error"' in page
    assert "Please choose for how long." in page


def test_putting_off_has_a_page_of_its_own(browser: Browser, library: Library) -> None:
    found(library)
    patient = browser(Role.PATIENT, "P001")
    page = patient.get("/alerts/later", params={"alert": KEY})
    assert page.status_code == 200
    assert 'value="tomorrow"' in page.text
    assert patient.get("/alerts/later", params={"alert": "low-arch.left.1"}).status_code == 404
    assert patient.get("/alerts/later").status_code == 400


def test_news_come_only_when_there_are_any(browser: Browser, library: Library) -> None:
    patient = browser(Role.PATIENT, "P001")
    version = patient.get("/alerts").text.split("version=")[1].split('"')[0]
    news = {"hx-request": "true"}
    assert patient.get("/alerts/news", params={"version": version}, headers=news).status_code == 204
    found(library)
    listed = patient.get("/alerts/news", params={"version": version}, headers=news)
    assert listed.status_code == 200
    assert "<html" not in listed.text
    assert "Standing for long" in listed.text


def test_a_clinician_reads_and_cannot_say_what_a_person_felt(browser: Browser, library: Library) -> None:
    found(library)
    clinician = browser(Role.CLINICIAN, shares="P001")
    page = clinician.get("/alerts", params={"person": "P001"}).text
    assert "Standing for long" in page
    assert 'name="answer"' not in page
    assert post(clinician, person="P001").status_code == 409
    assert clinician.get("/alerts", params={"person": "P002"}).status_code == 404


def test_the_document_names_its_schema_and_every_alert(browser: Browser, library: Library) -> None:
    found(library)
    document = browser(Role.PATIENT, "P001").get("/alerts.json").json()
    assert next(iter(document.items())) == ("schema", "plantigrade.alerts/1")
    (alert,) = document["alerts"]
    assert alert == {
        "rule": RULE,
        "foot": "both",
        "severity": "notice",
        "class": "live",
        "onset_utc": "2026-03-10T10:00:00Z",
        "known_utc": "2026-03-10T10:01:00Z",
        "cleared_utc": "2026-03-10T11:00:00Z",
        "state": "cleared",
        "quiet_until_utc": None,
        "held_back_by": None,
        "helped": None,
        "helped_after_min": None,
        "answer": None,
        "answered_by": None,
        "answered_utc": None,
    }
    lines = browser(Role.PATIENT, "P001").get("/alerts.csv").text.splitlines()
    assert lines[0].startswith("rule,foot,severity,class,onset_utc")
    assert len(lines) == 2


def test_an_engineer_sees_none(browser: Browser) -> None:
    assert browser(Role.ENGINEER).get("/alerts", params={"person": "P001"}).status_code in (403, 404)
