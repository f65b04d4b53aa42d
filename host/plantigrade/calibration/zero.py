"""The unloaded codes of an insole, measured while nothing presses on it."""

from dataclasses import replace
from datetime import date
from typing import Any

import numpy as np
from numpy.typing import NDArray

from plantigrade.array_types import F64
from plantigrade.calibration.model import Calibration
from plantigrade.calibration.settings import (
    LARGEST_ZERO_SPREAD_COUNTS,
    MIN_ZERO_FRAMES,
    UNLOADED_REACH_COUNTS,
    ZERO_SPREAD_PERCENTILES,
)
from plantigrade.errors import PlantigradeError


class ZeroError(PlantigradeError):
    """The unloaded codes cannot be told from these frames."""


def zeroed(
    calibration: Calibration, counts: NDArray[np.integer[Any]], names: tuple[str, ...], today: date
) -> Calibration:
    """The calibration with the unloaded codes of these frames.

    The median over the frames is the unloaded code of a sensor, and the standard error of the mean its
    uncertainty, both in codes. Nothing presses when no code moves and none is far from the design's.

    Args:
        calibration: in force until now.
        counts: (n, S) codes of an insole on which nothing presses.
        names: of the S sensors.
        today: becomes the day of the measurement.

    Raises:
        ZeroError: too few frames, or something presses on a sensor, which is named.

    Example:
        >>> from plantigrade.calibration.nominal import nominal
        >>> counts = np.full((200, 16), 320, np.uint16)
        >>> found = zeroed(nominal(), counts, ("heel",) * 16, date(2026, 3, 10))
        >>> found.sensors[0].zero_count, found.method
        (320.0, 'nominal + zeroed')
    """
    if len(counts) < MIN_ZERO_FRAMES:
        raise ZeroError(f"{len(counts)} frames are too few to zero; {MIN_ZERO_FRAMES} are needed")
    centre = np.median(counts, axis=0)
    spread = np.ptp(np.percentile(counts, ZERO_SPREAD_PERCENTILES, axis=0), axis=0)
    design = np.array([curve.zero_count for curve in calibration.sensors])
    pressed = (np.abs(centre - design) > UNLOADED_REACH_COUNTS) | (spread > LARGEST_ZERO_SPREAD_COUNTS)
    if pressed.any():
        which = ", ".join(names[sensor] for sensor in np.flatnonzero(pressed))
        raise ZeroError(f"something presses on {which}, or a sensor there does not work; take the foot out")
    spread_counts: F64 = np.std(counts, axis=0)
    error = float(np.mean(spread_counts)) / np.sqrt(len(counts))
    method = calibration.method
    return replace(
        calibration.with_zero(centre, float(error)),
        made_on=today.isoformat(),
        method=method if "zeroed" in method else f"{method} + zeroed",
    )
