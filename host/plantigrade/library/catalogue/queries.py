"""Questions to the catalogue, answered with plain values."""

import gc
from collections.abc import Callable, Generator, Iterable, Sequence
from contextlib import closing, contextmanager
from dataclasses import replace
from functools import partial, reduce
from operator import add, itemgetter
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session, aliased

from plantigrade.errors import PlantigradeError
from plantigrade.library.catalogue.counts import counted, in_ns, only_tag, tagged
from plantigrade.library.catalogue.tables import (
    STORED_MARK,
    EncryptedText,
    PersonRow,
    RecordingDeviceRow,
    RecordingRow,
    TagRow,
    Utc,
    utc_times,
)
from plantigrade.library.catalogue.title_search import TitleSearch, list_order
from plantigrade.library.entries import Filter, Person, RecordingEntry, Tag

_MANY = 500


class UnknownRecordingError(PlantigradeError):
    """A recording was named that is not there."""


class UnknownPersonError(PlantigradeError):
    """A person was named who is not there."""


_COLUMNS = (
    RecordingRow.id,
    RecordingRow.kind,
    RecordingRow.title,
    PersonRow.code,
    RecordingRow.start_utc_ns,
    RecordingRow.duration_s,
    RecordingRow.feet,
    RecordingRow.sample_rate_hz,
    RecordingRow.frames_recorded,
    RecordingRow.frames_missing,
    RecordingRow.bytes,
    RecordingRow.added_utc,
    RecordingRow.deleted_utc,
    RecordingRow.order_ns,
)
"""What `_entries` takes apart; what the list is sorted by comes last."""


_FEET, _ADDED = 6, 11  # places in _COLUMNS
_BETWEEN = "/"
"""Between names of recordings, which are folders: none of them has it."""
_ENTRY: Callable[[Any], RecordingEntry] = partial(tuple.__new__, RecordingEntry)  # pyright: ignore[reportUnknownMemberType]
"""`RecordingEntry._make`, without a call of Python for each."""


def find(session: Session, wanted: Filter) -> list[RecordingEntry]:
    """Recordings that meet a filter, newest first."""
    query = _matching(wanted)
    if wanted.text is None and wanted.limit is None and _sorts_by_bytes(session):
        with _without_search_for_cycles():  # none of the rows outlives this, to be searched later
            return _entries(session, _newest_first(_rows(session, query)))
    is_upwards = wanted.before is not None  # from there to newer ones, so that the page ends there
    ordered = query.order_by(*list_order(RecordingRow, is_upwards))
    if wanted.text is None:
        rows = _rows(session, ordered.limit(wanted.limit))
    else:
        found = _named(session, wanted, wanted.limit)
        if len(found) <= _MANY:
            ordered = ordered.where(RecordingRow.id.in_(found))
        chosen = set(found)
        rows = [row for row in _rows(session, ordered) if row[0] in chosen]
    return _entries(session, rows[::-1] if is_upwards else rows)


def _sorts_by_bytes(session: Session) -> bool:
    """Whether the database orders texts as Python does, which then is quicker than its temporary index."""
    return session.get_bind().dialect.name == "sqlite"


def _newest_first(rows: list[Any]) -> list[Any]:
    rows.sort(key=itemgetter(0))
    rows.sort(key=itemgetter(-1), reverse=True)
    return rows


