"""Accounts of a library: made and changed, signed in and out, shared with; on both databases."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa
from plantigrade.errors import PlantigradeError
from plantigrade.library.catalogue.accounts.entries import LinkKind, Role, Way
from plantigrade.library.catalogue.accounts.library_accounts import LibraryAccounts
from plantigrade.library.catalogue.accounts.register import UnknownAccountError
from plantigrade.library.catalogue.accounts.settings import OF_OTHERS, OF_PATIENT, limits_of
from plantigrade.library.catalogue.accounts.sharing import ALL_KINDS
from plantigrade.library.catalogue.library import Library
from plantigrade.library.catalogue.store import LibraryError
from plantigrade.library.entries import Person
from plantigrade.library.person.entries import Consent, DataKind

Open = Callable[[], Library]
NOW = datetime(2026, 3, 10, 12, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


@pytest.fixture
def accounts(library: Library) -> LibraryAccounts:
    """Home, a patient and owner; Practice, a clinician."""
    library.add_person(Person("P001"))
    library.add_person(Person("P002"))
    library.accounts.register.add("Home", {Role.PATIENT, Role.OWNER}, "P001")
    library.accounts.register.add("Dr. Practice", {Role.CLINICIAN})
    return library.accounts


def test_an_account_is_found_however_its_name_is_written(accounts: LibraryAccounts) -> None:
    found = accounts.register.find("  dr.  PRACTICE ")
    assert found is not None and (found.name, found.roles, found.person) == (
        "Dr. Practice", {Role.CLINICIAN}, None,
    )  # fmt: skip
    assert accounts.register.find("nobody") is None
    assert not accounts.register.is_empty()
    with pytest.raises(LibraryError, match="is there already"):
        accounts.register.add("HOME", {Role.ENGINEER})
    with pytest.raises(UnknownAccountError):
        accounts.register.get("nobody")


@pytest.mark.parametrize(
    ("name", "roles", "person", "problem"),
    [
        ("", {Role.ENGINEER}, None, "1 to 100"),
        ("x" * 101, {Role.ENGINEER}, None, "1 to 100"),
        ("a\u200bb", {Role.ENGINEER}, None, "visible"),
        ("x", set(), None, "one of these roles"),
        ("x", {Role.PATIENT}, None, "names the person"),
        ("x", {Role.CLINICIAN}, "P001", "names the person"),
        ("x", {Role.PATIENT}, "P404", "P404"),
    ],
)
def test_accounts_that_make_no_sense_are_refused(
    name: str, roles: set[Role], person: str | None, problem: str, accounts: LibraryAccounts
) -> None:
    with pytest.raises(PlantigradeError, match=problem):
        accounts.register.add(name, roles, person)


def test_the_last_owner_cannot_leave(accounts: LibraryAccounts) -> None:
    register = accounts.register
    for leave in (
        lambda: register.remove("Home"),
        lambda: register.set_disabled("Home", True),
        lambda: register.set_roles("Home", {Role.PATIENT}),
    ):
        with pytest.raises(LibraryError, match="the last owner"):
            leave()
    register.add("second", {Role.OWNER})
    register.remove("Home")
    assert [account.name for account in register.all()] == ["Dr. Practice", "second"]


def test_a_session_is_found_by_its_token_alone(accounts: LibraryAccounts, library: Library) -> None:
    token = accounts.sessions.begin("Home", Way.LINK, "a  browser" + "!" * 200, "192.0.2.1", NOW)
    found = accounts.sessions.find(token, now=NOW)
    assert found is not None and found.account.name == "Home" and found.browser.startswith("a browser!")
    assert accounts.sessions.find(token[:-1], now=NOW) is None
    with library.store.read() as session:
        rows = str(session.execute(sa.text("SELECT * FROM account_sessions")).all())
    assert token not in rows, "the database does not let anyone in"


@pytest.mark.parametrize(
    ("name", "idle", "longest"),
    [("Home", OF_PATIENT.idle, OF_PATIENT.longest), ("Dr. Practice", OF_OTHERS.idle, OF_OTHERS.longest)],
)
def test_a_session_ends_when_it_is_idle_and_when_it_is_old(
    name: str, idle: timedelta, longest: timedelta, accounts: LibraryAccounts
) -> None:
    sessions = accounts.sessions
    token = sessions.begin(name, Way.LINK, "", "", NOW)
    assert sessions.find(token, now=NOW + idle - MINUTE) is not None, "in use again"
    assert sessions.find(token, active=False, now=NOW + 2 * idle - 2 * MINUTE) is not None
    assert sessions.find(token, now=NOW + 2 * idle) is None, "what a page asks for by itself counts not"
    token, at = sessions.begin(name, Way.LINK, "", "", NOW), NOW
    while at < NOW + longest:
        assert sessions.find(token, now=at) is not None
        at += idle / 2
    assert sessions.find(token, now=at) is None


@pytest.mark.parametrize(
    ("roles", "limits"),
    [
        ({Role.PATIENT}, OF_PATIENT),
        ({Role.PATIENT, Role.OWNER}, OF_PATIENT),
        ({Role.OWNER}, OF_OTHERS),
        ({Role.CLINICIAN}, OF_OTHERS),
        ({Role.ENGINEER}, OF_OTHERS),
        ({Role.PATIENT, Role.CLINICIAN}, OF_OTHERS),
        (set(), OF_OTHERS),
    ],
)
def test_the_strictest_role_says_how_long(roles: set[Role], limits: object) -> None:
    assert limits_of(frozenset(roles)) == limits


def test_sessions_are_ended_one_by_one_and_all(accounts: LibraryAccounts) -> None:
    sessions = accounts.sessions
    here, there, third = (sessions.begin("Home", Way.LINK, name, "", NOW) for name in "abc")
    other = sessions.begin("Dr. Practice", Way.LINK, "", "", NOW)
    listed = sessions.of("Home", NOW)
    assert sorted(one.browser for one in listed) == ["a", "b", "c"]
    theirs = sessions.of("Dr. Practice", NOW)[0].id
    assert not sessions.end_one("Home", theirs), "another account's"
    assert sessions.end_one("Home", next(one.id for one in listed if one.browser == "b"))
    assert sessions.find(there, now=NOW) is None
    assert sessions.end_others("Home", here) == 1
    assert sessions.find(third, now=NOW) is None and sessions.find(here, now=NOW) is not None
    sessions.end(here)
    assert sessions.find(here, now=NOW) is None and sessions.find(other, now=NOW) is not None


@pytest.mark.parametrize("change", ["disable", "remove", "role", "erase"])
def test_what_shuts_an_account_ends_its_sessions_at_once(
    change: str, accounts: LibraryAccounts, library: Library
) -> None:
    accounts.register.add("second", {Role.OWNER})
    token = accounts.sessions.begin("Home", Way.LINK, "", "", NOW)
    link = accounts.links.make("Home", now=NOW)
    {
        "disable": lambda: accounts.register.set_disabled("Home", True),
        "remove": lambda: accounts.register.remove("Home"),
        "role": lambda: accounts.register.set_roles("Home", {Role.ENGINEER}),
        "erase": lambda: library.erase_person("P001"),
    }[change]()
    assert accounts.sessions.find(token, now=NOW) is None
    assert accounts.links.use(link, NOW) is None


def test_a_link_is_used_once_and_in_time(accounts: LibraryAccounts) -> None:
    links = accounts.links
    old = links.make("Home", now=NOW)
    link = links.make("Home", now=NOW)
    assert links.look(old, NOW) is None, "a newer one replaces it"
    found = links.look(link, NOW)
    assert found is not None and (found.kind, found.account) == (LinkKind.SIGN_IN, "Home")
    assert links.look(link, NOW) == found, "looking does not use it"
    assert links.use(link, NOW + timedelta(minutes=10)) is None, "expired"
    assert links.use(link, NOW) == found
    assert links.use(link, NOW) is None and links.look(link, NOW) is None
    with pytest.raises(LibraryError, match="first run is over"):
        links.make(None)


def test_the_first_run_ends_with_the_first_account(library: Library) -> None:
    link = library.accounts.links.make(None, now=NOW)
    found = library.accounts.links.look(link, NOW)
    assert found is not None and found.kind is LinkKind.FIRST_RUN
    library.accounts.register.add("someone", {Role.OWNER})
    assert library.accounts.links.look(link, NOW) is None
    assert library.accounts.links.use(link, NOW) is None


def test_codes_are_used_once(accounts: LibraryAccounts) -> None:
    register = accounts.register
    codes = register.set_password("Home", "hash", "secret")
    assert len(set(codes)) == 8 and register.get("Home").recovery_codes == 8
    assert not register.use_recovery_code("Home", "AAAA-AAAA-AAAA-AAAA")
    assert not register.use_recovery_code("Dr. Practice", codes[0])
    assert register.use_recovery_code("home", codes[0].lower().replace("-", " "))
    assert not register.use_recovery_code("Home", codes[0])
    assert register.get("Home").recovery_codes == 7
    assert [register.use_totp_step("Home", step) for step in (5, 5, 4, 6)] == [True, False, False, True]
    fresh = register.set_password("Home", "hash", "other")
    assert not register.use_recovery_code("Home", codes[1]) and register.use_recovery_code("Home", fresh[1])


def test_a_passkey_has_one_account_and_the_last_way_in_stays(accounts: LibraryAccounts) -> None:
    keys = accounts.passkeys
    key = keys.add("Home", "id", "public", 0, "my phone")
    with pytest.raises(LibraryError, match="enrolled already"):
        keys.add("Dr. Practice", "id", "public", 0, "theirs")
    with pytest.raises(LibraryError, match="no such passkey"):
        keys.remove("Dr. Practice", key.id)
    with pytest.raises(LibraryError, match="last way"):
        keys.remove("Home", key.id)
    keys.used("id", 7)
    found = keys.by_credential("id")
    assert found is not None and (found.account, found.sign_count) == ("Home", 7)
    accounts.register.set_password("Home", "hash", "secret")
    keys.remove("Home", key.id)
    assert keys.by_credential("id") is None and keys.of("Home") == []


def test_a_challenge_is_used_once_by_whom_it_was_for(accounts: LibraryAccounts) -> None:
    keys = accounts.passkeys
    keys.challenge("a", None, NOW)
    keys.challenge("b", "Home", NOW)
    assert not keys.use_challenge("b", None, NOW) and not keys.use_challenge("b", "Dr. Practice", NOW)
    assert not keys.use_challenge("a", None, NOW + timedelta(minutes=5)), "too late"
    assert keys.use_challenge("a", None, NOW) and not keys.use_challenge("a", None, NOW)
    assert keys.use_challenge("b", "Home", NOW)


def give(library: Library, recipient: str, data: tuple[DataKind, ...], person: str = "P001") -> int:
    consent = Consent(recipient, data, "advice", NOW, NOW + timedelta(days=1), "1")
    return library.record(person).consents.give(consent).id


def test_shared_is_what_holds_now_names_the_account_and_is_whole(
    accounts: LibraryAccounts, library: Library
) -> None:
    practice = accounts.sharing
    number = give(library, "Dr. Practice", tuple(DataKind))
    give(library, "Dr. Practice", (DataKind.DIARY,), "P002")
    give(library, "Dr. Other", tuple(DataKind), "P002")
    later = NOW + timedelta(hours=1)
    assert practice.with_account("Dr. Practice", later) == {"P001"}
    assert practice.kinds("Dr. Practice", later) == {"P001": ALL_KINDS, "P002": {DataKind.DIARY}}
    assert practice.with_account("Dr. Practice", NOW - MINUTE) == frozenset(), "not yet"
    assert practice.with_account("Dr. Practice", NOW + timedelta(days=1)) == frozenset(), "no longer"
    assert practice.with_account("dr. practice", later) == frozenset(), "nobody else's name"
    library.record("P001").consents.withdraw(number, NOW)
    assert practice.with_account("Dr. Practice", later) == frozenset()


def test_nobody_inherits_what_was_shared_with_a_removed_account(
    accounts: LibraryAccounts, library: Library
) -> None:
    give(library, "Dr. Practice", tuple(DataKind))
    accounts.register.remove("Dr. Practice")
    accounts.register.add("Dr. Practice", {Role.CLINICIAN})
    assert accounts.sharing.with_account("Dr. Practice", NOW + timedelta(hours=1)) == frozenset()
    assert "withdraw consent" in {access.action for access in library.record("P001").accesses()}


def test_an_invitation_becomes_a_consent_once(accounts: LibraryAccounts, library: Library) -> None:
    invitations, until = accounts.invitations, NOW + timedelta(days=90)
    made, code = invitations.make("P001", "my podiatrist", tuple(DataKind), until, NOW)
    assert invitations.of("P001") == [made] and invitations.of("P002") == []
    assert invitations.take("2222-2222-2222-2222", "Dr. Practice", "advice", "1", NOW) is None
    assert invitations.take(code, "Dr. Practice", "advice", "1", NOW + timedelta(days=14)) is None
    assert invitations.take(code.lower(), "Dr. Practice", "advice", "1", NOW) == "P001"
    assert invitations.take(code, "Dr. Practice", "advice", "1", NOW) is None
    (consent,) = library.record("P001").consents.all()
    assert (consent.recipient, consent.by, consent.until_utc) == ("Dr. Practice", "P001", until)
    assert accounts.sharing.with_account("Dr. Practice", NOW) == {"P001"}
    with pytest.raises(LibraryError, match="no open invitation"):
        invitations.take_back("P001", made.id)


def test_an_invitation_is_taken_back_by_its_person_only(accounts: LibraryAccounts) -> None:
    made, code = accounts.invitations.make("P001", "x", (DataKind.DIARY,), None, NOW)
    with pytest.raises(LibraryError, match="P002: there is no open invitation"):
        accounts.invitations.take_back("P002", made.id)
    accounts.invitations.take_back("P001", made.id)
    assert accounts.invitations.take(code, "Dr. Practice", "advice", "1", NOW) is None
    for data, until in (((), None), ((DataKind.DIARY,), NOW)):
        with pytest.raises(LibraryError):
            accounts.invitations.make("P001", "x", data, until, NOW)


def test_the_log_names_who_tried_and_never_what_was_typed(
    accounts: LibraryAccounts, library: Library
) -> None:
    accounts.log.failed("my secret password", "192.0.2.9", "by password")
    accounts.log.failed("home", "192.0.2.9", "by password")
    accounts.log.refused("Dr. Practice", "192.0.2.9", "/people/{code}", 404)
    lines = [(line.action, line.subject, line.detail) for line in accounts.log.newest(3)]
    assert lines == [
        ("refused", "Dr. Practice", "404 for /people/{code} from 192.0.2.9"),
        ("sign-in failed", "P001", "by password from 192.0.2.9"),
        ("sign-in failed", "no account of this library", "by password from 192.0.2.9"),
    ]
    assert "secret" not in str(library.audit())


def test_the_export_holds_the_accounts_without_secrets(accounts: LibraryAccounts) -> None:
    codes = accounts.register.set_password("Home", "argon-hash", "totp-secret")
    token = accounts.sessions.begin("Home", Way.PASSWORD, "a browser", "192.0.2.1", datetime.now(UTC))
    _, code = accounts.invitations.make("P001", "my podiatrist", tuple(DataKind), None)
    found = accounts.of_person("P001")
    assert found["accounts"][0]["sessions"][0]["browser"] == "a browser"
    assert found["invitations"][0]["label"] == "my podiatrist"
    assert not [
        secret for secret in ("argon-hash", "totp-secret", token, code, *codes) if secret in str(found)
    ]
    assert accounts.of_person("P002")["accounts"] == []


def test_looks_are_those_that_pages_know(accounts: LibraryAccounts) -> None:
    accounts.register.set_look("Home", "de", "dark", "larger")
    found = accounts.register.get("Home")
    assert (found.language, found.theme, found.text_size) == ("de", "dark", "larger")
    for look in (("deutsch", "", ""), ("", "pink", ""), ("", "", "huge"), ('"><', "", "")):
        with pytest.raises(LibraryError):
            accounts.register.set_look("Home", *look)
