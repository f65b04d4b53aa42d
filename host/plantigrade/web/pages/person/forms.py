"""What can be changed on the page of a person: levels, plans, cautions, notes, footwear, weight."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from typing import TYPE_CHECKING, Final

from plantigrade.errors import PlantigradeError
from plantigrade.gait.signals import Foot
from plantigrade.library.person.entries import BodyMeasure, Footwear, FootwearKind
from plantigrade.library.person.settings import LONGEST_NAME, LONGEST_NOTE
from plantigrade.posture.exercises.cautions import Caution, CautionAnswer
from plantigrade.posture.plans.plan import ChosenBy, GoalUnit, Plan, PlanGoal, PlanKind, plan_for
from plantigrade.posture.settings import LONGEST_TEXT
from plantigrade.web.accounts.rights import Action
from plantigrade.web.page import Answer, Form, Redirect
from plantigrade.web.visit import RefusedError, Visit

if TYPE_CHECKING:
    from plantigrade.library.catalogue.record.person_record import PersonRecord

FIELDS: Final = (
    "raise_level",
    "clear_level",
    "dwell_s",
    "min_strides",
    "alert_strides",
    "window_strides",
    "min_interval_s",
    "enabled",
)
"""Numbers of a rule that are offered, the usual one first."""
_MOST: Final = 1e9
"""No level, no duration and no count of a rule is larger."""


@dataclass(frozen=True)
class Failed:
    """A form that was not taken: what was typed stays.

    Attributes:
        form: its name.
        field: that is wrong.
        message: what is wrong with it.
    """

    form: str
    field: str
    message: str


class FieldError(PlantigradeError):
    """A field of a form is wrong."""

    def __init__(self, field: str, message: str) -> None:
        super().__init__(message)
        self.field = field


Again = Callable[[Visit, Failed], Answer]
Work = Callable[[Visit, "PersonRecord"], None]


def forms(again: Again) -> tuple[Form, ...]:
    """All forms of the page.

    Args:
        again: shows the page once more with what was wrong.
    """
    made = (
        ("level", Action.PRESCRIBE, _level, "raise_level"),
        ("switch-on", Action.PRESCRIBE, _switch_on, "limit"),
        ("switch-off", Action.PRESCRIBE, _switch_off, "reason"),
        ("plan", Action.PRESCRIBE, _plan, "rule"),
        ("end-plan", Action.PRESCRIBE, _end_plan, "last_day"),
        ("cautions", Action.CHANGE, _cautions, "note"),
        ("note", Action.CHANGE, _note, "text"),
        ("remove-note", Action.CHANGE, _remove_note, "note"),
        ("footwear", Action.CHANGE, _footwear, "name"),
        ("weight", Action.CHANGE, _weight, "weight_kg"),
    )
    return tuple(Form(name, _taken(name, work, blamed, again), right) for name, right, work, blamed in made)


def _taken(name: str, work: Work, blamed: str, again: Again) -> Callable[[Visit], Answer]:
    """The form is taken, or the page shown again with the message at the field: `blamed` where the library
    does not say which."""

    def handle(visit: Visit) -> Answer:
        try:
            work(visit, visit.site.library.record(visit.subject))
        except FieldError as error:
            return again(visit, Failed(name, error.field, str(error)))
        except RefusedError:
            raise
        except PlantigradeError as error:
            return again(visit, Failed(name, blamed, str(error)))
        return Redirect(f"/people/{visit.subject}?saved={name}#{name}")

    return handle


def _text(visit: Visit, name: str, longest: int, empty: bool = False) -> str:
    text = visit.form.get(name, "").strip()
    if len(text) > longest:
        raise FieldError(name, visit.words("person.error.too-long", longest=longest))
    if not text and not empty:
        raise FieldError(name, visit.words("person.error.missing"))
    return text


def _number(visit: Visit, name: str, least: float, most: float) -> float:
    try:
        value = float(_text(visit, name, 40).replace(",", "."))
    except ValueError:
        raise FieldError(name, visit.words("person.error.number")) from None
    if not least <= value <= most:
        raise FieldError(name, visit.words("person.error.range", least=f"{least:g}", most=f"{most:g}"))
    return value


def _day(visit: Visit, name: str) -> date:
    try:
        return date.fromisoformat(_text(visit, name, 10))
    except ValueError:
        raise FieldError(name, visit.words("person.error.day")) from None


def _number_of(visit: Visit, name: str) -> int:
    text = _text(visit, name, 12)
    if not text.isdecimal():
        raise RefusedError(400)
    return int(text)


def _level(visit: Visit, record: "PersonRecord") -> None:
    field = visit.form.get("field", "")
    if field not in FIELDS:
        raise RefusedError(400)
    value = _number(visit, "value", -_MOST, _MOST)
    reason = _text(visit, "reason", LONGEST_TEXT)
    try:
        record.rules.edit(_text(visit, "rule", LONGEST_NAME), field, value, reason=reason)
    except FieldError:
        raise
    except PlantigradeError as error:
        raise FieldError("value", str(error)) from error


def _switch_on(visit: Visit, record: "PersonRecord") -> None:
    limit = _number(visit, "limit", 0.0, _MOST)
    minutes = _number(visit, "minutes", 0.0, _MOST)
    reason = _text(visit, "reason", LONGEST_TEXT)
    if not visit.form.get("read"):
        raise FieldError("read", visit.words("person.error.read"))
    record.rules.switch_on(_text(visit, "rule", LONGEST_NAME), limit, minutes * 60.0, reason=reason)


def _switch_off(visit: Visit, record: "PersonRecord") -> None:
    record.rules.switch_off(_text(visit, "rule", LONGEST_NAME), reason=_text(visit, "reason", LONGEST_TEXT))


def _plan(visit: Visit, record: "PersonRecord") -> None:
    try:
        kind = PlanKind(visit.form.get("kind", ""))
        foot = {"left": Foot.LEFT, "right": Foot.RIGHT, "both": None}[visit.form.get("foot", "both")]
    except (ValueError, KeyError):
        raise RefusedError(400) from None
    rule = record.rules.book().rules.get(_text(visit, "rule", LONGEST_NAME))
    if rule is None:
        raise FieldError("rule", visit.words("person.error.choose"))
    exercising = kind is PlanKind.EXERCISE
    exercise = _text(visit, "exercise", LONGEST_NAME, empty=not exercising)
    goal = None
    if visit.form.get("amount", "").strip():
        unit = GoalUnit.TIMES_A_WEEK if exercising else GoalUnit.HOURS_A_DAY
        try:
            goal = PlanGoal(_number(visit, "amount", 0.0, _MOST), unit)
        except FieldError:
            raise
        except PlantigradeError as error:
            raise FieldError("amount", str(error)) from error
    made: Plan = plan_for(
        rule,
        foot,
        kind,
        _day(visit, "from_day"),
        ChosenBy.CLINICIAN if visit.may(Action.PRESCRIBE) else ChosenBy.PERSON,
        goal=goal,
        tag="" if exercising else _text(visit, "tag", LONGEST_NAME, empty=True),
        exercise=exercise if exercising else "",
        note=_text(visit, "note", LONGEST_NOTE, empty=True),
    )
    record.plans.add(made)


def _end_plan(visit: Visit, record: "PersonRecord") -> None:
    record.plans.end(_number_of(visit, "plan"), _day(visit, "last_day"))


def _cautions(visit: Visit, record: "PersonRecord") -> None:
    note = _text(visit, "note", LONGEST_NOTE, empty=True)
    current = record.cautions.current()
    try:
        answers = {one: CautionAnswer(visit.form.get(one.value, "")) for one in Caution}
    except ValueError:
        raise RefusedError(400) from None
    for caution, answer in answers.items():
        if answer is not current[caution]:
            record.cautions.set(caution, answer, note=note)


def _note(visit: Visit, record: "PersonRecord") -> None:
    record.notes.add(_text(visit, "text", LONGEST_NOTE))


def _remove_note(visit: Visit, record: "PersonRecord") -> None:
    record.notes.remove(_number_of(visit, "note"))


def _footwear(visit: Visit, record: "PersonRecord") -> None:
    try:
        kind = FootwearKind(visit.form.get("kind", ""))
    except ValueError:
        raise RefusedError(400) from None
    name, day = _text(visit, "name", LONGEST_NAME), _day(visit, "from_day")
    known = [one for one in record.footwear.all() if one.name.casefold() == name.casefold()]
    pair = known[0] if known else record.footwear.add(Footwear(kind, name))
    begins = datetime.combine(day, time(), visit.zone)
    record.footwear.wear(pair.id, min(begins, visit.now).astimezone(UTC))


def _weight(visit: Visit, record: "PersonRecord") -> None:
    kg = _number(visit, "weight_kg", 2.0, 500.0)
    height = visit.form.get("height_cm", "").strip()
    cm = _number(visit, "height_cm", 30.0, 280.0) if height else None
    record.body.add(BodyMeasure(visit.now.date(), kg, cm))
