"""What a plan is followed by: values of a day that the terms of a rule look at."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

import numpy as np

from plantigrade.errors import PlantigradeError
from plantigrade.gait.parameters.registry import symbol_of
from plantigrade.gait.signals import Foot
from plantigrade.posture.baseline.baseline import Day
from plantigrade.posture.rules_engine.rules import Rule, Statistic, Term

NAN = float("nan")


class MeasureKind(StrEnum):
    """How a day gives the value."""

    MEDIAN = "median"
    """Median of the foot; the mean of both where no foot is named."""
    CV = "cv"
    """Variation within the day in per cent, as for the median."""
    ASYMMETRY = "asymmetry"
    """100 (this foot - other) / half their sum, of the medians."""
    SUM = "sum"
    """Of the medians of both feet."""
    LOAD = "load"
    """What the day asked of the body as a total (`posture.diary.day_load`)."""


_KIND_OF: Final = {
    Statistic.MEDIAN: MeasureKind.MEDIAN,
    Statistic.DRIFT: MeasureKind.MEDIAN,
    Statistic.RATIO: MeasureKind.MEDIAN,
    Statistic.CV: MeasureKind.CV,
    Statistic.CV_RATIO: MeasureKind.CV,
    Statistic.ASYMMETRY: MeasureKind.ASYMMETRY,
    Statistic.SUM: MeasureKind.SUM,
}
_LOAD_OF: Final = {"still_s": "longest_still_min", "standing_s": "standing_h"}
_LOAD_UNITS: Final = {"longest_still_min": "min", "standing_h": "h"}


@dataclass(frozen=True)
class Measure:
    """A value of a day.

    Attributes:
        metric: of the strides, or a load of the day.
        kind: how the day gives it.
        worse: 1 where higher values are what the rule looks for, -1 where lower ones are.
    """

    metric: str
    kind: MeasureKind
    worse: int

    @property
    def key(self) -> str:
        """Name of the value among texts and limits: "asymmetry stance_time_s", or the metric of a median."""
        plain = self.kind in (MeasureKind.MEDIAN, MeasureKind.LOAD)
        return self.metric if plain else f"{self.kind.value} {self.metric}"

    @property
    def unit(self) -> str:
        """Symbol of the unit; "" for a share."""
        if self.kind in (MeasureKind.CV, MeasureKind.ASYMMETRY):
            return "%"
        if self.kind is MeasureKind.LOAD:
            return _LOAD_UNITS[self.metric]
        symbol = symbol_of(self.metric)
        return "" if symbol == "1" else symbol

    def value(self, day: Day, foot: Foot | None) -> float:
        """The value of a day; NaN where the day does not know it.

        Example:
            >>> day = Day("2026-03-01", "everyday", 400, {"left/stance_pct": 62.0, "right/stance_pct": 64.0})
            >>> Measure("stance_pct", MeasureKind.MEDIAN, 1).value(day, None)
            63.0
            >>> round(Measure("stance_pct", MeasureKind.ASYMMETRY, 1).value(day, Foot.LEFT), 2)
            -3.17
        """
        if self.kind is MeasureKind.LOAD:
            return day.loads.get(self.metric, NAN)
        source = day.cvs if self.kind is MeasureKind.CV else day.medians
        of = {side: source.get(f"{side.value}/{self.metric}", NAN) for side in Foot}
        if self.kind is MeasureKind.SUM:
            return sum(of.values())
        if self.kind is MeasureKind.ASYMMETRY:
            this, other = of[foot or Foot.LEFT], of[(foot or Foot.LEFT).other]
            middle = 0.5 * (this + other)
            return 100.0 * (this - other) / middle if middle > 0 else NAN
        return of[foot] if foot is not None else float(np.mean(list(of.values())))


def measures_of(rule: Rule) -> tuple[Measure, ...]:
    """What the days of a rule's finding are compared by: one measure for each of its terms.

    Raises:
        PlantigradeError: no value of a whole day follows from the rule.

    Example:
        >>> from plantigrade.posture.rules_engine.rules import shipped_rules
        >>> [(one.key, one.worse) for one in measures_of(shipped_rules()["high-arch"])]
        [('lateral_arch_index', -1)]
    """
    return tuple(_measure(rule, term) for term in rule.terms)


def _measure(rule: Rule, term: Term) -> Measure:
    worse = 1 if term.sign > 0 else -1
    if not rule.scope.of_seconds:
        return Measure(term.metric, _KIND_OF[term.statistic], worse)
    if term.metric not in _LOAD_OF:
        raise PlantigradeError(
            f"a plan cannot be followed by the rule {rule.id!r}, which looks at moments and not at days: "
            "choose the finding that the plan is meant to change"
        )
    return Measure(_LOAD_OF[term.metric], MeasureKind.LOAD, worse)
