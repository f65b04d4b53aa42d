"""Which days tell of a plan: until when, from when, and which other plans stand in the way."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

import numpy as np

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
    MIN_SHARED_DAYS,
    TAG_JOIN,
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


def first_look(plan: Plan, end: date | None) -> date | None:
    """The day of the first look; None when the plan is disturbed or ends before it."""
    due = plan.from_day + timedelta(days=LOOK_DAYS[0])
    return due if end is None or due <= end else None


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
        tagged: plans for what is worn whose days have a tag of their own.
    """

    first_before: date
    end: date | None
    before_cut_by: tuple[Plan, ...] = ()
    since_cut_by: tuple[Plan, ...] = ()
    together: tuple[Plan, ...] = ()
    tagged: tuple[Plan, ...] = ()


def clean_time(plan: Plan, others: Sequence[FollowedPlan], today: date) -> Clean:
    """Where other plans leave a plan alone. Those that were hardly done are none."""
    first = plan.from_day - timedelta(days=BEFORE_DAYS)
    end = plan.to_day + ONE_DAY if plan.to_day is not None else None
    near = [other.plan for other in others if _near(plan, other.plan) and not _hardly(other, today)]
    tagged = tuple(other for other in near if _separated_by_tags(plan, other))
    events = [(day, other) for other in near if other not in tagged for day in _events(other) if day <= today]
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
        tagged,
    )


def _hardly(other: FollowedPlan, today: date) -> bool:
    end = other.plan.to_day + ONE_DAY if other.plan.to_day is not None else today
    return done_in(other, other.plan.from_day, max(min(end, today), other.plan.from_day)).hardly


def _events(plan: Plan) -> list[date]:
    return [plan.from_day] + ([plan.to_day + ONE_DAY] if plan.to_day is not None else [])


def _near(plan: Plan, other: Plan) -> bool:
    """Whether another plan can move what this one is followed by. What is worn moves every value of its foot;
    an exercise those that it is for."""
    both_feet = plan.foot is None or other.foot is None or any(_of_both(one) for one in plan.measures)
    if not both_feet and plan.foot is not other.foot:
        return False
    if plan.worn and other.worn:
        return True
    return bool({one.metric for one in plan.measures} & {one.metric for one in other.measures})


def _separated_by_tags(plan: Plan, other: Plan) -> bool:
    return plan.worn and other.worn and bool(plan.tag and other.tag) and plan.tag != other.tag


def _of_both(measure: Measure) -> bool:
    return measure.kind in (MeasureKind.ASYMMETRY, MeasureKind.SUM, MeasureKind.LOAD)


def split(
    plan: Plan,
    measure: Measure,
    days: Sequence[Day],
    look: Look,
    worn_on: Sequence[date] | None,
    apart: Sequence[str] = (),
) -> tuple[DayValues, DayValues]:
    """Values of the days before and since that may be compared.

    With a tag, days since are those with it. Where what else was worn is the same on both sides ("trail"
    before, "trail + insert" since), like is compared with like; else days since are compared with those of
    the pair that was worn most before.

    Args:
        plan: that is looked at.
        measure: of the days.
        days: of the person.
        look: which days.
        worn_on: days since on which it is known to have been worn; None where that does not matter.
        apart: tags of other plans. Where like cannot be compared with like, days since with them are left
            out, as nobody could tell which of the two moved them.
    """
    known = [_row(plan, measure, day) for day in days]
    rows = [row for row in known if np.isfinite(row.value)]
    before = [row for row in rows if look.first_before <= row.day < plan.from_day and not row.with_it]
    since = [row for row in rows if look.first_since <= row.day < look.end]
    if plan.tag:
        since = [row for row in since if row.with_it]
    elif worn_on is not None:
        since = [row for row in since if row.day in worn_on]
    shared = [
        rest for rest in _rests(before) if min(_count(before, rest), _count(since, rest)) >= MIN_SHARED_DAYS
    ]
    if shared or not plan.tag:
        return _values(before, shared), _values(since, shared)
    usual = max(_rests(before), key=lambda rest: _count(before, rest), default="")
    before = [replace(row, rest="") for row in before if row.rest == usual]
    foreign = set(apart) - set(usual.split(TAG_JOIN))
    since = [replace(row, rest="") for row in since if not foreign & set(row.rest.split(TAG_JOIN))]
    return _values(before, [""]), _values(since, [""])


@dataclass(frozen=True)
class _Row:
    """A value of a day, whether the plan's tag is in the day's, and what else was worn."""

    day: date
    value: float
    with_it: bool
    rest: str


def _row(plan: Plan, measure: Measure, day: Day) -> _Row:
    worn = day.tag.split(TAG_JOIN)
    rest = TAG_JOIN.join(one for one in worn if one != plan.tag)
    when = date.fromisoformat(day.day)
    return _Row(when, measure.value(day, plan.foot), bool(plan.tag) and plan.tag in worn, rest)


def _rests(rows: Sequence[_Row]) -> list[str]:
    return sorted({row.rest for row in rows})


def _count(rows: Sequence[_Row], rest: str) -> int:
    return sum(row.rest == rest for row in rows)


def _values(rows: Sequence[_Row], rests: Sequence[str]) -> DayValues:
    return DayValues.of([(row.day, row.value, row.rest) for row in rows if row.rest in rests])
