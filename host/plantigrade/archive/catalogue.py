"""Entering what lies in a store into the catalogue."""

import tempfile
from dataclasses import dataclass, field
from pathlib import Path

import sqlalchemy as sa

from plantigrade.archive.errors import ArchiveError, StoreAwayError
from plantigrade.archive.settings import PAGE
from plantigrade.archive.store import ArchiveStore
from plantigrade.errors import FileError
from plantigrade.library.catalogue import ingest
from plantigrade.library.catalogue.audit import add_audit_entry
from plantigrade.library.catalogue.library import Library
from plantigrade.library.catalogue.tables import RecordingRow


@dataclass
class Indexed:
    """What became of it.

    Attributes:
        known: recordings that the catalogue had.
        entered: that it has now.
        problems: why others were not entered, by name.
    """

    known: int = 0
    entered: int = 0
    problems: dict[str, str] = field(default_factory=dict[str, str])


def reindex(library: Library, store: ArchiveStore) -> Indexed:
    """Enter recordings of a store that the catalogue does not know; nothing of the known ones changes.

    Raises:
        StoreAwayError: the store does not answer; what was entered stays.
    """
    found, names = Indexed(), list(store.names())
    for at in range(0, len(names), PAGE):
        page = names[at : at + PAGE]
        with library.store.read() as session:
            known = set(session.scalars(sa.select(RecordingRow.id).where(RecordingRow.id.in_(page))))
        found.known += len(known)
        for name in page:
            if name in known:
                continue
            try:
                _enter(library, store, name)
                found.entered += 1
            except StoreAwayError:
                raise
            except (ArchiveError, FileError) as error:
                found.problems[name] = str(error)
    return found


def _enter(library: Library, store: ArchiveStore, name: str) -> None:
    with tempfile.TemporaryDirectory(prefix="plantigrade-index-") as room:
        folder = Path(room) / name
        folder.mkdir()
        size = store.fetch(name, folder, only_manifest=True)
        with library.store.write() as session:
            if session.get(RecordingRow, name) is not None:
                return  # another program entered it meanwhile
            row = ingest.add(session, folder)
            row.bytes = size
            add_audit_entry(session, "add", row.id, row.kind)
