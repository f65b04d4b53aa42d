"""What may help a person today: the patterns that were found, exercises, and what was done of them."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta, tzinfo
from typing import TYPE_CHECKING, Final

from plantigrade.library.catalogue.exercise_choices import exercise_choices
from plantigrade.library.catalogue.stored_posture import StoredFinding, StoredPosture, stored_posture
from plantigrade.library.person.entries import Goal, GoalDone, GoalKind
from plantigrade.posture.exercises.choice import ExerciseChoice, Showing
from plantigrade.posture.rules_engine.added import all_rules
from plantigrade.posture.rules_engine.guidance import catalogue
from plantigrade.service.alerts.overview import ABOUT_INSOLES

if TYPE_CHECKING:
    from plantigrade.library.catalogue.library import Library
    from plantigrade.library.catalogue.record.person_record import PersonRecord

FINDINGS_DAYS: Final = 14
"""Findings of the last two weeks count: before that, too much may have changed."""
MOST_A_DAY: Final = 3
"""Exercises that are proposed for a day, planned ones among them: more are not done."""
MOST_PATTERNS: Final = 3
GENERAL: Final = ("short-foot", "toe-spread", "calf-pump")
"""Exercises for everyone, where nothing was found."""
ONCE: Final = 1.0


@dataclass(frozen=True)
class FoundPattern:
    """A pattern that was found; without rule and foot, one that was only asked for."""

    pattern: str
    rule: str = ""
    foot: str = ""


@dataclass(frozen=True)
class DayExercise:
    """An exercise for a person on a day.

    Attributes:
        choice: whether it is shown, and what speaks against it.
        is_planned: it belongs to a plan or a goal of the person.
        is_done: it was ticked on this day.
    """

    choice: ExerciseChoice
    is_planned: bool
    is_done: bool

    @property
    def id(self) -> str:
        """Identifier of the exercise."""
        return self.choice.exercise


@dataclass(frozen=True)
class HelpToday:
    """What may help.

    Attributes:
        day: local date of the person.
        patterns: that were found lately, the surest first; empty where nothing was found.
        exercises: for this day: planned ones first.
        others: that are shown as well.
        hidden: that are not shown, with what speaks against them.
        posture: what the analyses of the last days say, so that nobody reads them twice.
    """

    day: date
    patterns: tuple[FoundPattern, ...]
    exercises: tuple[DayExercise, ...]
    others: tuple[DayExercise, ...]
    hidden: tuple[ExerciseChoice, ...]
    posture: StoredPosture

    @property
    def done(self) -> int:
        """How many of the day's exercises were done."""
        return sum(one.is_done for one in self.exercises)

    @property
    def planned(self) -> tuple[DayExercise, ...]:
        """Those of the day that belong to a plan or a goal."""
        return tuple(one for one in self.exercises if one.is_planned)


def help_today(
    library: "Library", person: str, now: datetime, zone: tzinfo, asked_for: str = ""
) -> HelpToday:
    """What may help a person today.

    Args:
        library: open.
        person: code.
        now: the time.
        zone: of the person.
        asked_for: pattern that comes first, such as that of an alert; one that is not known is left out.

    Raises:
        UnknownPersonError: there is no such person.
        LibraryError: the database fails.
    """
    record, day = library.record(person), now.astimezone(zone).date()
    posture = stored_posture(library, person, now - timedelta(days=FINDINGS_DAYS), zone)
    patterns = _patterns(posture.present(), asked_for)
    choices = {one.exercise: one for one in exercise_choices(record, day)}
    shown = [name for name, one in choices.items() if one.shown]
    prescribed = [name for name, one in choices.items() if one.showing is Showing.PRESCRIBED]
    done = _done(record, day)
    planned = _ordered([*prescribed, *_planned(record, day)], shown)
    ticked = _ordered(done, [name for name in shown if name not in planned])
    proposed = [name for name in _proposed(patterns) if name in shown and name not in (*planned, *ticked)]
    today = [*planned, *ticked, *proposed[: max(0, MOST_A_DAY - len(planned) - len(ticked))]]

    def of(names: Iterable[str]) -> tuple[DayExercise, ...]:
        return tuple(DayExercise(choices[name], name in planned, name in done) for name in names)

    return HelpToday(
        day,
        patterns,
        of(today),
        of(name for name in shown if name not in today),
        tuple(one for one in choices.values() if not one.shown),
        posture,
    )


def tick(record: "PersonRecord", day: date, exercise: str, is_done: bool, by: str = "") -> None:
    """Store that an exercise was done on a day, or was not.

    Where it belongs to no goal, one of this day alone is made for it, so that the tick has its place.

    Raises:
        LibraryError: the database fails.
    """
    goals = [goal for goal in record.goals.on(day) if _is_for(goal, exercise)]
    if not goals:
        if not is_done:
            return
        goals = [record.goals.add(Goal(GoalKind.EXERCISE, ONCE, day, day, exercise, by))]
    goal = goals[-1]
    record.goals.done(GoalDone(goal.id, day, goal.target if is_done else 0.0))


def _patterns(found: Iterable[StoredFinding], asked_for: str) -> tuple[FoundPattern, ...]:
    rules, known = all_rules(), catalogue().patterns
    patterns: dict[str, FoundPattern] = {}
    for one in found:
        rule = rules.get(one.rule)
        if rule is not None and rule.pattern not in ABOUT_INSOLES:
            patterns.setdefault(rule.pattern, FoundPattern(rule.pattern, one.rule, one.foot))
    if asked_for in known and asked_for not in ABOUT_INSOLES:
        first = patterns.pop(asked_for, FoundPattern(asked_for))
        patterns = {asked_for: first} | patterns
    return tuple(patterns.values())[:MOST_PATTERNS]


def _proposed(patterns: Iterable[FoundPattern]) -> list[str]:
    """The exercises of the patterns, each once; general ones where there is no pattern."""
    guides = [catalogue().patterns[one.pattern] for one in patterns]
    names = [exercise.id for guide in guides for exercise in guide.exercises]
    return list(dict.fromkeys(names)) if guides else list(GENERAL)


def _planned(record: "PersonRecord", day: date) -> list[str]:
    """Exercises of plans and of goals that hold on a day; a goal of this day alone is a tick, no plan."""
    plans = [
        stored.plan.exercise
        for stored in record.plans.all()
        if stored.plan.exercise
        and stored.plan.from_day <= day
        and (stored.plan.to_day is None or day <= stored.plan.to_day)
    ]
    goals = [
        goal.exercise
        for goal in record.goals.on(day)
        if goal.kind is GoalKind.EXERCISE and not goal.from_day == goal.to_day == day
    ]
    return [*plans, *goals]


def _done(record: "PersonRecord", day: date) -> list[str]:
    exercises = {goal.id: goal.exercise for goal in record.goals.on(day) if goal.kind is GoalKind.EXERCISE}
    ticks = record.goals.done_between(day, day)
    return [exercises[one.goal_id] for one in ticks if one.amount > 0 and one.goal_id in exercises]


def _is_for(goal: Goal, exercise: str) -> bool:
    return goal.kind is GoalKind.EXERCISE and goal.exercise == exercise


def _ordered(names: Iterable[str], among: Collection[str]) -> list[str]:
    return [name for name in dict.fromkeys(names) if name in among]
