"""One-time links: random, stored hashed, short-lived, used once (OWASP ASVS 5.0, 6.4.1 and 6.5.1)."""

from datetime import UTC, datetime, timedelta

import sqlalchemy as sa

from plantigrade.library.catalogue.account_tables import AccountRow, SignInLinkRow
from plantigrade.library.catalogue.accounts.codes import digest, new_secret
from plantigrade.library.catalogue.accounts.entries import Link, LinkKind
from plantigrade.library.catalogue.accounts.register import existing, is_shut, subject_of
from plantigrade.library.catalogue.accounts.settings import LINK_LASTS
from plantigrade.library.catalogue.audit import add_audit_entry
from plantigrade.library.catalogue.store import LibraryError, Store


class LinkRegister:
    """The links that were made and not yet used.

    Args:
        store: the database of the library.
    """

    def __init__(self, store: Store) -> None:
        self._store = store

    def make(self, account: str | None, lasts: timedelta = LINK_LASTS, now: datetime | None = None) -> str:
        """A secret for a link; earlier ones of the same account, or of the first run, no longer work.

        Args:
            account: name; None: for the first run of a library without accounts.
            lasts: how long it can be used.
            now: the time; None: that of the clock.

        Raises:
            UnknownAccountError: there is no such account.
            LibraryError: it is shut, or a first run was asked for while there are accounts.
        """
        now, secret = now or datetime.now(UTC), new_secret()
        with self._store.write() as session:
            row = None if account is None else existing(session, account)
            if row is not None and is_shut(session, row):
                raise LibraryError(f"account {row.name!r} is shut")
            if row is None and session.scalar(sa.select(AccountRow.id).limit(1)) is not None:
                raise LibraryError("this library has accounts; its first run is over")
            account_id = None if row is None else row.id
            session.execute(
                sa.delete(SignInLinkRow).where(SignInLinkRow.account_id.is_not_distinct_from(account_id))
            )
            session.execute(sa.delete(SignInLinkRow).where(SignInLinkRow.ends_utc <= now))
            session.add(
                SignInLinkRow(
                    account_id=account_id, link_sha256=digest(secret), made_utc=now, ends_utc=now + lasts
                )
            )
            if row is not None:
                add_audit_entry(session, "sign-in link", subject_of(session, row))
        return secret

    def look(self, secret: str, now: datetime | None = None) -> Link | None:
        """What a link is for, without using it; None where it was used, has expired or never was."""
        with self._store.read() as session:
            row = session.scalar(_by_secret(secret, now))
            if row is None:
                return None
            account = None if row.account_id is None else session.get(AccountRow, row.account_id)
            if account is None:
                first = session.scalar(sa.select(AccountRow.id).limit(1)) is None
                return Link(LinkKind.FIRST_RUN, "", row.ends_utc) if first else None
            if is_shut(session, account):
                return None
            return Link(LinkKind.SIGN_IN, account.name, row.ends_utc)

    def use(self, secret: str, now: datetime | None = None) -> Link | None:
        """Use a link up; of two who try, one has it."""
        found = self.look(secret, now)
        if found is None:
            return None
        with self._store.write() as session:
            used = sa.delete(SignInLinkRow).where(SignInLinkRow.link_sha256 == digest(secret))
            return found if session.execute(used.returning(SignInLinkRow.id)).first() else None


def _by_secret(secret: str, now: datetime | None) -> sa.Select[SignInLinkRow]:
    return sa.select(SignInLinkRow).where(
        SignInLinkRow.link_sha256 == digest(secret), SignInLinkRow.ends_utc > (now or datetime.now(UTC))
    )
