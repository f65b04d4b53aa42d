"""What a live view shows, in any form."""

from collections import deque
from dataclasses import dataclass, field
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

RECENT_EVENTS = 6


def no_force() -> NDArray[np.float32]:
    """An unloaded insole, (16,) newtons."""
    return np.zeros(16, np.float32)


@dataclass
class FootState:
    """One foot as it is now.

    Attributes:
        connection: as text.
        force_n: (16,) newtons of the latest frame.
        frames: received so far.
        missing: slots requested and not recorded.
        strides: found so far.
        stride_s: the last stride time.
        latency_ms: recent median from sensor to host; None when it cannot be known.
        clock_ms: what the bridge states about its host times.
        battery_pct: None when unknown.
        side: "left" or "right" once the insole has reported it; until then its name is all there is.
    """

    connection: str = "searching"
    force_n: NDArray[np.float32] = field(default_factory=no_force)
    frames: int = 0
    missing: int = 0
    strides: int = 0
    stride_s: float | None = None
    latency_ms: float | None = None
    clock_ms: float | None = None
    battery_pct: int | None = None
    side: str = ""

    @property
    def total_n(self) -> float:
        """Force under the foot as a whole."""
        return float(self.force_n.sum())


@dataclass
class LiveState:
    """Both feet and the course of the run."""

    source: str
    seconds: float
    elapsed_s: float = 0.0
    stage: str = "starting"
    feet: dict[str, FootState] = field(default_factory=lambda: {"left": FootState(), "right": FootState()})
    events: deque[str] = field(default_factory=lambda: deque[str](maxlen=RECENT_EVENTS))


class View(Protocol):
    """Shows a `LiveState`; entered and left like a context."""

    def __enter__(self) -> "View":
        """Begin to show."""
        ...

    def __exit__(self, *exc: object) -> None:
        """Leave the terminal as it was."""
        ...

    def show(self, state: LiveState) -> None:
        """Show the state as it is now; called several times a second."""
        ...


class NoView:
    """Shows nothing."""

    def __enter__(self) -> "NoView":
        """Begin to show nothing."""
        return self

    def __exit__(self, *exc: object) -> None:
        """Nothing to restore."""

    def show(self, state: LiveState) -> None:
        """Show nothing."""