@contextmanager
def _without_search_for_cycles() -> Generator[None]:
    """Python searches all objects for cycles after each some hundred new tuples, which for thousands of rows
    takes a fifth of the time; none of them is in a cycle. As Mercurial's `nogc` does it."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def _rows(session: Session, query: Any) -> list[Any]:
    """Rows as the driver gives them: an object of SQLAlchemy's around each would take as long as the way to
    the database. Times and encrypted texts are still as they are stored."""
    result: Any = session.connection().execute(query)
    with closing(result):
        return list(result.cursor.fetchall())


def count(session: Session, wanted: Filter, most: int | None = None) -> int:
    """How many recordings meet a filter, its page aside; beyond `most` it is not counted on."""
    wanted = replace(wanted, after=None, before=None)
    if wanted.text is not None:
        return len(_named(session, wanted, most))
    is_server = session.get_bind().dialect.name == "postgresql"
    if is_server and (tag := only_tag(wanted)) is not None:
        return tagged(session, tag, most)
    if is_server and (known := counted(wanted)) is not None:
        at_ends = replace(wanted, since=None, until=None)
        ends = [_number_of(_matching(at_ends).where(*span.conditions())) for span in known.ends]
        number = session.scalar(sa.select(reduce(add, ends, known.number))) or 0
        return number if most is None else min(number, most)
    return session.scalar(sa.select(_number_of(_matching(wanted).limit(most)))) or 0


def _named(session: Session, wanted: Filter, most: int | None) -> list[str]:
    """The first recordings of a filter with a text, by name, in the order in which the filter lists them."""
    searched = TitleSearch(
        _of_the_table(wanted),
        lambda query, name: _worn_and_tagged(query, name, wanted),
        wanted.text or "",
        is_upwards=wanted.before is not None,
    )
    return searched.first(session, most)


def _number_of(query: Any) -> Any:
    return sa.select(sa.func.count()).select_from(query.subquery()).scalar_subquery()


def _matching(wanted: Filter) -> Any:
    return _worn_and_tagged(_of_the_table(wanted), RecordingRow.id, wanted)


def _of_the_table(wanted: Filter) -> Any:
    """Recordings that meet what a filter says of them alone: not of their insoles and tags."""
    query: Any = sa.select(*_COLUMNS).join(PersonRow, RecordingRow.person_id == PersonRow.id, isouter=True)
    query = query.where(RecordingRow.erasing.is_(False))
    is_deleted = RecordingRow.deleted_utc.is_not(None)
    query = query.where(is_deleted if wanted.deleted else sa.not_(is_deleted))
    person: Any = None
    if wanted.person is not None:
        wearer = aliased(PersonRow)  # by number, so that the index of a person's recordings is used
        person = sa.select(wearer.id).where(wearer.code == wanted.person).scalar_subquery()
        query = query.where(RecordingRow.person_id == person)
    if wanted.after is not None:
        order_ns = _order_of(wanted.after, person)
        query = query.where(
            RecordingRow.order_ns <= order_ns,
            sa.or_(RecordingRow.order_ns < order_ns, RecordingRow.id > wanted.after),
        )
    if wanted.before is not None:
        order_ns = _order_of(wanted.before, person)
        query = query.where(
            RecordingRow.order_ns >= order_ns,
            sa.or_(RecordingRow.order_ns > order_ns, RecordingRow.id < wanted.before),
        )
    if wanted.kind is not None:
        query = query.where(RecordingRow.kind == wanted.kind)
    if wanted.since is not None:
        query = query.where(RecordingRow.order_ns >= in_ns(wanted.since))
    if wanted.until is not None:
        query = query.where(RecordingRow.order_ns < in_ns(wanted.until))
    if wanted.with_gaps is not None:
        missing = RecordingRow.frames_missing > 0
        query = query.where(missing if wanted.with_gaps else sa.not_(missing))
    return query


def _worn_and_tagged(query: Any, name: Any, wanted: Filter) -> Any:
    if wanted.device is not None:
        worn = sa.select(RecordingDeviceRow.recording_id).where(RecordingDeviceRow.serial == wanted.device)
        query = query.where(name.in_(worn))
    for tag in wanted.tags:
        tagged = sa.select(TagRow.recording_id).where(TagRow.kind == tag.kind, TagRow.value == tag.value)
        query = query.where(name.in_(tagged))
    return query


def _order_of(recording: str, person: Any) -> Any:
    """Where a recording stands in the order of the list; nothing comes after or before one that is not there,
    or that is somebody else's where one person's are asked for."""
    row = aliased(RecordingRow)
    query = sa.select(row.order_ns).where(row.id == recording)
    return (query if person is None else query.where(row.person_id == person)).scalar_subquery()


def _entries(session: Session, rows: list[Any]) -> list[RecordingEntry]:
    """Entries of rows of `_COLUMNS`, with their tags; there may be thousands."""
    if not rows:
        return []
    dialect = session.get_bind().dialect
    title = EncryptedText().result_processor(dialect, None)
    tags = _tags(session, [row[0] for row in rows]).get
    worn = {text: tuple(text.split(",")) for text in {row[_FEET] for row in rows}}
    times = utc_times(dialect, map(itemgetter(_ADDED), rows))
    utc = Utc().result_processor(dialect, None)
    return [
        _ENTRY((name, kind, title(text) if text.startswith(STORED_MARK) else text, code, start, took,
                worn[feet], rate, got, lost, size, tags(name, ()), added, gone and utc(gone)))
        for (name, kind, text, code, start, took, feet, rate, got, lost, size, _added, gone, _order), added
        in zip(rows, times, strict=True)
    ]  # fmt: skip


def _tags(session: Session, recordings: Sequence[str]) -> dict[str, tuple[Tag, ...]]:
    """Tags of recordings, in order of kind and value: a row for each tag, with all that have it."""
    joined = sa.func.aggregate_strings(TagRow.recording_id, _BETWEEN)
    query: Any = sa.select(TagRow.kind, TagRow.value, joined).group_by(TagRow.kind, TagRow.value)
    if len(recordings) <= _MANY:  # else reading all is quicker than naming so many
        query = query.where(TagRow.recording_id.in_(recordings))
    found: dict[str, tuple[Tag, ...]] = {}
    for kind, value, names in _rows(session, query.order_by(TagRow.kind, TagRow.value)):
        tag = (Tag(kind, value),)
        for recording in names.split(_BETWEEN):
            found[recording] = (*found[recording], *tag) if recording in found else tag
    return found


def one(session: Session, name: str) -> RecordingRow:
    """The recording of that identifier, or of the only one that begins so.

    Raises:
        UnknownRecordingError: none does, or several do.
    """
    row = session.get(RecordingRow, name)
    if row is not None and not row.erasing:
        return row
    begins = RecordingRow.id.startswith(name, autoescape=True)
    rows = session.scalars(
        sa.select(RecordingRow).where(begins, RecordingRow.erasing.is_(False)).limit(4)
    ).all()
    if len(rows) == 1 and name:
        return rows[0]
    if not rows or not name:
        raise UnknownRecordingError(f"no recording {name!r}; `plantigrade sessions list` shows what there is")
    raise UnknownRecordingError(f"several recordings begin with {name}: {', '.join(row.id for row in rows)}")


def entry_of(session: Session, recording: str) -> RecordingEntry:
    """The entry of one recording by its full identifier, deleted or not."""
    query = sa.select(*_COLUMNS).join(PersonRow, RecordingRow.person_id == PersonRow.id, isouter=True)
    return _entries(session, _rows(session, query.where(RecordingRow.id == recording)))[0]


def person_row(session: Session, code: str) -> PersonRow:
    """The person of that code.

    Raises:
        UnknownPersonError: there is none.
    """
    row = session.scalar(sa.select(PersonRow).where(PersonRow.code == code, PersonRow.erasing.is_(False)))
    if row is None:
        raise UnknownPersonError(f"no person {code!r}; `plantigrade sessions people` shows who there is")
    return row


def audit_key_of(session: Session, person_id: int | None) -> str | None:
    """The random name of a person in the audit log; None for nobody."""
    return session.scalar(sa.select(PersonRow.audit_key).where(PersonRow.id == person_id))


def as_person(row: PersonRow) -> Person:
    """A person, detached."""
    return Person(
        row.code,
        row.name,
        row.birth_date,
        row.sex,
        row.height_cm,
        row.weight_kg,
        row.shoe_size_eu,
        row.remark,
        row.time_zone,
        row.language,
    )


def known_folders(session: Session, names: Iterable[str]) -> set[str]:
    """Those of the names that the catalogue has, whatever became of them."""
    return set(names) & set(session.scalars(sa.select(RecordingRow.id)))
