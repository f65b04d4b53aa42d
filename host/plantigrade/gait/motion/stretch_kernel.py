"""What a foot does in stretches of its trace: sums over the tenths of each, in one pass. Compiled."""

import numpy as np
import numpy.typing as npt

from plantigrade.compiled import compiled
from plantigrade.gait.settings import MOTION_AXES
from plantigrade.gait.signals import Floats, Forces


@compiled()
def moments(
    values: Forces,
    rows: npt.NDArray[np.int64],
    width: int,
    gravity: Floats,
    swing: Floats,
    turning: Floats,
    fastest: Floats,
) -> None:
    """Mean and scatter of each stretch.

    Args:
        values: (n, TRACE_COLUMNS) of the trace.
        rows: (g,) first rows of the stretches.
        width: rows of each.
        gravity: (g, 3) filled with the mean acceleration, m/s2.
        swing: (g,) filled with the SD of the acceleration, of all axes together.
        turning: (g,) filled with the SD of the rate of pitch, degrees/s.
        fastest: (g,) filled with its largest amount.
    """
    for g in range(len(rows)):
        first = rows[g]
        total = 0.0
        for k in range(MOTION_AXES):
            mean, spread = _mean_and_variance(values, first, width, k)
            gravity[g, k] = mean
            total += spread
        swing[g] = np.sqrt(total)
        turning[g] = np.sqrt(_mean_and_variance(values, first, width, MOTION_AXES)[1])
        most = 0.0
        for i in range(first, first + width):
            most = max(most, abs(np.float64(values[i, MOTION_AXES])))
        fastest[g] = most


@compiled()
def scatter(values: Forces, rows: npt.NDArray[np.int64], width: int, out: Floats) -> None:
    """out[g] = variance of the acceleration in the plane of the foot's length and its upright, (m/s2)^2, in
    the stretch of `width` rows from row rows[g] on."""
    for g in range(len(rows)):
        out[g] = 0.0
        for k in range(1, MOTION_AXES):
            out[g] += _mean_and_variance(values, rows[g], width, k)[1]


@compiled()
def _mean_and_variance(values: Forces, first: int, width: int, column: int) -> tuple[float, float]:
    """Of one column, over the rows first to first + width - 1."""
    mean = 0.0
    for i in range(first, first + width):
        mean += np.float64(values[i, column])
    mean /= width
    squares = 0.0
    for i in range(first, first + width):
        off = np.float64(values[i, column]) - mean
        squares += off * off
    return mean, squares / width
