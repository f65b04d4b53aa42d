"""A wearer who answers alerts as people do: at once, put off, or not at all; counts how late each class came."""

import asyncio
import random
from collections import Counter
from dataclasses import dataclass, field

from plantigrade.service.events import AlertEvent, Event, RecordingEvent

from tools.virtual_month.home import Home


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
        delay_s = (event.known_utc_ns - event.onset_utc_ns) * 1e-9
        self.delays.setdefault(event.alert_class.value, Delays()).seconds.append(delay_s)
