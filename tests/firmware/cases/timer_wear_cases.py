"""A timer that stops for good after so many settings: the insole restarts in order before."""

import chip  # first: puts its time in place
import asyncio
from insole import starts
from insole.sampler import MAX_INITS, RESTART_INITS
from insole_protocol import ids
from workbench import Central, Workbench


def worn(inits=RESTART_INITS):
    """An insole of which the timer was set so often."""
    bench = Workbench()
    bench.insole.sampler._max_inits = MAX_INITS
    bench.insole.sampler.timer_inits = inits
    return bench


def second(bench):
    """Housekeeping's round, and what it has asked for."""
    bench.firmware.housekeeping.round()

    async def half_a_second():
        for _ in range(50):
            chip.advance(10000)
            await asyncio.sleep_ms(0)

    asyncio.get_event_loop().run_until_complete(half_a_second())


def test_it_restarts_in_order_while_nobody_walks_and_nobody_listens():
    bench = worn()
    bench.slots(100)
    second(bench)
    assert chip.events[0] == "reset" and not bench.insole.sampler.running
    record = starts.load()
    assert (record.timer_restarts, record.failed) == (1, 0), "counted, and no failure"
    end = bench.insole.blocks.next_seq
    assert Workbench(fresh=False).insole.recorder.next_seq == end, "the log was closed"


def test_not_before_it_must():
    bench = worn(RESTART_INITS - 1)
    second(bench)
    assert chip.events == []


def test_not_while_somebody_walks_or_stands_or_is_connected():
    for wear in (ids.WEAR_WALKING, ids.WEAR_STANDING):
        bench = worn()
        bench.insole.gait.wear = wear
        second(bench)
        assert chip.events == [], wear
    bench = worn()
    Central(bench)
    second(bench)
    assert chip.events == []


def test_a_timer_that_does_not_wear_out_needs_no_restart():
    bench = worn()
    bench.insole.sampler._max_inits = 1 << 28
    second(bench)
    assert chip.events == []
