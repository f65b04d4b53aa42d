"""Every figure of how a virtual walker's feet move, with where it was measured.

Speed and stride time are the forces' own (`twin.body.settings`); the stride length is their product. "Murray"
are the men and women of Murray 1964 and 1970 (foot angle 7 and 6 degrees, walking base 8 and 7 cm).
"Recalled" are figures of published studies that were not read again for this; "assumed" has no source.
"""

from typing import Final

AT_M_S: Final = 1.25
"""Speed that figures hold at; slopes lead away from it."""

# -- how people differ: mean, SD, least, most

FOOT_LENGTH_M: Final = (0.262, 0.016, 0.215, 0.310)
"""Of the shoe's sole from heel to toes (assumed: EU 35 to 46)."""
STEP_WIDTH_M: Final = (0.090, 0.028, 0.02, 0.20)
"""Between the lines of the heels (Murray: 7 to 8 cm; recalled: 7 to 10)."""
TOE_OUT_DEG: Final = (6.5, 5.0, -12.0, 22.0)
"""Of the mean of both feet (Murray: 6 and 7; spread recalled)."""
TOE_OUT_FOOT_SD_DEG: Final = 2.5
"""How each foot of a person differs from their mean (a treadmill's walker: 7.6 and 0.7 degrees)."""
TOE_CLEARANCE_M: Final = (0.016, 0.005, 0.006, 0.040)
"""Least height of the toe in mid-swing (recalled: 1.3 to 2.2 cm)."""
STRIKE_DEG: Final = (23.0, 4.5, 6.0, 38.0)
STRIKE_DEG_PER_M_S: Final = 11.0
"""Pitch of the foot at contact (recalled: 20 to 28 degrees, more when fast)."""
LIFT_OFF_DEG: Final = (-63.0, 6.0, -85.0, -35.0)
LIFT_OFF_DEG_PER_M_S: Final = -12.0
"""Pitch of the rear of the foot as the toes leave (recalled: -60 to -70 degrees)."""
CIRCUMDUCTION_M: Final = (0.020, 0.009, 0.0, 0.06)
"""How far the ball swings outwards (recalled: 2 to 3 cm)."""
SWING_ROLL_DEG: Final = (6.0, 2.5, 0.0, 14.0)
"""Inversion in mid-swing (recalled)."""
IMPACT_M_S2: Final = (22.0, 7.0, 6.0, 60.0)
IMPACT_POWER: Final = 1.6
"""Peak of the shoe's ringing after contact, and how it rises with speed (chosen: a fast recorded walk peaks
at 9.8 g in all)."""

# -- from stride to stride

STEP_LENGTH_PER_STRIDE_CV: Final = 1.5
"""SD of a step's length over the person's CV of the stride time: strides differ by about 2 % (recalled: 1.5
to 3 %)."""
FOOTPRINT_SD_M: Final = 0.004
STEP_WIDTH_SD_M: Final = 0.018
"""(recalled: 1.5 to 2.5 cm)"""
TOE_OUT_SD_DEG: Final = 1.8
"""(a treadmill's walker: 2.5 degrees, its own error in it)"""
CLEARANCE_SD_M: Final = 0.0030
STRIKE_SD_DEG: Final = 1.5
LIFT_OFF_SD_DEG: Final = 2.0
IMPACT_LOG_SD: Final = 0.20

# -- times, as shares of the stance

FOOT_FLAT_AT: Final = 0.17
"""When the forefoot is down: between the rise of the midfoot's and of the metatarsal heads' forces."""
FOOT_FLAT_LATEST: Final = 0.30
HEEL_OFF_AFTER_FALL: Final = 0.9
"""Heel-off lies so many widths behind the middle of the fall of the heel's force."""
HEEL_OFF_EARLIEST: Final = 0.42
BALL_OFF_AT: Final = 0.92
"""When the ball leaves the ground and only the toes are left."""
BALL_AT: Final = 0.70
TOES_AT: Final = 0.97
"""Shares of the sole's length, from the heel end: where it bends, where the toes end."""

# -- contact

CONTACT_FORWARD: Final = 0.30
CONTACT_DOWN_M_S: Final = 0.20
"""Speed of the heel as it touches: a share of the walking speed, and downwards (recalled)."""
SETTLE_S: Final = 0.030
"""In which the shoe takes that up."""
STRIKE_RATE: Final = 0.5
"""Angular rate at contact over the mean rate of lowering the foot."""
RING_S: Final = 0.090
RING_HZ: Final = 28.0

# -- turns

TURN_STEP: Final = 0.55
"""Length of a step in a turn over one straight on, where it is as sharp as below (assumed)."""
TURN_FULL_DEG_PER_S: Final = 70.0

# -- where the motion sensor sits

SENSOR_FORWARD: Final = 0.32
SENSOR_OUT_M: Final = 0.045
SENSOR_UP_M: Final = 0.045
"""In the case at the outer side of the shoe: share of the sole's length from the heel end, from the middle
line, above the sole."""
