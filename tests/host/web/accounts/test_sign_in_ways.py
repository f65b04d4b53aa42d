"""One's own ways to sign in: shown again who it is before anything changes; the last way stays."""

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from plantigrade.library.catalogue.accounts.entries import Role, Way
from plantigrade.library.catalogue.library import Library
from plantigrade.web.page_accounts import PageAccounts
from plantigrade.web.requests import COOKIE
from pyotp.totp import TOTP
from starlette.testclient import TestClient

from tests.host.web.accounts.account_kit import PASSWORD, Holder, SoftPasskey, holder_of, token_on

Door = Callable[..., TestClient]
PATH = "/settings/sign-in"
SECRET = re.compile(r'name="secret" value="(\w+)"')
NEW = "four words of another kind"


@pytest.fixture
def home(page_accounts: PageAccounts) -> Holder:
    """A patient."""
    return holder_of(page_accounts, "Home")


def post(browser: TestClient, action: str, **fields: str) -> object:
    """Post a form of the page."""
    form = {"action": action, "form_token": token_on(browser, PATH), **fields}
    return browser.post(PATH, data=form)


def later(accounts: PageAccounts, door: Door, name: str) -> TestClient:
    """A browser whose holder showed who it is an hour ago."""
    at = datetime.now(UTC) - timedelta(minutes=11)
    token = accounts.stored.sessions.begin(name, Way.PASSWORD, "", "", at)
    accounts.stored.sessions.find(token)
    browser = door()
    browser.cookies.set(COOKIE, token)
    return browser


def test_a_new_account_sets_up_password_app_and_recovery_codes(
    page_accounts: PageAccounts, door: Door
) -> None:
    page_accounts.stored.register.add("Practice", {Role.CLINICIAN})
    browser = door("Practice")
    page = browser.get(PATH).text
    assert "Choose how you sign in next time" in page
    secret = SECRET.findall(page)[0]
    fields = {"secret": secret, "password": NEW, "again": NEW, "code": TOTP(secret).now()}
    done = post(browser, "set-password", **fields)
    codes = re.findall(r"<li>((?:\w{4}-){3}\w{4})</li>", done.text)
    assert done.status_code == 200 and len(codes) == 8
    assert codes[0] not in browser.get(PATH).text, "shown once"
    form = {"action": "password", "name": "practice", "password": NEW, "code": codes[0]}
    assert door().post("/sign-in", data=form).status_code == 303


@pytest.mark.parametrize(
    ("fields", "says"),
    [
        ({"again": "another one of mine"}, "differ"),
        ({"password": "short", "again": "short"}, "guessed"),
        ({"password": "passwordpassword", "again": "passwordpassword"}, "guessed"),
        ({"password": "Practice Practice Practice", "again": "Practice Practice Practice"}, "guessed"),
        ({"code": "000000"}, "not the code of now"),
        ({"code": ""}, "not the code of now"),
        ({"secret": "short"}, "makes no sense"),
    ],
)
def test_what_is_wrong_is_said_and_nothing_is_set(
    fields: dict[str, str], says: str, page_accounts: PageAccounts, door: Door
) -> None:
    page_accounts.stored.register.add("Practice", {Role.CLINICIAN})
    browser = door("Practice")
    secret = "A" * 32
    right = {"secret": secret, "password": NEW, "again": NEW, "code": TOTP(secret).now()}
    answer = post(browser, "set-password", **(right | fields))
    assert answer.status_code == 400 and says in answer.text
    assert not page_accounts.stored.register.get("Practice").has_password


CHANGES = [
    ("set-password", {"secret": "A" * 32, "password": NEW, "again": NEW}),
    ("change-password", {"password": NEW, "again": NEW}),
    ("add-passkey", {"credential": "{}"}),
    ("remove-passkey", {"passkey": "1"}),
]


