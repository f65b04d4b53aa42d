"""The groups of virtual people, and their days: which plan they have, what it does, what they do of it."""

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import date, timedelta
from enum import StrEnum

import numpy as np
from plantigrade.gait.signals import Foot
from plantigrade.posture.baseline.baseline import Day, PersonalBaseline
from plantigrade.posture.plans.done import DoneDay, FollowedPlan
from plantigrade.posture.plans.minimal_change import minimal_change
from plantigrade.posture.plans.plan import ChosenBy, GoalUnit, Plan, PlanGoal, PlanKind, plan_for
from plantigrade.posture.rules_engine.rules import shipped_rules
from plantigrade.twin.body import Condition, Person, draw_person

from tools.loop_table.bodies import Life, day_of, draw_life, strides_of

FIRST = date(2026, 1, 5)
EVERYDAY, ORTHOTIC = "everyday", "orthotic"
GOAL = PlanGoal(6.0, GoalUnit.HOURS_A_DAY)
INSERT_SD = 0.2
"""Any insert moves the way the load falls a little: SD in minimal detectable changes."""
GETTING_USED_DAYS = 3.0
"""Time constant with which the effect comes (assumed)."""
DEGREE_STEP = 0.25
BEYOND_DEGREE = 3.0
"""Steps in which a degree is lowered, and how far below zero: the opposite of the condition."""
MDCS = 2.0


class Group(StrEnum):
    """Who a person is."""

    WORKS = "orthotic works"
    DOES_NOT = "orthotic does not work"
    HARDLY = "hardly worn"
    NO_PLAN = "improves without a plan"
    IMPROVING = "improves already, orthotic does not work"


PEOPLE = {
    Group.WORKS: 50,
    Group.DOES_NOT: 50,
    Group.HARDLY: 20,
    Group.NO_PLAN: 20,
    Group.IMPROVING: 20,
}


@dataclass(frozen=True)
class Complaint:
    """A finding, and the condition of the body model behind it."""

    rule: str
    condition: Condition
    foot: Foot | None


MOST_OTHERS = 20
OTHERS_APART = 1_000_003
"""Bodies that are tried for a case, and how far their seeds lie apart."""


class CannotMoveError(RuntimeError):
    """No degree of a condition within the model moves the values of a plan far enough."""


COMPLAINTS = (
    Complaint("low-arch", Condition("flat-foot", 2.0), Foot.LEFT),
    Complaint("pronation", Condition("pronation", 2.5), Foot.RIGHT),
    Complaint("forefoot-overload", Condition("forefoot-overload", 5.0), Foot.LEFT),
    Complaint("loading-rate", Condition("hard-heel", 2.5), None),
    Complaint("load-asymmetry", Condition("antalgic", 3.0, "right"), Foot.RIGHT),
)


@dataclass(frozen=True)
class Case:
    """A virtual person with everything that a verdict is made of.

    Attributes:
        group, seed, complaint: who.
        days: that the baseline learned, of the whole time.
        followed: the plan with what was done; None for people without a plan.
    """

    group: Group
    seed: int
    complaint: Complaint
    days: tuple[Day, ...]
    followed: FollowedPlan | None


def draw_case(
    group: Group, seed: int, *, days_before: int = 56, days_since: int = 56, harder: float = 1.0
) -> Case:
    """A person of a group, the same for the same seed.

    Args:
        group: who.
        seed: of everything.
        days_before, days_since: of the person's days around the beginning of the plan.
        harder: scales how days resemble each other, drift and trends.
    """
    draw = np.random.default_rng([seed, 32])
    complaint = COMPLAINTS[int(draw.integers(len(COMPLAINTS)))]
    total = days_before + days_since
    life = draw_life(seed, total, FIRST, harder)
    begin = FIRST + timedelta(days=days_before)
    plan = plan_of(complaint, begin)
    person, step = body_that_can(life, plan, complaint)
    life = replace(life, person=person)
    worn_hours = _hours(draw, life, days_before, group is Group.HARDLY)
    change = _degrees(draw, life, group, step, worn_hours, days_before)
    metrics = [measure.metric for measure in plan.measures]
    days: list[Day] = []
    for index in np.flatnonzero(life.worn):
        tag = f"{EVERYDAY} + {ORTHOTIC}" if worn_hours[index] > 0 else EVERYDAY
        condition = replace(complaint.condition, degree=complaint.condition.degree - change[index])
        learned = day_of(life, int(index), condition, tag, metrics)
        days += [learned] if learned is not None else []
    done = tuple(
        DoneDay(FIRST + timedelta(days=int(i)), float(worn_hours[i]))
        for i in np.flatnonzero(life.worn)
        if i >= days_before
    )
    followed = None if group is Group.NO_PLAN else FollowedPlan(plan, done)
    return Case(group, seed, complaint, tuple(days), followed)


