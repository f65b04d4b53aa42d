"""`/what-helps`: what can I do today? Exercises and their cautions, shoes, when to see someone."""

from dataclasses import dataclass
from typing import Any, Final

from plantigrade.posture.exercises.cautions import Caution, CautionAnswer
from plantigrade.posture.exercises.choice import ExerciseChoice, Showing
from plantigrade.posture.rules_engine.guidance import Exercise, Guidance
from plantigrade.service.day.help_today import (
    FINDINGS_DAYS,
    DayExercise,
    FoundPattern,
    HelpToday,
    help_today,
    tick,
)
from plantigrade.web.accounts.rights import Action
from plantigrade.web.page import Answer, Form, Page, Redirect, Shown
from plantigrade.web.texts import caution_texts, rule_texts
from plantigrade.web.visit import RefusedError, Visit

LONGEST_PATTERN: Final = 40


@dataclass(frozen=True)
class ShownExercise:
    """An exercise as the page shows it; `why` is what speaks against one that is prescribed all the same."""

    id: str
    text: Exercise
    why: str
    is_planned: bool
    is_done: bool


@dataclass(frozen=True)
class HiddenExercise:
    """An exercise that is not shown, with the reason."""

    title: str
    why: str


@dataclass(frozen=True)
class ShownPattern:
    """A pattern that was found, or asked for.

    Attributes:
        guide: where it is felt, what may help.
        text: what was found, for the person; "" for a pattern that was only asked for.
    """

    guide: Guidance
    text: str


def show(visit: Visit) -> Answer:
    """The page."""
    found, words = _help(visit), visit.words
    exercises = tuple(shown_exercise(visit, one) for one in found.exercises)
    cautions = visit.site.library.record(visit.subject).cautions
    answers, asked = cautions.current(), {one.caution for one in cautions.all()}
    questions = caution_texts(words).questions
    values: dict[str, Any] = {
        "title": _title(visit, found),
        "recordings": found.posture.recordings,
        "patterns": tuple(_pattern(visit, one) for one in found.patterns),
        "exercises": exercises,
        "done": found.done,
        "others": tuple(shown_exercise(visit, one) for one in found.others),
        "hidden": tuple(_hidden(visit, one) for one in found.hidden),
        "questions": tuple(
            (one.value, questions[one], answers[one].value if one in asked else "") for one in Caution
        ),
        "unanswered": sum(answers[one] is CautionAnswer.UNKNOWN for one in Caution),
        "answers": tuple(answer.value for answer in CautionAnswer),
        "days": FINDINGS_DAYS,
        "disclaimer": rule_texts(words).disclaimer,
        "query": _query(visit),
    }
    return Shown("pages/what_helps/what-helps.html", values)


def save_done(visit: Visit) -> Answer:
    """What was done today: the exercises that the form listed, ticked or not."""
    found = _help(visit)
    known = {one.id: one for one in (*found.exercises, *found.others)}
    record, by = visit.site.library.record(visit.subject), visit.who.person or visit.who.name
    for name in dict.fromkeys(visit.field("listed").split()):
        is_done = visit.field(f"done-{name}") == "yes"
        if name in known and is_done is not known[name].is_done:
            tick(record, found.day, name, is_done, by)
    return Redirect("/" if visit.field("back") == "today" else f"/what-helps{_query(visit)}")


def save_answers(visit: Visit) -> Answer:
    """Answers to the questions before exercises; what was not answered stays as it is."""
    answers: dict[Caution, CautionAnswer] = {}
    for caution in Caution:
        given = visit.field(caution.value)
        if given and given not in [answer.value for answer in CautionAnswer]:
            raise RefusedError(400, visit.words("what-helps.error.answer"))
        if given:
            answers[caution] = CautionAnswer(given)
    cautions = visit.site.library.record(visit.subject).cautions
    before, by = cautions.current(), visit.who.person or visit.who.name
    for caution, answer in answers.items():
        if before[caution] is not answer:
            cautions.set(caution, answer, by=by, at=visit.now)
    return Redirect(f"/what-helps{_query(visit)}#exercises")


def shown_exercise(visit: Visit, one: DayExercise) -> ShownExercise:
    """An exercise in the reader's words."""
    why = ""
    if one.choice.showing is Showing.PRESCRIBED:
        why = caution_texts(visit.words).why(one.choice, clinician=_for_clinician(visit))
    return ShownExercise(one.id, _text(visit, one.id), why, one.is_planned, one.is_done)


def _help(visit: Visit) -> HelpToday:
    asked = visit.query.get("for", "")[:LONGEST_PATTERN]
    return help_today(visit.site.library, visit.subject, visit.now, visit.zone, asked)


def _title(visit: Visit, found: HelpToday) -> str:
    if not found.exercises or not (found.patterns or found.planned):
        return visit.words("what-helps.for-every-foot")
    return visit.words.counted("what-helps.exercises", len(found.exercises))


def _hidden(visit: Visit, choice: ExerciseChoice) -> HiddenExercise:
    why = caution_texts(visit.words).why(choice, clinician=_for_clinician(visit))
    return HiddenExercise(_text(visit, choice.exercise).title, why)


def _text(visit: Visit, exercise: str) -> Exercise:
    return rule_texts(visit.words).exercises[exercise]


def _pattern(visit: Visit, one: FoundPattern) -> ShownPattern:
    texts = rule_texts(visit.words)
    text = texts.patient_of_side(one.rule, one.foot) if one.rule else ""
    return ShownPattern(texts.patterns[one.pattern], text)


def _for_clinician(visit: Visit) -> bool:
    return visit.who.person != visit.subject


def _query(visit: Visit) -> str:
    """Keeps whom the page is about, for clinicians."""
    return f"?person={visit.subject}" if _for_clinician(visit) else ""


PAGE: Final = Page(
    "what-helps",
    "/what-helps",
    Action.SEE,
    show,
    forms=(Form("done", save_done, Action.CHANGE), Form("answers", save_answers, Action.CHANGE)),
)
