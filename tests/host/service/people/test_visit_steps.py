"""The steps of a visit as they go on: what may follow what."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from plantigrade.library.person.visits import PersonVisit, StepKind, StepState
from plantigrade.service.people.visit_steps import (
    StepError,
    begun,
    ended,
    prepared,
    remarked,
    settled,
    skipped,
    stopped,
    title_of,
    usual_seconds,
)

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
VISIT = PersonVisit(NOON, id=4)


def after(seconds: float) -> datetime:
    """So long after noon."""
    return NOON + timedelta(seconds=seconds)


def test_a_step_ends_with_its_time_whoever_looks() -> None:
    running = begun(VISIT, StepKind.EYES_OPEN, 60.0, NOON, "Visit 4")
    assert settled(running, after(59)) == running
    step = settled(running, after(3600)).step(StepKind.EYES_OPEN)
    assert (step.state, step.ended_utc, step.tries) == (StepState.DONE, after(60), 1)


def test_a_step_is_stopped_and_begun_again() -> None:
    once = stopped(begun(VISIT, StepKind.LEFT_LEG, 30.0, NOON, title_of(VISIT, StepKind.LEFT_LEG)), after(12))
    assert once.step(StepKind.LEFT_LEG).ended_utc == after(12)
    again = begun(once, StepKind.LEFT_LEG, 30.0, after(60), title_of(once, StepKind.LEFT_LEG))
    step = again.step(StepKind.LEFT_LEG)
    assert (step.tries, step.ended_utc, step.title) == (2, None, "Visit 4: left leg, try 2")


def test_the_current_step_is_the_one_that_runs_else_the_first_to_be_done() -> None:
    visit = skipped(prepared(VISIT, NOON), StepKind.EYES_OPEN, " dizzy ", NOON)
    assert visit.current is not None and visit.current.kind is StepKind.EYES_CLOSED
    running = begun(visit, StepKind.ORTHOTIC, 120.0, NOON, "x")
    assert running.current is not None and running.current.kind is StepKind.ORTHOTIC
    assert visit.step(StepKind.EYES_OPEN).reason == "dizzy"


def test_a_skipped_step_may_be_done_after_all() -> None:
    visit = begun(skipped(VISIT, StepKind.EYES_OPEN, "dizzy", NOON), StepKind.EYES_OPEN, 60.0, NOON, "x")
    assert visit.step(StepKind.EYES_OPEN).reason == ""


RUNNING = begun(VISIT, StepKind.EYES_OPEN, 60.0, NOON, "x")
OVER = ended(VISIT, after(600))


@pytest.mark.parametrize(
    "act",
    [
        lambda: begun(RUNNING, StepKind.EYES_CLOSED, 60.0, NOON, "x"),
        lambda: begun(VISIT, StepKind.PREPARE, 60.0, NOON, "x"),
        lambda: begun(VISIT, StepKind.EYES_OPEN, 1.9, NOON, "x"),
        lambda: begun(VISIT, StepKind.EYES_OPEN, 600.1, NOON, "x"),
        lambda: begun(VISIT, StepKind.EYES_OPEN, float("nan"), NOON, "x"),
        lambda: begun(OVER, StepKind.EYES_OPEN, 60.0, NOON, "x"),
        lambda: stopped(VISIT, NOON),
        lambda: skipped(RUNNING, StepKind.EYES_OPEN, "x", NOON),
        lambda: skipped(VISIT, StepKind.EYES_OPEN, "  ", NOON),
        lambda: skipped(OVER, StepKind.EYES_OPEN, "x", NOON),
        lambda: prepared(OVER, NOON),
        lambda: ended(RUNNING, NOON),
        lambda: ended(OVER, NOON),
    ],
)
def test_what_cannot_be_done_is_refused(act: Callable[[], PersonVisit]) -> None:
    with pytest.raises(StepError):
        act()


def test_a_remark_can_be_made_when_all_is_over() -> None:
    assert remarked(OVER, StepKind.ORTHOTIC, " slips ").step(StepKind.ORTHOTIC).remark == "slips"


def test_the_usual_visit_leaves_three_minutes_of_ten_for_everything_else() -> None:
    assert sum(usual_seconds(kind) for kind in StepKind) == 420.0
