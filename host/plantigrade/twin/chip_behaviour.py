"""How unkind a virtual chip is: a level for all behaviours of `firmware/sim/chip/behaviour.py`, and values of
single ones."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

LEVELS = ("off", "typical", "worst")
TYPICAL = "typical"


@dataclass(frozen=True)
class ChipBehaviour:
    """What a board is told at power-on.

    Attributes:
        level: of every behaviour: "off" (kinder than any chip), "typical" or "worst".
        values: of single behaviours, by name, whatever the level.
    """

    level: str = TYPICAL
    values: Mapping[str, int] = field(default_factory=lambda: dict[str, int]())

    def __post_init__(self) -> None:
        """Check the level. ValueError for an unknown one."""
        if self.level not in LEVELS:
            raise ValueError(f"chip behaviour {self.level!r}: one of {', '.join(LEVELS)} is needed")

    def as_settings(self) -> dict[str, Any]:
        """The part "chip" of `board.json`."""
        return {"level": self.level, "set": dict(self.values)}
