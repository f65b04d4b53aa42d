"""Swing over stance: a parameter of each stride.

Import nothing here but numpy and `plantigrade.gait.parameters`: the registry of parameters loads this module
while it is being made.
"""

import numpy as np
from plantigrade.gait.parameters.added import AddedParameter, StrideFigures
from plantigrade.gait.parameters.definition import Home, Needs, ParameterDefinition, ParameterGroup, View


def swing_over_stance(strides: StrideFigures) -> np.ndarray:
    """(k,) how long a foot is in the air for each second that it is on the ground.

    Args:
        strides: the columns of one foot by name, as docs/reference/parameters.md has them; NaN where unknown.
    """
    return strides["swing_time_s"] / strides["stance_time_s"]


SWING_OVER_STANCE = AddedParameter(
    ParameterDefinition(
        name="swing_over_stance",
        title="Swing over stance",
        unit="1",
        home=Home.STRIDE,
        group=ParameterGroup.TIMING,
        needs=Needs.CONTACTS,
        definition="swing / stance of the same stride",
        limits="falls where walking is slow",
        shown={View.TIMING: 65},
    ),
    swing_over_stance,
)
