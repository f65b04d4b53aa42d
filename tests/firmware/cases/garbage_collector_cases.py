"""When garbage is collected: once a second, right after a sample, with a quarter of a slot to go."""

import chip  # first: puts its time in place
import gc
from workbench import Workbench

import insole.garbage_collector
from insole.garbage_collector import GarbageCollector
from insole_protocol import ids


class Heap:
    """In the place of `gc`: counts collections."""

    def __init__(self):
        self.collected = 0
        self.thresholds = []

    def collect(self):
        self.collected += 1

    def mem_free(self):
        return 1000 + self.collected

    def threshold(self, bytes_):
        self.thresholds.append(bytes_)


class Sampler:
    period_us = 10000
    in_us = 10000

    def next_in_us(self):
        return self.in_us


def fresh_collector():
    heap = insole.garbage_collector.gc = Heap()
    return GarbageCollector(Sampler()), heap


def test_garbage_is_collected_once_a_second_and_with_a_quarter_of_a_slot_to_go():
    try:
        chip.clock.now_us = 5000000
        one, heap = fresh_collector()
        one.after_sample()
        assert (heap.collected, one.free) == (1, 1001), "the first time is at once"
        for ms, in_us, expected in (
            (999, 10000, 1),
            (1, 2499, 1),  # due, but the next sample is near
            (3, 0, 1),
            (1, -200, 1),
            (1, 2500, 2),  # a quarter of a slot is enough
            (999, 10000, 2),  # a second from the last one
            (1, 9000, 3),
            (5000, 9000, 4),
            (999, 9000, 4),  # what was missed is not made up for
            (1, 0, 4),
            (999, 2499, 4),
            (1, 0, 5),  # due for a second: now or never
            (1000, 2500, 6),
        ):
            chip.advance(ms * 1000)
            one._sampler.in_us = in_us
            one.after_sample()
            assert heap.collected == expected, (ms, in_us)
            assert one.free == 1000 + expected
        assert heap.thresholds == []
    finally:
        insole.garbage_collector.gc = gc


def test_once_everything_is_made_garbage_waits_for_its_time():
    try:
        one, heap = fresh_collector()
        assert one.free == 0
        one.settle()
        assert (heap.collected, one.free, heap.thresholds) == (1, 1001, [-1])
    finally:
        insole.garbage_collector.gc = gc


def test_the_time_to_the_next_slot():
    bench = Workbench()
    sampler = bench.insole.sampler
    bench.slots(1)
    assert sampler.next_in_us() == 10000
    chip.advance(3000)
    assert sampler.next_in_us() == 7000
    bench.insole.modes.set(ids.MODE_IDLE)
    chip.advance(3000)
    assert sampler.next_in_us() == 10000, "nothing is due"
