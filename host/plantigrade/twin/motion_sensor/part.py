"""One virtual motion sensor: what its making gave it."""

from dataclasses import dataclass

import numpy as np
from scipy.spatial.transform import Rotation  # pyright: ignore[reportMissingTypeStubs]

from plantigrade.array_types import F64
from plantigrade.gait.signals import NEWTONS_PER_KG
from plantigrade.twin.motion_sensor import settings as size


@dataclass(frozen=True)
class Imperfections:
    """Which imperfections act: all of them by default.

    Attributes:
        noise: of both sensors and the wander of the rate's bias.
        bias: offsets and their drift with temperature.
        scale: sensitivities and their drift, axes that are not square, rate from acceleration.
        mounting: tilt of chip and case on the shoe.
        sampling: its own clock and filter, rows off their slots.
    """

    noise: bool = True
    bias: bool = True
    scale: bool = True
    mounting: bool = True
    sampling: bool = True

    @classmethod
    def none(cls) -> "Imperfections":
        """A perfect sensor: only rounding and the end of the range remain."""
        return cls(noise=False, bias=False, scale=False, mounting=False, sampling=False)


@dataclass(frozen=True, eq=False)
class Part:
    """Values at `settings.CALM_C` and their change for each degree.

    Attributes:
        acc_bias_m_s2, gyr_bias_deg_s: (3,), with `..._per_c`.
        acc_scale, gyr_scale: (3,) shares by which the sensitivity is off, with `..._per_c`.
        gyr_axes: (3, 3) how the gyroscope's axes lie to the accelerometer's.
        gyr_per_m_s2: (3, 3) rate that acceleration makes.
        mounting: (3, 3) from the insole's axes into the sensor's.
        rate_hz: output data rate.
    """

    acc_bias_m_s2: F64
    acc_bias_per_c: F64
    acc_scale: F64
    acc_scale_per_c: F64
    gyr_bias_deg_s: F64
    gyr_bias_per_c: F64
    gyr_scale: F64
    gyr_scale_per_c: F64
    gyr_axes: F64
    gyr_per_m_s2: F64
    mounting: F64
    rate_hz: float


def draw_part(seed: int, acts: Imperfections | None = None) -> Part:
    """A sensor, the same for the same seed whatever acts."""
    acts = acts or Imperfections()
    draw = np.random.default_rng([seed, 31])

    def three(sd: float, on: bool) -> F64:
        values: F64 = draw.normal(0, sd, 3)
        return values if on else np.zeros(3)

    def tilt(sd_deg: float, on: bool) -> F64:
        vector = np.radians(draw.normal(0, sd_deg, 3))
        return np.asarray(Rotation.from_rotvec(vector).as_matrix()) if on else np.eye(3)

    off = float(np.clip(draw.normal(0, size.RATE_SD), -size.RATE_MOST, size.RATE_MOST))
    per_g = draw.normal(0, size.GYR_PER_G_DEG_S / NEWTONS_PER_KG, (3, 3))
    return Part(
        acc_bias_m_s2=three(size.ACC_BIAS_M_S2, acts.bias),
        acc_bias_per_c=three(size.ACC_BIAS_M_S2_PER_C, acts.bias),
        acc_scale=three(size.ACC_SCALE, acts.scale),
        acc_scale_per_c=three(size.ACC_SCALE_PER_C, acts.scale),
        gyr_bias_deg_s=three(size.GYR_BIAS_DEG_S, acts.bias),
        gyr_bias_per_c=three(size.GYR_BIAS_DEG_S_PER_C, acts.bias),
        gyr_scale=three(size.GYR_SCALE, acts.scale),
        gyr_scale_per_c=three(size.GYR_SCALE_PER_C, acts.scale),
        gyr_axes=tilt(size.AXES_TILT_DEG, acts.scale),
        gyr_per_m_s2=per_g if acts.scale else np.zeros((3, 3)),
        mounting=tilt(size.CHIP_TILT_DEG, acts.mounting) @ tilt(size.STRAP_TILT_DEG, acts.mounting),
        rate_hz=size.RATE_HZ * (1.0 + off if acts.sampling else 1.0),
    )
