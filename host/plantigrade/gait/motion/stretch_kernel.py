"""What a foot does in stretches of its trace: sums over the tenths of each. Compiled.

Columns are summed side by side, since each sum waits for its last addition.
"""

import numpy as np
import numpy.typing as npt

from plantigrade.compiled import compiled
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
        first, last = rows[g], rows[g] + width
        x, y, z, p = 0.0, 0.0, 0.0, 0.0
        for i in range(first, last):
            x, y, z, p = x + values[i, 0], y + values[i, 1], z + values[i, 2], p + values[i, 3]
        x, y, z, p = x / width, y / width, z / width, p / width
        xx, yy, zz, pp, most = 0.0, 0.0, 0.0, 0.0, 0.0
        for i in range(first, last):
            a, b, c, d = values[i, 0] - x, values[i, 1] - y, values[i, 2] - z, values[i, 3] - p
            xx, yy, zz, pp = xx + a * a, yy + b * b, zz + c * c, pp + d * d
            most = max(most, abs(values[i, 3]))
        gravity[g, 0], gravity[g, 1], gravity[g, 2] = x, y, z
        swing[g] = np.sqrt(xx / width + yy / width + zz / width)
        turning[g], fastest[g] = np.sqrt(pp / width), most


@compiled()
def scatter(values: Forces, rows: npt.NDArray[np.int64], width: int, out: Floats) -> None:
    """out[g] = variance of the acceleration in the plane of the foot's length and its upright, (m/s2)^2, in
    the stretch of `width` rows from row rows[g] on."""
    for g in range(len(rows)):
        first, last = rows[g], rows[g] + width
        y, z = 0.0, 0.0
        for i in range(first, last):
            y, z = y + values[i, 1], z + values[i, 2]
        y, z = y / width, z / width
        squares = 0.0
        for i in range(first, last):
            b, c = values[i, 1] - y, values[i, 2] - z
            squares += b * b + c * c
        out[g] = squares / width
