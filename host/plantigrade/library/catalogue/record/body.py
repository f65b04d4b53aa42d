"""Weight and height, dated; what is right on a day."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Final

import sqlalchemy as sa
from sqlalchemy.orm import Session

from plantigrade.library.catalogue.people import check_body
from plantigrade.library.catalogue.person_tables import BodyMeasureRow
from plantigrade.library.catalogue.record.access import RecordPart, Values, entered_by, readable
from plantigrade.library.catalogue.tables import AuditRow, PersonRow
from plantigrade.library.keys.vault import Vault
from plantigrade.library.person.documents import as_document, from_document
from plantigrade.library.person.entries import BodyMeasure
from plantigrade.library.person.settings import EARLIEST

_OF_ROW: Final = ("id", "by", "measured_on")
_ONE_DAY: Final = timedelta(days=1)


class BodyPart(RecordPart[BodyMeasure]):
    """Weights and heights of a person; the newest stand in the person's own data as well."""

    what = "body"
    rows = BodyMeasureRow

    def add(self, measure: BodyMeasure) -> BodyMeasure:
        """Add a measure; of several of a day, which all stay, the last one counts.

        Raises:
            LibraryError: it has neither weight nor height, makes no sense, or its day is not yet there.
        """
        access = self._access
        if measure.weight_kg is None and measure.height_cm is None:
            raise access.problem("a measure has a weight, a height or both")
        check_body(access.code, measure.weight_kg, measure.height_cm)
        tomorrow = datetime.now(UTC).date() + _ONE_DAY  # east of Greenwich it may be tomorrow already
        if not EARLIEST <= measure.measured_on <= tomorrow:
            raise access.problem(f"a measure of {measure.measured_on} lies in the future or too long ago")
        with access.writing(self.what) as session:
            person = session.get_one(PersonRow, access.person_id)
            _date_what_was_known(session, person, person.weight_kg, person.height_cm, measure.measured_on)
            row = _store(session, person.id, measure)
            person.weight_kg, person.height_cm = newest(self._list(session)[0])
            return replace(measure, id=row.id, by=row.by)

    def all(self) -> list[BodyMeasure]:
        """All measures, in the order of their days."""
        return _in_order(self._read())

    def at(self, day: date) -> BodyMeasure:
        """What was right on a day: of weight and height each the last known then, else the first known later.

        Its `id` is 0 and `by` empty, as it may come from several measures; None for what is not known at all.
        """
        access = self._access
        with access.reading(self.what) as session:
            person = session.get_one(PersonRow, access.person_id)
            return _body_at(self._list(session)[0], person, day)

    def _entry(self, values: Values) -> BodyMeasure:
        return _measure(values)


def _measure(values: Values) -> BodyMeasure:
    return from_document(
        BodyMeasure,
        values["document"],
        id=values["id"],
        by=values["by"],
        measured_on=date.fromisoformat(values["measured_on"]),
    )


def body_on(session: Session, vault: Vault | None, person: PersonRow, day: date) -> BodyMeasure:
    """As `BodyPart.at`, within a transaction."""
    return _body_at(readable(session, BodyMeasureRow, person.id, vault, _measure)[0], person, day)


def keep_change(
    session: Session, person: PersonRow, weight_kg: float | None, height_cm: float | None
) -> None:
    """Date a weight and height that were just set in a person's row, as of today.

    Args:
        session: of the transaction that changes them.
        person: with the new values.
        weight_kg, height_cm: before.
    """
    today = datetime.now(UTC).date()
    changed = BodyMeasure(
        today,
        person.weight_kg if person.weight_kg != weight_kg else None,
        person.height_cm if person.height_cm != height_cm else None,
    )
    if changed.weight_kg is not None or changed.height_cm is not None:
        _date_what_was_known(session, person, weight_kg, height_cm, today)
        _store(session, person.id, changed)


def _date_what_was_known(
    session: Session, person: PersonRow, weight_kg: float | None, height_cm: float | None, before: date
) -> None:
    """Keep what was known before measures were dated, under the day on which it was entered."""
    of_person = sa.select(BodyMeasureRow.id).where(BodyMeasureRow.person_id == person.id).limit(1)
    if (weight_kg is None and height_cm is None) or session.scalar(of_person) is not None:
        return
    entered = session.scalar(
        sa.select(AuditRow.at_utc)
        .where(AuditRow.subject == person.audit_key, AuditRow.action.in_(("add person", "change person")))
        .order_by(AuditRow.id.desc())
        .limit(1)
    )
    day = min(before - _ONE_DAY, before if entered is None else entered.date())
    _store(session, person.id, BodyMeasure(day, weight_kg, height_cm))


def _store(session: Session, person_id: int, measure: BodyMeasure) -> BodyMeasureRow:
    row = BodyMeasureRow(
        person_id=person_id,
        measured_on=measure.measured_on,
        document=as_document(measure, leave_out=_OF_ROW),
        by=entered_by(measure.by),
        made_utc=datetime.now(UTC),
    )
    session.add(row)
    session.flush()
    return row


def _in_order(measures: Sequence[BodyMeasure]) -> list[BodyMeasure]:
    return sorted(measures, key=lambda measure: (measure.measured_on, measure.id))


def newest(measures: Sequence[BodyMeasure]) -> tuple[float | None, float | None]:
    """The newest weight and the newest height.

    Example:
        >>> newest([BodyMeasure(date(2026, 1, 1), 70.0, 170.0), BodyMeasure(date(2026, 2, 1), 72.0)])
        (72.0, 170.0)
    """
    later_first = _in_order(measures)[::-1]
    return _first(later_first, lambda one: one.weight_kg), _first(later_first, lambda one: one.height_cm)


def _body_at(measures: Sequence[BodyMeasure], person: PersonRow, day: date) -> BodyMeasure:
    if not measures:
        return BodyMeasure(day, person.weight_kg, person.height_cm)
    until = [measure for measure in measures if measure.measured_on <= day]
    after = [measure for measure in measures if measure.measured_on > day]
    nearest = _in_order(until)[::-1] + _in_order(after)
    return BodyMeasure(
        day, _first(nearest, lambda one: one.weight_kg), _first(nearest, lambda one: one.height_cm)
    )


def _first(measures: Sequence[BodyMeasure], of: Callable[[BodyMeasure], float | None]) -> float | None:
    return next((value for measure in measures if (value := of(measure)) is not None), None)
