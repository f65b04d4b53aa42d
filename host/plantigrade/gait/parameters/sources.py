"""Usual ranges of healthy adults and where they were published: other instruments, other people.

They are shown beside a figure and compute nothing.
"""

from collections.abc import Mapping
from typing import Final

from plantigrade.gait.parameters.definition import Norm

_FRENKEL: Final = "Frenkel-Toledo 2005, controls on level ground, mean +- 2 SD"
_SUPPORT: Final = "twice stance minus the cycle, from the range of stance; rounded"
_CADENCE: Final = "usual walking of healthy adults, 120 / stride time"
_ROBINSON: Final = "Robinson 1987; the limit of 10 % is a convention"
_PLOTNIK: Final = "Plotnik 2007, adults of 40 to 75 years, mean + 2 SD"
_LEVEL: Final = "equal load; limits are ours, +- 5 points"
_STANDING: Final = "mean of 416 adults 54 to 55 %; limits are ours, +- 10 points"

SOURCES: Final[Mapping[str, str]] = {
    _FRENKEL: "Frenkel-Toledo et al. 2005, J NeuroEng Rehabil 2:23, table 2: controls on level ground, mean "
    "± 2 SD; stance from swing.",
    _SUPPORT: "Twice stance minus the cycle, from the range of stance, rounded.",
    _CADENCE: "120 / stride time of usual walking.",
    _ROBINSON: "Robinson et al. 1987; the limit is a convention.",
    _PLOTNIK: "Plotnik et al. 2007: 3.16 ± 1.11 % in adults of 40 to 75 years, mean + 2 SD.",
    _LEVEL: "Equal load; the limits are ours.",
    _STANDING: "54 to 55 % in 416 adults; the limits are ours.",
}
"""In the order of the page's footnotes: source in short, as a `Norm` has it, and in full."""

STRIDE_TIME: Final = Norm(0.90, 1.26, _FRENKEL)
STRIDE_TIME_CV: Final = Norm(None, 2.66, _FRENKEL)
SWING: Final = Norm(31.3, 39.2, _FRENKEL)
STANCE: Final = Norm(60.8, 68.7, _FRENKEL)
SWING_TIME_CV: Final = Norm(None, 6.8, _FRENKEL)
CADENCE: Final = Norm(100.0, 120.0, _CADENCE)
DOUBLE_SUPPORT: Final = Norm(20.0, 30.0, _SUPPORT)
PHASE_COORDINATION: Final = Norm(None, 5.4, _PLOTNIK)
SYMMETRY: Final = Norm(-10.0, 10.0, _ROBINSON)
LEFT_LOAD: Final = Norm(45.0, 55.0, _LEVEL)
REAR_LOAD: Final = Norm(44.0, 65.0, _STANDING)
