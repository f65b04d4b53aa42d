"""What a wearer does: names of activities, and flights of stairs."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final, Literal

ActivityKind = Literal[
    "walking",
    "standing",
    "sitting",
    "not_worn",
    "unknown",
    "stairs_up",
    "stairs_down",
    "lying",
    "cycling",
]
ON_FOOT: Final[tuple[ActivityKind, ...]] = ("walking", "stairs_up", "stairs_down")
"""Activities in which steps are made."""


class StairPattern(StrEnum):
    """How the feet take stairs."""

    STEP_OVER_STEP = "step_over_step"
    """A foot on each stair: reciprocal."""
    STEP_BY_STEP = "step_by_step"
    """Both feet on each stair."""


@dataclass(frozen=True, slots=True)
class Flight:
    """A flight of stairs that was climbed or descended, from `from_s` to `to_s`.

    Attributes:
        height_m: how much higher it ends; negative downstairs.
        height_sd_m: its standard uncertainty.
        steps: stairs.
        pattern: one foot or both on each stair.
    """

    from_s: float
    to_s: float
    height_m: float
    height_sd_m: float
    steps: int
    pattern: StairPattern
