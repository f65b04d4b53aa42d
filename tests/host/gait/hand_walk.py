"""A walk drawn by hand: two feet that differ in every figure, each stance a polygon on the samples' grid.

Left rises at 1.0, 2.2, 3.4 ... s, right 0.65 s later; both stride every 1.2 s. The shapes below run from the
foot of the rising flank to the foot of the falling one, in seconds and newtons. Initial contact lies 2 % of
the range of the foot above the first, final contact 1 % above the second:

- left, range 900 N: 18 N at 2000 N/s = 9 ms after the first; 9 N at 3000 N/s = 3 ms before 0.80 s;
- right, range 700 N: 14 N at 1750 N/s = 8 ms after the first; 7 N at 3500 N/s = 2 ms before 0.75 s.
"""

from collections.abc import Mapping, Sequence

import numpy as np
from plantigrade.gait.signals import Floats, Foot, FootSignal, SensorLayout, SourceInfo, Walk

from tests.host.gait.drawn import Corners

LEFT_STANCE: Corners = [
    (0.00, 0.0),
    (0.04, 80.0),
    (0.12, 720.0),
    (0.16, 800.0),
    (0.20, 800.0),
    (0.35, 500.0),
    (0.39, 500.0),
    (0.55, 900.0),
    (0.62, 900.0),
    (0.65, 810.0),
    (0.77, 90.0),
    (0.80, 0.0),
]
RIGHT_STANCE: Corners = [
    (0.00, 0.0),
    (0.04, 70.0),
    (0.18, 630.0),
    (0.20, 700.0),
    (0.24, 700.0),
    (0.34, 420.0),
    (0.40, 420.0),
    (0.50, 660.0),
    (0.55, 660.0),
    (0.57, 594.0),
    (0.73, 70.0),
    (0.75, 0.0),
]
FIRST_LEFT_S = 1.0
FIRST_RIGHT_S = 1.65
STRIDE_S = 1.2
IC_AFTER_S: Mapping[Foot, float] = {Foot.LEFT: 0.009, Foot.RIGHT: 0.008}

LAYOUT = SensorLayout(
    name="two regions",
    x_mm=np.array([30.0, 60.0, 30.0, 60.0]),
    y_mm=np.array([25.0, 25.0, 175.0, 175.0]),
    area_cm2=np.full(4, 4.0),
    region=("heel", "heel", "forefoot", "forefoot"),
    insole_length_mm=250.0,
)
"""Two sensors under the heel, two under the forefoot."""


def starts(first_s: float, count: int, stride_s: float = STRIDE_S) -> list[float]:
    """When the feet of the rising flanks are."""
    return [round(first_s + stride_s * number, 6) for number in range(count)]


def total_of(
    rises_s: Sequence[float], stances: Corners | Sequence[Corners], time: Floats, level: float = 0.0
) -> Floats:
    """The total force of a foot whose stances begin at these times, one shape each or one for all."""
    one = isinstance(stances[0], tuple)
    total = np.full(len(time), level)
    for number, rise in enumerate(rises_s):
        shape: Corners = stances if one else stances[number]  # type: ignore[assignment]
        at, value = np.array(shape).T
        total += np.interp(time, at + rise, value, left=0.0, right=0.0)
    return total


def signal_of(foot: Foot, time: Floats, total: Floats) -> FootSignal:
    """A foot with one bare channel."""
    return FootSignal(foot, time, total.astype(np.float32)[:, None])


def hand_walk(
    strides: int = 20, *, rate_hz: float = 100.0, tail_s: float = 1.0, level: float = 0.0, **shapes: Corners
) -> Walk:
    """The walk above with `strides` stances a foot; `left` and `right` replace a foot's shape.

    Args:
        tail_s: how long both feet stay unloaded after the last stance.
        level: what both feet read without load.
    """
    end_s = FIRST_RIGHT_S + STRIDE_S * (strides - 1) + 0.8 + tail_s
    time = np.arange(round(end_s * rate_hz)) / rate_hz
    left = total_of(starts(FIRST_LEFT_S, strides), shapes.get("left", LEFT_STANCE), time, level)
    right = total_of(starts(FIRST_RIGHT_S, strides), shapes.get("right", RIGHT_STANCE), time, level)
    return Walk(
        signal_of(Foot.LEFT, time, left),
        signal_of(Foot.RIGHT, time, right),
        rate_hz,
        SourceInfo("by hand", "drawn"),
    )
