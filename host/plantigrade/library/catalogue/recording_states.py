"""Where recordings stand: version, state, wearer, and whether what is computed of them is up to date."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import sqlalchemy as sa

from plantigrade.library.catalogue.details import ALGORITHM
from plantigrade.library.catalogue.person_tables import WearDayRow
from plantigrade.library.catalogue.store import OpenLibrary
from plantigrade.library.catalogue.tables import AnalysisRow, PersonRow, RecordingRow
from plantigrade.library.person.entries import Unassigned
from plantigrade.library.recordings.computed import DONE, Computed, read_computed

MOST_ATTEMPTS: Final = 5
"""An analysis that fails is tried so often; more would only keep the computer busy."""
TRY_AGAIN: Final = timedelta(days=1)
"""After that it is tried once a day: a disk is no longer full, a key is back, a program was mended."""


@dataclass(frozen=True)
class RecordingState:
    """Where one recording stands.

    Attributes:
        id: of the recording.
        person, person_id: code and number of the wearer; None for nobody.
        version, state, unassigned: as in `RecordingRow`.
        manifest_sha256: of its present version.
        start_utc_ns, duration_s: None where no clock is known.
        raw_removed: whether its samples were removed by the person's rule.
        analysed: whether the catalogue holds an analysis of it.
    """

    id: str
    person: str | None
    person_id: int | None
    version: int
    state: str
    unassigned: str | None
    manifest_sha256: str
    start_utc_ns: int | None
    duration_s: float | None
    raw_removed: bool
    analysed: bool

    def is_computed(self, computed: Computed | None) -> bool:
        """Whether all that is computed of it is of its present version and wearer."""
        return (
            computed is not None
            and computed.state == DONE
            and computed.is_for(self.manifest_sha256, self.person_id)
            and self.analysed
        )

    def is_done(self, computed: Computed | None) -> bool:
        """Whether it was also told to the baseline, if it is final."""
        return self.is_computed(computed) and computed is not None and computed.recording_state == self.state


def states(library: OpenLibrary, *conditions: sa.ColumnElement[bool]) -> list[RecordingState]:
    """Recordings that are neither deleted nor being erased, newest first.

    Raises:
        LibraryError: the database fails.
    """
    has_analysis = sa.exists().where(
        AnalysisRow.recording_id == RecordingRow.id, AnalysisRow.algorithm == ALGORITHM
    )
    query = (
        sa.select(*_COLUMNS, PersonRow.code, has_analysis.label("analysed"))
        .join(PersonRow, PersonRow.id == RecordingRow.person_id, isouter=True)
        .where(RecordingRow.deleted_utc.is_(None), RecordingRow.erasing.is_(False), *conditions)
        .order_by(RecordingRow.order_ns.desc(), RecordingRow.id)
    )
    with library.store.read() as session:
        return [_state(row) for row in session.execute(query)]


_COLUMNS: Final = (
    RecordingRow.id,
    RecordingRow.person_id,
    RecordingRow.version,
    RecordingRow.state,
    RecordingRow.unassigned,
    RecordingRow.books_sha256,
    RecordingRow.start_utc_ns,
    RecordingRow.duration_s,
    RecordingRow.raw_removed_utc,
)
"""None of them is encrypted: thousands of recordings are looked at again and again."""


def _state(row: Any) -> RecordingState:
    return RecordingState(
        row.id,
        row.code,
        row.person_id,
        row.version,
        row.state,
        row.unassigned,
        row.books_sha256,
        row.start_utc_ns,
        row.duration_s,
        row.raw_removed_utc is not None,
        bool(row.analysed),
    )


def state_of(library: OpenLibrary, recording: str) -> RecordingState | None:
    """Where a recording stands; None where there is none, or where it was deleted."""
    found = states(library, RecordingRow.id == recording)
    return found[0] if found else None


def waiting_for_a_person(library: OpenLibrary) -> list[RecordingState]:
    """Recordings that nobody could be named for, newest first, but for those that were set aside.

    Raises:
        LibraryError: the database fails.
    """
    return states(
        library,
        RecordingRow.person_id.is_(None),
        RecordingRow.unassigned.is_not(None),
        RecordingRow.unassigned != Unassigned.SET_ASIDE.value,
    )


def code_of(library: OpenLibrary, person_id: int) -> str | None:
    """The code of a person by number; None where there is none any more."""
    alive = sa.and_(PersonRow.id == person_id, PersonRow.erasing.is_(False))
    with library.store.read() as session:
        return session.scalar(sa.select(PersonRow.code).where(alive))


def states_of_person(
    library: OpenLibrary, code: str, since_utc_ns: int, until_utc_ns: int
) -> list[RecordingState]:
    """A person's recordings that overlap a span, newest first; those without a clock are not among them."""
    lasted_ns = sa.cast(sa.func.coalesce(RecordingRow.duration_s, 0.0) * 1e9, sa.BigInteger)
    return states(
        library,
        PersonRow.code == code,
        RecordingRow.start_utc_ns < until_utc_ns,
        RecordingRow.start_utc_ns + lasted_ns >= since_utc_ns,
    )


def unanalysed(
    library: OpenLibrary,
    release: str,
    at_utc: datetime | None = None,
    done: set[RecordingState] | None = None,
) -> list[RecordingState]:
    """Recordings of which not everything is computed for their present version and wearer, newest first.

    Those whose samples were removed are not among them, nor those that failed too often lately.

    Args:
        library: opened.
        release: version of Plantigrade that would compute them.
        at_utc: now.
        done: recordings that were found to be done before, and are not looked at again while nothing about
            them changes; those that are found now are added.
    """
    known = set[RecordingState]() if done is None else done
    moment = at_utc or datetime.now(UTC)
    waiting: list[RecordingState] = []
    for one in states(library, RecordingRow.raw_removed_utc.is_(None)):
        if one in known:
            continue
        computed = read_computed(library.recordings / one.id)
        if one.is_done(computed):
            known.add(one)
        elif not _rests(one, computed, release, moment):
            waiting.append(one)
    return waiting


def _rests(one: RecordingState, computed: Computed | None, release: str, at_utc: datetime) -> bool:
    """Whether it failed so often that it is left alone for now."""
    if computed is None or computed.release != release or computed.attempts < MOST_ATTEMPTS:
        return False
    same = computed.is_for(one.manifest_sha256, one.person_id)
    try:
        tried_utc = datetime.fromisoformat(computed.at_utc)
    except ValueError:
        return False
    return same and abs(at_utc - tried_utc) < TRY_AGAIN  # a clock may have been set forward, and back


def forget_days(library: OpenLibrary, recording: str) -> None:
    """Forget what a recording said of days: nobody knows any more whose days they were.

    Raises:
        LibraryError: the database fails.
    """
    with library.store.write() as session:
        session.execute(sa.delete(WearDayRow).where(WearDayRow.recording_id == recording))


def note_bytes(library: OpenLibrary, recording: str) -> None:
    """Store how much room a recording takes now.

    Raises:
        LibraryError: the database fails.
        OSError: the folder cannot be read.
    """
    taken = sum(path.stat().st_size for path in (library.recordings / recording).iterdir() if path.is_file())
    with library.store.write() as session:
        session.execute(sa.update(RecordingRow).where(RecordingRow.id == recording).values(bytes=taken))
