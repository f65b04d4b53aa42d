"""How a foot moves from footprint to footprint: position and orientation with two derivatives, at any time.

The rear of the foot is one rigid body. In stance it rolls about the heel's end, lies flat and at rest,
and rolls about the ball, where the sole bends; in swing its ball follows a polynomial of the fifth degree in
each direction, and its angles do. Values, velocities and accelerations run on without a jump, so that the
specific force that follows from them can be integrated back.
"""

from dataclasses import dataclass

import numpy as np

from plantigrade.array_types import F64
from plantigrade.twin.body.motion import settings as size
from plantigrade.twin.body.motion.footprints import Footprints, directions
from plantigrade.twin.body.motion.pieces import at_local, bump, evaluated, quintic

UP = np.array([0.0, 0.0, 1.0])
CLEARANCE_WINDOW = (0.35, 0.85)
"""Shares of the swing in which the toes' least height is looked for."""
STRAIGHT_AFTER = 0.3
"""Share of the swing in which the toes, bent as they left the ground, straighten (assumed)."""


@dataclass(frozen=True, eq=False)
class Strides:
    """Of one foot with K stances: when and how it moves.

    Attributes:
        contact_s, flat_s, heel_off_s, ball_off_s, toe_off_s: (K,) each.
        strike_deg, lift_off_deg: (K,) pitch over the ground, as it touches and as the toes leave.
        clearance_m: (K,) least height of the toes over the ground in the swing before each contact.
        out_m: (K,) how far to the walker's left the ball is carried in that swing.
        roll_deg: (K,) roll in the middle of that swing.
        contact_m_s: (2,) the heel's speed forwards and downwards as it touches.
        length_m: length of the sole.
    """

    contact_s: F64
    flat_s: F64
    heel_off_s: F64
    ball_off_s: F64
    toe_off_s: F64
    strike_deg: F64
    lift_off_deg: F64
    clearance_m: F64
    out_m: F64
    roll_deg: F64
    contact_m_s: tuple[float, float]
    length_m: float


@dataclass(frozen=True, eq=False)
class Pose:
    """Of the rear foot at n times; each array is (3, n, ...): value, velocity, acceleration.

    Attributes:
        ball_m: (3, n, 3) the point of the sole where it bends.
        yaw, pitch, roll: (3, n) in radians: about the vertical, then the foot's x, then its y.
    """

    ball_m: F64
    yaw: F64
    pitch: F64
    roll: F64


@dataclass(frozen=True, eq=False)
class Trajectory:
    """Built once for a walk; `at` tells the pose at any times."""

    strides: Strides
    prints: Footprints
    breaks_s: F64
    ball: F64
    yaw: F64
    roll: F64
    pitch_breaks_s: F64
    pitch: F64

    def at(self, time_s: F64) -> Pose:
        """The pose at times (n,), not before 0 and not after the last footprint's begin of swing."""
        ball = evaluated(self.ball, self.breaks_s, time_s)
        pitch = evaluated(self.pitch, self.pitch_breaks_s, time_s)
        yaw, roll = (evaluated(c, self.breaks_s, time_s) for c in (self.yaw, self.roll))
        stance = np.searchsorted(self.strides.contact_s, time_s, side="right") - 1
        rolling = (stance >= 0) & (time_s < self.strides.flat_s[np.maximum(stance, 0)])
        if rolling.any():
            which = stance[rolling]
            heel = _settling(self.strides, self.prints, which, time_s[rolling])
            forward = directions(self.prints.yaw_deg[1:][which])
            ball[:, rolling] = heel + _lever(pitch[:, rolling], forward, size.BALL_AT * self.strides.length_m)
        return Pose(ball, yaw, pitch, roll)


