"""The calibration of a motion sensor as data: biases, and the matrices of scale and misalignment."""

from dataclasses import dataclass, field

import numpy as np

from plantigrade.array_types import F64
from plantigrade.calibration.motion.units import Ranges, Raw, units


def _zero() -> F64:
    return np.zeros(3)


def _unit() -> F64:
    return np.eye(3)


@dataclass(frozen=True, eq=False)
class MotionCalibration:
    """Of one insole: true = matrix @ (measured by the data sheet - bias).

    Attributes:
        serial: the insole's serial, empty for the data sheet's own.
        made_on: ISO date, empty for the data sheet's own.
        method: `nominal`, `still` (rate bias only), or `six-position`.
        temperature_c: of the sensor while it was made; None where it was not read.
        acc_bias_m_s2, gyr_bias_deg_s: (3,) biases.
        acc_matrix, gyr_matrix: (3, 3) scale and misalignment.
        acc_sd_m_s2, gyr_sd_deg_s: standard uncertainty of the biases as they were measured.
    """

    serial: str = ""
    made_on: str = ""
    method: str = "nominal"
    temperature_c: float | None = None
    acc_bias_m_s2: F64 = field(default_factory=_zero)
    gyr_bias_deg_s: F64 = field(default_factory=_zero)
    acc_matrix: F64 = field(default_factory=_unit)
    gyr_matrix: F64 = field(default_factory=_unit)
    acc_sd_m_s2: float = 0.0
    gyr_sd_deg_s: float = 0.0

    def apply(self, raw: Raw, ranges: Ranges) -> tuple[F64, F64]:
        """Acceleration in m/s2 and angular rate in degrees/s, each (n, 3), of raw values (n, 6).

        Lost rows are NaN.
        """
        acc, gyr = units(raw, ranges)
        return (
            (acc - self.acc_bias_m_s2) @ self.acc_matrix.T,
            (gyr - self.gyr_bias_deg_s) @ self.gyr_matrix.T,
        )


def nominal_motion(serial: str = "") -> MotionCalibration:
    """The data sheet's own: no bias, no misalignment."""
    return MotionCalibration(serial)
