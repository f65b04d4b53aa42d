"""Who shares data with an account now: by the consents that hold and name it."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Final

import sqlalchemy as sa
from sqlalchemy.orm import Session

from plantigrade.library.catalogue.audit import add_audit_entry
from plantigrade.library.catalogue.person_tables import ConsentRow
from plantigrade.library.catalogue.store import Store
from plantigrade.library.catalogue.tables import PersonRow
from plantigrade.library.person.entries import DataKind

ALL_KINDS: Final = frozenset(DataKind)
"""Most pages show a person as a whole; what opens to those who were given a part: `web.accounts.rights`."""


class Sharing:
    """Consents as accounts see them. Looking them up is no reading of a record: nobody sees it.

    Args:
        store: the database of the library.
    """

    def __init__(self, store: Store) -> None:
        self._store = store

    def kinds(self, account: str, at_utc: datetime | None = None) -> dict[str, frozenset[DataKind]]:
        """The kinds of data that people share with an account, by the people's codes.

        Args:
            account: name, as consents name their recipient.
            at_utc: when; None: now.
        """
        found: dict[str, frozenset[DataKind]] = {}
        with self._store.read() as session:
            for row, code in _holding(session, account, at_utc or datetime.now(UTC)):
                kinds = frozenset(DataKind(kind) for kind in row.document["data"])
                found[code] = found.get(code, frozenset()) | kinds
        return found

    def with_account(self, account: str, at_utc: datetime | None = None) -> frozenset[str]:
        """Codes of the people who share everything that the pages show."""
        return frozenset(code for code, kinds in self.kinds(account, at_utc).items() if kinds >= ALL_KINDS)


def withdraw_all_from(session: Session, account: str) -> int:
    """Withdraw all consents that name an account; how many."""
    now = datetime.now(UTC)
    withdrawn = 0
    for row, _ in _holding(session, account, None):
        row.withdrawn_utc = now
        withdrawn += 1
        key = session.scalar(sa.select(PersonRow.audit_key).where(PersonRow.id == row.person_id))
        add_audit_entry(session, "withdraw consent", key or "", "the account was removed")
    return withdrawn


def _holding(session: Session, account: str, at_utc: datetime | None) -> Iterator[tuple[ConsentRow, str]]:
    """Consents that name an account and hold at a time; without one: that may ever hold."""
    query = (
        sa.select(ConsentRow, PersonRow.code)
        .join(PersonRow, ConsentRow.person_id == PersonRow.id)
        .where(PersonRow.erasing.is_(False), ConsentRow.withdrawn_utc.is_(None))
    )
    if at_utc is not None:
        until = sa.or_(ConsentRow.to_utc.is_(None), ConsentRow.to_utc > at_utc)
        query = query.where(ConsentRow.from_utc <= at_utc, until)
    for row, code in session.execute(query):
        if row.document.get("recipient") == account:
            yield row, code
