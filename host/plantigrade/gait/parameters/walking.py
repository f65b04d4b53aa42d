"""Figures of the walk as a whole: how much, how fast, how steadily."""

from functools import partial
from typing import Final

from plantigrade.gait.parameters import sources
from plantigrade.gait.parameters.definition import (
    MIN_STRIDES,
    MIN_STRIDES_VARIABILITY,
    Home,
    Needs,
    ParameterDefinition,
    ParameterGroup,
    View,
)
from plantigrade.gait.settings import FEWEST_WALKS

_row = partial(ParameterDefinition, home=Home.WALK, group=ParameterGroup.WALKING, needs=Needs.CONTACTS)
_variation = partial(_row, min_strides=MIN_STRIDES_VARIABILITY, ratio=False)

_OWN_CVS: Final = "mean of the feet's own CVs"
_NOISE: Final = "30 strides; timing noise of the detector adds to it: see [validation](validation.md)"
_WALKS: Final = "CV of the means of single walks"
_THREE_WALKS: Final = "3 walks of at least 12 steady strides each"

PARAMETERS: Final = (
    _row(
        "cadence_steps_per_min",
        "Cadence",
        "steps/min",
        definition="120 / mean stride time",
        usual=sources.CADENCE,
        limits="of steady walking; each bout has its own over all its steps",
        shown={View.SUMMARY: 30, View.TIMING: 20, View.PAGE_WALK: 10, View.SOURCES: 60},
    ),
    _row(
        "steps",
        "Steps",
        "steps",
        definition="initial contacts inside bouts",
        limits="with one foot: twice that foot's",
        min_strides=0,
    ),
    _row(
        "walking_time_s",
        "Walking time",
        "s",
        definition="sum of the bouts",
        limits="a bout has ≥ 4 strides, ≥ 3 a side, breaks ≤ 3 s (Mobilise-D)",
        min_strides=0,
    ),
    _row("walking_bouts", "Walking bouts", "bouts", definition="count", min_strides=0),
    _variation(
        "stride_time_cv_pct",
        "Stride time, variation",
        "%",
        definition=_OWN_CVS,
        usual=sources.STRIDE_TIME_CV,
        limits=_NOISE,
        cv_of="stride_time_s",
        shown={View.SUMMARY: 20, View.VARIABILITY: 10, View.PAGE_WALK: 30, View.SOURCES: 20},
    ),
    _variation(
        "swing_time_cv_pct",
        "Swing time, variation",
        "%",
        definition=_OWN_CVS,
        usual=sources.SWING_TIME_CV,
        limits=_NOISE,
        cv_of="swing_time_s",
        shown={View.SUMMARY: 60, View.VARIABILITY: 20, View.PAGE_WALK: 40, View.SOURCES: 50},
    ),
    _variation(
        "stance_time_cv_pct",
        "Stance time, variation",
        "%",
        definition=_OWN_CVS,
        limits=_NOISE,
        cv_of="stance_time_s",
        shown={View.VARIABILITY: 30},
    ),
    _variation(
        "swing_share_cv_pct",
        "Swing, variation",
        "%",
        definition="CV of `swing_pct`, mean of the feet",
        limits="30 strides",
        cv_of="swing_pct",
    ),
    _variation(
        "double_support_cv_pct",
        "Double support, variation",
        "%",
        needs=Needs.CONTACTS | Needs.BOTH_FEET,
        definition=_OWN_CVS,
        limits=_NOISE,
        cv_of="double_support_s",
        shown={View.VARIABILITY: 40},
    ),
    _row(
        "walk_to_walk_stride_time_cv_pct",
        "Stride time, variation between walks",
        "%",
        definition=_WALKS,
        limits=_THREE_WALKS,
        min_strides=FEWEST_WALKS * MIN_STRIDES,
        walk_cv_of="stride_time_s",
        ratio=False,
    ),
    _row(
        "walk_to_walk_swing_time_cv_pct",
        "Swing time, variation between walks",
        "%",
        definition=_WALKS,
        limits=_THREE_WALKS,
        min_strides=FEWEST_WALKS * MIN_STRIDES,
        walk_cv_of="swing_time_s",
        ratio=False,
    ),
)
