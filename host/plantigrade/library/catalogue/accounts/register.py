"""The accounts themselves: made, found, changed, removed."""

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Final

import sqlalchemy as sa
from sqlalchemy.orm import Session

from plantigrade.library.catalogue.account_tables import (
    AccountRow,
    AccountSessionRow,
    PasskeyRow,
    RecoveryCodeRow,
    SignInLinkRow,
)
from plantigrade.library.catalogue.accounts.codes import code_digest, new_code
from plantigrade.library.catalogue.accounts.entries import Role, StoredAccount
from plantigrade.library.catalogue.accounts.settings import LONGEST_NAME, RECOVERY_CODES, RECOVERY_LENGTH
from plantigrade.library.catalogue.accounts.sharing import withdraw_all_from
from plantigrade.library.catalogue.audit import add_audit_entry
from plantigrade.library.catalogue.queries import person_row
from plantigrade.library.catalogue.store import LibraryError, Store
from plantigrade.library.catalogue.tables import PersonRow

LANGUAGE: Final = "language"
_LOOKS: Final = {"theme": ("", "light", "dark"), "text_size": ("", "large", "larger")}


class UnknownAccountError(LibraryError):
    """There is no such account."""


class AccountRegister:
    """The accounts of a library.

    Args:
        store: the database of the library.

    Example:
        >>> from pathlib import Path
        >>> from tempfile import TemporaryDirectory
        >>> from plantigrade.library.catalogue.library import Library
        >>> with TemporaryDirectory() as folder, Library(Path(folder)) as library:
        ...     _ = library.accounts.register.add("home", {Role.CLINICIAN})
        ...     [account.name for account in library.accounts.register.all()]
        ['home']
    """

    def __init__(self, store: Store) -> None:
        self._store = store

    def add(self, name: str, roles: Iterable[Role], person: str | None = None) -> StoredAccount:
        """Make an account that nobody can sign in with yet: a link or a password comes after it.

        Raises:
            LibraryError: the name is taken or makes no sense, or a patient's person is missing.
            UnknownPersonError: there is no such person.
        """
        shown, chosen = checked_name(name), checked_roles(roles, person)
        with self._store.write() as session:
            if account_row(session, shown) is not None:
                raise LibraryError(f"account {shown!r} is there already")
            about = None if person is None else person_row(session, person)
            row = AccountRow(
                name=shown,
                roles=",".join(sorted(chosen)),
                person_id=None if about is None else about.id,
                disabled=False,
                created_utc=datetime.now(UTC),
            )
            session.add(row)
            session.flush()
            add_audit_entry(session, "add account", subject_of(session, row), row.roles)
            return as_account(session, row)

    def all(self) -> list[StoredAccount]:
        """All accounts, by name."""
        with self._store.read() as session:
            rows = session.scalars(sa.select(AccountRow).order_by(AccountRow.name))
            return [as_account(session, row) for row in rows]

    def is_empty(self) -> bool:
        """Whether nobody has an account yet."""
        with self._store.read() as session:
            return session.scalar(sa.select(AccountRow.id).limit(1)) is None

    def find(self, name: str) -> StoredAccount | None:
        """The account of a name, however it is capitalised; None where there is none."""
        with self._store.read() as session:
            row = account_row(session, name)
            return None if row is None else as_account(session, row)

    def get(self, name: str) -> StoredAccount:
        """The account of a name.

        Raises:
            UnknownAccountError: there is none.
        """
        found = self.find(name)
        if found is None:
            raise UnknownAccountError(f"there is no account {name[:LONGEST_NAME]!r}")
        return found

    def set_roles(self, name: str, roles: Iterable[Role], person: str | None = None) -> StoredAccount:
        """Give an account other roles; its sessions end.

        Raises:
            UnknownAccountError: there is none.
            LibraryError: it is the last owner, or a patient's person is missing.
        """
        with self._store.write() as session:
            row = existing(session, name)
            asked = frozenset(Role(role) for role in roles)
            if person is not None:
                row.person_id = person_row(session, person).id
            keeps = None if row.person_id is None or Role.PATIENT not in asked else "its own"
            chosen = checked_roles(asked, person or keeps)
            if Role.OWNER not in chosen:
                _keep_an_owner(session, row)
            if Role.PATIENT not in chosen:
                row.person_id = None
            row.roles = ",".join(sorted(chosen))
            end_sessions(session, row.id)
            add_audit_entry(session, "change account", subject_of(session, row), row.roles)
            return as_account(session, row)

    def set_disabled(self, name: str, disabled: bool) -> StoredAccount:
        """Shut an account, or open it again; shut, all its sessions end at once (ASVS 7.4.2).

        Raises:
            UnknownAccountError: there is none.
            LibraryError: it is the last owner.
        """
        with self._store.write() as session:
            row = existing(session, name)
            if disabled:
                _keep_an_owner(session, row)
                end_sessions(session, row.id)
            row.disabled = disabled
            action = "disable account" if disabled else "enable account"
            add_audit_entry(session, action, subject_of(session, row))
            return as_account(session, row)

    def remove(self, name: str) -> None:
        """Remove an account; what people shared with it is withdrawn, so that nobody inherits it by the name.
        The data of its person stay.

        Raises:
            UnknownAccountError: there is none.
            LibraryError: it is the last owner.
        """
        with self._store.write() as session:
            row = existing(session, name)
            _keep_an_owner(session, row)
            withdrawn = withdraw_all_from(session, row.name)
            add_audit_entry(
                session, "remove account", subject_of(session, row), f"{withdrawn} consents withdrawn"
            )
            session.delete(row)

    def set_look(self, name: str, language: str, theme: str, text_size: str) -> None:
        """How the account's pages look.

        Raises:
            UnknownAccountError: there is none.
            LibraryError: a value is none of those that are known.
        """
        for kind, value in (("theme", theme), ("text_size", text_size)):
            if value not in _LOOKS[kind]:
                raise LibraryError(f"{kind} is one of {', '.join(_LOOKS[kind][1:])}, or nothing")
        if language and not (language.isascii() and language.isalpha() and len(language) <= 3):
            raise LibraryError("a language has a code such as en")
        with self._store.write() as session:
            row = existing(session, name)
            row.language, row.theme, row.text_size = language, theme, text_size

    def password_hash(self, name: str) -> str | None:
        """The hash of an account's password; None without account, password, or while it is shut."""
        with self._store.read() as session:
            row = account_row(session, name)
            return None if row is None or is_shut(session, row) else row.password_hash

    def totp_secret(self, name: str) -> str | None:
        """The secret of the account's authenticator app; None where it has none."""
        with self._store.read() as session:
            row = account_row(session, name)
            return None if row is None else row.totp_secret

    def set_password(self, name: str, password_hash: str, totp_secret: str) -> list[str]:
        """Give an account a password with its second factor; returns new recovery codes, shown once.

        All its other sessions must be ended by the caller, who knows which one stays (ASVS 7.4.3).

        Raises:
            UnknownAccountError: there is none.
        """
        codes = [new_code(RECOVERY_LENGTH) for _ in range(RECOVERY_CODES)]
        with self._store.write() as session:
            row = existing(session, name)
            row.password_hash, row.totp_secret, row.totp_step = password_hash, totp_secret, 0
            session.execute(sa.delete(RecoveryCodeRow).where(RecoveryCodeRow.account_id == row.id))
            session.add_all(RecoveryCodeRow(account_id=row.id, code_sha256=code_digest(c)) for c in codes)
            add_audit_entry(session, "change account", subject_of(session, row), "password and second factor")
        return codes

    def change_password(self, name: str, password_hash: str) -> None:
        """Give an account another password; its second factor stays.

        Raises:
            UnknownAccountError: there is none.
        """
        with self._store.write() as session:
            row = existing(session, name)
            row.password_hash = password_hash
            add_audit_entry(session, "change account", subject_of(session, row), "password")

    def use_totp_step(self, name: str, step: int) -> bool:
        """Use up a step of the app's code; False where it, or a later one, was used (ASVS 6.5.1)."""
        with self._store.write() as session:
            row = account_row(session, name)
            if row is None or step <= row.totp_step:
                return False
            row.totp_step = step
            return True

    def use_recovery_code(self, name: str, code: str) -> bool:
        """Use up a recovery code; False where it is none of the account's."""
        with self._store.write() as session:
            row = account_row(session, name)
            if row is None:
                return False
            wanted = sa.delete(RecoveryCodeRow).where(
                RecoveryCodeRow.account_id == row.id, RecoveryCodeRow.code_sha256 == code_digest(code)
            )
            used = session.execute(wanted.returning(RecoveryCodeRow.id)).first() is not None
            if used:
                add_audit_entry(session, "recovery code", subject_of(session, row))
            return used


