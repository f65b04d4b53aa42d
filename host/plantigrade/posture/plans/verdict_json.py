"""Verdicts as they are stored, and back."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from plantigrade.errors import PlantigradeError
from plantigrade.posture.baseline.before_after import MinimalChange
from plantigrade.posture.plans.done import Done
from plantigrade.posture.plans.measures import Measure, MeasureKind
from plantigrade.posture.plans.plan import GoalUnit, PlanGoal, plan_as_json, plan_from_json
from plantigrade.posture.plans.verdict import Change, Outcome, Verdict

_NUMBERS = ("before", "since", "difference", "low", "high", "expected", "independent_days")
_COUNTS = ("days_before", "days_since", "needed_before", "needed_since")


def verdict_as_json(verdict: Verdict) -> dict[str, Any]:
    """A verdict as it is stored; `verdict_from_json` reads it."""
    done = verdict.done
    return {
        "outcome": verdict.outcome.value,
        "day": verdict.day.isoformat(),
        "looked_to": _day_as_json(verdict.looked_to),
        "next_look": _day_as_json(verdict.next_look),
        **{name: getattr(verdict, name) for name in _COUNTS},
        "done": {
            "days": done.days,
            "known_days": done.known_days,
            "amount": done.amount,
            "goal": {"amount": done.goal.amount, "unit": done.goal.unit.value},
            "hardly": done.hardly,
        },
        "changes": [_change_as_json(one) for one in verdict.changes],
        "not_apart_from": [plan_as_json(one) for one in verdict.not_apart_from],
    }


def verdict_from_json(entry: Mapping[str, Any]) -> Verdict:
    """Read what `verdict_as_json` wrote.

    Raises:
        PlantigradeError: an entry is missing or makes no sense.
    """
    try:
        done = entry["done"]
        return Verdict(
            outcome=Outcome(entry["outcome"]),
            day=date.fromisoformat(entry["day"]),
            looked_to=_day(entry["looked_to"]),
            next_look=_day(entry["next_look"]),
            done=Done(
                int(done["days"]),
                int(done["known_days"]),
                float(done["amount"]),
                PlanGoal(float(done["goal"]["amount"]), GoalUnit(done["goal"]["unit"])),
                bool(done["hardly"]),
            ),
            changes=tuple(_change(one) for one in entry["changes"]),
            not_apart_from=tuple(plan_from_json(one) for one in entry["not_apart_from"]),
            **{name: int(entry[name]) for name in _COUNTS},
        )
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise PlantigradeError(f"a stored verdict on a plan makes no sense: {error}") from error


def _change_as_json(change: Change) -> dict[str, Any]:
    measure, minimal = change.measure, change.minimal
    return {
        "metric": measure.metric,
        "kind": measure.kind.value,
        "worse": measure.worse,
        "outcome": change.outcome.value,
        **{name: getattr(change, name) for name in _NUMBERS},
        "minimal": {"value": minimal.value, "unit": minimal.unit, "source": minimal.source},
    }


def _change(entry: Mapping[str, Any]) -> Change:
    minimal = entry["minimal"]
    return Change(
        measure=Measure(str(entry["metric"]), MeasureKind(entry["kind"]), int(entry["worse"])),
        outcome=Outcome(entry["outcome"]),
        minimal=MinimalChange(float(minimal["value"]), str(minimal["unit"]), str(minimal["source"])),
        **{name: float(entry[name]) for name in _NUMBERS},
    )


def _day_as_json(day: date | None) -> str | None:
    return day.isoformat() if day is not None else None


def _day(value: str | None) -> date | None:
    return date.fromisoformat(value) if value is not None else None
