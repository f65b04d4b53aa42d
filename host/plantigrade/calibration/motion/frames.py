"""Raw motion of a recording's frames to units."""

from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from plantigrade.array_types import F64
from plantigrade.calibration.motion.model import MotionCalibration
from plantigrade.calibration.motion.units import Ranges, Raw
from plantigrade.gait.signals import Motion
from plantigrade.link.motion_ranges import ACCELERATION_SHIFT

INSOLE_AXES: Final = "insole: x to the wearer's right, y towards the toes, z upwards"


def units_of_frames(
    raw: Raw, status: NDArray[np.integer[Any]], calibration: MotionCalibration
) -> tuple[F64, F64]:
    """Acceleration in m/s2 and angular rate in degrees/s, each (n, 3), of frames whose ranges may differ.

    `raw` is (n, 6), `status` (n,) of their records. Lost rows are NaN.
    """
    acc, gyr = np.empty((len(raw), 3)), np.empty((len(raw), 3))
    codes = np.asarray(status).astype(np.int64) >> ACCELERATION_SHIFT
    for code in np.unique(codes):
        rows = codes == code
        acc[rows], gyr[rows] = calibration.apply(raw[rows], Ranges.of_status(int(code) << ACCELERATION_SHIFT))
    return acc, gyr


def motion_of_frames(
    raw: Raw, status: NDArray[np.integer[Any]], calibration: MotionCalibration | None
) -> Motion:
    """The same as the analysis takes it; by the data sheet without a calibration."""
    acc, gyr = units_of_frames(raw, status, calibration or MotionCalibration())
    return Motion(acc.astype(np.float32), gyr.astype(np.float32), INSOLE_AXES)
