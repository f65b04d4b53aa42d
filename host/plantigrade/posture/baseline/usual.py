"""One day beside the usual days of the same person. Pure.

Usual is the median of the latest days that are known, whatever day of the week they were: with four weeks of
data, kinds of days would leave too few each. The interval is one in which a further day of the same kind lies
with a stated probability, and assumes nothing of how the days are distributed: between the r-th smallest and
the r-th largest of n days lies a further one with the probability (n + 1 - 2r) / (n + 1) (Wilks 1941,
Determination of sample sizes for setting tolerance limits, Ann Math Stat 12:91-96).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

import numpy as np

from plantigrade.posture.settings import BASELINE_MIN_DAYS, USUAL_COVERAGE, USUAL_DAYS


class Place(StrEnum):
    """Where a day lies."""

    BELOW = "below"
    WITHIN = "within"
    ABOVE = "above"
    NOT_YET = "not yet"
    """The day is not over and its value still below the interval: it may become an ordinary day."""
    TOO_EARLY = "too early"
    """There are too few days yet to say what is usual."""
    NO_DATA = "no data"
    """Of the day itself nothing is known; that is not the same as nothing."""


@dataclass(frozen=True)
class UsualDays:
    """What is usual.

    Attributes:
        days: that are behind it.
        median: of them; None while there are fewer than `needed`.
        low, high: the interval; None while there is no median.
        coverage: share of further days that lie in the interval, if nothing changes; None as above.
        needed: days from which on something is said.
    """

    days: int
    median: float | None = None
    low: float | None = None
    high: float | None = None
    coverage: float | None = None
    needed: int = BASELINE_MIN_DAYS

    @property
    def too_early(self) -> str:
        """ "too early: 1 of 3 days" while there are too few days, else ""."""
        return "" if self.days >= self.needed else f"too early: {self.days} of {self.needed} days"


@dataclass(frozen=True)
class DayAgainstUsual:
    """A day's value beside what is usual; `value` is None where nothing is known of the day."""

    value: float | None
    usual: UsualDays
    place: Place


def usual_of(values: Sequence[float]) -> UsualDays:
    """What is usual by the values of earlier days, the latest last; only the latest `USUAL_DAYS` count.

    Example:
        >>> usual_of([4000.0, 5000.0, 9000.0])
        UsualDays(days=3, median=5000.0, low=4000.0, high=9000.0, coverage=0.5, needed=3)
        >>> usual_of([4000.0]).too_early
        'too early: 1 of 3 days'
    """
    latest = sorted(values[-USUAL_DAYS:])
    days = len(latest)
    if days < BASELINE_MIN_DAYS:
        return UsualDays(days)
    outside = (days + 1) * (1.0 - USUAL_COVERAGE) / 2.0
    rank = max(1, int(outside + 1e-9))  # 20 days and four fifths give 2, not 1.9999999
    coverage = (days + 1 - 2 * rank) / (days + 1)
    return UsualDays(days, float(np.median(latest)), latest[rank - 1], latest[days - rank], coverage)


def against_usual(
    day: date, by_day: Mapping[date, float], is_over: bool = True, window_days: int = USUAL_DAYS
) -> DayAgainstUsual:
    """A day beside the days before it.

    Args:
        day: the day.
        by_day: values of all days that are known; a day that is not in it is unknown, not 0.
        is_over: False while the day goes on, so that its value may still grow.
        window_days: days before `day` that are looked at.
    """
    first = day - timedelta(days=window_days)
    usual = usual_of([by_day[known] for known in sorted(by_day) if first <= known < day])
    value = by_day.get(day)
    return DayAgainstUsual(value, usual, _place(value, usual, is_over))


def _place(value: float | None, usual: UsualDays, is_over: bool) -> Place:
    if value is None:
        return Place.NO_DATA
    if usual.low is None or usual.high is None:
        return Place.TOO_EARLY
    if value > usual.high:
        return Place.ABOVE
    if value >= usual.low:
        return Place.WITHIN
    return Place.BELOW if is_over else Place.NOT_YET
