"""`/people`: who needs a look today, found and sorted without a script."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from plantigrade.library.catalogue.library import Library
from plantigrade.library.entries import Person, Tag
from plantigrade.web.accounts.rights import Role
from starlette.testclient import TestClient

from tests.host.web.people.people_kit import NOW, many, raised, recorded, shared

Browser = Callable[..., TestClient]
ALL = "P001 P002 P003 P004"


@pytest.fixture
def clinic(library: Library) -> Library:
    """P001 with an open alert, P002 silent for six days, P003 as usual, P004 with much missing."""
    for code in ("P003", "P004"):
        library.add_person(Person(code, time_zone="Europe/Berlin"))
    recorded(library, "P001", {0: 6.0, 1: 8.0})
    raised(library, "P001", "heel-overload-drift", "left", NOW - timedelta(hours=1))
    recorded(library, "P002", {6: 5.0})
    raised(library, "P002", "low-arch", "left", NOW - timedelta(days=6), cleared=True)
    recorded(library, "P003", {0: 4.0}, missing=0.01)
    recorded(library, "P004", {1: 4.0}, missing=0.118)
    return library


def rows(browser: TestClient, query: str = "") -> list[str]:
    """Codes in the order of the page."""
    text = browser.get(f"/people{query}").text
    return [part.split('"')[0] for part in text.split('class="code" href="/people/')[1:]]


@pytest.mark.usefixtures("clinic")
def test_those_who_need_a_look_come_first_then_the_silent_then_the_others(browser: Browser) -> None:
    clinician = browser(Role.CLINICIAN, shares=ALL)
    page = clinician.get("/people").text
    assert "3 of 4 people need a look" in page
    assert rows(clinician) == ["P001", "P004", "P002", "P003"]
    assert "Load on the heel, left" in page
    assert "7.0 h a day" in page
    assert "11.8\u00a0%" in page


@pytest.mark.usefixtures("clinic")
def test_what_is_open_for_someone_silent_is_not_known(browser: Browser) -> None:
    document = browser(Role.CLINICIAN, shares="P002").get("/people.json").json()
    assert document["schema"] == "plantigrade.people/1"
    (row,) = document["people"]
    assert (row["need"], row["open_alerts"], row["unanswered_alerts"]) == ("silent", None, 1)


@pytest.mark.usefixtures("clinic")
@pytest.mark.parametrize(
    ("query", "codes"),
    [
        ("?q=p00", ["P001", "P004", "P002", "P003"]),
        ("?q=P003", ["P003"]),
        ("?q=nobody", []),
        ("?q=%3Cscript%3E", []),
        ("?show=alerts", ["P001"]),
        ("?show=silent", ["P002"]),
        ("?sort=missing", ["P004", "P001", "P002", "P003"]),
        ("?sort=code", ["P001", "P004", "P002", "P003"]),
        ("?sort=worn&page=1", ["P001", "P004", "P002", "P003"]),
        ("?page=99", ["P001", "P004", "P002", "P003"]),
    ],
)
def test_search_filter_and_sorting(browser: Browser, query: str, codes: list[str]) -> None:
    clinician = browser(Role.CLINICIAN, shares=ALL)
    assert rows(clinician, query) == codes
    assert "<script>" not in clinician.get(f"/people{query}").text.split("<main")[1]


@pytest.mark.parametrize("query", ["?show=none", "?sort=name", "?page=one"])
def test_a_query_that_makes_no_sense_is_refused(browser: Browser, query: str) -> None:
    assert browser(Role.CLINICIAN, shares="P001").get(f"/people{query}").status_code == 400


def test_a_tag_finds_its_wearer(browser: Browser, clinic: Library) -> None:
    (entry,) = [one for one in clinic.find() if one.person == "P003"]
    clinic.tag(entry.id, [Tag("shoe", "Trail 5")])
    assert rows(browser(Role.CLINICIAN, shares=ALL), "?q=trail") == ["P003"]


@pytest.mark.usefixtures("clinic")
def test_only_people_who_share_are_listed(browser: Browser) -> None:
    assert rows(browser(Role.CLINICIAN, shares="P003")) == ["P003"]
    csv = browser(Role.CLINICIAN, shares="P003").get("/people.csv").text.splitlines()
    assert len(csv) == 2
    assert csv[1].startswith("P003,nothing,2026-03-10T11:00:00+00:00,4.0,1,0,0,0,,0.01")


def test_when_nobody_shares_the_page_says_how_to_invite(browser: Browser) -> None:
    page = browser(Role.CLINICIAN).get("/people").text
    assert "Nobody shares with you yet" in page
    assert "invites the account “clinician”" in page


def test_of_someone_who_withdrew_the_code_stays_and_the_data_are_gone(
    browser: Browser, clinic: Library
) -> None:
    shared(clinic, "P001", "clinician", withdrawn=True)
    page = browser(Role.CLINICIAN, shares="P003").get("/people").text
    assert "Sharing ended on 5 March" in page
    assert "/people/P001" not in page


@pytest.mark.parametrize("role", [Role.PATIENT, Role.ENGINEER, Role.OWNER])
def test_nobody_else_sees_the_list(browser: Browser, role: Role) -> None:
    person = "P001" if role is Role.PATIENT else None
    assert browser(role, person).get("/people").status_code in (403, 404)


def test_a_long_list_comes_in_pages_that_keep_the_question(browser: Browser, library: Library) -> None:
    codes = many(library, 101, 1)
    clinician = browser(Role.CLINICIAN, shares=" ".join(codes))
    first, second = rows(clinician, "?sort=code"), rows(clinician, "?sort=code&page=2")
    assert [*first, *second] == list(codes)
    assert len(second) == 1
    assert 'href="/people?sort=code&amp;page=2" rel="next"' in clinician.get("/people?sort=code").text


def test_the_list_speaks_german(browser: Browser) -> None:
    page = browser(Role.CLINICIAN).get("/people", headers={"accept-language": "de"}).text
    assert "Noch teilt niemand Daten mit Ihnen" in page
