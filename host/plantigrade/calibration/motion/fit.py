"""Biases and matrices of a motion sensor from where it lay still."""

from collections.abc import Sequence
from datetime import date

import numpy as np

from plantigrade.array_types import F64
from plantigrade.calibration.motion import settings as numbers
from plantigrade.calibration.motion.model import Matrix, MotionCalibration, three
from plantigrade.calibration.motion.positions import Position, Rest, plausible_gravity
from plantigrade.errors import PlantigradeError
from plantigrade.gait.signals import NEWTONS_PER_KG


class MotionCalibrationError(PlantigradeError):
    """The positions do not make a calibration; says what to do."""


def fit_positions(rests: Sequence[Rest], today: date) -> MotionCalibration:
    """Bias, scale and misalignment of the accelerometer, bias of the gyroscope, from six positions.

    With m+ and m- what is felt with an axis up and down, (m+ + m-)/2 is the bias and (m+ - m-)/2g the column
    of that axis in the matrix K from true to measured; its inverse is stored (IEEE 1293, six-position test).
    A gyroscope cannot be scaled at rest; it gets the rotation that is in K, as both sensors are of one chip.

    Raises:
        MotionCalibrationError: a position is missing or there twice, or they contradict each other.
    """
    chosen = _one_of_each(rests)
    for rest in chosen.values():
        if not plausible_gravity(rest):
            raise MotionCalibrationError(
                f"it felt {np.linalg.norm(rest.acc_m_s2):.1f} m/s2 at rest, which is no gravity: the sensor "
                "is broken, or the insole was moved; run `plantigrade device selftest`"
            )
    biases, columns = np.zeros((3, 3)), np.zeros((3, 3))
    for axis in range(3):
        up, down = (chosen[Position((axis, sense))].acc_m_s2 for sense in (1, -1))
        biases[axis] = 0.5 * (up + down)
        columns[:, axis] = (up - down) / (2 * NEWTONS_PER_KG)
    bias: F64 = biases.mean(axis=0)
    spread = float(np.abs(biases - bias).max())
    _check_pairs(columns, bias, spread)
    matrix: F64 = np.asarray(np.linalg.inv(columns), np.float64)
    left, _, right = np.linalg.svd(columns)
    gyr, gyr_sd = _rate_bias(list(chosen.values()))
    return MotionCalibration(
        made_on=today.isoformat(),
        method="six positions",
        acc_bias_m_s2=three(bias),
        gyr_bias_deg_s=three(gyr),
        acc_matrix=_rows(matrix),
        gyr_matrix=_rows(np.asarray((left @ right).T, np.float64)),
        acc_sd_m_s2=spread / np.sqrt(numbers.AXES),
        gyr_sd_deg_s=gyr_sd,
    )


def fit_still(rests: Sequence[Rest], known: MotionCalibration, today: date) -> MotionCalibration:
    """Only the gyroscope's bias, from any rest; the rest of `known` stays.

    Raises:
        MotionCalibrationError: it did not lie still.
    """
    if not rests:
        raise MotionCalibrationError(
            f"it did not lie still for {numbers.STILL_S:.0f} s: put it on a table that nobody touches"
        )
    gyr, gyr_sd = _rate_bias(rests)
    return MotionCalibration(
        made_on=today.isoformat(),
        method=_and_still(known.method),
        acc_bias_m_s2=known.acc_bias_m_s2,
        gyr_bias_deg_s=three(gyr),
        acc_matrix=known.acc_matrix,
        gyr_matrix=known.gyr_matrix,
        acc_sd_m_s2=known.acc_sd_m_s2,
        gyr_sd_deg_s=gyr_sd,
    )


def _and_still(method: str) -> str:
    return method if "still" in method else f"{method} + still".removeprefix("nominal + ")


def _one_of_each(rests: Sequence[Rest]) -> dict[Position, Rest]:
    """The longest rest in each position, in the order in which they were taken."""
    chosen: dict[Position, Rest] = {}
    before: Position | None = None
    for rest in rests:
        position = rest.position
        if position is None:
            raise MotionCalibrationError(
                f"it lay still {_when(rest)}, but leaned by more than 20 degrees: put the case flat on its "
                "face, against a box or a wall"
            )
        if position in chosen and before is not position:
            raise MotionCalibrationError(
                f"it lay twice {position.text}: each position is wanted once; begin again"
            )
        longest = chosen.get(position)
        if longest is None or rest.until_row - rest.from_row > longest.until_row - longest.from_row:
            chosen[position] = rest
        before = position
    missing = [position.text for position in Position if position not in chosen]
    if missing:
        raise MotionCalibrationError(
            f"{len(chosen)} of 6 positions were held still for {numbers.HOLD_S:.0f} s; missing: "
            + "; ".join(missing)
        )
    return chosen


def _check_pairs(columns: F64, bias: F64, spread: float) -> None:
    scale = np.linalg.norm(columns, axis=0)
    off, share = float(np.abs(bias).max()), float(np.abs(scale - 1.0).max())
    if off > numbers.LARGEST_BIAS_M_S2 or share > numbers.LARGEST_SCALE:
        raise MotionCalibrationError(
            f"the accelerometer would be off by {off:.2f} m/s2 or {100 * share:.1f} %, more than "
            "this chip ever is: begin again, each position still"
        )
    cosines = (columns / scale).T @ (columns / scale)
    skew = float(np.degrees(np.arcsin(np.abs(cosines - np.eye(numbers.AXES)).max())))
    turned = float(np.degrees(np.arccos(np.clip((np.diag(columns) / scale).min(), -1.0, 1.0))))
    if skew > numbers.LARGEST_SKEW_DEG or turned > 2 * numbers.LARGEST_SKEW_DEG:
        raise MotionCalibrationError(
            f"the positions are not at right angles (off by {max(skew, turned):.0f} degrees): put the case "
            "flat on its faces"
        )
    if spread > numbers.LARGEST_SPREAD * NEWTONS_PER_KG:
        raise MotionCalibrationError(
            f"opposite positions contradict each other by {spread:.2f} m/s2: turn it over by exactly half a "
            "turn"
        )


def _rate_bias(rests: Sequence[Rest]) -> tuple[F64, float]:
    rates = np.stack([rest.gyr_deg_s for rest in rests])
    change = float(np.abs(rates[-1] - rates[0]).max())
    if change > numbers.LARGEST_BIAS_CHANGE_DEG_S:
        raise MotionCalibrationError(
            f"the gyroscope's rest moved by {change:.2f} degrees/s meanwhile: the insole still warms up or "
            "cools down; let it lie switched on for ten minutes and begin again"
        )
    weights = np.array([rest.until_row - rest.from_row for rest in rests], np.float64)
    bias: F64 = np.average(rates, axis=0, weights=weights)
    if np.abs(bias).max() > numbers.LARGEST_GYR_BIAS_DEG_S:
        raise MotionCalibrationError(
            f"it turned at {np.abs(bias).max():.0f} degrees/s while it seemed to lie still: put it on "
            "something that does not turn"
        )
    least = min(rest.gyr_sd_deg_s for rest in rests) / np.sqrt(len(rests))
    return bias, float(np.hypot(least, rates.std(axis=0).max() / np.sqrt(len(rests))))


def _when(rest: Rest) -> str:
    return f"in rows {rest.from_row} to {rest.until_row}"


def _rows(matrix: F64) -> Matrix:
    return three(matrix[0]), three(matrix[1]), three(matrix[2])
