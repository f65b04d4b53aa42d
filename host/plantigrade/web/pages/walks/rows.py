"""Lines of the list: when, how long, how many steps, and where each recording stands."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

from plantigrade.analysis.stored import FEET
from plantigrade.library.catalogue.library import UNDO_DAYS, Library
from plantigrade.library.catalogue.recording_list import Walked, states_of, walked_in
from plantigrade.library.catalogue.recording_states import RecordingState
from plantigrade.library.catalogue.versions import PROVISIONAL
from plantigrade.library.entries import RecordingEntry
from plantigrade.library.recordings.computed import FAILED, Computed, read_computed
from plantigrade.web.formats import Formats

ANALYSIS_START_S: Final = 15.0
"""Until the analysis of a recording begins and its process has started."""
ANALYSIS_S_PER_H: Final = 3.0
"""Seconds of analysis for an hour of two feet, as measured (docs/explanation/after-a-wearing.md)."""
SHOWN_MISSING: Final = 0.0005
"""Share of missing samples that is told: less rounds to 0.0 %."""


@dataclass(frozen=True)
class Standing:
    """What a tag says of a recording.

    Attributes:
        name: "analysing", "failed", "provisional", "gaps", "one-foot" or "complete".
        state: its class.
        icon: before it.
        text: in the reader's words.
    """

    name: str
    state: str
    icon: str
    text: str


@dataclass(frozen=True)
class Row:
    """One line.

    Attributes:
        id: of the recording.
        title: as given, else a word for it.
        facts: when, how long, how many steps.
        standing: of the recording.
    """

    id: str
    title: str
    facts: str
    standing: Standing


def rows_of(library: Library, entries: Sequence[RecordingEntry], formats: Formats) -> list[Row]:
    """Lines for some recordings.

    Raises:
        LibraryError: the database fails.
    """
    ids = [entry.id for entry in entries]
    states, walked = states_of(library, ids), walked_in(library, ids)
    return [
        Row(
            entry.id,
            title_of(entry, formats),
            facts_of(entry, walked.get(entry.id), formats),
            standing_of(entry, states.get(entry.id), read_computed(library.recordings / entry.id), formats),
        )
        for entry in entries
    ]


def title_of(entry: RecordingEntry, formats: Formats) -> str:
    """What a recording is called; the kind of it where nobody gave it a name."""
    return entry.title or formats.words(f"walks.untitled.{entry.kind}")


def when_of(entry: RecordingEntry, formats: Formats) -> str:
    """When a recording began; of one without a clock, when it was added."""
    if entry.start_utc_ns is not None:
        day = formats.near_day(formats.day_of(entry.start_utc_ns))
        return formats.words("walks.when", day=_capital(day), time=formats.time(entry.start_utc_ns))
    return formats.words("walks.added", day=formats.near_day(formats.day_of(entry.added_utc)))


def facts_of(entry: RecordingEntry, walked: Walked | None, formats: Formats) -> str:
    """Day, time, length and steps."""
    facts = [when_of(entry, formats)]
    if entry.duration_s is not None:
        facts.append(formats.duration(entry.duration_s))
    if walked is not None:
        facts.append(formats.words.counted("walks.steps", walked.steps, steps=formats.number(walked.steps)))
    return " · ".join(facts)


def standing_of(
    entry: RecordingEntry, state: RecordingState | None, computed: Computed | None, formats: Formats
) -> Standing:
    """Where a recording stands; what is not known yet is never shown as complete."""
    words = formats.words
    if state is not None and not state.raw_removed and not state.is_computed(computed):
        if computed is not None and computed.state == FAILED:
            return Standing("failed", "attention", "triangle", words("walks.standing.failed"))
        seconds = formats.number(seconds_until_analysed(entry))
        return Standing("analysing", "", "clock", words("walks.standing.analysing", seconds=seconds))
    if len(entry.feet) == 1:
        side = entry.feet[0] if entry.feet[0] in FEET else "one"
        return Standing("one-foot", "attention", "triangle", words(f"walks.only.{side}"))
    share = missing_share(entry)
    if share > SHOWN_MISSING:
        percent = formats.quantity(100 * share, "%", 1)
        return Standing("gaps", "attention", "triangle", words("walks.standing.gaps", percent=percent))
    if state is not None and state.state == PROVISIONAL:
        return Standing("provisional", "", "clock", words("walks.standing.provisional"))
    return Standing("complete", "ok", "check", words("walks.standing.complete"))


def missing_share(entry: RecordingEntry) -> float:
    """Missing over all samples of both feet."""
    every = entry.frames_recorded + entry.frames_missing
    return entry.frames_missing / every if every else 0.0


def seconds_until_analysed(entry: RecordingEntry) -> float:
    """About how long it takes until a recording is analysed, in whole tens of seconds."""
    seconds = ANALYSIS_START_S + ANALYSIS_S_PER_H * (entry.duration_s or 0.0) / 3600
    return 10.0 * -(-seconds // 10)


def restorable_until(entry: RecordingEntry, formats: Formats) -> str:
    """The last day on which a deleted recording can be given back."""
    deleted = entry.deleted_utc or datetime.now(UTC)
    return formats.near_day(formats.day_of(deleted + timedelta(days=UNDO_DAYS)))


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
