"""Kinds of activity, and flights of stairs with their totals."""

from collections.abc import Sequence
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


@dataclass(frozen=True)
class StairTotals:
    """All flights up, or all down.

    Attributes:
        height_m: climbed, or descended; not negative.
        height_sd_m: its standard uncertainty: what is off in one flight is off in the next, and adds up.
        flights, steps: how many flights, and stairs.
        step_by_step: flights with both feet on each stair.
    """

    height_m: float
    height_sd_m: float
    flights: int
    steps: int
    step_by_step: int

    @classmethod
    def of(cls, flights: Sequence[Flight]) -> "StairTotals":
        """Of flights in one direction.

        Example:
            >>> flight = Flight(0.0, 9.0, -1.5, 0.1, 9, StairPattern.STEP_BY_STEP)
            >>> StairTotals.of([flight, flight])
            StairTotals(height_m=3.0, height_sd_m=0.2, flights=2, steps=18, step_by_step=2)
        """
        return cls(
            height_m=sum(abs(one.height_m) for one in flights),
            height_sd_m=sum(one.height_sd_m for one in flights),
            flights=len(flights),
            steps=sum(one.steps for one in flights),
            step_by_step=sum(one.pattern is StairPattern.STEP_BY_STEP for one in flights),
        )


def stair_totals(flights: Sequence[Flight]) -> dict[str, StairTotals]:
    """What was climbed ("up") and what was descended ("down"); a direction without flights is left out."""
    ways = {
        "up": [one for one in flights if one.height_m > 0],
        "down": [one for one in flights if one.height_m < 0],
    }
    return {way: StairTotals.of(own) for way, own in ways.items() if own}
