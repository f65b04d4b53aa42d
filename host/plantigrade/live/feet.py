"""Two feet as pressure maps in characters: half blocks, two picture dots each, inside the outline of the
insole.
"""

from functools import cache
from math import ceil
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from rich.color import Color
from rich.segment import Segment, Segments
from rich.style import Style

from plantigrade.gait.pressure.outline import edges
from plantigrade.gait.pressure.own_insole import own_layout
from plantigrade.gait.settings import BALL_WIDTH_SHARE

ROWS = 20
"""Lines of text of one foot; each holds two lines of dots, which are about square."""
COLUMNS = ceil(BALL_WIDTH_SHARE * 2 * ROWS)
"""Characters across one foot."""
TOP_KPA = 250.0
"""Pressure of the hottest colour; mean pressure of a sensor's territory, not of a point."""
STEPS = 24
SPREAD = 0.055
"""Reach of a sensor in the picture, as a share of the insole's length."""
STOPS = (
    (0.0, (32, 38, 56)),
    (0.15, (38, 84, 160)),
    (0.4, (40, 160, 120)),
    (0.7, (240, 200, 60)),
    (1.0, (214, 60, 50)),
)

Side = Literal["left", "right"]


def pressures_kpa(force_n: NDArray[np.float32]) -> NDArray[np.float64]:
    """Mean pressure (16,) in kPa of each sensor's territory on a foot of nominal size."""
    return np.asarray(force_n, np.float64) / own_layout().area_cm2 * 10.0


def picture(force_n: NDArray[np.float32], side: Side) -> Segments:
    """The foot seen from above, toes up, as `ROWS` lines that end in a line break.

    Args:
        force_n: (16,) newtons in the order of the layout.
        side: the left foot is the mirror image.
    """
    weights, inside = _projection()
    kpa = weights @ pressures_kpa(force_n)
    steps = np.clip(np.rint(kpa / TOP_KPA * (STEPS - 1)), 0, STEPS - 1).astype(np.int64)
    dots = np.full(inside.shape, -1)
    dots[inside] = steps
    if side == "left":
        dots = dots[:, ::-1]
    segments: list[Segment] = []
    for upper, lower in zip(dots[0::2].tolist(), dots[1::2].tolist(), strict=True):
        segments += [_cell(above, below) for above, below in zip(upper, lower, strict=True)]
        segments.append(Segment.line())
    return Segments(segments)


@cache
def _projection() -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    """How much each sensor counts at each dot inside the outline, (dots, 16); and which dots those are."""
    lines = 2 * ROWS
    y = (np.arange(lines)[::-1] + 0.5) / lines
    x = (np.arange(COLUMNS) + 0.5) / lines
    medial, lateral = edges(y)
    inside = (x >= medial[:, None] - 0.5 / lines) & (x <= lateral[:, None] + 0.5 / lines)
    layout = own_layout()
    length = layout.insole_length_mm or float(layout.y_mm.max())
    dot_y, dot_x = np.nonzero(inside)
    squared = (x[dot_x][:, None] - layout.x_mm / length) ** 2 + (
        y[dot_y][:, None] - layout.y_mm / length
    ) ** 2
    near = np.exp(-squared / (2 * SPREAD**2)) + 1e-9
    return near / near.sum(axis=1, keepdims=True), inside


@cache
def _colour(step: int) -> Color:
    share = step / (STEPS - 1)
    places = [place for place, _ in STOPS]
    channels = [np.interp(share, places, [colour[i] for _, colour in STOPS]) for i in range(3)]
    return Color.from_rgb(*(float(channel) for channel in channels))


@cache
def _cell(above: int, below: int) -> Segment:
    """One character: the dot above and the dot below; -1 is outside the foot."""
    if above < 0 and below < 0:
        return Segment(" ")
    if above < 0:
        return Segment("▄", Style(color=_colour(below)))
    if below < 0:
        return Segment("▀", Style(color=_colour(above)))
    return Segment("▀", Style(color=_colour(above), bgcolor=_colour(below)))
