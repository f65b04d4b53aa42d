"""The days of a person side by side: measures, hours of wear against the goal, load over time. Pure."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from plantigrade.library.person.entries import Goal, GoalKind, WearDay
from plantigrade.posture.baseline.usual import DayAgainstUsual, against_usual

SECONDS_AN_HOUR: Final = 3600.0


@dataclass(frozen=True)
class DayMeasure:
    """One measure of a day.

    Attributes:
        name: of the measure; texts about it have it as their key.
        unit: of the value.
        decimals: that are shown.
        of: the value of a day; None where it is not known.
    """

    name: str
    unit: str
    decimals: int
    of: Callable[[WearDay], float | None]


def _load_h(day: WearDay) -> float | None:
    if day.load_left_bw_s is None or day.load_right_bw_s is None:
        return None
    return (day.load_left_bw_s + day.load_right_bw_s) / SECONDS_AN_HOUR


MEASURES: Final = (
    DayMeasure("worn_h", "h", 1, lambda day: day.worn_h),
    DayMeasure("steps", "steps", 0, lambda day: float(day.steps)),
    DayMeasure("walking_min", "min", 0, lambda day: day.walking_min),
    DayMeasure("standing_min", "min", 0, lambda day: day.standing_min),
    DayMeasure("load_bw_h", "body weights x h", 1, _load_h),
)
"""In the order in which they are shown; `load_bw_h` is 1 for an hour of standing on both feet."""


@dataclass(frozen=True)
class TodayLine:
    """One measure of a day beside the usual days."""

    measure: DayMeasure
    found: DayAgainstUsual


def today_against_usual(
    day: date, days: Mapping[date, WearDay], is_over: bool = True
) -> tuple[TodayLine, ...]:
    """A day beside the days before it, measure by measure.

    Args:
        day: local date of the person.
        days: all that are known, each day once; days on which nothing was recorded are not in it.
        is_over: False while the day goes on.
    """
    return tuple(
        TodayLine(measure, against_usual(day, by_day(days, measure), is_over)) for measure in MEASURES
    )


def by_day(days: Mapping[date, WearDay], measure: DayMeasure) -> dict[date, float]:
    """The values of a measure on the days on which it is known."""
    values = {day: measure.of(wear) for day, wear in days.items()}
    return {day: value for day, value in values.items() if value is not None}


@dataclass(frozen=True)
class Adherence:
    """Hours of wear against the goal, over a span of days.

    Attributes:
        days: in the span for which a goal holds.
        days_met: on which the goal was reached.
        days_known: for which anything was recorded. The others are unknown: the insoles may have been worn
            with an empty battery.
        worn_h: hours over the known days.
        target_h: hours of the goals over all days of the span.
    """

    days: int
    days_met: int
    days_known: int
    worn_h: float
    target_h: float


def adherence(
    goals: Sequence[Goal], days: Mapping[date, WearDay], from_day: date, to_day: date
) -> Adherence | None:
    """Hours of wear from a day to another, both inclusive; None where no goal holds on any of them.

    Example:
        >>> goals = [Goal(GoalKind.WEAR_HOURS, 8.0, date(2026, 3, 1))]
        >>> days = {date(2026, 3, 2): WearDay(9.0), date(2026, 3, 3): WearDay(5.0)}
        >>> adherence(goals, days, date(2026, 3, 1), date(2026, 3, 4))
        Adherence(days=4, days_met=1, days_known=2, worn_h=14.0, target_h=32.0)
    """
    targets = {day: target for day in span(from_day, to_day) if (target := target_on(goals, day)) is not None}
    if not targets:
        return None
    known = {day: days[day].worn_h for day in targets if day in days}
    return Adherence(
        len(targets),
        sum(worn_h >= targets[day] for day, worn_h in known.items()),
        len(known),
        sum(known.values()),
        sum(targets.values()),
    )


def target_on(goals: Sequence[Goal], day: date) -> float | None:
    """Hours of wear that a person means to reach on a day, by the goal that began last; None without one."""
    holding = [
        goal
        for goal in goals
        if goal.kind is GoalKind.WEAR_HOURS
        and goal.from_day <= day
        and (goal.to_day is None or day <= goal.to_day)
    ]
    return max(holding, key=lambda goal: (goal.from_day, goal.id)).target if holding else None


def span(from_day: date, to_day: date) -> list[date]:
    """Every day from one to another, both inclusive."""
    return [from_day + timedelta(days=number) for number in range((to_day - from_day).days + 1)]


@dataclass(frozen=True)
class DayOfHistory:
    """A day of the history; `wear` is None where nothing was recorded, `target_h` without a goal."""

    day: date
    wear: WearDay | None
    target_h: float | None


def history(
    goals: Sequence[Goal], days: Mapping[date, WearDay], from_day: date, to_day: date
) -> tuple[DayOfHistory, ...]:
    """Every day of a span, also those without data: for charts and tables of wear and load."""
    return tuple(DayOfHistory(day, days.get(day), target_on(goals, day)) for day in span(from_day, to_day))
