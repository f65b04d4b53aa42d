"""The butterfly diagram: the load-weighted centre of pressure of both feet together, averaged over gait
cycles.

Insoles do not know where the feet stand relative to each other, so both lie side by side at a fixed distance,
heels in line, as on a treadmill diagram without progression. Two wings and two diagonals result; the
diagonals are the double supports (left toes to right heel and back), and where they cross says how load
passes from foot to foot.
"""

from dataclasses import dataclass
from itertools import pairwise
from typing import Final

import numpy as np

from plantigrade.gait.pressure.masks import Masks, masks_of
from plantigrade.gait.settings import (
    BUTTERFLY_CYCLES,
    BUTTERFLY_PLACES,
    BUTTERFLY_REACH_PCT,
    BUTTERFLY_ROWS,
    CURVE_POINTS,
    FEET_APART_SHARE,
    LONGEST_STEP_S,
)
from plantigrade.gait.signals import Floats, FootSignal

_ACROSS: Final[Floats] = np.linspace(
    -BUTTERFLY_REACH_PCT, BUTTERFLY_REACH_PCT, BUTTERFLY_PLACES, dtype=np.float64
)


@dataclass(frozen=True, eq=False)
class Butterfly:
    """Mean butterfly over cycles that begin with the left foot's initial contact.

    Attributes:
        x_pct: (101,) medio-lateral: -100 is the middle line of the left foot, 100 that of the right.
        y_pct: (101,) of the insole's length from the heels.
        crossing_x_pct, crossing_y_pct: where the diagonals cross; NaN when they do not.
        asymmetry_pct: of load between the feet over the cycle, 100 (R - L) / (R + L).
        crossing_x_sd_pct, crossing_y_sd_pct: spread of the crossing over single cycles.
        n: cycles.
    """

    x_pct: Floats
    y_pct: Floats
    crossing_x_pct: float
    crossing_y_pct: float
    crossing_x_sd_pct: float
    crossing_y_sd_pct: float
    asymmetry_pct: float
    n: int


def butterfly(left: FootSignal, right: FootSignal, starts_s: Floats, ends_s: Floats) -> Butterfly | None:
    """Average the given cycles.

    Args:
        left, right: both with sensor places, on one clock.
        starts_s, ends_s: (k,) initial contacts of the left foot and the next ones.

    Returns:
        None with fewer than three cycles in which both feet were recorded, or without sensor places.
    """
    if left.layout is None or right.layout is None or len(starts_s) < BUTTERFLY_CYCLES:
        return None
    a, b = masks_of(left.layout), masks_of(right.layout)
    curves: list[Floats] = []
    loads: list[tuple[float, float]] = []
    for start, end in zip(starts_s.tolist(), ends_s.tolist(), strict=True):
        at: Floats = np.linspace(start, end, CURVE_POINTS, dtype=np.float64)
        one, other = _path(at, left, a), _path(at, right, b)
        if one is None or other is None:
            continue
        total = one[0] + other[0]
        if not np.all(total > 0):
            continue
        x = (one[0] * (-100.0 - one[1]) + other[0] * (100.0 + other[1])) / total
        y = (one[0] * one[2] + other[0] * other[2]) / total
        curves.append(np.stack([x, y]))
        # The last point is the first one of the next cycle and counts once.
        loads.append((float(one[0, :-1].sum()), float(other[0, :-1].sum())))
    if len(curves) < BUTTERFLY_CYCLES:
        return None
    mean = np.mean(curves, axis=0)
    crossings = np.array([crossing(curve[0], curve[1]) for curve in curves])
    known = crossings[np.isfinite(crossings).all(axis=1)]
    spread = known.std(axis=0, ddof=1) if len(known) > 1 else np.full(2, np.nan)
    x_cross, y_cross = crossing(mean[0], mean[1])
    l_load, r_load = np.sum(loads, axis=0)
    return Butterfly(
        x_pct=mean[0],
        y_pct=mean[1],
        crossing_x_pct=x_cross,
        crossing_y_pct=y_cross,
        crossing_x_sd_pct=float(spread[0]),
        crossing_y_sd_pct=float(spread[1]),
        asymmetry_pct=float(100.0 * (r_load - l_load) / (r_load + l_load)),
        n=len(curves),
    )