def checked_name(name: str) -> str:
    """A name as it is stored.

    Raises:
        LibraryError: it is empty, too long, or has characters that look like nothing.
    """
    shown = " ".join(name.split())
    if not 1 <= len(shown) <= LONGEST_NAME or not shown.isprintable():
        raise LibraryError(f"the name of an account has 1 to {LONGEST_NAME} visible characters")
    return shown


def checked_roles(roles: Iterable[Role], person: str | None) -> frozenset[Role]:
    """Roles that go together.

    Raises:
        LibraryError: none, a patient without a person, or a person without a patient.
    """
    chosen = frozenset(Role(role) for role in roles)
    if not chosen:
        raise LibraryError(f"an account has one of these roles at least: {', '.join(Role)}")
    if (Role.PATIENT in chosen) != (person is not None):
        raise LibraryError("a patient's account names the person by code, and only a patient's does")
    return chosen


def account_row(session: Session, name: str) -> AccountRow | None:
    """The row of an account, by name; two names that differ only in capitals are one."""
    wanted = " ".join(name.split()).casefold()
    exact = session.scalar(sa.select(AccountRow).where(AccountRow.name == name))
    if exact is not None or not wanted:
        return exact
    for row_id, stored in session.execute(sa.select(AccountRow.id, AccountRow.name)):
        if stored.casefold() == wanted:
            return session.get(AccountRow, row_id)
    return None


