"""Takes one scan of the sensors each slot and leaves it in a ring. Nothing here allocates once it runs.

Time is cut into slots of `period_us` on the grid that `start` lays down. A timer tick is given to the slot
that the clock says it belongs to, up to a quarter of a slot early or three quarters late. A slot without a
tick, or without room in the ring, is lost: the number of lost slots stands in the ring before the next row
that was taken, so that lost time is always seen as lost, never as samples that moved.

A hold-off of more than a slot leaves the timer with another phase, for good. When two samples in a row are
off the grid by the same the timer is therefore started anew on it. Rows whose sample was taken off the grid
are marked.

Motion comes in bursts, some slots after its time: a row waits in the ring until its motion is complete, and
only then counts as waiting.
"""

import sys
from array import array

import asyncio
from insole import hold_offs
from insole.row_marks import MOTION_LOST, OFF_GRID
from insole_protocol.ids import NO_MOTION
from machine import Timer
from time import sleep_us, ticks_add, ticks_diff, ticks_us

CHANNELS = 16
IMU_CHANNELS = 6
HELD_ROWS = 8  # of which the time is held until their motion is there: more than are held

OFF_GRID_US = 500
SAME_PHASE_US = 300  # a timer out of phase is late by the same each time; what is held up by chance is not
# Up to MicroPython 1.28 the hardware timers stop for good after 255 settings since the chip's start. The
# build of firmware/port is newer; it is known by its name.
MAX_INITS = 250
MENDED_BUILD = "PLANTIGRADE"
RESTART_INITS = 230  # from here on the insole restarts as soon as nothing is lost by it


