"""The live view where no terminal is: a line when something changes, and one every few seconds."""

import time
from collections.abc import Callable
from typing import TextIO

from plantigrade.live.state import LiveState

EVERY_S = 5.0


class PlainView:
    """Writes lines.

    Args:
        out: where to.
        now: seconds on any clock that never goes back.
    """

    def __init__(self, out: TextIO, now: Callable[[], float] = time.monotonic) -> None:
        self._out = out
        self._now = now
        self._stage = ""
        self._shown_s = float("-inf")

    def __enter__(self) -> "PlainView":
        """Nothing to prepare."""
        return self

    def __exit__(self, *exc: object) -> None:
        """Nothing to restore."""

    def show(self, state: LiveState) -> None:
        """Write a line if it is time for one."""
        now_s = self._now()
        if state.stage == self._stage and now_s - self._shown_s < EVERY_S:
            return
        self._stage, self._shown_s = state.stage, now_s
        print(describe(state), file=self._out, flush=True)


def describe(state: LiveState) -> str:
    """The state in one line."""
    if state.elapsed_s == 0:
        return f"{state.stage}: {state.source}"
    feet = (
        f"{side} {foot.frames} frames, {foot.missing} missing, {foot.strides} strides"
        for side, foot in state.feet.items()
    )
    return f"{state.stage}: {state.elapsed_s:.0f} of {state.seconds:g} s; " + "; ".join(feet)
