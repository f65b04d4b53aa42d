"""An owner adds accounts for others on the page, with a link that signs in once, and removes them."""

import re
from collections.abc import Callable

import pytest
from plantigrade.library.catalogue.accounts.entries import LinkKind, Role
from plantigrade.library.catalogue.library import Library
from plantigrade.web.page_accounts import PageAccounts
from starlette.testclient import TestClient

from tests.host.web.accounts.account_kit import token_on

Door = Callable[..., TestClient]
PATH = "/settings"
LINK = re.compile(r"http://localhost(/sign-in/[\w-]+)<")


@pytest.fixture
def owner(page_accounts: PageAccounts, door: Door) -> TestClient:
    """Olga looks after this computer; Home wears insoles."""
    page_accounts.stored.register.add("Olga", {Role.OWNER})
    page_accounts.stored.register.add("Home", {Role.PATIENT}, "P001")
    return door("Olga")


def post(browser: TestClient, action: str, **fields: str) -> tuple[int, str]:
    """Status, and the text of the page or where it leads."""
    data = {"action": action, "form_token": token_on(browser, PATH), **fields}
    answer = browser.post(PATH, data=data)
    return answer.status_code, answer.headers.get("location", answer.text)


@pytest.mark.parametrize(
    ("role", "person", "says"),
    [
        ("clinician", "", "clinician"),
        ("engineer", "", "engineer"),
        ("patient", "P002", "wears insoles (P002)"),
    ],
)
def test_a_new_account_has_a_link_that_signs_in_once(
    owner: TestClient, door: Door, library: Library, role: str, person: str, says: str
) -> None:
    status, text = post(owner, "add-account", name="Dr. Lee", role=role, person_code=person)
    (link,) = LINK.findall(text)
    assert status == 200 and "within 3 days" in text and says in text
    found = library.accounts.links.look(link.rpartition("/")[2])
    assert found is not None and (found.kind, found.account) == (LinkKind.SIGN_IN, "Dr. Lee")
    assert link not in owner.get(PATH).text, "it is shown once"
    new = door()
    data = {"action": "use", "form_token": token_on(new, link)}
    assert new.post(link, data=data).status_code == 303
    assert new.get(PATH).status_code == 200
    assert door().post(link, data=data).status_code != 303, "a second time"
    log = [(one.actor, one.action) for one in library.accounts.log.newest(20)]
    assert ("Olga", "add account") in log


@pytest.mark.parametrize(
    ("name", "role", "person", "says"),
    [
        pytest.param("home", "clinician", "", "an account home already", id="taken"),
        pytest.param("", "clinician", "", "1 to 60 visible", id="no name"),
        pytest.param("x", "king", "", "what the account is for", id="no such role"),
        pytest.param("x", "patient", "", "needs the code of a person", id="nobody's"),
        pytest.param("x", "owner", "P002", "nobody else has one", id="an owner's"),
        pytest.param("x", "patient", "P404", "no person P404", id="unknown"),
        pytest.param("x", "patient", "P001", "P001 has an account already", id="second"),
    ],
)
def test_what_does_not_fit_is_said_and_makes_no_account(
    owner: TestClient, library: Library, name: str, role: str, person: str, says: str
) -> None:
    status, text = post(owner, "add-account", name=name, role=role, person_code=person)
    assert status == 400 and says in text and not LINK.findall(text)
    assert [one.name for one in library.accounts.register.all()] == ["Home", "Olga"]


def test_a_removed_account_is_out_at_once(owner: TestClient, door: Door) -> None:
    home = door("Home")
    assert home.get(PATH).status_code == 200
    assert post(owner, "remove-account", account="Home") == (303, "/settings?done=account-removed")
    assert home.get(PATH).status_code == 303, "to signing in"
    assert post(owner, "remove-account", account="Home")[0] == 404
    status, text = post(owner, "remove-account", account="Olga")
    assert status == 400 and "removed by another owner" in text


@pytest.mark.parametrize("name", ["Home", "Sam", "Practice"])
def test_only_an_owner_may(owner: TestClient, door: Door, library: Library, name: str) -> None:
    library.accounts.register.add("Sam", {Role.ENGINEER})
    library.accounts.register.add("Practice", {Role.CLINICIAN})
    other = door(name)
    assert post(other, "add-account", name="x", role="owner")[0] == 403
    assert post(other, "remove-account", account="Olga")[0] == 403
    assert "add-account" not in other.get(PATH).text
