"""How the worker process works: every figure with its reason."""

from dataclasses import dataclass
from typing import Final

NICE: Final = 10
"""How much the process gives way to others, in the steps of POSIX: half of what there is, so that the radio
and pages come first and an analysis still ends on a busy computer."""


@dataclass(frozen=True)
class WorkerSettings:
    """How the worker behaves.

    Attributes:
        limit_s: a process that takes longer is ended. A day of two feet takes about a minute; what takes four
            hours will never end.
        look_again_s: how often the library is searched for recordings that were not analysed, such as those
            that another program imported.
        retry_s: how soon an analysis that failed is tried again; longer after each failure.
    """

    limit_s: float = 4 * 3600.0
    look_again_s: float = 600.0
    retry_s: float = 300.0
