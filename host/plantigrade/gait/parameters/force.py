"""Force under a foot in stance; columns of the strides' table, in this order, after those of timing."""

from functools import partial
from typing import Final

from plantigrade.gait.parameters.definition import (
    Home,
    Needs,
    ParameterDefinition,
    ParameterGroup,
    PerBodyWeight,
    SymmetryIndex,
    View,
)

_row = partial(ParameterDefinition, home=Home.STRIDE, group=ParameterGroup.FORCE)
_FORCE: Final = Needs.CONTACTS | Needs.NEWTONS
_PEAKS: Final = _FORCE | Needs.TWO_PEAKS

_PEAK_AND_MEAN: Final = "greatest and mean force of stance"
_BOUNDARY: Final = "insoles miss what the shoe's edge carries"
_THREE: Final = "first peak, valley of mid-stance, push-off peak"
_NO_VALLEY: Final = (
    "unavailable in strides without two peaks and a valley of at least 2 % between them (slow walking)"
)
_WHEN: Final = "when, in % of stance"

PARAMETERS: Final = (
    _row(
        "peak_force_n",
        "Peak force",
        "N",
        needs=_FORCE,
        definition=_PEAK_AND_MEAN,
        limits=_BOUNDARY,
        symmetry=SymmetryIndex("symmetry_peak_force_pct"),
        shown={View.SUMMARY: 130, View.FORCE: 10, View.COMPARISON: 40, View.FORCE_FIGURE: 40},
    ),
    _row(
        "f1_n",
        "First peak F1",
        "N",
        needs=_PEAKS,
        definition=_THREE,
        limits=_NO_VALLEY,
        symmetry=SymmetryIndex("symmetry_f1_pct"),
        per_body_weight=PerBodyWeight("first_peak_bw"),
        shown={
            View.SUMMARY: 140,
            View.FORCE: 20,
            View.COMPARISON: 50,
            View.PAGE_FEET: 40,
            View.FORCE_FIGURE: 10,
        },
    ),
    _row("f1_time_pct", "Time of F1", "%", needs=_PEAKS, definition=_WHEN),
    _row(
        "f2_n",
        "Valley F2",
        "N",
        needs=_PEAKS,
        definition=_THREE,
        limits=_NO_VALLEY,
        shown={View.SUMMARY: 150, View.FORCE: 30, View.PAGE_FEET: 50, View.FORCE_FIGURE: 20},
    ),
    _row("f2_time_pct", "Time of F2", "%", needs=_PEAKS, definition=_WHEN),
    _row(
        "f3_n",
        "Second peak F3",
        "N",
        needs=_PEAKS,
        definition=_THREE,
        limits=_NO_VALLEY,
        symmetry=SymmetryIndex("symmetry_f3_pct"),
        per_body_weight=PerBodyWeight("push_off_bw"),
        shown={
            View.SUMMARY: 160,
            View.FORCE: 40,
            View.COMPARISON: 60,
            View.PAGE_FEET: 60,
            View.FORCE_FIGURE: 30,
        },
    ),
    _row("f3_time_pct", "Time of F3", "%", needs=_PEAKS, definition=_WHEN),
    _row(
        "loading_rate_n_per_s",
        "Loading rate",
        "N/s",
        needs=_FORCE,
        definition="slope between 20 and 80 % of F1",
        limits="depends on filter and rate: compare only like with like; 100 Hz is little for it",
        symmetry=SymmetryIndex("symmetry_loading_rate_pct"),
        per_body_weight=PerBodyWeight("loading_rate_bw_per_s", unit="1/s"),
        shown={View.SUMMARY: 170, View.FORCE: 50, View.COMPARISON: 70, View.PAGE_FEET: 70},
    ),
    _row(
        "push_off_rate_n_per_s",
        "Push-off rate",
        "N/s",
        needs=_FORCE,
        definition="the same on the falling edge after F3, positive",
        symmetry=SymmetryIndex("symmetry_push_off_rate_pct"),
        shown={View.SUMMARY: 180, View.FORCE: 60},
    ),
    _row(
        "impulse_n_s",
        "Impulse",
        "N s",
        needs=_FORCE,
        definition="integral of force over stance",
        symmetry=SymmetryIndex("symmetry_impulse_pct", {View.VARIABILITY: 80}),
        shown={View.SUMMARY: 190, View.FORCE: 70, View.PAGE_FEET: 80},
    ),
    _row("mean_force_n", "Mean force", "N", needs=_FORCE, definition=_PEAK_AND_MEAN, limits=_BOUNDARY),
)
