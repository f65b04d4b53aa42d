"""Where the feet come down: a footprint for each stance of a virtual walk."""

from dataclasses import dataclass
from typing import Final

import numpy as np

from plantigrade.array_types import F64
from plantigrade.twin.body.motion import settings as size
from plantigrade.twin.body.motion.course import Course
from plantigrade.twin.body.motion.habits import Habits

OUTWARDS: Final = (1.0, -1.0)
"""Sense of an outward displacement of left and right foot along the walker's left."""
FIRST_STEP: Final = 0.6
"""Length of the first step from standing over the usual one (assumed)."""


@dataclass(frozen=True, eq=False)
class Footprints:
    """Of one foot; the first one is where it stood before its first contact.

    Attributes:
        heel_m: (K + 1, 3) the middle of the heel's end in space: x and y on the ground, z upwards; at first
            the walker looks along y.
        yaw_deg: (K + 1,) direction of the toes from y, to the left positive.
        slope_deg: (K + 1,) pitch of the ground that the foot lies on.
    """

    heel_m: F64
    yaw_deg: F64
    slope_deg: F64


def directions(yaw_deg: F64) -> F64:
    """Unit vectors (n, 3) along the ground in these directions.

    >>> directions(np.array([0.0, 90.0])).round(3).tolist()
    [[-0.0, 1.0, 0.0], [-1.0, 0.0, 0.0]]
    """
    yaw = np.radians(yaw_deg)
    return np.stack([-np.sin(yaw), np.cos(yaw), np.zeros_like(yaw)], axis=-1)


def place_feet(
    contacts_s: tuple[F64, F64], habits: Habits, course: Course, spread: float, draw: np.random.Generator
) -> tuple[Footprints, Footprints]:
    """Footprints of left and right foot for their contacts (K,).

    `spread` is a factor on how steps differ.
    """
    time_s = np.concatenate(contacts_s)
    foot = np.repeat([0, 1], [len(contact_s) for contact_s in contacts_s])
    order = np.argsort(time_s, kind="stable")
    time_s, foot = time_s[order], foot[order]
    noise = 1.0 + habits.step_length_cv * spread * np.clip(draw.normal(0, 1, len(time_s)), -3, 3)
    usual_m = 0.5 * habits.stride_length_m * noise
    usual_m[:1] *= FIRST_STEP
    length, rise, slope = course.advances(time_s, usual_m)
    heading = course.heading_deg(time_s)
    between = 0.5 * (heading + np.concatenate([[0.0], heading[:-1]]))
    body = np.cumsum(length[:, None] * directions(between), axis=0)
    body[:, 2] = np.cumsum(rise)
    body = np.concatenate([np.zeros((2, 3)), body])
    foot = np.concatenate([[0, 1], foot])
    heading, slope = (np.concatenate([np.zeros(2), values]) for values in (heading, slope))
    outwards = np.array(OUTWARDS)[foot]
    along, across = directions(heading), directions(heading + 90.0)
    out_m = 0.5 * habits.step_width_m + 0.5 * size.STEP_WIDTH_SD_M * spread * draw.normal(0, 1, len(foot))
    late_m = size.FOOTPRINT_SD_M * spread * draw.normal(0, 1, len(foot))
    heel_m = body + (outwards * out_m)[:, None] * across + late_m[:, None] * along
    toe_out = np.array(habits.toe_out_deg)[foot] + size.TOE_OUT_SD_DEG * draw.normal(0, 1, len(foot))
    yaw = heading + outwards * toe_out
    left, right = (Footprints(heel_m[own], yaw[own], slope[own]) for own in (foot == 0, foot == 1))
    return left, right
