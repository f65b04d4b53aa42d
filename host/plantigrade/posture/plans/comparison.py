"""The difference between the days of two periods, with the interval that such days allow.

The unit is the day: its median, not its strides. Days resemble the days before them, working days differ from
weekends, and people drift. So the difference is taken between days of the same weekday, and of the same shoes
where several were worn (least squares with an effect for each); its error is that of as many independent
days as the residuals' autocorrelation leaves (Bartlett 1946, J R Stat Soc Suppl 8:27); and what the trend of
the days before would have brought anyway, with its own uncertainty, is set against it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
from numpy.typing import NDArray

from plantigrade.array_types import F64
from plantigrade.posture.baseline.t_distribution import t_quantile
from plantigrade.posture.plans.settings import (
    CLEARLY_BETTER,
    DAYS_A_WEEK,
    DRIFT_OVER_DAYS,
    DRIFT_SHARE,
    FEWEST_PAIRS,
    JUMP_DAYS,
    LAG_PARTS,
    LEAST_FREEDOM,
    LONGEST_LAG_DAYS,
    MIN_STEP_DAYS,
    MOST_INFLATION,
)

I64 = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class DayValues:
    """A value of several days.

    Attributes:
        days: (n,) ordinals of dates, rising.
        values: (n,) finite.
        tags: (n,) shoes that were worn.
    """

    days: I64
    values: F64
    tags: tuple[str, ...]

    @classmethod
    def of(cls, values: Sequence[tuple[date, float, str]]) -> "DayValues":
        """From dates, values and tags; days whose value is not known are left out."""
        known = sorted((day.toordinal(), value, tag) for day, value, tag in values if np.isfinite(value))
        return cls(
            np.array([day for day, _, _ in known], np.int64),
            np.array([value for _, value, _ in known], np.float64),
            tuple(tag for _, _, tag in known),
        )

    def __len__(self) -> int:
        return len(self.values)


@dataclass(frozen=True)
class PeriodDifference:
    """Since minus before.

    Attributes:
        before, since: means of the days.
        difference: between days of the same kind.
        low, high: interval of the difference against the days before.
        expected: what the trend before would have brought anyway; 0 where it went the other way.
        beyond_low, beyond_high: interval of the difference beyond that trend.
        jump: difference of the days next to the beginning.
        begins_days: days from the plan's beginning to where a step of the values fits best; 0 where it does
            not fit clearly better there.
        independent_days: that all days together count as.
    """

    before: float
    since: float
    difference: float
    low: float
    high: float
    expected: float
    beyond_low: float
    beyond_high: float
    jump: float
    begins_days: int
    independent_days: float


def compare_periods(
    before: DayValues, since: DayValues, error: float, minimal_change: float
) -> PeriodDifference:
    """Compare two periods of days.

    Args:
        before, since: days of each, together at least one more than effects are fitted.
        error: probability that the interval misses the truth.
        minimal_change: minimal detectable change, the scale of a person's unaided drift.

    Example:
        >>> days = [date.fromordinal(738_000 + i) for i in range(28)]
        >>> noise = np.tile([0.2, -0.1, 0.1, -0.2], 7)
        >>> rows = [(day, 5.0 - 2.0 * (i >= 14) + noise[i], "shoe") for i, day in enumerate(days)]
        >>> found = compare_periods(DayValues.of(rows[:14]), DayValues.of(rows[14:]), 0.05, 0.5)
        >>> round(found.difference, 1), found.low < -2 < found.high < 0
        (-2.0, True)
    """
    days = np.concatenate([before.days, since.days])
    values = np.concatenate([before.values, since.values])
    later = np.repeat([0.0, 1.0], [len(before), len(since)])
    effects = _kinds_of_days(days, before.tags + since.tags)
    fitted = _fit(later, effects, days, values)
    reach = t_quantile(1 - 0.5 * error, fitted.freedom) * fitted.error
    slope, slope_variance = _trend(before, minimal_change)
    apart = float(since.days.mean() - before.days.mean())
    expected = slope * apart
    if expected * fitted.size < 0:
        expected = 0.0
    beyond_error = float(np.hypot(fitted.error, np.sqrt(slope_variance) * apart))
    beyond_reach = t_quantile(1 - 0.5 * error, fitted.freedom) * beyond_error
    beyond = fitted.size - expected
    next_to_it = since.values[:JUMP_DAYS].mean() - before.values[-JUMP_DAYS:].mean()
    return PeriodDifference(
        float(before.values.mean()),
        float(since.values.mean()),
        fitted.size,
        fitted.size - reach,
        fitted.size + reach,
        expected,
        beyond - beyond_reach,
        beyond + beyond_reach,
        float(next_to_it),
        _begins(days, values - effects @ fitted.of_effects, len(before), fitted.inflation),
        len(days) / fitted.inflation,
    )


@dataclass(frozen=True)
class _Fitted:
    """Size of one effect and of those beside it, its standard error, degrees of freedom, and days that count
    as one."""

    size: float
    of_effects: F64
    error: float
    freedom: float
    inflation: float


def _fit(wanted: F64, effects: F64, days: I64, values: F64) -> _Fitted:
    """Least squares of values on a wanted column beside effects (n, k)."""
    design = np.column_stack([wanted, effects])
    inverse = np.linalg.pinv(design)
    weights = inverse @ values
    residuals = values - design @ weights
    rank = int(np.linalg.matrix_rank(design))
    freedom = max(len(values) - rank, 1)
    variance = float(residuals @ residuals) / freedom
    inflation = _inflation(days, residuals)
    error = float(np.sqrt(variance * inflation * float(inverse[0] @ inverse[0])))
    return _Fitted(float(weights[0]), weights[1:], error, max(freedom / inflation, LEAST_FREEDOM), inflation)


def _kinds_of_days(days: I64, tags: Sequence[str]) -> F64:
    """A column for each weekday, and for each pair of shoes but the first (n, k)."""
    weekdays = (days % DAYS_A_WEEK)[:, None] == np.arange(DAYS_A_WEEK)
    used = sorted(set(tags))[1:]
    shoes = np.array([[tag == one for one in used] for tag in tags]).reshape(len(tags), len(used))
    return np.column_stack([weekdays, shoes]).astype(np.float64)


def _inflation(days: I64, residuals: F64) -> float:
    """How many days count as one: 1 + 2 times the sum of the autocorrelations up to the first that is not
    positive (after the initial sequence of Geyer 1992, Stat Sci 7:473)."""
    variance = float(np.mean(residuals**2))
    span = int(days[-1] - days[0])
    if variance == 0.0 or span == 0:
        return 1.0
    by_day = np.full(span + 1, np.nan)
    by_day[days - days[0]] = residuals
    total = 0.0
    for lag in range(1, min(LONGEST_LAG_DAYS, span // LAG_PARTS) + 1):
        products = by_day[lag:] * by_day[:-lag]
        known = products[np.isfinite(products)]
        alike = float(known.mean()) / variance if len(known) >= FEWEST_PAIRS else 0.0
        if alike <= 0.0:
            break
        total += alike * (1.0 - lag / span)
    return min(1.0 + 2.0 * total, MOST_INFLATION)


def _begins(days: I64, values: F64, planned: int, inflation: float) -> int:
    """Days from the plan to the step that fits the values best, if that fits clearly better than a step at
    the plan (likelihood ratio of independent days); 0 otherwise.

    Args:
        days, values: of both periods, effects of weekday and shoes taken out.
        planned: how many of them are before the plan.
        inflation: days that count as one.
    """
    count = len(values)
    steps = np.arange(MIN_STEP_DAYS, count - MIN_STEP_DAYS + 1)
    left = np.cumsum(values)[steps - 1]
    right = values.sum() - left
    explained = left**2 / steps + right**2 / (count - steps)
    rest = float(values @ values) - explained
    at_plan = float(values @ values) - float(values[:planned].sum()) ** 2 / planned
    at_plan -= float(values[planned:].sum()) ** 2 / (count - planned)
    best = int(np.argmin(rest))
    if rest[best] <= 0.0 or count / inflation * np.log(at_plan / rest[best]) < CLEARLY_BETTER:
        return 0
    return int(days[steps[best]] - days[planned])


def _trend(before: DayValues, minimal_change: float) -> tuple[float, float]:
    """Slope a day of the time before and its variance, weighed against how people drift in general."""
    usual = (DRIFT_SHARE * minimal_change / DRIFT_OVER_DAYS) ** 2
    centred = before.days - before.days.mean()
    fitted = _fit(
        centred.astype(np.float64), _kinds_of_days(before.days, before.tags), before.days, before.values
    )
    noise = fitted.error**2
    drift = max(usual, fitted.size**2 - noise)
    weight = drift / (drift + noise) if drift + noise > 0.0 else 0.0
    return weight * fitted.size, weight * noise
