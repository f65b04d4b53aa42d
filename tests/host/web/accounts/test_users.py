"""`plantigrade users`: accounts from the terminal; a password is asked for, and a link is printed."""

import json
import re
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from plantigrade.cli import Invocation
from plantigrade.library.catalogue.accounts.entries import LinkKind, Role, Way
from plantigrade.library.catalogue.library import Library
from plantigrade.library.entries import Person
from plantigrade.web.accounts import actions
from plantigrade.web.accounts.commands import users
from plantigrade.web.accounts.passwords import matches
from pyotp.totp import TOTP

Run = Callable[..., Result]
LINK = re.compile(r"^  (\S+)/sign-in/(\S+)$", re.M)
SECRET = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"
PASSWORD = "correct horse battery"


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """A library with one person."""
    with Library(tmp_path / "data") as library:
        library.add_person(Person("P001"))
    return tmp_path / "data"


@pytest.fixture
def run(data: Path) -> Run:
    """Run the command."""

    def run(*arguments: str, answers: Sequence[str] = ()) -> Result:
        typed = "".join(f"{answer}\n" for answer in answers)
        return CliRunner().invoke(users, list(arguments), obj=Invocation(data=data), input=typed)

    return run


def test_an_account_begins_with_a_link_that_works(run: Run, data: Path) -> None:
    done = run("add", "Dr. Practice", "--role", "clinician", "--pages", "https://insoles.example.org/")
    assert done.exit_code == 0
    pages, secret = LINK.findall(done.stdout)[0]
    assert pages == "https://insoles.example.org" and "within 3 days" in done.stdout
    with Library(data) as library:
        found = library.accounts.links.look(secret)
        assert found is not None and (found.kind, found.account) == (LinkKind.SIGN_IN, "Dr. Practice")


@pytest.mark.parametrize(
    ("arguments", "code", "says"),
    [
        (("add", "x"), 2, "--role"),
        (("add", "x", "--role", "king"), 2, "king"),
        (("add", "x", "--role", "patient"), 1, "names the person"),
        (("add", "x", "--role", "patient", "--person", "P404"), 1, "P404"),
        (("add", "x", "--role", "clinician", "--person", "P001"), 1, "names the person"),
        (("add", " ", "--role", "owner"), 1, "1 to 100"),
        (("role", "nobody", "--role", "owner"), 1, "no account"),
        (("passwd", "nobody"), 1, "no account"),
        (("passwd", "x", "--password", "secret"), 2, "--password"),
        (("remove", "nobody", "--yes"), 1, "no account"),
    ],
)
def test_what_cannot_be_done_is_said(arguments: tuple[str, ...], code: int, says: str, run: Run) -> None:
    done = run(*arguments)
    assert done.exit_code == code and says in str(done.exception) + done.output


def test_the_list_says_what_each_account_can_do(run: Run, data: Path) -> None:
    assert "no accounts yet" in run("list").stdout
    run("add", "anna", "--role", "patient", "--role", "owner", "--person", "P001")
    with Library(data) as library:
        library.accounts.passkeys.add("anna", "id", "key", 0, "phone")
        library.accounts.sessions.begin("anna", Way.PASSKEY, "", "", datetime.now(UTC))
    assert run("list").stdout == "anna: owner, patient (P001); 1 passkey; 1 open sessions\n"
    found = json.loads(run("list", "--json", "-").stdout)
    assert found["schema"] == "plantigrade.users/1"
    assert found["users"][0]["roles"] == ["owner", "patient"] and found["users"][0]["person"] == "P001"


def test_roles_are_replaced_and_sessions_end(run: Run, data: Path) -> None:
    run("add", "sam", "--role", "engineer")
    with Library(data) as library:
        token = library.accounts.sessions.begin("sam", Way.LINK, "", "", datetime.now(UTC))
    assert run("role", "sam", "--role", "engineer", "--role", "owner").exit_code == 0
    with Library(data) as library:
        assert library.accounts.register.get("sam").roles == {Role.ENGINEER, Role.OWNER}
        assert library.accounts.sessions.find(token) is None


def test_a_password_is_asked_for_with_an_app_and_recovery_codes(
    run: Run, data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(actions, "new_totp_secret", lambda: SECRET)
    run("add", "anna", "--role", "engineer")
    answers = ["short", "short", PASSWORD, "another", PASSWORD, PASSWORD, "000000", TOTP(SECRET).now()]
    done = run("passwd", "anna", answers=answers)
    assert done.exit_code == 0, done.output
    assert PASSWORD not in done.output and "at least 12 characters" in done.output
    codes = re.findall(r"^  ((?:\w{4}-){3}\w{4})$", done.stdout, re.M)
    assert len(codes) == 8
    with Library(data) as library:
        register = library.accounts.register
        assert matches(register.password_hash("anna"), PASSWORD)
        assert register.totp_secret("anna") == SECRET and register.use_recovery_code("anna", codes[0])


def test_without_the_right_code_nothing_is_set(run: Run, data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    run("add", "anna", "--role", "engineer")
    done = run("passwd", "anna", answers=[PASSWORD, PASSWORD, "1", "2", "3"])
    assert done.exit_code == 1
    with Library(data) as library:
        assert library.accounts.register.password_hash("anna") is None


def test_removing_asks_and_the_last_owner_stays(run: Run, data: Path) -> None:
    run("add", "olga", "--role", "owner")
    assert run("remove", "olga", "--yes").exit_code == 1
    run("add", "sam", "--role", "engineer")
    assert run("remove", "sam", answers=["n"]).exit_code == 1
    assert run("remove", "sam", answers=["y"]).exit_code == 0
    with Library(data) as library:
        assert [account.name for account in library.accounts.register.all()] == ["olga"]
