"""Open alerts and their answers, with the service's alerts beside the pages."""

import re
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from plantigrade.library.person.entries import AnswerKind
from plantigrade.posture.rules_engine.rules import Severity
from plantigrade.service.alerts.life import AlertKey
from plantigrade.web.accounts.rights import Role
from plantigrade.web.formats import Formats
from plantigrade.web.pages.alerts.alert_card import key_text
from plantigrade.web.words import words_of
from starlette.testclient import TestClient

from tests.host.web.alerts.conftest import Running

STANDING = "prolonged-standing"
CRITICAL = "sustained-pressure"


def post(browser: TestClient, key: AlertKey, answer: str, **fields: str) -> Any:
    form = {"action": "answer", "form_token": "form token", "alert": key_text(key), "answer": answer}
    return browser.post("/alerts", data=form | fields)


def answers(running: Running) -> list[tuple[AnswerKind, str]]:
    """What people answered, as it is stored."""
    stored = running.site.library.record("P001").answers.all()
    return [(one.answer, one.by) for one in stored if one.by != "service"]


def test_an_open_alert_says_what_where_since_when_and_what_now(running: Running) -> None:
    key = running.raise_alert(STANDING)
    page = running.open_browser().get("/alerts").text
    assert "<h1>1 reminder is open</h1>" in page
    assert "<strong>Reminder</strong>, both feet" in page
    onset = Formats(words_of("en"), ZoneInfo("Europe/Berlin"), running.now().date()).time(key.onset_utc_ns)
    assert re.search(rf"since (yesterday )?{onset}<", page)
    assert "Sit down or walk for a few minutes." in page
    assert 'href="/what-helps?for=prolonged-standing"' in page
    assert "told as it happened" in page
    assert "nobody is watching" not in page


def test_today_shows_it_first_and_an_answer_leads_back(running: Running) -> None:
    key = running.raise_alert(STANDING)
    patient = running.open_browser()
    page = patient.get("/").text
    assert "<h1>One thing to do now</h1>" in page
    assert "You have been standing for an hour." in page
    assert post(patient, key, "seen", back="today").headers["location"] == "/"
    assert answers(running) == [(AnswerKind.SEEN, "P001")]
    after = patient.get("/").text
    assert "You have been standing for an hour." not in after
    assert "See all alerts" in after


def test_seen_then_how_it_was(running: Running) -> None:
    key = running.raise_alert(STANDING)
    patient = running.open_browser()
    post(patient, key, "seen")
    page = patient.get("/alerts").text
    assert "Seen by P001, " in page
    assert 'value="did-not-help"' in page
    running.clear(key)
    assert re.search(r"helped in \d\u00a0s", patient.get("/alerts").text)


def test_put_off_and_woken(running: Running) -> None:
    key = running.raise_alert(STANDING)
    patient = running.open_browser()
    assert post(patient, key, "later", **{"for": "30-min"}).status_code == 303
    page = patient.get("/alerts").text
    assert "<h1>Nothing open, one asleep until " in page
    assert "Only this reminder sleeps" in page
    assert post(patient, key, "wake").status_code == 303
    assert "<h1>1 reminder is open</h1>" in patient.get("/alerts").text
    assert [kind for kind, _ in answers(running)] == [AnswerKind.SNOOZED, AnswerKind.WOKEN]


def test_a_critical_one_has_no_later(running: Running) -> None:
    running.raise_alert(STANDING)
    key = running.raise_alert(CRITICAL, "left", Severity.CRITICAL, 16.0)
    patient = running.open_browser()
    page = patient.get("/alerts").text
    assert "<h1>Act now: take the weight off</h1>" in page
    before, card = page.split("</article>")[0].split("<article")
    assert before.endswith('<div role="alert">')
    assert "I have taken the weight off" in card
    assert "popover" not in card
    assert 'value="wrong"' not in card
    for refused in ("later", "seen", "wrong", "wake"):
        assert post(patient, key, refused, **{"for": "15-min"}).status_code == 409
    assert post(patient, key, "weight").status_code == 303
    assert "Weight taken off, quiet until" in patient.get("/alerts").text
    assert answers(running) == [(AnswerKind.WEIGHT_TAKEN_OFF, "P001")]


def test_only_a_new_critical_one_is_announced(running: Running) -> None:
    running.raise_alert(STANDING)
    patient = running.open_browser()
    lists = patient.get("/alerts").text.split('id="alert-lists"')[1]
    assert 'role="alert"' not in lists


@pytest.mark.parametrize("name", ["seen", "later", "wrong"])
def test_an_answer_in_a_second_tab_after_it_ended_is_refused_or_taken_once(
    running: Running, name: str
) -> None:
    key = running.raise_alert(STANDING)
    patient = running.open_browser()
    running.clear(key)
    status = post(patient, key, name, **{"for": "15-min"}).status_code
    assert status == (303 if name == "wrong" else 409)


def test_news_are_the_lists_alone(running: Running) -> None:
    patient = running.open_browser()
    version = patient.get("/alerts").text.split("version=")[1].split('"')[0]
    running.raise_alert(CRITICAL, "right", Severity.CRITICAL, 16.0)
    news = patient.get("/alerts/news", params={"version": version}, headers={"hx-request": "true"}).text
    assert 'role="alert"' in news
    assert "right foot" in news


def test_the_title_counts_again_when_the_list_changes(running: Running) -> None:
    """The heading stands outside the list, so the list brings it along."""
    patient = running.open_browser()
    version = patient.get("/alerts").text.split("version=")[1].split('"')[0]
    running.raise_alert(STANDING)
    news = patient.get("/alerts/news", params={"version": version}, headers={"hx-request": "true"}).text
    assert "1 reminder is open" in news


def test_a_clinician_reads_the_clinician_s_text_and_can_only_say_that_it_was_seen(running: Running) -> None:
    key = running.raise_alert(STANDING)
    critical = running.raise_alert(CRITICAL, "left", Severity.CRITICAL, 16.0)
    running.accounts.shares["clinician"] = frozenset({"P001"})
    clinician = running.open_browser(Role.CLINICIAN, None)
    page = clinician.get("/alerts", params={"person": "P001"}).text
    assert "For clinicians: Spell of standing above the level" in page
    assert "I have taken the weight off" not in page
    assert post(clinician, critical, "weight", person="P001").status_code == 409
    assert post(clinician, key, "later", person="P001", **{"for": "15-min"}).status_code == 409
    seen = post(clinician, key, "seen", person="P001")
    assert seen.headers["location"] == "/alerts?person=P001"
    assert answers(running) == [(AnswerKind.SEEN, "clinician")]
