"""What the page says of alerts, levels, plans and the rest of a record, in the reader's words."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Final

from plantigrade.errors import PlantigradeError
from plantigrade.library.catalogue.exercise_choices import exercise_choices
from plantigrade.library.catalogue.record.plans import StoredPlan
from plantigrade.library.person.entries import AlertAnswer
from plantigrade.posture.exercises.cautions import Caution, CautionAnswer
from plantigrade.posture.exercises.choice import ExerciseChoice
from plantigrade.posture.plans.measures import measures_of
from plantigrade.posture.plans.sentences import Reader, languages, sentences
from plantigrade.posture.plans.verdict import Verdict
from plantigrade.posture.rules_engine.rulebook import Edit, RuleBook
from plantigrade.posture.rules_engine.rules import Rule, Severity
from plantigrade.service.alerts.life import LivingAlert
from plantigrade.service.alerts.stored import open_alerts, stored_alerts
from plantigrade.service.alerts.titles import title_of
from plantigrade.web.formats import Formats
from plantigrade.web.texts import caution_texts, rule_texts
from plantigrade.web.words import FALLBACK, Words

if TYPE_CHECKING:
    from plantigrade.library.catalogue.record.person_record import PersonRecord

ALERT_DAYS: Final = 90
"""Earlier alerts of a quarter of a year are shown: between two controls."""
MOST_EARLIER: Final = 12
MOST_ACCESSES: Final = 12
"""Lines of a list on the page; the files hold all."""


@dataclass(frozen=True)
class AlertLine:
    """An alert: what, which foot, since when, what was said to it."""

    title: str
    rule: str
    when: str
    severity: str
    answers: tuple[str, ...]


def alert_lines(
    record: "PersonRecord", utc_ns: int, words: Words, formats: Formats
) -> tuple[list[AlertLine], list[AlertLine]]:
    """Open alerts, and the latest earlier ones that were shown."""
    now = formats.local(utc_ns)
    alerts = stored_alerts(record.answers.all(now - timedelta(days=ALERT_DAYS)), utc_ns)
    lasting = open_alerts(alerts)
    over = [alert for alert in alerts if alert.shown and alert.cleared_utc_ns is not None][:MOST_EARLIER]
    return (
        [_alert_line(alert, words, formats) for alert in lasting],
        [_alert_line(alert, words, formats) for alert in over],
    )


def _alert_line(alert: LivingAlert, words: Words, formats: Formats) -> AlertLine:
    key = alert.key
    title = words(
        "person.alert-title", what=title_of(key.rule, rule_texts(words)), foot=words(f"side.{key.foot}")
    )
    when = words("person.since", when=formats.moment(key.onset_utc_ns))
    if alert.cleared_utc_ns is not None:
        when = formats.span(key.onset_utc_ns, alert.cleared_utc_ns)
    answers = [_answer(answer, words, formats) for answer in alert.answers]
    if alert.helped_after_min is not None:
        answers.append(words("person.helped-after", after=formats.duration(60 * alert.helped_after_min)))
    return AlertLine(title, key.rule, when, alert.severity.value, tuple(answers))


def _answer(answer: AlertAnswer, words: Words, formats: Formats) -> str:
    key = f"person.answer.{answer.answer.value.replace(' ', '-')}"
    given = words(key) if key in words.keys else answer.answer.value
    return words("person.answered", what=given, by=answer.by, at=formats.moment(answer.at_utc))


@dataclass(frozen=True)
class LevelChange:
    """One change of one number of a rule."""

    rule: str
    text: str
    detail: str


@dataclass(frozen=True)
class RuleLine:
    """A rule as it holds for the person."""

    id: str
    title: str
    raised_at: str
    cleared_at: str
    dwell: str
    version: str
    is_on: bool
    prescribed: bool
    critical: bool
    source: str


def level_changes(edits: Sequence[Edit], words: Words, formats: Formats) -> list[LevelChange]:
    """All changes, newest first."""
    return [
        LevelChange(
            edit.rule,
            words(
                "person.level-change",
                rule=edit.rule,
                field=words(f"person.field.{edit.field.replace('_', '-')}"),
                old=f"{edit.old:g}",
                new=f"{edit.new:g}",
            ),
            words(
                "person.level-detail",
                by=edit.by,
                at=formats.moment(datetime.fromisoformat(edit.at)),
                reason=edit.reason,
            ),
        )
        for edit in reversed(edits)
    ]


def rule_lines(book: RuleBook, words: Words, formats: Formats) -> list[RuleLine]:
    """Every rule as it holds now; those that a clinician prescribes last."""
    texts = rule_texts(words)

    def line(rule: Rule) -> RuleLine:
        return RuleLine(
            rule.id,
            title_of(rule.id, texts),
            f"{rule.raise_level:g} {rule.unit}".strip(),
            f"{rule.clear_level:g} {rule.unit}".strip(),
            formats.duration(rule.dwell_s),
            book.label(rule.id),
            rule.enabled,
            rule.prescribed,
            rule.severity is Severity.CRITICAL,
            rule.limit_source or texts.alerts["no_published_limit"],
        )

    return sorted((line(rule) for rule in book.rules.values()), key=lambda one: (one.prescribed, one.id))


@dataclass(frozen=True)
class PlanLine:
    """A plan with what is said of it."""

    id: int
    title: str
    when: str
    sentences: tuple[str, ...]
    is_over: bool
    note: str


def plan_lines(record: "PersonRecord", today: date, words: Words, formats: Formats) -> list[PlanLine]:
    """All plans, those that go on first, the latest first."""
    verdicts = {one.plan_id: one.verdict for one in record.plans.verdicts.all()}
    found: list[PlanLine] = []
    for stored in reversed(record.plans.all()):
        plan, verdict = stored.plan, verdicts.get(stored.id)
        verdict_texts = () if verdict is None else _verdict_sentences(stored, verdict, words)
        over = plan.to_day is not None and plan.to_day < today
        when = words("person.from-day", day=formats.day(plan.from_day))
        if plan.to_day is not None:
            when = words("person.from-to", first=formats.day(plan.from_day), last=formats.day(plan.to_day))
        amount, unit = formats.number(plan.goal.amount, 1), plan.goal.unit.value.replace(" ", "-")
        when = f"{when}; {words(f'person.goal.{unit}', amount=amount)}"
        found.append(PlanLine(stored.id, _plan_title(stored, words), when, verdict_texts, over, plan.note))
    return sorted(found, key=lambda line: line.is_over)


def _verdict_sentences(stored: StoredPlan, verdict: Verdict, words: Words) -> tuple[str, ...]:
    language = words.language if words.language in languages() else FALLBACK
    return sentences(stored.plan, verdict, Reader.CLINICIAN, language)


def _plan_title(stored: StoredPlan, words: Words) -> str:
    plan, texts = stored.plan, rule_texts(words)
    what = words(f"person.kind.{plan.kind.value}")
    if plan.exercise:
        what = words("person.named", what=what, name=exercise_title(plan.exercise, words))
    elif plan.tag:
        what = words("person.named", what=what, name=plan.tag)
    foot = "both" if plan.foot is None else plan.foot.value
    return words("person.plan-for", what=what, finding=title_of(plan.rule, texts), foot=words(f"side.{foot}"))


def exercise_title(exercise: str, words: Words) -> str:
    """Title of an exercise; its identifier where it is not in the texts."""
    return exercise_titles(words).get(exercise, exercise)


def exercise_titles(words: Words) -> dict[str, str]:
    """Titles of all exercises by identifier."""
    return {one.id: one.title for guide in rule_texts(words).patterns.values() for one in guide.exercises}


def rules_of_plans(book: RuleBook) -> list[str]:
    """Rules whose findings a plan can be made for."""
    found: list[str] = []
    for rule in book.rules.values():
        try:
            measures_of(rule)
        except PlantigradeError:
            continue
        found.append(rule.id)
    return sorted(found)


@dataclass(frozen=True)
class CautionLine:
    """A question before exercises and its answer."""

    caution: str
    question: str
    answer: str


def caution_lines(record: "PersonRecord", words: Words) -> list[CautionLine]:
    """The six questions."""
    texts, current = caution_texts(words), record.cautions.current()
    return [CautionLine(one.value, texts.questions[one], current[one].value) for one in Caution]


ANSWERS: Final = tuple(answer.value for answer in CautionAnswer)


@dataclass(frozen=True)
class ExerciseLine:
    """An exercise that is prescribed, or hidden from the person, and why."""

    title: str
    why: str


def exercise_lines(
    record: "PersonRecord", today: date, words: Words
) -> tuple[list[ExerciseLine], list[ExerciseLine]]:
    """Prescribed exercises, and those that are hidden, each with what speaks against it."""
    texts = caution_texts(words)
    choices = exercise_choices(record, today)

    def line(choice: ExerciseChoice) -> ExerciseLine:
        return ExerciseLine(exercise_title(choice.exercise, words), texts.why(choice, clinician=True))

    plans = [stored.plan for stored in record.plans.all()]
    meant = {
        plan.exercise
        for plan in plans
        if plan.exercise and plan.from_day <= today and (plan.to_day is None or today <= plan.to_day)
    }
    return (
        [line(choice) for choice in choices if choice.exercise in meant],
        [line(choice) for choice in choices if not choice.shown],
    )


@dataclass(frozen=True)
class RecordLines:
    """The smaller parts of a record, a line each."""

    notes: tuple[tuple[int, str, str], ...]
    weights: tuple[str, ...]
    footwear: tuple[str, ...]
    consents: tuple[str, ...]
    accesses: tuple[str, ...]


def record_lines(record: "PersonRecord", account: str, words: Words, formats: Formats) -> RecordLines:
    """Notes, weights, footwear, what is shared with the account, and who read the record."""
    measures = list(reversed(record.body.all()))[:5]
    current = {
        period.footwear.id: period.from_utc for period in record.footwear.periods() if period.to_utc is None
    }
    return RecordLines(
        tuple(
            (note.id, note.text, words("person.note-by", by=note.by, at=formats.moment(note.made_utc)))
            for note in record.notes.shown()
        ),
        tuple(
            words(
                "person.weighed",
                kg=formats.quantity(one.weight_kg, "kg", 1),
                cm=formats.quantity(one.height_cm, "cm", 0),
                day=formats.day(one.measured_on),
            )
            for one in measures
        ),
        tuple(
            words(
                f"person.footwear.{'worn' if one.id in current else 'kept'}",
                kind=words(f"person.kind.{one.kind.value}"),
                name=one.name,
                day=formats.day(formats.day_of(current[one.id])) if one.id in current else "",
            )
            for one in record.footwear.all()
        ),
        tuple(
            words(
                "person.consent",
                purpose=one.purpose,
                kinds=formats.listed([words(f"person.data.{kind.value}") for kind in one.data]),
                since=formats.day(formats.day_of(one.from_utc)),
                until=words("person.no-end")
                if one.until_utc is None
                else words("person.until", day=formats.day(formats.day_of(one.until_utc))),
            )
            for one in record.consents.current()
            if one.recipient == account
        ),
        tuple(
            words(
                "person.access",
                by=one.actor,
                at=formats.moment(one.at_utc),
                what=_access(one.action, words),
                part=one.what,
            )
            for one in record.accesses()[:MOST_ACCESSES]
        ),
    )


def _access(action: str, words: Words) -> str:
    key = f"person.action.{action.replace(' ', '-')}"
    return words(key) if key in words.keys else action
