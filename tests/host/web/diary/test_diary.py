"""The diary: entries are written, changed and taken back; a day without one is not known, not 0."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from plantigrade.library.catalogue.library import Library
from plantigrade.posture.baseline.baseline import Day
from plantigrade.posture.diary.diary import BodySite, Entry
from plantigrade.web.accounts.rights import Role
from starlette.testclient import TestClient

Browser = Callable[..., TestClient]
BERLIN = ZoneInfo("Europe/Berlin")
NOW = datetime(2026, 3, 10, 12, 0, tzinfo=UTC).astimezone(BERLIN)
ENTRY = {"place": "knee", "side": "left", "score": "2", "note": "on stairs", "day": "2026-03-10"}


def post(browser: TestClient, action: str = "save", **fields: str) -> Any:
    form = {"action": action, "form_token": "form token"} | (ENTRY if action == "save" else {}) | fields
    return browser.post("/diary", data=form)


def entries(library: Library, person: str = "P001") -> list[Entry]:
    return library.record(person).diary.entries()


def test_an_empty_diary_asks_and_warns(browser: Browser) -> None:
    page = browser(Role.PATIENT, "P001").get("/diary").text
    assert "<h1>How do you feel today?</h1>" in page
    assert "Numbness between the legs" in page
    assert "There is no entry yet." in page
    assert "It is too early to say" in page


def test_an_entry_is_stored_shown_and_can_be_taken_back(browser: Browser, library: Library) -> None:
    patient = browser(Role.PATIENT, "P001")
    saved = post(patient)
    assert saved.status_code == 303
    assert entries(library) == [Entry(NOW, BodySite.KNEE, 2, "left", "on stairs")]
    page = patient.get(saved.headers["location"]).text
    assert "s entry is written</h1>" in page
    assert "Knee, left: 2 of 10" in page
    assert "Undo" in page
    number = saved.headers["location"].split("=")[1]
    assert post(patient, "remove", number=number).headers["location"] == "/diary"
    assert entries(library) == []
    assert post(patient, "remove", number=number).status_code == 303


def test_an_entry_is_changed_in_its_place(browser: Browser, library: Library) -> None:
    patient = browser(Role.PATIENT, "P001")
    number = post(patient).headers["location"].split("=")[1]
    form = patient.get("/diary", params={"change": number}).text
    assert "on stairs</textarea>" in form
    assert post(patient, number=number, score="5").headers["location"] == "/diary"
    assert entries(library) == [Entry(NOW, BodySite.KNEE, 5, "left", "on stairs")]


def test_an_entry_of_an_earlier_day_is_that_day_s(browser: Browser, library: Library) -> None:
    post(browser(Role.PATIENT, "P001"), day="2026-03-08", score="0", side="none")
    (entry,) = entries(library)
    assert (entry.at.date().isoformat(), entry.score, entry.side) == ("2026-03-08", 0, "")


def test_an_entry_that_another_window_removed_is_not_lost(browser: Browser, library: Library) -> None:
    patient = browser(Role.PATIENT, "P001")
    number = post(patient).headers["location"].split("=")[1]
    library.record("P001").diary.remove(int(number))
    page = post(patient, number=number, note="words that took a while")
    assert page.status_code == 400
    assert "words that took a while</textarea>" in page.text
    assert "no longer there" in page.text


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"place": ""}, "place"),
        ({"place": "tail"}, "place"),
        ({"side": ""}, "side"),
        ({"side": "up"}, "side"),
        ({"score": ""}, "score"),
        ({"score": "11"}, "score"),
        ({"score": "-1"}, "score"),
        ({"score": "2.5"}, "score"),
        ({"score": "٣"}, "score"),
        ({"note": "x" * 1001}, "note"),
        ({"day": "2026-03-11"}, "day"),
        ({"day": "2026-02-01"}, "day"),
        ({"day": "tomorrow"}, "day"),
    ],
)
def test_a_bad_field_is_named_at_the_field_and_nothing_is_lost(
    browser: Browser, library: Library, fields: dict[str, str], field: str
) -> None:
    page = post(browser(Role.PATIENT, "P001"), **{"note": "my words", **fields})
    assert page.status_code == 400
    assert f'id="{field}-error"' in page.text
    assert f'aria-describedby="{field}-error"' in page.text
    assert fields.get("note", "my words") in page.text
    assert entries(library) == []


@pytest.mark.parametrize(
    ("action", "fields", "status"),
    [
        ("save", {"note": "x" * 30_000}, 400),
        ("save", {"number": "two"}, 400),
        ("save", {"form_token": "another session's"}, 409),
        ("save", {"person": "P002"}, 404),
        ("remove", {"number": "-1"}, 400),
        ("remove", {"number": ""}, 400),
        ("burn", {}, 400),
    ],
)
def test_what_makes_no_sense_is_refused(
    browser: Browser, library: Library, action: str, fields: dict[str, str], status: int
) -> None:
    assert post(browser(Role.PATIENT, "P001"), action, **fields).status_code == status
    assert entries(library) == entries(library, "P002") == []


def test_a_note_is_text_and_nothing_else(browser: Browser) -> None:
    patient = browser(Role.PATIENT, "P001")
    post(patient, note="<script>alert(1)</script>")
    page = patient.get("/diary").text
    assert "<script>alert" not in page
    assert "&lt;script&gt;" in page


def test_a_day_without_an_entry_is_a_gap(browser: Browser, library: Library) -> None:
    diary = library.record("P001").diary
    for back, score in ((1, 3), (2, 0)):
        diary.add(Entry(NOW - timedelta(days=back), BodySite.KNEE, score, "left"))
    page = browser(Role.PATIENT, "P001").get("/diary").text
    assert "2 of 14 days" in page
    assert page.count('class="band gap"') == 12
    assert page.count('<td class="num">not known<') == 12
    assert "Knee, pain from 0 to 10 on 14 days: 2 with an entry between 0 and 3, 12 without." in page


def learned(library: Library, days: int) -> None:
    """Days with more steps where the knee hurt more."""
    record = library.record("P001")
    for back in range(1, days + 1):
        at, score = NOW - timedelta(days=back), back * 7 % 5
        record.diary.add(Entry(at, BodySite.KNEE, score, "left"))
        loads = {"steps": 3000.0 + 1000.0 * score + back}
        record.baseline.learn(Day(at.date().isoformat(), "no tag", 500, {}, {}, loads))


def test_relations_are_said_once_there_are_enough_days(browser: Browser, library: Library) -> None:
    learned(library, 9)
    page = browser(Role.PATIENT, "P001").get("/diary").text
    assert "both are known on 9 days, 14 are needed" in page
    assert 'aria-label="9 of 14 days"' in page


def test_relations_come_with_their_caution(browser: Browser, library: Library) -> None:
    learned(library, 40)
    page = browser(Role.PATIENT, "P001").get("/diary").text
    assert "On days with more knee pain, the number of steps was higher" in page
    assert "This cannot tell which causes which" in page


def test_a_clinician_reads_and_does_not_write(browser: Browser, library: Library) -> None:
    library.record("P001").diary.add(Entry(NOW, BodySite.KNEE, 3, "left", "hers"))
    page = browser(Role.CLINICIAN, shares="P001").get("/diary", params={"person": "P001"}).text
    assert "<h1>Diary of P001</h1>" in page
    assert 'name="score"' not in page


def test_the_document_and_the_list(browser: Browser, library: Library) -> None:
    library.record("P001").diary.add(Entry(NOW, BodySite.KNEE, 3, "left", "=1+1"))
    patient = browser(Role.PATIENT, "P001")
    document = patient.get("/diary.json").json()
    assert document["schema"] == "plantigrade.diary-entries/1"
    assert document["entries"] == [
        {"id": 1, "at": "2026-03-10T13:00+01:00", "place": "knee", "side": "left", "score": 3, "note": "=1+1"}
    ]
    assert patient.get("/diary.csv").text.splitlines()[1].endswith("'=1+1")


@pytest.mark.parametrize("change", ["99", "x", "-1", "9" * 50])
def test_there_is_no_such_entry(browser: Browser, change: str) -> None:
    assert browser(Role.PATIENT, "P001").get("/diary", params={"change": change}).status_code == 404
