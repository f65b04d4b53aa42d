"""A sensor layout as the arrays that the kernels read: region numbers, medial shares, widths."""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import numpy.typing as npt

from plantigrade.gait.pressure.outline import edges
from plantigrade.gait.pressure.regions import REGIONS
from plantigrade.gait.settings import (
    BALL_WIDTH_SHARE,
    CENTRAL_SHARE,
    DENSE_CELLS,
    DISTAL_BAND_SHARE,
    DISTAL_THIRD,
    FEWEST_DISTAL_CELLS,
    HINDFOOT_END,
)
from plantigrade.gait.signals import Floats, SensorLayout


@dataclass(frozen=True, eq=False)
class Masks:
    """What a stance kernel needs to know about an insole.

    Attributes:
        x_mm, y_mm: (S,) places.
        area_cm2: (S,) 0 where the source does not know it.
        region: (S,) index into `REGIONS`.
        order: (S,) the sensors sorted by region.
        borders: (5,) where each region begins and ends in `order`.
        medial: (S,) share of a sensor that counts as medial within its region: 1, 0.5 (on the middle line) or
        0.
        rear: (S,) 1 behind half the length, else 0.
        length_mm, width_mm: of the insole; width is that of the ball.
        distal_y_mm: place of the distal third.
        distal_width_mm: width there.
        has_area: every sensor has an area.
        has_region: (4,) which regions have a sensor.
        has_sides: (4,) which regions have sensors on both sides of their middle line.
    """

    x_mm: Floats
    y_mm: Floats
    area_cm2: Floats
    region: npt.NDArray[np.int64]
    order: npt.NDArray[np.int64]
    borders: npt.NDArray[np.int64]
    medial: Floats
    rear: Floats
    length_mm: float
    width_mm: float
    distal_y_mm: float
    distal_width_mm: float
    has_area: bool
    has_region: tuple[bool, bool, bool, bool]
    has_sides: tuple[bool, bool, bool, bool]


@lru_cache(maxsize=32)
def masks_of(layout: SensorLayout) -> Masks:
    """Prepare a layout. Kept for each layout object, as every chunk and stance asks for it."""
    region = np.array([REGIONS.index(name) for name in layout.region], dtype=np.int64)
    length = layout.insole_length_mm or float(layout.y_mm.max() + layout.y_mm.min())
    medial, sides = _medial_shares(layout.x_mm, region, length)
    present = [bool(np.any(region == r)) for r in range(4)]
    known = bool(np.all(np.isfinite(layout.area_cm2) & (layout.area_cm2 > 0)))
    return Masks(
        x_mm=np.ascontiguousarray(layout.x_mm, dtype=np.float64),
        y_mm=np.ascontiguousarray(layout.y_mm, dtype=np.float64),
        area_cm2=np.where(np.isfinite(layout.area_cm2), layout.area_cm2, 0.0),
        region=region,
        order=np.argsort(region, kind="stable").astype(np.int64),
        borders=np.searchsorted(np.sort(region), np.arange(5)).astype(np.int64),
        medial=medial,
        rear=(layout.y_mm < HINDFOOT_END * length).astype(np.float64),
        length_mm=length,
        width_mm=BALL_WIDTH_SHARE * length,
        distal_y_mm=DISTAL_THIRD * length,
        distal_width_mm=_distal_width(layout, length),
        has_area=known,
        has_region=(present[0], present[1], present[2], present[3]),
        has_sides=sides,
    )


def _medial_shares(
    x_mm: Floats, region: npt.NDArray[np.int64], length: float
) -> tuple[Floats, tuple[bool, bool, bool, bool]]:
    """Sides are told within each region, as the axis of a foot is bent."""
    shares = np.full(len(x_mm), 0.5)
    both: list[bool] = []
    for r in range(4):
        inside = region == r
        if not inside.any():
            both.append(False)
            continue
        x = x_mm[inside]
        middle = 0.5 * (x.min() + x.max())
        slack = CENTRAL_SHARE * BALL_WIDTH_SHARE * length
        shares[inside] = np.where(x < middle - slack, 1.0, np.where(x > middle + slack, 0.0, 0.5))
        both.append(bool((shares[inside] == 1.0).any() and (shares[inside] == 0.0).any()))
    return shares, (both[0], both[1], both[2], both[3])


def _distal_width(layout: SensorLayout, length: float) -> float:
    """Width at the distal third: of the cells there for dense grids, else of the plain outline."""
    near = np.abs(layout.y_mm - DISTAL_THIRD * length) < DISTAL_BAND_SHARE * length
    if layout.sensor_count >= DENSE_CELLS and np.count_nonzero(near) >= FEWEST_DISTAL_CELLS:
        x = np.unique(np.round(layout.x_mm[near], 1))
        pitch = float(np.median(np.diff(x))) if len(x) > 1 else 0.0
        return float(x.max() - x.min()) + pitch
    medial, lateral = edges(np.array([DISTAL_THIRD]))
    return float(lateral[0] - medial[0]) * length
