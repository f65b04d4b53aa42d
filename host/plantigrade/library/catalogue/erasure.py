"""Deleting for good: what is to go is marked first, so that an interruption is made good later."""

import shutil
from contextlib import suppress
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.orm import Session

from plantigrade.files.durable import sync_folder
from plantigrade.library.catalogue.store import LibraryError, Store
from plantigrade.library.catalogue.tables import PersonRow, RecordingRow
from plantigrade.library.catalogue.weekly_files import remove_summaries
from plantigrade.library.keys.encrypted_files import KEYS_FILE
from plantigrade.library.recordings.computed import COMPUTED_FILE
from plantigrade.library.recordings.container import MANIFEST_FILE


def mark_recordings(session: Session, condition: sa.ColumnElement[bool]) -> list[str]:
    """Mark recordings for erasure; which. From now on nobody sees them."""
    marked = list(session.scalars(sa.select(RecordingRow.id).where(condition)))
    session.execute(sa.update(RecordingRow).where(condition).values(erasing=True))
    return marked


def finish(store: Store, recordings: Path) -> int:
    """Erase everything that is marked: files first, then entries; how many recordings.

    Raises:
        LibraryError: files cannot be removed; the marks stay.
    """
    with store.read() as session:
        marked = list(session.scalars(sa.select(RecordingRow.id).where(RecordingRow.erasing)))
        people = list(session.scalars(sa.select(PersonRow.id).where(PersonRow.erasing)))
        codes = list(session.scalars(sa.select(PersonRow.code).where(PersonRow.erasing)))
    if not marked and not people:
        return 0
    for name in marked:
        remove_folder(recordings / name)
    for code in codes:
        _remove_summaries(recordings.parent, code)
    with store.write() as session:
        for name in marked:
            session.execute(sa.delete(RecordingRow).where(RecordingRow.id == name))
        for person in people:
            of_person = RecordingRow.person_id == person
            if session.scalar(sa.select(sa.func.count()).where(of_person)) == 0:
                session.execute(sa.delete(PersonRow).where(PersonRow.id == person))
    store.wipe_traces(thoroughly=bool(people))
    return len(marked)


def _remove_summaries(data_dir: Path, code: str) -> None:
    try:
        remove_summaries(data_dir, code)
    except OSError as error:
        raise LibraryError(f"a summary of {code} cannot be removed: {error.strerror}") from error


def remove_folder(folder: Path) -> None:
    """Remove a recording's files: the keys first, which alone makes encrypted files unreadable.

    Raises:
        LibraryError: a file cannot be removed.
    """
    try:
        for name in (KEYS_FILE, COMPUTED_FILE, MANIFEST_FILE):
            with suppress(FileNotFoundError, NotADirectoryError):
                (folder / name).unlink()
        if folder.exists():
            shutil.rmtree(folder)
        if folder.parent.is_dir():
            sync_folder(folder.parent)
    except OSError as error:
        raise LibraryError(f"{folder}: cannot be removed: {error.strerror}") from error
