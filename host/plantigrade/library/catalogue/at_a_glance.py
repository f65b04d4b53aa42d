"""Many people at a glance, by one query each: their latest data, what is missing, hours of wear, alerts,
consents. What cannot be read of one person spoils no list."""

import json
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any, Final, cast

import sqlalchemy as sa

from plantigrade.errors import PlantigradeError
from plantigrade.library.catalogue.person_tables import AlertAnswerRow, ConsentRow, WearDayRow
from plantigrade.library.catalogue.tables import PersonRow, RecordingRow, TagRow, from_stored
from plantigrade.library.person.entries import AlertAnswer, AnswerKind

if TYPE_CHECKING:
    from plantigrade.library.catalogue.library import Library

_NANO: Final = 1_000_000_000
_MANY: Final = 500


@dataclass(frozen=True)
class Glance:
    """What recordings say of a person without being opened.

    Attributes:
        code: of the person.
        time_zone: IANA name; "" where unknown.
        latest_utc: end of the newest recording; when it was added where no clock is known; None without any.
        recordings: how many began in the span.
        frames_recorded, frames_missing: of those.
    """

    code: str
    time_zone: str
    latest_utc: datetime | None
    recordings: int
    frames_recorded: int
    frames_missing: int

    @property
    def missing_share(self) -> float | None:
        """Share of the frames of the span that are missing; None where nothing was recorded.

        Example:
            >>> Glance("P001", "", None, 1, 900, 100).missing_share
            0.1
        """
        every = self.frames_recorded + self.frames_missing
        return self.frames_missing / every if every else None


def glances(library: "Library", codes: Collection[str], since: datetime) -> list[Glance]:
    """People by code, with their recordings; the span of `Glance` begins with `since`. Those who are not
    there, or were erased, are left out.

    Raises:
        LibraryError: the database fails.
    """
    row, person = RecordingRow, PersonRow
    ends_ns = row.order_ns + sa.func.coalesce(row.duration_s, 0.0) * _NANO
    counted = (row.erasing.is_(False), row.deleted_utc.is_(None))
    newest = (  # one look into the index of a person's recordings: however many there are
        sa.select(ends_ns).where(row.person_id == person.id, *counted).order_by(row.order_ns.desc()).limit(1)
    )
    people = (
        sa.select(person.id, person.code, person.time_zone, person.audit_key, newest.scalar_subquery())
        .where(person.erasing.is_(False))
        .order_by(person.code)
    )
    begun = (
        sa.select(
            row.person_id,
            sa.func.max(ends_ns),
            sa.func.count(),
            sa.func.sum(row.frames_recorded),
            sa.func.sum(row.frames_missing),
        )
        .where(row.order_ns >= round(since.timestamp() * _NANO), *counted)
        .group_by(row.person_id)
    )
    known = _rows_of(library, people, codes, code_at=1)
    if len(known) < _MANY:
        begun = begun.where(row.person_id.in_([one[0] for one in known]))
    with library.store.read() as session:
        recorded = {one[0]: one[1:] for one in session.connection().execute(begun)}
    library.read_log.add((one[3] for one in known), "list")
    found: list[Glance] = []
    for number, code, zone, _, newest_ns in known:
        latest_ns, *sums = recorded.get(number, (newest_ns, 0, 0, 0))
        ends = [float(one) for one in (latest_ns, newest_ns) if one is not None]
        found.append(_glance(code, zone, max(ends, default=None), *sums))
    return found


def _glance(
    code: str, time_zone: str, latest_ns: float | None, recordings: int, recorded: int, missing: int
) -> Glance:
    latest = None if latest_ns is None else datetime.fromtimestamp(float(latest_ns) / _NANO, UTC)
    return Glance(code, time_zone, latest, int(recordings), int(recorded), int(missing))


def hours_worn(
    library: "Library", codes: Collection[str], from_day: date, to_day: date
) -> dict[str, dict[date, float]]:
    """Hours of wear of each day of which something is known, by person; recordings that were deleted do not
    count.

    Raises:
        LibraryError: the database fails.
    """
    query = (
        sa.select(PersonRow.code, WearDayRow.day, sa.type_coerce(WearDayRow.document, sa.Text))
        .join(PersonRow, WearDayRow.person_id == PersonRow.id)
        .join(RecordingRow, WearDayRow.recording_id == RecordingRow.id)
        .where(WearDayRow.day >= from_day.isoformat(), WearDayRow.day <= to_day.isoformat())
        .where(RecordingRow.deleted_utc.is_(None), RecordingRow.erasing.is_(False))
    )
    found: dict[str, dict[date, float]] = {}
    days: dict[str, date] = {}
    for code, day, stored in _rows_of(library, query, codes):
        document = _document(library, stored)
        if document is None or not isinstance(hours := document.get("worn_h"), int | float):
            continue
        if day not in days:
            days[day] = date.fromisoformat(day)
        of_person = found.setdefault(code, {})
        of_person[days[day]] = of_person.get(days[day], 0.0) + hours
    return found


