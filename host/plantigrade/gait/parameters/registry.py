"""All rows, and what is asked of them.

>>> definition_of("stance_pct").unit
'%'
>>> shown_in(View.PAGE_WALK)[:2]
('cadence_steps_per_min', 'stride_time_s')
"""

from collections.abc import Mapping
from typing import Final

from plantigrade.gait.parameters import (
    both_feet,
    force,
    motion,
    pressure,
    standing,
    timing,
    unknowable,
    walking,
)
from plantigrade.gait.parameters.added import added_parameters
from plantigrade.gait.parameters.definition import (
    Home,
    Norm,
    ParameterDefinition,
    ParameterGroup,
    PerBodyWeight,
    View,
    digits_of,
)

_OWN_OF_FEET: Final = (*timing.PARAMETERS, *force.PARAMETERS, *pressure.PARAMETERS)
_OWN: Final = (
    *timing.PARAMETERS,
    *walking.PARAMETERS,
    *both_feet.symmetry_indices(_OWN_OF_FEET),
    *both_feet.PARAMETERS,
    *force.PARAMETERS,
    *pressure.PARAMETERS,
    *motion.PARAMETERS,
    *standing.PARAMETERS,
    *unknowable.PARAMETERS,
)

ADDED: Final = added_parameters(frozenset(row.name for row in _OWN))
"""Parameters of each stride that installed packages add."""

_OF_FEET: Final = (*_OWN_OF_FEET, *ADDED.rows)

PARAMETERS: Final[Mapping[str, ParameterDefinition]] = {
    row.name: row for row in (*_OWN, *ADDED.rows, *both_feet.symmetry_indices(ADDED.rows))
}
"""By name, in the order of docs/reference/parameters.md; those of other packages at the end."""

SYMMETRY_OF: Final[Mapping[str, str]] = {
    row.name: row.symmetry.name for row in _OF_FEET if row.symmetry is not None
}
"""Parameter of each foot to the symmetry index that compares the feet."""

CV_OF: Final[Mapping[str, str]] = {row.cv_of: row.name for row in walking.PARAMETERS if row.cv_of}
"""Parameter of each stride to its variation from stride to stride."""

WALK_CV_OF: Final[Mapping[str, str]] = {
    row.walk_cv_of: row.name for row in walking.PARAMETERS if row.walk_cv_of
}
"""Parameter of each stride to its variation from walk to walk."""

PER_BODY_WEIGHT: Final[Mapping[str, PerBodyWeight]] = {
    row.name: row.per_body_weight for row in _OF_FEET if row.per_body_weight is not None
}
"""Parameter of each stride to what the rules of posture make of it with the body weight."""


def definition_of(name: str) -> ParameterDefinition:
    """The row of a parameter.

    Raises:
        KeyError: no parameter has this name.
    """
    return PARAMETERS[name]


def units_of(home: Home) -> dict[str, str]:
    """Names and units of the parameters that one part of an analysis holds, in the order of their rows."""
    return {name: row.unit for name, row in PARAMETERS.items() if row.home is home}


def shown_in(view: View) -> tuple[str, ...]:
    """Names of what a table for people shows, in its order; metrics by body weight are among them."""
    places = [(row.shown[view], row.name) for row in _with_common_row() if view in row.shown]
    places += [(one.shown[view], one.name) for one in PER_BODY_WEIGHT.values() if view in one.shown]
    return tuple(name for _, name in sorted(places))


def _with_common_row() -> tuple[ParameterDefinition, ...]:
    return (*PARAMETERS.values(), both_feet.SYMMETRY_INDEX)


NORMS: Final[Mapping[str, Norm]] = {
    row.name: row.usual for row in _with_common_row() if row.usual is not None
}
"""Published ranges of healthy adults by parameter, and the one of all symmetry indices as
`symmetry_index_pct`. They are shown beside figures and never used to compute one."""


def norm_of(name: str) -> Norm | None:
    """The usual range of a parameter, None where none is published or none transfers.

    >>> norm_of("stance_pct").text()
    '60.8 to 68.7'
    """
    return NORMS.get(name)


def group_of(name: str) -> ParameterGroup | None:
    """What kind of parameter it is; None for a name that no parameter has."""
    row = PARAMETERS.get(name)
    return None if row is None else row.group


_TITLES: Final = {row.name: row.title for row in _with_common_row()} | {
    one.name: one.title for one in PER_BODY_WEIGHT.values() if one.title
}
_SYMBOLS: Final = {row.name: row.symbol for row in _with_common_row()} | {
    one.name: one.unit for one in PER_BODY_WEIGHT.values()
}


def title_of(name: str) -> str:
    """A parameter's or metric's name for people; the name itself where it has no title.

    >>> title_of("f2_n"), title_of("forefoot_pti_bw")
    ('Valley F2', 'PTI forefoot at 700 N')
    """
    return _TITLES.get(name, name)


def symbol_of(name: str) -> str:
    """Unit of a parameter or metric without what it is a share of; "1" where it has none or is unknown.

    >>> symbol_of("gait_line_range_pct"), symbol_of("forefoot_pti_bw")
    ('%', 'kPa s')
    """
    return _SYMBOLS.get(name, "1")


_SHORT_M: Final = 0.1
"""A length in metres below this is shown to the millimetre: 0.03 m ± 0.00 says nothing."""


def digits_for(name: str, value: float) -> int:
    """Decimals that a parameter is shown with.

    >>> digits_for("stride_length_m", 1.234), digits_for("circumduction_m", 0.031)
    (2, 3)
    """
    return 3 if symbol_of(name) == "m" and abs(value) < _SHORT_M else digits_of(value)
