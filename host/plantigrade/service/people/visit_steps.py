"""The steps of a visit as they go on: pure, so that every window that looks sees the same."""

from dataclasses import replace
from datetime import datetime, timedelta

from plantigrade.errors import PlantigradeError
from plantigrade.library.person.visits import PersonVisit, StepKind, StepState, VisitStep
from plantigrade.service.people.settings import LONGEST_STEP_S, SHORTEST_STEP_S, VISIT_S


class StepError(PlantigradeError):
    """A step cannot be done like this."""


def usual_seconds(kind: StepKind) -> float:
    """How long a step usually lasts; 0 for one without a recording.

    Example:
        >>> usual_seconds(StepKind.EYES_OPEN), usual_seconds(StepKind.PREPARE)
        (60.0, 0.0)
    """
    return VISIT_S.get(kind.value, 0.0)


def settled(visit: PersonVisit, now_utc: datetime) -> PersonVisit:
    """The visit as it is by now: a step whose time is over is done."""
    for step in visit.steps:
        end = ends_at(step)
        if step.state is StepState.RUNNING and end is not None and end <= now_utc:
            visit = visit.with_step(replace(step, state=StepState.DONE, ended_utc=end))
    return visit


def ends_at(step: VisitStep) -> datetime | None:
    """When a running step will end."""
    return None if step.began_utc is None else step.began_utc + timedelta(seconds=step.seconds)


def begun(visit: PersonVisit, kind: StepKind, seconds: float, now_utc: datetime, title: str) -> PersonVisit:
    """A step begins, for the first time or again.

    Raises:
        StepError: another one runs, it has no recording, the visit is over, or that is no time.
    """
    check_begin(visit, kind, seconds)
    step = visit.step(kind)
    return visit.with_step(
        replace(
            step,
            state=StepState.RUNNING,
            began_utc=now_utc,
            ended_utc=None,
            seconds=seconds,
            tries=step.tries + 1,
            title=title,
            reason="",
        )
    )


def check_begin(visit: PersonVisit, kind: StepKind, seconds: float) -> None:
    """Refuse to begin a step that cannot be done now.

    Raises:
        StepError: as `begun`.
    """
    _check_open(visit)
    if any(step.state is StepState.RUNNING for step in visit.steps):
        raise StepError("a step is under way; stop it first")
    if not usual_seconds(kind):
        raise StepError("this step is not timed")
    if not SHORTEST_STEP_S <= seconds <= LONGEST_STEP_S:
        raise StepError(f"a step lasts from {SHORTEST_STEP_S:g} to {LONGEST_STEP_S:g} s, not {seconds:g} s")


def stopped(visit: PersonVisit, now_utc: datetime) -> PersonVisit:
    """The step under way ends before its time.

    Raises:
        StepError: none is under way.
    """
    step = next((one for one in visit.steps if one.state is StepState.RUNNING), None)
    if step is None:
        raise StepError("no step is under way")
    return visit.with_step(replace(step, state=StepState.DONE, ended_utc=now_utc))


def prepared(visit: PersonVisit, now_utc: datetime) -> PersonVisit:
    """The insoles are zeroed and match.

    Raises:
        StepError: the visit is over.
    """
    _check_open(visit)
    step = visit.step(StepKind.PREPARE)
    changed = replace(step, state=StepState.DONE, began_utc=step.began_utc or now_utc, ended_utc=now_utc)
    return visit.with_step(replace(changed, tries=step.tries + 1, reason=""))


def skipped(visit: PersonVisit, kind: StepKind, reason: str, now_utc: datetime) -> PersonVisit:
    """A step is not done.

    Raises:
        StepError: no reason is given, it runs, or the visit is over.
    """
    _check_open(visit)
    step = visit.step(kind)
    if step.state is StepState.RUNNING:
        raise StepError("this step is under way; stop it first")
    if not reason.strip():
        raise StepError("say why this step is skipped")
    return visit.with_step(
        replace(step, state=StepState.SKIPPED, ended_utc=now_utc, title="", reason=reason.strip())
    )


def remarked(visit: PersonVisit, kind: StepKind, remark: str) -> PersonVisit:
    """A remark on a step; also after the visit."""
    return visit.with_step(replace(visit.step(kind), remark=remark.strip()))


def ended(visit: PersonVisit, now_utc: datetime) -> PersonVisit:
    """The visit is over.

    Raises:
        StepError: a step is under way, or it is over already.
    """
    _check_open(visit)
    if any(step.state is StepState.RUNNING for step in visit.steps):
        raise StepError("a step is under way; stop it first")
    return replace(visit, ended_utc=now_utc)


def _check_open(visit: PersonVisit) -> None:
    if visit.ended_utc is not None:
        raise StepError("this visit is over")


def title_of(visit: PersonVisit, kind: StepKind) -> str:
    """Title of the recording of the next try; no other recording has it.

    Example:
        >>> from datetime import UTC
        >>> title_of(PersonVisit(datetime(2026, 3, 10, tzinfo=UTC), id=4), StepKind.EYES_OPEN)
        'Visit 4: eyes open, try 1'
    """
    return f"Visit {visit.id}: {kind.value}, try {visit.step(kind).tries + 1}"
