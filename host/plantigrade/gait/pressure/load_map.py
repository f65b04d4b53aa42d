"""What a picture of a foot shows: the load of each sensor's place and the gait line, on the plain outline."""

from dataclasses import dataclass
from typing import Final

import numpy as np

from plantigrade.gait.pressure.masks import masks_of
from plantigrade.gait.results import FootAnalysis
from plantigrade.gait.settings import BALL_WIDTH_SHARE, DENSE_SENSORS, KPA_CM2_PER_N
from plantigrade.gait.signals import Floats, FootSignal, SensorLayout

KPA: Final = "kPa"
NEWTON: Final = "N"
SENSOR_UNITS: Final = "sensor units"


@dataclass(frozen=True, eq=False)
class LoadMap:
    """Load of one foot by place.

    Attributes:
        unit: "kPa" where the areas of the sensors are known, else "N" or "sensor units".
        n: stances that the load is the mean of each sensor's peak over; 0 for the greatest load of the
            recording, where there are no valid stances.
        x_share, y_share: (S,) places as shares of the length of the foot, from its most medial point towards
            lateral and from heel to toes.
        load: (S,) in the unit.
        gait_x_share, gait_y_share: (101,) mean path of the load over 0 to 100 % of stance, NaN where unknown;
            empty without valid stances.
    """

    unit: str
    n: int
    x_share: Floats
    y_share: Floats
    load: Floats
    gait_x_share: Floats
    gait_y_share: Floats


def load_map(foot: FootAnalysis, signal: FootSignal | None) -> LoadMap | None:
    """The load of each sensor's place; None where the places are unknown or nothing was recorded.

    Args:
        foot: what was found.
        signal: its samples.
    """
    if signal is None or signal.layout is None or not len(signal.time_s):
        return None
    layout, picture = signal.layout, foot.picture
    averaged = picture if picture is not None and picture.n > 0 else None
    load = (
        averaged.sensor_peak_n if averaged else np.nan_to_num(signal.force_n).max(axis=0).astype(np.float64)
    )
    unit = unit_of(layout, signal.quantity)
    if unit == KPA:
        load = KPA_CM2_PER_N * load / layout.area_cm2
    length = masks_of(layout).length_mm
    # Grids are as wide as their cells, not as our outline: centre them on it.
    shift = _shift(layout, length)
    path = averaged.cop_mean_mm / length if averaged else np.empty((2, 0))
    return LoadMap(
        unit,
        averaged.n if averaged else 0,
        layout.x_mm / length + shift,
        layout.y_mm / length,
        load,
        path[0] + shift,
        path[1],
    )


def unit_of(layout: SensorLayout, quantity: str) -> str:
    """What loads of sensors are in: pressure where areas are known, else force or the sensors' own units."""
    if quantity != "force":
        return SENSOR_UNITS
    return KPA if bool(np.all(np.isfinite(layout.area_cm2) & (layout.area_cm2 > 0))) else NEWTON


def _shift(layout: SensorLayout, length: float) -> float:
    if layout.sensor_count < DENSE_SENSORS:
        return 0.0
    middle = 0.5 * float(layout.x_mm.min() + layout.x_mm.max()) / length
    return 0.5 * BALL_WIDTH_SHARE - middle
