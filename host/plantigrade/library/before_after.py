"""Sessions before and after, by the statistics of the posture package."""

from collections.abc import Sequence
from typing import Final

from plantigrade.library.recordings.recording import Recording
from plantigrade.posture.baseline.before_after import MINIMAL_CHANGE, Difference, compare
from plantigrade.posture.rules_engine.features import from_analysis

METRICS: Final = tuple(MINIMAL_CHANGE)


def changes_of(before: Sequence[Recording], after: Sequence[Recording]) -> list[Difference]:
    """Differences of what is known to differ by how much between ordinary days, for each foot.

    Raises:
        PlantigradeError: a recording cannot be read or analysed.
    """
    return compare(
        [from_analysis(one.analysis()) for one in before],
        [from_analysis(one.analysis()) for one in after],
        METRICS,
    )
