"""How an update goes on: stages, bytes, speed, time left."""

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from plantigrade.device.update.settings import RATE_OVER_S


class Stage(StrEnum):
    """Where an update is."""

    CHECKING = "checking"
    SENDING = "sending"
    RECONNECTING = "reconnecting"
    VERIFYING = "verifying"
    RESTARTING = "restarting"
    ON_TRIAL = "on trial"
    DONE = "done"


@dataclass(frozen=True)
class Progress:
    """A moment of an update.

    Attributes:
        stage: where it is.
        done_bytes, total_bytes: of the bundle, as the insole has it.
        kb_per_s: 1000 bytes a second over the last seconds; None while nothing is sent.
        left_s: seconds that the rest of the bytes takes at that speed; None while that is not known.
        text: what is waited for, or what went wrong just now.
    """

    stage: Stage
    done_bytes: int = 0
    total_bytes: int = 0
    kb_per_s: float | None = None
    left_s: float | None = None
    text: str = ""


ProgressHandler = Callable[[Progress], None]


def ignore_progress(_progress: Progress) -> None:
    """For those who only wait for the end."""


class Rate:
    """The speed of a transfer, over its last seconds by the clock `now`."""

    def __init__(self, now: Callable[[], float]) -> None:
        self._now = now
        self._points: deque[tuple[float, int]] = deque()

    def restart(self, done: int) -> None:
        """A new connection: bytes that are there already were not sent over it."""
        self._points.clear()
        self._points.append((self._now(), done))

    def skipped(self, count: int) -> None:
        """So many bytes need not be sent."""
        self._points = deque((at, done + count) for at, done in self._points)

    def progress(self, done: int, total: int) -> Progress:
        """The transfer now, with `done` of `total` bytes."""
        now = self._now()
        self._points.append((now, done))
        while len(self._points) > 2 and now - self._points[0][0] > RATE_OVER_S:
            self._points.popleft()
        began, first = self._points[0]
        seconds = now - began
        if seconds <= 0 or done <= first:
            return Progress(Stage.SENDING, done, total)
        rate = (done - first) / seconds
        return Progress(Stage.SENDING, done, total, rate / 1000, (total - done) / rate)
