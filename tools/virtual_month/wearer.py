"""A wearer who answers alerts as people do: at once, put off, or not at all. Counts how late alerts came."""

import asyncio
import random
from collections import Counter
from dataclasses import dataclass, field

from plantigrade.library.person.entries import AnswerKind
from plantigrade.posture.rules_engine.rules import Severity
from plantigrade.service.alerts.life import AlertError, AlertKey, Snooze
from plantigrade.service.events import AlertEvent, Event, RecordingEvent, WatchingEvent

from tools.virtual_month.home import Home

ANSWERS: tuple[tuple[AnswerKind | None, float], ...] = (
    (AnswerKind.SEEN, 0.35),
    (AnswerKind.SNOOZED, 0.25),
    (AnswerKind.HELPED, 0.1),
    (AnswerKind.WRONG, 0.05),
    (None, 0.25),
)
"""What is answered to how many of the alerts; None: they are ignored."""
CRITICAL_ANSWERS: tuple[tuple[AnswerKind | None, float], ...] = (
    (AnswerKind.WEIGHT_TAKEN_OFF, 0.7),
    (None, 0.3),
)
ANSWER_AFTER_S = (20.0, 600.0)


@dataclass
class Delays:
    """How late alerts of one class were known, in seconds after their cause began."""

    seconds: list[float] = field(default_factory=list[float])

    def as_json(self) -> dict[str, float | int | None]:
        """Count and the worst."""
        return {"n": len(self.seconds), "worst_s": round(max(self.seconds), 1) if self.seconds else None}


class ScriptedWearer:
    """Hears of alerts on the bus, and answers them.

    Attributes:
        delays: by class of alert.
        answered: how often each answer was given.
        stages: how often recordings reached each stage.
    """

    def __init__(self, home: Home, seed: int) -> None:
        self.delays: dict[str, Delays] = {}
        self.alerts: Counter[str] = Counter()
        self.held_back: Counter[str] = Counter()
        self.answered: Counter[str] = Counter()
        self.stages: Counter[str] = Counter()
        self.notes: Counter[str] = Counter()
        self.watching: Counter[bool] = Counter()
        self._home, self._draw = home, random.Random(f"{seed} wearer")
        self._seen: set[tuple[str, str, int]] = set()
        self._tasks: set[asyncio.Task[None]] = set()

    def start(self) -> None:
        """Listen from now on."""
        self._home.bus.call_on_event(self._hear)

    async def stop(self) -> None:
        """Answer no more."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def _hear(self, event: Event) -> None:
        if isinstance(event, RecordingEvent):
            self.stages[event.stage] += 1
            if event.stage == "not analysed":
                self.notes[event.note] += 1
        elif isinstance(event, WatchingEvent):
            self.watching[event.watching] += 1
        elif isinstance(event, AlertEvent) and event.cleared_utc_ns is None:
            self._take(event)

    def _take(self, event: AlertEvent) -> None:
        key = (event.rule, event.foot, event.onset_utc_ns)
        if key in self._seen:
            return
        self._seen.add(key)
        self.alerts[event.rule] += 1
        if not event.shown:
            self.held_back[event.held_back_by] += 1
        self._plan_answer(event)
        delay_s = (event.known_utc_ns - event.onset_utc_ns) * 1e-9
        self.delays.setdefault(event.alert_class.value, Delays()).seconds.append(delay_s)

    def _plan_answer(self, event: AlertEvent) -> None:
        critical = event.severity == Severity.CRITICAL.value
        answers = CRITICAL_ANSWERS if critical else ANSWERS
        (kind,) = self._draw.choices([kind for kind, _ in answers], [share for _, share in answers])
        after_s = self._draw.uniform(*ANSWER_AFTER_S)
        if not event.shown:
            return
        if kind is None:
            self.answered["ignored"] += 1
            return
        task = asyncio.create_task(self._answer(event, kind, after_s))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _answer(self, event: AlertEvent, kind: AnswerKind, after_s: float) -> None:
        await asyncio.sleep(after_s)
        key = AlertKey(event.rule, event.foot, event.onset_utc_ns)
        snooze = self._draw.choice(tuple(Snooze)) if kind is AnswerKind.SNOOZED else None
        minutes = after_s / 60 if kind is AnswerKind.HELPED else None
        book = await self._home.live.book(event.person)
        try:
            await book.answer(key, kind, by="wearer", snooze=snooze, after_min=minutes)
            self.answered[kind.value] += 1
        except AlertError:
            self.answered["refused"] += 1
