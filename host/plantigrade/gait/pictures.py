"""Averages over the valid cycles of a foot, for figures: its force over the cycle, and its gait line.

A day has tens of thousands of cycles of 101 points. They are stored in single precision and added up in
double, some of the points at a time: all of them in double precision take 120 MB. Each point is added up in
the order of the cycles either way.
"""

from collections.abc import Iterator
from itertools import pairwise
from math import isqrt

import numpy as np
import numpy.typing as npt

from plantigrade.gait.cycle_store import CycleStore
from plantigrade.gait.results import Ensemble, FootPicture
from plantigrade.gait.signals import Floats
from plantigrade.gait.stride_kernel import POINTS

Valid = npt.NDArray[np.bool_]


def force_cycle(store: CycleStore, valid: Valid, unit: str) -> Ensemble | None:
    """The force over the cycle; None where no cycle is valid.

    Args:
        store: all cycles of the foot.
        valid: (k,) which of them count.
        unit: of the force.
    """
    count = int(valid.sum())
    if not store.curves or not count:
        return None
    mean, sd = np.empty(POINTS), np.full(POINTS, np.nan)
    for points in _some_points():
        curves = _chosen([block[:, points] for block in store.curves], valid)
        mean[points] = np.mean(curves, axis=0)
        if count > 1:
            sd[points] = np.std(curves, axis=0, ddof=1)
    return Ensemble(mean, sd, count, unit)


def picture(store: CycleStore, valid: Valid) -> FootPicture | None:
    """The gait line and the load of each sensor; None where no cycle is valid. Arguments as `force_cycle`."""
    count = int(valid.sum())
    if not count:
        return None
    mean, sd = np.empty((2, POINTS)), np.empty((2, POINTS))
    for axis in range(2):
        for points in _some_points():
            places = _chosen([block[:, axis, points] for block in store.cop], valid)
            mean[axis, points], sd[axis, points] = _mean_and_sd(places)
    peak, impulse = _chosen(store.sensor_peak, valid), _chosen(store.sensor_impulse, valid)
    return FootPicture(mean, sd, peak.mean(axis=0), impulse.mean(axis=0), count)


def _some_points() -> Iterator[slice]:
    """All points of a curve, in as many parts as each has points: never one alone, which would be added up
    in another order."""
    bounds = np.linspace(0, POINTS, isqrt(POINTS) + 1).round().astype(int).tolist()
    return (slice(first, last) for first, last in pairwise(bounds))


def _chosen(blocks: list[npt.NDArray[np.float32]], valid: Valid) -> Floats:
    """The valid cycles of all blocks, in double precision."""
    return np.concatenate(blocks)[valid].astype(np.float64)


def _mean_and_sd(places: Floats) -> tuple[Floats, Floats]:
    """(p,) mean and standard deviation of (k, p) places, of those that are known; NaN where none is."""
    known = np.isfinite(places)
    n = np.maximum(known.sum(axis=0), 1)
    mean = np.where(known, places, 0.0).sum(axis=0) / n
    deviation = np.where(known, places - mean, 0.0)
    sd = np.sqrt((deviation**2).sum(axis=0) / np.maximum(n - 1, 1))
    blank = known.sum(axis=0) == 0
    mean[blank] = sd[blank] = np.nan
    return mean, sd
