"""What earlier recordings of the same insoles showed as the wearer's weight."""

from collections.abc import Mapping
from statistics import median
from typing import TYPE_CHECKING, Any, Final

import sqlalchemy as sa

from plantigrade.gait.load_levels import LoadedFrom
from plantigrade.library.catalogue.tables import AnalysisRow, RecordingDeviceRow, RecordingRow

if TYPE_CHECKING:
    from plantigrade.library.catalogue.store import OpenLibrary

MOST_EARLIER: Final = 5
"""So many of the newest analyses are looked at: insoles drift, and people's weight changes."""
_SHOWN_BY: Final = {LoadedFrom.WALKING.value, LoadedFrom.STEADY_SUM.value}


def earlier_weight_n(library: "OpenLibrary", recording: str) -> float | None:
    """Median of the loads of the body that the newest earlier recordings of the same person and the same
    insoles showed, in walking or standing; None without one.

    Raises:
        LibraryError: the database fails.
    """
    with library.store.read() as session:
        row = session.get_one(RecordingRow, recording)
        if row.person_id is None or row.start_utc_ns is None:
            return None
        own = sa.select(RecordingDeviceRow.serial).where(RecordingDeviceRow.recording_id == recording)
        same = sa.select(RecordingDeviceRow.recording_id).where(RecordingDeviceRow.serial.in_(own))
        query = (
            sa.select(AnalysisRow)
            .join(RecordingRow, RecordingRow.id == AnalysisRow.recording_id)
            .where(
                RecordingRow.person_id == row.person_id,
                RecordingRow.start_utc_ns < row.start_utc_ns,
                RecordingRow.id.in_(same),
            )
            .order_by(RecordingRow.start_utc_ns.desc(), AnalysisRow.id.desc())
            .limit(MOST_EARLIER)
        )
        documents = [analysis.document for analysis in session.scalars(query)]
    known = [weight_n for document in documents if (weight_n := _shown_n(document)) is not None]
    return median(known) if known else None


def _shown_n(document: Mapping[str, Any]) -> float | None:
    """The load of the body that an analysis saw; None where it was said, or an older release made it."""
    levels: Mapping[str, Any] | None = document.get("load_levels")
    if not levels or levels.get("loaded_from") not in _SHOWN_BY:
        return None
    return levels["loaded_n"]
