"""Which recordings are to be worked on, and all that a worker needs to know of each."""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from plantigrade.archive.settings import PAGE
from plantigrade.archive.task import Outcome, Task
from plantigrade.calibration.model import as_json
from plantigrade.gait.results import ALGORITHM_VERSION
from plantigrade.library.catalogue.details import calibration_of
from plantigrade.library.catalogue.library import Library
from plantigrade.library.catalogue.record.body import body_on
from plantigrade.library.catalogue.sending_tables import ArchiveResultRow
from plantigrade.library.catalogue.tables import PersonRow, RecordingDeviceRow, RecordingRow
from plantigrade.library.time_zone import local_time, zone_named

_THERE = sa.and_(
    RecordingRow.deleted_utc.is_(None),
    RecordingRow.erasing.is_(False),
    RecordingRow.raw_removed_utc.is_(None),
)


def count_all(library: Library) -> int:
    """How many recordings there are to work on at most."""
    with library.store.read() as session:
        return session.scalar(sa.select(sa.func.count()).select_from(RecordingRow).where(_THERE)) or 0


def missing(library: Library, again: bool = False) -> list[tuple[str, str]]:
    """Recordings that are not analysed by this version in their present state, by name and manifest.

    Args:
        library: open.
        again: also those that failed before by this version.
    """
    done = [
        ArchiveResultRow.recording_id == RecordingRow.id,
        ArchiveResultRow.version == ALGORITHM_VERSION,
        ArchiveResultRow.manifest_sha256 == RecordingRow.books_sha256,
    ]
    if again:
        done.append(ArchiveResultRow.problem == "")
    query = (
        sa.select(RecordingRow.id, RecordingRow.books_sha256)
        .where(_THERE, ~sa.exists().where(*done))
        .order_by(RecordingRow.id)
    )
    with library.store.read() as session:
        return [(name, manifest) for name, manifest in session.execute(query)]


def everything(library: Library) -> list[tuple[str, str]]:
    """All recordings, by name and manifest."""
    with library.store.read() as session:
        query = sa.select(RecordingRow.id, RecordingRow.books_sha256).where(_THERE).order_by(RecordingRow.id)
        return [(name, manifest) for name, manifest in session.execute(query)]


def tasks(library: Library, wanted: Sequence[tuple[str, str]]) -> Iterator[Task]:
    """Tasks for recordings, looked up some thousand at a time."""
    calibrations = dict[str, object]()
    for at in range(0, len(wanted), PAGE):
        page = wanted[at : at + PAGE]
        with library.store.read() as session:
            found = list(_page(session, library, page))
        for task, serials in found:
            for serial in serials:
                if serial not in calibrations:
                    known = calibration_of(library, serial)
                    calibrations[serial] = None if known is None else as_json(known)
            own = {serial: calibrations[serial] for serial in serials if calibrations[serial] is not None}
            yield Task(task.recording, task.manifest_sha256, own, task.shoe_size_eu, task.weight_kg)


def _page(
    session: Session, library: Library, page: Sequence[tuple[str, str]]
) -> Iterator[tuple[Task, list[str]]]:
    names = [name for name, _ in page]
    worn: dict[str, list[str]] = {}
    devices = sa.select(RecordingDeviceRow.recording_id, RecordingDeviceRow.serial)
    for name, serial in session.execute(devices.where(RecordingDeviceRow.recording_id.in_(names))):
        worn.setdefault(name, []).append(serial)
    query = sa.select(RecordingRow.id, RecordingRow.start_utc_ns, RecordingRow.person_id)
    facts = {row.id: row for row in session.execute(query.where(RecordingRow.id.in_(names)))}
    people: dict[int, PersonRow] = {}
    for name, manifest in page:
        if (row := facts.get(name)) is None:
            continue  # erased meanwhile
        person = None
        if row.person_id is not None:
            person = people.get(row.person_id) or session.get_one(PersonRow, row.person_id)
            people[row.person_id] = person
        weight = None
        if person is not None:
            weight = person.weight_kg
            if row.start_utc_ns is not None:
                day = local_time(row.start_utc_ns, zone_named(person.time_zone)).date()
                weight = body_on(session, library.vault, person, day).weight_kg
        shoe = None if person is None else person.shoe_size_eu
        yield Task(name, manifest, {}, shoe, weight), worn.get(name, [])


def keep(library: Library, outcomes: Sequence[Outcome]) -> None:
    """Note what became of recordings, once each; of those that are gone nothing."""
    now = datetime.now(UTC)
    with library.store.write() as session:
        names = [one.recording for one in outcomes]
        there = set(session.scalars(sa.select(RecordingRow.id).where(RecordingRow.id.in_(names))))
        session.execute(sa.delete(ArchiveResultRow).where(ArchiveResultRow.recording_id.in_(names)))
        latest = {one.recording: one for one in outcomes if one.recording in there}
        for one in latest.values():
            session.add(
                ArchiveResultRow(
                    recording_id=one.recording,
                    version=ALGORITHM_VERSION,
                    manifest_sha256=one.manifest_sha256,
                    problem=one.problem,
                    made_utc=now,
                )
            )
