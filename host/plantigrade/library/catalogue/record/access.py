"""Transactions on the record of one person, and its rows read one by one: a broken one spoils no other."""

import json
from collections.abc import Callable, Generator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, ClassVar, Generic, TypeVar, cast

import sqlalchemy as sa
from sqlalchemy.orm import Session

from plantigrade.errors import PlantigradeError
from plantigrade.library.catalogue.audit import CHANGE_RECORD, ReadLog, actor, add_audit_entry
from plantigrade.library.catalogue.queries import UnknownPersonError, person_row
from plantigrade.library.catalogue.store import LibraryError, Store
from plantigrade.library.catalogue.tables import (
    Base,
    EncryptedDate,
    EncryptedJson,
    EncryptedText,
    PersonRow,
    from_stored,
)
from plantigrade.library.keys.vault import KeyMissingError, Vault
from plantigrade.library.person.documents import as_document
from plantigrade.library.person.settings import EARLIEST

Entry = TypeVar("Entry")
Values = Mapping[str, Any]


@dataclass(frozen=True)
class RecordAccess:
    """The record of one person in an opened library.

    Attributes:
        code: of the person.
        person_id, audit_key: of the person's row.
        store: the database.
        vault: gives the keys of the library as they are now; None where it is not encrypted.
        read_log: where readings are logged.
    """

    code: str
    person_id: int
    audit_key: str
    store: Store
    vault: Callable[[], Vault | None]
    read_log: ReadLog

    @contextmanager
    def reading(self, what: str) -> Generator[Session]:
        """A transaction that reads a part of the record; logged.

        Raises:
            LibraryError: the database fails.
        """
        self.read_log.add((self.audit_key,), what)
        with self.store.read() as session:
            yield session

    @contextmanager
    def writing(self, what: str, logged: bool = True) -> Generator[Session]:
        """A transaction that changes a part of the record, done wholly or not at all.

        Raises:
            UnknownPersonError: the person was erased meanwhile.
            LibraryError: the database fails; nothing was changed.
        """
        with self.store.write() as session:
            # Others who change this record wait, on PostgreSQL as well.
            row = session.get(PersonRow, self.person_id, with_for_update={"key_share": True})
            if row is None or row.erasing or row.audit_key != self.audit_key:
                raise UnknownPersonError(f"{self.code} was erased; nothing was stored")
            yield session
            if logged:
                add_audit_entry(session, CHANGE_RECORD, self.audit_key, what)

    def problem(self, what: str) -> LibraryError:
        """An error that names the person."""
        return LibraryError(f"{self.code}: {what}")


class BrokenEntryError(ValueError):
    """A stored entry cannot be read; says what is wrong with it."""


class RecordPart(Generic[Entry]):
    """A part of the record: entries of one table.

    A stored entry that cannot be read is left out of lists and named by `problems`.
    """

    what: ClassVar[str]
    """Its name in the audit log and for people."""
    rows: ClassVar[type[Base]]

    def __init__(self, access: RecordAccess) -> None:
        self._access = access

    def _entry(self, values: Values) -> Entry:
        """The entry of a row, its columns decrypted.

        Raises:
            ValueError, KeyError, TypeError: it is broken.
        """
        raise NotImplementedError

    def problems(self) -> tuple[str, ...]:
        """What is wrong with stored entries, each with its number."""
        with self._access.reading(self.what) as session:
            return self._list(session)[1]

    def newest(self, session: Session) -> int:
        """The number of the newest entry; 0 where there is none."""
        table = cast(sa.Table, self.rows.__table__)
        query = sa.select(sa.func.max(table.c.id)).where(table.c.person_id == self._access.person_id)
        return session.connection().scalar(query) or 0

    def as_json(self) -> list[dict[str, Any]]:
        """All that is stored and can be read, for the export of a person."""
        return [as_document(entry) for entry in self._read()]

    def _read(self, *where: sa.ColumnElement[bool]) -> list[Entry]:
        with self._access.reading(self.what) as session:
            return self._list(session, *where)[0]

    def _list(self, session: Session, *where: sa.ColumnElement[bool]) -> tuple[list[Entry], tuple[str, ...]]:
        """The entries that can be read, in the order in which they were stored; what is wrong with others."""
        access = self._access
        entries, problems = readable(
            session, self.rows, access.person_id, access.vault(), self._entry, *where
        )
        return entries, tuple(f"{access.code}: {self.what}: {problem}" for problem in problems)


