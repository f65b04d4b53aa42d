"""Cycling: feet that turn on pedals.

A pedal leads the foot on a circle at an even pace, so that the acceleration in the plane of the foot's length
and its upright is gravity and one turning arrow: in the frequencies of y + i z a single line, on one side of
zero only. Its length over the squared rate is the radius of the crank. In walking the acceleration of each
stride has many lines on both sides. The feet are half a turn apart.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from plantigrade.gait.motion import stretch_kernel
from plantigrade.gait.motion.settings import (
    CRANK_M,
    FEWEST_PEDAL_CELLS,
    GROUPS_AT_ONCE,
    LONGEST_COAST_S,
    OPPOSITE_COS,
    PEDAL_CELL_S,
    PEDAL_CELLS,
    PEDAL_HZ,
    PEDAL_LINES,
    PEDAL_ONE_WAY,
    PEDAL_SAME_LINES,
    PEDAL_SHARE,
    ROUNDING_SHARE,
    TRACE_BIN_S,
)
from plantigrade.gait.motion.trace import Numbers, Tenths
from plantigrade.gait.signals import Floats, Forces

Span = tuple[float, float]
_WIDTH = round(PEDAL_CELLS * PEDAL_CELL_S / TRACE_BIN_S)
_STEP = round(PEDAL_CELL_S / TRACE_BIN_S)
_WINDOW: Floats = np.hanning(_WIDTH)
_LOW, _HIGH = (round(hz * _WIDTH * TRACE_BIN_S) for hz in PEDAL_HZ)
_LEAST_SCATTER = (
    CRANK_M[0] ** 2
    * (2.0 * np.pi * _LOW / (_WIDTH * TRACE_BIN_S)) ** 4
    * float(np.mean(_WINDOW**2))
    * (1.0 - ROUNDING_SHARE)
)
"""Variance of the acceleration, (m/s2)^2, below which no circle is as large as the smallest crank's at the
slowest turning: the power of a few lines is no more than that of all, which is the window's and the signal's
(Parseval), and the window takes away only."""


@dataclass(frozen=True, eq=False)
class _Turning:
    """Stretches of a foot's trace.

    Attributes:
        numbers: (g,) of their first tenths.
        line: (g,) of the frequency of the turning; 0 where the foot moves too little for pedals.
        arrow: (g,) the arrow's spectral value there; its angle is the place on the circle.
        pedals: (g,) whether it is a pedal's circle.
    """

    numbers: Numbers
    line: Numbers
    arrow: npt.NDArray[np.complex128]
    pedals: npt.NDArray[np.bool_]


def _turning(tenths: Tenths) -> _Turning:
    """All stretches of a foot; the spectra of those alone that move enough for pedals."""
    rows = tenths.stretches(_WIDTH, _STEP)
    made = _Turning(
        tenths.numbers[rows],
        np.zeros(len(rows), np.int64),
        np.zeros(len(rows), np.complex128),
        np.zeros(len(rows), np.bool_),
    )
    scatter = np.empty(len(rows))
    stretch_kernel.scatter(tenths.values, rows, _WIDTH, scatter)
    moving = np.flatnonzero(scatter >= _LEAST_SCATTER)
    for first in range(0, len(moving), GROUPS_AT_ONCE):
        some = moving[first : first + GROUPS_AT_ONCE]
        _spectra(made, some, tenths.values[rows[some][:, None] + np.arange(_WIDTH)])
    return made


def _spectra(made: _Turning, some: Numbers, values: Forces) -> None:
    """What the spectra of some stretches tell of them, in place.

    Args:
        some: (k,) which of them.
        values: (k, _WIDTH, TRACE_COLUMNS) of their tenths.
    """
    plane = values[:, :, 1].astype(np.float64) + 1j * values[:, :, 2].astype(np.float64)
    plane -= plane.mean(axis=1, keepdims=True)
    lines = np.fft.fft(plane * _WINDOW, axis=1)
    power = np.abs(lines) ** 2
    half = _WIDTH // 2
    onwards, back = power[:, 1:half], power[:, :half:-1]
    both = onwards + back
    line = _LOW + np.argmax(both[:, _LOW - 1 : _HIGH], axis=1)
    near = line[:, None] - 1 + np.arange(-PEDAL_LINES, PEDAL_LINES + 1)
    rows = np.arange(len(line))[:, None]
    ahead, behind = onwards[rows, near].sum(axis=1), back[rows, near].sum(axis=1)
    total = both.sum(axis=1)
    rate = 2.0 * np.pi * line / (_WIDTH * TRACE_BIN_S)
    radius = np.sqrt((ahead + behind) / (_WIDTH * np.sum(_WINDOW**2))) / rate**2
    pedals = (ahead + behind >= PEDAL_SHARE * total) & (total > 0)
    pedals &= np.abs(ahead - behind) >= PEDAL_ONE_WAY * (ahead + behind)
    pedals &= (radius >= CRANK_M[0]) & (radius <= CRANK_M[1])
    signed: Numbers = line.astype(np.int64)
    signed[ahead < behind] *= -1
    made.line[some], made.arrow[some], made.pedals[some] = line, lines[rows[:, 0], signed], pedals


def cycling_spans(traces: Sequence[Tenths]) -> list[Span]:
    """Spans in which the feet turn on pedals, in time order, with short breaks of theirs.

    Args:
        traces: of the feet that have a motion sensor, one or two.
    """
    if not traces:
        return []
    feet = [_turning(trace) for trace in traces]
    first, found = feet[0], feet[0].pedals
    if len(feet) > 1:
        _, own, others = np.intersect1d(first.numbers, feet[1].numbers, return_indices=True)
        other = feet[1]
        turn = first.arrow[own] * np.conj(other.arrow[others])
        found = np.zeros(len(first.numbers), np.bool_)
        found[own] = (
            first.pedals[own]
            & other.pedals[others]
            & (np.abs(first.line[own] - other.line[others]) <= PEDAL_SAME_LINES)
            & (turn.real <= OPPOSITE_COS * np.abs(turn))
        )
    return _spans(first.numbers[found])


def with_edges(spans: list[Span]) -> list[Span]:
    """Rides with what may belong to them: a stretch that is pedalled in part only is none of theirs.

    >>> with_edges([(10.0, 40.0)])
    [(5.0, 45.0)]
    """
    return [(start - PEDAL_CELL_S, stop + PEDAL_CELL_S) for start, stop in spans]


def _spans(numbers: Numbers) -> list[Span]:
    """From the first tenths of stretches with pedals to spans of time."""
    if not len(numbers):
        return []
    begin, length_s = numbers * TRACE_BIN_S, PEDAL_CELLS * PEDAL_CELL_S
    cut = np.flatnonzero(np.diff(begin) > length_s + LONGEST_COAST_S) + 1
    parts = np.split(begin, cut)
    return [(float(part[0]), float(part[-1]) + length_s) for part in parts if len(part) >= FEWEST_PEDAL_CELLS]
