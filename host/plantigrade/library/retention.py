"""Raw samples that a person does not want kept: removed after so many days, what was computed of them stays.

A recording gives up its samples only if it is final, its overview, its strides and its analysis are of its
present version and are sound. That they are to go is noted in the catalogue first, then beside the recording,
then they go, their keys before them; whatever is interrupted is finished the next time.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

import sqlalchemy as sa

from plantigrade.files.durable import sync_folder
from plantigrade.library.catalogue.audit import add_audit_entry
from plantigrade.library.catalogue.library import Library
from plantigrade.library.catalogue.recording_states import RecordingState, note_bytes, states
from plantigrade.library.catalogue.store import LibraryError
from plantigrade.library.catalogue.tables import PersonRow, RecordingRow
from plantigrade.library.catalogue.versions import FINAL
from plantigrade.library.errors import RecordingError
from plantigrade.library.keys.encrypted_files import KEYS_FILE
from plantigrade.library.recordings import overview, strides
from plantigrade.library.recordings.computed import problems_of_computed, read_computed, write_computed
from plantigrade.library.recordings.container import read_manifest

REMAINING: Final = (overview.NAME, strides.NAME)
"""What must be there before samples may go."""


@dataclass(frozen=True)
class Removal:
    """What became of the samples of one recording.

    Attributes:
        recording: its identifier.
        freed_bytes: room that was given back; 0 where nothing was removed.
        problem: why they stay although they are due; "" where they are gone.
    """

    recording: str
    freed_bytes: int
    problem: str = ""


def apply_retention(library: Library, at_utc: datetime) -> list[Removal]:
    """Remove the raw samples that are due by the rules of their wearers, and finish what was interrupted.

    Raises:
        LibraryError: the database fails; nothing is half-done that the next call does not finish.
    """
    done = [_remove_files(library, one, at_utc) for one in _interrupted(library)]
    return done + [_remove(library, one, at_utc) for one in due(library, at_utc)]


def due(library: Library, at_utc: datetime) -> list[RecordingState]:
    """Recordings whose samples are older than their wearer wants them kept.

    Raises:
        LibraryError: the database fails.
    """
    found: list[RecordingState] = []
    for person in library.people():
        try:
            raw_days = library.record(person.code).settings.get().raw_days
        except LibraryError:  # settings that cannot be read remove nothing; `record.problems` names them
            continue
        if raw_days is None:
            continue
        limit_ns = round((at_utc - timedelta(days=raw_days)).timestamp()) * 10**9
        own = states(library, PersonRow.code == person.code, RecordingRow.raw_removed_utc.is_(None))
        found += [one for one in own if _is_due(one, limit_ns)]
    return found


def _is_due(one: RecordingState, limit_ns: int) -> bool:
    if one.state != FINAL or one.unassigned is not None or one.start_utc_ns is None:
        return False
    return one.start_utc_ns + round((one.duration_s or 0.0) * 1e9) < limit_ns


def _remove(library: Library, one: RecordingState, at_utc: datetime) -> Removal:
    folder = library.recordings / one.id
    computed = read_computed(folder)
    if computed is None or not one.is_done(computed):
        return Removal(one.id, 0, "it is not analysed in its present version")
    if missing := [name for name in REMAINING if name not in computed.files]:
        return Removal(one.id, 0, f"it has no {' and no '.join(missing)}")
    if problems := problems_of_computed(folder, library.vault):
        return Removal(one.id, 0, problems[0])
    with library.store.write() as session:
        own = sa.and_(
            RecordingRow.id == one.id,
            RecordingRow.books_sha256 == one.manifest_sha256,
            RecordingRow.person_id == one.person_id,
        )
        changed = session.execute(sa.update(RecordingRow).where(own).values(raw_removed_utc=at_utc))
        if not getattr(changed, "rowcount", 0):
            return Removal(one.id, 0, "another version of it, or another wearer, came this moment")
        add_audit_entry(session, "remove raw samples", one.id)
    return _remove_files(library, one, at_utc)


def _interrupted(library: Library) -> Iterator[RecordingState]:
    """Recordings whose samples were to go and are not all gone."""
    for one in states(library, RecordingRow.raw_removed_utc.is_not(None)):
        computed = read_computed(library.recordings / one.id)
        try:
            left = any(path.exists() for path in _raw_files(library.recordings / one.id))
        except RecordingError:  # `sessions verify` says what is wrong with it
            continue
        if left or computed is None or not computed.raw_removed_utc:
            yield one


def _remove_files(library: Library, one: RecordingState, at_utc: datetime) -> Removal:
    folder = library.recordings / one.id
    try:
        computed = read_computed(folder)
        if computed is None:
            return Removal(one.id, 0, "what was computed of it is not noted any more")
        if not computed.raw_removed_utc:
            write_computed(folder, replace(computed, raw_removed_utc=at_utc.isoformat(timespec="seconds")))
        freed = 0
        for path in (folder / KEYS_FILE, *_raw_files(folder)):
            if path.exists():
                freed += path.stat().st_size
                path.unlink()
        sync_folder(folder)
        note_bytes(library, one.id)
    except OSError as error:
        return Removal(one.id, 0, f"its samples cannot be removed: {error.strerror or error}")
    return Removal(one.id, freed)


def _raw_files(folder: Path) -> list[Path]:
    return [folder / f"{foot.foot}.parquet" for foot in read_manifest(folder).feet]
