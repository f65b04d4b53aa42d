"""A recording opened with its person, insoles, notes, analyses and alerts."""

import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from importlib.metadata import version
from typing import TYPE_CHECKING

import sqlalchemy as sa
from sqlalchemy.orm import Session

from plantigrade.calibration.model import Calibration, calibration_from
from plantigrade.library.catalogue import queries
from plantigrade.library.catalogue.earlier_weight import earlier_weight_n
from plantigrade.library.catalogue.record.body import body_on
from plantigrade.library.catalogue.tables import (
    AlertRow,
    AnalysisRow,
    DeviceRow,
    NoteRow,
    PersonRow,
    RecordingDeviceRow,
    RecordingRow,
)
from plantigrade.library.entries import Device, Note, Person, StoredAlert, StoredAnalysis
from plantigrade.library.recordings.container import read_manifest
from plantigrade.library.recordings.reader import RecordingReader
from plantigrade.library.recordings.recording import Recording
from plantigrade.library.time_zone import local_time, zone_of

if TYPE_CHECKING:
    from plantigrade.analysis.pipeline import RecordingAnalysis
    from plantigrade.library.catalogue.store import OpenLibrary

ALGORITHM = "plantigrade.gait"


def load(session: Session, row: RecordingRow, library: "OpenLibrary") -> Recording:
    """Everything that the catalogue knows about a recording, and its manifest.

    Raises:
        RecordingError: its manifest cannot be read.
    """
    person = None if row.person_id is None else session.get_one(PersonRow, row.person_id)
    worn = session.execute(
        sa.select(RecordingDeviceRow.foot, DeviceRow)
        .join(DeviceRow, RecordingDeviceRow.serial == DeviceRow.serial)
        .where(RecordingDeviceRow.recording_id == row.id)
    ).all()
    folder = library.recordings / row.id
    reader = RecordingReader(
        folder,
        read_manifest(folder),
        library.vault,
        {device.serial: known for _, device in worn if (known := _calibration(device, library)) is not None},
        None if person is None else person.shoe_size_eu,
    )
    recording = row.id
    return Recording(
        entry=queries.entry_of(session, recording),
        reader=reader,
        person=None if person is None else _as_then(session, person, row, library),
        devices={foot: as_device(device) for foot, device in worn},
        notes=_notes(session, recording),
        analyses=_analyses(session, recording),
        known_alerts=_alerts(session, recording),
        keep=lambda full_analysis: keep_analysis(library, recording, full_analysis),
        earlier_weight_n=lambda: earlier_weight_n(library, recording),
    )


def _as_then(session: Session, person: PersonRow, row: RecordingRow, library: "OpenLibrary") -> Person:
    """The wearer with the weight and height that were right when the recording was made."""
    known = queries.as_person(person)
    if row.start_utc_ns is None:
        return known
    day = local_time(row.start_utc_ns, zone_of(known)).date()
    body = body_on(session, library.vault, person, day)
    return replace(known, weight_kg=body.weight_kg, height_cm=body.height_cm)


def as_device(row: DeviceRow) -> Device:
    """An insole, detached."""
    known = None if row.calibration is None else json.loads(row.calibration)
    return Device(
        row.serial,
        row.side,
        row.layout,
        row.firmware,
        None if known is None else known["made_on"],
        None if known is None else known["method"],
    )


def keep_analysis(
    library: "OpenLibrary", recording: str, full_analysis: "RecordingAnalysis"
) -> tuple[StoredAlert, ...]:
    """Keep the document of an analysis and the alerts that it raises; those of an earlier run of the same
    version are replaced. Data whose wearer is unclear raise no alert. All alerts of the recording."""
    from plantigrade.analysis.document import document
    from plantigrade.library.catalogue.alerts import alerts_of

    release = version("plantigrade")
    with library.store.write() as session:
        session.execute(
            sa.delete(AnalysisRow).where(
                AnalysisRow.recording_id == recording,
                AnalysisRow.algorithm == ALGORITHM,
                AnalysisRow.version == release,
            )
        )
        session.add(
            AnalysisRow(
                recording_id=recording,
                algorithm=ALGORITHM,
                version=release,
                made_utc=datetime.now(UTC),
                document=document(full_analysis),
            )
        )
    with library.store.read() as session:
        nobody_knows_whose = queries.one(session, recording).unassigned is not None
    found: list[StoredAlert] = []
    if not nobody_knows_whose:
        found = alerts_of(
            full_analysis.walk, full_analysis.analysis, full_analysis.book, full_analysis.reference
        )
    keep_alerts(library, recording, found)
    with library.store.read() as session:
        return _alerts(session, recording)


def keep_alerts(library: "OpenLibrary", recording: str, alerts: Sequence[StoredAlert]) -> None:
    """Keep alerts of a recording. Those of an analysis, none as well, replace those of an earlier one; live
    ones are added.

    Raises:
        UnknownRecordingError: there is no such recording.
    """
    with library.store.write() as session:
        row = queries.one(session, recording)
        if not alerts or any(alert.origin == "analysis" for alert in alerts):
            from_analysis = sa.and_(AlertRow.recording_id == row.id, AlertRow.origin == "analysis")
            session.execute(sa.delete(AlertRow).where(from_analysis))
        for alert in alerts:
            session.add(
                AlertRow(
                    recording_id=row.id,
                    rule=alert.rule,
                    foot=alert.foot,
                    from_s=alert.from_s,
                    to_s=alert.to_s,
                    document=dict(alert.document),
                    origin=alert.origin,
                )
            )


def calibration_of(library: "OpenLibrary", serial: str) -> Calibration | None:
    """The calibration that the library holds for an insole, None where it holds none."""
    with library.store.read() as session:
        device = session.get(DeviceRow, serial)
        return None if device is None else _calibration(device, library)


def _calibration(device: DeviceRow, library: "OpenLibrary") -> Calibration | None:
    if device.calibration is None:
        return None
    return calibration_from(json.loads(device.calibration), library.data_dir)


def _notes(session: Session, recording: str) -> tuple[Note, ...]:
    query = sa.select(NoteRow).where(NoteRow.recording_id == recording).order_by(NoteRow.id)
    return tuple(
        Note(row.id, row.text, row.at_s, row.author, row.created_utc) for row in session.scalars(query)
    )


def _analyses(session: Session, recording: str) -> tuple[StoredAnalysis, ...]:
    query = sa.select(AnalysisRow).where(AnalysisRow.recording_id == recording).order_by(AnalysisRow.id)
    return tuple(
        StoredAnalysis(row.id, row.algorithm, row.version, row.made_utc, row.document)
        for row in session.scalars(query)
    )


def _alerts(session: Session, recording: str) -> tuple[StoredAlert, ...]:
    query = sa.select(AlertRow).where(AlertRow.recording_id == recording).order_by(AlertRow.from_s)
    return tuple(
        StoredAlert(row.rule, row.foot, row.from_s, row.to_s, row.document, row.origin)
        for row in session.scalars(query)
    )
