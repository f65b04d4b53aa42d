"""Which days tell of a plan: until when, from when, and which other plans stand in the way."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from plantigrade.posture.baseline.baseline import Day
from plantigrade.posture.plans.comparison import DayValues
from plantigrade.posture.plans.done import FollowedPlan, done_in
from plantigrade.posture.plans.measures import Measure, MeasureKind
from plantigrade.posture.plans.plan import Plan
from plantigrade.posture.plans.settings import (
    BEFORE_DAYS,
    EXERCISE_LATER_SHARE,
    LATER_ERRORS,
    LOOK_DAYS,
    LOOK_ERRORS,
    MIN_SHARED_TAG_DAYS,
)

ONE_DAY = timedelta(days=1)


@dataclass(frozen=True)
class Look:
    """The days that one look compares.

    Attributes:
        number: 0 for the first.
        first_before: of the days before the plan.
        first_since: of the days since that are compared; the plan's first day, later for exercises.
        end: the day after the last one.
        error: probability of an error that this look may spend.
        following: the day of the next look; None when there will be none.
    """

    number: int
    first_before: date
    first_since: date
    end: date
    error: float
    following: date | None


def look_at(plan: Plan, first_before: date, end: date | None, today: date) -> Look | None:
    """The latest look that is due, with data to the day before; None before the first.

    Args:
        plan: that is looked at.
        first_before: of the days before that may be compared.
        end: the day after the last day that may be compared; None while the plan goes on undisturbed. Looks
            end with it, and the last is made there.
        today: of the look.
    """
    number, found = 0, None
    while True:
        due = plan.from_day + timedelta(days=_days_until(number))
        if end is not None and due >= end:
            if end <= today and (end - plan.from_day).days >= LOOK_DAYS[0]:
                found = _look(plan, number, first_before, end, None)
            return found
        if due > today:
            return found
        following = plan.from_day + timedelta(days=_days_until(number + 1))
        if end is not None:
            following = min(following, end)
        found = _look(plan, number, first_before, due, following)
        number += 1


def _days_until(number: int) -> int:
    if number < len(LOOK_DAYS):
        return LOOK_DAYS[number]
    return LOOK_DAYS[-1] * (number - len(LOOK_DAYS) + 2)


def _look(plan: Plan, number: int, first_before: date, end: date, following: date | None) -> Look:
    passed = (end - plan.from_day).days
    skipped = 0 if plan.worn else round(EXERCISE_LATER_SHARE * passed)
    later = number - len(LOOK_ERRORS)
    error = LOOK_ERRORS[number] if later < 0 else LATER_ERRORS * 0.5**later
    return Look(number, first_before, plan.from_day + timedelta(days=skipped), end, error, following)


@dataclass(frozen=True)
class Clean:
    """The time around a plan's beginning in which no other plan began or ended that could move the same
    values.

    Attributes:
        first_before: first day that may be compared.
        end: the day after the last; None while nothing ended it.
        before_cut_by, since_cut_by: plans that end it.
        together: plans that began or ended on the very day of the plan's beginning.
    """

    first_before: date
    end: date | None
    before_cut_by: tuple[Plan, ...] = ()
    since_cut_by: tuple[Plan, ...] = ()
    together: tuple[Plan, ...] = ()


def clean_time(plan: Plan, others: Sequence[FollowedPlan], today: date) -> Clean:
    """Where other plans leave a plan alone. Those that were hardly done are none."""
    first = plan.from_day - timedelta(days=BEFORE_DAYS)
    end = plan.to_day + ONE_DAY if plan.to_day is not None else None
    events = [
        (day, other.plan)
        for other in others
        if _could_move(plan, other.plan) and not _hardly(other, today)
        for day in _events(other.plan)
        if day <= today
    ]
    earlier = [event for event in events if first < event[0] < plan.from_day]
    later = [event for event in events if plan.from_day < event[0] and (end is None or event[0] < end)]
    together = tuple(other for day, other in events if day == plan.from_day)
    if earlier:
        first = max(day for day, _ in earlier)
    if later:
        end = min(day for day, _ in later)
    return Clean(
        first,
        end,
        tuple(other for day, other in earlier if day == first),
        tuple(other for day, other in later if day == end),
        together,
    )


def _hardly(other: FollowedPlan, today: date) -> bool:
    end = other.plan.to_day + ONE_DAY if other.plan.to_day is not None else today
    return done_in(other, other.plan.from_day, max(min(end, today), other.plan.from_day)).hardly


def _events(plan: Plan) -> list[date]:
    return [plan.from_day] + ([plan.to_day + ONE_DAY] if plan.to_day is not None else [])


def _could_move(plan: Plan, other: Plan) -> bool:
    """Whether another plan can move what this one is followed by.

    Days tell the plans apart where both are worn and have tags of their own. What is worn moves every value
    of its foot; an exercise those that it is for.
    """
    both_feet = plan.foot is None or other.foot is None or any(_of_both(one) for one in plan.measures)
    if not both_feet and plan.foot is not other.foot:
        return False
    if plan.worn and other.worn:
        return not (plan.tag and other.tag and plan.tag != other.tag)
    return bool({one.metric for one in plan.measures} & {one.metric for one in other.measures})


def _of_both(measure: Measure) -> bool:
    return measure.kind in (MeasureKind.ASYMMETRY, MeasureKind.SUM, MeasureKind.LOAD)


def split(
    plan: Plan, measure: Measure, days: Sequence[Day], look: Look, worn_on: Sequence[date] | None
) -> tuple[DayValues, DayValues]:
    """Values of the days before and since that may be compared.

    With a tag, days since are those with it, and days before those of the pair that was worn on most of them.
    Without, only pairs that were worn on both sides are compared, each with itself.

    Args:
        plan: that is looked at.
        measure: of the days.
        days: of the person.
        look: which days.
        worn_on: days since on which it is known to have been worn; None where that does not matter.
    """
    rows = [(date.fromisoformat(day.day), measure.value(day, plan.foot), day.tag) for day in days]
    before = [row for row in rows if look.first_before <= row[0] < plan.from_day and row[1] == row[1]]
    since = [row for row in rows if look.first_since <= row[0] < look.end and row[1] == row[1]]
    if plan.tag:
        since = [row for row in since if row[2] == plan.tag]
        usual = _most_worn([row[2] for row in before if row[2] != plan.tag])
        before = [row for row in before if row[2] == usual]
        return _one_pair(before), _one_pair(since)
    if worn_on is not None:
        since = [row for row in since if row[0] in worn_on]
    shared = {
        tag
        for tag in {row[2] for row in before}
        if min(sum(row[2] == tag for row in side) for side in (before, since)) >= MIN_SHARED_TAG_DAYS
    }
    before, since = ([row for row in side if row[2] in shared] for side in (before, since))
    return DayValues.of(before), DayValues.of(since)


def _most_worn(tags: Sequence[str]) -> str | None:
    return max(sorted(set(tags)), key=tags.count, default=None)


def _one_pair(rows: Sequence[tuple[date, float, str]]) -> DayValues:
    """The tag is what is compared, so it has no effect of its own."""
    return DayValues.of([(day, value, "") for day, value, _ in rows])
