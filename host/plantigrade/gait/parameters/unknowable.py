"""What force insoles cannot know; named, so that nobody looks for it in vain."""

from functools import partial
from typing import Final

from plantigrade.gait.parameters.definition import Home, Needs, ParameterDefinition, ParameterGroup

_row = partial(
    ParameterDefinition,
    home=Home.UNKNOWABLE,
    group=ParameterGroup.UNKNOWABLE,
    needs=Needs.MOTION,
    definition="force does not show how far or where the foot moves; an inertial sensor would",
)

PARAMETERS: Final = (
    _row("walking_speed_m_per_s", "Speed", "m/s"),
    _row("step_length_m", "Step length", "m"),
    _row("stride_length_m", "Stride length", "m"),
    _row("walk_ratio_m_per_step_per_min", "Walk ratio", "m/(steps/min)"),
    _row("foot_angle_deg", "Foot angle", "deg"),
)
