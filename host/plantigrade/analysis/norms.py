"""Published ranges of healthy adults, shown beside the figures and never used to compute one.

Each range names its source; docs/reference/parameters.md repeats them and a test compares the two.
"""

from dataclasses import dataclass
from typing import Final


def digits_of(value: float) -> int:
    """Decimals that a figure is shown with: three significant digits, none beyond 100."""
    size = abs(value)
    return 0 if size >= 100 else 1 if size >= 10 else 2


@dataclass(frozen=True)
class Norm:
    """A range in which a healthy adult's figure usually lies.

    Attributes:
        low, high: in the unit of the parameter; None for an open end.
        source: whose figures, in short.
    """

    low: float | None
    high: float | None
    source: str

    def holds(self, value: float) -> bool:
        """Whether a figure, as it is shown, lies in the range."""
        value = round(value, digits_of(value))
        return (self.low is None or value >= self.low) and (self.high is None or value <= self.high)

    def text(self) -> str:
        """The range for people."""
        if self.low is None:
            return f"up to {self.high:g}"
        if self.high is None:
            return f"from {self.low:g}"
        return f"{self.low:g} to {self.high:g}"


_FRENKEL = "Frenkel-Toledo 2005, controls on level ground, mean +- 2 SD"
_PLOTNIK = "Plotnik 2007, adults of 40 to 75 years, mean + 2 SD"
_ROBINSON = "Robinson 1987; the limit of 10 % is a convention"
_CADENCE = "usual walking of healthy adults, 120 / stride time"
_STANDING = "mean of 416 adults 54 to 55 %; limits are ours, +- 10 points"
_LEVEL = "equal load; limits are ours, +- 5 points"

NORMS: Final = {
    "stride_time_s": Norm(0.90, 1.26, _FRENKEL),
    "stride_time_cv_pct": Norm(None, 2.66, _FRENKEL),
    "swing_pct": Norm(31.3, 39.2, _FRENKEL),
    "stance_pct": Norm(60.8, 68.7, _FRENKEL),
    "swing_time_cv_pct": Norm(None, 6.8, _FRENKEL),
    "cadence_steps_per_min": Norm(100.0, 120.0, _CADENCE),
    "double_support_pct": Norm(20.0, 30.0, "twice stance minus the cycle, from the range of stance; rounded"),
    "phase_coordination_index_pct": Norm(None, 5.4, _PLOTNIK),
    "symmetry_index_pct": Norm(-10.0, 10.0, _ROBINSON),
    "standing_left_load_pct": Norm(45.0, 55.0, _LEVEL),
    "standing_rear_load_pct": Norm(44.0, 65.0, _STANDING),
}
"""By parameter. Symmetry indices (`symmetry_..._pct`) share the range of `symmetry_index_pct`."""


def norm_of(name: str) -> Norm | None:
    """The range of a parameter, None where none is published or none transfers."""
    if name.startswith("symmetry_"):
        return NORMS["symmetry_index_pct"]
    return NORMS.get(name)
