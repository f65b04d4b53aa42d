"""Bench loads put on by a person who is guided by something else than a terminal, such as a page.

The loader waits in the thread that makes the insole; its question is read and answered from any other one.
"""

import asyncio
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from plantigrade.calibration.bench import BenchReading
from plantigrade.device.provision import settings
from plantigrade.device.provision.bench import BenchError
from plantigrade.device.provision.record import SENSORS


@dataclass(frozen=True)
class Question:
    """What the person is to do now.

    Attributes:
        number: from 1; an answer names it, so that a page that was left open answers nothing else.
        place: index of the place that is loaded; None: everything is taken off.
        force_n: load in newtons; 0 where everything is taken off.
    """

    number: int
    place: int | None
    force_n: float

    @property
    def kilograms(self) -> float:
        """The load for those who have weights."""
        return self.force_n / settings.STANDARD_GRAVITY


@dataclass(frozen=True)
class Seen:
    """A load that was read: `rise` is by how many counts it raised the code of its place."""

    place: int
    force_n: float
    rise: float


class GuidedLoader:
    """Asks for one load after the other.

    Args:
        loads_n: on each place, in newtons.
        patience_s: after so long without an answer the bench ends, and the board is free for others.
        clock_s: monotonic.

    Attributes:
        question: what is to be done now; None while a load is read.
        seen_so_far: loads that were read, in order.
    """

    together = False

    def __init__(
        self,
        loads_n: Sequence[float] = settings.BENCH_LOADS_N,
        patience_s: float = settings.PATIENCE_S,
        clock_s: Callable[[], float] = time.monotonic,
    ) -> None:
        self.loads_n: Sequence[float] = loads_n
        self.question: Question | None = None
        self.seen_so_far: list[Seen] = []
        self._patience_s = patience_s
        self._clock_s = clock_s
        self._asked = 0
        self._given_up = False
        self._over = False
        self._changed = threading.Condition()

    @property
    def share(self) -> float:
        """How much of the bench is done, 0 to 1."""
        return len(self.seen_so_far) / (SENSORS * len(self.loads_n))

    def answer(self, number: int) -> bool:
        """It was done as question `number` says; False where that is not the question any more."""
        with self._changed:
            if self.question is None or self.question.number != number:
                return False
            self.question = None
            self._changed.notify_all()
            return True

    def give_up(self) -> None:
        """The person ends the bench."""
        with self._changed:
            self._given_up = True
            self._changed.notify_all()

    def wait_for_question(self, timeout_s: float) -> None:
        """Until there is something to be done, the bench is over, or `timeout_s` have passed."""
        with self._changed:
            self._changed.wait_for(lambda: self.question is not None or self._over, timeout_s)

    def wait_until_over(self, timeout_s: float) -> None:
        """Until the bench is over, or `timeout_s` have passed."""
        with self._changed:
            self._changed.wait_for(lambda: self._over, timeout_s)

    async def unload(self, side: str) -> None:
        """See `Loader`.

        Raises:
            BenchError: the person gave up, or did not answer.
        """
        await self._ask(None, 0.0)

    async def load(self, side: str, place: int, force_n: float) -> None:
        """See `Loader`.

        Raises:
            BenchError: the person gave up, or did not answer.
        """
        await self._ask(place, force_n)

    def seen(self, reading: BenchReading, rise: float) -> None:
        """Note what was read."""
        self.seen_so_far.append(Seen(reading.sensor, reading.force_n, rise))

    def end(self) -> None:
        """Nothing more is asked."""
        with self._changed:
            self.question, self._over = None, True
            self._changed.notify_all()

    async def _ask(self, place: int | None, force_n: float) -> None:
        began_s = self._clock_s()
        with self._changed:
            self._asked += 1
            self.question = Question(self._asked, place, force_n)
            self._changed.notify_all()
        while not self._is_answered():
            if self._given_up:
                raise BenchError("ended by you; what is done stays done, the bench begins anew next time")
            if self._clock_s() - began_s > self._patience_s:
                minutes = self._patience_s / 60
                raise BenchError(f"no answer for {minutes:.0f} minutes; the bench begins anew next time")
            if not threading.main_thread().is_alive():
                raise BenchError("this program was ended; the bench begins anew next time")
            await asyncio.sleep(settings.ANSWER_POLL_S)

    def _is_answered(self) -> bool:
        return self.question is None
