"""Medians of a few values around each of many, compiled: `numpy.nanmedian` takes a hundred times as long."""

import numpy as np

from plantigrade.compiled import compiled
from plantigrade.gait.signals import Floats


@compiled()
def running_medians(values: Floats, half: int, medians: Floats) -> None:
    """Median over `half` values on either side of each of `values` (k,), written into `medians` (k,).

    The window is shorter at the ends; NaN are left out, and a window without a finite value gives NaN.
    """
    count = len(values)
    window = np.empty(2 * half + 1)
    for row in range(count):
        held = 0
        known = False
        for other in range(max(0, row - half), min(count, row + half + 1)):
            value = values[other]
            if np.isnan(value):
                continue
            known = known or np.isfinite(value)
            place = held
            while place > 0 and window[place - 1] > value:
                window[place] = window[place - 1]
                place -= 1
            window[place] = value
            held += 1
        if not known:
            medians[row] = np.nan
        elif held % 2:
            medians[row] = window[held // 2]
        else:
            medians[row] = (window[held // 2 - 1] + window[held // 2]) / 2.0