class Sampler:
    """The ring and its producer.

    The producer is `_tick`, called by the timer through the scheduler, between two bytecodes of whatever
    runs; the consumer (`blocks.BlockBuilder`) reads rows from `tail` on and frees them with `release`.

    Attributes:
        frames: flat array('H'), rows of 16 counts in layout order.
        motion: flat array('h'), rows of 6 IMU values, or None without an IMU.
        marks: bytearray, OFF_GRID and MOTION_LOST of each row.
        lost_before: slots lost just before each row.
        ready: set when at least `wake_rows` rows wait.
        sampled, lost, max_jitter_us: counters since boot.
        lost_by: array('I'), of the lost slots those for each cause of `hold_offs`.
        off_grid, rephased, timer_inits: samples off the grid, times that the timer was brought back to it,
            and settings of it, since boot.
        start_us: device time of the first slot since the last `start`.
    """

    def __init__(self, clock, force_array, imu, period_us=10000, rows=128):
        self.frames = array("H", bytes(2 * CHANNELS * rows))
        self.motion = array("h", bytes(2 * IMU_CHANNELS * rows)) if imu else None
        self.marks = bytearray(rows)
        self.lost_before = array("I", bytes(4 * rows))
        self.rows = rows
        self.period_us = period_us
        self.tail = 0
        self.ready = asyncio.ThreadSafeFlag()
        self.wake_rows = 5
        self.sampled = 0
        self.lost = 0
        self.lost_by = array("I", [0] * hold_offs.CAUSES)
        self.max_jitter_us = 0
        self.off_grid = 0
        self.rephased = 0
        self.timer_inits = 0
        self.start_us = 0
        self.running = False
        self._clock = clock
        self._array = force_array
        self._scan = force_array.scan
        self._imu = imu
        self._slot_us = array("i", bytes(4 * HELD_ROWS)) if imu else None
        self._held = 0  # newest rows whose motion is still to come
        self._lag_rows = imu.LAG_ROWS if imu else 0
        self._burst_rows = imu.LAG_ROWS + imu.BURST_ROWS if imu else rows
        self._head = 0
        self._wrap = 2 * rows  # both indices run over twice the rows, so that full and empty differ
        self._pending_lost = 0
        self._due = 0
        self._early_us = period_us // 4
        self._late_before_us = 0  # the sample before
        build = getattr(sys.implementation, "_build", "")
        self._max_inits = 1 << 29 if build.startswith(MENDED_BUILD) else MAX_INITS
        self._timer = Timer(0)
        self._on_tick = self._tick  # a bound method is an object: made once

    def start(self):
        """Lay down a new grid of slots, the first one period from now, and begin."""
        if self.running:
            return
        self._array.power(True)
        self._due = ticks_add(ticks_us(), self.period_us)
        self.start_us = self._clock.extend(self._due)
        self._pending_lost = 0
        self._late_before_us = 0
        if self._imu:
            self._imu.begin()
        self.running = True
        self._start_timer()

    def _start_timer(self):
        """A tick each period from now on."""
        self.timer_inits += 1
        self._timer.init(mode=Timer.PERIODIC, period=self.period_us // 1000, callback=self._on_tick)

    def stop(self):
        """End sampling; rows already taken stay in the ring."""
        if self.running:
            self._timer.deinit()
            self.running = False
            self._array.power(False)
            while self._held:
                self._without_motion((self._head - self._held) % self.rows)
                self._held -= 1

    def worn_out(self):
        """Whether the timer has been set so often that the insole should restart at the next good moment."""
        return self.timer_inits >= self._max_inits - (MAX_INITS - RESTART_INITS)

    def waiting(self):
        """How many complete rows are in the ring."""
        return (self._head - self._held - self.tail) % self._wrap

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
        if late_us < -self._early_us or not self.running:
            return  # the slot has its sample: ticks queue up while the interpreter is held
        missed = (late_us + self._early_us) // self.period_us
        late_us -= missed * self.period_us
        if self._must_rephase(late_us):
            self._rephase(missed, late_us)
        else:
            self._serve(missed, late_us)

    def _must_rephase(self, late_us):
        """Whether this is the second sample in a row that is off the grid, by the same."""
        before_us = self._late_before_us
        self._late_before_us = late_us
        return (
            (late_us > OFF_GRID_US or late_us < -OFF_GRID_US)
            and (before_us > OFF_GRID_US or before_us < -OFF_GRID_US)
            and -SAME_PHASE_US <= late_us - before_us <= SAME_PHASE_US
            and self.timer_inits < self._max_inits
        )

    def _rephase(self, missed, late_us):
        """Start the timer anew on the grid: at this slot's time if it is still to come, else at the next."""
        if late_us > 0:
            self._serve(missed, late_us)
            missed = 0
        wait_us = ticks_diff(self._due, ticks_us()) + missed * self.period_us
        if wait_us > 0:
            sleep_us(wait_us)
        self._start_timer()
        self.rephased += 1
        self._late_before_us = 0
        self._tick(None)

    def _serve(self, missed, late_us):
        """Take the sample of the slot that is due, behind so many missed ones."""
        self._due = ticks_add(self._due, (missed + 1) * self.period_us)
        cause = hold_offs.take()
        if missed:
            self._lose(missed, cause)
        if (self._head - self.tail) % self._wrap >= self.rows:
            self._lose(1, hold_offs.RING_FULL)
            self.ready.set()
        else:
            self._take(-late_us if late_us < 0 else late_us)

    def _lose(self, slots, cause):
        self._pending_lost += slots
        self.lost += slots
        self.lost_by[cause] += slots

    def _take(self, jitter_us):
        if jitter_us > self.max_jitter_us:
            self.max_jitter_us = jitter_us
        marks = 0
        if jitter_us > OFF_GRID_US:
            marks = OFF_GRID
            self.off_grid += 1
        row = self._head % self.rows
        self.lost_before[row] = self._pending_lost
        self._pending_lost = 0
        self._scan(self.frames, row * CHANNELS)
        self.marks[row] = marks
        if self._imu:
            self._slot_us[self._head % HELD_ROWS] = ticks_add(self._due, -self.period_us)
            self._held += 1
        self._head = (self._head + 1) % self._wrap
        self.sampled += 1
        if self._imu and self._held >= self._burst_rows:
            self._take_motion()
        if self.waiting() >= self.wake_rows:
            self.ready.set()

    def _take_motion(self):
        """A burst of motion, for the rows that are old enough."""
        silent = self._imu.collect()
        if silent and ticks_diff(ticks_us(), self._due) > 0:  # the next slot is here already: the bus hung
            hold_offs.happened(hold_offs.BUS)
        while self._held > self._lag_rows:
            row = (self._head - self._held) % self.rows
            if silent:
                self._imu.miss()
                self._without_motion(row)
            elif self._imu.motion_at(
                self._slot_us[(self._head - self._held) % HELD_ROWS], self.motion, row * IMU_CHANNELS
            ):
                self._without_motion(row)
            self._held -= 1

    def _without_motion(self, row):
        """No value of before stands for the motion of now."""
        self.marks[row] |= MOTION_LOST
        base = row * IMU_CHANNELS
        for index in range(base, base + IMU_CHANNELS):
            self.motion[index] = NO_MOTION
