"""A consent for some kinds of data opens the pages that show these and nothing else; for reading alone."""

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from plantigrade.library.catalogue.accounts.entries import Role
from plantigrade.library.catalogue.library import Library
from plantigrade.library.person.entries import Consent, DataKind
from plantigrade.web.accounts.rights import ALL_KINDS, KINDS_SHOWN, OF_A_PERSON
from plantigrade.web.page_accounts import PageAccounts
from plantigrade.web.pages import pages
from starlette.testclient import TestClient

from tests.host.library.library_kit import finalized
from tests.host.web.accounts.account_kit import token_on

Door = Callable[..., TestClient]
WALK = "20260301T100000Z-00000001"
DIARY, ALERTS, DAYS = DataKind.DIARY, DataKind.ALERTS, DataKind.DAYS
RECORDINGS, ANALYSES, PLANS = DataKind.RECORDINGS, DataKind.ANALYSES, DataKind.PLANS
OF_P001 = (
    "/?person=P001",
    "/now?person=P001",
    "/walks?person=P001",
    "/walks.json?person=P001",
    f"/walks/{WALK}?person=P001",
    f"/walks/{WALK}/export?person=P001",
    "/alerts?person=P001",
    "/alerts.json?person=P001",
    "/diary?person=P001",
    "/diary.csv?person=P001",
    "/what-helps?person=P001",
    "/compare?person=P001",
    "/people/P001/visit",
)


@pytest.fixture
def practice(page_accounts: PageAccounts, library: Library, door: Door) -> TestClient:
    """A clinician with whom P001, who has a walk, shares nothing yet."""
    finalized(library.recordings, WALK, rows=20)
    library.scan()
    library.assign(WALK, "P001")
    page_accounts.stored.register.add("Practice", {Role.CLINICIAN})
    page_accounts.stored.register.add("Olga", {Role.OWNER})
    return door("Practice")


def give(library: Library, *kinds: DataKind, to: str = "Practice") -> None:
    """P001 shares these kinds."""
    since = datetime.now(UTC) - timedelta(minutes=1)
    library.record("P001").consents.give(Consent(to, kinds, "a second look", since, None, "1", "P001"))


def opened(browser: TestClient) -> set[str]:
    """What can be read of P001."""
    return {path for path in OF_P001 if browser.get(path).status_code == 200}


@pytest.mark.parametrize(
    ("kinds", "pages_opened"),
    [
        ((), set()),
        ((DataKind.PERSON, DAYS, PLANS), set()),
        ((DIARY,), {"/diary?person=P001", "/diary.csv?person=P001"}),
        ((ALERTS,), {"/alerts?person=P001", "/alerts.json?person=P001"}),
        ((RECORDINGS,), set()),
        (
            (RECORDINGS, ANALYSES),
            {"/walks?person=P001", "/walks.json?person=P001", f"/walks/{WALK}?person=P001"},
        ),
    ],
)
def test_what_is_named_opens_and_nothing_else(
    practice: TestClient, library: Library, kinds: tuple[DataKind, ...], pages_opened: set[str]
) -> None:
    if kinds:
        give(library, *kinds)
    assert opened(practice) == pages_opened


def test_two_consents_add_up_and_end_at_once(practice: TestClient, library: Library) -> None:
    give(library, RECORDINGS)
    give(library, ANALYSES, PLANS)
    assert "/compare?person=P001" in opened(practice)
    consents = library.record("P001").consents
    consents.withdraw(consents.all()[0].id, datetime.now(UTC))
    assert opened(practice) == set()


def test_all_kinds_but_one_are_not_everything(practice: TestClient, library: Library) -> None:
    give(library, *(ALL_KINDS - {DIARY}))
    found = opened(practice)
    assert "/walks?person=P001" in found and "/alerts?person=P001" in found
    assert not {path for path in found if path.startswith(("/diary", "/?", "/people", "/now", "/what"))}


