"""The steps of making an insole, how one ends, and the words for both."""

from dataclasses import dataclass, field
from enum import StrEnum

from plantigrade.device.provision.batch_file import BatchRow
from plantigrade.device.provision.record import InsoleIdentity, Origin
from plantigrade.errors import PlantigradeError


class Step(StrEnum):
    """What is done to one board, in this order."""

    CONNECT = "connect"
    FLASH = "flash"
    SELF_TEST = "self-test"
    BENCH = "bench"
    VERIFY = "verify"
    IDENTITY = "identity"
    CONFIRM = "confirm"
    PAPERS = "papers"


class StepFailedError(PlantigradeError):
    """A board did not pass a step; what was done before stays, and the same command goes on from there.

    Attributes:
        step: that failed.
        serial: of the board; "" before it is known.
    """

    def __init__(self, step: Step, serial: str, problem: str) -> None:
        super().__init__(f"step {step.value}, insole {serial or 'not known yet'}: {problem}")
        self.step = step
        self.serial = serial
        self.problem = problem


class Outcome(StrEnum):
    """What became of a board."""

    MADE = "made"
    UNCHANGED = "unchanged"
    """It was provisioned so already."""
    FAILED = "failed"


@dataclass
class Progress:
    """How far one board is.

    Attributes:
        row: what it is to become; None before it is known.
        serial: "" before it is known.
        texts: what each step that was taken says, in order.
        step: that is under way.
    """

    serial: str = ""
    row: BatchRow | None = None
    texts: dict[Step, str] = field(default_factory=dict[Step, str])
    step: Step = Step.CONNECT

    def done(self, text: str) -> None:
        """The step under way ended well."""
        self.texts[self.step] = text


@dataclass(frozen=True)
class Made:
    """A board that is an insole now.

    Attributes:
        outcome: whether it was made now.
        identity: what its record says.
        origin: what the record proves.
        key_id: of the factory key, in hexadecimal digits; "" where unsigned.
        sequence: number of the record.
        texts: of the steps that were taken.
        seconds: how long they took.
    """

    outcome: Outcome
    identity: InsoleIdentity
    origin: Origin
    key_id: str
    sequence: int
    texts: dict[Step, str]
    seconds: float
