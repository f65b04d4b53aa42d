"""Strides of both feet while frames come in, and the same engine on the source forces."""

from dataclasses import dataclass, field

import numpy as np

from plantigrade.array_types import F32, F64
from plantigrade.gait.engine import Engine
from plantigrade.gait.pressure.own_insole import own_layout
from plantigrade.gait.results import Analysis, Event
from plantigrade.gait.signals import Foot, FootSignal, SourceInfo

FEET = {"left": Foot.LEFT, "right": Foot.RIGHT}


def signal(side: str, time_s: F64, force_n: F32) -> FootSignal:
    """Samples of one of our insoles, (n,) and (n, 16)."""
    return FootSignal(FEET[side], time_s, force_n, own_layout())


@dataclass
class GaitFollower:
    """Feeds the gait engine with what has come of both feet since it was last asked."""

    engine: Engine
    _waiting: dict[str, list[tuple[F64, F32]]] = field(default_factory=lambda: {"left": [], "right": []})
    _contacts_s: dict[Foot, list[float]] = field(
        default_factory=lambda: {Foot.LEFT: list[float](), Foot.RIGHT: list[float]()}
    )

    @classmethod
    def at(cls, rate_hz: float, source: str) -> "GaitFollower":
        """A follower of samples at this rate."""
        return cls(Engine(sample_rate_hz=rate_hz, source=SourceInfo(source, "demo")))

    def add(self, side: str, time_s: F64, force_n: F32) -> None:
        """Keep samples (n,), (n, 16) of one foot for the next `step`."""
        self._waiting[side].append((time_s, force_n))

    def step(self) -> list[Event]:
        """Analyse what waits; the contact events that have become certain."""
        left, right = self._take("left"), self._take("right")
        if left is None and right is None:
            return []
        events = self.engine.feed(left, right)
        for event in events:
            if event.kind == "initial_contact":
                self._contacts_s[event.foot].append(event.time_s)
        return events

    def finish(self) -> Analysis:
        """Analyse the rest."""
        self.step()
        return self.engine.finish()

    def strides(self, side: str) -> int:
        """Strides seen so far."""
        return max(0, len(self._contacts_s[FEET[side]]) - 1)

    def last_stride_s(self, side: str) -> float | None:
        """The last stride time; None before the second contact."""
        contacts = self._contacts_s[FEET[side]][-2:]
        return contacts[1] - contacts[0] if len(contacts) == 2 else None

    def _take(self, side: str) -> FootSignal | None:
        waiting = self._waiting[side]
        if not waiting:
            return None
        self._waiting[side] = []
        times, forces = zip(*waiting, strict=True)
        return signal(side, np.concatenate(times), np.concatenate(forces))


def strides_s(analysis: Analysis, side: str) -> F64:
    """Begin and end of each stride of one foot, (n, 2), on the input's clock."""
    foot = analysis.left if side == "left" else analysis.right
    if foot is None:
        return np.empty((0, 2))
    return np.column_stack([foot.strides.initial_contact_s, foot.strides.next_initial_contact_s])
