"""From newtons on a sensor to the counts that the firmware reads, with everything that is wrong with cheap
sensors.

Each effect has a switch in `Effects`. The model, per sensor:

- tolerance: the conductance differs by a log-normal factor (SD `tolerance_pct`), the exponent by
  `exponent_sd`;
- power law: conductance rises with force ** exponent (off: linear, equal to the power law at 50 N);
- hysteresis: a play operator on the logarithm of the load; unloading reads `hysteresis_pct` more than
  loading;
- creep: the reading grows by `creep_pct_per_decade` for each decade of seconds under load and recovers
  likewise (six exponential modes, 0.3 s to 3e4 s);
- drift: the sensitivity changes by a constant rate of use, SD `drift_pct_per_hour`;
- converter: integral error of SD `error_mv`, compression above `usable_v`, noise of `noise_lsb /
  sqrt(oversample)`, rounding and clipping to the code range.

Hysteresis and creep differ between sensors too (SD 30 % of their size), so that a calibration cannot know
them exactly. State is carried from call to call: cutting a day into pieces gives the same counts.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum

import numpy as np
from numpy.typing import NDArray

from plantigrade.array_types import F64
from plantigrade.calibration.front_end import FrontEndParameters
from plantigrade.twin.electrical_kernel import KNEE_N, PLAY_PER_LOG, run_sensors

U16 = NDArray[np.uint16]

CREEP_TIMES_S = np.array([0.3, 3.0, 30.0, 300.0, 3e3, 3e4])
LINEAR_MATCH_N = 50.0
BETWEEN_SENSORS_SD = 0.3
ERROR_GRID = 4096
COMPRESSION_AT_FULL_SCALE_V = 0.05
ROWS_AT_ONCE = 65536


@dataclass(frozen=True)
class Effects:
    """Which imperfections act: all of them by default."""

    tolerance: bool = True
    power_law: bool = True
    hysteresis: bool = True
    creep: bool = True
    drift: bool = True
    noise: bool = True
    converter_error: bool = True

    @classmethod
    def none(cls) -> "Effects":
        """Nominal sensors that follow the power law exactly; only rounding and clipping remain."""
        return cls(
            tolerance=False, hysteresis=False, creep=False, drift=False, noise=False, converter_error=False
        )


class FaultKind(Enum):
    """What can break in a sensor or its wire."""

    DEAD = "dead"
    """Open circuit: reads as unloaded."""
    STUCK = "stuck"
    """Holds the code that it had when the fault began."""
    SHORTED = "shorted"
    """Reads full scale."""
    DRIFTING = "drifting"
    """Sensitivity falls by half within ten minutes, and on."""


@dataclass(frozen=True)
class Fault:
    """A fault of one sensor from a time on, in seconds since the first row."""

    kind: FaultKind
    from_s: float = 0.0


@dataclass
class FrontEnd:
    """Sixteen sensors and one amplifier: `counts` turns forces into codes and remembers what the sensors
    remember.

    Args:
        seed: draws this insole's sensors and its noise; the same seed is the same insole.
        parameters: the front end; None reads `front_end.toml`.
        effects: which imperfections act.
        faults: sensor index to its fault.
        sensors: number of channels.
    """

    seed: int
    parameters: FrontEndParameters | None = None
    effects: Effects = Effects()
    faults: Mapping[int, Fault] = field(default_factory=dict[int, Fault])
    sensors: int = 16

    def __post_init__(self) -> None:
        front = self.parameters or FrontEndParameters.load()
        self.front = front
        on = self.effects
        draw = np.random.default_rng([self.seed, 1])
        shape = self.sensors
        spread = np.log1p(front.tolerance_pct / 100)
        gain = np.exp(draw.normal(0, spread, shape)) if on.tolerance else np.ones(shape)
        exponent = draw.normal(front.exponent, front.exponent_sd, shape)
        if not on.tolerance:
            exponent = np.full(shape, front.exponent)
        conductance = front.conductance_us_per_n * gain
        if not on.power_law:
            conductance = conductance * LINEAR_MATCH_N ** (exponent - 1.0)
            exponent = np.ones(shape)
        vary = np.maximum(draw.normal(1.0, BETWEEN_SENSORS_SD, (2, shape)), 0.0)
        self.exponent: F64 = exponent
        self.conductance_us_per_n: F64 = conductance
        self._hysteresis = vary[0] * (front.hysteresis_pct / 100 if on.hysteresis else 0.0)
        self._creep = vary[1] * (front.creep_pct_per_decade / 100 if on.creep else 0.0)
        self._drift_per_s = draw.normal(0, 1, shape) * (
            front.drift_pct_per_hour / 100 / 3600 if on.drift else 0.0
        )
        self._error_v = self._converter_error(draw) if on.converter_error else np.zeros(ERROR_GRID + 1)
        self.reset()

    def _converter_error(self, draw: np.random.Generator) -> F64:
        """Error in volts over the range: three smooth waves, and compression above the usable voltage."""
        front = self.front
        v = np.linspace(0, front.full_scale_v, ERROR_GRID + 1)
        error = np.zeros_like(v)
        for wave in (1.0, 2.3, 4.1):
            turns = v / front.full_scale_v * wave + draw.uniform()
            error += draw.normal() * np.sin(2 * np.pi * turns)
        error *= front.error_mv / 1000 / np.sqrt(1.5)
        beyond = np.maximum(v - front.usable_v, 0) / (front.full_scale_v - front.usable_v)
        return error - COMPRESSION_AT_FULL_SCALE_V * beyond**2

    def reset(self) -> None:
        """Back to the first row: rested sensors, the noise from its beginning."""
        self._noise = np.random.default_rng([self.seed, 2])
        self._row = 0
        self._play = np.zeros(self.sensors)
        self._last_log = np.zeros(self.sensors)
        self._memory = np.zeros((self.sensors, len(CREEP_TIMES_S)))
        self._held: dict[int, int] = {}

    def rest(self, seconds: float) -> None:
        """Lie unloaded for a time, as at night: creep recovers, hysteresis is back on its unloading branch.

        Drift is counted in hours of use and stays as it is.
        """
        if not seconds >= 0:
            raise ValueError(f"a rest cannot last {seconds} s")
        self._memory *= np.exp(-seconds / CREEP_TIMES_S)
        self._play = np.clip(self._play - PLAY_PER_LOG * (self._last_log - np.log(KNEE_N)), -1.0, 1.0)
        self._last_log = np.full(self.sensors, np.log(KNEE_N))

    def counts(self, force_n: NDArray[np.floating], rate_hz: float) -> U16:
        """Codes (n, S) of forces (n, S) in newtons sampled at `rate_hz`.

        Raises:
            ValueError: the array's shape does not fit or the rate is not positive.
        """
        if force_n.ndim != 2 or force_n.shape[1] != self.sensors:
            raise ValueError(f"forces must have the shape (n, {self.sensors}), not {force_n.shape}")
        if not rate_hz > 0:
            raise ValueError(f"the rate must be positive, not {rate_hz}")
        codes = np.empty(force_n.shape, np.uint16)
        for first in range(0, len(force_n), ROWS_AT_ONCE):
            part = slice(first, first + ROWS_AT_ONCE)
            codes[part] = self._part(np.ascontiguousarray(force_n[part], np.float64), rate_hz)
        return codes

    def _part(self, force_n: F64, rate_hz: float) -> U16:
        front = self.front
        volts = np.empty_like(force_n)
        run_sensors(
            force_n,
            self.exponent,
            self.conductance_us_per_n,
            self._hysteresis,
            self._creep,
            -np.expm1(-1.0 / (rate_hz * CREEP_TIMES_S)),
            self._drift_per_s / rate_hz,
            self._row,
            front.series_ohm,
            front.feedback_ohm,
            front.v_ref,
            self._error_v,
            front.full_scale_v,
            self._play,
            self._last_log,
            self._memory,
            volts,
        )
        volts *= front.counts_per_volt
        if self.effects.noise:
            noise = self._noise.standard_normal(volts.shape, dtype=np.float32)
            volts += noise * (front.noise_lsb / np.sqrt(front.oversample))
        codes = np.clip(np.rint(volts), 0, front.max_count).astype(np.uint16)
        for sensor, fault in self.faults.items():
            self._break(codes, sensor, fault, rate_hz)
        self._row += len(codes)
        return codes

    def _break(self, codes: U16, sensor: int, fault: Fault, rate_hz: float) -> None:
        begin = max(0, round(fault.from_s * rate_hz) - self._row)
        if begin >= len(codes):
            return
        column = codes[begin:, sensor]
        zero = round(self.front.zero_count)
        if fault.kind is FaultKind.DEAD:
            column[:] = zero
        elif fault.kind is FaultKind.SHORTED:
            column[:] = self.front.max_count
        elif fault.kind is FaultKind.STUCK:
            column[:] = self._held.setdefault(sensor, int(column[0]))
        else:
            age_s = (self._row + begin + np.arange(len(column))) / rate_hz - fault.from_s
            left = 0.5 ** (age_s / 600.0)
            column[:] = np.rint(zero + (column.astype(np.float64) - zero) * left).astype(np.uint16)
