"""Curves from bench loads: known weights put on each sensor, upwards and downwards, held for a while.

Model, linear in its four unknowns for each sensor:

    ln g = ln g1 + e * ln F - (h / 2) * direction + c * log10(held_s)

with the conductance g in microsiemens from the code above the unloaded code, the direction +1 when the load
was approached from below and -1 from above, and the seconds for which the sensor had been under load. c
comes from pairs of readings within one hold, the rest by least squares; the residuals give the uncertainty.
Without loads from above, or without a long hold, h or c keep the design's value.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

import numpy as np

from plantigrade.array_types import F64
from plantigrade.calibration.front_end import FrontEndParameters
from plantigrade.calibration.model import Calibration, SensorCurve
from plantigrade.calibration.nominal import nominal
from plantigrade.calibration.settings import (
    BENCH_NOISE_SHARE,
    CREEP_DECADES,
    LARGEST_CREEP_PCT,
    LARGEST_HYSTERESIS_PCT,
    LARGEST_RESIDUAL_PCT,
    MID_RANGE_N,
    MIN_LOADS,
    SMALLEST_EXPONENT,
)
from plantigrade.errors import PlantigradeError


@dataclass(frozen=True)
class BenchReading:
    """One load on one sensor.

    Attributes:
        sensor: index in the layout.
        force_n: the true load.
        count: mean code while it was held.
        direction: +1 approached from a lower load, -1 from a higher one.
        held_s: how long the sensor had been under any load at the middle of the reading.
    """

    sensor: int
    force_n: float
    count: float
    direction: int = 1
    held_s: float = 1.0


def fit_bench(
    readings: Sequence[BenchReading],
    zero_count: Sequence[float] | F64,
    made_on: date,
    serial: str = "",
    front_end: FrontEndParameters | None = None,
) -> Calibration:
    """A calibration from bench loads; sensors without enough of them keep the design's curve and its
    uncertainty.

    Args:
        readings: of all sensors, in any order.
        zero_count: code of each unloaded sensor.
        made_on: the day of the measurement.
        serial: of the insole.
        front_end: the amplifier; None reads `front_end.toml`.

    Raises:
        PlantigradeError: a load that is not positive, a sensor that does not exist, readings that no power
            law describes (a slipped load or a broken sensor), or loads too few to tell one.
    """
    for reading in readings:
        if not _makes_sense(reading, len(zero_count)):
            raise PlantigradeError(
                f"bench reading {reading} has no such sensor, or a load, time or code that cannot be"
            )
    front = front_end or FrontEndParameters.load()
    design = nominal(front, len(zero_count))
    curves = list(design.sensors)
    for sensor, zero in enumerate(zero_count):
        own = [r for r in readings if r.sensor == sensor and r.count < front.usable_count]
        # The converter's error moves the unloaded code against the loaded ones and is not seen by the fit.
        unseen = 0.5 * front.error_mv / 1000 * front.counts_per_volt
        curve = replace(curves[sensor], zero_count=float(zero), zero_sd_count=unseen)
        curves[sensor] = _fit_one(own, float(zero), curve, front) if len(own) >= MIN_LOADS else curve
    return Calibration(serial, made_on.isoformat(), "bench", 1.0, 0.0, tuple(curves), front)


def _makes_sense(reading: BenchReading, sensors: int) -> bool:
    """False for what is not a number, too."""
    return (
        0 <= reading.sensor < sensors
        and 0 < reading.force_n < np.inf
        and 0 < reading.held_s < np.inf
        and 0 <= reading.count < np.inf
    )


def _fit_one(
    readings: list[BenchReading], zero: float, design: SensorCurve, front: FrontEndParameters
) -> SensorCurve:
    count = np.array([r.count for r in readings]) - zero
    force = np.array([r.force_n for r in readings])
    if count.min() <= 0:
        raise PlantigradeError(f"sensor {readings[0].sensor} reads nothing under load: check its connection")
    direction = np.array([float(r.direction) for r in readings])
    decades = np.log10([r.held_s for r in readings])
    target = np.log(front.loop_conductance_us(count))
    columns = [np.ones_like(force), np.log(force / MID_RANGE_N)]
    both_ways = np.ptp(direction) > 0
    creep = _creep(force, direction, decades, target, design)
    target = target - creep * decades
    if both_ways:
        columns.append(-0.5 * direction)
    else:
        target = target + 0.5 * design.hysteresis_pct / 100 * direction
    # A count's noise is constant, so small loads are known less well in relative terms.
    weight = 1.0 / np.hypot(BENCH_NOISE_SHARE, 1.0 / count)
    matrix = np.stack(columns, axis=1)
    solution, _, rank, _ = np.linalg.lstsq(matrix * weight[:, None], target * weight, rcond=None)
    if rank < len(solution):
        raise PlantigradeError(
            f"sensor {readings[0].sensor}: its loads are too much alike to tell a curve; "
            "repeat them with different weights, upwards and downwards"
        )
    error = target - matrix @ solution
    residual_pct = 100 * float(np.sqrt(np.mean(error**2)))
    if residual_pct > LARGEST_RESIDUAL_PCT or solution[1] <= SMALLEST_EXPONENT:
        raise PlantigradeError(
            f"sensor {readings[0].sensor}: its readings fit no rising curve (residual {residual_pct:.0f} %); "
            "repeat its loads, and replace the sensor if it stays so"
        )
    freedom = len(force) - len(solution)
    weighted = error * weight
    normal = (matrix * weight[:, None]).T @ (matrix * weight[:, None])
    spread = float(weighted @ weighted) / freedom * np.linalg.inv(normal)
    exponent = float(solution[1])
    log_gain = float(solution[0]) - exponent * np.log(MID_RANGE_N)
    hysteresis = 100 * float(solution[2]) if both_ways else design.hysteresis_pct
    return SensorCurve(
        conductance_us_per_n=float(np.exp(log_gain)),
        exponent=exponent,
        zero_count=zero,
        residual_pct=residual_pct,
        gain_sd_pct=100 * float(np.hypot(np.sqrt(spread[0, 0]), residual_pct / 100)) / exponent,
        exponent_sd=float(np.sqrt(spread[1, 1])),
        zero_sd_count=design.zero_sd_count,
        points=len(readings),
        hysteresis_pct=float(np.clip(hysteresis, 0.0, LARGEST_HYSTERESIS_PCT)),
        creep_pct_per_decade=float(np.clip(100 * creep, 0.0, LARGEST_CREEP_PCT)),
    )


def _creep(force: F64, direction: F64, decades: F64, log_g: F64, design: SensorCurve) -> float:
    """Growth of ln g for a decade of time, from readings of one load at least 0.7 decades apart."""
    slopes = [
        (log_g[j] - log_g[i]) / (decades[j] - decades[i])
        for i in range(len(force))
        for j in range(len(force))
        if force[i] == force[j] and direction[i] == direction[j] and decades[j] - decades[i] > CREEP_DECADES
    ]
    return float(np.median(slopes)) if slopes else design.creep_pct_per_decade / 100
