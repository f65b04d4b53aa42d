"""`/people/CODE/visit`: what is done in the room, step by step, until it is one report.

The visit is stored after each step, so that a reload or another window shows the same. It works without a
script: the page asks for itself anew when a step ends.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any, Final

from plantigrade.errors import PlantigradeError
from plantigrade.library.catalogue.record.visits import VisitChangedError
from plantigrade.library.entries import RecordingEntry
from plantigrade.library.person.settings import LONGEST_NAME, LONGEST_NOTE
from plantigrade.library.person.visits import PersonVisit, StepKind, StepState, VisitStep
from plantigrade.service.people.settings import LONGEST_STEP_S, SHORTEST_STEP_S
from plantigrade.service.people.visit_recordings import recordings_of
from plantigrade.service.people.visit_steps import (
    ended,
    ends_at,
    prepared,
    remarked,
    settled,
    skipped,
    usual_seconds,
)
from plantigrade.web.accounts.rights import Action
from plantigrade.web.formats import Formats, formats_of
from plantigrade.web.page import Answer, Document, Download, Form, Page, Part, Redirect, Shown
from plantigrade.web.pages.visit.room import change, insoles_in_room, start, stop, take_insoles, zero
from plantigrade.web.visit import RefusedError, Visit

SCHEMA: Final = "plantigrade.visit/1"


@dataclass(frozen=True)
class StepLine:
    """A step as the page lists it."""

    kind: str
    key: str
    state: str
    detail: str
    reason: str
    remark: str
    recording: str
    seconds: float


def show(visit: Visit) -> Answer:
    """The page."""
    return _shown(visit, "")


def _shown(visit: Visit, problem: str, field: str = "") -> Answer:
    stored = _asked(visit)
    if stored is None:
        values: dict[str, Any] = {"problem": problem, "code": visit.subject, "longest": LONGEST_NAME}
        return Shown("pages/visit/begin.html", values, 400 if problem else 200)
    formats, now = formats_of(visit), visit.now
    current = settled(stored, now)
    recordings = recordings_of(visit.site.library, visit.subject, current)
    step = current.current
    asked = visit.query.get("step", "") or (visit.form.get("step", "") if problem else "")
    if asked and any(one.kind.value == asked for one in current.steps) and not _running(current):
        step = current.step(StepKind(asked))
    is_over = current.ended_utc is not None
    values = {
        "code": visit.subject,
        "stored": current,
        "is_over": is_over,
        "day": formats.day(formats.day_of(current.begun_utc)),
        "steps": [_line(one, recordings, visit, formats) for one in current.steps],
        "step": None
        if step is None or current.ended_utc is not None
        else _line(step, recordings, visit, formats),
        "running": _running(current) is not None,
        "left_s": _left_s(_running(current), now),
        "ends_ms": _ends_ms(_running(current)),
        "insoles": insoles_in_room(visit.site, visit.subject),
        "shortest": SHORTEST_STEP_S,
        "longest": LONGEST_STEP_S,
        "problem": problem,
        "field": field,
        "typed": visit.form if problem else {},
        "may_end": _running(current) is None,
    }
    return Shown("pages/visit/visit.html", values, 400 if problem else 200)


def _asked(visit: Visit) -> PersonVisit | None:
    """The visit of the address or the form, else the one that goes on."""
    visits = visit.site.library.record(visit.subject).visits
    number = visit.form.get("visit") or visit.query.get("visit", "")
    if not number:
        return visits.open()
    if not number.isdecimal() or len(number) > 12:
        raise RefusedError(404)
    try:
        return visits.visit(int(number))
    except PlantigradeError as error:
        raise RefusedError(404) from error


def _running(stored: PersonVisit) -> VisitStep | None:
    return next((step for step in stored.steps if step.state is StepState.RUNNING), None)


def _left_s(step: VisitStep | None, now: datetime) -> int:
    end = None if step is None else ends_at(step)
    return 0 if end is None else max(1, round((end - now.astimezone(UTC)).total_seconds()))


def _ends_ms(step: VisitStep | None) -> int:
    end = None if step is None else ends_at(step)
    return 0 if end is None else round(end.timestamp() * 1000)


def _line(
    step: VisitStep, recordings: dict[StepKind, RecordingEntry], visit: Visit, formats: Formats
) -> StepLine:
    words = visit.words
    detail = words(f"visit.state.{step.state.value}")
    if step.state is StepState.DONE and step.began_utc is not None and step.ended_utc is not None:
        seconds = (step.ended_utc - step.began_utc).total_seconds()
        detail = words("visit.done-in", lasted=formats.duration(seconds), at=formats.time(step.began_utc))
        if step.kind is StepKind.PREPARE:
            detail = words("visit.done-at", at=formats.time(step.ended_utc))
        elif step.kind not in recordings:
            detail = words("visit.being-stored", done=detail)
        if step.tries > 1:
            detail = words("visit.tries", done=detail, tries=step.tries)
    entry = recordings.get(step.kind)
    return StepLine(
        step.kind.value,
        step.kind.value.replace(" ", "-"),
        step.state.value,
        detail,
        step.reason,
        step.remark,
        "" if entry is None else entry.id,
        step.seconds or usual_seconds(step.kind),
    )


# Forms

Work = Callable[[Visit, PersonVisit, int], None]


def _handle(work: Work) -> Callable[[Visit], Answer]:
    """A form of a visit that goes on; what goes wrong is said on the page."""

    def handle(visit: Visit) -> Answer:
        stored = _asked(visit)
        version = visit.form.get("version", "")
        if stored is None or not version.isdecimal():
            raise RefusedError(400)
        try:
            work(visit, stored, int(version))
        except RefusedError:
            raise
        except VisitChangedError as error:
            raise RefusedError(409) from error
        except PlantigradeError as error:
            return _shown(visit, str(error), visit.form.get("action", ""))
        return _back(visit, stored)

    return handle


def _back(visit: Visit, stored: PersonVisit) -> Redirect:
    over = visit.form.get("action") == "end" or stored.ended_utc is not None
    return Redirect(f"/people/{visit.subject}/visit" + (f"?visit={stored.id}" if over else ""))


def _begin(visit: Visit) -> Answer:
    orthotic = visit.form.get("orthotic", "").strip()
    if len(orthotic) > LONGEST_NAME:
        return _shown(visit, visit.words("visit.error.too-long", longest=LONGEST_NAME))
    begun = PersonVisit(visit.now.astimezone(UTC), orthotic=orthotic, by=visit.who.name)
    visit.site.library.record(visit.subject).visits.begin(begun)
    return Redirect(f"/people/{visit.subject}/visit")


def _kind(visit: Visit) -> StepKind:
    try:
        return StepKind(visit.form.get("step", ""))
    except ValueError:
        raise RefusedError(400) from None


def _start(visit: Visit, stored: PersonVisit, version: int) -> None:
    try:
        seconds = float(visit.form.get("seconds", "")[:20].replace(",", "."))
    except ValueError:
        raise _FieldError(visit.words("visit.error.number")) from None
    start(visit, stored, version, _kind(visit), seconds)


class _FieldError(PlantigradeError):
    """A field of a form is wrong."""


def _take(visit: Visit, stored: PersonVisit, version: int) -> None:
    del stored, version  # whose the insoles are belongs to the person, not to the visit
    if not take_insoles(visit):
        raise _FieldError(visit.words("visit.error.no-insoles"))


def _ready(visit: Visit, stored: PersonVisit, version: int) -> None:
    change(visit, stored, version, lambda one: prepared(settled(one, visit.now), visit.now.astimezone(UTC)))


def _skip(visit: Visit, stored: PersonVisit, version: int) -> None:
    kind, reason = _kind(visit), visit.form.get("reason", "").strip()
    if len(reason) > LONGEST_NOTE:
        raise _FieldError(visit.words("visit.error.too-long", longest=LONGEST_NOTE))
    if not reason:
        raise _FieldError(visit.words("visit.error.reason"))
    now = visit.now.astimezone(UTC)
    change(visit, stored, version, lambda one: skipped(settled(one, now), kind, reason, now))


def _remark(visit: Visit, stored: PersonVisit, version: int) -> None:
    kind, remark = _kind(visit), visit.form.get("remark", "").strip()
    if len(remark) > LONGEST_NOTE:
        raise _FieldError(visit.words("visit.error.too-long", longest=LONGEST_NOTE))
    now = visit.now.astimezone(UTC)
    change(visit, stored, version, lambda one: remarked(settled(one, now), kind, remark))


def _end(visit: Visit, stored: PersonVisit, version: int) -> None:
    remark = visit.form.get("remark", "").strip()
    if len(remark) > LONGEST_NOTE:
        raise _FieldError(visit.words("visit.error.too-long", longest=LONGEST_NOTE))
    now = visit.now.astimezone(UTC)
    change(visit, stored, version, lambda one: replace(ended(settled(one, now), now), remark=remark))


# Files


def as_json(visit: Visit) -> Document:
    """The visit of the address, else the newest."""
    stored = _asked(visit)
    if stored is None:
        visits = visit.site.library.record(visit.subject).visits.all()
        if not visits:
            raise RefusedError(404)
        stored = visits[-1]
    current = settled(stored, visit.now)
    recordings = recordings_of(visit.site.library, visit.subject, current)
    return Document(
        {
            "schema": SCHEMA,
            "person": visit.subject,
            "visit": current.id,
            "begun_utc": current.begun_utc.isoformat(),
            "ended_utc": None if current.ended_utc is None else current.ended_utc.isoformat(),
            "orthotic": current.orthotic,
            "remark": current.remark,
            "steps": [_row(step, recordings) for step in current.steps],
        }
    )


def _row(step: VisitStep, recordings: dict[StepKind, RecordingEntry]) -> dict[str, object]:
    entry = recordings.get(step.kind)
    return {
        "step": step.kind.value,
        "state": step.state.value,
        "began_utc": None if step.began_utc is None else step.began_utc.isoformat(),
        "ended_utc": None if step.ended_utc is None else step.ended_utc.isoformat(),
        "tries": step.tries,
        "recording": None if entry is None else entry.id,
        "reason": step.reason,
        "remark": step.remark,
    }


def _report(visit: Visit) -> Answer:
    """One report of all steps, as PDF."""
    from plantigrade.report.visit import visit_bytes
    from plantigrade.report.wording import language_for

    stored = _asked(visit)
    if stored is None:
        raise RefusedError(404)
    library, current = visit.site.library, settled(stored, visit.now)
    entries = recordings_of(library, visit.subject, current)
    person = library.person(visit.subject)
    language = language_for(visit.words.language)
    recordings = {kind: library.open(entry.id) for kind, entry in entries.items()}
    content = visit_bytes(current, person.name or person.code, recordings, visit.zone, language=language)
    name = f"{visit.subject}-visit-{current.begun_utc.astimezone(visit.zone):%Y-%m-%d}.pdf"
    return Download(name, content, "application/pdf", inline=True)


_FORMS: Final[tuple[tuple[str, Work], ...]] = (
    ("zero", zero),
    ("take", _take),
    ("ready", _ready),
    ("start", _start),
    ("stop", stop),
    ("skip", _skip),
    ("remark", _remark),
    ("end", _end),
)

PAGE: Final = Page(
    "visit",
    "/people/{code}/visit",
    Action.PRESCRIBE,
    show,
    forms=(
        Form("begin", _begin, Action.PRESCRIBE),
        *(Form(name, _handle(work), Action.PRESCRIBE) for name, work in _FORMS),
    ),
    parts=(Part("/people/{code}/visit/report.pdf", _report, Action.PRESCRIBE),),
    as_json=as_json,
    rows="steps",
)
