"""A patient invites, a clinician takes the invitation, and the patient ends it: at once, everywhere."""

import re
from collections.abc import Callable

import pytest
from plantigrade.library.catalogue.accounts.entries import Role
from plantigrade.library.catalogue.library import Library
from plantigrade.library.person.entries import DataKind
from plantigrade.web.page_accounts import PageAccounts
from starlette.testclient import TestClient

from tests.host.web.accounts.account_kit import token_on

Door = Callable[..., TestClient]
PATH = "/settings"
ALL = {f"kind_{kind}": "yes" for kind in DataKind}
"""Everything is ticked, as the form comes."""
CODE = re.compile(r'class="mono">([\w-]{19})<')


@pytest.fixture
def people(page_accounts: PageAccounts) -> PageAccounts:
    """Home and Bob are patients, Practice is a clinician, Sam an engineer, Olga an owner."""
    register = page_accounts.stored.register
    register.add("Home", {Role.PATIENT}, "P001")
    register.add("Bob", {Role.PATIENT}, "P002")
    register.add("Practice", {Role.CLINICIAN})
    register.add("Sam", {Role.ENGINEER})
    register.add("Olga", {Role.OWNER})
    return page_accounts


def post(browser: TestClient, action: str, **fields: str) -> object:
    """Post a form of the page."""
    return browser.post(PATH, data={"action": action, "form_token": token_on(browser, PATH), **fields})


def invited(door: Door, **fields: str) -> str:
    """The code of Home's invitation."""
    answer = post(door("Home"), "invite", **(ALL | {"label": "my podiatrist", "days": "90"} | fields))
    assert answer.status_code == 200
    return CODE.findall(answer.text)[0]


def test_an_invitation_opens_the_person_s_pages_until_it_is_withdrawn(
    people: PageAccounts, door: Door, library: Library
) -> None:
    practice = door("Practice")
    assert practice.get("/?person=P001").status_code == 404
    taken = post(practice, "accept", code=invited(door).lower())
    assert (taken.status_code, taken.headers["location"]) == (303, "/people/P001")
    assert practice.get("/?person=P001").status_code == 200
    assert practice.get("/?person=P002").status_code == 404
    home = door("Home")
    page = home.get(PATH).text
    assert "Practice" in page
    consent = re.findall(r'name="consent" value="(\d+)"', page)[0]
    assert post(home, "withdraw", consent=consent).status_code == 303
    assert practice.get("/?person=P001").status_code == 404, "at once"
    assert "Nobody but you" in home.get(PATH).text
    assert "Practice" in home.get("/settings/log").text, "who looked stays in sight"


def test_a_code_works_once_and_is_not_shown_again(people: PageAccounts, door: Door) -> None:
    code = invited(door)
    assert code not in door("Home").get(PATH).text
    assert post(door("Practice"), "accept", code=code).status_code == 303
    again = post(door("Practice"), "accept", code=code)
    assert again.status_code == 400


def test_an_invitation_can_be_taken_back(people: PageAccounts, door: Door) -> None:
    code, home = invited(door), door("Home")
    number = re.findall(r'name="invitation" value="(\d+)"', home.get(PATH).text)[0]
    assert post(door("Bob"), "take-back", invitation=number).status_code in (400, 404)
    assert post(home, "take-back", invitation=number).status_code == 303
    assert post(door("Practice"), "accept", code=code).status_code == 400


def test_another_person_s_consent_is_not_withdrawn(
    people: PageAccounts, door: Door, library: Library
) -> None:
    post(door("Practice"), "accept", code=invited(door))
    consent = library.record("P001").consents.all()[0]
    assert post(door("Bob"), "withdraw", consent=str(consent.id)).status_code in (400, 404)
    assert library.record("P001").consents.all()[0].withdrawn_utc is None


@pytest.mark.parametrize(("name", "status"), [("Sam", 403), ("Olga", 403), ("Home", 403)])
def test_only_clinicians_take_invitations(name: str, status: int, people: PageAccounts, door: Door) -> None:
    assert post(door(name), "accept", code=invited(door)).status_code == status


@pytest.mark.parametrize("name", ["Practice", "Sam", "Olga"])
def test_only_a_person_invites(name: str, people: PageAccounts, door: Door) -> None:
    for query in ("", "?person=P001"):
        browser = door(name)
        form = {"action": "invite", "form_token": token_on(browser, PATH), "label": "x", "days": "90"}
        assert browser.post(f"{PATH}{query}", data=form).status_code in (403, 404)


@pytest.mark.parametrize(
    "fields", [{"label": ""}, {"label": "x" * 101}, {"days": "99999"}, {"days": "x"}, {"label": "\x00"}]
)
def test_an_invitation_that_makes_no_sense_is_refused(
    fields: dict[str, str], people: PageAccounts, door: Door, library: Library
) -> None:
    answer = post(door("Home"), "invite", **(ALL | {"label": "x", "days": "90"} | fields))
    assert answer.status_code == 400
    assert library.accounts.invitations.of("P001") == []


def test_what_a_person_types_is_text(people: PageAccounts, door: Door) -> None:
    invited(door, label="<script>alert(1)</script>")
    page = door("Home").get(PATH).text
    assert "<script>alert" not in page and "&lt;script&gt;alert" in page
