"""Feet that do not walk: led from pose to pose, turned on pedals, or shaken in a bag."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from plantigrade.array_types import F64
from plantigrade.twin.body.motion import settings as size
from plantigrade.twin.body.motion.inertial import Inertial, felt
from plantigrade.twin.body.motion.pieces import evaluated, quintic
from plantigrade.twin.body.motion.trajectory import Pose

GROWS_S = 0.5
"""In which a wave grows or ends."""
SETS_ON_PEDAL_S = 2.0
"""In which a foot that was flat takes its pitch on the pedal."""


@dataclass(frozen=True)
class Key:
    """A pose to which the foot is led.

    Attributes:
        from_s: when it leaves the pose before.
        seconds: how long it takes.
        pitch_deg, roll_deg: as in `Pose`, of a flat foot 0.
        forwards_m, up_m: where the ball is.
    """

    from_s: float
    seconds: float
    pitch_deg: float = 0.0
    roll_deg: float = 0.0
    forwards_m: float = 0.0
    up_m: float = 0.0


@dataclass(frozen=True)
class Wave:
    """A sine on one of the foot's coordinates.

    Attributes:
        of: "pitch" (degrees), "roll" (degrees), "forwards" (m) or "up" (m).
        size: amplitude.
        hz, phase: of the sine.
        spans_s: when it acts; it grows and ends within half a second. Always where there are none.
    """

    of: str
    size: float
    hz: float
    phase: float = 0.0
    spans_s: tuple[tuple[float, float], ...] = ()


@dataclass(frozen=True, eq=False)
class Pedal:
    """A foot on a pedal.

    Attributes:
        turned: pieces of the crank's angle in rad from its top, forwards positive, as of `pieces.evaluated`.
        breaks_s: of these pieces.
        crank_m: radius.
        pitch_deg, tipping_deg: mean pitch of the foot, and how far it tips to either side.
        tipping_late_rad: angle of the crank at which the toes are highest.
        seconds: of the ride; the foot is set down flat before and after.
    """

    turned: F64
    breaks_s: F64
    crank_m: float
    pitch_deg: float
    tipping_deg: float
    tipping_late_rad: float
    seconds: float

    def angle(self, time_s: F64) -> F64:
        """The crank's angle, rate and acceleration (3, n) in radians."""
        return evaluated(self.turned, self.breaks_s, time_s)


@dataclass(frozen=True, eq=False)
class PosedFoot:
    """One foot of somebody who does not walk.

    Attributes:
        keys: in time order; before the first the foot stands flat.
        waves: beside them.
        sensor_m: (3,) place of the motion sensor from the ball.
        pedal: where it is on one.
    """

    keys: tuple[Key, ...]
    waves: tuple[Wave, ...]
    sensor_m: F64
    pedal: Pedal | None = None

    def felt(self, time_s: F64) -> Inertial:
        """What a perfect sensor feels at these times (n,)."""
        return felt(self.pose(time_s), self.sensor_m)

    def pose(self, time_s: F64) -> Pose:
        """Of the foot at these times (n,)."""
        columns = _led(self.keys, time_s)
        for wave in self.waves:
            columns[wave.of] = columns[wave.of] + _wave(wave, time_s)
        if self.pedal is not None:
            for name, values in _pedalled(self.pedal, time_s).items():
                columns[name] = columns[name] + values
        still = np.zeros((3, len(time_s)))
        ball = np.stack([still, columns["forwards"], columns["up"]], axis=2)
        return Pose(ball, still, np.radians(columns["pitch"]), np.radians(columns["roll"]))


def sensor_place(index: int, foot_length_m: float) -> F64:
    """(3,) where the case sits from the ball, of the left (0) or right (1) foot."""
    out = -1.0 if index == 0 else 1.0
    forwards = (size.SENSOR_FORWARD - size.BALL_AT) * foot_length_m
    return np.array([out * size.SENSOR_OUT_M, forwards, size.SENSOR_UP_M])


def _led(keys: Sequence[Key], time_s: F64) -> dict[str, F64]:
    """(3, n) value, velocity and acceleration of each coordinate."""
    names = {"pitch": "pitch_deg", "roll": "roll_deg", "forwards": "forwards_m", "up": "up_m"}
    if not keys:
        return {name: np.zeros((3, len(time_s))) for name in names}
    begins = np.array([key.from_s for key in keys])
    seconds = np.array([key.seconds for key in keys])
    breaks = np.concatenate([[-1.0], np.stack([begins, begins + seconds], axis=1).ravel(), [1e9]])
    found: dict[str, F64] = {}
    for name, attribute in names.items():
        goals = np.array([0.0, *(getattr(key, attribute) for key in keys)])
        still = np.zeros(len(keys))
        moving = quintic(np.stack([goals[:-1], still, still]), np.stack([goals[1:], still, still]), seconds)
        pieces = np.zeros((7, 2 * len(keys) + 1))
        pieces[:, 1::2] = moving
        pieces[-1, 0::2] = goals
        found[name] = evaluated(pieces, breaks, time_s)
    return found


def _wave(wave: Wave, time_s: F64) -> F64:
    """(3, n) of a sine that grows and ends smoothly."""
    rate = 2.0 * np.pi * wave.hz
    angle = rate * time_s + wave.phase
    sine = wave.size * np.stack([np.sin(angle), rate * np.cos(angle), -(rate**2) * np.sin(angle)])
    if not wave.spans_s:
        return sine
    gate = np.zeros((3, len(time_s)))
    for start, stop in wave.spans_s:
        gate += _smooth((time_s - start) / GROWS_S) - _smooth((time_s - stop) / GROWS_S)
    value = gate[0] * sine[0]
    slope = gate[1] * sine[0] + gate[0] * sine[1]
    return np.stack([value, slope, gate[2] * sine[0] + 2.0 * gate[1] * sine[1] + gate[0] * sine[2]])


def _smooth(share: F64, seconds: float = GROWS_S) -> F64:
    """From 0 to 1 with its derivatives in time (3, n)."""
    s = np.clip(share, 0.0, 1.0)
    value = s**3 * (10.0 - 15.0 * s + 6.0 * s**2)
    slope = 30.0 * s**2 * (1.0 - s) ** 2
    curve = 60.0 * s * (1.0 - s) * (1.0 - 2.0 * s)
    return np.stack([value, slope / seconds, curve / seconds**2])


def _pedalled(pedal: Pedal, time_s: F64) -> dict[str, F64]:
    """What the circle adds to each coordinate."""
    angle, rate, more = pedal.angle(time_s)
    sine, cosine = np.sin(angle), np.cos(angle)

    def circle(value: F64, turned: F64) -> F64:
        return np.stack([value, turned * rate, turned * more - value * rate**2])

    late = angle - pedal.tipping_late_rad
    tipping = pedal.tipping_deg * circle(np.cos(late), -np.sin(late))
    tipping[0] += pedal.pitch_deg
    slow = SETS_ON_PEDAL_S
    on = _smooth(time_s / slow, slow) - _smooth((time_s - pedal.seconds + slow) / slow, slow)
    pitch = on[0] * tipping[0]
    slope = on[1] * tipping[0] + on[0] * tipping[1]
    curve = on[2] * tipping[0] + 2.0 * on[1] * tipping[1] + on[0] * tipping[2]
    return {
        "forwards": pedal.crank_m * circle(sine, cosine),
        "up": pedal.crank_m * circle(cosine, -sine),
        "pitch": np.stack([pitch, slope, curve]),
    }
