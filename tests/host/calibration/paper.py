"""An insole of round numbers, for arithmetic on paper.

Its converter has one code a volt and 12 bits; an unloaded sensor reads 250. With a feedback of 4 kOhm and
nothing in series with the sensor, one code above the unloaded one is one microsiemens:

    g = code / (250 * 4000) * 1e6 = code     (microsiemens)

and a sensor of 1 uS/N with the exponent 1 gives one newton a code.
"""

from dataclasses import replace

import numpy as np
from plantigrade.calibration import Calibration, FrontEndParameters, SensorCurve

ZERO = 250

FRONT = FrontEndParameters(
    conductance_us_per_n=1.0,
    exponent=1.0,
    tolerance_pct=20.0,
    exponent_sd=0.02,
    hysteresis_pct=4.0,
    creep_pct_per_decade=3.0,
    drift_pct_per_hour=0.5,
    series_ohm=0.0,
    v_ref=250.0,
    feedback_ohm=4000.0,
    adc_bits=12,
    full_scale_v=4095.0,
    usable_v=3500.0,
    noise_lsb=3.0,
    oversample=8,
    error_mv=4000.0,
    rate_hz=100.0,
)

CURVE = SensorCurve(
    conductance_us_per_n=1.0,
    exponent=1.0,
    zero_count=float(ZERO),
    residual_pct=None,
    gain_sd_pct=0.0,
    exponent_sd=0.0,
    zero_sd_count=0.0,
    points=0,
    hysteresis_pct=0.0,
    creep_pct_per_decade=0.0,
)


def insole(sensors: int = 1, **curve: float) -> Calibration:
    """An insole whose sensors all have this curve; without changes one code is one newton."""
    return Calibration("P1", "2026-01-01", "bench", 1.0, 0.0, (replace(CURVE, **curve),) * sensors, FRONT)


def codes(rows: list[list[float]] | list[float]) -> np.ndarray:
    """Codes (n, S) that lie these many codes above the unloaded one; a list of numbers is one sensor."""
    table = np.array(rows, np.float64)
    return (ZERO + (table if table.ndim == 2 else table[:, None])).astype(np.uint16)
