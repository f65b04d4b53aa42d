"""Takes one scan of the sensors each slot and leaves it in a ring. Nothing here allocates once it runs.

Time is cut into slots of `period_us` on the grid that `start` lays down. A timer tick is given to the slot
that the clock says it belongs to, up to a quarter of a slot early or three quarters late. A slot without a
tick, or without room in the ring, is lost: the number of lost slots stands in the ring before the next row
that was taken, so that lost time is always seen as lost, never as samples that moved.
"""

from array import array

import asyncio
from machine import Timer
from time import ticks_add, ticks_diff, ticks_us

CHANNELS = 16
IMU_CHANNELS = 6


class Sampler:
    """The ring and its producer.

    The producer is `_tick`, called by the timer through the scheduler, between two bytecodes of whatever
    runs; the consumer (`blocks.BlockBuilder`) reads rows from `tail` on and frees them with `release`.

    Attributes:
        frames: flat array('H'), rows of 16 counts in layout order.
        motion: flat array('h'), rows of 6 IMU values, or None without an IMU.
        lost_before: slots lost just before each row.
        ready: set when at least `wake_rows` rows wait.
        sampled, lost, max_jitter_us: counters since boot.
        start_us: device time of the first slot since the last `start`.
    """

    def __init__(self, clock, force_array, imu, period_us=10000, rows=128):
        self.frames = array("H", bytes(2 * CHANNELS * rows))
        self.motion = array("h", bytes(2 * IMU_CHANNELS * rows)) if imu else None
        self.lost_before = array("I", bytes(4 * rows))
        self.rows = rows
        self.period_us = period_us
        self.tail = 0
        self.ready = asyncio.ThreadSafeFlag()
        self.wake_rows = 5
        self.sampled = 0
        self.lost = 0
        self.max_jitter_us = 0
        self.start_us = 0
        self.running = False
        self._clock = clock
        self._array = force_array
        self._scan = force_array.scan
        self._read_motion = imu.read_into if imu else None
        self._head = 0
        self._wrap = 2 * rows  # both indices run over twice the rows, so that full and empty differ
        self._pending_lost = 0
        self._due = 0
        self._early_us = period_us // 4
        self._timer = Timer(0)

    def start(self):
        """Lay down a new grid of slots, the first one period from now, and begin."""
        if self.running:
            return
        self._array.power(True)
        self._due = ticks_add(ticks_us(), self.period_us)
        self.start_us = self._clock.extend(self._due)
        self._pending_lost = 0
        self.running = True
        self._timer.init(mode=Timer.PERIODIC, period=self.period_us // 1000, callback=self._tick)

    def stop(self):
        """End sampling; rows already taken stay in the ring."""
        if self.running:
            self._timer.deinit()
            self.running = False
            self._array.power(False)

    def waiting(self):
        """How many rows are in the ring."""
        return (self._head - self.tail) % self._wrap

    def release(self, rows):
        """Free the oldest rows."""
        self.tail = (self.tail + rows) % self._wrap

    def next_in_us(self):
        """Time until the next slot is due; much when nothing is sampled."""
        return ticks_diff(self._due, ticks_us()) if self.running else self.period_us

    def lose_pending(self):
        """Slots lost at the end, before any row could tell of them; forgets them. Only while stopped."""
        lost = self._pending_lost
        self._pending_lost = 0
        return lost

    def _tick(self, _timer):
        late_us = ticks_diff(ticks_us(), self._due)
        if late_us < -self._early_us:
            return  # the slot has its sample: ticks queue up while the interpreter is held
        missed = (late_us + self._early_us) // self.period_us
        self._due = ticks_add(self._due, (missed + 1) * self.period_us)
        late_us -= missed * self.period_us
        if (self._head - self.tail) % self._wrap >= self.rows:
            missed += 1
            self._pending_lost += missed
            self.lost += missed
            self.ready.set()
            return
        if missed:
            self._pending_lost += missed
            self.lost += missed
        self._take(-late_us if late_us < 0 else late_us)

    def _take(self, jitter_us):
        if jitter_us > self.max_jitter_us:
            self.max_jitter_us = jitter_us
        row = self._head % self.rows
        self.lost_before[row] = self._pending_lost
        self._pending_lost = 0
        self._scan(self.frames, row * CHANNELS)
        if self._read_motion:
            self._read_motion(self.motion, row * IMU_CHANNELS)
        self._head = (self._head + 1) % self._wrap
        self.sampled += 1
        if (self._head - self.tail) % self._wrap >= self.wake_rows:
            self.ready.set()
