"""Figures that compare and coordinate the feet. Symmetry indices follow from the parameters that have one."""

from collections.abc import Iterable
from dataclasses import replace
from functools import partial
from typing import Final

from plantigrade.gait.parameters import sources
from plantigrade.gait.parameters.definition import Home, Needs, ParameterDefinition, ParameterGroup, View

_row = partial(ParameterDefinition, home=Home.WALK, group=ParameterGroup.BOTH_FEET)
_BOTH: Final = Needs.CONTACTS | Needs.BOTH_FEET
_PHASE: Final = "mean of φ and the two parts of the index"

SYMMETRY_INDEX: Final = _row(
    "symmetry_index_pct",
    "Symmetry indices",
    "%",
    needs=_BOTH,
    definition="100 (R - L) / ((R + L) / 2) of the means",
    usual=sources.SYMMETRY,
    limits="positive: right has more. The limit of 10 % is a convention",
    ratio=False,
    shown={View.SOURCES: 90},
)
"""What all symmetry indices have in common; no figure has this name itself."""


def symmetry_indices(parameters: Iterable[ParameterDefinition]) -> tuple[ParameterDefinition, ...]:
    """Rows of the symmetry indices of those parameters that have one."""
    return tuple(
        replace(
            SYMMETRY_INDEX,
            name=one.symmetry.name,
            title=f"Symmetry index, {one.title[0].lower()}{one.title[1:]}",
            needs=one.needs | Needs.BOTH_FEET,
            shown=one.symmetry.shown,
        )
        for one in parameters
        if one.symmetry is not None
    )


PARAMETERS: Final = (
    _row(
        "gait_asymmetry_pct",
        "Gait asymmetry, swing",
        "%",
        needs=_BOTH,
        definition="100 abs(ln(shorter swing / longer swing))",
        limits="Plotnik 2005",
        shown={View.SUMMARY: 110, View.VARIABILITY: 60, View.PAGE_WALK: 60},
    ),
    _row(
        "phase_coordination_index_pct",
        "Phase coordination index",
        "%",
        needs=_BOTH,
        definition="CV of φ + 100 mean abs(φ - 180°) / 180°, φ = 360° step / stride",
        usual=sources.PHASE_COORDINATION,
        limits="5.7 ± 2.0 from 75 years on",
        shown={View.SUMMARY: 100, View.VARIABILITY: 50, View.PAGE_WALK: 50, View.SOURCES: 80},
    ),
    _row("phase_deg", "Phase", "deg", needs=_BOTH, definition=_PHASE),
    _row("phase_cv_pct", "Phase, variation", "%", needs=_BOTH, definition=_PHASE, ratio=False),
    _row("phase_accuracy_pct", "Phase, distance from 180°", "%", needs=_BOTH, definition=_PHASE),
    _row(
        "butterfly_crossing_x_pct",
        "Butterfly crossing, to the side",
        "%",
        needs=_BOTH | Needs.PLACES,
        definition="where the two diagonals of the butterfly cross, to the right",
        limits="feet are drawn side by side at 0.6 of the length: a convention, no stance width",
        min_strides=3,
        page_unit="% of half the drawn distance of the feet",
        shown={View.VARIABILITY: 90},
    ),
    _row(
        "butterfly_crossing_y_pct",
        "Butterfly crossing, along",
        "%",
        needs=_BOTH | Needs.PLACES,
        definition="the same, along the insole",
        min_strides=3,
        page_unit="% of length",
        shown={View.VARIABILITY: 100},
    ),
    _row(
        "butterfly_asymmetry_pct",
        "Load asymmetry, right - left",
        "%",
        needs=_BOTH | Needs.NEWTONS,
        definition="100 (R - L) / (R + L) of the load over the cycle",
        min_strides=3,
        shown={View.SUMMARY: 120, View.VARIABILITY: 110, View.PAGE_WALK: 70},
    ),
)
