"""Times and shares of the gait cycle; each is a column of the strides' table, in this order."""

from functools import partial
from typing import Final

from plantigrade.gait.parameters import sources
from plantigrade.gait.parameters.definition import (
    Home,
    Needs,
    ParameterDefinition,
    ParameterGroup,
    SymmetryIndex,
    View,
)

_row = partial(ParameterDefinition, home=Home.STRIDE, group=ParameterGroup.TIMING)
_BOTH: Final = Needs.CONTACTS | Needs.BOTH_FEET

PARAMETERS: Final = (
    _row(
        "stride_time_s",
        "Stride time",
        "s",
        needs=Needs.CONTACTS,
        definition="IC to next IC of the same foot",
        usual=sources.STRIDE_TIME,
        symmetry=SymmetryIndex("symmetry_stride_time_pct"),
        shown={
            View.SUMMARY: 10,
            View.TIMING: 10,
            View.COMPARISON: 10,
            View.PAGE_WALK: 20,
            View.SOURCES: 10,
        },
    ),
    _row(
        "stance_time_s",
        "Stance time",
        "s",
        needs=Needs.CONTACTS,
        definition="IC to FC",
        limits="FC is the less certain event: bias of ± 5 ms",
        symmetry=SymmetryIndex("symmetry_stance_time_pct", {View.VARIABILITY: 70}),
    ),
    _row(
        "swing_time_s",
        "Swing time",
        "s",
        needs=Needs.CONTACTS,
        definition="FC to next IC",
        symmetry=SymmetryIndex("symmetry_swing_time_pct"),
    ),
    _row(
        "stance_pct",
        "Stance",
        "%",
        needs=Needs.CONTACTS,
        definition="100 stance / stride",
        usual=sources.STANCE,
        limits="falls with speed, about 3.5 points for 1 m/s; two good reference systems differ by 4 points",
        shown={
            View.SUMMARY: 40,
            View.TIMING: 30,
            View.COMPARISON: 20,
            View.PAGE_FEET: 10,
            View.TIMING_FIGURE: 10,
            View.SOURCES: 40,
        },
    ),
    _row(
        "swing_pct",
        "Swing",
        "%",
        needs=Needs.CONTACTS,
        definition="100 swing / stride",
        usual=sources.SWING,
        limits="100 - `stance_pct`",
        shown={View.SUMMARY: 50, View.TIMING: 40, View.TIMING_FIGURE: 20, View.SOURCES: 30},
    ),
    _row(
        "step_time_s",
        "Step time",
        "s",
        needs=_BOTH,
        definition="IC of the other foot to IC of this foot",
        symmetry=SymmetryIndex("symmetry_step_time_pct"),
        shown={View.SUMMARY: 90, View.TIMING: 70, View.PAGE_FEET: 30},
    ),
    _row(
        "initial_double_support_s",
        "Initial double support",
        "s",
        needs=_BOTH,
        definition="IC to FC of the other foot",
    ),
    _row(
        "terminal_double_support_s",
        "Terminal double support",
        "s",
        needs=_BOTH,
        definition="IC of the other foot to FC",
    ),
    _row(
        "single_support_s",
        "Single support",
        "s",
        needs=_BOTH,
        definition="FC of the other foot to its IC",
        limits="equals the other foot's swing",
        symmetry=SymmetryIndex("symmetry_single_support_pct"),
        shown={View.SUMMARY: 80, View.TIMING: 60},
    ),
    _row(
        "double_support_s",
        "Double support time",
        "s",
        needs=_BOTH,
        definition="initial and terminal double support added",
        limits="sums the errors of four events",
    ),
    _row(
        "double_support_pct",
        "Double support",
        "%",
        needs=_BOTH,
        definition="100 double support / stride",
        usual=sources.DOUBLE_SUPPORT,
        shown={
            View.SUMMARY: 70,
            View.TIMING: 50,
            View.COMPARISON: 30,
            View.PAGE_FEET: 20,
            View.TIMING_FIGURE: 30,
            View.SOURCES: 70,
        },
    ),
    _row(
        "foot_flat_s",
        "Foot flat",
        "s",
        needs=Needs.CONTACTS | Needs.PLACES,
        definition="IC to the first time that heel and forefoot both carry more than 10 % of their own peak",
        limits="needs sensors under both",
    ),
    _row(
        "heel_off_s",
        "Heel off",
        "s",
        needs=Needs.CONTACTS | Needs.PLACES,
        definition="IC to the time when the heel falls below 10 % of its peak for good",
        limits="the same",
    ),
    _row(
        "initial_contact_sd_s",
        "Uncertainty of initial contact",
        "s",
        needs=Needs.CONTACTS,
        definition=(
            "√(a² + b²) / √12: a = time from IC until the load has risen by 5 % of the foot's range, "
            "b = time between the samples around IC"
        ),
        limits="SD of an instant that lies evenly in that time, in which the foot may be on the ground",
        ratio=False,
    ),
    _row(
        "final_contact_sd_s",
        "Uncertainty of final contact",
        "s",
        needs=Needs.CONTACTS,
        definition="the same for FC: a = time since the load was 5 % of the range above that at FC",
        limits="the same; long where the shoe lets go slowly",
        ratio=False,
    ),
    _row(
        "bridged_samples",
        "Bridged samples",
        "1",
        needs=Needs.CONTACTS,
        definition="samples of the cycle that are missing and for which straight lines stand",
        limits="gaps of at most 33 ms from sample to sample; counted as missing in the accounting",
        ratio=False,
    ),
)
