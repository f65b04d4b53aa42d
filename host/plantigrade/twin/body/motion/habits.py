"""How a virtual person moves their feet: what differs from one to the next and with the speed."""

from dataclasses import dataclass

import numpy as np

from plantigrade.twin.body.motion import settings as size
from plantigrade.twin.body.person import Person


@dataclass(frozen=True)
class Habits:
    """Of one person at one speed. Pairs are left and right.

    Attributes:
        foot_length_m: length of the sole.
        stride_length_m: mean length on level ground, straight on.
        step_length_cv: SD over mean of a step's length.
        step_width_m: distance of the lines on which the heels come down.
        toe_out_deg: foot progression angle of each foot, outwards positive.
        toe_clearance_m: least height of the toes in mid-swing.
        strike_deg: pitch of the foot at contact.
        lift_off_deg: pitch of the rear foot as the toes leave.
        circumduction_m: how far the ball swings outwards.
        swing_roll_deg: inversion in mid-swing.
        impact_m_s2: peak of the ringing after contact.
    """

    foot_length_m: float
    stride_length_m: float
    step_length_cv: float
    step_width_m: float
    toe_out_deg: tuple[float, float]
    toe_clearance_m: tuple[float, float]
    strike_deg: tuple[float, float]
    lift_off_deg: tuple[float, float]
    circumduction_m: tuple[float, float]
    swing_roll_deg: float
    impact_m_s2: float


def draw_habits(person: Person, seed: int) -> Habits:
    """The habits of a person, the same for the same seed at whatever speed: `seed` is the person's own.

    The stride length is speed times stride time of the forces: 1.28 m at 1.25 m/s.
    """
    draw = np.random.default_rng([seed, 21])

    def one(sizes: tuple[float, float, float, float], per_m_s: float = 0.0) -> float:
        mean, sd, least, most = sizes
        faster = person.speed_m_s - size.AT_M_S
        return float(np.clip(mean + sd * draw.normal() + per_m_s * faster, least, most))

    def feet(middle: float, sd: float, sizes: tuple[float, float, float, float]) -> tuple[float, float]:
        left, right = np.clip(middle + draw.normal(0, sd, 2), sizes[2], sizes[3])
        return float(left), float(right)

    clearance, circumduction = one(size.TOE_CLEARANCE_M), one(size.CIRCUMDUCTION_M)
    return Habits(
        foot_length_m=one(size.FOOT_LENGTH_M),
        stride_length_m=person.speed_m_s * person.stride_time_s,
        step_length_cv=size.STEP_LENGTH_PER_STRIDE_CV * person.stride_cv,
        step_width_m=one(size.STEP_WIDTH_M),
        toe_out_deg=feet(one(size.TOE_OUT_DEG), size.TOE_OUT_FOOT_SD_DEG, size.TOE_OUT_DEG),
        toe_clearance_m=feet(clearance, 0.15 * clearance, size.TOE_CLEARANCE_M),
        strike_deg=feet(one(size.STRIKE_DEG, size.STRIKE_DEG_PER_M_S), 1.5, size.STRIKE_DEG),
        lift_off_deg=feet(one(size.LIFT_OFF_DEG, size.LIFT_OFF_DEG_PER_M_S), 2.0, size.LIFT_OFF_DEG),
        circumduction_m=feet(circumduction, 0.2 * circumduction, size.CIRCUMDUCTION_M),
        swing_roll_deg=one(size.SWING_ROLL_DEG),
        impact_m_s2=one(size.IMPACT_M_S2) * (person.speed_m_s / size.AT_M_S) ** size.IMPACT_POWER,
    )
