"""A visit to a clinician: what is done in the room, step by step, and what became of each step."""

from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from typing import Final


class StepKind(StrEnum):
    """What is done, in the order in which it is."""

    PREPARE = "prepare"
    """Feet off the ground: zero both insoles, and see that both arrive."""
    EYES_OPEN = "eyes open"
    """Stand quietly on both feet."""
    EYES_CLOSED = "eyes closed"
    LEFT_LEG = "left leg"
    """Stand on the left leg, with support beside."""
    RIGHT_LEG = "right leg"
    OWN_SHOES = "own shoes"
    """Walk as always."""
    ORTHOTIC = "orthotic"
    """Walk with what is to be tried."""


STANDING: Final = (StepKind.EYES_OPEN, StepKind.EYES_CLOSED)
ONE_LEG: Final = (StepKind.LEFT_LEG, StepKind.RIGHT_LEG)
WALKING: Final = (StepKind.OWN_SHOES, StepKind.ORTHOTIC)


class StepState(StrEnum):
    """Where a step stands."""

    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"
    SKIPPED = "skipped"


@dataclass(frozen=True)
class VisitStep:
    """One step.

    Attributes:
        kind: what is done.
        state: where it stands.
        began_utc: when the latest try began; None before the first.
        ended_utc: when it ended; None while it runs.
        seconds: it was meant to last.
        tries: how often it was begun.
        title: of the recording that the service makes of the latest try; it is found by this.
        reason: why it was skipped.
        remark: in free words.
    """

    kind: StepKind
    state: StepState = StepState.WAITING
    began_utc: datetime | None = None
    ended_utc: datetime | None = None
    seconds: float = 0.0
    tries: int = 0
    title: str = ""
    reason: str = ""
    remark: str = ""

    @property
    def over(self) -> bool:
        """Whether nothing more is to be done of it."""
        return self.state in (StepState.DONE, StepState.SKIPPED)


def _steps() -> tuple[VisitStep, ...]:
    return tuple(VisitStep(kind) for kind in StepKind)


@dataclass(frozen=True)
class PersonVisit:
    """A visit.

    Attributes:
        begun_utc: when.
        steps: all, in order.
        orthotic: what is tried, in free words; "" where nothing is.
        remark: on the whole visit.
        ended_utc: None while it goes on.
        version: counts changes, so that an old page changes nothing.
        by: who does it.
        id: number; 0 before it is stored.
    """

    begun_utc: datetime
    steps: tuple[VisitStep, ...] = field(default_factory=_steps)
    orthotic: str = ""
    remark: str = ""
    ended_utc: datetime | None = None
    version: int = 0
    by: str = ""
    id: int = 0

    def step(self, kind: StepKind) -> VisitStep:
        """One of its steps."""
        return next(step for step in self.steps if step.kind is kind)

    def with_step(self, changed: VisitStep) -> "PersonVisit":
        """The visit with one step changed."""
        steps = tuple(changed if step.kind is changed.kind else step for step in self.steps)
        return replace(self, steps=steps)

    @property
    def current(self) -> VisitStep | None:
        """The step that runs, or else the first of which something is left to be done; None after the last.

        Example:
            >>> from datetime import UTC
            >>> PersonVisit(datetime(2026, 3, 1, tzinfo=UTC)).current.kind
            <StepKind.PREPARE: 'prepare'>
        """
        running = next((step for step in self.steps if step.state is StepState.RUNNING), None)
        return running or next((step for step in self.steps if not step.over), None)