def build(strides: Strides, prints: Footprints, end_s: float) -> Trajectory:
    """Pieces from time 0 to `end_s`: rest, then swing and stance by turns."""
    begins = _swing_begins(strides)
    seconds = strides.contact_s - begins
    yaw = np.radians(prints.yaw_deg)
    still = np.zeros_like(yaw[1:])
    from_yaw, to_yaw = (np.stack([values, still, still]) for values in (yaw[:-1], yaw[1:]))
    ball_flat = _flat_balls(prints, strides.length_m)
    rest = np.zeros_like(ball_flat[1:])
    leave = np.stack([ball_flat[:-1], rest, rest])
    touch = _ball_at_contact(strides, prints)
    pitch_breaks, pitch = _pitch(strides, prints, begins, end_s)
    ball = quintic(leave, touch, seconds)
    across = directions(_walking_deg(prints) + 90.0)
    ball += bump(strides.out_m[:, None] * across, seconds)
    need = _lift(strides, prints, begins, ball, (pitch_breaks, pitch))
    ball += bump(need[:, None] * UP, seconds)
    breaks = np.concatenate([[-1.0], np.stack([begins, strides.contact_s], axis=1).ravel(), [end_s + 1.0]])
    return Trajectory(
        strides,
        prints,
        breaks,
        _with_rests(ball, ball_flat),
        _with_rests(quintic(from_yaw, to_yaw, seconds), yaw),
        _with_rests(bump(np.radians(strides.roll_deg), seconds), np.zeros_like(yaw)),
        pitch_breaks,
        pitch,
    )


def _swing_begins(strides: Strides) -> F64:
    """When each swing begins: as the ball leaves the ground; before the first contact by a usual swing."""
    if len(strides.contact_s) == 0:
        return np.zeros(0)
    swings = strides.contact_s[1:] - strides.ball_off_s[:-1]
    usual_s = float(np.median(swings)) if len(swings) else 0.45
    return np.concatenate([[max(0.0, strides.contact_s[0] - usual_s)], strides.ball_off_s[:-1]])


def _with_rests(moving: F64, at_rest: F64) -> F64:
    """Pieces (7, 2K + 1, ...): rest, swing, rest, swing, ..., rest."""
    pieces = np.zeros((moving.shape[0], 2 * moving.shape[1] + 1, *moving.shape[2:]))
    pieces[:, 1::2] = moving
    pieces[-1, 0::2] = at_rest
    return pieces


def _lever(pitch: F64, forward: F64, length_m: float) -> F64:
    """A point `length_m` before the heel's end on a foot of this pitch (3, n), from that end (3, n, 3)."""
    angle, rate, turning = (values[:, None] for values in pitch)
    out = np.cos(angle) * forward + np.sin(angle) * UP
    up = -np.sin(angle) * forward + np.cos(angle) * UP
    return length_m * np.stack([out, rate * up, turning * up - rate**2 * out])


def _flat_balls(prints: Footprints, length_m: float) -> F64:
    slope = np.radians(prints.slope_deg)
    still = np.zeros_like(slope)
    lever = _lever(np.stack([slope, still, still]), directions(prints.yaw_deg), size.BALL_AT * length_m)
    return prints.heel_m + lever[0]


def _walking_deg(prints: Footprints) -> F64:
    """Direction from each footprint to the next (K,)."""
    step = np.diff(prints.heel_m, axis=0)
    return np.degrees(np.arctan2(-step[:, 0], step[:, 1]))


def _settling(strides: Strides, prints: Footprints, which: np.ndarray, time_s: F64) -> F64:
    """The heel's end (3, n, 3) after contact: the shoe takes up its last speed within `SETTLE_S`."""
    forwards, downwards = strides.contact_m_s
    speed = forwards * directions(_walking_deg(prints)) - downwards * UP
    start = np.stack([-0.5 * size.SETTLE_S * speed, speed, np.zeros_like(speed)])
    seconds = np.full(len(speed), size.SETTLE_S)
    coefficients = quintic(start, np.zeros_like(start), seconds)
    heel = at_local(coefficients[:, which], np.minimum(time_s - strides.contact_s[which], size.SETTLE_S))
    heel[0] += prints.heel_m[1:][which]
    return heel


def _strike_rate(strides: Strides) -> F64:
    return -size.STRIKE_RATE * np.radians(strides.strike_deg) / (strides.flat_s - strides.contact_s)


def _ball_at_contact(strides: Strides, prints: Footprints) -> F64:
    angle = np.radians(strides.strike_deg + prints.slope_deg[1:])
    pitch = np.stack([angle, _strike_rate(strides), np.zeros_like(angle)])
    which = np.arange(len(strides.contact_s))
    heel = _settling(strides, prints, which, strides.contact_s)
    return heel + _lever(pitch, directions(prints.yaw_deg[1:]), size.BALL_AT * strides.length_m)


