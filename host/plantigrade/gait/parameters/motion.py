"""How far, how fast and at which angle the foot moves; columns of the strides' table, after those of
force."""

from functools import partial
from typing import Final

from plantigrade.gait.parameters.definition import (
    Home,
    Needs,
    ParameterDefinition,
    ParameterGroup,
    View,
)

_MOVED: Final = Needs.CONTACTS | Needs.MOTION
_row = partial(ParameterDefinition, home=Home.STRIDE, group=ParameterGroup.MOTION, needs=_MOVED)
_walk = partial(ParameterDefinition, home=Home.WALK, group=ParameterGroup.MOTION, needs=_MOVED)
_HOW: Final = "see [motion](../explanation/motion.md)"
_SIDE: Final = "as right as the sensor lies straight in the shoe; withheld where its axes may be mirrored"

PARAMETERS: Final = (
    _row(
        "stride_length_m",
        "Stride length",
        "m",
        definition="horizontal distance of two footprints of the foot in a row",
        limits=_HOW,
        shown={View.SUMMARY: 14, View.MOTION: 20, View.COMPARISON: 4},
    ),
    _row(
        "speed_m_per_s",
        "Walking speed of a foot",
        "m/s",
        definition="stride length / stride time",
        limits="of each foot's own strides",
        shown={View.MOTION: 10, View.COMPARISON: 2},
    ),
    _row(
        "foot_progression_deg",
        "Foot progression angle",
        "deg",
        definition="angle of a footprint to the line to the foot's next one; outwards positive",
        limits=_SIDE,
        ratio=False,
        shown={View.SUMMARY: 16, View.MOTION: 30},
    ),
    _row(
        "toe_clearance_m",
        "Toe clearance",
        "m",
        definition="lowest height of the toes in mid-swing",
        limits="withheld: toes bend in early swing by more than they clear, and no sensor feels it",
        ratio=False,
    ),
    _row(
        "stride_length_sd_m",
        "Uncertainty of stride length",
        "m",
        definition="standard uncertainty: even drift, impacts, rolling at rest, 1 % for the sensor",
        limits="twice of it on either side holds 95 %",
        ratio=False,
        shown={View.MOTION: 25},
    ),
    _row(
        "foot_strike_deg",
        "Foot strike angle",
        "deg",
        definition="pitch of the foot at the contact that ends the swing, from that of the flat foot",
        limits="positive: heel first",
        ratio=False,
        shown={View.SUMMARY: 18, View.MOTION: 40},
    ),
    _row(
        "circumduction_m",
        "Circumduction",
        "m",
        definition="how far the swing goes outwards of the line between the footprints",
        limits=_SIDE,
        ratio=False,
        shown={View.MOTION: 45},
    ),
    _row(
        "turning_deg",
        "Turning",
        "deg",
        definition="change of the foot's heading over the stride; to the left positive",
        limits="of single strides; turns of at least 45° are listed",
        ratio=False,
    ),
    _row(
        "height_gain_m",
        "Height gained",
        "m",
        definition="how much higher the next footprint lies",
        limits="±0.06 m a stride: tells stairs, not slopes",
        ratio=False,
    ),
    _walk(
        "walking_speed_m_per_s",
        "Walking speed",
        "m/s",
        definition="mean of `speed_m_per_s` over the steady strides of both feet",
        limits="each walk has its own, too",
        shown={View.SUMMARY: 12, View.MOTION: 2},
    ),
    _walk(
        "walking_distance_m",
        "Walking distance",
        "m",
        definition="strides of the bouts added up, mean of the feet; unknown ones as the bout's median",
        limits="the way walked, with its turns",
        min_strides=0,
        shown={View.SUMMARY: 13, View.MOTION: 4},
    ),
    _walk(
        "walk_ratio_m_per_step_per_min",
        "Walk ratio",
        "m/(steps/min)",
        definition="half the stride length / cadence",
        limits="the half stands for the mean of both steps",
    ),
    _walk(
        "stride_length_left_right_pct",
        "Strides of the feet, agreement",
        "%",
        needs=_MOVED | Needs.BOTH_FEET,
        definition="100 (R - L) / mean of what the feet walked in the strides that both know",
        limits="both go the same way; beyond 10 % a finding says that one sensor is wrong",
        ratio=False,
        shown={View.MOTION: 6},
    ),
    _walk(
        "stairs_climbed_m",
        "Stairs climbed, height",
        "m",
        definition="heights of the flights that were climbed, added up",
        limits="flights of 3 stairs and more; in moving lifts and on escalators feet do not tell it",
        min_strides=0,
        ratio=False,
    ),
    _walk(
        "stairs_descended_m",
        "Stairs descended, height",
        "m",
        definition="heights of the flights that were descended, added up",
        limits="as `stairs_climbed_m`",
        min_strides=0,
        ratio=False,
    ),
    _walk(
        "floors_climbed",
        "Floors climbed",
        "floors",
        definition="`stairs_climbed_m` / 3 m",
        limits="storeys of a house may be lower or higher than 3 m",
        min_strides=0,
        ratio=False,
    ),
)
