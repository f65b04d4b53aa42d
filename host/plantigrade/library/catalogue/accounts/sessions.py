"""Who is signed in: sessions that the server knows and can end, with a limit of use and an absolute one."""

from datetime import UTC, datetime
from typing import Final

import sqlalchemy as sa
from sqlalchemy.orm import Session

from plantigrade.library.catalogue.account_tables import AccountRow, AccountSessionRow
from plantigrade.library.catalogue.accounts.codes import digest, new_secret
from plantigrade.library.catalogue.accounts.entries import AccountSession, Role, StoredAccount, Way
from plantigrade.library.catalogue.accounts.register import (
    as_account,
    end_sessions,
    existing,
    is_shut,
    subject_of,
)
from plantigrade.library.catalogue.accounts.settings import LONGEST_BROWSER, SEEN_EVERY, limits_of
from plantigrade.library.catalogue.audit import add_audit_entry
from plantigrade.library.catalogue.store import LibraryError, Store

SIGN_IN: Final = "sign in"
SIGN_OUT: Final = "sign out"
_LONGEST_ADDRESS: Final = 80


class SessionRegister:
    """The sessions of all accounts.

    Args:
        store: the database of the library.
    """

    def __init__(self, store: Store) -> None:
        self._store = store

    def begin(self, account: str, way: Way, browser: str, address: str, now: datetime | None = None) -> str:
        """Begin a session; its token, which is stored nowhere (ASVS 7.2.3, 7.2.4). Logged (16.3.1).

        Raises:
            UnknownAccountError: there is no such account.
            LibraryError: it is shut.
        """
        now, token = now or datetime.now(UTC), new_secret()
        with self._store.write() as session:
            row = existing(session, account)
            if is_shut(session, row):
                raise LibraryError(f"account {row.name!r} is shut")
            limits = limits_of(_roles(row))
            _sweep(session, now)
            session.add(
                AccountSessionRow(
                    account_id=row.id,
                    token_sha256=digest(token),
                    created_utc=now,
                    seen_utc=now,
                    ends_utc=now + limits.longest,
                    proved_utc=now,
                    way=way.value,
                    browser=" ".join(browser.split())[:LONGEST_BROWSER],
                    address=address[:_LONGEST_ADDRESS],
                )
            )
            add_audit_entry(session, SIGN_IN, subject_of(session, row), f"by {way} from {address}")
        return token

    def find(self, token: str, active: bool = True, now: datetime | None = None) -> AccountSession | None:
        """The session of a token; None where there is none, it has ended, or its account is shut.

        Args:
            token: as the browser has it.
            active: someone asked for a page, so that the session is in use: what a page asks for by itself
                does not keep a session alive.
            now: the time; None: that of the clock.
        """
        now = now or datetime.now(UTC)
        with self._store.read() as session:
            row = session.scalar(_by_token(token))
            if row is None or not _lives(session, row, now):
                return None
            found = _as_session(session, row)
        if active and now - found.seen_utc >= SEEN_EVERY:
            with self._store.write() as session:
                seen = sa.update(AccountSessionRow).where(AccountSessionRow.id == found.id)
                session.execute(seen.values(seen_utc=now))
        return found

    def prove(self, token: str, now: datetime | None = None) -> None:
        """The holder of a session has shown again who it is."""
        with self._store.write() as session:
            proved = sa.update(AccountSessionRow).where(AccountSessionRow.token_sha256 == digest(token))
            session.execute(proved.values(proved_utc=now or datetime.now(UTC)))

    def of(self, account: str, now: datetime | None = None) -> list[AccountSession]:
        """The living sessions of an account, last used first (ASVS 7.5.2)."""
        now = now or datetime.now(UTC)
        with self._store.read() as session:
            row = existing(session, account)
            query = sa.select(AccountSessionRow).where(AccountSessionRow.account_id == row.id)
            rows = session.scalars(query.order_by(AccountSessionRow.seen_utc.desc())).all()
            return [_as_session(session, one) for one in rows if _lives(session, one, now)]

    def end(self, token: str) -> None:
        """End a session (ASVS 7.4.1); logged."""
        with self._store.write() as session:
            row = session.scalar(_by_token(token))
            if row is not None:
                add_audit_entry(session, SIGN_OUT, _subject(session, row))
                session.delete(row)

    def end_one(self, account: str, session_id: int) -> bool:
        """End one of an account's own sessions, wherever it is; False where it is not its own."""
        with self._store.write() as session:
            row = session.get(AccountSessionRow, session_id)
            if row is None or row.account_id != existing(session, account).id:
                return False
            add_audit_entry(session, SIGN_OUT, _subject(session, row), "ended from another place")
            session.delete(row)
            return True

    def end_others(self, account: str, token: str) -> int:
        """End all sessions of an account but this one (ASVS 7.4.3); how many."""
        with self._store.write() as session:
            row = existing(session, account)
            own = session.scalar(_by_token(token))
            ended = end_sessions(session, row.id, None if own is None else own.id)
            if ended:
                add_audit_entry(session, SIGN_OUT, subject_of(session, row), f"{ended} sessions ended")
            return ended


def _by_token(token: str) -> sa.Select[AccountSessionRow]:
    return sa.select(AccountSessionRow).where(AccountSessionRow.token_sha256 == digest(token))


def _roles(row: AccountRow) -> frozenset[Role]:
    return frozenset(Role(role) for role in row.roles.split(","))


def _subject(session: Session, row: AccountSessionRow) -> str:
    account = session.get_one(AccountRow, row.account_id)
    return subject_of(session, account)


def _lives(session: Session, row: AccountSessionRow, now: datetime) -> bool:
    account = session.get(AccountRow, row.account_id)
    if account is None or is_shut(session, account):
        return False
    return now < row.ends_utc and now - row.seen_utc < limits_of(_roles(account)).idle


def _as_session(session: Session, row: AccountSessionRow) -> AccountSession:
    account: StoredAccount = as_account(session, session.get_one(AccountRow, row.account_id))
    times = (row.created_utc, row.seen_utc, row.ends_utc, row.proved_utc)
    return AccountSession(row.id, account, *times, Way(row.way), row.browser, row.address)


def _sweep(session: Session, now: datetime) -> None:
    """Sessions that have ended go, whenever one begins."""
    session.execute(sa.delete(AccountSessionRow).where(AccountSessionRow.ends_utc <= now))
