"""Signing in and out: by password and app, by passkey, by link; what is wrong is never told apart."""

import json
import re
import time
from collections.abc import Callable

import pytest
from plantigrade.library.catalogue.accounts.entries import Role
from plantigrade.library.catalogue.library import Library
from plantigrade.web.accounts import passwords
from plantigrade.web.entering import own_path
from plantigrade.web.page_accounts import PageAccounts
from plantigrade.web.requests import COOKIE
from starlette.testclient import TestClient

from tests.host.web.accounts.account_kit import (
    PASSWORD,
    Holder,
    SoftPasskey,
    holder_of,
    token_on,
)

Door = Callable[..., TestClient]
PROBLEM = re.compile(r'id="problem">.*?<p>(.*?)</p>', re.S)


@pytest.fixture
def home(page_accounts: PageAccounts) -> Holder:
    """A patient."""
    return holder_of(page_accounts, "Home")


def test_name_password_and_code_sign_in(home: Holder, door: Door) -> None:
    browser = door()
    answer = browser.post("/sign-in", data=home.form())
    assert (answer.status_code, answer.headers["location"]) == (303, "/")
    cookie = answer.headers["set-cookie"]
    assert "HttpOnly" in cookie and "SameSite=lax" in cookie and "Path=/" in cookie
    assert browser.get("/").status_code == 200


def test_a_recovery_code_stands_in_for_the_app_once(home: Holder, door: Door) -> None:
    code = home.recovery[0]
    assert door().post("/sign-in", data=home.form(code=code)).status_code == 303
    assert door().post("/sign-in", data=home.form(code=code)).status_code == 400


def test_a_code_of_the_app_is_taken_once(home: Holder, door: Door) -> None:
    form = home.form()
    assert door().post("/sign-in", data=form).status_code == 303
    assert door().post("/sign-in", data=form).status_code == 400


@pytest.mark.parametrize(
    "wrong",
    [
        {"name": "nobody"},
        {"name": ""},
        {"password": "wrong password"},
        {"password": ""},
        {"password": f"{PASSWORD} "},
        {"password": "x" * 60_000},
        {"code": ""},
        {"code": "000000"},
        {"code": "AAAA-AAAA-AAAA-AAAA"},
        {"code": "\uff11\uff12\uff13\uff14\uff15\uff16"},
        {"name": "<script>alert(1)</script>"},
        {"name": "Home' OR 1=1 --"},
        {"name": "\x00"},
    ],
)
def test_whatever_is_wrong_the_answer_is_the_same(wrong: dict[str, str], home: Holder, door: Door) -> None:
    answer = door().post("/sign-in", data=home.form(**wrong))
    assert answer.status_code == 400
    assert PROBLEM.findall(answer.text) == [
        "Name, password or code is not right. A code works once: wait for the next one."
    ]
    assert "set-cookie" not in answer.headers
    assert "<script>alert" not in answer.text


@pytest.mark.parametrize("field", ["name", "code"])
def test_what_is_too_long_is_refused(field: str, home: Holder, door: Door) -> None:
    assert door().post("/sign-in", data=home.form(**{field: "x" * 201})).status_code == 400


def test_a_password_alone_signs_nobody_in(page_accounts: PageAccounts, door: Door) -> None:
    """Two factors, always (ASVS 6.3.3)."""
    page_accounts.stored.register.add("Practice", {Role.CLINICIAN})
    page_accounts.stored.register.change_password("Practice", passwords.hash_password(PASSWORD))
    for code in ("", "123456"):
        form = {"action": "password", "name": "Practice", "password": PASSWORD, "code": code}
        assert door().post("/sign-in", data=form).status_code == 400


def test_no_account_is_there_by_itself(library: Library, door: Door) -> None:
    """ASVS 6.3.2."""
    assert library.accounts.register.all() == []
    for name, password in (("admin", "admin"), ("root", "root"), ("owner", "owner")):
        form = {"action": "password", "name": name, "password": password, "code": "000000"}
        assert door().post("/sign-in", data=form).status_code == 400


def test_wrong_tries_make_one_wait_and_nobody_else(home: Holder, door: Door) -> None:
    """A stranger who tries does not shut the holder out (ASVS 6.3.1)."""
    stranger = door(address="203.0.113.9")
    tries = [stranger.post("/sign-in", data=home.form(password="wrong")).status_code for _ in range(7)]
    assert tries == [400] * 5 + [429] * 2
    refused = stranger.post("/sign-in", data=home.form())
    assert refused.status_code == 429 and re.search(r"Try again in \d+ s", refused.text)
    assert "set-cookie" not in refused.headers
    assert door(address="192.0.2.1").post("/sign-in", data=home.form()).status_code == 303


