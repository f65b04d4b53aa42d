"""The overview of a recording: smallest, mean and largest load of each second and of longer windows, stored.

A day of two feet is 17 million samples; a chart of it has a thousand points. `overview.parquet` holds a row
for each window of 1, 10, 60 and 600 seconds in which anything was recorded, so that a chart of any span reads
about as many rows as it shows. Windows begin at whole multiples of their length on the recording's own clock.

The values of a window are those of its samples: the smallest and the largest are exact, the mean is the mean
of all samples, rounded to float32 once. Longer windows are made of the sums of shorter ones, never of their
rounded means. Columns are listed in docs/reference/journal.md.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from numpy.typing import NDArray

from plantigrade.array_types import F32, F64
from plantigrade.gait.parameters.pressure import REGIONS
from plantigrade.gait.signals import FootSignal, Walk
from plantigrade.library.errors import RecordingError
from plantigrade.library.keys.file_key import FileKey
from plantigrade.library.recordings.columns import ColumnFile, Columns, write_groups
from plantigrade.library.recordings.computed import open_computed

if TYPE_CHECKING:
    from plantigrade.library.recordings.recording import Recording

NAME: Final = "overview"
LEVELS_S: Final = (1, 10, 60, 600)
"""Lengths of the windows; each is a multiple of the one before it."""
SIGNALS: Final = ("total", *REGIONS)
"""What is summed over: the whole foot, and its four regions."""
KINDS: Final = ("min", "mean", "max")
DICTIONARY: Final = ("level_s",)
POINTS: Final = 1500
"""Windows of a chart, unless asked otherwise: more than a screen has columns."""
EVERY_SECOND: Final = 10**9
"""Points that are asked for to get the finest level, however long the recording."""
PIECE_ROWS: Final = 1 << 16
_GROUP_ROWS: Final = 7200
"""Rows that are compressed together: two hours of the finest level, so that a zoom reads little beside it."""


@dataclass(frozen=True, eq=False)
class FootOverview:
    """Loads of one foot by window, in the unit of `FootSignal.force_n`; NaN where nothing was recorded.

    Attributes:
        minimum_n, mean_n, maximum_n: (n, 5) of `SIGNALS`; regions are NaN where the places of the sensors are
            unknown.
        samples: (n,) samples behind them.
    """

    minimum_n: F32
    mean_n: F32
    maximum_n: F32
    samples: NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Overview:
    """A span of a recording as windows without a break between them.

    Attributes:
        level_s: length of the windows.
        start_s: (n,) where each begins, seconds since the start of the recording.
        sample_rate_hz: of the recording, which says how many samples a window can have.
        feet: by "left" and "right".
    """

    level_s: int
    start_s: F64
    sample_rate_hz: float
    feet: Mapping[str, FootOverview]


@dataclass(frozen=True, eq=False)
class _Windows:
    """Sums of one foot by window, in rising order of windows that hold samples."""

    number: NDArray[np.int64]
    samples: NDArray[np.int64]
    total: F64
    least: F32
    most: F32

    def grouped(self, number: NDArray[np.int64]) -> "_Windows":
        """Rows of equal, rising `number` put together."""
        if not len(number):
            return self
        first = np.flatnonzero(np.r_[True, np.diff(number) != 0])
        return _Windows(
            number[first],
            np.add.reduceat(self.samples, first),
            np.add.reduceat(self.total, first, axis=0),
            np.minimum.reduceat(self.least, first, axis=0),
            np.maximum.reduceat(self.most, first, axis=0),
        )


def write_overview(walk: Walk, path: Path, key: FileKey | None = None) -> int:
    """Write the overview of a recording; how many rows.

    Raises:
        OSError: it cannot be written.
        RecordingError: the samples are damaged, or there are none.
    """
    finest = {foot.foot.value: _seconds(foot) for foot in walk.feet}
    if not any(len(windows.number) for windows in finest.values()):
        raise RecordingError(path.parent, "holds no sample with a time")
    first = min(int(windows.number[0]) for windows in finest.values() if len(windows.number))
    last = max(int(windows.number[-1]) for windows in finest.values() if len(windows.number))
    facts = {"rate_hz": repr(walk.sample_rate_hz), "from_s": str(first), "to_s": str(last + 1)}
    return write_groups(path, _groups(finest), dictionary=DICTIONARY, facts=facts, key=key)


def _groups(finest: Mapping[str, _Windows]) -> Iterator[dict[str, Any]]:
    """The coarsest level first: it is looked at most often."""
    for level in reversed(LEVELS_S):
        feet = {foot: windows.grouped(windows.number // level) for foot, windows in finest.items()}
        numbers = np.unique(np.concatenate([windows.number for windows in feet.values()]))
        for at in range(0, len(numbers), _GROUP_ROWS):
            yield _rows(level, numbers[at : at + _GROUP_ROWS], feet)


def _rows(level: int, numbers: NDArray[np.int64], feet: Mapping[str, _Windows]) -> dict[str, Any]:
    columns: dict[str, Any] = {"level_s": np.full(len(numbers), level, np.int32), "start_s": numbers * level}
    for foot, windows in feet.items():
        found = np.searchsorted(numbers, windows.number)
        inside = (windows.number >= numbers[0]) & (windows.number <= numbers[-1])
        samples = np.zeros(len(numbers), np.int32)
        samples[found[inside]] = windows.samples[inside]
        columns[f"{foot}_samples"] = samples
        with np.errstate(invalid="ignore"):
            mean = windows.total / windows.samples[:, None]
        for kind, values in (("min", windows.least), ("mean", mean), ("max", windows.most)):
            for place, signal in enumerate(SIGNALS):
                column = np.full(len(numbers), np.nan, np.float32)
                column[found[inside]] = values[inside, place]
                columns[_column(foot, signal, kind)] = column
    return columns


def _column(foot: str, signal: str, kind: str) -> str:
    return f"{foot}_{signal}_{kind}_n"


def _seconds(signal: FootSignal) -> _Windows:
    """Windows of one second of a foot."""
    parts: list[_Windows] = []
    membership = _membership(signal)
    for start in range(0, len(signal), PIECE_ROWS):
        rows = slice(start, start + PIECE_ROWS)
        force_n, time_s = np.asarray(signal.force_n[rows], np.float64), signal.time_s[rows]
        good = np.isfinite(time_s) & np.isfinite(force_n).all(axis=1)
        loads = force_n[good] @ membership
        rounded = loads.astype(np.float32)
        second = np.floor(time_s[good]).astype(np.int64)
        piece = _Windows(second, np.ones(len(second), np.int64), loads, rounded, rounded)
        parts.append(piece.grouped(second))
    return _merged(parts)


def _membership(signal: FootSignal) -> F64:
    """(S, 5) which sensors make up each of `SIGNALS`; NaN for regions that are not known."""
    membership = np.full((signal.sensor_count, len(SIGNALS)), np.nan)
    membership[:, 0] = 1.0
    if signal.layout is not None:
        for place, region in enumerate(REGIONS, start=1):
            belongs = np.array([name == region for name in signal.layout.region])
            if belongs.any():
                membership[:, place] = belongs
    return membership


def _merged(parts: Sequence[_Windows]) -> _Windows:
    """Pieces put together: the second in which one piece ends is the one in which the next begins."""
    shape = (0, len(SIGNALS))
    none = np.empty(shape, np.float32)
    empty = _Windows(np.empty(0, np.int64), np.empty(0, np.int64), np.empty(shape), none, none)
    every = [empty, *parts]
    number = np.concatenate([part.number for part in every])
    order = np.argsort(number, kind="stable")  # an import's clock may have been set back
    together = _Windows(
        number[order],
        np.concatenate([part.samples for part in every])[order],
        np.concatenate([part.total for part in every])[order],
        np.concatenate([part.least for part in every])[order],
        np.concatenate([part.most for part in every])[order],
    )
    return together.grouped(together.number)


def overview(
    recording: "Recording", from_s: float | None = None, to_s: float | None = None, points: int = POINTS
) -> Overview:
    """The overview of a recording or of a span of it: the finest level of at most `points` windows.

    Args:
        recording: of the library.
        from_s, to_s: seconds since its start; the whole recording where they are not given.
        points: most windows; the coarsest level may have more.

    Raises:
        RecordingError: the overview was not made yet, or is damaged.
    """
    file = open_computed(recording.folder, NAME, recording.reader.vault)
    return read_overview(file, from_s, to_s, points)


def read_overview(
    file: ColumnFile, from_s: float | None = None, to_s: float | None = None, points: int = POINTS
) -> Overview:
    """As `overview`, from an opened file.

    Raises:
        RecordingError: the data are damaged.
    """
    facts = file.facts
    try:
        rate_hz, first, last = float(facts["rate_hz"]), int(facts["from_s"]), int(facts["to_s"])
    except (KeyError, ValueError) as error:
        raise RecordingError(file.path, f"is no overview: {error}") from error
    begin = first if from_s is None else max(first, int(np.floor(from_s)))
    end = max(begin, last if to_s is None else min(last, int(np.ceil(to_s))))
    level = next((level for level in LEVELS_S if (end - begin) / level <= points), LEVELS_S[-1])
    numbers = np.arange(begin // level, -(-end // level), dtype=np.int64)
    of_level = set(file.groups_between("level_s", level, level + 1))
    in_span = set(file.groups_between("start_s", begin - level + 1, max(end, begin + 1)))
    table = file.read(sorted(of_level & in_span))
    chosen = (table.column("level_s", "i4") == level) & np.isin(
        number := table.column("start_s", "i8") // level, numbers
    )
    place = number[chosen] - (numbers[0] if len(numbers) else 0)
    feet = [foot for foot in ("left", "right") if f"{foot}_samples" in file.names]
    return Overview(
        level,
        (numbers * level).astype(np.float64),
        rate_hz,
        {foot: _foot(table, foot, chosen, place, len(numbers)) for foot in feet},
    )


def _foot(
    table: Columns, foot: str, chosen: NDArray[np.bool_], place: NDArray[np.int64], rows: int
) -> FootOverview:
    samples = np.zeros(rows, np.int64)
    samples[place] = table.column(f"{foot}_samples", "i4")[chosen]
    found: list[F32] = []
    for kind in KINDS:
        values = np.full((rows, len(SIGNALS)), np.nan, np.float32)
        values[place] = table.matrix([_column(foot, signal, kind) for signal in SIGNALS], "f4")[chosen]
        found.append(values)
    return FootOverview(found[0], found[1], found[2], samples)
