"""Force features and time-normalised curves of whole gait cycles, compiled.

Sources: F1, F2, F3 are the first peak, the mid-stance valley and the push-off peak of the vertical ground
reaction force; the loading rate is the slope from 20 to 80 % of the way to F1 (as in Milner 2006), the
push-off rate the same on the falling edge after F3.
"""

from enum import IntEnum
from typing import Final

import numpy as np
import numpy.typing as npt

from plantigrade.compiled import compiled
from plantigrade.gait.settings import CURVE_POINTS, DIP_SHARE, MANY_ROWS, RATE_FROM_SHARE, RATE_TO_SHARE
from plantigrade.gait.signals import Floats, Forces

Rows = npt.NDArray[np.int64]
POINTS: Final = CURVE_POINTS


class Force(IntEnum):
    """Columns of `cycles`' force features."""

    PEAK = 0
    F1 = 1
    F1_TIME = 2
    F2 = 3
    F2_TIME = 4
    F3 = 5
    F3_TIME = 6
    LOADING = 7
    PUSH_OFF = 8
    IMPULSE = 9
    MEAN = 10


FORCE_COLUMNS: Final = len(Force)
HALF: Final = 0.5


@compiled()
def _smooth(x: Floats, start: int, stop: int, half: int) -> Floats:
    """Moving mean over 2 half + 1 samples, shortened at the ends."""
    n = stop - start
    out = np.empty(n)
    for i in range(n):
        a, b = max(i - half, 0), min(i + half, n - 1)
        s = 0.0
        for k in range(a, b + 1):
            s += x[start + k]
        out[i] = s / (b - a + 1)
    return out


@compiled()
def _slope(t: Floats, y: Floats, first: int, last: int, low: float, high: float) -> float:
    """Mean slope between the crossings of `low` and `high` on the edge from row first to row last; NaN
    without both."""
    step = 1 if last > first else -1
    t_low, t_high = np.nan, np.nan
    i = first
    while i != last:
        a, b = y[i], y[i + step]
        if t_low != t_low and a <= low < b:
            t_low = t[i] + (low - a) / (b - a) * (t[i + step] - t[i])
        if a <= high < b:
            t_high = t[i] + (high - a) / (b - a) * (t[i + step] - t[i])
            break
        i += step
    return (high - low) / abs(t_high - t_low)


@compiled()
def _peaks(t: Floats, y: Floats, ic: float, length: float) -> tuple[int, int]:
    """Rows of the highest peak in the first and in the second half of stance; -1 where there is none."""
    first, third = -1, -1
    for i in range(1, len(y) - 1):
        early = (t[i] - ic) / length <= HALF
        if early and y[i] >= y[i - 1] and y[i] > y[i + 1] and (first < 0 or y[i] > y[first]):
            first = i
        if not early and y[i] > y[i - 1] and y[i] >= y[i + 1] and (third < 0 or y[i] > y[third]):
            third = i
    return first, third


@compiled()
def _stance(t: Floats, y: Floats, ic: float, fc: float, out: Floats) -> None:
    """Features of one stance; t, y are its samples with the swing level taken off."""
    n = len(y)
    length = fc - ic
    top = 0
    impulse = 0.0
    for i in range(n):
        if y[i] > y[top]:
            top = i
        if i > 0:
            impulse += 0.5 * (y[i] + y[i - 1]) * (t[i] - t[i - 1])
    out[Force.PEAK] = y[top]
    out[Force.IMPULSE] = impulse
    out[Force.MEAN] = impulse / length
    first, third = _peaks(t, y, ic, length)
    start = first if first >= 0 else top
    out[Force.LOADING] = _slope(t, y, 0, start, RATE_FROM_SHARE * y[start], RATE_TO_SHARE * y[start])
    end = third if third >= 0 else top
    out[Force.PUSH_OFF] = _slope(t, y, n - 1, end, RATE_FROM_SHARE * y[end], RATE_TO_SHARE * y[end])
    if first < 0 or third < 0:
        return
    valley = first
    for i in range(first, third + 1):
        if y[i] < y[valley]:
            valley = i
    dip = min(y[first], y[third]) - y[valley]
    if dip < DIP_SHARE * y[top]:
        return
    out[Force.F1], out[Force.F1_TIME] = y[first], 100.0 * (t[first] - ic) / length
    out[Force.F2], out[Force.F2_TIME] = y[valley], 100.0 * (t[valley] - ic) / length
    out[Force.F3], out[Force.F3_TIME] = y[third], 100.0 * (t[third] - ic) / length


