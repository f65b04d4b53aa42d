"""Plans: what they may say, what days they are followed by, and how they are stored."""

from dataclasses import replace
from datetime import date, timedelta

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from plantigrade.errors import PlantigradeError
from plantigrade.gait.signals import Foot
from plantigrade.posture.baseline.baseline import Day
from plantigrade.posture.plans.done import DoneDay, FollowedPlan, done_in
from plantigrade.posture.plans.measures import Measure, MeasureKind, measures_of
from plantigrade.posture.plans.minimal_change import minimal_change
from plantigrade.posture.plans.plan import (
    ChosenBy,
    GoalUnit,
    Plan,
    PlanGoal,
    PlanKind,
    plan_as_json,
    plan_for,
    plan_from_json,
    usual_goal,
)
from plantigrade.posture.rules_engine.rules import shipped_rules

from tests.host.posture.plans.days_kit import BEGIN, orthotic

RULES = shipped_rules()
OF_DAYS = [rule for rule in RULES.values() if not rule.scope.of_seconds]
DAY = Day(
    "2026-03-02",
    "trail",
    400,
    {
        "left/stance_time_s": 0.60,
        "right/stance_time_s": 0.66,
        "left/carried_bw": 0.5,
        "right/carried_bw": 0.55,
    },
    {"left/stride_time_s": 2.0, "right/stride_time_s": 3.0},
    {"standing_h": 1.5},
)


@pytest.mark.parametrize(
    ("measure", "foot", "value"),
    [
        (Measure("stance_time_s", MeasureKind.MEDIAN, 1), Foot.LEFT, 0.60),
        (Measure("stance_time_s", MeasureKind.MEDIAN, 1), None, 0.63),
        (Measure("stance_time_s", MeasureKind.ASYMMETRY, -1), Foot.LEFT, -100 * 0.06 / 0.63),
        (Measure("stance_time_s", MeasureKind.ASYMMETRY, -1), Foot.RIGHT, 100 * 0.06 / 0.63),
        (Measure("carried_bw", MeasureKind.SUM, 1), Foot.RIGHT, 1.05),
        (Measure("stride_time_s", MeasureKind.CV, 1), None, 2.5),
        (Measure("standing_h", MeasureKind.LOAD, 1), None, 1.5),
        (Measure("push_off_bw", MeasureKind.MEDIAN, 1), Foot.LEFT, float("nan")),
        (Measure("push_off_bw", MeasureKind.MEDIAN, 1), None, float("nan")),
        (Measure("longest_still_min", MeasureKind.LOAD, 1), None, float("nan")),
    ],
)
def test_the_value_of_a_day(measure: Measure, foot: Foot | None, value: float):
    assert measure.value(DAY, foot) == pytest.approx(value, nan_ok=True)


@pytest.mark.parametrize("rule", OF_DAYS, ids=lambda rule: rule.id)
def test_every_rule_of_strides_can_be_followed(rule):
    measures = measures_of(rule)
    assert len(measures) == len(rule.terms)
    assert all(one.worse == term.sign for one, term in zip(measures, rule.terms, strict=True))
    for measure in measures:
        assert minimal_change(measure, np.array([1.0, 1.1, 0.9])).value > 0


@pytest.mark.parametrize("rule", ["static-load", "not-worn", "sensor-fault", "one-sided-standing"])
def test_a_rule_of_moments_cannot(rule: str):
    with pytest.raises(PlantigradeError, match="choose the finding"):
        measures_of(RULES[rule])


@pytest.mark.parametrize("rule", ["standing-still", "prolonged-standing"])
def test_rules_of_standing_are_followed_by_the_load_of_the_day(rule: str):
    assert measures_of(RULES[rule])[0].kind is MeasureKind.LOAD


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"to_day": BEGIN - timedelta(days=1)}, "before it begins"),
        ({"exercise": "short-foot"}, "an exercise is named"),
        ({"kind": PlanKind.EXERCISE}, "an exercise is named"),
        ({"goal": PlanGoal(3, GoalUnit.TIMES_A_WEEK)}, "hours a day"),
        ({"note": "x" * 1001}, "1000 characters"),
        ({"tag": "x" * 201}, "a name 200"),
        ({"measures": ()}, "must name a rule"),
    ],
)
def test_what_contradicts_itself_is_refused(changes: dict[str, object], says: str):
    with pytest.raises(PlantigradeError, match=says):
        replace(orthotic(), **changes)