def crossing(x_pct: Floats, y_pct: Floats) -> tuple[float, float]:
    """Where the two diagonals of one closed curve cross.

    Both ways between the wings, from left to right and back, pass x = -80 to 80 % of the distance; there each
    is a height over x. They cross where the heights are equal; of several places the one nearest to the
    middle counts.

    Returns:
        x and y in the units given; NaN when a diagonal is missing or they do not cross.
    """
    to_right = _diagonal(x_pct, y_pct, 1.0)
    to_left = _diagonal(x_pct, y_pct, -1.0)
    if to_left is None or to_right is None:
        return float("nan"), float("nan")
    apart: Floats = to_right - to_left
    apart_values: list[float] = apart.tolist()
    places = [i for i, (a, b) in enumerate(pairwise(apart_values)) if a * b <= 0 and a != b]
    if not places:
        return float("nan"), float("nan")
    nearest = min(places, key=lambda place: abs(float(_ACROSS[place])))
    share = float(apart[nearest] / (apart[nearest] - apart[nearest + 1]))
    x = float(_ACROSS[nearest]) + share * float(_ACROSS[nearest + 1] - _ACROSS[nearest])
    return x, float(np.interp(x, _ACROSS, to_right))


def _diagonal(x: Floats, y: Floats, sign: float) -> Floats | None:
    """Height over `_ACROSS` of the way that runs in the direction of `sign`; None when it does not reach."""
    # The cycle is closed, so a diagonal may run over its end.
    u, v = sign * np.concatenate([x, x[1:]]), np.concatenate([y, y[1:]])
    start = None
    for i in range(1, len(u)):
        if u[i - 1] < -BUTTERFLY_REACH_PCT <= u[i]:
            start = i - 1
        if start is not None and u[i - 1] < BUTTERFLY_REACH_PCT <= u[i]:
            # What sways back on the way is left out, so that the height is one value for each x.
            way = np.maximum.accumulate(u[start : i + 1])
            retained = np.concatenate([[True], np.diff(way) > 0])
            return np.interp(_ACROSS * sign, way[retained], v[start : i + 1][retained])
    return None


def _path(at_s: Floats, foot: FootSignal, masks: Masks) -> Floats | None:
    """One foot's path at given times.

    Returns:
        (3, n) total in newtons, offset from the foot's middle line towards lateral in % of half the distance
        of the feet, place in % of length; None where samples are missing.
    """
    first = max(0, int(np.searchsorted(foot.time_s, float(at_s[0]))) - 1)
    last = min(len(foot), int(np.searchsorted(foot.time_s, float(at_s[-1]))) + 1)
    when: Floats = foot.time_s[first:last]
    force: Floats = np.maximum(foot.force_n[first:last].astype(np.float64), 0.0)
    if len(when) < BUTTERFLY_ROWS or when[0] > at_s[0] or when[-1] < at_s[-1] or not np.isfinite(force).all():
        return None
    if float(np.max(when[1:] - when[:-1])) > LONGEST_STEP_S:
        return None
    total: Floats = force @ np.ones(foot.sensor_count)
    safe: Floats = np.where(total > 0, total, 1.0)
    lateral: Floats = (force @ masks.x_mm / safe - 0.5 * masks.width_mm) / (
        0.5 * FEET_APART_SHARE * masks.length_mm
    )
    along: Floats = force @ masks.y_mm / safe / masks.length_mm
    rows = (total, 100.0 * lateral, 100.0 * along)
    return np.stack([np.interp(at_s, when, row) for row in rows])
