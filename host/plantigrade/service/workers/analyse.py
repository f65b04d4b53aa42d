"""All that follows a wearing, for one recording: analysis and alerts, overview, strides, days, baseline.

`analyse` is what the worker process runs: it opens the library by itself, and whatever goes wrong is a
result. Every step can be interrupted and done again.
"""

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any

from plantigrade.errors import PlantigradeError
from plantigrade.files.durable import file_sum
from plantigrade.gait.signals import Walk
from plantigrade.library.catalogue.audit import SERVICE, acting_as
from plantigrade.library.catalogue.library import Library
from plantigrade.library.catalogue.recording_states import (
    RecordingState,
    code_of,
    forget_days,
    note_bytes,
    state_of,
)
from plantigrade.library.catalogue.versions import FINAL
from plantigrade.library.errors import RecordingError
from plantigrade.library.recordings import computed, overview, strides
from plantigrade.library.recordings.container import MANIFEST_FILE
from plantigrade.library.recordings.long_files import StoredForces
from plantigrade.library.time_zone import zone_of
from plantigrade.posture.diary.day_load import loads_of
from plantigrade.posture.rules_engine.even_time import seconds_of
from plantigrade.posture.rules_engine.features import estimate_weight_n, from_analysis
from plantigrade.service.day.baseline_day import learn_days
from plantigrade.service.day.wear_day import days_of_span, wear_days
from plantigrade.service.plans import judge_plans
from plantigrade.service.workers.settings import FORCES_IN_MEMORY_BYTES

if TYPE_CHECKING:
    from plantigrade.analysis.pipeline import RecordingAnalysis
    from plantigrade.library.recordings.recording import Recording


class Outcome(StrEnum):
    """What became of an analysis."""

    ANALYSED = "analysed"
    NOT_ANALYSED = "not analysed"
    SUPERSEDED = "superseded"
    """Another version of the recording, or another wearer, came meanwhile: it is to be done again."""
    GONE = "gone"
    """The recording was deleted, or its samples were removed."""


@dataclass(frozen=True)
class AnalysisJob:
    """What a worker process needs to know.

    Attributes:
        data_dir, url, key_file: of the library, see `Library`.
        recording: identifier.
        at_utc: the service's now; None for this computer's.
    """

    data_dir: Path
    url: str | None
    key_file: Path | None
    recording: str
    at_utc: datetime | None = None


@dataclass(frozen=True)
class AnalysisResult:
    """What it reports.

    Attributes:
        recording: identifier.
        outcome: what became of it.
        person: code of the wearer; None for nobody.
        version: of the recording.
        note: why it was not analysed, for people; "" otherwise.
        attempts: how often it was tried; 0 where nothing was begun.
        alerts: how many the analysis raised.
        days: local days of the wearer that it says something of.
        learned: those that the baseline has learned.
    """

    recording: str
    outcome: Outcome
    person: str | None = None
    version: int = 0
    note: str = ""
    attempts: int = 0
    alerts: int = 0
    days: tuple[date, ...] = ()
    learned: tuple[date, ...] = ()


def analyse(job: AnalysisJob) -> AnalysisResult:
    """Open the library and do all that follows a wearing."""
    try:
        with acting_as(SERVICE), Library(job.data_dir, job.url, job.key_file) as library:
            return analyse_recording(library, job.recording, job.at_utc)
    except PlantigradeError as error:  # its key is missing, its database is locked
        return AnalysisResult(job.recording, Outcome.NOT_ANALYSED, note=str(error))


def analyse_recording(library: Library, recording: str, at_utc: datetime | None = None) -> AnalysisResult:
    """All that follows a wearing, for one recording.

    Args:
        library: opened.
        recording: identifier.
        at_utc: now.

    Raises:
        LibraryError: the database fails.
    """
    before = state_of(library, recording)
    if before is None or before.raw_removed:
        return AnalysisResult(recording, Outcome.GONE)
    folder = library.recordings / recording
    known = computed.read_computed(folder)
    try:
        if before.is_computed(known):
            days = _days_of(library, before)
        else:
            begun = computed.begin(
                folder, before.manifest_sha256, version("plantigrade"), before.person_id, before.state, at_utc
            )
            days = _compute(library, before, begun)
        learned = _learn(library, before, days, None if known is None else known.wearer)
        if _changed(library, before):
            return AnalysisResult(recording, Outcome.SUPERSEDED, before.person, before.version)
        done = computed.finish(folder, before.state, at_utc)
        note_bytes(library, recording)
        alerts = sum(alert.origin == "analysis" for alert in library.open(recording).known_alerts)
    except (PlantigradeError, OSError) as error:
        return _failed(library, before, error, at_utc)
    return AnalysisResult(
        recording,
        Outcome.ANALYSED,
        before.person,
        before.version,
        "",
        done.attempts,
        alerts,
        days,
        learned,
    )


