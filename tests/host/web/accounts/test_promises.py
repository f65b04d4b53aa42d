"""Promises about passwords and sessions that the security checklist names."""

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from plantigrade.library.catalogue.accounts.codes import new_code, new_secret
from plantigrade.library.catalogue.accounts.entries import Role, Way
from plantigrade.library.catalogue.accounts.settings import (
    OF_OTHERS,
    OF_PATIENT,
    RECOVERY_LENGTH,
    SECRET_BYTES,
)
from plantigrade.library.catalogue.library import Library
from plantigrade.library.entries import Person
from plantigrade.web.page_accounts import PageAccounts, form_token_of
from plantigrade.web.requests import COOKIE
from starlette.testclient import TestClient

from tests.host.web.accounts.account_kit import holder_of

Door = Callable[..., TestClient]
PAGE = Path(__file__).parents[4] / "docs/explanation/accounts.md"


def test_passwords_may_be_pasted_and_kept_by_programs(page_accounts: PageAccounts, door: Door) -> None:
    page_accounts.stored.register.add("Practice", {Role.CLINICIAN})
    pages = door().get("/sign-in").text + door("Practice").get("/settings/sign-in").text
    fields = re.findall(r'<input[^>]*type="password"[^>]*>', pages)
    assert len(fields) >= 3
    for field in fields:
        assert re.search(r'autocomplete="(current|new)-password"', field)
        assert "onpaste" not in field and "readonly" not in field


def test_a_password_does_not_run_out(page_accounts: PageAccounts, door: Door) -> None:
    """Nothing stored of an account says when its password was set."""
    holder = holder_of(page_accounts, "Home")
    assert door().post("/sign-in", data=holder.form()).headers["location"] == "/"
    assert not [name for name in vars(page_accounts.stored.register.get("Home")) if "password_" in name]


def test_the_limits_of_sessions_are_those_that_are_written_down() -> None:
    rows = re.findall(r"^\| (patient|clinician).*? \| (\d+) (\w+) \| (\d+) (\w+) \|$", PAGE.read_text(), re.M)
    written = {
        who: tuple(timedelta(**{unit: int(number)}) for number, unit in ((idle, i), (longest, u)))
        for who, idle, i, longest, u in rows
    }
    assert written == {
        "patient": (OF_PATIENT.idle, OF_PATIENT.longest),
        "clinician": (OF_OTHERS.idle, OF_OTHERS.longest),
    }


@pytest.mark.parametrize(("minutes", "signed_in"), [(14, True), (16, False)])
def test_a_session_that_is_not_used_ends(
    minutes: int, signed_in: bool, page_accounts: PageAccounts, door: Door
) -> None:
    page_accounts.stored.register.add("Practice", {Role.CLINICIAN})
    at = datetime.now(UTC) - timedelta(minutes=minutes)
    browser = door()
    browser.cookies.set(COOKIE, page_accounts.stored.sessions.begin("Practice", Way.LINK, "", "", at))
    answer = browser.get("/people")
    assert (answer.status_code == 200) is signed_in


def test_what_a_page_asks_for_by_itself_keeps_no_session_alive(
    page_accounts: PageAccounts, door: Door
) -> None:
    page_accounts.stored.register.add("Practice", {Role.CLINICIAN})
    at = datetime.now(UTC) - timedelta(minutes=10)
    token = page_accounts.stored.sessions.begin("Practice", Way.LINK, "", "", at)
    browser = door()
    browser.cookies.set(COOKIE, token)
    assert browser.get("/strip", headers={"hx-request": "true"}).status_code == 200
    assert page_accounts.stored.sessions.of("Practice")[0].seen_utc == at
    assert browser.get("/people").status_code == 200
    assert page_accounts.stored.sessions.of("Practice")[0].seen_utc > at


def test_tokens_have_enough_random_bits() -> None:
    """256 of tokens and links; codes that are stored hashed have more than 64 (NIST SP 800-63B)."""
    assert SECRET_BYTES * 8 == 256
    tokens = {new_secret() for _ in range(1000)}
    assert len(tokens) == 1000 and {len(token) for token in tokens} == {43}
    assert 31**RECOVERY_LENGTH > 2**64 and len({new_code(16) for _ in range(1000)}) == 1000


def test_the_token_of_forms_is_no_way_in(page_accounts: PageAccounts, door: Door) -> None:
    page_accounts.stored.register.add("Practice", {Role.CLINICIAN})
    token = page_accounts.stored.sessions.begin("Practice", Way.LINK, "", "", datetime.now(UTC))
    browser = door()
    browser.cookies.set(COOKIE, form_token_of(token))
    assert browser.get("/people").headers["location"].startswith("/sign-in")


def test_an_account_that_is_shut_is_out_at_the_next_click(page_accounts: PageAccounts, door: Door) -> None:
    page_accounts.stored.register.add("Practice", {Role.CLINICIAN})
    browser = door("Practice")
    assert browser.get("/people").status_code == 200
    page_accounts.stored.register.set_disabled("Practice", True)
    assert browser.get("/people").headers["location"].startswith("/sign-in")


def test_addresses_hold_codes_and_no_names(page_accounts: PageAccounts, door: Door, library: Library) -> None:
    library.change_person(Person("P001", "Realname", time_zone="Europe/Berlin"))
    page_accounts.stored.register.add("Accountname", {Role.PATIENT}, "P001")
    browser = door("Accountname")
    for path in ("/", "/walks", "/settings", "/settings/sign-in"):
        links = re.findall(r'(?:href|action|src)="([^"]*)"', browser.get(path).text)
        assert links and not [link for link in links if "name" in link.lower().replace("/rename", "")]
