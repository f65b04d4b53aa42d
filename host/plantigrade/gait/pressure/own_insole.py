"""The places and areas of Plantigrade's own 16 sensors on an insole of a given size."""

from functools import cache

import numpy as np
from insole_protocol import layout as places

from plantigrade.gait.pressure.outline import edges
from plantigrade.gait.settings import (
    BALL_WIDTH_SHARE,
    MM_PER_CM,
    MM_PER_EU_SIZE,
    NOMINAL_EU_SIZE,
    TERRITORY_STEPS,
)
from plantigrade.gait.signals import Floats, SensorLayout


@cache
def own_layout(eu_size: float | None = None) -> SensorLayout:
    """Layout of our insole.

    The area of a sensor is its territory: the part of the outline that is nearer to it than to any other
    sensor. Force divided by it is the mean pressure of that part, which is lower than the pressure under a
    bony point.

    Args:
        eu_size: shoe size; None when it is not known, then lengths are nominal and marked as relative.
    """
    length = MM_PER_EU_SIZE * (NOMINAL_EU_SIZE if eu_size is None else eu_size)
    x = np.array(places.X_PERMILLE) / 1000.0 * BALL_WIDTH_SHARE
    y = np.array(places.Y_PERMILLE) / 1000.0
    return SensorLayout(
        name=places.LAYOUT_NAME,
        x_mm=x * length,
        y_mm=y * length,
        area_cm2=_territories(x, y) * (length / MM_PER_CM) ** 2,
        region=tuple(places.REGIONS),
        relative=eu_size is None,
        insole_length_mm=length,
    )


def _territories(x: Floats, y: Floats) -> Floats:
    """Share of the squared length that is nearest to each of the points and inside the outline."""
    step = 1.0 / TERRITORY_STEPS
    grid_y = np.arange(step / 2, 1.0, step)
    grid_x = np.arange(step / 2, BALL_WIDTH_SHARE, step)
    medial, lateral = edges(grid_y)
    px, py = np.meshgrid(grid_x, grid_y)
    inside = (px >= medial[:, None]) & (px <= lateral[:, None])
    distance = (px[inside][:, None] - x) ** 2 + (py[inside][:, None] - y) ** 2
    nearest = np.argmin(distance, axis=1)
    counts: Floats = np.bincount(nearest, minlength=len(x)).astype(np.float64)
    return counts * (step * step)
