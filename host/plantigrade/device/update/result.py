"""What an update is asked for, and what comes of it."""

from collections.abc import Awaitable, Callable
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any

from plantigrade.device.update.settings import POLL_S, RECONNECT_S, TRIAL_POLL_S
from plantigrade.link.base import Link

MakeLink = Callable[[], Awaitable[Link]]
"""Finds the insole, also after it has restarted, and makes a link that is not open yet."""


class Outcome(StrEnum):
    """How an update ended."""

    UPDATED = "updated"
    NOTHING_TO_DO = "nothing to do"
    ROLLED_BACK = "rolled back"


@dataclass(frozen=True)
class Wishes:
    """What may differ between two updates.

    Attributes:
        again: also install the version that runs already.
        older: also install an older version than the one that runs.
        window: commands without a reply at a time at most; None for as many as the insole offers.
        reconnect_s: pause before a broken connection is tried again.
        poll_s, trial_poll_s: between two questions how the check of the bundle, and the trial, stand.
    """

    again: bool = False
    older: bool = False
    window: int | None = None
    reconnect_s: float = RECONNECT_S
    poll_s: float = POLL_S
    trial_poll_s: float = TRIAL_POLL_S


@dataclass(frozen=True)
class UpdateResult:
    """What came of an update.

    Attributes:
        outcome: how it ended.
        serial, side: of the insole.
        before, after: versions that ran and that run now.
        reason: why it went back, or why there was nothing to do; "" after an update.
        sent_bytes: over the link, with what had to be sent twice.
        sending_s: from the first byte to the last, broken connections included.
        seconds: all in all.
        connections: how many it took to send.
        next_seq_before, next_seq_after: number of the insole's next slot before and after its restart.
    """

    outcome: Outcome
    serial: str
    side: str
    before: str
    after: str
    reason: str = ""
    sent_bytes: int = 0
    sending_s: float = 0.0
    seconds: float = 0.0
    connections: int = 0
    next_seq_before: int = 0
    next_seq_after: int = 0

    @property
    def kb_per_s(self) -> float:
        """1000 bytes a second while it was sent."""
        return self.sent_bytes / 1000 / self.sending_s if self.sending_s else 0.0

    def to_json(self) -> dict[str, Any]:
        """For `--json` and pages."""
        return asdict(self) | {"outcome": str(self.outcome), "kb_per_s": round(self.kb_per_s, 2)}
