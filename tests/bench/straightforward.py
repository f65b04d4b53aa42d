"""The straightforward way with NumPy and SciPy: filter everything, threshold, loop over strides.

What an afternoon's notebook does: zero-phase Butterworth on every channel, contact at 50 N, per-stride
figures.
"""

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import numpy.typing as npt
from scipy import signal

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Strides:
    """What it gives: one row a stride (contact, release, next, peak, F1, F3, impulse, rate, CoP range)."""

    rows: Floats


def analyse(
    time: Floats, force: npt.NDArray[np.float32], x_mm: Floats, y_mm: Floats, rate_hz: float
) -> Strides:
    """One foot, whole recording in memory."""
    b, a = signal.butter(4, 20.0 / (rate_hz / 2.0))
    smooth = signal.filtfilt(b, a, force, axis=0)
    total = smooth.sum(axis=1)
    loaded = total > 50.0
    edges = np.flatnonzero(np.diff(loaded.astype(np.int8)))
    rises, falls = edges[~loaded[edges]] + 1, edges[loaded[edges]] + 1
    rows: list[tuple[float, ...]] = []
    for start, following in pairwise(rises):
        release = falls[np.searchsorted(falls, start)]
        if not 0.5 < time[following] - time[start] < 2.5 or release >= following or release - start < 10:
            continue
        stance = total[start:release]
        peaks, _ = signal.find_peaks(stance)
        first = stance[peaks[0]] if len(peaks) else np.nan
        last = stance[peaks[-1]] if len(peaks) else np.nan
        cells = smooth[start:release]
        cop_x, cop_y = cells @ x_mm / stance, cells @ y_mm / stance
        impulse = float(np.trapezoid(stance, time[start:release]))
        rate = float(np.max(np.gradient(stance, time[start:release])))
        rows.append(
            (
                time[start],
                time[release],
                time[following],
                float(stance.max()),
                first,
                last,
                impulse,
                rate,
                float(np.ptp(cop_x)),
                float(np.ptp(cop_y)),
                *cells.max(axis=0),
            )
        )
    return Strides(np.array(rows))
