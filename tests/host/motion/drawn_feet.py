"""Feet whose motion is drawn by formulas, so that every answer is known before anything is computed.

A foot stands for `STANCE_S`, then swings for `SWING_S`: along a straight line by the smoothest way between
two places (minimum jerk), its pitch, height and way aside rise and fall, its heading turns evenly smooth. The
sensor lies at the heel, so that its way is the foot's.
"""

from dataclasses import dataclass, replace

import numpy as np
from plantigrade.gait.signals import NEWTONS_PER_KG, Floats, Foot, FootSignal, Motion, Walk
from scipy.spatial.transform import Rotation

RATE_HZ = 100.0
STANCE_S = 0.6
SWING_S = 0.4
STANDING_S = 2.0
FORCE_N = 700.0
OFF_THE_GRID_S = 0.00137
"""Else the two sides of a swing would have the same numbers, which no sensor shows."""


@dataclass(frozen=True)
class Strides:
    """What each of `count` strides does.

    Attributes:
        length_m: from footprint to footprint.
        pitch_deg: of the foot at initial contact, toes up; it is laid flat in the first tenth of the stance.
        outwards_deg: how far the toes point outwards of the way.
        aside_m: how far the swing goes outwards.
        turn_deg: of the heading in each swing, to the left.
        rise_m: of each footprint over the one before.
    """

    count: int = 8
    length_m: float = 1.2
    pitch_deg: float = 20.0
    outwards_deg: float = 0.0
    aside_m: float = 0.0
    turn_deg: float = 0.0
    rise_m: float = 0.0


def _smooth(share: Floats) -> Floats:
    share = np.clip(share, 0.0, 1.0)
    return share**3 * (10.0 - 15.0 * share + 6.0 * share**2)


def _bump(share: Floats) -> Floats:
    inside = np.clip(share, 0.0, 1.0)
    return 64.0 * inside**3 * (1.0 - inside) ** 3


def _pose(time_s: Floats, made: Strides, side: float, delay_s: float) -> tuple[Floats, Floats, Floats]:
    """Place (n, 3), heading (n,) to the left and pitch (n,) toes up, radians."""
    place, heading, pitch = np.zeros((len(time_s), 3)), np.zeros(len(time_s)), np.zeros(len(time_s))
    toes_left = -side * np.radians(made.outwards_deg)
    heading += toes_left
    way = 0.0
    for number in range(made.count):
        begin = STANDING_S + delay_s + number * (STANCE_S + SWING_S)
        share = (time_s - begin) / SWING_S
        ahead = np.array([-np.sin(way), np.cos(way), 0.0])
        right = np.array([np.cos(way), np.sin(way), 0.0])
        place += _smooth(share)[:, None] * made.length_m * ahead
        place += (_bump(share) * side * made.aside_m)[:, None] * right
        place[:, 2] += _smooth(share) * made.rise_m + 0.05 * _bump(share)
        heading += _smooth(share) * np.radians(made.turn_deg)
        landed = begin + SWING_S
        up = _smooth((time_s - begin - 0.5 * SWING_S) / (0.5 * SWING_S))
        down = _smooth((time_s - landed) / (0.15 * STANCE_S))
        pitch += np.radians(made.pitch_deg) * (up - down) - np.radians(30.0) * _bump(share * 1.5)
        way += np.radians(made.turn_deg)
    return place, heading, pitch


def motion_of(foot: Foot, time_s: Floats, made: Strides, delay_s: float = 0.0) -> Motion:
    """What a perfect sensor feels."""
    side = 1.0 if foot is Foot.RIGHT else -1.0
    step = 1e-4

    def turned(at: Floats) -> Rotation:
        _, heading, pitch = _pose(at, made, side, delay_s)
        about_z = Rotation.from_rotvec(np.outer(heading, [0.0, 0.0, 1.0]))
        return about_z * Rotation.from_rotvec(np.outer(pitch, [1.0, 0.0, 0.0]))

    before, here, after = (_pose(time_s + shift, made, side, delay_s)[0] for shift in (-step, 0.0, step))
    acceleration = (after - 2.0 * here + before) / step**2
    now = turned(time_s)
    rate = (turned(time_s - step).inv() * turned(time_s + step)).as_rotvec() / (2.0 * step)
    felt = now.inv().apply(acceleration + np.array([0.0, 0.0, NEWTONS_PER_KG]))
    return Motion(felt.astype(np.float32), np.degrees(rate).astype(np.float32))


def walk_of(made: Strides, *, change: "dict[Foot, Motion] | None" = None, rate_hz: float = RATE_HZ) -> Walk:
    """Both feet, the right one half a stride later; `change` takes the place of a foot's motion."""
    seconds = STANDING_S + (made.count + 1) * (STANCE_S + SWING_S) + 2.0
    time_s = OFF_THE_GRID_S + np.arange(round(seconds * rate_hz)) / rate_hz
    feet: dict[Foot, FootSignal] = {}
    for foot, delay_s in ((Foot.LEFT, 0.0), (Foot.RIGHT, 0.5 * (STANCE_S + SWING_S))):
        since = time_s - STANDING_S - delay_s
        number, within = np.divmod(since, STANCE_S + SWING_S)
        air = (since >= 0.0) & (number < made.count) & (within < SWING_S)
        force = np.where(air, 0.0, FORCE_N)
        motion = motion_of(foot, time_s, made, delay_s)
        feet[foot] = FootSignal(
            foot, time_s, force[:, None].astype(np.float32), motion=(change or {}).get(foot, motion)
        )
    return Walk(feet[Foot.LEFT], feet[Foot.RIGHT], rate_hz)


def without_forces(walk: Walk) -> Walk:
    """The same walk as a source of motion alone would have it: no columns of force."""

    def bare(foot: FootSignal | None) -> FootSignal | None:
        return None if foot is None else replace(foot, force_n=np.empty((len(foot), 0), np.float32))

    return replace(walk, left=bare(walk.left), right=bare(walk.right))
