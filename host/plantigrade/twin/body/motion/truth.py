"""What is true of each stride of a virtual foot, in the terms in which gait analysis tells it."""

from dataclasses import dataclass

import numpy as np

from plantigrade.array_types import F64
from plantigrade.twin.body.motion.trajectory import CLEARANCE_WINDOW, Trajectory, toe_heights


@dataclass(frozen=True, eq=False)
class TrueStrides:
    """Of one foot with K contacts; a stride goes from one to the next. Arrays of contacts are (K,), those of
    strides (K - 1,).

    The last contact lies behind the end of the walk, so that the last stride may be seen in part only.

    Attributes:
        contact_s: initial contacts.
        toe_off_s: ends of the stances that they begin.
        flat_from_s, flat_until_s: between them the foot lies flat and at rest.
        strike_deg: pitch of the foot over the ground at contact.
        heel_m: (K, 3) middle of the heel's end in stance.
        yaw_deg: direction of the toes in stance, from y to the left.
        stride_length_m: horizontal distance of the footprints' heels.
        speed_m_per_s: that over the stride's time.
        height_gain_m: how much higher the next footprint lies.
        foot_progression_deg: angle of the first footprint to the line to the next, outwards positive.
        turning_deg: by how much the next footprint is turned, to the left positive.
        toe_clearance_m: least height of the toes over the ground in mid-swing.
        lift_off_deg: pitch of the rear foot as the toes leave.
        circumduction_m: the most by which the ball swings out of the straight line between its footprints,
            outwards positive.
    """

    contact_s: F64
    toe_off_s: F64
    flat_from_s: F64
    flat_until_s: F64
    strike_deg: F64
    heel_m: F64
    yaw_deg: F64
    stride_length_m: F64
    speed_m_per_s: F64
    height_gain_m: F64
    foot_progression_deg: F64
    turning_deg: F64
    toe_clearance_m: F64
    lift_off_deg: F64
    circumduction_m: F64


def true_strides(trajectory: Trajectory, outwards: float) -> TrueStrides:
    """The truth of a foot; `outwards` is 1 for the left foot, -1 for the right one."""
    strides = trajectory.strides
    heel, yaw = trajectory.prints.heel_m[1:], trajectory.prints.yaw_deg[1:]
    step = np.diff(heel, axis=0)
    length = np.hypot(step[:, 0], step[:, 1])
    walking_deg = np.degrees(np.arctan2(-step[:, 0], step[:, 1]))
    clearance, swings_out = _swings(trajectory, outwards)
    return TrueStrides(
        contact_s=strides.contact_s,
        toe_off_s=strides.toe_off_s,
        flat_from_s=strides.flat_s,
        flat_until_s=strides.heel_off_s,
        strike_deg=strides.strike_deg,
        heel_m=heel,
        yaw_deg=yaw,
        stride_length_m=length,
        speed_m_per_s=length / np.diff(strides.contact_s),
        height_gain_m=step[:, 2],
        foot_progression_deg=outwards * _within_half_turn(yaw[:-1] - walking_deg),
        turning_deg=np.diff(yaw),
        toe_clearance_m=clearance,
        lift_off_deg=strides.lift_off_deg[:-1],
        circumduction_m=swings_out,
    )


def _within_half_turn(angle_deg: F64) -> F64:
    return (angle_deg + 180.0) % 360.0 - 180.0


def _swings(trajectory: Trajectory, outwards: float) -> tuple[F64, F64]:
    """Least height of the toes and most outward way of the ball in each swing but the first (K - 1,)."""
    strides, prints = trajectory.strides, trajectory.prints
    begins, ends = strides.ball_off_s[:-1], strides.contact_s[1:]
    share = np.linspace(0.0, 1.0, 201)
    times = begins[:, None] + share * (ends - begins)[:, None]
    pose = trajectory.at(np.minimum(times, ends[:, None] - 1e-9).ravel())
    ball = pose.ball_m[0].reshape(*times.shape, 3)
    pitch = pose.pitch[0].reshape(times.shape)
    shape = np.concatenate([[0.0 * begins[0]], begins])[:, None] * np.zeros_like(share)
    full_ball = np.concatenate([shape[:1], ball[:, :, 2]])
    full_pitch = np.concatenate([shape[:1], pitch])
    heights = toe_heights(strides, prints, full_ball, full_pitch, share)[1:]
    middle = (share >= CLEARANCE_WINDOW[0]) & (share <= CLEARANCE_WINDOW[1])
    start, end = ball[:, :1, :2], ball[:, -1:, :2]
    along = (end - start) / np.linalg.norm(end - start, axis=2, keepdims=True)
    off = ball[:, :, :2] - start
    left = along[:, :, 0] * off[:, :, 1] - along[:, :, 1] * off[:, :, 0]
    return heights[:, middle].min(axis=1), (outwards * left).max(axis=1)
