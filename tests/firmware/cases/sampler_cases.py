"""Slots: every one is sampled or known to be lost, whatever the timer does; and nothing is allocated."""

import chip  # first: puts its time in place
import gc
import machine
import micropython

from boards import esp32s3_r1 as board
from drivers.force_array import ForceArray
from insole.clock import Clock
from insole.row_marks import MOTION_LOST
from insole.sampler import Sampler
from insole_protocol.ids import NO_MOTION

PERIOD_US = 10000


def make_sampler(start_us=0, rows=128):
    chip.clock.now_us = start_us
    machine.Timer.inits = 0  # of this chip
    sampler = Sampler(Clock(), ForceArray(board), None, PERIOD_US, rows)
    sampler.start()
    return sampler, chip.timers[0]


def rows_of(sampler):
    """(lost before, first count) of every waiting row, then frees them."""
    found = []
    for i in range(sampler.waiting()):
        row = (sampler.tail + i) % sampler.rows
        found.append((sampler.lost_before[row], sampler.frames[row * 16]))
    sampler.release(len(found))
    return found


def tick_at(timer, start_us, times_us):
    """Fire the timer at these times after the start; sensor 0 shows the slot that the true time lies in."""
    for us in times_us:
        chip.clock.now_us = start_us + us
        chip.sensors[0] = us // PERIOD_US
        timer.fire()


# name: (times of the ticks in us, expected (lost before, slot seen) of each row)
TICKS = {
    "on time": ((10000, 20000, 30000), ((0, 1), (0, 2), (0, 3))),
    "late": ((13000, 20900, 36000), ((0, 1), (0, 2), (0, 3))),
    "a little early": ((10000, 19000, 30000), ((0, 1), (0, 1), (0, 3))),
    "one missed": ((10000, 30000), ((0, 1), (1, 3))),
    "many missed": ((10000, 510000, 520000), ((0, 1), (49, 51), (0, 52))),
    "queued up behind a long stop": ((10000, 55000, 55100, 55200, 60000), ((0, 1), (3, 5), (0, 6))),
    "held for nearly a slot": ((10000, 27400, 30000), ((0, 1), (0, 2), (0, 3))),
    "held into the next slot": ((10000, 28000, 30000, 40000), ((0, 1), (1, 2), (0, 4))),
}


def test_slot_accounting_table():
    for start_us in (0, chip.TICKS_PERIOD - 25000):  # also across the wrap of the tick counter
        for name in TICKS:
            times, expected = TICKS[name]
            sampler, timer = make_sampler(start_us)
            tick_at(timer, start_us, times)
            found = tuple(rows_of(sampler))
            assert found == expected, (name, found)
            assert sampler.lost == sum(lost for lost, _ in expected), name
            assert sampler.sampled == len(expected), name


def test_slots_taken_and_lost_add_up_to_time():
    # ticks at any distance: taken + lost always equals the slots that time has had
    state = 12345
    sampler, timer = make_sampler()
    now = 0
    for _ in range(3000):
        state = (state * 1103515245 + 12345) & 0x7FFFFFFF
        now += 10000 + (state >> 8) % 45000
        chip.clock.now_us = now
        timer.fire()
        now = chip.clock.now_us  # later, when the timer was brought back into phase
        rows_of(sampler)
        slots = sampler.sampled + sampler.lost
        assert abs(slots * PERIOD_US - now) <= PERIOD_US * 3 // 4, (slots, now)
    assert sampler.lost > 1000


def test_full_ring_loses_the_new_slots_and_says_how_many():
    sampler, timer = make_sampler(rows=16)
    tick_at(timer, 0, range(10000, 10000 * 21, 10000))
    assert sampler.waiting() == 16
    assert sampler.lost == 4
    assert [lost for lost, _ in rows_of(sampler)] == [0] * 16
    tick_at(timer, 0, (210000,))
    assert rows_of(sampler) == [(4, 21)]


def test_slots_lost_at_the_end_are_told_too():
    sampler, timer = make_sampler(rows=4)
    tick_at(timer, 0, range(10000, 70000, 10000))
    sampler.stop()
    assert sampler.lose_pending() == 2
    assert sampler.lose_pending() == 0


def test_jitter_is_the_largest_distance_from_the_grid():
    sampler, timer = make_sampler()
    tick_at(timer, 0, (10000, 20700, 29100, 40000))
    assert sampler.max_jitter_us == 900


