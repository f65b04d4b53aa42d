"""A verdict as a few plain sentences, for the person or for a clinician."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from functools import cache
from pathlib import Path

from plantigrade.errors import FileError
from plantigrade.languages import languages_in, texts_of
from plantigrade.posture.plans.measures import Measure, MeasureKind
from plantigrade.posture.plans.plan import Plan
from plantigrade.posture.plans.settings import MEASURED, SHOWN_CONFIDENCE_PCT, WIDENED
from plantigrade.posture.plans.verdict import Change, Direction, Outcome, Verdict
from plantigrade.posture.rules_engine.guidance import catalogue

TEXT_DIR = Path(__file__).resolve().parent / "text"


class Reader(StrEnum):
    """For whom the sentences are."""

    PATIENT = "patient"
    CLINICIAN = "clinician"


@dataclass(frozen=True)
class PlanTexts:
    """The texts of one language."""

    months: Sequence[str]
    day_form: str
    conjunction: str
    both: str
    named: str
    plans: Mapping[str, str]
    sources: Mapping[str, str]
    measures: Mapping[str, str]
    patient: Mapping[str, str]
    clinician: Mapping[str, str]
    direction: Mapping[str, str]

    def of(self, reader: Reader) -> Mapping[str, str]:
        """The sentences for a reader."""
        return self.patient if reader is Reader.PATIENT else self.clinician

    def day(self, day: date) -> str:
        """A day as people say it, such as "3 March"."""
        return self.day_form.format(day=day.day, month=self.months[day.month - 1], year=day.year)


def languages() -> tuple[str, ...]:
    """Languages that have these texts."""
    return languages_in(TEXT_DIR)


@cache
def plan_texts(language: str = "en") -> PlanTexts:
    """The texts of a language.

    Raises:
        FileError: there are none, or an entry is missing.
    """
    data = texts_of(TEXT_DIR, language)
    try:
        return PlanTexts(
            tuple(data["months"]),
            data["date"],
            data["and"],
            data["both"],
            data["named"],
            data["plan"],
            data["source"],
            data["measure"],
            data["patient"],
            data["clinician"],
            data["direction"],
        )
    except (KeyError, TypeError) as error:
        raise FileError(TEXT_DIR / f"{language}.toml", f"lacks an entry: {error}") from error


def sentences(plan: Plan, verdict: Verdict, reader: Reader, language: str = "en") -> tuple[str, ...]:
    """What is said of a plan: one sentence or two for each value that something is to be said of.

    Args:
        plan: that was judged.
        verdict: on it.
        reader: patient or clinician.
        language: of the sentences.

    Example:
        >>> from plantigrade.posture.plans.done import FollowedPlan
        >>> from plantigrade.posture.plans.plan import ChosenBy, PlanKind, plan_for
        >>> from plantigrade.posture.plans.verdict import judge
        >>> from plantigrade.posture.rules_engine.rules import shipped_rules
        >>> rule = shipped_rules()["stride-variability"]
        >>> plan = plan_for(
        ...     rule, None, PlanKind.EXERCISE, date(2026, 3, 3), ChosenBy.PERSON, exercise="heel-raise"
        ... )
        >>> sentences(plan, judge(FollowedPlan(plan), [], date(2026, 3, 9)), Reader.PATIENT)[0][:70]
        'It is too early to say whether anything changed with the exercise: 0 o'
    """
    texts = plan_texts(language)
    spoken = texts.of(reader)
    common = _common(plan, verdict, texts, spoken)
    if not verdict.changes:
        return (spoken[_key(plan, verdict.outcome)].format_map(common),)
    reported = [one for one in verdict.changes if one.outcome is verdict.outcome]
    return tuple(
        spoken[_key(plan, change.outcome)].format_map(
            common | _of_change(plan, change, texts, spoken, language)
        )
        for change in reported
    )


def _key(plan: Plan, outcome: Outcome) -> str:
    if outcome is Outcome.HARDLY_DONE:
        return "hardly-worn" if plan.worn else "hardly-exercised"
    return {
        Outcome.TOO_EARLY: "too-early",
        Outcome.TOO_FEW_BEFORE: "too-few-before",
        Outcome.NOT_SEPARABLE: "not-separable",
        Outcome.CHANGED: "changed",
        Outcome.ALREADY_CHANGING: "already-changing",
        Outcome.CHANGED_AT_ANOTHER_TIME: "changed-at-another-time",
    }.get(outcome, "not-beyond-chance")


def _common(plan: Plan, verdict: Verdict, texts: PlanTexts, spoken: Mapping[str, str]) -> dict[str, str]:
    early = verdict.outcome is Outcome.TOO_EARLY
    following = verdict.next_look
    return {
        "plan": texts.plans[plan.kind.value],
        "since": texts.day(plan.from_day),
        "days": str(verdict.days_since if early else verdict.days_before),
        "needed": str(verdict.needed_since if early else verdict.needed_before),
        "next": spoken["next"].format(day=texts.day(following)) if following is not None else "",
        "amount": f"{verdict.done.amount:.1f}",
        "goal": f"{verdict.done.goal.amount:g}",
        "known": str(verdict.done.known_days),
        "all": str(verdict.done.days),
        "before": str(verdict.days_before),
        "days_since": str(verdict.days_since),
        "others": texts.conjunction.join(_named(other, texts) for other in verdict.not_apart_from),
    }


def _named(plan: Plan, texts: PlanTexts) -> str:
    return texts.named.format(plan=texts.plans[plan.kind.value], day=texts.day(plan.from_day))


def _of_change(
    plan: Plan, change: Change, texts: PlanTexts, spoken: Mapping[str, str], language: str
) -> dict[str, str]:
    what = _what(change.measure, texts, language)
    towards = _towards(change.measure)
    size, low, high = towards * change.difference, *sorted((towards * change.low, towards * change.high))
    rises = size > 0
    certain = change.outcome is not Outcome.NOT_BEYOND_CHANCE
    if certain:
        size, (low, high) = abs(size), sorted((abs(low), abs(high)))
    show = "{:.3g}" if certain else "{:+.3g}"
    side = catalogue(language).sides[plan.foot.value] if plan.foot is not None else texts.both
    wanted = change.direction is Direction.BETTER
    return {
        "what": what,
        "What": what[0].upper() + what[1:],
        "side": side,
        "lower": texts.direction["higher" if rises else "lower"],
        "falling": texts.direction["rising" if rises else "falling"],
        "by": show.format(size),
        "low": show.format(low),
        "high": show.format(high),
        "confidence": f"{SHOWN_CONFIDENCE_PCT:g}",
        "minimal": f"{change.minimal.value:.3g} {change.minimal.unit}".strip(),
        "source": _source(change, texts),
        "independent": f"{change.independent_days:.0f}",
        "expected": f"{towards * change.expected:+.3g}",
        "wanted": spoken["wanted" if wanted else "unwanted"],
    }


def _towards(measure: Measure) -> int:
    """Differences of the feet are told as the finding sees them: how much more, or how much less."""
    return measure.worse if measure.kind is MeasureKind.ASYMMETRY else 1


def _what(measure: Measure, texts: PlanTexts, language: str) -> str:
    key = measure.key
    if measure.kind is MeasureKind.ASYMMETRY:
        key = f"{'more' if measure.worse > 0 else 'less'} {measure.metric}"
    return texts.measures.get(key) or catalogue(language).metrics.get(key) or key


def _source(change: Change, texts: PlanTexts) -> str:
    key = {MEASURED: "measured", WIDENED: "widened"}.get(change.minimal.source, "assumed")
    return texts.sources[key]
