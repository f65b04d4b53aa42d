"""From true motion to an insole's raw values, with everything that is wrong with a cheap motion sensor."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.spatial.transform import Rotation  # pyright: ignore[reportMissingTypeStubs]

from plantigrade.array_types import F64
from plantigrade.calibration.motion import (
    DEG_S_PER_COUNT,
    INSOLE_AXES,
    M_S2_PER_COUNT,
    Ranges,
    saturated,
    units,
)
from plantigrade.calibration.motion.settings import LARGEST_RAW
from plantigrade.gait.signals import NEWTONS_PER_KG, Motion
from plantigrade.twin.body.motion import Inertial, WalkMotion
from plantigrade.twin.motion_sensor import settings as size
from plantigrade.twin.motion_sensor.part import Imperfections, Part, draw_part

USUAL_RANGES = Ranges(16, 2000)
FEED_HZ = 500.0
CHIP_AXES = {False: ([1, 2, 0], [1, 1, 1]), True: ([1, 2, 0], [-1, 1, -1])}
"""For a left foot or not: the insole's axis along which the chip's x, y and z lie, and in which sense; a test
compares it with the board's module."""


@dataclass(frozen=True)
class Slip:
    """The case turns on the shoe.

    Attributes:
        from_s: when it begins.
        rotation_deg: about the insole's x, y and z, in the end.
        seconds: how long it takes; 0 for at once.
    """

    from_s: float
    rotation_deg: tuple[float, float, float]
    seconds: float = 0.2


@dataclass(frozen=True, eq=False)
class Measured:
    """What an insole reports, a row a slot.

    Attributes:
        raw: (n, 6) acceleration x y z, angular rate x y z.
        ranges: of the raw values.
    """

    raw: NDArray[np.int16]
    ranges: Ranges

    @property
    def saturated(self) -> NDArray[np.bool_]:
        """Rows (n,) with an axis at its end."""
        return saturated(self.raw)

    def motion(self) -> Motion:
        """By the data sheet, as the analysis takes it."""
        acc, gyr = units(self.raw, self.ranges)
        return Motion(acc.astype(np.float32), gyr.astype(np.float32), INSOLE_AXES)


def warming(time_s: F64) -> F64:
    """Temperature in degrees C (n,) of a shoe that was put on at 0."""
    return size.WORN_C - (size.WORN_C - size.CALM_C) * np.exp(-time_s / size.WARM_UP_S)


def measure(
    felt: Callable[[F64], Inertial],
    seconds: float,
    seed: int,
    rate_hz: float = 100.0,
    ranges: Ranges = USUAL_RANGES,
    acts: Imperfections | None = None,
    slip: Slip | None = None,
    temperature_c: Callable[[F64], F64] = warming,
) -> Measured:
    """Raw values of one foot in the slots of its forces.

    Args:
        felt: what a perfect sensor feels at given times (n,) from 0 to `seconds`.
        seconds: length of the walk.
        seed: of the sensor and its noise.
        rate_hz: slots per second.
        ranges: ends of the ranges.
        acts: imperfections, all by default.
        slip: of the case on the shoe.
        temperature_c: of the sensor at given times.
    """
    acts = acts or Imperfections()
    part, draw = draw_part(seed, acts), np.random.default_rng([seed, 32])
    slots_s = np.arange(round(seconds * rate_hz)) / rate_hz
    if not acts.sampling:
        signals = felt(slots_s)
        return Measured(
            _raw(_through(part, signals, slots_s, slip, temperature_c), part, acts, ranges, draw), ranges
        )
    step_s = 1.0 / part.rate_hz
    first_s = float(draw.uniform(-step_s, 0.0))
    count = int((seconds - first_s) / step_s) + 2
    samples_s = first_s + step_s * np.arange(count, dtype=np.float64)
    inside = (np.arange(size.SUBSAMPLES) + 0.5) / size.SUBSAMPLES - 0.5
    fine_s = (samples_s[:, None] + step_s * inside).ravel()
    fine = np.concatenate(
        [
            _through(part, felt(moment), moment, slip, temperature_c)[:, columns]
            for moment, columns in (
                (np.clip(fine_s + size.FILTER_SKEW_S, 0.0, seconds), slice(0, 3)),
                (np.clip(fine_s - size.FILTER_SKEW_S, 0.0, seconds), slice(3, 6)),
            )
        ],
        axis=1,
    )
    mean = fine.reshape(len(samples_s), size.SUBSAMPLES, 6).mean(axis=1)
    raw = _raw(mean, part, acts, ranges, draw)
    return Measured(_in_slots(raw, samples_s, slots_s + _time_errors(len(slots_s), draw)), ranges)


