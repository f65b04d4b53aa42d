"""An event loop whose clock jumps to the next thing that is due: hours of waiting take no time."""

import asyncio
import selectors
from collections.abc import Coroutine
from typing import Any, TypeVar

THREAD_S = 5.0
Result = TypeVar("Result")


class JumpingSelector(selectors.DefaultSelector):
    """Instead of waiting for a timeout, moves the clock on by it."""

    def __init__(self) -> None:
        super().__init__()
        self.now_s = 1000.0

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        ready = super().select(0)
        if not ready and timeout is None:
            ready = super().select(THREAD_S)  # only another thread can still wake us
            if not ready:
                raise RuntimeError("everything waits and nothing is due: deadlock")
        if not ready and timeout is not None and timeout > 0:
            self.now_s += timeout
        return ready


class VirtualTimeLoop(asyncio.SelectorEventLoop):
    """asyncio with virtual time."""

    def __init__(self) -> None:
        self._jumping = JumpingSelector()
        super().__init__(self._jumping)

    def time(self) -> float:
        return self._jumping.now_s

    def advance(self, seconds: float) -> None:
        """Let time pass while nothing runs."""
        self._jumping.now_s += seconds


def virtual_now_ns() -> int:
    """What the host's monotonic clock says inside `run_virtually`."""
    return round(asyncio.get_running_loop().time() * 1e9)


def clock_ns() -> int:
    """A monotonic clock for code that reads one by itself: virtual inside the loop, some moment outside."""
    try:
        return virtual_now_ns()
    except RuntimeError:
        return 10**15


def run_virtually(main: Coroutine[Any, Any, Result]) -> Result:
    """`asyncio.run` in virtual time."""
    with asyncio.Runner(loop_factory=VirtualTimeLoop) as runner:
        return runner.run(main)
