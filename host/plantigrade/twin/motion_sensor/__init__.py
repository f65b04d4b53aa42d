"""The virtual motion sensor: from how a foot moves to an insole's raw values."""

from plantigrade.twin.motion_sensor.measuring import (
    FEED_HZ,
    Measured,
    Slip,
    chip_counts,
    measure,
    measure_walk,
)
from plantigrade.twin.motion_sensor.part import Imperfections, Part, draw_part

__all__ = [
    "FEED_HZ",
    "Imperfections",
    "Measured",
    "Part",
    "Slip",
    "chip_counts",
    "draw_part",
    "measure",
    "measure_walk",
]
