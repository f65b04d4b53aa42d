"""Several plans at once: told apart by their periods, their tags or their values, or said not to be."""

from dataclasses import replace
from datetime import date, timedelta

import numpy as np
import pytest
from plantigrade.gait.signals import Foot
from plantigrade.posture.baseline.baseline import Day
from plantigrade.posture.plans.done import DoneDay, FollowedPlan
from plantigrade.posture.plans.plan import GoalUnit, Plan, PlanGoal, PlanKind
from plantigrade.posture.plans.verdict import Outcome, Verdict, judge

from tests.host.posture.plans.days_kit import BEGIN, MINIMAL, days_of, orthotic, worn_on

DAYS = 56
NOISE = 0.004 * np.random.default_rng(7).normal(0, 1, 2 * DAYS)
LOWER = 0.2 + NOISE - 2 * MINIMAL * (np.arange(2 * DAYS) >= DAYS)
TODAY = BEGIN + timedelta(weeks=8)
EVERY_DAY = tuple(DoneDay(BEGIN + timedelta(days=i), 8.0) for i in range(-100, 100))


def shoe(from_day: date = BEGIN, **changes: object) -> Plan:
    return orthotic(kind=PlanKind.SHOE, from_day=from_day, tag="", **changes)


def exercise(rule: str, from_day: date = BEGIN) -> Plan:
    return orthotic(
        rule=rule,
        kind=PlanKind.EXERCISE,
        exercise="short-foot",
        tag="",
        from_day=from_day,
        goal=PlanGoal(3, GoalUnit.TIMES_A_WEEK),
    )


def with_other(other: Plan, done: tuple[DoneDay, ...] = EVERY_DAY, days: list[Day] | None = None) -> Verdict:
    days = days or days_of(LOWER, DAYS)
    return judge(FollowedPlan(orthotic(), worn_on(days)), days, TODAY, [FollowedPlan(other, done)])


def after(days: int) -> date:
    return BEGIN + timedelta(days=days)


@pytest.mark.parametrize(
    ("other", "outcome"),
    [
        (shoe(), Outcome.NOT_SEPARABLE),
        (shoe(after(5)), Outcome.NOT_SEPARABLE),
        (shoe(after(-5)), Outcome.NOT_SEPARABLE),
        (replace(shoe(after(-40)), to_day=after(-1)), Outcome.NOT_SEPARABLE),
        (exercise("arch-drift"), Outcome.NOT_SEPARABLE),
        (shoe(after(-28)), Outcome.CHANGED),
        (shoe(after(20)), Outcome.CHANGED),
        (shoe(after(-200)), Outcome.CHANGED),
        (shoe(foot=Foot.RIGHT), Outcome.CHANGED),
        (exercise("stride-variability"), Outcome.CHANGED),
    ],
    ids=[
        "a shoe on the same day",
        "a shoe five days later",
        "a shoe five days before",
        "a shoe given up the day before",
        "an exercise for the same value",
        "a shoe four weeks before",
        "a shoe three weeks later",
        "a shoe worn all the time",
        "a shoe for the other foot",
        "an exercise for another value",
    ],
)
def test_another_plan(other: Plan, outcome: Outcome):
    verdict = with_other(other)
    assert verdict.outcome is outcome
    assert verdict.not_apart_from == ((other,) if outcome is Outcome.NOT_SEPARABLE else ())


def test_only_the_days_without_the_other_plan_are_compared():
    assert with_other(shoe(after(20))).looked_to == after(19)
    assert with_other(shoe(after(20))).next_look is None
    assert with_other(shoe(after(-28))).days_before == 28


def test_a_plan_that_was_hardly_done_stands_in_nobodys_way():
    assert with_other(shoe(), tuple(replace(one, amount=0.2) for one in EVERY_DAY)).outcome is Outcome.CHANGED


def test_days_with_tags_of_their_own_tell_plans_apart():
    """Every other day in the new shoe without the insert, the others in the old one with it."""
    days = [
        replace(day, tag="rocker") if day.day >= BEGIN.isoformat() and i % 2 else day
        for i, day in enumerate(days_of(LOWER, DAYS))
    ]
    verdict = with_other(replace(shoe(), tag="rocker"), days=days)
    assert (verdict.outcome, verdict.days_since) == (Outcome.CHANGED, 28)


def test_an_insert_worn_only_in_the_new_shoe_cannot_be_separated_from_it():
    days = [
        replace(day, tag="rocker + insert") if day.day >= BEGIN.isoformat() else day
        for day in days_of(LOWER, DAYS)
    ]
    verdict = with_other(replace(shoe(), tag="rocker"), days=days)
    assert verdict.outcome is Outcome.NOT_SEPARABLE
    assert [one.tag for one in verdict.not_apart_from] == ["rocker"]


def test_a_plan_that_ended_is_looked_at_once_more_at_its_end():
    days = days_of(LOWER, DAYS)
    plan = replace(orthotic(), to_day=after(39))
    verdict = judge(FollowedPlan(plan, worn_on(days)), days, TODAY)
    assert (verdict.outcome, verdict.looked_to, verdict.next_look) == (Outcome.CHANGED, after(39), None)


def test_a_plan_that_ended_within_two_weeks_is_not_looked_at():
    days = days_of(LOWER, DAYS)
    verdict = judge(FollowedPlan(replace(orthotic(), to_day=after(9)), worn_on(days)), days, TODAY)
    assert (verdict.outcome, verdict.next_look) == (Outcome.TOO_EARLY, None)
