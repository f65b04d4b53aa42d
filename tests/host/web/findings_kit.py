"""Recordings with small analyses, written straight into a library: what pages show of findings and steps."""

from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa
from plantigrade.library.catalogue.details import ALGORITHM
from plantigrade.library.catalogue.library import Library
from plantigrade.library.catalogue.tables import AnalysisRow, RecordingRow

from tests.host.library.library_kit import walk

_SEEDS = iter(range(1, 10_000))


def recording(library: Library, person: str | None, at: datetime, unassigned: str | None = None) -> str:
    """A recording of a few seconds that began at a time."""
    entry = library.import_walk(walk(seed=next(_SEEDS), rows=40))
    if person is not None:
        library.assign(entry.id, person)
    start_ns = int(at.timestamp()) * 1_000_000_000
    values = {"start_utc_ns": start_ns, "order_ns": start_ns, "unassigned": unassigned}
    with library.store.write() as session:
        session.execute(sa.update(RecordingRow).where(RecordingRow.id == entry.id).values(**values))
    return entry.id


def finding(rule: str, foot: str = "left", state: str = "present", confidence: float = 0.9) -> dict[str, Any]:
    """A rule's finding as an analysis stores it."""
    return {"rule": rule, "foot": foot, "state": state, "confidence": confidence}


def analysed(library: Library, of: str, *findings: dict[str, Any], steps: tuple[int, ...] = ()) -> None:
    """An analysis with findings, and steps for each hour from the recording's beginning."""
    hours = [{"hour": hour, "steps": count} for hour, count in enumerate(steps)]
    document = {"posture": list(findings), "hours": hours}
    with library.store.write() as session:
        session.add(
            AnalysisRow(
                recording_id=of,
                algorithm=ALGORITHM,
                version="1",
                made_utc=datetime.now(UTC),
                document=document,
            )
        )
