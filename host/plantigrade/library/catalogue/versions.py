"""Versions of recordings: what is completed later stays the same recording, with tags, notes and answers."""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from plantigrade.files.durable import file_sum
from plantigrade.library.catalogue import ingest, queries
from plantigrade.library.catalogue.audit import add_audit_entry
from plantigrade.library.catalogue.tables import PersonRow, RecordingRow
from plantigrade.library.recordings.container import MANIFEST_FILE, read_manifest

if TYPE_CHECKING:
    from plantigrade.library.catalogue.library import Library

PROVISIONAL: Final = "provisional"
FINAL: Final = "final"


@dataclass(frozen=True)
class Version:
    """What the catalogue is told of one version of a recording.

    Attributes:
        state: `PROVISIONAL` while something may still come, `FINAL` after.
        completed_utc: when it became final, or final with more in it; None while it is provisional.
        person: code of the wearer; None where nobody can be named.
        unassigned: why nobody can be named; None where somebody is.
        title: of a recording that is new.
        is_new: nothing of it was told before; the catalogue may have found its folder by itself.
    """

    state: str
    completed_utc: datetime | None = None
    person: str | None = None
    unassigned: str | None = None
    title: str = ""
    is_new: bool = True


def put_version(library: "Library", folder: Path, entry: Version) -> tuple[int, str | None]:
    """Add a finalized recording, or bring its row up to a folder that was replaced.

    Returns:
        The version that it has, and the code of its wearer.

    Wearer and title are set on a new row only: whoever changed them later knew better.

    Raises:
        RecordingError: its manifest cannot be read.
        LibraryError: the database fails; nothing was changed.
    """
    manifest = read_manifest(folder)
    version = int(manifest.provenance.get("version", 1))
    with library.store.write() as session:
        row = session.get(RecordingRow, folder.name)
        if row is None:
            row = ingest.add(session, folder, entry.title)
            add_audit_entry(session, "add", row.id, row.kind)
        elif row.books_sha256 != file_sum(folder / MANIFEST_FILE):
            ingest.refresh(session, row, folder)
            add_audit_entry(session, "complete", row.id, f"version {version}")
        if entry.is_new and row.person_id is None:
            row.title = row.title or entry.title
            row.unassigned = entry.unassigned
            if entry.person is not None:
                row.person_id = (known := queries.person_row(session, entry.person)).id
                add_audit_entry(session, "assign", row.id, known.audit_key)
        row.version, row.state, row.completed_utc = version, entry.state, entry.completed_utc
        wearer = None if row.person_id is None else session.get(PersonRow, row.person_id)
        person = None if wearer is None else wearer.code
    return version, person


def is_known(library: "Library", name: str) -> bool:
    """Whether the catalogue still has a recording; one that was erased must not come back."""
    with library.store.read() as session:
        row: Any = session.get(RecordingRow, name)
        return row is not None and not row.erasing


def state_of_recording(library: "Library", name: str) -> tuple[int, str]:
    """Version and state of a recording.

    Raises:
        UnknownRecordingError: there is none of that name.
    """
    with library.store.read() as session:
        row = queries.one(session, name)
        return row.version, row.state
