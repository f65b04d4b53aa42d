"""What a list of a person's recordings shows beside their entries: tags, steps, state, whose they may be."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import sqlalchemy as sa

from plantigrade.analysis.stored import StoredDocument
from plantigrade.library.catalogue import queries
from plantigrade.library.catalogue.details import ALGORITHM
from plantigrade.library.catalogue.library import Library
from plantigrade.library.catalogue.person_tables import WearDayRow
from plantigrade.library.catalogue.recording_states import RecordingState, states, waiting_for_a_person
from plantigrade.library.catalogue.tables import (
    AnalysisRow,
    PersonRow,
    RecordingDeviceRow,
    RecordingRow,
    TagRow,
)
from plantigrade.library.entries import RecordingEntry, StoredAnalysis, Tag
from plantigrade.library.person.documents import from_document
from plantigrade.library.person.entries import WearDay

MOST_DOCUMENTS: Final = 50
"""Analyses that are opened for one list; those of recordings with a clock are not needed for it."""


@dataclass(frozen=True)
class Walked:
    """How much was walked in a recording."""

    steps: int
    walking_s: float


def states_of(library: Library, ids: Sequence[str]) -> dict[str, RecordingState]:
    """Where some recordings stand; deleted ones are not among them.

    Raises:
        LibraryError: the database fails.
    """
    return {one.id: one for one in states(library, RecordingRow.id.in_(ids))} if ids else {}


def walked_in(library: Library, ids: Sequence[str]) -> dict[str, Walked]:
    """How much was walked in some recordings; those that were not analysed are not among them.

    Raises:
        LibraryError: the database fails.
    """
    found: dict[str, Walked] = {}
    with library.store.read() as session:
        days = sa.select(WearDayRow.recording_id, WearDayRow.document).where(WearDayRow.recording_id.in_(ids))
        for recording, document in session.execute(days):
            day, known = from_document(WearDay, document), found.get(recording, Walked(0, 0.0))
            found[recording] = Walked(known.steps + day.steps, known.walking_s + 60.0 * day.walking_min)
        rest = [recording for recording in ids if recording not in found][:MOST_DOCUMENTS]
        # A recording without a clock belongs to no day: its analysis says it.
        analyses = (
            sa.select(AnalysisRow.recording_id, AnalysisRow.document)
            .join(RecordingRow, RecordingRow.id == AnalysisRow.recording_id)
            .where(
                AnalysisRow.recording_id.in_(rest),
                AnalysisRow.algorithm == ALGORITHM,
                RecordingRow.start_utc_ns.is_(None),
            )
            .order_by(AnalysisRow.id)
        )
        for recording, document in session.execute(analyses) if rest else ():
            stored = StoredDocument(document)
            steps = stored.both("steps")
            found[recording] = Walked(round((steps and steps.value) or 0), stored.walking_s)
    return found


def tags_of(library: Library, person: str) -> tuple[Tag, ...]:
    """Tags that a person's recordings have, in order of kind and value.

    Raises:
        LibraryError: the database fails.
    """
    query = (
        sa.select(TagRow.kind, TagRow.value)
        .distinct()
        .join(RecordingRow, RecordingRow.id == TagRow.recording_id)
        .join(PersonRow, PersonRow.id == RecordingRow.person_id)
        .where(PersonRow.code == person, RecordingRow.deleted_utc.is_(None))
        .order_by(TagRow.kind, TagRow.value)
    )
    with library.store.read() as session:
        return tuple(Tag(kind, value) for kind, value in session.execute(query))


def newest_analysis(library: Library, recording: str) -> StoredAnalysis | None:
    """The newest stored analysis of a recording; None where there is none.

    Raises:
        LibraryError: the database fails.
    """
    query = (
        sa.select(AnalysisRow)
        .where(AnalysisRow.recording_id == recording, AnalysisRow.algorithm == ALGORITHM)
        .order_by(AnalysisRow.id.desc())
        .limit(1)
    )
    with library.store.read() as session:
        row = session.scalar(query)
        if row is None:
            return None
        return StoredAnalysis(row.id, row.algorithm, row.version, row.made_utc, row.document)


def may_be_of(library: Library, person: str) -> list[RecordingEntry]:
    """Recordings without a wearer that this person may be asked about, newest first: those of insoles that
    are or were this person's, and all of them in a library of one person. Nobody else's are shown.

    Raises:
        LibraryError: the database fails.
    """
    waiting = [one.id for one in waiting_for_a_person(library)]
    if not waiting:
        return []
    with library.store.read() as session:
        people = session.scalar(sa.select(sa.func.count()).where(PersonRow.erasing.is_(False)))
        if people != 1:
            own = {one.serial for one in library.record(person).insoles.periods()}
            worn = sa.select(RecordingDeviceRow.recording_id).where(RecordingDeviceRow.serial.in_(own))
            ours = set(session.scalars(worn)) if own else set[str]()
            waiting = [one for one in waiting if one in ours]
        return [queries.entry_of(session, one) for one in waiting]
