"""64-bit device time out of a counter that wraps at 2**30."""

import chip
from insole.clock import TICKS_PERIOD, Clock

WRAP = 1 << 30


def test_the_period_is_found():
    assert TICKS_PERIOD == WRAP


def test_across_wraps():
    # start of the clock, then the true times at which it is asked
    table = (
        (0, (0, 1, WRAP // 2 - 1, WRAP - 2, WRAP, WRAP + 1, 3 * WRAP // 2)),
        (WRAP - 1, (WRAP - 1, WRAP, WRAP + 1, WRAP + WRAP // 2)),
        (WRAP - 5, (WRAP - 4, WRAP + 100, 2 * WRAP - WRAP // 2, 2 * WRAP - 1, 2 * WRAP)),
        (7 * WRAP + 3, (7 * WRAP + 3, 7 * WRAP + WRAP // 2, 8 * WRAP - 1, 8 * WRAP + 3)),
    )
    for start, times in table:
        chip.clock.now_us = start
        clock = Clock()
        for now in times:
            chip.clock.now_us = now
            assert clock.now_us() == now - start + start % WRAP, (start, now)


def test_a_day_of_wraps():
    chip.clock.now_us = 123
    clock = Clock()
    while chip.clock.now_us < 86400 * 1000000:
        chip.advance(400000001)
        assert clock.now_us() == chip.clock.now_us


def test_it_never_goes_back():
    chip.clock.now_us = WRAP - 10
    clock = Clock()
    last = clock.now_us()
    assert last == WRAP - 10
    for _ in range(40):
        chip.advance(1)
        now = clock.now_us()
        assert now == last + 1
        last = now


def test_extending_ticks_of_the_past_and_of_the_future():
    for now in (1000000, WRAP - 3, WRAP, WRAP + 5, 2 * WRAP + 1):
        chip.clock.now_us = now
        clock = Clock()
        base = now - now % WRAP
        for distance in (-900000, -4, -1, 0, 1, 4, WRAP // 2 - 1):
            ticks = (now + distance) & (WRAP - 1)
            assert clock.extend(ticks) == now + distance - base, (now, distance)