def _pitch(strides: Strides, prints: Footprints, begins: F64, end_s: float) -> tuple[F64, F64]:
    """Breaks and pieces of the pitch: rest, swing, lowering, flat, rising until toe-off, swing, ..."""
    slope = np.radians(prints.slope_deg)
    count = len(strides.contact_s)
    if count == 0:
        pieces = np.zeros((7, 1))
        pieces[-1] = slope[0]
        return np.array([-1.0, end_s + 1.0]), pieces
    off = strides.toe_off_s
    toe_off = slope[1:] + np.radians(strides.lift_off_deg)
    still = np.zeros(count)
    strike = np.stack([slope[1:] + np.radians(strides.strike_deg), _strike_rate(strides), still])
    flat = np.stack([slope[1:], still, still])
    lifted = np.stack([toe_off, still, still])
    leaves = np.concatenate([begins[:1], off[:-1]])
    leave = lifted[:, :-1]
    leave = np.concatenate([np.array([[slope[0]], [0.0], [0.0]]), leave], axis=1)
    swing = quintic(leave, strike, strides.contact_s - leaves)
    lowering = quintic(strike, flat, strides.flat_s - strides.contact_s)
    lying = quintic(flat, flat, strides.heel_off_s - strides.flat_s)
    rising = quintic(flat, lifted, off - strides.heel_off_s)
    cycle = np.stack([swing, lowering, lying, rising], axis=2).reshape(7, 4 * count)
    times = np.stack([leaves, strides.contact_s, strides.flat_s, strides.heel_off_s], axis=1).ravel()
    first, last = np.zeros((7, 1)), np.zeros((7, 1))
    first[-1], last[-1] = slope[0], toe_off[-1]
    pieces = np.concatenate([first, cycle, last], axis=1)
    breaks = np.concatenate([[min(-1.0, times[0] - 1.0)], times, off[-1:], [max(end_s, off[-1]) + 1.0]])
    return breaks, pieces


def toe_heights(strides: Strides, prints: Footprints, ball_z: F64, pitch: F64, share: F64) -> F64:
    """Height (K, n) of the toes' end over the ground at these shares of each swing.

    The ground is the line from footprint to footprint; after toe-off the toes, which were bent, straighten
    within `STRAIGHT_AFTER` of the swing.
    """
    bent = np.concatenate([[0.0], np.radians(strides.lift_off_deg[:-1])])[:, None]
    passed = np.clip(share / STRAIGHT_AFTER, 0.0, 1.0)
    bent = bent * (1.0 - passed**2 * (3.0 - 2.0 * passed))
    toes_m = (size.TOES_AT - size.BALL_AT) * strides.length_m
    ground = prints.heel_m[:-1, 2, None] * (1.0 - share) + prints.heel_m[1:, 2, None] * share
    return ball_z + toes_m * np.sin(pitch - bent) - ground


def _lift(strides: Strides, prints: Footprints, begins: F64, ball: F64, pitch: tuple[F64, F64]) -> F64:
    """How high a bump (K,) carries the ball so that the toes' least height is the clearance.

    The heel stays over the ground besides: that asks for more in the first step, which has no push-off.
    """
    share = np.linspace(0.1, 0.9, 161)
    late = share * (strides.contact_s - begins)[:, None]
    height = np.stack([at_local(ball[:, :, 2], own)[0] for own in late.T], axis=1)
    angle = evaluated(pitch[1], pitch[0], (begins[:, None] + late).ravel())[0].reshape(late.shape)
    toes = toe_heights(strides, prints, height, angle, share)
    ground = prints.heel_m[:-1, 2, None] * (1.0 - share) + prints.heel_m[1:, 2, None] * share
    heel = height - size.BALL_AT * strides.length_m * np.sin(angle) - ground
    rise = 64.0 * share**3 * (1.0 - share) ** 3
    middle = (share >= CLEARANCE_WINDOW[0]) & (share <= CLEARANCE_WINDOW[1])
    for_toes = ((strides.clearance_m[:, None] - toes) / rise)[:, middle].max(axis=1)
    return np.maximum(for_toes, (-heel / rise).max(axis=1))
