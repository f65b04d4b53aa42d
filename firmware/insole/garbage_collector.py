"""Collects garbage when it hurts least: right after a sample has been taken.

A collection holds every callback up, the sampler's too. A sample may come up to three
quarters of a slot late, so a collection that begins with most of a slot to go may take more than a slot
before anything is lost.
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
        if ticks_diff(now, self._due_ms) < 0 or self._sampler.next_in_us() < self._sampler.period_us // 2:
            return
        self._due_ms = ticks_add(now, PERIOD_MS)
        before = hold_offs.begin(hold_offs.GARBAGE)
        gc.collect()
        hold_offs.end(before)
        self.free = gc.mem_free()