@pytest.mark.parametrize(("action", "fields"), CHANGES)
def test_nothing_changes_until_its_holder_showed_who_it_is(
    action: str, fields: dict[str, str], home: Holder, page_accounts: PageAccounts, door: Door
) -> None:
    """ASVS 7.5.1 and 6.4.3."""
    before = page_accounts.stored.register.password_hash("Home")
    browser = later(page_accounts, door, "Home")
    assert "Show that it is you" in browser.get(PATH).text
    answer = post(browser, action, **fields, code=TOTP("A" * 32).now())
    assert answer.status_code == 403
    assert page_accounts.stored.register.password_hash("Home") == before
    assert post(browser, "ask-new").json() == {"error": "prove"}


def test_showing_who_it_is_opens_the_changes(home: Holder, page_accounts: PageAccounts, door: Door) -> None:
    browser = later(page_accounts, door, "Home")
    assert post(browser, "prove", password="wrong", code=home.code()).status_code == 400
    assert post(browser, "prove", password=PASSWORD, code="000000").status_code == 400
    assert post(browser, "prove", password=PASSWORD, code=home.code()).status_code == 303
    elsewhere = door("Home")
    changed = post(browser, "change-password", password=NEW, again=NEW)
    assert changed.status_code == 200 and "signed out everywhere else" in changed.text
    assert elsewhere.get("/").headers["location"].startswith("/sign-in")
    assert browser.get("/").status_code == 200
    for password, status in ((PASSWORD, 400), (NEW, 303)):
        form = home.form(password=password, code=home.recovery.pop())
        assert door().post("/sign-in", data=form).status_code == status


def test_showing_who_it_is_by_passkey(home: Holder, page_accounts: PageAccounts, door: Door) -> None:
    key, browser = SoftPasskey(), door("Home")
    options = post(browser, "ask-new").json()
    assert post(browser, "add-passkey", credential=key.create(options), name="phone").status_code == 303
    browser = later(page_accounts, door, "Home")
    answer = key.get(post(browser, "ask").json())
    assert post(browser, "prove-passkey", credential=answer).status_code == 303
    assert "Show that it is you" not in browser.get(PATH).text
    holder_of(page_accounts, "Bob", Role.PATIENT, "P002")
    other = later(page_accounts, door, "Bob")
    answer = key.get(post(other, "ask").json())
    assert post(other, "prove-passkey", credential=answer).status_code == 400, "another account's"


def test_tries_are_limited_there_too(home: Holder, page_accounts: PageAccounts, door: Door) -> None:
    browser = later(page_accounts, door, "Home")
    found = [post(browser, "prove", password="wrong", code="1").status_code for _ in range(6)]
    assert found == [400] * 5 + [429]


def test_sessions_are_listed_and_ended(home: Holder, page_accounts: PageAccounts, door: Door) -> None:
    """ASVS 7.5.2."""
    here, there = door("Home"), door("Home")
    foreign = page_accounts.stored.register.add("Practice", {Role.CLINICIAN})
    door("Practice")
    theirs = page_accounts.stored.sessions.of(foreign.name)[0].id
    page = here.get(PATH).text
    assert page.count("192.0.2.1") == 2
    number = re.findall(r'name="session" value="(\d+)"', page)
    assert post(here, "end-session", session=str(theirs)).status_code == 404
    assert post(here, "end-session", session="x").status_code == 400
    assert len(number) == 1 and post(here, "end-session", session=number[0]).status_code == 303
    assert there.get("/").headers["location"].startswith("/sign-in")
    third = door("Home")
    assert post(here, "end-others").status_code == 303
    assert third.get("/").headers["location"].startswith("/sign-in")


def test_the_last_passkey_stays(page_accounts: PageAccounts, door: Door, library: Library) -> None:
    page_accounts.stored.register.add("Practice", {Role.CLINICIAN})
    key = page_accounts.stored.passkeys.add("Practice", "id", "public", 0, "key")
    browser = door("Practice")
    refused = post(browser, "remove-passkey", passkey=str(key.id))
    assert refused.status_code == 409 and "last way" in refused.text
    assert len(library.accounts.passkeys.of("Practice")) == 1