def alert_entries(
    library: "Library", codes: Collection[str], since: datetime
) -> dict[str, list[AlertAnswer]]:
    """What happened to alerts since a time, by person, in order.

    Raises:
        LibraryError: the database fails.
    """
    row = AlertAnswerRow
    query = (
        sa.select(
            PersonRow.code,
            row.rule,
            row.foot,
            row.onset_utc_ns,
            row.answer,
            row.at_utc,
            row.until_utc,
            sa.type_coerce(row.document, sa.Text),
            row.by,
            row.id,
        )
        .join(PersonRow, row.person_id == PersonRow.id)
        .where(row.at_utc >= since)
        .order_by(row.at_utc, row.id)
    )
    found: dict[str, list[AlertAnswer]] = {}
    kinds = {kind.value: kind for kind in AnswerKind}
    for code, rule, foot, onset, answer, at, until, stored, by, number in _rows_of(library, query, codes):
        document = _document(library, stored)
        if document is None or answer not in kinds:
            continue
        after, note = document.get("after_min"), str(document.get("note", ""))
        entry = AlertAnswer(rule, foot, onset, kinds[answer], at, until, after, note, by, number)
        found.setdefault(code, []).append(entry)
    return found


def tagged(library: "Library", codes: Collection[str], text: str) -> set[str]:
    """Those of whose recordings a tag holds a text, in any case.

    Raises:
        LibraryError: the database fails.
    """
    query = (
        sa.select(PersonRow.code)
        .join(RecordingRow, RecordingRow.person_id == PersonRow.id)
        .join(TagRow, TagRow.recording_id == RecordingRow.id)
        .where(TagRow.value.icontains(text, autoescape=True), RecordingRow.deleted_utc.is_(None))
        .distinct()
    )
    return {row[0] for row in _rows_of(library, query, codes)}


@dataclass(frozen=True)
class Sharing:
    """That a person shares, or shared, with an account.

    Attributes:
        person: code.
        since_utc: when the latest consent began.
        ended_utc: when it ended or was withdrawn; None while it holds.
    """

    person: str
    since_utc: datetime
    ended_utc: datetime | None


def sharing_with(library: "Library", recipient: str, at_utc: datetime) -> dict[str, Sharing]:
    """Everyone who gave a recipient a consent, by code, also those who have withdrawn it. A consent that
    cannot be read was not given.

    Raises:
        LibraryError: the database fails.
    """
    query = (
        sa.select(
            PersonRow.code,
            sa.type_coerce(ConsentRow.document, sa.Text),
            ConsentRow.from_utc,
            ConsentRow.to_utc,
            ConsentRow.withdrawn_utc,
        )
        .join(PersonRow, ConsentRow.person_id == PersonRow.id)
        .where(PersonRow.erasing.is_(False), ConsentRow.from_utc <= at_utc)
        .order_by(ConsentRow.from_utc, ConsentRow.id)
    )
    found: dict[str, Sharing] = {}
    for code, stored, since, until, withdrawn in _rows_of(library, query, None):
        document = _document(library, stored)
        if document is None or document.get("recipient") != recipient:
            continue
        ended = min((end for end in (until, withdrawn) if end is not None and end <= at_utc), default=None)
        known = found.get(code)
        if known is None or known.ended_utc is not None or ended is None:
            found[code] = Sharing(code, since, ended)
    return found


def _rows_of(
    library: "Library", query: Any, codes: Collection[str] | None, code_at: int = 0
) -> Sequence[Any]:
    """Plain rows of a query that has the code in a column; of these people only."""
    if codes is not None and len(codes) < _MANY:  # else reading all is quicker than naming so many
        query = query.where(PersonRow.code.in_(codes))
    with library.store.read() as session:
        rows = session.connection().execute(query).all()
    return rows if codes is None else [row for row in rows if row[code_at] in codes]


def _document(library: "Library", stored: str) -> dict[str, Any] | None:
    try:
        document: Any = json.loads(from_stored(stored, library.vault))
    except (ValueError, PlantigradeError):
        return None
    return cast(dict[str, Any], document) if isinstance(document, dict) else None