def test_an_address_that_tries_many_accounts_waits(home: Holder, door: Door) -> None:
    stranger = door(address="203.0.113.9")
    for number in range(30):
        form = {"action": "password", "name": f"x{number}", "password": "", "code": ""}
        assert stranger.post("/sign-in", data=form).status_code in (400, 503)
    assert stranger.post("/sign-in", data=home.form()).status_code == 429


def test_a_right_try_forgets_the_wrong_ones(home: Holder, door: Door) -> None:
    for _ in range(2):
        for _ in range(4):
            assert door().post("/sign-in", data=home.form(code="000000")).status_code == 400
        assert door().post("/sign-in", data=home.form(code=home.recovery.pop())).status_code == 303


def test_few_passwords_are_checked_at_once(home: Holder, door: Door, monkeypatch: pytest.MonkeyPatch) -> None:
    """Who would wait too long is told so at once, and pages are served meanwhile."""
    held = [passwords._places.acquire(blocking=False) for _ in range(8)]
    try:
        assert all(held)
        busy = door().post("/sign-in", data=home.form())
        assert busy.status_code == 503 and "Many people" in busy.text
        assert door("Home").get("/").status_code == 200
    finally:
        for _ in held:
            passwords._places.release()
    assert door().post("/sign-in", data=home.form()).status_code == 303


def test_a_new_token_at_every_sign_in_and_the_old_session_ends(home: Holder, door: Door) -> None:
    """ASVS 7.2.4."""
    browser = door("Home")
    old = browser.cookies[COOKIE]
    page = browser.get("/settings/sign-in")
    assert page.status_code == 200
    form = home.form(form_token=token_on(browser, "/settings/sign-in"))
    answer = browser.post("/sign-in", data=form)
    assert answer.status_code == 303 and old not in answer.headers["set-cookie"]
    stale = door()
    stale.cookies.set(COOKIE, old)
    assert stale.get("/").headers["location"].startswith("/sign-in")


def test_signing_out_ends_the_session_on_the_server(home: Holder, door: Door) -> None:
    """ASVS 7.4.1, 7.4.4, 14.3.1: in sight on every page, and the browser forgets."""
    browser = door("Home")
    token = browser.cookies[COOKIE]
    assert 'action="/sign-out"' in browser.get("/").text
    assert browser.get("/sign-out").status_code == 303 and browser.get("/").status_code == 200
    out = browser.post("/sign-out", data={"form_token": token_on(browser, "/")})
    assert out.headers["location"] == "/sign-in"
    assert out.headers["clear-site-data"] == '"cache", "cookies", "storage"'
    again = door()
    again.cookies.set(COOKIE, token)
    assert again.get("/").headers["location"] == "/sign-in?next=/"


@pytest.mark.parametrize(
    ("wanted", "goes_on"),
    [
        ("/walks?person=P001", "/walks?person=P001"),
        ("//evil.example", ""),
        ("/\\evil.example", ""),
        ("https://evil.example", ""),
        ("javascript:alert(1)", ""),
        ("/a\r\nSet-Cookie: x=1", ""),
        ("/sign-in/used", ""),
        ("/" + "x" * 500, ""),
        ("", ""),
    ],
)
def test_signing_in_leads_to_own_pages_only(wanted: str, goes_on: str, home: Holder, door: Door) -> None:
    assert own_path(wanted) == goes_on
    answer = door().post("/sign-in", data=home.form(next=wanted))
    assert answer.headers["location"] == (goes_on or "/")


def test_a_form_from_elsewhere_is_refused(home: Holder, door: Door) -> None:
    """Nobody is signed in by another's page (ASVS 3.5.1)."""
    for headers in ({"origin": "https://evil.example"}, {"sec-fetch-site": "cross-site"}):
        assert door().post("/sign-in", data=home.form(), headers=headers).status_code == 403


def enrolled(browser: TestClient, key: SoftPasskey, name: str = "my phone") -> int:
    """Enrol a passkey on the page; the status."""
    token = token_on(browser, "/settings/sign-in")
    options = browser.post("/settings/sign-in", data={"action": "ask-new", "form_token": token}).json()
    form = {"action": "add-passkey", "form_token": token, "credential": key.create(options), "name": name}
    return browser.post("/settings/sign-in", data=form).status_code


