"""What is said of a plan: each answer, and the order of the questions."""

from dataclasses import replace
from datetime import timedelta

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from plantigrade.gait.signals import Foot
from plantigrade.posture.baseline.baseline import Day
from plantigrade.posture.plans.done import DoneDay, FollowedPlan
from plantigrade.posture.plans.plan import GoalUnit, Plan, PlanGoal, PlanKind
from plantigrade.posture.plans.verdict import Direction, Outcome, Verdict, judge

from tests.host.posture.plans.days_kit import BEGIN, MINIMAL, days_of, orthotic, worn_on

DAYS = 56
NOISE = 0.004 * np.random.default_rng(7).normal(0, 1, 2 * DAYS)
FLAT = 0.2 + NOISE
LOWER = FLAT - 2 * MINIMAL * (np.arange(2 * DAYS) >= DAYS)
WEEK = timedelta(weeks=1)


def judged(series: np.ndarray, weeks: float = 8, plan: Plan | None = None, before: int = DAYS) -> Verdict:
    """The verdict on a plan that was worn on every day."""
    days = days_of(series, before)
    today = BEGIN + timedelta(days=round(7 * weeks))
    known = [day for day in days if day.day < today.isoformat()]
    return judge(FollowedPlan(plan or orthotic(), worn_on(days)), known, today)


def test_a_clear_step_at_the_beginning_has_changed():
    verdict = judged(LOWER)
    (change,) = verdict.changes
    assert verdict.outcome is change.outcome is Outcome.CHANGED
    assert change.difference == pytest.approx(-2 * MINIMAL, abs=0.002)
    assert change.low < change.difference < change.high < 0
    assert change.direction is Direction.BETTER
    assert (verdict.days_before, verdict.days_since) == (56, 56)
    assert verdict.looked_to == BEGIN + timedelta(days=55)
    assert verdict.next_look == BEGIN + timedelta(days=112)


def test_a_step_upwards_is_a_change_for_the_worse():
    assert judged(0.4 - LOWER).changes[0].direction is Direction.WORSE


def test_nothing_beyond_chance():
    verdict = judged(FLAT)
    assert verdict.outcome is Outcome.NOT_BEYOND_CHANCE
    assert verdict.changes[0].low < 0 < verdict.changes[0].high


def test_a_certain_change_below_the_minimal_detectable_one_is_none():
    verdict = judged(FLAT + 0.8 * (LOWER - FLAT) / 2)
    assert verdict.changes[0].high < 0
    assert verdict.outcome is Outcome.NOT_BEYOND_CHANCE


def test_a_fall_that_had_begun_before_is_called_so():
    verdict = judged(FLAT - 2 * MINIMAL * np.arange(2 * DAYS) / DAYS)
    assert verdict.outcome is Outcome.ALREADY_CHANGING
    assert verdict.changes[0].expected < -MINIMAL


@pytest.mark.parametrize("shift", [-20, 20])
def test_a_step_weeks_away_from_the_beginning_is_another_change(shift: int):
    step = FLAT - 3 * MINIMAL * (np.arange(2 * DAYS) >= DAYS + shift)
    assert judged(step).outcome in (Outcome.CHANGED_AT_ANOTHER_TIME, Outcome.ALREADY_CHANGING)


@pytest.mark.parametrize(
    ("day", "outcome"), [(1, Outcome.TOO_EARLY), (13, Outcome.TOO_EARLY), (14, Outcome.CHANGED)]
)
def test_the_first_look_is_after_two_weeks(day: int, outcome: Outcome):
    verdict = judged(LOWER, day / 7)
    assert verdict.outcome is outcome
    assert verdict.days_since == day


def test_between_looks_the_last_one_stands():
    later = judged(np.where(np.arange(2 * DAYS) < DAYS + 28, LOWER, FLAT), 7.9)
    assert later.looked_to == BEGIN + timedelta(days=27)
    assert later.next_look == BEGIN + 8 * WEEK
    assert later.outcome is Outcome.CHANGED


def test_too_few_days_since_is_too_early():
    sparse = np.where((np.arange(2 * DAYS) >= DAYS) & (np.arange(2 * DAYS) % 8 > 0), np.nan, LOWER)
    verdict = judged(sparse, 4)
    assert (verdict.outcome, verdict.days_since, verdict.needed_since) == (Outcome.TOO_EARLY, 4, 8)


def test_too_few_days_before_can_never_be_made_up():
    verdict = judged(LOWER[DAYS - 9 :], before=9)
    assert (verdict.outcome, verdict.days_before) == (Outcome.TOO_FEW_BEFORE, 9)


def test_days_before_must_span_two_weeks():
    assert judged(LOWER[DAYS - 13 :], before=13).outcome is Outcome.TOO_FEW_BEFORE
    assert judged(LOWER[DAYS - 14 :], before=14).outcome is not Outcome.TOO_FEW_BEFORE


