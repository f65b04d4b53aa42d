"""Device time: microseconds since the chip started, in 64 bits, monotonic, made of a tick counter that wraps.

On the ESP32 `time.ticks_us` wraps at 2**30 us, every 17 min 54 s. A tick value is only meaningful within half
of that of the moment it is extended; the main loop calls `now_us` many times a second, so that none is ever
missed.
"""

from time import ticks_add, ticks_diff, ticks_us

TICKS_PERIOD = ticks_add(0, -1) + 1  # 2**30 on the ESP32


class Clock:
    """Extends `ticks_us` to 64 bits. Not for interrupt handlers: on 32-bit chips its results are heap
    objects."""

    def __init__(self):
        self._ticks = ticks_us()
        self._us = self._ticks

    def now_us(self):
        """Microseconds since the chip started, where this clock was made within the first wrap."""
        ticks = ticks_us()
        step = ticks_diff(ticks, self._ticks)
        if step > 0:
            self._us += step
            self._ticks = ticks
        return self._us

    def extend(self, ticks):
        """The 64-bit time of a tick value taken within the last (or next) half wrap."""
        self.now_us()
        return self._us + ticks_diff(ticks, self._ticks)
