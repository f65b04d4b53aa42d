"""Strides of both feet while frames come in, and the same from the source forces."""

from dataclasses import dataclass, field
from typing import Literal

import numpy as np
from numpy.typing import NDArray

F64 = NDArray[np.float64]
F32 = NDArray[np.float32]

ON_N = 40.0
OFF_N = 25.0
SHORTEST_STANCE_S = 0.25


@dataclass(frozen=True)
class ContactEvent:
    """A contact event: side, kind, time on the walk's clock."""

    side: str
    kind: Literal["initial_contact", "final_contact"]
    time_s: float


@dataclass
class ContactFollower:
    """Finds contacts of one foot by the total force crossing a threshold, in pieces of any size."""

    side: str
    contacts_s: list[float] = field(default_factory=list[float])
    _loaded: bool = False
    _last_s: float = 0.0
    _last_n: float = 0.0

    def feed(self, time_s: F64, force_n: F32) -> list[ContactEvent]:
        """Take samples (n,), (n, S); returns the events in them."""
        events: list[ContactEvent] = []
        total = force_n.sum(axis=1, dtype=np.float64)
        for moment, force in zip(time_s.tolist(), total.tolist(), strict=True):
            level = OFF_N if self._loaded else ON_N
            if (force >= level) != self._loaded:
                share = (level - self._last_n) / (force - self._last_n) if force != self._last_n else 1.0
                at_s = self._last_s + share * (moment - self._last_s)
                if not self._loaded:
                    self.contacts_s.append(at_s)
                    events.append(ContactEvent(self.side, "initial_contact", at_s))
                    self._loaded = True
                elif at_s - self.contacts_s[-1] >= SHORTEST_STANCE_S:
                    events.append(ContactEvent(self.side, "final_contact", at_s))
                    self._loaded = False
            self._last_s, self._last_n = moment, force
        return events

    def strides_s(self) -> F64:
        """Begin and end of each stride, (n, 2)."""
        contacts = np.array(self.contacts_s)
        return np.column_stack([contacts[:-1], contacts[1:]]) if len(contacts) > 1 else np.empty((0, 2))
