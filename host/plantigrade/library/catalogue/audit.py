"""The audit log: who did what.

It names recordings by identifier and people by a random key that erasing a person destroys, never by name or
code, so that no line can be led back to someone who was erased. Reading a person's record is logged as well.
"""

import getpass
from collections.abc import Generator, Iterable
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime
from typing import Final

import sqlalchemy as sa
from sqlalchemy.orm import Session

from plantigrade.library.catalogue.store import LibraryError, Store
from plantigrade.library.catalogue.tables import AuditRow, PersonRow
from plantigrade.library.entries import AuditEntry

READ: Final = "read"
CHANGE_RECORD: Final = "change record"
SERVICE: Final = "plantigrade service"
"""Actor of the always-on bridge. What it reads of a record is not logged: no person sees it."""
_LONGEST: Final = 200
_MANY: Final = 500
"""For so many people, reading all lines of the hour is quicker than naming the people."""

_acting: ContextVar[str | None] = ContextVar("plantigrade_actor", default=None)


def actor() -> str:
    """Who is at work: whom `acting_as` names, else the account of the operating system."""
    if (named := _acting.get()) is not None:
        return named
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return "unknown"


@contextmanager
def acting_as(name: str) -> Generator[None]:
    """What is done in this context, also in its tasks and threads of `asyncio.to_thread`, is done by `name`.

    An account of a person is named by the person's code: the log then holds the person's key.

    Example:
        >>> with acting_as("clinician"):
        ...     actor()
        'clinician'
    """
    token = _acting.set(name[:_LONGEST])
    try:
        yield
    finally:
        _acting.reset(token)


def add_audit_entry(session: Session, action: str, subject: str, detail: str = "") -> None:
    """Add a line, in the transaction of the change itself. People are named by their audit key."""
    session.add(
        AuditRow(
            at_utc=datetime.now(UTC),
            actor=_actor_as_stored(session),
            action=action,
            subject=subject,
            detail=detail[:_LONGEST],
        )
    )


def _actor_as_stored(session: Session) -> str:
    """The actor, or the key of the person whose code it is."""
    name = actor()
    with session.no_autoflush:
        key = session.scalar(sa.select(PersonRow.audit_key).where(PersonRow.code == name))
    return name if key is None else key


def audit_entries(session: Session, subject: str | None = None) -> list[AuditEntry]:
    """What was done, in order; of one recording, insole or person (by code) if asked. People who are there
    are named by their codes, those who were erased by a random key."""
    codes = code_of_key(session)
    query = sa.select(AuditRow).order_by(AuditRow.id)
    if subject is not None:
        keys = [key for key, code in codes.items() if code == subject]
        query = query.where(AuditRow.subject.in_([subject, *keys]))
    return [
        AuditEntry(
            row.id,
            row.at_utc,
            codes.get(row.actor, row.actor),
            row.action,
            codes.get(row.subject, row.subject),
            codes.get(row.detail, row.detail),
        )
        for row in session.scalars(query)
    ]


def code_of_key(session: Session) -> dict[str, str]:
    """The codes of the people who are there, by the keys that name them in the log."""
    query = sa.select(PersonRow.audit_key, PersonRow.code).where(PersonRow.erasing.is_(False))
    return {row.audit_key: row.code for row in session.execute(query)}


class ReadLog:
    """Logs who read what of whose record: one line an actor, person, kind and hour.

    A line that cannot be written, because the disk is full or another program is writing, does not keep
    anyone from reading; it is written with the next one.
    """

    def __init__(self, store: Store) -> None:
        self._store = store
        self._hour = datetime.min.replace(tzinfo=UTC)
        self._logged: set[tuple[str, str, str]] = set()
        self._waiting: list[tuple[str, str, str, datetime]] = []

    def add(self, audit_keys: Iterable[str], what: str) -> None:
        """Log that the one who is at work reads this of these people."""
        who = actor()
        if who == SERVICE:
            return
        now = datetime.now(UTC)
        hour = now.replace(minute=0, second=0, microsecond=0)
        if hour != self._hour:
            self._hour, self._logged = hour, set()
        fresh = {(who, key, what) for key in audit_keys} - self._logged
        if not fresh:
            return
        self._logged |= fresh
        self._waiting.extend((*line, now) for line in sorted(fresh))
        waiting, self._waiting = self._waiting, []
        try:
            self._write(waiting)
        except LibraryError:
            self._waiting = waiting

    def _write(self, lines: list[tuple[str, str, str, datetime]]) -> None:
        with self._store.write() as session:
            keys = {code: key for key, code in code_of_key(session).items()}
            people = set(keys.values())
            named = [(keys.get(who, who), subject, what, at) for who, subject, what, at in lines]
            logged = _read_since(session, {line[1] for line in named}, min(_hour(line[3]) for line in named))
            for name, subject, what, at_utc in named:
                line = (name, subject, what, _hour(at_utc))
                if subject in people and line not in logged:
                    logged.add(line)
                    session.add(
                        AuditRow(at_utc=at_utc, actor=name, action=READ, subject=subject, detail=what)
                    )


def _hour(at_utc: datetime) -> datetime:
    return at_utc.replace(minute=0, second=0, microsecond=0)


def _read_since(session: Session, subjects: set[str], since: datetime) -> set[tuple[str, str, str, datetime]]:
    """Who read what of these people, and in which hour."""
    query = sa.select(AuditRow.actor, AuditRow.subject, AuditRow.detail, AuditRow.at_utc).where(
        AuditRow.action == READ, AuditRow.at_utc >= since
    )
    if len(subjects) < _MANY:
        query = query.where(AuditRow.subject.in_(subjects))
    return {(row.actor, row.subject, row.detail, _hour(row.at_utc)) for row in session.execute(query)}