def test_a_passkey_signs_in(home: Holder, door: Door) -> None:
    key = SoftPasskey()
    assert enrolled(door("Home"), key) == 303
    browser = door()
    options = browser.post("/sign-in", data={"action": "ask-passkey"}).json()
    assert options["userVerification"] == "required" and options["rpId"] == "localhost"
    answer = key.get(options)
    assert browser.post("/sign-in", data={"action": "passkey", "credential": answer}).status_code == 303
    assert browser.get("/").status_code == 200
    replayed = door().post("/sign-in", data={"action": "passkey", "credential": answer})
    assert replayed.status_code == 400, "a challenge is signed once"


@pytest.mark.parametrize(
    "forged",
    [
        {"origin": "http://evil.example"},
        {"rp_id": "evil.example"},
        {"verifies": False},
        {"id": b"another credential"},
        {"key": SoftPasskey().key},
    ],
)
def test_a_forged_passkey_is_refused(forged: dict[str, object], home: Holder, door: Door) -> None:
    key = SoftPasskey()
    assert enrolled(door("Home"), key) == 303
    other = SoftPasskey(**{"key": key.key, **forged})  # type: ignore[arg-type]
    options = door().post("/sign-in", data={"action": "ask-passkey"}).json()
    form = {"action": "passkey", "credential": other.get(options)}
    assert door().post("/sign-in", data=form).status_code == 400


@pytest.mark.parametrize("credential", ["", "{", "[]", "{}", '{"id": 1}', "[" * 5000, "\x00" * 99])
def test_what_is_no_passkey_is_refused(credential: str, home: Holder, door: Door) -> None:
    form = {"action": "passkey", "credential": credential}
    assert door().post("/sign-in", data=form).status_code == 400


def test_a_copied_passkey_is_noticed(home: Holder, door: Door) -> None:
    """A counter that goes back says that there are two of it."""
    key = SoftPasskey()
    enrolled(door("Home"), key)
    for count, status in ((5, 303), (3, 400)):
        key.count = count
        options = door().post("/sign-in", data={"action": "ask-passkey"}).json()
        form = {"action": "passkey", "credential": key.get(options)}
        assert door().post("/sign-in", data=form).status_code == status


def test_addresses_have_no_passkeys_and_say_so(home: Holder, door: Door) -> None:
    browser = door()
    page = browser.get("/sign-in", headers={"host": "127.0.0.1"})
    assert "Passkeys do not work at this address" in page.text and "data-passkey" not in page.text
    answer = browser.post("/sign-in", data={"action": "ask-passkey"}, headers={"host": "127.0.0.1"})
    assert answer.json() == {"error": "no-passkey"}


def test_sign_ins_and_failures_are_logged_without_secrets(home: Holder, door: Door, library: Library) -> None:
    """ASVS 16.3.1 and 16.3.2."""
    form = home.form()
    door().post("/sign-in", data=form)
    door().post("/sign-in", data=home.form(password="not my password"))
    door("Home").get("/people/P002")
    log = [(line.actor, line.action, line.subject, line.detail) for line in library.audit()]
    assert ("P001", "sign in", "P001", "by password from 192.0.2.1") in log
    assert ("nobody signed in", "sign-in failed", "P001", "by password from 192.0.2.1") in log
    for secret in (PASSWORD, "not my password", form["code"], home.secret):
        assert secret not in json.dumps(log)


def test_a_link_shows_a_button_and_is_used_by_pressing_it(page_accounts: PageAccounts, door: Door) -> None:
    """Programs that open links ahead do not use them up."""
    page_accounts.stored.register.add("Practice", {Role.CLINICIAN})
    path = f"/sign-in/{page_accounts.stored.links.make('Practice')}"
    for _ in range(3):
        assert "Sign in as Practice" in door().get(path).text
    browser = door()
    answer = browser.post(path, data={"action": "use"})
    assert (answer.status_code, answer.headers["location"]) == (303, "/people")
    for gone in (door().get(path), door().post(path, data={"action": "use"})):
        assert gone.status_code == 410 and "used or has expired" in gone.text


def test_links_cannot_be_tried_out(door: Door) -> None:
    browser = door()
    found = [browser.get(f"/sign-in/{number}").status_code for number in range(32)]
    assert found == [410] * 30 + [429] * 2


def test_a_thousand_tries_do_not_slow_others(home: Holder, door: Door) -> None:
    """Of many tries from an address almost none costs a hash."""
    stranger, patient = door(address="203.0.113.9"), door("Home")
    begin = time.perf_counter()
    for number in range(100):
        stranger.post("/sign-in", data=home.form(name=f"x{number}", password="wrong"))
    assert time.perf_counter() - begin < 30, "the hundred"
    assert patient.get("/").status_code == 200