def test_nothing_is_changed_or_taken_along(practice: TestClient, library: Library) -> None:
    give(library, DIARY, ALERTS, RECORDINGS, ANALYSES)
    token = token_on(practice, "/settings")
    forms = (
        ("/diary", "save", {"place": "foot", "score": "3"}),
        (f"/walks/{WALK}", "rename", {"title": "mine"}),
        (f"/walks/{WALK}", "delete", {}),
        ("/alerts", "answer", {"alert": "x"}),
        ("/people/P001", "note", {"text": "x"}),
    )
    for path, action, fields in forms:
        data = {"action": action, "form_token": token, "person": "P001", **fields}
        assert practice.post(path, data=data).status_code == 404, path
    assert practice.get(f"/walks/{WALK}.pdf?person=P001").status_code == 404
    assert library.record("P001").diary.numbered() == []
    assert library.entry(WALK).title != "mine"


def test_the_list_says_what_is_shared_and_leads_there(practice: TestClient, library: Library) -> None:
    assert "Who shares a part" not in practice.get("/people").text
    give(library, DIARY)
    text = practice.get("/people").text
    assert "Who shares, shares a part with you" in text and "Nobody shares with you" not in text
    assert "Who shares a part" in text and 'href="/diary?person=P001"' in text
    assert "/walks?person=P001" not in text and 'href="/people/P001"' not in text
    answer = practice.get("/people/P001")
    assert (answer.status_code, answer.headers["location"]) == (303, "/people")
    assert practice.get("/people.json").json()["people"] == [], "no figure of a person who shares a part"


def test_a_page_links_to_no_other_and_shows_no_other_data(practice: TestClient, library: Library) -> None:
    give(library, DIARY)
    text = practice.get("/diary?person=P001").text
    assert "/walks?person=P001" not in text and "/alerts?person=P001" not in text
    assert 'id="relations"' not in text, "what goes with the days' loads is not in the diary"
    give(library, DAYS)
    assert 'id="relations"' in practice.get("/diary?person=P001").text


def test_an_owner_reads_a_part_as_well_and_an_engineer_none(
    practice: TestClient, page_accounts: PageAccounts, library: Library, door: Door
) -> None:
    give(library, DIARY, to="Olga")
    assert opened(door("Olga")) == {"/diary?person=P001", "/diary.csv?person=P001"}
    page_accounts.stored.register.add("Sam", {Role.ENGINEER})
    give(library, *ALL_KINDS, to="Sam")
    assert opened(door("Sam")) - {"/now?person=P001"} == set()


def test_an_invitation_to_a_part_opens_that_part(practice: TestClient, library: Library, door: Door) -> None:
    library.accounts.register.add("Home", {Role.PATIENT}, "P001")
    home = door("Home")
    form = {"action": "invite", "form_token": token_on(home, "/settings"), "label": "x", "kind_diary": "yes"}
    text = home.post("/settings", data=form).text
    assert "x</strong>" in text and "diary of pain; " in text
    (code,) = re.findall(r'class="mono">([\w-]{19})<', text)
    form = {"action": "accept", "form_token": token_on(practice, "/settings"), "code": code}
    assert practice.post("/settings", data=form).headers["location"] == "/people/P001"
    assert opened(practice) == {"/diary?person=P001", "/diary.csv?person=P001"}
    nothing = {"action": "invite", "form_token": token_on(home, "/settings"), "label": "y"}
    assert home.post("/settings", data=nothing).status_code == 400


def test_reading_a_part_stands_in_the_person_s_log(practice: TestClient, library: Library) -> None:
    give(library, DIARY)
    practice.get("/diary?person=P001")
    assert "Practice" in {one.actor for one in library.audit("P001")}


def test_what_a_part_opens_are_pages_of_a_person() -> None:
    rights = {page.path: page.right for page in pages()}
    assert {path for path in KINDS_SHOWN if rights.get(path) not in OF_A_PERSON} == set()
    assert all(kinds < ALL_KINDS for kinds in KINDS_SHOWN.values())
