"""The sampler on the virtual chip for hours, held up as an insole is that keeps its log in the chip's own
flash: every time stamp beside the instant of its sample, which only this script knows.

time_stamps.py HOURS SEED typical|worst
"""

import chip  # first: puts its time in place
import sys

from insole import hold_offs, sampler as samples
from insole.clock import Clock
from insole.sampler import Sampler
from sim.chip import alarms, behaviour, hardware
from sim.chip.machine import Timer

PERIOD_US = 10000
ERASE_EACH_US = 2800000  # while walking
OTHER_TIMER = 3

hours, seed, level = float(sys.argv[1]), int(sys.argv[2]), sys.argv[3]
behaviour.use(behaviour.LEVELS.index(level))
behaviour.put("timer_inits", 1 << 30)  # as in the build of firmware/port
state = [seed]


def draw(limit):
    """A number below the limit."""
    state[0] = (state[0] * 1103515245 + 12345) & 0x3FFFFFFF
    return (state[0] >> 8) % limit


class Sheet:
    """Notes when it is read."""

    at_us = 0

    @staticmethod
    def scan(_ring, _base):
        Sheet.at_us = chip.clock.now_us

    def power(self, _on):
        """No current."""


def hold(cause, us):
    before = hold_offs.begin(cause)
    hardware.hold(us)
    hold_offs.end(before)


def work():
    """A page of flash, then pages of 256 bytes, or whatever else may hold a chip up, for up to 30 ms."""
    kind = draw(16)
    if kind < 8:
        hold(hold_offs.FLASH_ERASE, behaviour.value("flash_erase_us") * (50 + draw(100)) // 100)
    elif kind < 14:
        hold(hold_offs.FLASH_PROGRAM, behaviour.value("flash_program_us") * (1 + draw(6)))
    else:
        hardware.hold(draw(30000))
    alarms.set_alarm(OTHER_TIMER, chip.clock.now_us + draw(ERASE_EACH_US), 0, work)


chip.clock.now_us = 5000000
Timer.inits = 0
samples.sleep_us = chip.advance  # the tests' clock stands still in sleeps of less than a millisecond
sampler = Sampler(Clock(), Sheet(), None)
sampler._max_inits = 1 << 29
sampler.start()
start_us = chip.clock.now_us + PERIOD_US
alarms.set_alarm(OTHER_TIMER, chip.clock.now_us + draw(ERASE_EACH_US), 0, work)
slot = -1
marked = off = largest = largest_unmarked = taken = 0
take = sampler._take


def look(jitter_us):
    """One sample: its instant against its stamp."""
    global slot, marked, off, largest, largest_unmarked, taken
    take(jitter_us)
    row = (sampler._head - 1) % sampler._wrap % sampler.rows
    slot += 1 + sampler.lost_before[row]
    sampler.release(1)
    distance = abs(Sheet.at_us - start_us - slot * PERIOD_US)
    taken += 1
    off += distance > samples.OFF_GRID_US
    largest = max(largest, distance)
    if sampler.marks[row] & samples.OFF_GRID:
        marked += 1
    else:
        largest_unmarked = max(largest_unmarked, distance)


sampler._take = look
chip.run(int(hours * 3600) * 1000000)
print("samples", taken)
print("unmarked_us", largest_unmarked)
print("largest_us", largest)
print("off", off)
print("marked", marked)
print("rephased", sampler.rephased)
print("lost", *list(sampler.lost_by))
print("slots_differ", abs(slot + 1 - (chip.clock.now_us - start_us) // PERIOD_US))
