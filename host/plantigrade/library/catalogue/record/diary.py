"""The person's diary: where it hurt, how much and when."""

from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa

from plantigrade.library.catalogue.person_tables import DiaryEntryRow
from plantigrade.library.catalogue.record.access import RecordPart, Values
from plantigrade.posture.diary.diary import Entry, as_json, entry_from


class DiaryPart(RecordPart[tuple[int, Entry]]):
    """Entries of the diary."""

    what = "diary"
    rows = DiaryEntryRow

    def add(self, entry: Entry) -> int:
        """Add an entry; its number. Its day is the one that it is dated with, in its own time zone."""
        access = self._access
        with access.writing(self.what) as session:
            row = _row(access.person_id, entry)
            session.add(row)
            session.flush()
            return row.id

    def take_in(self, entries: list[Entry]) -> int:
        """Add entries that are not there yet; how many."""
        access = self._access
        with access.writing(self.what) as session:
            known = [as_json(entry) for _, entry in self._list(session)[0]]
            fresh = [entry for entry in entries if as_json(entry) not in known]
            session.add_all(_row(access.person_id, entry) for entry in fresh)
            return len(fresh)

    def change(self, number: int, entry: Entry) -> None:
        """Put another entry in place of one; it stays under its number.

        Raises:
            LibraryError: there is none of that number.
        """
        access = self._access
        with access.writing(self.what) as session:
            own = sa.and_(DiaryEntryRow.id == number, DiaryEntryRow.person_id == access.person_id)
            row = session.scalar(sa.select(DiaryEntryRow).where(own))
            if row is None:
                raise access.problem(f"the diary has no entry {number}")
            row.day, row.document = entry.at.date().isoformat(), as_json(entry)

    def remove(self, number: int) -> None:
        """Remove an entry that was made by mistake.

        Raises:
            LibraryError: there is none of that number.
        """
        access = self._access
        with access.writing(self.what) as session:
            own = sa.and_(DiaryEntryRow.id == number, DiaryEntryRow.person_id == access.person_id)
            if session.scalar(sa.select(DiaryEntryRow.id).where(own)) is None:
                raise access.problem(f"the diary has no entry {number}")
            session.execute(sa.delete(DiaryEntryRow).where(own))

    def entries(self) -> list[Entry]:
        """All entries, in the order of their times."""
        return [entry for _, entry in self.numbered()]

    def numbered(self) -> list[tuple[int, Entry]]:
        """All entries with their numbers, in the order of their times."""
        return sorted(self._read(), key=lambda numbered: numbered[1].at)

    def as_json(self) -> list[dict[str, Any]]:
        """As of every part."""
        return [{"id": number, **as_json(entry)} for number, entry in self.numbered()]

    def _entry(self, values: Values) -> tuple[int, Entry]:
        return values["id"], entry_from(values["document"])


def _row(person_id: int, entry: Entry) -> DiaryEntryRow:
    return DiaryEntryRow(
        person_id=person_id,
        day=entry.at.date().isoformat(),
        document=as_json(entry),
        made_utc=datetime.now(UTC),
    )
