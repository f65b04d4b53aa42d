"""Hours of wear, steps and loads of each day."""

from dataclasses import dataclass
from datetime import date, timedelta

import sqlalchemy as sa

from plantigrade.library.catalogue.person_tables import WearDayRow
from plantigrade.library.catalogue.record.access import RecordPart, Values
from plantigrade.library.catalogue.tables import RecordingRow
from plantigrade.library.person.documents import as_document, from_document
from plantigrade.library.person.entries import WearDay


@dataclass(frozen=True)
class RecordedDay:
    """What one recording says of one day."""

    recording_id: str
    day: date
    wear: WearDay


class DaysPart(RecordPart[RecordedDay]):
    """What recordings say of days. They are computed, so that the audit log does not repeat them."""

    what = "days"
    rows = WearDayRow

    def put(self, recording_id: str, day: date, wear: WearDay) -> None:
        """Store what a recording says of a day, in place of what an earlier version of it said.

        Raises:
            LibraryError: there is no such recording of this person.
        """
        self._put(recording_id, {day: wear}, WearDayRow.day == day.isoformat())

    def put_all(self, recording_id: str, days: dict[date, WearDay]) -> None:
        """Store what a recording says of days, in place of all that an earlier version of it said.

        Raises:
            LibraryError: there is no such recording of this person.
        """
        self._put(recording_id, days)

    def _put(self, recording_id: str, days: dict[date, WearDay], *replaced: sa.ColumnElement[bool]) -> None:
        access = self._access
        with access.writing(self.what, logged=False) as session:
            recording = session.get(RecordingRow, recording_id)
            if recording is None or recording.person_id != access.person_id:
                raise access.problem(f"there is no recording {recording_id} of this person")
            of_recording = sa.and_(WearDayRow.recording_id == recording_id, *replaced)
            session.execute(sa.delete(WearDayRow).where(of_recording))
            for day, wear in days.items():
                session.add(
                    WearDayRow(
                        person_id=access.person_id,
                        recording_id=recording_id,
                        day=day.isoformat(),
                        document=as_document(wear),
                    )
                )

    def between(self, from_day: date, to_day: date) -> dict[date, WearDay]:
        """Each day from one to another, both included, of which something is known: all recordings together.
        Recordings that were deleted do not count."""
        found: dict[date, WearDay] = {}
        for one in self.each(from_day, to_day):
            found[one.day] = found.get(one.day, WearDay()) + one.wear
        return dict(sorted(found.items()))

    def each(self, from_day: date, to_day: date) -> list[RecordedDay]:
        """What each recording says of its days from one to another, both included. Recordings that were
        deleted do not count."""
        access = self._access
        alive = sa.select(RecordingRow.id).where(
            RecordingRow.person_id == access.person_id,
            RecordingRow.deleted_utc.is_(None),
            RecordingRow.erasing.is_(False),
        )
        span = (WearDayRow.day >= from_day.isoformat(), WearDayRow.day <= to_day.isoformat())
        return self._read(*span, WearDayRow.recording_id.in_(alive))

    def latest(self, until: date, days: int) -> dict[date, WearDay]:
        """The last days until one, that one included."""
        return self.between(until - timedelta(days=days - 1), until)

    def _entry(self, values: Values) -> RecordedDay:
        day = date.fromisoformat(values["day"])
        return RecordedDay(values["recording_id"], day, from_document(WearDay, values["document"]))