def _changed(library: Library, before: RecordingState) -> bool:
    """Whether another version, state or wearer came, or the recording went."""
    now = state_of(library, before.id)
    return now is None or (now.manifest_sha256, now.person_id, now.state) != (
        before.manifest_sha256,
        before.person_id,
        before.state,
    )


def _failed(
    library: Library, before: RecordingState, error: Exception, at_utc: datetime | None
) -> AnalysisResult:
    now = state_of(library, before.id)
    if now is None:
        return AnalysisResult(before.id, Outcome.GONE)
    if _changed(library, before):
        return AnalysisResult(before.id, Outcome.SUPERSEDED, now.person, now.version)
    noted = computed.fail(library.recordings / before.id, str(error), at_utc)
    attempts = 0 if noted is None else noted.attempts
    return AnalysisResult(
        before.id, Outcome.NOT_ANALYSED, before.person, before.version, str(error), attempts
    )


def note_failure(
    library: Library, recording: str, reason: str, at_utc: datetime | None = None
) -> AnalysisResult:
    """What a worker process that ended without a result leaves behind: the reason is noted.

    Raises:
        LibraryError: the database fails.
    """
    before = state_of(library, recording)
    if before is None:
        return AnalysisResult(recording, Outcome.GONE)
    return _failed(library, before, RecordingError(library.recordings / recording, reason), at_utc)


def take_back(library: Library, recording: str) -> None:
    """The worker was stopped with the service: this attempt does not count."""
    with suppress(RecordingError):  # it counts then
        computed.take_back(library.recordings / recording)


def _compute(library: Library, state: RecordingState, begun: computed.Computed) -> tuple[date, ...]:
    """Analysis, alerts, overview, strides and days; which days."""
    folder = library.recordings / state.id
    if file_sum(folder / MANIFEST_FILE) != state.manifest_sha256:
        raise RecordingError(folder, f"its {MANIFEST_FILE} is not the one that the library took in")
    recording = library.open(state.id)
    walk = recording.walk()
    _keep_forces(walk)
    found = recording.full_analysis()
    loads = _loads(found)
    computed.put_files(
        folder,
        library.vault,
        begun,
        {
            overview.NAME: (overview.DICTIONARY, lambda path, key: overview.write_overview(walk, path, key)),
            strides.NAME: (
                strides.DICTIONARY,
                lambda path, key: strides.write_strides(found.analysis, loads, path, key),
            ),
        },
    )
    return _store_days(library, state, recording, found)


def _keep_forces(walk: Walk) -> None:
    """The analysis, the alerts, the overview and the day's loads each read all forces."""
    for foot in walk.feet:
        stored: Any = foot.force_n
        if isinstance(stored, StoredForces):
            stored.keep(FORCES_IN_MEMORY_BYTES // len(walk.feet))


def _loads(found: "RecordingAnalysis") -> Mapping[str, float]:
    tables = from_analysis(found.analysis)
    weight_n = found.walk.body_weight_n or estimate_weight_n(tables)
    return loads_of(found.analysis, tables, seconds_of(found.walk, weight_n))


def _store_days(
    library: Library, state: RecordingState, recording: "Recording", found: "RecordingAnalysis"
) -> tuple[date, ...]:
    """Days of the wearer; data that belong to nobody reach no day."""
    if state.person is None or state.unassigned is not None:
        forget_days(library, state.id)
        return ()
    zone = zone_of(library.person(state.person))
    seconds = overview.overview(recording, points=overview.EVERY_SECOND)
    days = wear_days(found.analysis, seconds, state.start_utc_ns, zone)
    library.record(state.person).days.put_all(state.id, days)
    return tuple(days)


def _days_of(library: Library, state: RecordingState) -> tuple[date, ...]:
    if state.person is None or state.start_utc_ns is None or state.unassigned is not None:
        return ()
    zone = zone_of(library.person(state.person))
    return tuple(days_of_span(state.start_utc_ns, 0.0, state.duration_s or 0.0, zone))


def _learn(
    library: Library, state: RecordingState, days: tuple[date, ...], former_wearer: int | None
) -> tuple[date, ...]:
    """The baseline learns the days of a final recording; of a former wearer it forgets them."""
    if former_wearer is not None and former_wearer != state.person_id and state.start_utc_ns is not None:
        former = code_of(library, former_wearer)
        if former is not None:
            zone = zone_of(library.person(former))
            span = days_of_span(state.start_utc_ns, 0.0, state.duration_s or 0.0, zone)
            learn_days(library, former, tuple(span))
    if state.person is None or state.unassigned is not None or state.state != FINAL:
        return ()
    learned = learn_days(library, state.person, days)
    if learned:
        judge_plans(library, state.person)
    return learned
