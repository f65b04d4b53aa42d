"""How the worker process works: every figure with its reason."""

from dataclasses import dataclass
from typing import Final

FORCES_IN_MEMORY_BYTES: Final = 250_000_000
"""Forces that an analysis holds, compressed, beside what it needs at once: both feet of nine hours in shoes;
one wearing seldom has more. What is beyond is read from the file again by each part of the analysis."""


@dataclass(frozen=True)
class WorkerSettings:
    """How the worker behaves.

    Attributes:
        look_again_s: how often the library is searched for recordings that were not analysed, such as those
            that another program imported.
        retry_s: how soon an analysis that failed is tried again; longer after each failure.
    """

    look_again_s: float = 600.0
    retry_s: float = 300.0


@dataclass(frozen=True)
class UpkeepSettings:
    """How often the service looks after things by itself.

    Attributes:
        every_s: between two looks: an hour, in which a disk seldom fills and no week is late.
        retain_s: between two looks for raw samples that are due: rules are in days.
        growth_days: as in `WarningSettings`.
        summary_hour: from this hour of Monday on the summary of a week is made: last evening's recording is
            analysed by then, and nobody is woken.
        summary_late_days: days after Monday on which it is still made.
        file_days: days after which its PDF is removed here; by then it was delivered, or tried often enough.
    """

    every_s: float = 3600.0
    retain_s: float = 86_400.0
    growth_days: float = 14.0
    summary_hour: int = 8
    summary_late_days: int = 2
    file_days: float = 3.0