def test_hardly_worn_gets_no_verdict_on_a_change():
    days = days_of(LOWER, DAYS)
    verdict = judge(FollowedPlan(orthotic(), worn_on(days, 0.5)), days, BEGIN + 8 * WEEK)
    assert verdict.outcome is Outcome.HARDLY_DONE
    assert verdict.changes == ()
    assert (verdict.done.amount, verdict.done.known_days) == (0.5, 56)


def test_a_foot_that_the_plan_is_not_for_does_not_matter():
    assert judged(LOWER, plan=orthotic(foot=Foot.RIGHT)).outcome is Outcome.TOO_FEW_BEFORE


def test_what_is_worn_in_the_same_shoes_is_compared_in_them():
    """Trail shoes on half of the days before, boots on the others; since then almost only boots, which alone
    raise the value."""
    shoes = np.where(np.arange(2 * DAYS) % 2, "trail", "boot")
    shoes[DAYS + 8 :] = "boot"
    series = FLAT + 2 * MINIMAL * (shoes == "boot")
    days = [
        replace(day, tag=str(shoe) + (" + insert" if day.day >= BEGIN.isoformat() else ""))
        for day, shoe in zip(days_of(series, DAYS), shoes, strict=True)
    ]
    verdict = judge(FollowedPlan(orthotic(), worn_on(days)), days, BEGIN + 8 * WEEK)
    assert verdict.outcome is Outcome.NOT_BEYOND_CHANCE
    assert verdict.changes[0].difference == pytest.approx(0.0, abs=0.003)


def test_weekends_are_compared_with_weekends():
    """Recorded on all days before and on working days since; weekends differ."""
    day = np.arange(2 * DAYS) % 7
    weekend = day >= 5
    series = np.where(weekend & (np.arange(2 * DAYS) >= DAYS), np.nan, FLAT + 0.05 * weekend)
    assert judged(series).changes[0].difference == pytest.approx(0.0, abs=0.003)


def exercise(**changes: object) -> Plan:
    goal = PlanGoal(3, GoalUnit.TIMES_A_WEEK)
    return orthotic(kind=PlanKind.EXERCISE, exercise="short-foot", tag="", goal=goal, **changes)


def test_an_exercise_is_looked_at_in_the_later_half():
    slowly = FLAT - 2 * MINIMAL * np.clip((np.arange(2 * DAYS) - DAYS) / 28, 0, 1)
    days = days_of(slowly, DAYS, ("trail", "trail"))
    ticks = tuple(DoneDay(BEGIN + timedelta(days=i), 1) for i in range(0, 56, 2))
    verdict = judge(FollowedPlan(exercise(), ticks), days, BEGIN + 8 * WEEK)
    assert verdict.outcome is Outcome.CHANGED
    assert verdict.days_since == 28
    assert verdict.changes[0].difference == pytest.approx(-2 * MINIMAL, abs=0.003)


def test_an_exercise_that_was_not_ticked_was_hardly_done():
    verdict = judge(FollowedPlan(exercise()), days_of(LOWER, DAYS), BEGIN + 8 * WEEK)
    assert verdict.outcome is Outcome.HARDLY_DONE


def test_of_several_values_those_that_changed_are_named():
    """The forefoot's tilt falls, the heel's does not."""
    days = [
        Day(
            day.day,
            day.tag,
            500,
            {"left/ml_index_heel": 0.1 + noise, "left/ml_index_forefoot": 0.1 + noise - 8 * (0.2 - value)},
        )
        for day, value, noise in zip(days_of(LOWER, DAYS), LOWER, NOISE, strict=True)
    ]
    plan = orthotic(rule="pronation-drift")
    verdict = judge(FollowedPlan(plan, worn_on(days)), days, BEGIN + 8 * WEEK)
    assert verdict.outcome is Outcome.CHANGED
    assert [one.outcome for one in verdict.changes] == [Outcome.NOT_BEYOND_CHANCE, Outcome.CHANGED]


@pytest.mark.parametrize(("value", "later"), [(0.0, 0.0), (0.2, 0.2), (0.2, 0.1), (0.0, 0.1)])
def test_days_that_are_all_alike_break_nothing(value: float, later: float):
    """A share of steps that is 0 on every day, say; without any spread a difference is what it is."""
    series = np.where(np.arange(2 * DAYS) < DAYS, value, later)
    verdict = judged(series)
    assert verdict.changes[0].difference == pytest.approx(later - value)
    assert (verdict.outcome is Outcome.CHANGED) is (value != later)


@given(
    st.lists(st.one_of(st.just(float("nan")), st.floats(-1e3, 1e3)), min_size=1, max_size=70),
    st.integers(1, 60),
    st.integers(0, 70),
)
def test_whatever_days_there_are_there_is_a_verdict(series: list[float], before: int, day: int):
    verdict = judged(np.array(series), day / 7, before=before)
    for change in verdict.changes:
        assert change.low <= change.difference <= change.high
