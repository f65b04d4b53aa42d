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


def advance(us):
    """Let time pass; no timer fires by itself."""
    clock.now_us += us


class RamPartition:
    """Flash in memory behind the block protocol."""

    def __init__(self, blocks=64):
        self.blocks = blocks
        self.data = bytearray(b"\xff" * (4096 * blocks))
        self.broken = False

    def readblocks(self, block, buf, offset=0):
        start = block * 4096 + offset
        buf[:] = memoryview(self.data)[start : start + len(buf)]

    def writeblocks(self, block, buf, offset=0):
        if self.broken:
            raise OSError(5)
        start = block * 4096 + offset
        self.data[start : start + len(buf)] = buf

    def ioctl(self, op, arg):
        if op == 4:
            return self.blocks
        if op == 5:
            return 4096
        if op == 6:
            if self.broken:
                raise OSError(5)
            self.data[arg * 4096 : arg * 4096 + 4096] = b"\xff" * 4096
        return 0
