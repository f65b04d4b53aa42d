"""What was decided for a finding: an orthotic, a shoe or an exercise, from a day on, with a goal."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any

from plantigrade.errors import PlantigradeError
from plantigrade.gait.signals import Foot
from plantigrade.posture.plans.measures import Measure, MeasureKind, measures_of
from plantigrade.posture.plans.settings import (
    LONGEST_NAME,
    LONGEST_NOTE,
    MOST_HOURS_A_DAY,
    MOST_TIMES_A_WEEK,
    USUAL_HOURS_A_DAY,
    USUAL_TIMES_A_WEEK,
)
from plantigrade.posture.rules_engine.rules import Rule


class PlanKind(StrEnum):
    """What was chosen."""

    ORTHOTIC = "orthotic"
    SHOE = "shoe"
    EXERCISE = "exercise"


class ChosenBy(StrEnum):
    """Who chose it."""

    CLINICIAN = "clinician"
    PERSON = "person"


class GoalUnit(StrEnum):
    """What the goal of a plan counts."""

    HOURS_A_DAY = "hours a day"
    TIMES_A_WEEK = "times a week"


@dataclass(frozen=True)
class PlanGoal:
    """How much is meant: hours of wear a day, or times a week that an exercise is done.

    Raises:
        PlantigradeError: not above zero, or more than a day or a week holds.
    """

    amount: float
    unit: GoalUnit

    def __post_init__(self) -> None:
        most = MOST_HOURS_A_DAY if self.unit is GoalUnit.HOURS_A_DAY else MOST_TIMES_A_WEEK
        if not 0 < self.amount <= most:
            raise PlantigradeError(
                f"the goal of a plan lies above 0 and not above {most:g} {self.unit.value}, "
                f"not {self.amount:g}"
            )


@dataclass(frozen=True)
class Plan:
    """A plan for one finding. `plan_for` makes one from a rule.

    Attributes:
        kind: orthotic, shoe or exercise.
        rule: identifier of the rule whose finding it is for.
        foot: side of the finding; None for both feet.
        measures: what days are compared by, fixed when the plan was made, whatever becomes of the rule.
        from_day: the first day, local.
        goal: how much is meant.
        chosen_by: clinician or person.
        to_day: the last day; None while it goes on.
        tag: footwear tag of the days with what is worn; "" where these days have no tag of their own.
        exercise: identifier of the exercise; "" for what is worn.
        note: in free words.

    Raises:
        PlantigradeError: entries that contradict each other.
    """

    kind: PlanKind
    rule: str
    foot: Foot | None
    measures: tuple[Measure, ...]
    from_day: date
    goal: PlanGoal
    chosen_by: ChosenBy
    to_day: date | None = None
    tag: str = ""
    exercise: str = ""
    note: str = ""

    def __post_init__(self) -> None:
        if problem := self._problem():
            raise PlantigradeError(f"a plan for {self.rule!r} from {self.from_day}: {problem}")

    def _problem(self) -> str:
        exercising = self.kind is PlanKind.EXERCISE
        if not self.rule or not self.measures:
            return "it must name a rule that gives values of days"
        if self.to_day is not None and self.to_day < self.from_day:
            return f"it cannot end on {self.to_day}, before it begins"
        if exercising != bool(self.exercise) or (exercising and self.tag):
            return "an exercise is named by a plan of that kind alone, which has no footwear tag"
        if (self.goal.unit is GoalUnit.TIMES_A_WEEK) is not exercising:
            return "the goal of an exercise is given in times a week, of what is worn in hours a day"
        if (
            len(self.note) > LONGEST_NOTE
            or max(map(len, (self.tag, self.exercise, self.rule))) > LONGEST_NAME
        ):
            return f"a note has at most {LONGEST_NOTE} characters, a name {LONGEST_NAME}"
        return ""

    @property
    def worn(self) -> bool:
        """Whether it is something that is worn."""
        return self.kind is not PlanKind.EXERCISE


def usual_goal(kind: PlanKind) -> PlanGoal:
    """The goal of a plan for which none was set."""
    if kind is PlanKind.EXERCISE:
        return PlanGoal(USUAL_TIMES_A_WEEK, GoalUnit.TIMES_A_WEEK)
    return PlanGoal(USUAL_HOURS_A_DAY, GoalUnit.HOURS_A_DAY)


def plan_for(
    rule: Rule,
    foot: Foot | None,
    kind: PlanKind,
    from_day: date,
    chosen_by: ChosenBy,
    *,
    goal: PlanGoal | None = None,
    tag: str = "",
    exercise: str = "",
    note: str = "",
) -> Plan:
    """A plan for a finding of a rule; what it is followed by comes from the rule's terms.

    Raises:
        PlantigradeError: the rule gives no value of a day, or the entries contradict each other.

    Example:
        >>> from plantigrade.posture.rules_engine.rules import shipped_rules
        >>> rule = shipped_rules()["low-arch"]
        >>> plan = plan_for(rule, Foot.LEFT, PlanKind.ORTHOTIC, date(2026, 3, 3), ChosenBy.CLINICIAN)
        >>> plan.measures[0].key, plan.goal.amount
        ('medial_arch_index', 4.5)
    """
    return Plan(
        kind,
        rule.id,
        foot,
        measures_of(rule),
        from_day,
        goal or usual_goal(kind),
        chosen_by,
        tag=tag,
        exercise=exercise,
        note=note,
    )


def prescribed_exercises(plans: Iterable[Plan], day: date) -> frozenset[str]:
    """Identifiers of the exercises that a clinician has chosen, in plans that hold on a day.

    Example:
        >>> from plantigrade.posture.rules_engine.rules import shipped_rules
        >>> rule, begin = shipped_rules()["stride-variability"], date(2026, 3, 3)
        >>> plan = plan_for(rule, None, PlanKind.EXERCISE, begin, ChosenBy.CLINICIAN, exercise="heel-raise")
        >>> sorted(prescribed_exercises([plan], begin))
        ['heel-raise']
    """
    return frozenset(
        plan.exercise
        for plan in plans
        if plan.kind is PlanKind.EXERCISE
        and plan.chosen_by is ChosenBy.CLINICIAN
        and plan.from_day <= day
        and (plan.to_day is None or day <= plan.to_day)
    )


def plan_as_json(plan: Plan) -> dict[str, Any]:
    """A plan as it is stored; `plan_from_json` reads it."""
    return {
        "kind": plan.kind.value,
        "rule": plan.rule,
        "foot": plan.foot.value if plan.foot is not None else "both",
        "measures": [
            {"metric": one.metric, "kind": one.kind.value, "worse": one.worse} for one in plan.measures
        ],
        "from_day": plan.from_day.isoformat(),
        "to_day": plan.to_day.isoformat() if plan.to_day is not None else None,
        "goal": {"amount": plan.goal.amount, "unit": plan.goal.unit.value},
        "chosen_by": plan.chosen_by.value,
        "tag": plan.tag,
        "exercise": plan.exercise,
        "note": plan.note,
    }


def plan_from_json(entry: Mapping[str, Any]) -> Plan:
    """Read what `plan_as_json` wrote.

    Raises:
        PlantigradeError: an entry is missing or makes no sense.
    """
    try:
        goal = PlanGoal(float(entry["goal"]["amount"]), GoalUnit(entry["goal"]["unit"]))
        return Plan(
            kind=PlanKind(entry["kind"]),
            rule=str(entry["rule"]),
            foot=foot_from_json(entry["foot"]),
            measures=_measures(entry["measures"]),
            from_day=date.fromisoformat(entry["from_day"]),
            goal=goal,
            chosen_by=ChosenBy(entry["chosen_by"]),
            to_day=date.fromisoformat(entry["to_day"]) if entry["to_day"] is not None else None,
            tag=str(entry["tag"]),
            exercise=str(entry["exercise"]),
            note=str(entry["note"]),
        )
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise PlantigradeError(f"a stored plan makes no sense: {error}") from error


def foot_from_json(value: str) -> Foot | None:
    """The foot of a stored value; None for "both".

    Raises:
        ValueError: neither left nor right nor both.
    """
    return None if value == "both" else Foot(value)


def _measures(listed: Sequence[Mapping[str, Any]]) -> tuple[Measure, ...]:
    found = tuple(Measure(str(one["metric"]), MeasureKind(one["kind"]), int(one["worse"])) for one in listed)
    if any(one.worse not in (1, -1) for one in found):
        raise ValueError("worse is 1 or -1")
    return found
