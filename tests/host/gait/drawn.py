"""Curves drawn by their corners: straight lines between (time, value) points, sampled on a grid."""

import numpy as np
from plantigrade.gait import stride_kernel
from plantigrade.gait.signals import Floats
from plantigrade.gait.stride_kernel import Force

Corners = list[tuple[float, float]]


def drawn(corners: Corners, time: Floats) -> Floats:
    """The polygon through `corners` at each time; outside it keeps the first and the last value."""
    at, value = np.array(corners).T
    return np.interp(time, at, value)


def grid(seconds: float, rate_hz: float = 100.0) -> Floats:
    """Times from 0 to `seconds`, both ends included."""
    return np.arange(round(seconds * rate_hz) + 1) / rate_hz


def features_of(
    time: Floats,
    total: Floats,
    contact_s: float,
    release_s: float,
    *,
    rows: tuple[int, int] | None = None,
    swing: float = 0.0,
    half: int = 0,
) -> dict[Force, float]:
    """Force features of the one stance in the samples, whose rows are found from its times unless given."""
    first, last = rows or (int(np.searchsorted(time, contact_s)), int(np.searchsorted(time, release_s)))
    features = np.zeros((1, stride_kernel.FORCE_COLUMNS))
    curves = np.zeros((1, stride_kernel.POINTS), np.float32)
    stride_kernel.cycles(
        time,
        total,
        np.array([[first, last, last]]),
        np.array([[contact_s, release_s, release_s]]),
        np.array([swing]),
        half,
        features,
        curves,
    )
    return {column: float(features[0, column]) for column in Force}


def curve_of(time: Floats, total: Floats, from_s: float, to_s: float, swing: float = 0.0) -> Floats:
    """The time-normalised curve of the one cycle from `from_s` to `to_s`."""
    first, last = int(np.searchsorted(time, from_s)), int(np.searchsorted(time, to_s))
    features = np.zeros((1, stride_kernel.FORCE_COLUMNS))
    curves = np.full((1, stride_kernel.POINTS), -1.0, np.float32)
    stride_kernel.cycles(
        time,
        total,
        np.array([[first, last, last]]),
        np.array([[from_s, to_s, to_s]]),
        np.array([swing]),
        0,
        features,
        curves,
    )
    return curves[0].astype(np.float64)
