"""What can be said of a plan on a day: too early, hardly done, changed, or not.

"Changed" is said of a value when all of this holds: the interval of the difference, together with those of
all other looks and values 95 %, leaves out zero; the difference is at least the minimal detectable change;
both still hold for what goes beyond the trend before the plan; and, for what is worn, the change begins with
it. It never says that the plan did it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from plantigrade.posture.baseline.baseline import Day
from plantigrade.posture.baseline.before_after import MinimalChange
from plantigrade.posture.plans.comparison import DayValues, PeriodDifference, compare_periods
from plantigrade.posture.plans.done import Done, FollowedPlan, done_in
from plantigrade.posture.plans.measures import Measure
from plantigrade.posture.plans.minimal_change import minimal_change
from plantigrade.posture.plans.plan import Plan
from plantigrade.posture.plans.settings import (
    JUMP_SHARE,
    MIN_BEFORE_DAYS,
    MIN_BEFORE_SPAN_DAYS,
    MIN_SINCE_DAYS,
    NOTABLE_SHARE,
    STEP_NEAR_DAYS,
)
from plantigrade.posture.plans.windows import Clean, Look, clean_time, first_look, look_at, split


class Outcome(StrEnum):
    """What is said of a plan, or of one of its values."""

    TOO_EARLY = "too early"
    TOO_FEW_BEFORE = "too few days before"
    HARDLY_DONE = "hardly done"
    NOT_SEPARABLE = "not separable"
    CHANGED = "changed"
    ALREADY_CHANGING = "already changing before"
    CHANGED_AT_ANOTHER_TIME = "changed at another time"
    NOT_BEYOND_CHANCE = "not beyond chance"


class Direction(StrEnum):
    """Of a change, as the plan wants it."""

    BETTER = "better"
    WORSE = "worse"


@dataclass(frozen=True)
class Change:
    """One value before and since.

    Attributes:
        measure: which value.
        outcome: changed, or why that is not said.
        before, since: means of the days.
        difference: since - before, between days of the same kind.
        low, high: its interval.
        expected: what the trend before would have brought anyway.
        minimal: the minimal detectable change.
        independent_days: that all compared days together count as.
    """

    measure: Measure
    outcome: Outcome
    before: float
    since: float
    difference: float
    low: float
    high: float
    expected: float
    minimal: MinimalChange
    independent_days: float

    @property
    def direction(self) -> Direction:
        """Towards what the plan is for, or away from it."""
        return Direction.BETTER if self.difference * self.measure.worse < 0 else Direction.WORSE


@dataclass(frozen=True)
class Verdict:
    """What is said of a plan on a day.

    Attributes:
        outcome: in a word.
        day: on which it is said.
        looked_to: the last day that was compared; None before the first look.
        next_look: the day of the next look; None when there will be none.
        days_before, days_since: with values, that were or can be compared.
        needed_before, needed_since: that a look needs.
        done: what was done of the plan so far.
        changes: for each value; empty where nothing was compared.
        not_apart_from: plans that this one cannot be told apart from.
    """

    outcome: Outcome
    day: date
    looked_to: date | None
    next_look: date | None
    days_before: int
    days_since: int
    needed_before: int
    needed_since: int
    done: Done
    changes: tuple[Change, ...] = ()
    not_apart_from: tuple[Plan, ...] = ()


def judge(
    followed: FollowedPlan, days: Sequence[Day], today: date, others: Sequence[FollowedPlan] = ()
) -> Verdict:
    """The verdict on a plan, from the days that were learned up to yesterday.

    Args:
        followed: the plan with what was done of it.
        days: of the person's baseline.
        today: local date; today's own day is not looked at.
        others: the person's other plans, ended ones too.
    """
    plan = followed.plan
    clean = clean_time(plan, others, today)
    look = look_at(plan, clean.first_before, clean.end, today)
    seen = look or _ahead(plan, clean, today)
    done = done_in(followed, plan.from_day, seen.end)
    worn_on = [one.day for one in followed.done if one.amount > 0] if plan.worn and followed.done else None
    apart = [other.tag for other in clean.tagged]
    parts = [split(plan, measure, days, seen, worn_on, apart) for measure in plan.measures]
    counts = [(len(before), len(since)) for before, since in parts]
    following = look.following if look is not None else first_look(plan, clean.end)
    answer = _Answer(today, look, following, (min(n for n, _ in counts), min(n for _, n in counts)), done)
    if clean.together and not done.hardly:
        return answer.that(Outcome.NOT_SEPARABLE, not_apart_from=clean.together)
    if look is None:
        cut = clean.since_cut_by if clean.end is not None and clean.end <= today else ()
        return answer.that(Outcome.NOT_SEPARABLE if cut else Outcome.TOO_EARLY, not_apart_from=cut)
    if done.hardly:
        return answer.that(Outcome.HARDLY_DONE)
    if not all(_enough_before(before) for before, _ in parts):
        cut = clean.before_cut_by
        return answer.that(Outcome.NOT_SEPARABLE if cut else Outcome.TOO_FEW_BEFORE, not_apart_from=cut)
    if answer.days[1] < MIN_SINCE_DAYS:
        alone = [split(plan, measure, days, seen, worn_on) for measure in plan.measures]
        mixed = min(len(since) for _, since in alone) >= MIN_SINCE_DAYS
        cut = clean.since_cut_by if following is None else clean.tagged if mixed else ()
        return answer.that(Outcome.NOT_SEPARABLE if cut else Outcome.TOO_EARLY, not_apart_from=cut)
    error = look.error / len(parts)
    changes = tuple(
        _change(plan, measure, before, since, error)
        for measure, (before, since) in zip(plan.measures, parts, strict=True)
    )
    return answer.that(_together(changes), changes=changes)


@dataclass(frozen=True)
class _Answer:
    """What every verdict of this look has."""

    today: date
    look: Look | None
    following: date | None
    days: tuple[int, int]
    done: Done

    def that(
        self, outcome: Outcome, changes: tuple[Change, ...] = (), not_apart_from: tuple[Plan, ...] = ()
    ) -> Verdict:
        look = self.look
        return Verdict(
            outcome,
            self.today,
            date.fromordinal(look.end.toordinal() - 1) if look is not None else None,
            self.following,
            *self.days,
            MIN_BEFORE_DAYS,
            MIN_SINCE_DAYS,
            self.done,
            changes,
            not_apart_from,
        )


def _ahead(plan: Plan, clean: Clean, today: date) -> Look:
    """The days that there are before the first look, to count them."""
    end = max(min(clean.end or today, today), plan.from_day)
    return Look(0, clean.first_before, plan.from_day, end, 0.0, None)


def _enough_before(before: DayValues) -> bool:
    return len(before) >= MIN_BEFORE_DAYS and before.days[-1] - before.days[0] + 1 >= MIN_BEFORE_SPAN_DAYS


def _change(plan: Plan, measure: Measure, before: DayValues, since: DayValues, error: float) -> Change:
    minimal = minimal_change(measure, before.values)
    found = compare_periods(before, since, error, minimal.value)
    return Change(
        measure,
        _outcome(plan, found, minimal.value),
        found.before,
        found.since,
        found.difference,
        found.low,
        found.high,
        found.expected,
        minimal,
        found.independent_days,
    )


def _outcome(plan: Plan, found: PeriodDifference, minimal: float) -> Outcome:
    difference = found.difference
    if found.low <= 0 <= found.high or abs(difference) < minimal:
        return Outcome.NOT_BEYOND_CHANCE
    if found.beyond_low <= 0 <= found.beyond_high or abs(difference - found.expected) < minimal:
        notable = found.expected / difference >= NOTABLE_SHARE
        return Outcome.ALREADY_CHANGING if notable else Outcome.NOT_BEYOND_CHANCE
    elsewhere = found.jump / difference < JUMP_SHARE or abs(found.begins_days) > STEP_NEAR_DAYS
    if plan.worn and elsewhere:
        return Outcome.CHANGED_AT_ANOTHER_TIME
    return Outcome.CHANGED


def _together(changes: Sequence[Change]) -> Outcome:
    """The outcome of the plan: what most can be said of any value."""
    outcomes = {one.outcome for one in changes}
    ranked = (Outcome.CHANGED, Outcome.ALREADY_CHANGING, Outcome.CHANGED_AT_ANOTHER_TIME)
    return next((one for one in ranked if one in outcomes), Outcome.NOT_BEYOND_CHANCE)
