"""What was really done of a plan, against what was meant."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from plantigrade.posture.plans.plan import Plan, PlanGoal
from plantigrade.posture.plans.settings import DAYS_A_WEEK, HARDLY_SHARE, USUAL_HOURS_A_DAY


@dataclass(frozen=True)
class DoneDay:
    """What is known of a day: hours worn with it, or how often the exercise was done. Days that are not known
    have no entry; a day on which it was known not to be worn has 0."""

    day: date
    amount: float


@dataclass(frozen=True)
class FollowedPlan:
    """A plan with what was done of it."""

    plan: Plan
    done: tuple[DoneDay, ...] = ()


@dataclass(frozen=True)
class Done:
    """What was done in a period.

    Attributes:
        days: of the period.
        known_days: with an entry.
        amount: a day on known days for hours, a week over all days for exercises.
        goal: what was meant, in the same unit.
        hardly: whether it was too little to say anything of a change.
    """

    days: int
    known_days: int
    amount: float
    goal: PlanGoal
    hardly: bool


def done_in(followed: FollowedPlan, first: date, end: date) -> Done:
    """What was done from `first` to the day before `end`.

    Hours are averaged over the days that are known: an insole that is charging says nothing of the orthotic.
    An exercise that nobody ticked was not done.

    Example:
        >>> from plantigrade.posture.plans.plan import ChosenBy, PlanKind, plan_for
        >>> from plantigrade.posture.rules_engine.rules import shipped_rules
        >>> rule = shipped_rules()["stride-variability"]
        >>> plan = plan_for(
        ...     rule, None, PlanKind.EXERCISE, date(2026, 3, 2), ChosenBy.PERSON, exercise="heel-raise"
        ... )
        >>> ticks = (DoneDay(date(2026, 3, 3), 1), DoneDay(date(2026, 3, 5), 1))
        >>> done_in(FollowedPlan(plan, ticks), date(2026, 3, 2), date(2026, 3, 16)).amount
        1.0
    """
    plan = followed.plan
    inside = [one.amount for one in _known(followed.done, first, end)]
    days = max((end - first).days, 0)
    if plan.worn:
        amount = sum(inside) / len(inside) if inside else 0.0
        enough = min(HARDLY_SHARE * plan.goal.amount, USUAL_HOURS_A_DAY)
        hardly = bool(inside) and amount < enough
    else:
        amount = sum(inside) * DAYS_A_WEEK / days if days else 0.0
        hardly = amount < HARDLY_SHARE * plan.goal.amount
    return Done(days, len(inside), amount, plan.goal, hardly)


def _known(done: Sequence[DoneDay], first: date, end: date) -> Iterable[DoneDay]:
    """One entry a day, the last of several."""
    return {one.day: one for one in done if first <= one.day < end}.values()
