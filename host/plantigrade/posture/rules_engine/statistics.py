"""From strides in a window to the value of a rule's term. One place for live, retrospective and report."""

from collections.abc import Mapping
from dataclasses import dataclass
from math import isnan
from typing import Protocol

import numpy as np

from plantigrade.array_types import F64
from plantigrade.gait.settings import MAD_TO_SD
from plantigrade.gait.signals import Foot
from plantigrade.posture.rules_engine.features import median_of, middle_of
from plantigrade.posture.rules_engine.rules import Combine, Rule, Scope, Statistic, Term
from plantigrade.posture.settings import FEWEST_VALUES, OUTLIER_SDS, SMALLEST_SPREAD_SHARE

NAN = float("nan")


@dataclass(frozen=True)
class AtSpeed:
    """A personal baseline at one walking speed.

    Attributes:
        reference: of days of like speed; None where there are too few.
        note: what that means for a finding, for people; "" where the speed is not known, or all days count.
    """

    reference: "Reference | None"
    note: str = ""


class Reference(Protocol):
    """The personal baseline as statistics need it."""

    def at_speed(self, speed_m_s: float) -> AtSpeed:
        """What is usual at a speed; as it is where the speed is NaN."""
        ...

    def centre(self, foot: Foot, metric: str) -> float:
        """Usual value; NaN where not known."""
        ...

    def spread(self, foot: Foot, metric: str) -> float:
        """SD between days; NaN where not known."""
        ...

    def cv_pct(self, foot: Foot, metric: str) -> float:
        """Usual coefficient of variation within a day; NaN where not known."""
        ...


class Window(Protocol):
    """Strides at hand."""

    def column(self, foot: Foot, metric: str) -> F64:
        """Finite values, oldest first."""
        ...


def cv_pct(values: F64) -> float:
    """SD over mean in per cent without values beyond four robust SDs from the median; NaN below 3 values."""
    if len(values) < FEWEST_VALUES:
        return NAN
    middle = median_of(values)
    robust = MAD_TO_SD * median_of(np.abs(values - middle))
    stored = values[np.abs(values - middle) <= OUTLIER_SDS * max(robust, SMALLEST_SPREAD_SHARE * abs(middle))]
    mean = float(stored.mean())
    return 100.0 * float(stored.std(ddof=1)) / mean if len(stored) > 2 and mean != 0 else NAN


def term_value(term: Term, scope: Scope, foot: Foot, window: Window, reference: Reference | None) -> float:
    """The term's statistic for a foot, brought to the term's scale; NaN where it cannot be known."""
    if scope is Scope.BOTH:
        parts = [_statistic(term, side, window, reference) for side in Foot]
        value = float(np.mean(parts))
    else:
        value = _statistic(term, foot, window, reference)
    return term.sign * (value - term.centre) / term.scale


def rule_value(rule: Rule, foot: Foot, window: Window, reference: Reference | None) -> float:
    """The rule's terms combined; NaN where one cannot be known, or where the rule cannot judge this foot
    (`not_the_habit`)."""
    if reference is not None and not_the_habit(rule, foot, reference):
        return NAN
    return _combined(rule, [term_value(term, rule.scope, foot, window, reference) for term in rule.terms])


def not_the_habit(rule: Rule, foot: Foot, reference: Reference) -> bool:
    """Whether the foot usually is not as the rule needs it (`Rule.habit`), or this is not known."""
    return rule.habit is not None and not reference.centre(foot, rule.habit.metric) < rule.habit.below


def seconds_value(rule: Rule, values: Mapping[str, float]) -> float:
    """Value of a rule of scope "second"."""
    if len(rule.terms) == 1 and rule.combine is Combine.ALL:
        term = rule.terms[0]
        return term.sign * (values.get(term.metric, NAN) - term.centre) / term.scale
    return _combined(
        rule,
        [term.sign * (values.get(term.metric, NAN) - term.centre) / term.scale for term in rule.terms],
    )


def _combined(rule: Rule, parts: list[float]) -> float:
    if any(isnan(part) for part in parts):
        return NAN
    if rule.combine is Combine.ALL:
        return min(parts)
    return min(sum(parts) / len(parts), min(parts) / rule.least)


def _statistic(term: Term, foot: Foot, window: Window, reference: Reference | None) -> float:
    values = window.column(foot, term.metric)
    if len(values) == 0:
        return NAN
    if term.statistic is Statistic.CV:
        return cv_pct(values)
    if term.statistic in (Statistic.DRIFT, Statistic.RATIO, Statistic.CV_RATIO):
        return _against_baseline(term, foot, values, reference)
    middle = float(values[-1]) if term.statistic is Statistic.LAST else middle_of(term.metric, values)
    if term.statistic in (Statistic.ASYMMETRY, Statistic.SUM):
        return _with_other_side(term, middle, window.column(foot.other, term.metric))
    return middle


def _against_baseline(term: Term, foot: Foot, values: F64, reference: Reference | None) -> float:
    if reference is None:
        return NAN
    if term.statistic is Statistic.CV_RATIO:
        usual_cv = reference.cv_pct(foot, term.metric)
        return cv_pct(values) / usual_cv if usual_cv else NAN
    middle = middle_of(term.metric, values)
    usual = reference.centre(foot, term.metric)
    if term.statistic is Statistic.RATIO:
        return middle / usual if usual else NAN
    return (middle - usual) / reference.spread(foot, term.metric)


def _with_other_side(term: Term, middle: float, others: F64) -> float:
    if len(others) == 0:
        return NAN
    other = middle_of(term.metric, others)
    if term.statistic is Statistic.SUM:
        return middle + other
    half = 0.5 * (abs(middle) + abs(other))
    return 100.0 * (middle - other) / half if half > 0 else NAN
