"""Collects garbage when it hurts least: right after a sample has been taken.

A collection holds every callback up, the sampler's too. A sample may come up to three quarters of a slot
late, so a collection that begins with a quarter of a slot to go may take a whole one before anything is lost.
There is rarely more to go: a scan takes some 7 ms of its slot (docs/reference/slot-budget.md). What is due
for a second is collected at any moment: else the heap would fill up, and be collected at the worst one.
"""

import gc
from time import ticks_add, ticks_diff, ticks_ms

from insole import hold_offs

PERIOD_MS = 1000


class GarbageCollector:
    """Attributes: `free`, bytes of the heap that were free after the last collection."""

    def __init__(self, sampler):
        self.free = 0
        self._sampler = sampler
        self._due_ms = ticks_ms()

    def settle(self):
        """Once everything is made: collect by ourselves from now on, and on its own only in need."""
        gc.collect()
        self.free = gc.mem_free()
        gc.threshold(-1)

    def after_sample(self):
        """To be called when samples have just been taken."""
        now = ticks_ms()
        due_for_ms = ticks_diff(now, self._due_ms)
        if due_for_ms < 0:
            return
        if due_for_ms < PERIOD_MS and self._sampler.next_in_us() < self._sampler.period_us // 4:
            return
        self._due_ms = ticks_add(now, PERIOD_MS)
        before = hold_offs.begin(hold_offs.GARBAGE)
        gc.collect()
        hold_offs.end(before)
        self.free = gc.mem_free()
