"""An event loop whose waiting is done by the boards: time passes as the world advances."""

import asyncio
import selectors
from collections.abc import Callable, Generator
from contextlib import contextmanager

Advance = Callable[[int], int]
"""Lets the world run to a time in ns at the latest; returns the time it got to."""


class WorldSelector(selectors.DefaultSelector):
    """Instead of waiting for a timeout, lets the world run on."""

    def __init__(self) -> None:
        super().__init__()
        self.now_ns = 1_000_000_000_000
        self.advance: Advance = lambda until_ns: until_ns
        self._turns = 0
        self._at_work = 0

    @contextmanager
    def standing_still(self) -> Generator[None]:
        """The world waits while something works in real time, such as a process."""
        self._at_work += 1
        try:
            yield
        finally:
            self._at_work -= 1

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        if timeout == 0:
            # Only signals and threads come this way, and both can wait a moment.
            self._turns += 1
            return super().select(0) if self._turns % 64 == 0 else []
        if self._at_work:
            return super().select(None)
        if timeout is None:
            raise RuntimeError("everything waits and nothing is due")
        self.now_ns = self.advance(self.now_ns + max(1000, round(timeout * 1e9)))
        return super().select(0)


class WorldLoop(asyncio.SelectorEventLoop):
    """asyncio in the world's time."""

    def __init__(self) -> None:
        self.world = WorldSelector()
        super().__init__(self.world)
        self._clock_resolution = 1e-6

    def time(self) -> float:
        return self.world.now_ns * 1e-9

    async def shutdown_default_executor(self, timeout: float | None = None) -> None:  # noqa: ASYNC109 (asyncio)
        """Wait for threads that are still at work; they work in real time."""
        with self.world.standing_still():
            await super().shutdown_default_executor()
