"""The log of sign-ins, refusals and changes: complete, without secrets, and changed by nobody."""

import re
from collections.abc import Callable
from pathlib import Path

import plantigrade
import pytest
from plantigrade.library.catalogue.accounts.entries import Role
from plantigrade.library.catalogue.library import Library
from plantigrade.web.accounts.rights import Account
from plantigrade.web.page_accounts import PageAccounts
from starlette.testclient import TestClient

Door = Callable[..., TestClient]
CHANGES = re.compile(r"(?:delete|update)\(\s*(?:sa\.table\()?\s*\"?(?:AuditRow|audit)\b")


def test_no_code_changes_or_removes_a_line_of_the_log() -> None:
    """Lines are added, and stay (ASVS 16.4.2). Migrations of old releases are the one exception: they take
    the names of people out."""
    found = [
        path.name
        for path in Path(plantigrade.__file__).parent.rglob("*.py")
        if "migrations" not in path.parts and CHANGES.search(path.read_text(encoding="utf-8"))
    ]
    assert found == []


def test_what_is_refused_is_logged_by_its_pattern(
    page_accounts: PageAccounts, door: Door, library: Library
) -> None:
    """Who, from where, what, and no data (ASVS 16.3.2)."""
    page_accounts.stored.register.add("Practice", {Role.CLINICIAN})
    browser = door("Practice")
    assert browser.get("/people/P001").status_code == 404
    assert browser.get("/walks/20260301T100000Z-00000001").status_code == 404
    assert browser.get("/settings/sign-ins").status_code == 403
    lines = [(line.actor, line.subject, line.detail) for line in page_accounts.stored.log.newest(3)]
    assert lines == [
        ("Practice", "Practice", "403 for /settings/sign-ins from 192.0.2.1"),
        ("Practice", "Practice", "404 for /walks/{id} from 192.0.2.1"),
        ("Practice", "Practice", "404 for /people/{code} from 192.0.2.1"),
    ]
    assert not [line for line in library.audit("P001") if line.action == "refused"]


@pytest.mark.parametrize(("status", "lines"), [(403, 5), (404, 5), (429, 1)])
def test_too_many_tries_are_one_line_a_minute(
    status: int, lines: int, page_accounts: PageAccounts, library: Library
) -> None:
    """A flood of tries does not fill the disk."""
    for number in range(5):
        page_accounts.note_refusal(None, f"2001:db8::{number}", "/sign-in", status)
    assert len(page_accounts.stored.log.newest()) == lines


def test_a_person_who_is_erased_leaves_no_name_in_it(page_accounts: PageAccounts, library: Library) -> None:
    page_accounts.stored.register.add("Real Name", {Role.PATIENT}, "P001")
    page_accounts.note_refusal(Account("Real Name", frozenset(), "P001"), "192.0.2.1", "/x", 403)
    page_accounts.stored.log.failed("Real Name", "192.0.2.1", "by password")
    library.erase_person("P001")
    assert page_accounts.stored.register.is_empty()
    assert "Real Name" not in str(library.audit()) and "P001" not in str(library.audit())
