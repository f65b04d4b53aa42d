"""Why the figures of a span of standing are not to be trusted."""

from dataclasses import dataclass
from typing import Final

import numpy as np

from plantigrade.gait.settings import (
    CLIPPED_SHARE,
    CLIPPED_TIMES,
    FEWEST_CLIP_VALUES,
    GAIN_COUPLING,
    GAIN_DIFFERENCE,
    GAIN_ERRORS,
    LARGE_SENSOR_SHARE,
    MIN_SWAY_S,
)
from plantigrade.gait.signals import Floats

GAINS: Final = "gains_differ"
CLIPPED: Final = "clipped"
WEIGHT: Final = "body_weight_implausible"


@dataclass(frozen=True)
class Caveat:
    """One reason.

    Attributes:
        code: stable identifier: "gains_differ", "clipped", "body_weight_implausible".
        text: one sentence for people.
    """

    code: str
    text: str


def gain_ratio(left_n: Floats, right_n: Floats) -> float | None:
    """Gain of the right insole over that of the left, from standing alone; None where it does not show.

    Who stands takes as much off one foot as comes onto the other. Between two true readings the slope is -1,
    between insoles of unlike gain it is the ratio of the gains. Noise flattens a regression: the ratio lies
    between that of right on left and the inverse of left on right, which are close where the feet mirror each
    other well.

    Args:
        left_n, right_n: (n,) loads, one a second, of the same seconds.

    >>> left = 350.0 + 40.0 * np.sin(np.arange(60.0))
    >>> round(gain_ratio(1.3 * left, 700.0 - left), 3)
    0.769
    >>> gain_ratio(left, np.full(60, 350.0)) is None
    True
    """
    if len(left_n) < MIN_SWAY_S:
        return None
    (own, shared), (_, other) = np.cov(np.vstack([left_n, right_n]))
    if not (own > 0 and other > 0 and shared < -GAIN_COUPLING * np.sqrt(own * other)):
        return None
    return float(np.sqrt(other / own))


def gains_caveat(left_n: Floats, right_n: Floats) -> Caveat | None:
    """Named where the insoles' gains differ by more than pairs of healthy people's insoles do, and by two
    standard errors more: noise alone tilts the ratio of a still stand by a tenth.

    Args:
        left_n, right_n: as in `gain_ratio`.
    """
    ratio = gain_ratio(left_n, right_n)
    if ratio is None:
        return None
    coupling = float(np.corrcoef(left_n, right_n)[0, 1])
    error = np.sqrt(max(0.0, 1.0 - coupling**2) / (len(left_n) - 2))  # of the logarithm of a ratio of two SDs
    if abs(np.log(ratio)) <= np.log1p(GAIN_DIFFERENCE) + GAIN_ERRORS * error:
        return None
    more = "right" if ratio > 1.0 else "left"
    size = 100.0 * (max(ratio, 1.0 / ratio) - 1.0)
    text = (
        f"what one foot gives and what the other takes differ: the {more} insole reads {size:.0f} % more "
        "than the other; shares of load and the sway of the body are not to be trusted"
    )
    return Caveat(GAINS, text)


def clip_level(values: Floats) -> float | None:
    """The level at which a signal stops; None where it does not.

    A signal that is cut off has a heap of equal values at its top; one that is only rounded has fewer at its
    top than below.

    >>> wave = 300.0 + 50.0 * np.sin(np.arange(0.0, 60.0, 0.01))
    >>> clip_level(np.minimum(wave, 330.0)), clip_level(np.round(wave)), clip_level(wave)
    (330.0, None, None)
    """
    levels, counts = np.unique(values, return_counts=True)
    if len(levels) < FEWEST_CLIP_VALUES:
        return None
    heap = counts[-1] >= CLIPPED_SHARE * len(values) and counts[-1] > CLIPPED_TIMES * counts[-2]
    return float(levels[-1]) if heap else None


def clipped_caveat(side: str, force_n: Floats) -> Caveat | None:
    """Named where a foot's load, or that of a sensor that carries a good part of it, is cut off at a level.

    Args:
        side: "left" or "right".
        force_n: (n, S) complete samples of the span.
    """
    if not len(force_n):
        return None
    total = force_n.sum(axis=1)
    level = clip_level(total)
    if level is not None:
        return Caveat(CLIPPED, f"{side} foot: the load stops at {level:.0f} N, so that sway is cut off")
    share = force_n.sum(axis=0) / max(float(total.sum()), 1e-9)
    for sensor in np.flatnonzero(share >= LARGE_SENSOR_SHARE):
        level = clip_level(force_n[:, sensor])
        if level is not None:
            what = f"sensor {int(sensor) + 1} stops at {level:.0f} N"
            return Caveat(CLIPPED, f"{side} foot: {what}, so that sway is cut off")
    return None
