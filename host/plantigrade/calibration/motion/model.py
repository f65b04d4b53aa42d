"""The calibration of a motion sensor as data: biases, and the matrices of scale and misalignment."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

import numpy as np

from plantigrade.array_types import F64
from plantigrade.calibration.motion.settings import AXES
from plantigrade.calibration.motion.units import Ranges, Raw, units

Three = tuple[float, float, float]
Matrix = tuple[Three, Three, Three]
NONE: Final[Three] = (0.0, 0.0, 0.0)
UNIT: Final[Matrix] = ((1.0, 0.0, 0.0), (0.0, 1.0, 0.0), (0.0, 0.0, 1.0))


def three(values: F64) -> Three:
    """An array (3,) as it is stored."""
    x, y, z = (float(value) for value in values)
    return x, y, z


@dataclass(frozen=True)
class MotionCalibration:
    """Of one insole: true = matrix @ (measured by the data sheet - bias).

    Attributes:
        made_on: ISO date, empty for the data sheet's own.
        method: `nominal`, `still` (bias of the rate alone), or `six positions`.
        acc_bias_m_s2, gyr_bias_deg_s: biases along x, y, z.
        acc_matrix, gyr_matrix: scale and misalignment, row by row.
        acc_sd_m_s2, gyr_sd_deg_s: standard uncertainty of the biases as they were measured.
    """

    made_on: str = ""
    method: str = "nominal"
    acc_bias_m_s2: Three = NONE
    gyr_bias_deg_s: Three = NONE
    acc_matrix: Matrix = UNIT
    gyr_matrix: Matrix = UNIT
    acc_sd_m_s2: float = 0.0
    gyr_sd_deg_s: float = 0.0

    def apply(self, raw: Raw, ranges: Ranges) -> tuple[F64, F64]:
        """Acceleration in m/s2 and angular rate in degrees/s, each (n, 3), of raw values (n, 6).

        Lost rows are NaN.
        """
        acc, gyr = units(raw, ranges)
        return self.corrected(acc, gyr)

    def corrected(self, acc_m_s2: F64, gyr_deg_s: F64) -> tuple[F64, F64]:
        """The same of values (n, 3) by the data sheet."""
        acc = (acc_m_s2 - np.array(self.acc_bias_m_s2)) @ np.array(self.acc_matrix).T
        gyr = (gyr_deg_s - np.array(self.gyr_bias_deg_s)) @ np.array(self.gyr_matrix).T
        return acc, gyr


def motion_calibration_from(entry: Mapping[str, Any]) -> MotionCalibration:
    """A calibration from the values that a calibration's file holds.

    Raises:
        KeyError: an entry is missing.
        TypeError, ValueError: one makes no sense.
    """
    made = MotionCalibration(
        made_on=date.fromisoformat(entry["made_on"]).isoformat(),
        method=str(entry["method"]),
        acc_bias_m_s2=_three(entry["acc_bias_m_s2"]),
        gyr_bias_deg_s=_three(entry["gyr_bias_deg_s"]),
        acc_matrix=_matrix(entry["acc_matrix"]),
        gyr_matrix=_matrix(entry["gyr_matrix"]),
        acc_sd_m_s2=float(entry["acc_sd_m_s2"]),
        gyr_sd_deg_s=float(entry["gyr_sd_deg_s"]),
    )
    for matrix in (made.acc_matrix, made.gyr_matrix):
        if not 0.5 < float(np.linalg.det(np.array(matrix))) < 2.0:
            raise ValueError("a matrix that turns space inside out")
    return made


def _three(values: Any) -> Three:
    found = np.array([float(value) for value in values])
    if found.shape != (AXES,) or not np.isfinite(found).all():
        raise ValueError("three numbers are needed")
    return three(found)


def _matrix(rows: Any) -> Matrix:
    first, second, third = (_three(row) for row in rows)
    return first, second, third
