"""What insoles cannot know; named, so that nobody looks for it in vain."""

from functools import partial
from typing import Final

from plantigrade.gait.parameters.definition import Home, Needs, ParameterDefinition, ParameterGroup

_row = partial(
    ParameterDefinition,
    home=Home.UNKNOWABLE,
    group=ParameterGroup.UNKNOWABLE,
    needs=Needs.BOTH_FEET,
    definition=(
        "the insoles show the way of each foot, not where the feet are to each other; a mat or cameras would"
    ),
)

PARAMETERS: Final = (
    _row("step_length_m", "Step length", "m"),
    _row("stride_width_m", "Stride width", "m"),
)
