"""Passkeys of accounts and the challenges that they sign. What they mean is checked by who asks for them."""

from datetime import UTC, datetime

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from plantigrade.library.catalogue.account_tables import AccountRow, PasskeyChallengeRow, PasskeyRow
from plantigrade.library.catalogue.accounts.codes import digest
from plantigrade.library.catalogue.accounts.entries import Passkey
from plantigrade.library.catalogue.accounts.register import (
    checked_name,
    existing,
    has_a_way_in,
    is_shut,
    subject_of,
)
from plantigrade.library.catalogue.accounts.settings import CHALLENGE_LASTS
from plantigrade.library.catalogue.audit import add_audit_entry
from plantigrade.library.catalogue.store import LibraryError, Store


class PasskeyRegister:
    """The passkeys of all accounts.

    Args:
        store: the database of the library.
    """

    def __init__(self, store: Store) -> None:
        self._store = store

    def challenge(self, challenge: str, account: str | None = None, now: datetime | None = None) -> None:
        """Remember a challenge; with an account: for enrolling a passkey of it."""
        now = now or datetime.now(UTC)
        with self._store.write() as session:
            session.execute(sa.delete(PasskeyChallengeRow).where(PasskeyChallengeRow.ends_utc <= now))
            session.add(
                PasskeyChallengeRow(
                    account_id=None if account is None else existing(session, account).id,
                    challenge_sha256=digest(challenge),
                    ends_utc=now + CHALLENGE_LASTS,
                )
            )

    def use_challenge(self, challenge: str, account: str | None = None, now: datetime | None = None) -> bool:
        """Use a challenge up; False where it was not given, was used or has expired."""
        now = now or datetime.now(UTC)
        with self._store.write() as session:
            account_id = None if account is None else existing(session, account).id
            used = sa.delete(PasskeyChallengeRow).where(
                PasskeyChallengeRow.challenge_sha256 == digest(challenge),
                PasskeyChallengeRow.account_id.is_not_distinct_from(account_id),
                PasskeyChallengeRow.ends_utc > now,
            )
            return session.execute(used.returning(PasskeyChallengeRow.id)).first() is not None

    def add(self, account: str, credential_id: str, public_key: str, sign_count: int, name: str) -> Passkey:
        """Enrol a passkey.

        Raises:
            LibraryError: it is enrolled already, or its name is empty or too long.
        """
        try:
            with self._store.write() as session:
                row = existing(session, account)
                key = PasskeyRow(
                    account_id=row.id,
                    credential_id=credential_id,
                    public_key=public_key,
                    sign_count=sign_count,
                    name=checked_name(name),
                    created_utc=datetime.now(UTC),
                )
                session.add(key)
                session.flush()
                add_audit_entry(session, "change account", subject_of(session, row), "passkey added")
                return _as_passkey(session, key)
        except LibraryError as error:
            if isinstance(error.__cause__, IntegrityError):
                raise LibraryError("this passkey is enrolled already") from error
            raise

    def of(self, account: str) -> list[Passkey]:
        """The passkeys of an account, oldest first."""
        with self._store.read() as session:
            row = existing(session, account)
            query = sa.select(PasskeyRow).where(PasskeyRow.account_id == row.id).order_by(PasskeyRow.id)
            return [_as_passkey(session, key) for key in session.scalars(query)]

    def by_credential(self, credential_id: str) -> Passkey | None:
        """The passkey of an identifier; None where there is none, or its account is shut."""
        with self._store.read() as session:
            key = session.scalar(sa.select(PasskeyRow).where(PasskeyRow.credential_id == credential_id))
            if key is None or is_shut(session, session.get_one(AccountRow, key.account_id)):
                return None
            return _as_passkey(session, key)

    def used(self, credential_id: str, sign_count: int) -> None:
        """A passkey was used; its counter is now this."""
        with self._store.write() as session:
            used = sa.update(PasskeyRow).where(PasskeyRow.credential_id == credential_id)
            session.execute(used.values(sign_count=sign_count, used_utc=datetime.now(UTC)))

    def remove(self, account: str, passkey_id: int) -> None:
        """Remove a passkey of an account.

        Raises:
            LibraryError: it is not the account's, or the last way to sign in.
        """
        with self._store.write() as session:
            row = existing(session, account)
            key = session.get(PasskeyRow, passkey_id)
            if key is None or key.account_id != row.id:
                raise LibraryError("there is no such passkey")
            session.delete(key)
            session.flush()
            if not has_a_way_in(session, row):
                raise LibraryError("this is the last way to sign in; add another one first")
            add_audit_entry(session, "change account", subject_of(session, row), "passkey removed")


def _as_passkey(session: Session, row: PasskeyRow) -> Passkey:
    account = session.get_one(AccountRow, row.account_id).name
    about = (row.credential_id, row.public_key, row.sign_count, row.name, row.created_utc, row.used_utc)
    return Passkey(row.id, account, *about)