def chip_counts(
    felt: Callable[[F64], Inertial],
    seconds: float,
    seed: int,
    left: bool,
    rate_hz: float = FEED_HZ,
    acts: Imperfections | None = None,
) -> NDArray[np.int16]:
    """What the chip of a virtual board feels: (n, 6) in its own axes and in counts of its widest ranges.

    Sampling, filters and ranges are the fake chip's (`firmware/drivers/lsm6dso/fake.py`).
    """
    acts = acts or Imperfections()
    part, draw = draw_part(seed, acts), np.random.default_rng([seed, 33])
    time_s = np.arange(round(seconds * rate_hz)) / rate_hz
    raw = _raw(_through(part, felt(time_s), time_s, None, warming), part, acts, USUAL_RANGES, draw)
    order, signs = CHIP_AXES[left]
    return np.concatenate([raw[:, :3][:, order] * signs, raw[:, 3:][:, order] * signs], axis=1).astype(
        np.int16
    )


def _time_errors(rows: int, draw: np.random.Generator) -> F64:
    """How far each row's motion lies from its slot: bounded, and slow, as it comes from a clock that is
    followed."""
    slow = np.cumsum(draw.normal(0, 1, rows))
    return size.TIME_ERROR_S * np.sin(0.05 * slow + draw.uniform(0, 2 * np.pi))


def _in_slots(raw: NDArray[np.int16], samples_s: F64, slots_s: F64) -> NDArray[np.int16]:
    """Straight lines between the samples, as the firmware draws them; the end of the range stays the end."""
    after = np.clip(np.searchsorted(samples_s, slots_s), 1, len(samples_s) - 1)
    share = np.clip((slots_s - samples_s[after - 1]) / (samples_s[after] - samples_s[after - 1]), 0.0, 1.0)
    before_raw, after_raw = raw[after - 1].astype(np.float64), raw[after].astype(np.float64)
    between = np.rint(before_raw + share[:, None] * (after_raw - before_raw))
    for ends in (before_raw, after_raw):
        at_end = np.abs(ends) >= LARGEST_RAW
        between[at_end] = ends[at_end]
    return between.astype(np.int16)


def _through(
    part: Part, signals: Inertial, time_s: F64, slip: Slip | None, temperature_c: Callable[[F64], F64]
) -> F64:
    """What the sensor's own axes feel and make of it, without noise (n, 6) in m/s2 and degrees/s."""
    acc, gyr = signals.acc_m_s2, signals.gyr_deg_s
    if slip is not None:
        share = np.clip((time_s - slip.from_s) / max(slip.seconds, 1e-9), 0.0, 1.0)
        vectors = np.radians(slip.rotation_deg) * share[:, None]
        turned = Rotation.from_rotvec(vectors)
        acc, gyr = turned.apply(acc), turned.apply(gyr)
        turning = (share > 0) & (share < 1)
        gyr = gyr - turning[:, None] * np.array(slip.rotation_deg) / max(slip.seconds, 1e-9)
    acc, gyr = acc @ part.mounting.T, gyr @ (part.gyr_axes @ part.mounting).T
    warmer = (temperature_c(time_s) - size.CALM_C)[:, None]
    gyr = gyr + acc @ part.gyr_per_m_s2.T
    acc = acc * (1.0 + part.acc_scale + warmer * part.acc_scale_per_c)
    acc = acc + part.acc_bias_m_s2 + warmer * part.acc_bias_per_c
    gyr = gyr * (1.0 + part.gyr_scale + warmer * part.gyr_scale_per_c)
    gyr = gyr + part.gyr_bias_deg_s + warmer * part.gyr_bias_per_c
    return np.concatenate([acc, gyr], axis=1)


def _raw(
    values: F64, part: Part, acts: Imperfections, ranges: Ranges, draw: np.random.Generator
) -> NDArray[np.int16]:
    """Noise, rounding and the end of the range: (n, 6)."""
    if acts.noise:
        band = np.sqrt(0.5 * part.rate_hz)
        acc_sd = size.ACC_NOISE_UG[ranges.acceleration_g] * 1e-6 * NEWTONS_PER_KG * band
        noise = draw.normal(0, 1, values.shape)
        values = values + noise * np.repeat([acc_sd, size.GYR_NOISE_MDPS * 1e-3 * band], 3)
        wander = np.cumsum(
            draw.normal(0, size.GYR_WANDER_DEG_S / np.sqrt(part.rate_hz), (len(values), 3)), axis=0
        )
        values[:, 3:] += wander
    counts = np.repeat([M_S2_PER_COUNT[ranges.acceleration_g], DEG_S_PER_COUNT[ranges.rate_deg_s]], 3)
    return np.clip(np.rint(values / counts), -LARGEST_RAW, LARGEST_RAW).astype(np.int16)


def measure_walk(
    moved: WalkMotion,
    seed: int,
    rate_hz: float = 100.0,
    ranges: Ranges = USUAL_RANGES,
    acts: Imperfections | None = None,
) -> tuple[Measured, Measured]:
    """Both feet of a virtual walk, each with a sensor of its own."""
    left, right = (
        measure(foot.felt, moved.seconds, 2 * seed + index, rate_hz, ranges, acts)
        for index, foot in enumerate((moved.left, moved.right))
    )
    return left, right
