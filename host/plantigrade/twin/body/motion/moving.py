"""Motion of both feet of a virtual walk, consistent with its forces, and the truth of each stride."""

from dataclasses import dataclass

import numpy as np

from plantigrade.array_types import F64
from plantigrade.twin.body.conditions import Change, combined
from plantigrade.twin.body.motion import settings as size
from plantigrade.twin.body.motion.course import STRAIGHT, Course, Turn
from plantigrade.twin.body.motion.footprints import OUTWARDS, Footprints, directions, place_feet
from plantigrade.twin.body.motion.habits import Habits, draw_habits
from plantigrade.twin.body.motion.inertial import Inertial, felt, ringing
from plantigrade.twin.body.motion.trajectory import UP, Strides, Trajectory, build
from plantigrade.twin.body.motion.truth import TrueStrides, true_strides
from plantigrade.twin.body.person import FALL_AT, FALL_WIDTH
from plantigrade.twin.body.walking import FEET, TrueStances, VirtualWalk


@dataclass(frozen=True, eq=False)
class FootMotion:
    """One foot that moves.

    Attributes:
        trajectory: where the foot is at any time.
        sensor_m: (3,) place of the motion sensor from the ball, in the foot's axes.
        impact_m_s2: (K,) peak of the shoe's ringing after each contact.
        truth: of each stride.
    """

    trajectory: Trajectory
    sensor_m: F64
    impact_m_s2: F64
    truth: TrueStrides

    def felt(self, time_s: F64) -> Inertial:
        """What a perfect sensor feels at these times (n,) in seconds of the walk."""
        pose = self.trajectory.at(time_s)
        signals = felt(pose, self.sensor_m)
        ring = ringing(time_s, self.trajectory.strides.contact_s, self.impact_m_s2)
        shaken = ring[:, None] * (UP - 0.5 * directions(np.degrees(pose.yaw[0])))
        signals.acc_m_s2[:] += np.einsum("nji,nj->ni", signals.rotation, shaken)
        return signals


@dataclass(frozen=True, eq=False)
class WalkMotion:
    """Motion of a virtual walk.

    Attributes:
        left, right: the feet.
        turns: of the walker, as the course has them.
        habits: how this person moves their feet.
        seconds: length of the walk.
    """

    left: FootMotion
    right: FootMotion
    turns: tuple[Turn, ...]
    habits: Habits
    seconds: float

    def felt(self, rate_hz: float = 100.0) -> tuple[Inertial, Inertial]:
        """What perfect sensors of left and right feel in each row of forces at this rate."""
        time_s = np.arange(round(self.seconds * rate_hz)) / rate_hz
        return self.left.felt(time_s), self.right.felt(time_s)


def move(made: VirtualWalk, seed: int, course: Course = STRAIGHT, habits: Habits | None = None) -> WalkMotion:
    """How the feet of a virtual walk move; its forces stay as they are.

    Args:
        made: the walk, of `twin.body.walk`.
        seed: of the person's habits; the strides' own chances follow from it.
        course: turns, slopes and stairs.
        habits: instead of drawn ones.

    Raises:
        ValueError: a foot of the walk has no contact.
    """
    habits = habits or draw_habits(made.person, seed)
    draw = np.random.default_rng([seed, 22])
    seconds = made.forces.seconds
    changes = tuple(combined(made.conditions, foot) for foot in FEET)
    stances = tuple(_beyond(truth, seconds) for truth in (made.left, made.right))
    prints = place_feet((stances[0].contact_s, stances[1].contact_s), habits, course, changes[0].spread, draw)
    feet = [
        _foot(index, stances[index], prints[index], habits, changes[index], made, draw) for index in range(2)
    ]
    return WalkMotion(feet[0], feet[1], course.turns, habits, seconds)


def _beyond(truth: TrueStances, seconds: float) -> TrueStances:
    """The stances and one more behind the end of the walk, to which the last swing leads."""
    if len(truth.contact_s) == 0:
        raise ValueError("a walk in which a foot has no contact has no motion: walk for 2 s at least")
    strides = np.diff(truth.contact_s)
    usual_s = float(np.median(strides)) if len(strides) else 1.1
    last_s = max(
        truth.contact_s[-1] + usual_s, truth.contact_s[-1] + truth.stance_s[-1] + 0.2, seconds + 0.05
    )
    return TrueStances(
        np.append(truth.contact_s, last_s), np.append(truth.stance_s, np.median(truth.stance_s))
    )


def _foot(
    index: int,
    stances: TrueStances,
    prints: Footprints,
    habits: Habits,
    change: Change,
    made: VirtualWalk,
    draw: np.random.Generator,
) -> FootMotion:
    strides = _strides(index, stances, habits, change, made, draw)
    impact = (
        habits.impact_m_s2
        / change.rise
        * np.exp(size.IMPACT_LOG_SD * draw.normal(0, 1, len(stances.contact_s)))
    )
    trajectory = build(strides, prints, made.forces.seconds + 1.0)
    length_m, out = habits.foot_length_m, -OUTWARDS[index]
    sensor = np.array(
        [out * size.SENSOR_OUT_M, (size.SENSOR_FORWARD - size.BALL_AT) * length_m, size.SENSOR_UP_M]
    )
    return FootMotion(trajectory, sensor, impact, true_strides(trajectory, OUTWARDS[index]))


def _strides(
    index: int,
    stances: TrueStances,
    habits: Habits,
    change: Change,
    made: VirtualWalk,
    draw: np.random.Generator,
) -> Strides:
    count = len(stances.contact_s)
    heel_off_at = _heel_off_at(made.person.log_heel_hold[index], change)
    flat_at = min(size.FOOT_FLAT_AT * float(np.sqrt(change.rise)), size.FOOT_FLAT_LATEST)

    def noisy(middle: float, sd: float) -> F64:
        return middle + sd * np.clip(draw.normal(0, 1, count), -3.0, 3.0)

    clearance = noisy(habits.toe_clearance_m[index], size.CLEARANCE_SD_M)
    out = OUTWARDS[index]
    return Strides(
        contact_s=stances.contact_s,
        flat_s=stances.contact_s + flat_at * stances.stance_s,
        heel_off_s=stances.contact_s + heel_off_at * stances.stance_s,
        ball_off_s=stances.contact_s + size.BALL_OFF_AT * stances.stance_s,
        toe_off_s=stances.contact_s + stances.stance_s,
        strike_deg=noisy(habits.strike_deg[index], size.STRIKE_SD_DEG),
        lift_off_deg=noisy(habits.lift_off_deg[index], size.LIFT_OFF_SD_DEG),
        clearance_m=np.maximum(clearance, size.TOE_CLEARANCE_M[2]),
        out_m=out * noisy(habits.circumduction_m[index], 0.1 * habits.circumduction_m[index]),
        roll_deg=-out * noisy(habits.swing_roll_deg, 0.1 * habits.swing_roll_deg),
        contact_m_s=(size.CONTACT_FORWARD * made.person.speed_m_s, size.CONTACT_DOWN_M_S),
        length_m=habits.foot_length_m,
    )


def _heel_off_at(log_heel_hold: float, change: Change) -> float:
    """Share of stance at which the heel rises: as its force ends."""
    fall = float(FALL_AT[:4].mean()) * change.heel_hold * float(np.exp(log_heel_hold))
    return max(fall + size.HEEL_OFF_AFTER_FALL * float(FALL_WIDTH[0]), size.HEEL_OFF_EARLIEST)
