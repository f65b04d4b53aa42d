"""Lines of the audit log about signing in and refusals: whether, by whom, from where; never a secret."""

from datetime import datetime
from typing import Final

import sqlalchemy as sa

from plantigrade.library.catalogue.accounts.register import account_row, subject_of
from plantigrade.library.catalogue.accounts.sessions import SIGN_IN, SIGN_OUT
from plantigrade.library.catalogue.audit import add_audit_entry, code_of_key
from plantigrade.library.catalogue.store import Store
from plantigrade.library.catalogue.tables import AuditRow
from plantigrade.library.entries import AuditEntry

SIGN_IN_FAILED: Final = "sign-in failed"
REFUSED: Final = "refused"
NO_ACCOUNT: Final = "no account of this library"
"""Subject of a failed sign-in under a name that is none: people type their passwords there."""
OF_OWNER: Final = (
    SIGN_IN,
    SIGN_IN_FAILED,
    SIGN_OUT,
    REFUSED,
    "sign-in link",
    "recovery code",
    "add account",
    "change account",
    "disable account",
    "enable account",
    "remove account",
)
"""What the owner sees: sign-ins, refusals and accounts, without content."""


class SignInLog:
    """The part of the audit log that is about accounts.

    Args:
        store: the database of the library.
    """

    def __init__(self, store: Store) -> None:
        self._store = store

    def failed(self, name: str, address: str, why: str) -> None:
        """A sign-in failed (ASVS 16.3.1)."""
        with self._store.write() as session:
            row = account_row(session, name)
            subject = NO_ACCOUNT if row is None else subject_of(session, row)
            add_audit_entry(session, SIGN_IN_FAILED, subject, f"{why} from {address}")

    def refused(self, account: str | None, address: str, what: str, status: int) -> None:
        """Something was refused (ASVS 16.3.2); `what` is the pattern of the address, no data."""
        with self._store.write() as session:
            row = None if account is None else account_row(session, account)
            subject = NO_ACCOUNT if row is None else subject_of(session, row)
            add_audit_entry(session, REFUSED, subject, f"{status} for {what} from {address}")

    def newest(self, most: int = 200, since: datetime | None = None) -> list[AuditEntry]:
        """Sign-ins, refusals and changes of accounts, newest first."""
        query = sa.select(AuditRow).where(AuditRow.action.in_(OF_OWNER)).order_by(AuditRow.id.desc())
        if since is not None:
            query = query.where(AuditRow.at_utc >= since)
        with self._store.read() as session:
            codes = code_of_key(session)
            return [
                AuditEntry(
                    row.id,
                    row.at_utc,
                    codes.get(row.actor, row.actor),
                    row.action,
                    codes.get(row.subject, row.subject),
                    row.detail,
                )
                for row in session.scalars(query.limit(most))
            ]
