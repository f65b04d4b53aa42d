"""Where the samples of a recording come from: a walk in memory, or stored files of which a slice is read."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final, NamedTuple, Protocol

import numpy as np

from plantigrade.gait.signals import Floats, Foot, FootSignal, TimeGap, Walk
from plantigrade.library.recordings.container import COUNTS, RecordingManifest
from plantigrade.library.recordings.frames import FootFrames


class Span(NamedTuple):
    """Seconds on the recording's clock, the end excluded; None for no limit."""

    from_s: float | None = None
    to_s: float | None = None

    def within(self, other: "Span") -> "Span":
        """What both spans hold.

        Example:
            >>> Span(10, 20).within(Span(None, 15))
            Span(from_s=10, to_s=15)
        """
        starts = [one for one in (self.from_s, other.from_s) if one is not None]
        ends = [one for one in (self.to_s, other.to_s) if one is not None]
        return Span(max(starts, default=None), min(ends, default=None))

    @property
    def is_unlimited(self) -> bool:
        """Whether it limits nothing."""
        return self.from_s is None and self.to_s is None


UNLIMITED: Final = Span()


class StoredRecording(Protocol):
    """What a recording on disk answers: `RecordingReader`, or `Recording` of a library."""

    @property
    def manifest(self) -> RecordingManifest:
        """What was asked for, recorded and missing."""
        ...

    @property
    def folder(self) -> Path:
        """Where its files are."""
        ...

    def frames(self, foot: str, from_s: float | None = None, to_s: float | None = None) -> FootFrames:
        """Frames of one insole as recorded."""
        ...

    def times_s(self, frames: FootFrames) -> Floats:
        """Seconds since the start."""
        ...


class Source(Protocol):
    """Samples of one recording."""

    @property
    def id(self) -> str:
        """Path of the file, or identifier of the recording."""
        ...

    @property
    def stored(self) -> StoredRecording | None:
        """The files, where the recording is one of ours; None for everything else."""
        ...

    def walk(self, span: Span = UNLIMITED) -> Walk:
        """Newtons on one time base, whole or a slice."""
        ...


@dataclass(frozen=True, eq=False)
class WalkSource:
    """A recording that lies in memory: files of other systems are read whole, as texts have no index."""

    complete: Walk
    id: str
    stored: None = None

    def walk(self, span: Span = UNLIMITED) -> Walk:
        """The walk, or views of its rows in the span."""
        return cut(self.complete, span)


@dataclass(frozen=True, eq=False)
class StoredSource:
    """A recording on disk: of a slice, the groups of rows that hold it are read, and nothing else."""

    stored: StoredRecording
    read_walk: Callable[[float | None, float | None], Walk]
    id: str

    def walk(self, span: Span = UNLIMITED) -> Walk:
        """Whole, or a slice; see `RecordingReader.walk`."""
        return self.read_walk(*span)


def holds_counts(source: Source) -> bool:
    """Whether the frames of our own insoles are there, with counts, device time and status."""
    return source.stored is not None and source.stored.manifest.content == COUNTS


def file_of(stored: StoredRecording, foot: Foot) -> str:
    """Name of the file of a foot; an insole whose side was never set has a name of its own."""
    names = [entry.foot for entry in stored.manifest.feet]
    others = [name for name in names if name not in {one.value for one in Foot}]
    return foot.value if foot.value in names or not others else others[0]


def cut(walk: Walk, span: Span) -> Walk:
    """The rows of a walk in a span, without copying them."""
    if span.is_unlimited:
        return walk
    return replace(
        walk,
        left=None if walk.left is None else _cut_foot(walk.left, span),
        right=None if walk.right is None else _cut_foot(walk.right, span),
    )


def _cut_foot(signal: FootSignal, span: Span) -> FootSignal:
    low = -np.inf if span.from_s is None else span.from_s
    high = np.inf if span.to_s is None else span.to_s
    first, last = np.searchsorted(signal.time_s, [low, high]).tolist()
    gaps: tuple[TimeGap, ...] = tuple(gap for gap in signal.gaps if gap.to_s > low and gap.from_s < high)
    return replace(signal.part(first, last), gaps=gaps)