@pytest.mark.parametrize(("amount", "unit"), [(0, "hours a day"), (25, "hours a day"), (141, "times a week")])
def test_a_goal_is_possible(amount: float, unit: str):
    with pytest.raises(PlantigradeError, match="the goal of a plan"):
        PlanGoal(amount, GoalUnit(unit))


plans = st.builds(
    lambda rule, foot, kind, day, long, by, note: replace(
        plan_for(
            rule,
            foot,
            kind,
            day,
            by,
            exercise="short-foot" if kind is PlanKind.EXERCISE else "",
            tag="" if kind is PlanKind.EXERCISE else "insert",
            note=note,
        ),
        to_day=None if long is None else day + timedelta(days=long),
    ),
    st.sampled_from(OF_DAYS),
    st.sampled_from([*Foot, None]),
    st.sampled_from(PlanKind),
    st.dates(date(2020, 1, 1), date(2030, 1, 1)),
    st.none() | st.integers(0, 400),
    st.sampled_from(ChosenBy),
    st.text(max_size=50),
)


@given(plans)
def test_a_plan_comes_back_from_its_document(plan: Plan):
    assert plan_from_json(plan_as_json(plan)) == plan


@pytest.mark.parametrize(
    "damage",
    [
        {"kind": "lamp"},
        {"foot": "third"},
        {"from_day": "yesterday"},
        {"goal": {"amount": "much", "unit": "hours a day"}},
        {"goal": None},
        {"measures": [{"metric": "a", "kind": "median", "worse": 0}]},
        {"measures": []},
        {"to_day": "2020-01-01"},
        {"chosen_by": "nobody"},
    ],
    ids=lambda damage: next(iter(damage)),
)
def test_a_damaged_document_is_refused(damage: dict[str, object]):
    with pytest.raises(PlantigradeError):
        plan_from_json(plan_as_json(orthotic()) | damage)


def test_a_document_without_an_entry_is_refused():
    with pytest.raises(PlantigradeError, match="makes no sense"):
        plan_from_json({})


def test_hours_are_averaged_over_the_days_that_are_known():
    done = [DoneDay(BEGIN + timedelta(days=i), hours) for i, hours in enumerate([6, 0, 3])]
    found = done_in(FollowedPlan(orthotic(), tuple(done)), BEGIN, BEGIN + timedelta(days=10))
    assert (found.days, found.known_days, found.amount, found.hardly) == (10, 3, 3.0, False)


@pytest.mark.parametrize(
    ("goal", "hours", "hardly"), [(4.0, 1.9, True), (4.0, 2.0, False), (12.0, 4.4, True), (12.0, 4.5, False)]
)
def test_half_of_the_goal_is_enough_and_so_is_what_helped_in_the_trial(
    goal: float, hours: float, hardly: bool
):
    plan = orthotic(goal=PlanGoal(goal, GoalUnit.HOURS_A_DAY))
    done = tuple(DoneDay(BEGIN + timedelta(days=i), hours) for i in range(14))
    assert done_in(FollowedPlan(plan, done), BEGIN, BEGIN + timedelta(days=14)).hardly is hardly


def test_nothing_known_is_not_hardly_done():
    assert not done_in(FollowedPlan(orthotic()), BEGIN, BEGIN + timedelta(days=14)).hardly


def test_the_usual_goals():
    assert usual_goal(PlanKind.SHOE) == PlanGoal(4.5, GoalUnit.HOURS_A_DAY)
    assert usual_goal(PlanKind.EXERCISE) == PlanGoal(3.0, GoalUnit.TIMES_A_WEEK)
