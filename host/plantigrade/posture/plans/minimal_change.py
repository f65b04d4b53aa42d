"""The smallest difference between days that is more than ordinary days differ by."""

import numpy as np

from plantigrade.array_types import F64
from plantigrade.gait.settings import MAD_TO_SD
from plantigrade.posture.baseline.before_after import MinimalChange
from plantigrade.posture.plans.measures import Measure, MeasureKind
from plantigrade.posture.plans.settings import (
    ASSUMED,
    MEASURED,
    OWN_DAYS,
    PUBLISHED_CHANGE,
    PUBLISHED_RELATIVE_CHANGE,
)
from plantigrade.posture.settings import DAY_SD_FLOOR, ORDINARY_SDS, RELATIVE_FLOOR


def minimal_change(measure: Measure, before: F64) -> MinimalChange:
    """The minimal detectable change of a measure for one person: the largest of what was measured on others,
    what the baseline takes for granted, and what this person's own days before the plan say.

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
    own = MAD_TO_SD * float(np.median(np.abs(before - middle)))
    known = [
        (_measured(measure, middle), MEASURED),
        (ORDINARY_SDS * _assumed_sd(measure, middle), ASSUMED),
        (ORDINARY_SDS * own, OWN_DAYS),
    ]
    value, source = max(known)
    return MinimalChange(value, measure.unit, source)


def _measured(measure: Measure, middle: float) -> float:
    relative = PUBLISHED_RELATIVE_CHANGE.get(measure.key, 0.0) * abs(middle)
    return max(PUBLISHED_CHANGE.get(measure.key, 0.0), relative)


def _assumed_sd(measure: Measure, middle: float) -> float:
    """SD between days that is taken for granted; what was measured for variation and asymmetry stands
    alone."""
    if measure.key in PUBLISHED_CHANGE and measure.kind is not MeasureKind.MEDIAN:
        return 0.0
    if measure.kind is MeasureKind.ASYMMETRY:
        return 100.0 * float(np.sqrt(2)) * RELATIVE_FLOOR
    floor = DAY_SD_FLOOR.get(measure.metric) if measure.kind is MeasureKind.MEDIAN else None
    return floor if floor is not None else RELATIVE_FLOOR * abs(middle)
