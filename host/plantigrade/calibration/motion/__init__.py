"""Raw values of the motion sensor to m/s2 and degrees/s: ranges, six positions, rest."""

from plantigrade.calibration.motion.fit import MotionCalibrationError, fit_positions, fit_still
from plantigrade.calibration.motion.frames import INSOLE_AXES, motion_of_frames, units_of_frames
from plantigrade.calibration.motion.model import MotionCalibration, motion_calibration_from
from plantigrade.calibration.motion.positions import Position, Rest, rests
from plantigrade.calibration.motion.units import DEG_S_PER_COUNT, M_S2_PER_COUNT, Ranges, saturated, units

__all__ = [
    "DEG_S_PER_COUNT",
    "INSOLE_AXES",
    "M_S2_PER_COUNT",
    "MotionCalibration",
    "MotionCalibrationError",
    "Position",
    "Ranges",
    "Rest",
    "fit_positions",
    "fit_still",
    "motion_calibration_from",
    "motion_of_frames",
    "rests",
    "saturated",
    "units",
    "units_of_frames",
]
