"""When a foot stands still: in stance, and in rest. Compiled."""

from typing import Final

import numpy as np

from plantigrade.compiled import compiled
from plantigrade.gait.motion.settings import (
    FEWEST_ROWS,
    LARGEST_BIAS_DEG_S,
    LONGEST_STILL_S,
    REST_ACC_SD_M_S2,
    REST_RATE_SD_DEG_S,
    STANDARD_GRAVITY,
    STILL_DEG_S_PER_M_S2,
    STILL_GROWTH,
    STILL_RATE_DEG_S,
    STILL_WINDOW_S,
)
from plantigrade.gait.settings import MOTION_AXES
from plantigrade.gait.signals import Floats, Forces

REST_COLUMNS: Final = MOTION_AXES + 2
"""Of a rest: its end, the mean rate about three axes, the length of the mean acceleration."""


@compiled()
def energies(acc: Floats, gyr: Floats, bias: Floats, out: Floats) -> None:
    """out[i] = how much a foot moves: squared rate plus squared acceleration beside g, in (degrees/s)^2."""
    for i in range(len(acc)):
        turning = 0.0
        length = 0.0
        for k in range(3):
            turning += (gyr[i, k] - bias[k]) ** 2
            length += acc[i, k] ** 2
        beside = STILL_DEG_S_PER_M_S2 * (np.sqrt(length) - STANDARD_GRAVITY)
        out[i] = turning + beside * beside


@compiled()
def still_rows(energy: Floats, first: int, last: int, rate_hz: float) -> tuple[int, int, float]:
    """The still rows of a stance.

    Args:
        energy: (n,) of `energies`.
        first, last: rows between which they are sought, the last not among them.
        rate_hz: of sampling.

    Returns:
        First still row, the row after the last one, and the mean rate in the middle of them in degrees/s. The
        stillest `STILL_WINDOW_S` and what is as still on either side; first = last where there is no room.
    """
    width = max(FEWEST_ROWS, int(np.rint(STILL_WINDOW_S * rate_hz)))
    if last - first < width:
        return first, first, np.inf
    total = 0.0
    for i in range(first, first + width):
        total += energy[i]
    least, at = total, first
    for i in range(first + width, last):
        total += energy[i] - energy[i - width]
        if total < least:
            least, at = total, i - width + 1
    least = max(least, 0.0) / width
    limit = max(STILL_RATE_DEG_S**2, STILL_GROWTH * least)
    reach = int(LONGEST_STILL_S * rate_hz) // 2
    middle = at + width // 2
    begin = middle
    while begin > first and middle - begin < reach and energy[begin - 1] < limit:
        begin -= 1
    end = middle
    while end < last - 1 and end - middle < reach and energy[end + 1] < limit:
        end += 1
    return begin, end + 1, np.sqrt(least)


@compiled()
def rests(time_s: Floats, acc: Forces, gyr: Forces, rows: int, state: Floats, out: Floats) -> int:
    """Spans of `rows` samples, counted from the first sample, in which the sensor rests.

    Args:
        time_s, acc, gyr: (n,), (n, 3), (n, 3) new samples.
        rows: of a span.
        state: (13,) count, sums of six axes and of their squares; changed.
        out: (n // rows + 1, REST_COLUMNS) filled.

    Returns:
        How many rests ended.
    """
    found = 0
    first = 0
    while first < len(time_s):
        last = min(len(time_s), first + rows - int(state[0]))
        _add(acc, gyr, first, last, state[1:7], state[7:13])
        state[0] += last - first
        first = last
        if state[0] < rows:
            break
        calm = True
        length = 0.0
        for k in range(3):
            mean_acc, mean_gyr = state[1 + k] / rows, state[4 + k] / rows
            calm &= state[7 + k] / rows - mean_acc * mean_acc < REST_ACC_SD_M_S2**2
            calm &= state[10 + k] / rows - mean_gyr * mean_gyr < REST_RATE_SD_DEG_S**2
            calm &= abs(mean_gyr) < LARGEST_BIAS_DEG_S
            length += mean_acc * mean_acc
        if calm:
            out[found, 0] = time_s[last - 1]
            for k in range(3):
                out[found, 1 + k] = state[4 + k] / rows
            out[found, 4] = np.sqrt(length)
            found += 1
        state[:] = 0.0
    return found


@compiled(fastmath={"contract"})
def _add(acc: Forces, gyr: Forces, first: int, last: int, sums: Floats, squares: Floats) -> None:
    """Add the rows first to last - 1 of (n, 3) values, and their squares, to (6,) sums each.

    All twelve sums are formed side by side, each a name of its own: an array of them would be written to
    memory for each sample.
    """
    x, y, z, u, v, w = sums[0], sums[1], sums[2], sums[3], sums[4], sums[5]
    xx, yy, zz = squares[0], squares[1], squares[2]
    uu, vv, ww = squares[3], squares[4], squares[5]
    for i in range(first, last):
        a, b, c = np.float64(acc[i, 0]), np.float64(acc[i, 1]), np.float64(acc[i, 2])
        x, y, z = x + a, y + b, z + c
        xx, yy, zz = xx + a * a, yy + b * b, zz + c * c
        a, b, c = np.float64(gyr[i, 0]), np.float64(gyr[i, 1]), np.float64(gyr[i, 2])
        u, v, w = u + a, v + b, w + c
        uu, vv, ww = uu + a * a, vv + b * b, ww + c * c
    sums[0], sums[1], sums[2], sums[3], sums[4], sums[5] = x, y, z, u, v, w
    squares[0], squares[1], squares[2] = xx, yy, zz
    squares[3], squares[4], squares[5] = uu, vv, ww


@compiled()
def all_known(values: Forces) -> bool:
    """Whether all of (n,) values are numbers. It counts to the end, which is done several at a time."""
    missing = 0
    for i in range(len(values)):
        missing += not np.isfinite(values[i])
    return missing == 0


@compiled()
def copy_known(
    time_s: Floats, acc: Forces, gyr: Forces, at: int, to_time: Floats, to_acc: Forces, to_gyr: Forces
) -> int:
    """Copy the samples that are numbers to row `at` and after; how many they are."""
    row = at
    for i in range(len(time_s)):
        total = float(acc[i, 0]) + float(acc[i, 1]) + float(acc[i, 2])
        total += float(gyr[i, 0]) + float(gyr[i, 1]) + float(gyr[i, 2])
        if np.isfinite(total):
            to_time[row] = time_s[i]
            for k in range(3):
                to_acc[row, k], to_gyr[row, k] = acc[i, k], gyr[i, k]
            row += 1
    return row - at
