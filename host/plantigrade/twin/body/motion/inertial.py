"""What a perfect motion sensor on a moving foot feels: specific force and angular rate in its own axes."""

from dataclasses import dataclass
from typing import Final

import numpy as np

from plantigrade.array_types import F64
from plantigrade.gait.signals import NEWTONS_PER_KG
from plantigrade.twin.body.motion import settings as size
from plantigrade.twin.body.motion.trajectory import Pose


@dataclass(frozen=True, eq=False)
class Inertial:
    """Signals of one foot in the insole's axes (docs/reference/coordinates.md).

    Attributes:
        acc_m_s2: (n, 3) specific force.
        gyr_deg_s: (n, 3) angular rate.
        position_m: (n, 3) where the sensor is: x, y on the ground, z upwards.
        rotation: (n, 3, 3) turns vectors of the sensor's axes into those of space.
    """

    acc_m_s2: F64
    gyr_deg_s: F64
    position_m: F64
    rotation: F64


def rotations(yaw: F64, pitch: F64, roll: F64) -> F64:
    """Rz(yaw) Rx(pitch) Ry(roll), angles (n,) in radians: from the foot's axes into space (n, 3, 3)."""
    cy, sy, cp, sp, cr, sr = (f(a) for a in (yaw, pitch, roll) for f in (np.cos, np.sin))
    rows = (
        (cy * cr - sy * sp * sr, -sy * cp, cy * sr + sy * sp * cr),
        (sy * cr + cy * sp * sr, cy * cp, sy * sr - cy * sp * cr),
        (-cp * sr, sp, cp * cr),
    )
    return np.stack([np.stack(row, axis=-1) for row in rows], axis=-2)


def turning(yaw: F64, pitch: F64, roll: F64) -> tuple[F64, F64]:
    """Angular rate and angular acceleration (n, 3) in the foot's axes, rad/s and rad/s2, of angles (3, n)
    with their derivatives."""
    zero = np.zeros_like(roll[0])
    cp, sp, cr, sr = np.cos(pitch[0]), np.sin(pitch[0]), np.cos(roll[0]), np.sin(roll[0])
    upright = np.stack([-sr * cp, sp, cr * cp], axis=-1)
    across = np.stack([cr, zero, sr], axis=-1)
    across_turns = roll[1][:, None] * np.stack([-sr, zero, cr], axis=-1)
    along = np.array([0.0, 1.0, 0.0])
    rate = yaw[1][:, None] * upright + pitch[1][:, None] * across + roll[1][:, None] * along
    upright_turns = np.cross(upright, rate)
    acceleration = yaw[2][:, None] * upright + yaw[1][:, None] * upright_turns
    acceleration += pitch[2][:, None] * across + pitch[1][:, None] * across_turns + roll[2][:, None] * along
    return rate, acceleration


def felt(pose: Pose, sensor_m: F64) -> Inertial:
    """Signals of a sensor at `sensor_m` (3,) from the ball, in the foot's axes."""
    rotation = rotations(pose.yaw[0], pose.pitch[0], pose.roll[0])
    rate, acceleration = turning(pose.yaw, pose.pitch, pose.roll)
    swung = np.cross(acceleration, sensor_m) + np.cross(rate, np.cross(rate, sensor_m))
    force = pose.ball_m[2] + np.array([0.0, 0.0, NEWTONS_PER_KG])
    into_foot = np.einsum("nji,nj->ni", rotation, force)
    position = pose.ball_m[0] + np.einsum("nij,j->ni", rotation, sensor_m)
    return Inertial(into_foot + swung, np.degrees(rate), position, rotation)


def ringing(time_s: F64, contact_s: F64, peak_m_s2: F64) -> F64:
    """Acceleration (n,) of the shoe's ringing after contacts (K,).

    It is the second derivative of a wave that starts and ends at rest: it leaves neither speed nor way
    behind.
    """
    which = np.searchsorted(contact_s, time_s, side="right") - 1
    out = np.zeros(len(time_s))
    inside = which >= 0
    inside[inside] = time_s[inside] - contact_s[which[inside]] < size.RING_S
    out[inside] = peak_m_s2[which[inside]] * _RING(time_s[inside] - contact_s[which[inside]])
    return out


class _Ring:
    """Second derivative of u^3 (1 - u)^5 sin(w t), u = t / RING_S, with a peak of 1."""

    def __init__(self) -> None:
        u = np.polynomial.Polynomial([0.0, 1.0 / size.RING_S])
        self._window = [u**3 * (1 - u) ** 5]
        for _ in range(2):
            self._window.append(self._window[-1].deriv())
        self._peak = 1.0
        self._peak = float(np.abs(self(np.linspace(0.0, size.RING_S, 2000))).max())

    def __call__(self, late_s: F64) -> F64:
        w = 2 * np.pi * size.RING_HZ
        window, slope, curve = (part(late_s) for part in self._window)
        sine, cosine = np.sin(w * late_s), np.cos(w * late_s)
        wave: F64 = curve * sine + 2 * w * slope * cosine - w**2 * window * sine
        return wave / self._peak


_RING: Final = _Ring()
