"""A chip whose time stands still until a test moves it. Import it first: it puts its own `time` in place.

The twin's chips (firmware/sim) run in real time; these let a test say exactly when each timer tick comes.
"""

import sys

TICKS_PERIOD = 1 << 30


class _Time:
    """`time` as on the ESP32: tick counters that wrap at 2**30, driven by `now_us`."""

    def __init__(self):
        self.now_us = 0

    def ticks_us(self):
        return self.now_us & (TICKS_PERIOD - 1)

    def ticks_ms(self):
        return self.now_us // 1000 & (TICKS_PERIOD - 1)

    def ticks_add(self, ticks, delta):
        return (ticks + delta) & (TICKS_PERIOD - 1)

    def ticks_diff(self, end, start):
        return ((end - start + TICKS_PERIOD // 2) & (TICKS_PERIOD - 1)) - TICKS_PERIOD // 2

    def sleep_us(self, us):
        pass

    def sleep_ms(self, ms):
        self.now_us += ms * 1000

    def time(self):
        return self.now_us // 1000000


clock = _Time()
sys.modules["time"] = clock

# The interpreter's built-in task queue has the computer's clock; the one in Python follows ours.
sys.modules["_asyncio"] = None
sys.modules["sim.ticks"] = clock
from sim import task  # noqa: E402 - with our ticks

sys.modules["asyncio.task"] = task
import asyncio  # noqa: E402 - with the new clock

task.core = asyncio.core


def advance(us):
    """Let time pass; no timer fires by itself."""
    clock.now_us += us
