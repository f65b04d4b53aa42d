"""The virtual motion sensor: from how a foot moves to an insole's raw values."""

from plantigrade.twin.motion_sensor.measuring import Measured, Slip, measure, measure_walk
from plantigrade.twin.motion_sensor.part import Imperfections, Part, draw_part

__all__ = ["Imperfections", "Measured", "Part", "Slip", "draw_part", "measure", "measure_walk"]
