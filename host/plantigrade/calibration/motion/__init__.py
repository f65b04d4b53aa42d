"""Raw values of the motion sensor to m/s2 and degrees/s."""

from plantigrade.calibration.motion.model import MotionCalibration, nominal_motion
from plantigrade.calibration.motion.units import DEG_S_PER_COUNT, M_S2_PER_COUNT, Ranges, saturated, units

__all__ = [
    "DEG_S_PER_COUNT",
    "M_S2_PER_COUNT",
    "MotionCalibration",
    "Ranges",
    "nominal_motion",
    "saturated",
    "units",
]
