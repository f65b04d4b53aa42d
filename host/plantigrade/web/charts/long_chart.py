"""A recording of any length as a chart: windows of the stored overview, as SVG, as a table and as bytes.

The bytes are what `static/charts/long_chart.js` draws on a canvas, little-endian: "PGC1", windows n (u32),
begin of the first window, its length, begin and end of the recording (f64, seconds), feet (u32, 1 left,
2 right), 0 (u32); then for each foot smallest, mean and largest load of the windows (f32, NaN without
samples).
"""

import math
import struct
from dataclasses import dataclass
from typing import Final

import numpy as np

from plantigrade.analysis.stored import FEET
from plantigrade.array_types import F64
from plantigrade.library.recordings.overview import Overview, overview
from plantigrade.library.recordings.recording import Recording
from plantigrade.web.charts.axes import band_path, line_path, spans_of, ticks_to

WIDTH: Final = 600.0
HEIGHT: Final = 160.0
PICTURE_POINTS: Final = 300
"""Windows of the SVG: a point for two units of its width."""
CANVAS_POINTS: Final = 1500
"""Windows of the canvas: more than a screen has columns."""
TABLE_POINTS: Final = 24
"""Rows of the table: a day by the hour."""
SHORTEST_S: Final = 10.0
"""Of a span that is looked at: ten windows of the finest level."""
_HEAD: Final = struct.Struct("<4sIddddII")


@dataclass(frozen=True)
class Span:
    """What is looked at, and of what; seconds since the start of the recording."""

    from_s: float
    to_s: float
    first_s: float
    last_s: float

    @property
    def is_all(self) -> bool:
        """Whether the whole recording is looked at."""
        return self.from_s <= self.first_s and self.to_s >= self.last_s

    def zoomed(self, factor: float) -> "Span":
        """A span with the same middle, longer by a factor."""
        middle = 0.5 * (self.from_s + self.to_s)
        return self._fitted(middle, factor * (self.to_s - self.from_s))

    def moved(self, share: float) -> "Span":
        """A span as long, later by a share of its length."""
        length = self.to_s - self.from_s
        return self._fitted(0.5 * (self.from_s + self.to_s) + share * length, length)

    def _fitted(self, middle: float, length: float) -> "Span":
        length = min(max(length, SHORTEST_S), self.last_s - self.first_s)
        begin = min(max(middle - 0.5 * length, self.first_s), self.last_s - length)
        return Span(round(begin), round(begin + length), self.first_s, self.last_s)


@dataclass(frozen=True)
class ChartRow:
    """A line of the table: smallest, mean and largest load of each foot; None without samples."""

    from_s: float
    feet: tuple[tuple[float, float, float] | None, ...]


@dataclass(frozen=True)
class LongChart:
    """What the page shows.

    Attributes:
        span: that is shown.
        level_s: length of a window.
        ticks: of the vertical axis, from below.
        grid: heights of the lines of the ticks.
        lines: of each recorded foot: side, path data of the band and of the line.
        gaps: place and width of stretches in which no foot has samples.
        rows: of the table; `row_s` is how long each is.
        row_s: see `rows`.
    """

    span: Span
    level_s: int
    ticks: tuple[float, ...]
    grid: tuple[float, ...]
    lines: tuple[tuple[str, str, str], ...]
    gaps: tuple[tuple[float, float], ...]
    rows: tuple[ChartRow, ...]
    row_s: int


def span_of(recording: Recording, from_s: float | None, to_s: float | None) -> Span:
    """A span of a recording, cut to what there is and not shorter than `SHORTEST_S`.

    Raises:
        RecordingError: the overview was not made yet, or is damaged.
    """
    coarse = overview(recording, points=1)
    first = float(coarse.start_s[0]) if len(coarse.start_s) else 0.0
    last = float(coarse.start_s[-1]) + coarse.level_s if len(coarse.start_s) else SHORTEST_S
    duration_s = recording.entry.duration_s
    last = min(last, math.ceil(first + duration_s)) if duration_s else last
    last = max(last, first + SHORTEST_S)
    begin = first if from_s is None else min(max(from_s, first), last - SHORTEST_S)
    end = last if to_s is None else min(max(to_s, begin + SHORTEST_S), last)
    return Span(begin, end, first, last)


