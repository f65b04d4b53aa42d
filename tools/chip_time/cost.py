"""A cost in two parts: cycles of the processor, and microseconds that do not depend on its clock."""

from dataclasses import dataclass

_CYCLES_PER_US = 240.0  # by which the dearer of two branches is chosen


@dataclass(frozen=True)
class Cost:
    """Attributes: `cycles` of the processor; `us` of converters, buses and waiting."""

    cycles: float = 0.0
    us: float = 0.0

    def __add__(self, other: "Cost") -> "Cost":
        return Cost(self.cycles + other.cycles, self.us + other.us)

    def __sub__(self, other: "Cost") -> "Cost":
        return Cost(self.cycles - other.cycles, self.us - other.us)

    def __mul__(self, factor: float) -> "Cost":
        return Cost(self.cycles * factor, self.us * factor)

    def __lt__(self, other: "Cost") -> bool:
        return self.weight < other.weight

    @property
    def weight(self) -> float:
        """What the dearer branch is chosen by, in microseconds at 240 MHz."""
        return self.cycles / _CYCLES_PER_US + self.us

    def at(self, mhz: float, band: float = 1.0) -> float:
        """Microseconds at a clock, with the cycles times `band`."""
        return self.cycles * band / mhz + self.us
