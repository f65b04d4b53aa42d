"""Notes on a person, which the person can read."""

from dataclasses import dataclass
from datetime import UTC, datetime

from plantigrade.library.catalogue.person_tables import PersonNoteRow
from plantigrade.library.catalogue.record.access import RecordPart, Values, checked_text, entered_by
from plantigrade.library.person.settings import LONGEST_NOTE


@dataclass(frozen=True)
class PersonNote:
    """A note; `removed_utc` is None while it is shown."""

    id: int
    text: str
    by: str
    made_utc: datetime
    removed_utc: datetime | None = None


class NotesPart(RecordPart[PersonNote]):
    """Notes on the person. None is changed; a removed one stays for the record and is no longer shown."""

    what = "notes"
    rows = PersonNoteRow

    def add(self, text: str, by: str = "", at: datetime | None = None) -> PersonNote:
        """Add a note.

        Raises:
            LibraryError: it is empty or too long.
        """
        access = self._access
        stored = checked_text(access, text, LONGEST_NOTE, "a note")
        with access.writing(self.what) as session:
            row = PersonNoteRow(
                person_id=access.person_id,
                text=stored,
                by=entered_by(by),
                made_utc=at or datetime.now(UTC),
                removed_utc=None,
            )
            session.add(row)
            session.flush()
            return PersonNote(row.id, stored, row.by, row.made_utc)

    def remove(self, note_id: int, at: datetime | None = None) -> None:
        """Show a note no longer; removing it again changes nothing.

        Raises:
            LibraryError: there is none of that number.
        """
        access = self._access
        with access.writing(self.what) as session:
            row = session.get(PersonNoteRow, note_id)
            if row is None or row.person_id != access.person_id:
                raise access.problem(f"there is no note {note_id}")
            row.removed_utc = row.removed_utc or at or datetime.now(UTC)

    def all(self) -> list[PersonNote]:
        """All notes, in the order in which they were stored, removed ones among them."""
        return self._read()

    def shown(self) -> list[PersonNote]:
        """Those that were not removed, newest first."""
        return [note for note in reversed(self._read()) if note.removed_utc is None]

    def _entry(self, values: Values) -> PersonNote:
        return PersonNote(
            values["id"], values["text"], values["by"], values["made_utc"], values["removed_utc"]
        )