def existing(session: Session, name: str) -> AccountRow:
    """The row of an account.

    Raises:
        UnknownAccountError: there is none.
    """
    row = account_row(session, name)
    if row is None:
        raise UnknownAccountError(f"there is no account {name[:LONGEST_NAME]!r}")
    return row


def is_shut(session: Session, row: AccountRow) -> bool:
    """Whether nobody can sign in with an account: it is disabled, or its person is being erased."""
    person = None if row.person_id is None else session.get(PersonRow, row.person_id)
    return row.disabled or (person is not None and person.erasing)


def subject_of(session: Session, row: AccountRow) -> str:
    """How the audit log names an account: a person's by the person's key, which erasure destroys."""
    person = None if row.person_id is None else session.get(PersonRow, row.person_id)
    return row.name if person is None else person.audit_key


def as_account(session: Session, row: AccountRow) -> StoredAccount:
    """A row as it is read."""
    person = None if row.person_id is None else session.get(PersonRow, row.person_id)
    codes = sa.select(sa.func.count()).where(RecoveryCodeRow.account_id == row.id)
    return StoredAccount(
        id=row.id,
        name=row.name,
        roles=frozenset(Role(role) for role in row.roles.split(",")),
        person=None if person is None else person.code,
        disabled=is_shut(session, row),
        has_password=row.password_hash is not None,
        has_totp=row.totp_secret is not None,
        recovery_codes=session.scalar(codes) or 0,
        language=row.language,
        theme=row.theme,
        text_size=row.text_size,
        created_utc=row.created_utc,
    )


def end_sessions(session: Session, account_id: int, but: int | None = None) -> int:
    """End the sessions of an account, and its links; how many sessions. `but` stays."""
    query = sa.delete(AccountSessionRow).where(AccountSessionRow.account_id == account_id)
    if but is not None:
        query = query.where(AccountSessionRow.id != but)
    ended = session.execute(query.returning(AccountSessionRow.id)).all()
    session.execute(sa.delete(SignInLinkRow).where(SignInLinkRow.account_id == account_id))
    return len(ended)


def has_a_way_in(session: Session, row: AccountRow) -> bool:
    """Whether an account has a password with second factor, or a passkey."""
    passkey = session.scalar(sa.select(PasskeyRow.id).where(PasskeyRow.account_id == row.id).limit(1))
    return passkey is not None or (row.password_hash is not None and row.totp_secret is not None)


def _keep_an_owner(session: Session, row: AccountRow) -> None:
    """The last owner cannot leave: nobody could make accounts then."""
    owners = [
        other
        for other in session.scalars(sa.select(AccountRow))
        if Role.OWNER in other.roles.split(",") and not is_shut(session, other)
    ]
    if [other.id for other in owners] == [row.id]:
        raise LibraryError(f"{row.name} is the last owner; make another one first")