def test_channels_arrive_in_layout_order():
    sampler, timer = make_sampler()
    for index in range(16):
        chip.sensors[index] = 100 + index
    for _ in range(
        3
    ):  # the walk over the multiplexer is closed: the second scan must be as good as the first
        chip.advance(PERIOD_US)
        timer.fire()
    row = sampler.frames[2 * 16 : 3 * 16]
    assert list(row) == [100 + index for index in range(16)], row


def test_full_scale_stays_in_twelve_bits():
    sampler, timer = make_sampler()
    for index in range(16):
        chip.sensors[index] = 4095
    chip.advance(PERIOD_US)
    timer.fire()
    assert set(sampler.frames[:16]) == {4095}


def bytes_allocated_by(function):
    """Bytes of the heap that are taken afterwards and were not before; nothing is collected meanwhile."""
    gc.collect()
    gc.disable()
    before = gc.mem_alloc()
    function()
    taken = gc.mem_alloc() - before
    gc.enable()
    return taken


def test_a_sample_allocates_nothing():
    sampler, timer = make_sampler()
    callback = timer.callback
    clock = chip.clock

    def samples():
        for _ in range(100):
            clock.now_us += PERIOD_US
            callback()

    samples()
    sampler.release(100)
    assert bytes_allocated_by(samples) == 0
    sampler.release(100)
    micropython.heap_lock()
    try:
        for _ in range(100):
            clock.now_us += PERIOD_US
            callback()
    finally:
        micropython.heap_unlock()
    assert sampler.sampled == 300


def test_the_allocation_check_sees_an_allocation():
    # the check above is worth something only if it fails when one sample allocates anything
    sampler, timer = make_sampler()
    take = sampler._take

    def wasteful(jitter_us):
        self_made = [jitter_us]
        assert self_made
        take(jitter_us)

    sampler._take = wasteful

    def samples():
        for _ in range(100):
            chip.clock.now_us += PERIOD_US
            timer.callback()

    assert bytes_allocated_by(samples) >= 100 * 8
    sampler.release(100)
    micropython.heap_lock()
    try:
        chip.clock.now_us += PERIOD_US
        timer.callback()
        refused = False
    except MemoryError:
        refused = True
    finally:
        micropython.heap_unlock()
    assert refused


def test_the_grid_begins_one_period_after_the_start():
    chip.clock.now_us = 1234567
    sampler = Sampler(Clock(), ForceArray(board), None, PERIOD_US, 16)
    chip.pins[board.MUX_ENABLE_PIN] = 1
    assert not sampler.running and sampler.next_in_us() == PERIOD_US
    sampler.start()
    assert sampler.running and sampler.start_us == 1244567
    assert chip.pins[board.MUX_ENABLE_PIN] == 0, "the sheet has current"
    timer = chip.timers[0]
    assert (timer.mode, timer.period) == (machine.Timer.PERIODIC, 10)
    chip.advance(7000)
    sampler.start()
    assert sampler.start_us == 1244567, "it runs already"
    sampler.stop()
    assert not sampler.running and timer.callback is None
    assert chip.pins[board.MUX_ENABLE_PIN] == 1
    chip.pins[board.MUX_ENABLE_PIN] = 0
    sampler.stop()
    assert chip.pins[board.MUX_ENABLE_PIN] == 0, "it was stopped already"


def test_lost_slots_of_before_do_not_count_for_a_new_start():
    sampler, timer = make_sampler(rows=4)
    tick_at(timer, 0, range(10000, 70000, 10000))
    sampler.stop()
    sampler.release(4)
    chip.clock.now_us = 1000000
    sampler.start()
    tick_at(chip.timers[0], 1000000, (10000,))
    assert rows_of(sampler) == [(0, 1)]
    assert sampler.lost == 2


def test_a_tick_is_given_to_the_slot_that_the_clock_says():
    """Due at 10000: a quarter of a slot early is 7500; less than three quarters late is up to 17499, and from
    17500 on one slot is lost."""
    for at_us, expected in (
        (7499, []),
        (7500, [0]),
        (10000, [0]),
        (17499, [0]),
        (17500, [1]),
        (27499, [1]),
        (27500, [2]),
    ):
        sampler, timer = make_sampler()
        tick_at(timer, 0, (at_us,))
        assert [lost for lost, _ in rows_of(sampler)] == expected, at_us
        assert sampler.lost == sum(expected)