@compiled()
def _curve(t: Floats, y: Floats, ic: float, end: float, out: npt.NDArray[np.float32]) -> None:
    """y at 101 equal steps from ic to end, linear between samples."""
    n = len(y)
    i = 0
    for k in range(POINTS):
        at = ic + (end - ic) * k / (POINTS - 1)
        while i < n - 2 and t[i + 1] < at:
            i += 1
        part = min(max((at - t[i]) / (t[i + 1] - t[i]), 0.0), 1.0)
        out[k] = y[i] + part * (y[i + 1] - y[i])


@compiled()
def cycles(
    t: Floats,
    total: Floats,
    rows: Rows,
    times: Floats,
    swing: Floats,
    half: int,
    features: Floats,
    curves: npt.NDArray[np.float32],
) -> None:
    """Fill features (k, FORCE_COLUMNS) and curves (k, 101) of k gait cycles.

    Args:
        t, total: (n,) time and total of the buffer.
        rows: (k, 3) buffer rows at or after initial, final and next initial contact.
        times: (k, 3) their interpolated times.
        swing: (k,) level of the unloaded foot, taken off.
        half: half width of the moving mean before features are read, in samples.
    """
    for c in range(len(rows)):
        a, b, e = max(rows[c, 0] - 1, 0), min(rows[c, 1] + 1, len(t)), min(rows[c, 2] + 1, len(t))
        for f in range(FORCE_COLUMNS):
            features[c, f] = np.nan
        if b - a > MANY_ROWS:
            stance = _smooth(total, a, b, half) - swing[c]
            _stance(t[a:b], stance, times[c, 0], times[c, 1], features[c])
        if e - a > MANY_ROWS:
            _curve(t[a:e], total[a:e] - swing[c], times[c, 0], times[c, 2], curves[c])


@compiled()
def sensor_states(force: Forces, rows: Rows, states: npt.NDArray[np.int8]) -> None:
    """Tell which sensors stayed at zero (1, dead) or at one other value (2, stuck) in each cycle, else 0.

    Args:
        force: (n, S) samples of the buffer.
        rows: (k, 3) as in `cycles`.
        states: (k, S) filled in place.
    """
    for c in range(len(rows)):
        for s in range(force.shape[1]):
            first = force[rows[c, 0], s]
            states[c, s] = 1 if first == 0.0 else 2
            for i in range(rows[c, 0] + 1, rows[c, 2]):
                if force[i, s] != first:
                    states[c, s] = 0
                    break


@compiled()
def sensor_tops(force: Forces, rows: Rows, tops: npt.NDArray[np.float32]) -> None:
    """Highest value of each sensor in each cycle, and for how many samples in a row it stayed there.

    Args:
        force: (n, S) samples of the buffer.
        rows: (k, 3) as in `cycles`.
        tops: (k, S, 2) filled in place.
    """
    sensors = tops.shape[1]
    top = np.empty(sensors, np.float32)
    run = np.empty(sensors, np.int32)
    longest = np.empty(sensors, np.int32)
    for c in range(len(rows)):
        top[:] = force[rows[c, 0], :sensors]
        run[:] = 0
        longest[:] = 0
        for i in range(rows[c, 0], rows[c, 2]):  # row by row, as they lie in memory
            for s in range(sensors):
                value = force[i, s]
                risen, held = value > top[s], value >= top[s]
                top[s] = value if risen else top[s]
                run[s] = (1 if risen else run[s] + 1) if held else 0
                longest[s] = 1 if risen else max(longest[s], run[s])
        for s in range(sensors):
            tops[c, s, 0] = top[s]
            tops[c, s, 1] = longest[s]


@compiled()
def gaps(
    t: Floats, total: Floats, base: int, start: int, stop: int, longest: float, state: Floats, out: Floats
) -> int:
    """Spans without usable samples: jumps of time and rows that are not numbers.

    Args:
        base: absolute row of buffer row 0 (the first row of all has none before it).
        longest: a step of time beyond this is a jump.
        state: (2,) inside a run of missing rows (0 or 1), time before it; changed.
        out: (m, 3) rows from_s, to_s, 1 when samples were there but not numbers.

    Returns:
        Rows of `out` filled.
    """
    count = 0
    for i in range(start, stop):
        if total[i] != total[i]:
            if state[0] == 0.0:
                state[0] = 1.0
                state[1] = t[i]
        elif state[0] == 1.0:
            out[count, 0], out[count, 1], out[count, 2] = state[1], t[i], 1.0
            count += 1
            state[0] = 0.0
        elif i + base > 0 and t[i] - t[i - 1] > longest:
            out[count, 0], out[count, 1], out[count, 2] = t[i - 1], t[i], 0.0
            count += 1
    return count