def long_chart(recording: Recording, span: Span) -> LongChart:
    """The chart of a span.

    Raises:
        RecordingError: the overview was not made yet, or is damaged.
    """
    found = overview(recording, span.from_s, span.to_s, PICTURE_POINTS)
    feet = [side for side in FEET if side in found.feet]
    top = max((_most(found.feet[side].maximum_n[:, 0]) for side in feet), default=0.0)
    ticks = ticks_to(top)
    length = max(span.to_s - span.from_s, 1.0)
    x = WIDTH * (found.start_s + 0.5 * found.level_s - span.from_s) / length
    known = np.zeros(len(x), bool)
    lines: list[tuple[str, str, str]] = []
    for side in feet:
        foot = found.feet[side]
        low, mean, high = (
            _height(one[:, 0], ticks[-1]) for one in (foot.minimum_n, foot.mean_n, foot.maximum_n)
        )
        known |= foot.samples > 0
        lines.append((side, band_path(x, low, high), line_path(x, mean)))
    width = WIDTH * found.level_s / length
    gaps = tuple(
        (round(max(0.0, float(x[first]) - width / 2), 1), round((end - first) * width, 1))
        for first, end in spans_of(~known)
    )
    grid = tuple(round(HEIGHT * (1.0 - tick / ticks[-1]), 1) for tick in ticks)
    rows, row_s = _rows(found, span)
    return LongChart(span, found.level_s, ticks, grid, tuple(lines), gaps, rows, row_s)


def chart_bytes(recording: Recording, span: Span, points: int = CANVAS_POINTS) -> bytes:
    """The same span for the canvas.

    Raises:
        RecordingError: the overview was not made yet, or is damaged.
    """
    found = overview(recording, span.from_s, span.to_s, points)
    feet = [side for side in FEET if side in found.feet]
    begin = float(found.start_s[0]) if len(found.start_s) else span.from_s
    mask = sum(1 << FEET.index(side) for side in feet)
    head = _HEAD.pack(
        b"PGC1", len(found.start_s), begin, float(found.level_s), span.first_s, span.last_s, mask, 0
    )
    parts = [
        np.ascontiguousarray(values[:, 0], "<f4").tobytes()
        for side in feet
        for values in (found.feet[side].minimum_n, found.feet[side].mean_n, found.feet[side].maximum_n)
    ]
    return head + b"".join(parts)


def _rows(found: Overview, span: Span) -> tuple[tuple[ChartRow, ...], int]:
    """The windows put together until there are few enough for a table."""
    every = max(1, -(-len(found.start_s) // TABLE_POINTS))
    rows: list[ChartRow] = []
    for first in range(0, len(found.start_s), every):
        piece = slice(first, first + every)
        values: list[tuple[float, float, float] | None] = []
        for side in FEET:
            foot = found.feet.get(side)
            count = 0 if foot is None else int(foot.samples[piece].sum())
            if foot is None or count == 0:
                values.append(None)
                continue
            mean = float(np.nansum(foot.mean_n[piece, 0].astype(np.float64) * foot.samples[piece]) / count)
            least, most = float(np.nanmin(foot.minimum_n[piece, 0])), _most(foot.maximum_n[piece, 0])
            values.append((least, mean, most))
        rows.append(ChartRow(max(float(found.start_s[first]), span.first_s), tuple(values)))
    return tuple(rows), every * found.level_s


def _most(values: np.ndarray) -> float:
    known = values[np.isfinite(values)]
    return float(known.max()) if len(known) else 0.0


def _height(force: np.ndarray, top: float) -> F64:
    return np.asarray(HEIGHT * (1.0 - np.clip(force, 0.0, None) / top), np.float64)
