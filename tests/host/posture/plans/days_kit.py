"""Days of people in numbers alone: one value a day, with what makes real days differ."""

from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
from plantigrade.gait.signals import Foot
from plantigrade.posture.baseline.baseline import Day
from plantigrade.posture.plans.done import DoneDay, FollowedPlan
from plantigrade.posture.plans.plan import ChosenBy, Plan, PlanKind, plan_for
from plantigrade.posture.plans.verdict import Verdict, judge
from plantigrade.posture.rules_engine.rules import shipped_rules

BEGIN = date(2026, 3, 2)
"""A Monday, the first day of the plan."""
METRIC = "force_arch_index"
MINIMAL = 2.77 * 0.010
"""Minimal detectable change of the metric, from the floor of the baseline."""


def orthotic(**changes: object) -> Plan:
    """An orthotic for a falling arch of the left foot."""
    given: dict[str, object] = {"tag": "insert"} | changes
    rule = shipped_rules()[str(given.pop("rule", "arch-drift"))]
    return plan_for(
        rule,
        given.pop("foot", Foot.LEFT),  # type: ignore[arg-type]
        given.pop("kind", PlanKind.ORTHOTIC),  # type: ignore[arg-type]
        given.pop("from_day", BEGIN),  # type: ignore[arg-type]
        ChosenBy.CLINICIAN,
        **given,  # type: ignore[arg-type]
    )


@dataclass(frozen=True)
class Drawn:
    """How days are drawn. Spread in SDs that the baseline takes for granted (0.010), the rest in minimal
    detectable changes.

    Attributes:
        before, since: days.
        spread: SD of a day.
        carried, memory: share of a day's variance that is carried over, and how much from day to day.
        walk: SD of a random walk over 56 days.
        trend: over 56 days.
        weekend: SDs by which weekends differ.
        effect: of the plan, downwards.
        recorded: share of the days with a recording.
    """

    before: int = 56
    since: int = 56
    spread: float = 1.0
    carried: float = 0.4
    memory: float = 0.7
    walk: float = 0.0
    trend: float = 0.0
    weekend: float = 0.0
    effect: float = 0.0
    recorded: float = 0.75


def values(drawn: Drawn, seed: int) -> np.ndarray:
    """The value of each day."""
    draw = np.random.default_rng([seed, 33])
    count = drawn.before + drawn.since
    shocks = draw.normal(0, 1, count)
    carried = np.zeros(count)
    carried[0] = shocks[0]
    for i in range(1, count):
        carried[i] = drawn.memory * carried[i - 1] + np.sqrt(1 - drawn.memory**2) * shocks[i]
    noise = np.sqrt(drawn.carried) * carried + np.sqrt(1 - drawn.carried) * draw.normal(0, 1, count)
    weekend = np.array([(BEGIN + timedelta(days=i - drawn.before)).weekday() >= 5 for i in range(count)])
    slow = np.cumsum(draw.normal(0, drawn.walk / np.sqrt(56), count)) + drawn.trend * np.arange(count) / 56
    slow[drawn.before :] -= drawn.effect
    return 0.2 + 0.010 * (drawn.spread * noise + drawn.weekend * weekend) + MINIMAL * slow


def days_of(
    series: np.ndarray, before: int, tags: tuple[str, str] = ("trail", "trail + insert")
) -> list[Day]:
    """Days with these values around `BEGIN`, NaN for a day without a recording."""
    return [
        Day(
            (BEGIN + timedelta(days=i - before)).isoformat(),
            tags[i >= before],
            500,
            {f"left/{METRIC}": float(value)},
        )
        for i, value in enumerate(series)
        if np.isfinite(value)
    ]


def worn_on(days: list[Day], hours: float = 6.0) -> tuple[DoneDay, ...]:
    """So many hours on each recorded day since the beginning."""
    known = [date.fromisoformat(day.day) for day in days]
    return tuple(DoneDay(day, hours) for day in known if day >= BEGIN)


def verdict_after(drawn: Drawn, seed: int, weeks: int = 8) -> Verdict:
    """What is said of a drawn person after so many weeks."""
    series = values(drawn, seed)
    missed = np.random.default_rng([seed, 34]).random(len(series)) >= drawn.recorded
    days = days_of(np.where(missed, np.nan, series), drawn.before)
    today = BEGIN + timedelta(weeks=weeks)
    known = [day for day in days if day.day < today.isoformat()]
    return judge(FollowedPlan(orthotic(), worn_on(days)), known, today)
