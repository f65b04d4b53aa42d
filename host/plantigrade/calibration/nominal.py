"""The calibration of an insole of which nothing is known but its design."""

import numpy as np
from insole_protocol.layout import REGIONS
from numpy.typing import NDArray

from plantigrade.calibration.front_end import FrontEndParameters
from plantigrade.calibration.model import Calibration, Codes, SensorCurve
from plantigrade.calibration.settings import NOMINAL_SCALE_PARTS, UNLOADED_PERCENTILE, UNLOADED_REACH_COUNTS


def nominal(front_end: FrontEndParameters | None = None, sensors: int = len(REGIONS)) -> Calibration:
    """The design's curve for every sensor, with the tolerance as its uncertainty."""
    front = front_end or FrontEndParameters.load()
    curve = SensorCurve(
        conductance_us_per_n=front.conductance_us_per_n,
        exponent=front.exponent,
        zero_count=front.zero_count,
        residual_pct=None,
        gain_sd_pct=front.tolerance_pct / front.exponent,
        exponent_sd=front.exponent_sd,
        zero_sd_count=front.error_mv / 1000 * front.counts_per_volt,
        points=0,
        hysteresis_pct=front.hysteresis_pct,
        creep_pct_per_decade=front.creep_pct_per_decade,
    )
    scale_sd_pct = front.tolerance_pct / NOMINAL_SCALE_PARTS
    return Calibration("", "1970-01-01", "nominal", 1.0, scale_sd_pct, (curve,) * sensors, front)


def unloaded_counts(counts: Codes, front_end: FrontEndParameters) -> NDArray[np.float64]:
    """Code of each unloaded sensor (S,) from a stretch of counts (n, S) that holds swing phases.

    The 2nd percentile where it lies within 60 counts of the design's code; else the design's own, because
    the sensor was never unloaded in this stretch.
    """
    design = front_end.zero_count
    if len(counts) == 0:
        return np.zeros(counts.shape[1], np.float64) + design
    low = np.asarray(np.percentile(counts, UNLOADED_PERCENTILE, axis=0), np.float64)
    low[np.abs(low - design) > UNLOADED_REACH_COUNTS] = design
    return low


def newtons(counts: Codes, front_end: FrontEndParameters | None = None) -> NDArray[np.float32]:
    """Forces (n, S) in newtons of codes (n, S) by the design's curve, each sensor's baseline taken from the
    stretch."""
    base = nominal(front_end, counts.shape[1])
    zero = unloaded_counts(counts, base.front_end)
    return base.with_zero(zero, 1.0).apply(counts)
