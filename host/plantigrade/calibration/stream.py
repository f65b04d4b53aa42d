"""Counts to newtons in pieces of any size: baseline in swing, curve, creep and hysteresis, body-weight scale.

- Baseline: whenever the foot has been unloaded for more than 50 ms (the summed codes within 3 % of their
  recent lowest), each sensor's unloaded code follows its reading, faster downwards than upwards; quickly at
  first, later with a time constant of 20 s of swing; never further than 60 codes from the calibrated one.
- Creep: the reading has grown by c for each decade of seconds under load. Five states with times from 1 s to
  1e4 s follow the share of load and are divided out, relative to their sum after 1 s, where bench curves are
  taken.
- Hysteresis: half of h is added while the load rises and taken off while it falls; the branch changes
  gradually over a change of load by a factor of about 1.8.

The twin's sensors have other time constants, other branch widths and coefficients of their own, so that
agreement there is not agreement of a formula with itself.
"""

import numpy as np

from plantigrade.array_types import F32, F64
from plantigrade.calibration.model import Calibration, Codes
from plantigrade.calibration.settings import (
    BASELINE_REACH_COUNTS,
    BASELINE_TIME_S,
    CODES,
    CREEP_TIMES_S,
    FIRST_ENTRY_PARTS,
    TABLE_STEPS,
)
from plantigrade.calibration.stream_kernel import calibrate_rows

_CREEP_TIMES_S = np.array(CREEP_TIMES_S)
CREEP_REFERENCE = float(-np.expm1(-1.0 / _CREEP_TIMES_S).sum())
"""Sum of the states after 1 s under load, to which bench curves refer."""


class Calibrator:
    """Applies a calibration to a stream of one insole; chunks of any size give the same forces.

    Args:
        calibration: the curves.
        rate_hz: rows per second.
        follow_baseline: learn the unloaded codes in swing.
        compensate: take creep and hysteresis out.
    """

    def __init__(
        self,
        calibration: Calibration,
        rate_hz: float,
        *,
        follow_baseline: bool = True,
        compensate: bool = True,
    ) -> None:
        if not rate_hz > 0:
            raise ValueError(f"the rate must be positive, not {rate_hz}")
        self.calibration = calibration
        curves = calibration.sensors
        on = 1.0 if compensate else 0.0
        codes = np.arange(CODES * TABLE_STEPS, dtype=np.float64) / TABLE_STEPS
        codes[0] = codes[1] / FIRST_ENTRY_PARTS
        self._table: F64 = np.log(calibration.front_end.loop_conductance_us(codes))
        self._gain = np.log(np.array([c.conductance_us_per_n for c in curves]))
        self._inverse_exponent = 1.0 / np.array([c.exponent for c in curves])
        self._hysteresis = on * np.array([c.hysteresis_pct / 100 for c in curves])
        self._creep = on * np.array([c.creep_pct_per_decade / 100 for c in curves])
        self._creep_step = -np.expm1(-1.0 / (rate_hz * _CREEP_TIMES_S))
        self._reach = BASELINE_REACH_COUNTS if follow_baseline else 0.0
        self._slow_rows = BASELINE_TIME_S * rate_hz
        self._design_zero = np.array([c.zero_count for c in curves], np.float64)
        sensors = len(curves)
        self._zero: F64 = self._design_zero.copy()
        self._branch = np.zeros(sensors)
        self._last_log = np.zeros(sensors)
        self._memory = np.zeros((len(CREEP_TIMES_S), sensors))
        self._total = np.zeros(2)
        self._counters = np.zeros(2, np.int64)

    @property
    def zero_count(self) -> F64:
        """The unloaded codes as learned so far (S,)."""
        return self._zero.copy()

    def feed(self, counts: Codes) -> F32:
        """Forces (n, S) in newtons of the next codes (n, S).

        Raises:
            ValueError: the number of columns is not that of the sensors.
        """
        sensors = len(self.calibration.sensors)
        if counts.ndim != 2 or counts.shape[1] != sensors:
            raise ValueError(f"counts must have the shape (n, {sensors}), not {counts.shape}")
        codes = np.ascontiguousarray(np.minimum(counts, CODES - 1), np.uint16)
        force_n = np.empty(codes.shape, np.float32)
        calibrate_rows(
            codes,
            force_n,
            self._table,
            self._gain,
            self._inverse_exponent,
            self._hysteresis,
            self._creep,
            self._creep_step,
            CREEP_REFERENCE,
            self.calibration.scale,
            self._design_zero,
            self._reach,
            self._slow_rows,
            self._zero,
            self._branch,
            self._last_log,
            self._memory,
            self._total,
            self._counters,
        )
        return force_n