def body_that_can(life: Life, plan: Plan, complaint: Complaint) -> tuple[Person, float]:
    """The person of a life with the step of `degree_for`; somebody else where that one's values hardly follow
    the condition: a foot that hardly loads its inner middle has nothing to take off there, and gets no such
    plan.
    """
    for other in range(MOST_OTHERS):
        person = life.person if other == 0 else draw_person(life.seed + OTHERS_APART * other)
        try:
            return person, degree_for(person, plan, complaint.condition, MDCS)
        except CannotMoveError:
            continue
    raise CannotMoveError(f"{complaint.condition.kind} moves {plan.rule} in none of {MOST_OTHERS} people")


def plan_of(complaint: Complaint, from_day: date) -> Plan:
    """The orthotic for a complaint."""
    rule = shipped_rules()[complaint.rule]
    return plan_for(
        rule, complaint.foot, PlanKind.ORTHOTIC, from_day, ChosenBy.CLINICIAN, goal=GOAL, tag=ORTHOTIC
    )


def degree_for(person: Person, plan: Plan, condition: Condition, changes: float) -> float:
    """By how much the condition's degree must fall, so that the plan's values move by so many minimal
    detectable changes on average: walks of the body at falling degrees, all else alike."""
    metrics = [measure.metric for measure in plan.measures]
    start = _day(person, condition, metrics)
    centres = [measure.value(start, plan.foot) for measure in plan.measures]
    minimal = [
        minimal_change(measure, np.array([centre])).value
        for measure, centre in zip(plan.measures, centres, strict=True)
    ]
    lowered, before, reached = 0.0, 0.0, 0.0
    while reached < changes:
        if lowered > condition.degree + BEYOND_DEGREE:
            raise CannotMoveError(
                f"{condition.kind} does not move {plan.rule} by {changes:g} detectable changes"
            )
        lowered += DEGREE_STEP
        day = _day(person, replace(condition, degree=condition.degree - lowered), metrics)
        moved = [
            abs(measure.value(day, plan.foot) - centre) / limit
            for measure, centre, limit in zip(plan.measures, centres, minimal, strict=True)
        ]
        before, reached = reached, float(np.mean(moved))
    return lowered - DEGREE_STEP * (1.0 - (changes - before) / (reached - before))


def _day(person: Person, condition: Condition, metrics: Collection[str]) -> Day:
    learned = PersonalBaseline()
    learned.add_day(FIRST, EVERYDAY, strides_of(person, 0, condition, metrics))
    return learned.days[0]


def _hours(draw: np.random.Generator, life: Life, begin: int, hardly: bool) -> np.ndarray:
    """Hours worn with the orthotic of each day."""
    total = len(life.worn)
    adherence = draw.uniform(0.05, 0.2) if hardly else draw.uniform(0.75, 1.0)
    wears = draw.random(total) < adherence
    hours = np.clip(draw.normal(6.5, 1.8, total), 1.0, 14.0) * (0.4 if hardly else 1.0)
    wears[:begin] = False
    return np.where(wears & life.worn, hours, 0.0)


def _degrees(
    draw: np.random.Generator, life: Life, group: Group, step: float, hours: np.ndarray, begin: int
) -> np.ndarray:
    """By how much the condition's degree is lower on each day than at first."""
    total = len(life.worn)
    days = np.arange(total)
    lowered = life.habits.trend * step / MDCS * days / 56
    with_it = hours > 0
    lowered = lowered + with_it * draw.normal(0, INSERT_SD) * step / MDCS
    if group in (Group.WORKS, Group.HARDLY):
        used = 1.0 - np.exp(-(days - begin + 1) / GETTING_USED_DAYS)
        lowered = lowered + np.where(with_it, step * used, 0.0)
    elif group is Group.NO_PLAN:
        lowered = lowered + step * np.clip((days - begin) / max(total - begin, 1), 0, 1)
    elif group is Group.IMPROVING:
        lowered = lowered + step * days / total * 2.0
    return lowered