def test_jitter_is_counted_to_either_side_and_without_the_slots_that_were_lost():
    for at_us, jitter_us in ((10000, 0), (7600, 2400), (17000, 7000), (17600, 2400), (31000, 1000)):
        sampler, timer = make_sampler()
        tick_at(timer, 0, (at_us,))
        assert sampler.max_jitter_us == jitter_us, at_us


def test_the_next_slot_is_due_a_period_after_the_one_that_was_taken():
    for at_us, due_us in ((10000, 20000), (7500, 20000), (17499, 20000), (17500, 30000), (31000, 40000)):
        sampler, timer = make_sampler()
        tick_at(timer, 0, (at_us,))
        assert sampler.next_in_us() == due_us - at_us, at_us


def test_the_consumer_is_woken_by_as_many_rows_as_it_wants():
    class Flag:
        sets = 0

        def set(self):
            self.sets += 1

    for wake_rows in (1, 3, 5):
        sampler, timer = make_sampler(rows=8)
        assert sampler.wake_rows == 5
        sampler.ready, sampler.wake_rows = Flag(), wake_rows
        counts = []
        for number in range(1, 11):
            tick_at(timer, 0, (10000 * number,))
            counts.append(sampler.ready.sets)
        # Rows 1 to 8 are taken; the last two find no room, and wake the consumer too.
        assert counts == [max(0, number - wake_rows + 1) for number in range(1, 11)], wake_rows
        assert (sampler.sampled, sampler.lost) == (8, 2)


def test_a_ring_that_was_full_says_how_many_it_lost_with_the_next_row():
    """Four rows; of ten slots the fifth to seventh found no room, and the eighth was missed by its tick."""
    sampler, timer = make_sampler(rows=4)
    tick_at(timer, 0, range(10000, 80000, 10000))
    assert (sampler.waiting(), sampler.lost) == (4, 3)
    sampler.release(2)
    tick_at(timer, 0, (90000, 100000))
    assert sampler.waiting() == 4
    assert rows_of(sampler) == [(0, 3), (0, 4), (4, 9), (0, 10)]
    assert (sampler.sampled, sampler.lost) == (6, 4)


def test_a_late_tick_that_finds_no_room_loses_its_own_slot_and_those_before():
    sampler, timer = make_sampler(rows=2)
    tick_at(timer, 0, (10000, 20000, 50000))
    assert (sampler.sampled, sampler.lost) == (2, 3)
    sampler.stop()
    assert sampler.lose_pending() == 3


def test_rows_are_freed_round_the_ring():
    sampler, timer = make_sampler(rows=3)
    for number in range(1, 30):
        tick_at(timer, 0, (10000 * number,))
        assert sampler.waiting() == 1
        assert sampler.frames[sampler.tail % 3 * 16] == number
        sampler.release(1)
        assert sampler.waiting() == 0
    assert sampler.tail == 29 % 6


def test_motion_is_read_beside_each_scan():
    """Bursts come every second slot; a row counts once its motion, which is two slots late, is there."""

    class Imu:
        LAG_ROWS = BURST_ROWS = 2
        begun = bursts = 0

        def begin(self):
            self.begun += 1

        def collect(self):
            self.bursts += 1
            return False

        def motion_at(self, slot_us, motion, base):
            motion[base] = slot_us // 10000
            return False

    chip.clock.now_us = 0
    imu = Imu()
    sampler = Sampler(Clock(), ForceArray(board), imu, PERIOD_US, 8)
    sampler.start()
    waiting = []
    for number in range(1, 7):
        tick_at(chip.timers[0], 0, (10000 * number + 100,))
        waiting.append(sampler.waiting())
    assert waiting == [0, 0, 0, 2, 2, 4] and (imu.begun, imu.bursts) == (1, 2)
    assert [sampler.motion[6 * row] for row in range(8)] == [1, 2, 3, 4, 0, 0, 0, 0]
    assert len(sampler.frames) == 128 and len(sampler.lost_before) == 8
    sampler.stop()
    assert sampler.waiting() == 6, "the last rows count without motion"
    assert list(sampler.marks) == [0] * 4 + [MOTION_LOST] * 2 + [0] * 2
    assert sampler.motion[24] == sampler.motion[35] == NO_MOTION