def readable(
    session: Session,
    rows: type[Base],
    person_id: int,
    vault: Vault | None,
    entry: Callable[[Values], Entry],
    *where: sa.ColumnElement[bool],
) -> tuple[list[Entry], list[str]]:
    """The entries of a person in a table that can be read, in the order in which they were stored; and what
    is wrong with the others."""
    table = cast(sa.Table, rows.__table__)
    columns = [
        sa.type_coerce(column, sa.Text).label(column.name) if _is_encrypted(column) else column
        for column in table.columns
    ]
    query = sa.select(*columns).where(table.c.person_id == person_id, *where)
    entries: list[Entry] = []
    problems: list[str] = []
    for row in session.connection().execute(query.order_by(*table.primary_key.columns)).mappings():
        try:
            entries.append(entry(_decrypted(table, dict(row), vault)))
        except (ValueError, KeyError, TypeError, AttributeError, PlantigradeError) as error:
            problems.append(f"entry {row.get('id', '')} cannot be read: {_reason(error)}".replace("  ", " "))
    return entries, problems


def _is_encrypted(column: sa.Column[Any]) -> bool:
    return isinstance(column.type, EncryptedText | EncryptedDate | EncryptedJson)


def _decrypted(table: sa.Table, row: dict[str, Any], vault: Vault | None) -> dict[str, Any]:
    for column in table.columns:
        if not _is_encrypted(column) or row[column.name] is None:
            continue
        try:
            text = from_stored(row[column.name], vault)
        except KeyMissingError as error:
            raise BrokenEntryError("it was changed, or encrypted with another key") from error
        if isinstance(column.type, EncryptedJson):
            value: Any = json.loads(text)
            if not isinstance(value, dict):
                raise BrokenEntryError("is no document")
            row[column.name] = value
        else:
            row[column.name] = text
    return row


def _reason(error: Exception) -> str:
    if isinstance(error, json.JSONDecodeError):
        return "it is not JSON"
    if isinstance(error, KeyError):
        return f"{error.args[0]} is missing"
    return " ".join(str(error).split())[:200] or type(error).__name__


def access_to(
    session: Session, code: str, store: Store, vault: Callable[[], Vault | None], read_log: ReadLog
) -> RecordAccess:
    """Access to the record of a person.

    Raises:
        UnknownPersonError: there is none of that code.
    """
    row = person_row(session, code)
    return RecordAccess(code, row.id, row.audit_key, store, vault, read_log)


def in_utc(access: RecordAccess, moment: datetime, what: str) -> datetime:
    """A time in UTC.

    Raises:
        LibraryError: it has no time zone, or lies before all records.
    """
    if moment.tzinfo is None:
        raise access.problem(f"{what}: {moment.isoformat()} has no time zone")
    if moment.date() < EARLIEST:
        raise access.problem(f"{what}: {moment:%Y-%m-%d} is too long ago")
    return moment.astimezone(UTC)


def checked_text(access: RecordAccess, text: str, longest: int, what: str, empty: bool = False) -> str:
    """A text without white space around it.

    Raises:
        LibraryError: it is empty or too long.
    """
    stripped = text.strip()
    if (not stripped and not empty) or len(stripped) > longest:
        raise access.problem(f"{what} has {0 if empty else 1} to {longest} characters, not {len(stripped)}")
    return stripped


def entered_by(by: str) -> str:
    """Who enters something: who is named, else who is at work."""
    return (by.strip() or actor())[:200]
