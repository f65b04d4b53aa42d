"""The smallest difference between days that is more than ordinary days differ by."""

import numpy as np

from plantigrade.array_types import F64
from plantigrade.posture.baseline.before_after import MinimalChange
from plantigrade.posture.plans.measures import Measure, MeasureKind
from plantigrade.posture.plans.settings import (
    ASSUMED,
    BETWEEN_DAYS,
    MEASURED,
    PUBLISHED_CHANGE,
    PUBLISHED_RELATIVE_CHANGE,
    WIDENED,
)
from plantigrade.posture.settings import DAY_SD_FLOOR, ORDINARY_SDS, RELATIVE_FLOOR


def minimal_change(measure: Measure, before: F64) -> MinimalChange:
    """The minimal detectable change of a measure: the larger of what was measured on others and of what the
    baseline takes for granted. How much this person's own days differ is in the interval of the difference.

    Args:
        measure: what is compared.
        before: (n,) values of the days before, at least one.

    Example:
        >>> stance = Measure("stance_pct", MeasureKind.MEDIAN, 1)
        >>> found = minimal_change(stance, np.array([62.0, 62.1, 61.9, 62.0]))
        >>> round(found.value, 2), found.unit, found.source[:7]
        (1.25, '%', 'assumed')
    """
    middle = float(np.median(before))
    measured = max(
        PUBLISHED_CHANGE.get(measure.key, 0.0),
        PUBLISHED_RELATIVE_CHANGE.get(measure.key, 0.0) * abs(middle),
    )
    if measure.kind is MeasureKind.MEDIAN and measure.metric in DAY_SD_FLOOR:
        assumed = ORDINARY_SDS * DAY_SD_FLOOR[measure.metric]
        value, source = max((measured, MEASURED), (assumed, ASSUMED))
    elif measured > 0.0:
        value, source = BETWEEN_DAYS * measured, WIDENED
    else:
        value, source = ORDINARY_SDS * _relative_sd(measure, middle), ASSUMED
    return MinimalChange(value, measure.unit, source)


def _relative_sd(measure: Measure, middle: float) -> float:
    """SD between days that the baseline takes for granted where nothing else is known."""
    if measure.kind is MeasureKind.ASYMMETRY:
        return 100.0 * float(np.sqrt(2)) * RELATIVE_FLOOR
    return RELATIVE_FLOOR * abs(middle)
