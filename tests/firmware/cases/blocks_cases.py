"""Records made of the sampler's rows: which rows, numbers, times and flags each has; means when still."""

import chip  # first: puts its time in place
from array import array
from workbench import REST, Workbench

from insole.blocks import SATURATED_COUNT, mean_rows
from insole_protocol import ids

LIVE, DAILY, IDLE = ids.MODE_LIVE, ids.MODE_DAILY, ids.MODE_IDLE


def press(count):
    for index in range(16):
        chip.sensors[index] = count


def restless():
    """The foot moves so much that nothing is stored at a reduced rate; sensor 15 is left as it is."""
    number = chip.clock.now_us // 10000
    for index in range(15):
        chip.sensors[index] = REST + number * 53 % 2000


def run(bench, slots, fire=True):
    for _ in range(slots):
        restless()
        bench.slots(1, fire=fire)


def live_bench(frames=5):
    bench = Workbench()
    bench.insole.settings.live_frames = frames
    bench.insole.modes.set(LIVE)
    return bench


def flagged(blocks, flag):
    return [one.header.seq for one in blocks if one.header.status & flag]


def test_means_are_rounded_to_the_nearest_halves_up():
    """Three columns, two rows a mean: 1.5 gives 2, (4 + 4) / 2 is 4, 0.5 gives 1."""
    ring = array("H", (1, 4, 0, 2, 4, 1, 9, 9, 9, 11, 12, 10))
    out = array("H", [77] * 7)
    mean_rows(ring, 3, 0, 4, 2, out)
    assert list(out) == [2, 4, 1, 10, 11, 10, 77]
    mean_rows(ring, 3, 3, 2, 2, out)  # the last row and, round the ring, the first: 12 / 2, 16 / 2, 10 / 2
    assert list(out) == [6, 8, 5, 10, 11, 10, 77]
    mean_rows(ring, 3, 1, 3, 3, out)  # 22 / 3 = 7.3, 25 / 3 = 8.3, 20 / 3 = 6.7
    assert list(out)[:3] == [7, 8, 7]
    mean_rows(ring, 3, 0, 3, 2, out)  # what is left of a group is left
    assert list(out) == [2, 4, 1, 10, 11, 10, 77]
    motion = array("h", (-1, -2, 5, -2, -3, 6))
    out = array("h", [0] * 3)
    mean_rows(motion, 3, 0, 2, 2, out)  # -1.5 gives -1, -2.5 gives -2, 5.5 gives 6
    assert list(out) == [-1, -2, 6]


def test_a_record_with_a_sensor_at_its_end_says_so():
    """From a count of 4090 on; only the record that holds the slot, and nothing is left of it a turn of the
    ring later."""
    assert SATURATED_COUNT == 4090
    for count, expected in ((4089, []), (4090, [5]), (4095, [5])):
        for sensor in (0, 15):
            bench = live_bench()
            press(REST)
            bench.slots(7)
            chip.sensors[sensor] = count
            bench.slots(1)
            press(REST)
            bench.slots(300)
            blocks, _ = bench.stored()
            assert flagged(blocks, ids.STATUS_SATURATED) == expected, (count, sensor)


def test_each_slot_of_a_record_counts_and_no_other():
    for slot in (5, 9):
        bench = live_bench()
        press(REST)
        for number in range(20):
            press(4095 if number == slot else REST)
            bench.slots(1)
        blocks, _ = bench.stored()
        assert flagged(blocks, ids.STATUS_SATURATED) == [5], slot


def test_a_mean_hides_no_saturation():
    bench = Workbench()
    press(REST + 300)
    chip.sensors[3] = 4089
    bench.slots(80 * 6 + 10)
    chip.sensors[3] = 4090  # a step of one count: the foot is still as still
    bench.slots(80 * 2)
    blocks, _ = bench.stored()
    reduced = [one for one in blocks if one.header.slots_per_frame > 1]
    assert len(reduced) >= 4
    for one in reduced:
        after = one.header.end_seq > 80 * 6 + 10
        assert bool(one.header.status & ids.STATUS_SATURATED) == after, one.header.seq


def test_only_the_first_record_after_lost_slots_says_so():
    bench = live_bench()
    press(REST)
    bench.slots(12)
    bench.slots(3, fire=False)
    bench.slots(40)
    blocks, gaps = bench.stored()
    assert gaps == [(12, 15, ids.GAP_OVERRUN)]
    assert flagged(blocks, ids.STATUS_SLOTS_LOST) == [15]
    assert [(b.header.seq, b.header.frames) for b in blocks[:5]] == [
        (0, 5),
        (5, 5),
        (10, 2),
        (15, 5),
        (20, 5),
    ]
    # The grid begins one period after the start; a lost slot takes its time.
    start_us = bench.insole.sampler.start_us
    assert [b.header.time_us - start_us for b in blocks[:5]] == [0, 50000, 100000, 150000, 200000]
    assert {b.header.period_us for b in blocks} == {10000}
    assert {b.header.layout for b in blocks} == {1}


def test_slots_lost_before_the_very_first_row_are_counted_too():
    bench = live_bench()
    press(REST)
    bench.slots(4, fire=False)
    bench.slots(10)
    blocks, gaps = bench.stored()
    assert gaps == [(0, 4, ids.GAP_OVERRUN)]
    assert blocks[0].header.seq == 4
    assert blocks[0].header.time_us == bench.insole.sampler.start_us + 40000


def test_idle_time_is_no_loss_and_has_no_flag():
    bench = live_bench()
    press(REST)
    bench.slots(3)
    bench.insole.modes.set(IDLE)
    end = bench.insole.blocks.next_seq
    assert end == 3
    for _ in range(100):
        chip.advance(10000)
    bench.insole.modes.set(LIVE)
    bench.slots(10)
    blocks, gaps = bench.stored()
    assert flagged(blocks, ids.STATUS_SLOTS_LOST) == []
    assert gaps[-1][2] == ids.GAP_IDLE and gaps[-1][0] == end
    after = [b for b in blocks if b.header.seq >= gaps[-1][1]]
    assert after[0].header.time_us == bench.insole.sampler.start_us


def test_closing_gives_the_time_after_the_last_slot_lost_ones_included():
    """Rows 0 to 6 taken, then a ring too full for three more: ten slots from the start on."""
    bench = live_bench()
    insole = bench.insole
    press(REST)
    bench.slots(7)
    blocks = insole.blocks
    start_us = insole.sampler.start_us
    insole.sampler.stop()
    insole.sampler._pending_lost = 3
    assert blocks.close() == start_us + 100000
    assert blocks.next_seq == 10
    assert insole.sampler.waiting() == 0
    found, gaps = bench.stored()
    assert [(b.header.seq, b.header.frames) for b in found] == [(0, 5), (5, 2)]


def test_a_change_of_mode_closes_the_record_that_is_being_made():
    bench = live_bench(frames=10)
    press(REST)
    bench.slots(13)
    assert bench.insole.sampler.wake_rows == 10
    bench.insole.modes.set(DAILY)
    assert bench.insole.sampler.wake_rows == 90, "a chunk of 80 and its look-ahead of 10"
    blocks, _ = bench.stored()
    assert [(b.header.seq, b.header.frames) for b in blocks] == [(0, 10), (10, 3)]
    assert bench.insole.blocks.next_seq == 13
    assert bench.insole.sampler.waiting() == 0


def test_a_restless_chunk_becomes_records_of_the_length_that_is_set():
    """80 rows in records of 40: two; of 50: one of 50 and one of 30; of 5: sixteen."""
    for frames, expected in ((40, [40, 40]), (50, [50, 30]), (25, [25, 25, 25, 5]), (5, [5] * 16)):
        bench = Workbench()
        bench.insole.settings.daily_frames = frames
        bench.insole.modes.set(DAILY)
        run(bench, 89)
        assert bench.stored()[0] == [], "the look-ahead is not there yet"
        run(bench, 1)
        blocks, gaps = bench.stored()
        assert [b.header.frames for b in blocks] == expected and gaps == []
        assert [b.header.slots_per_frame for b in blocks] == [1] * len(expected)
        assert bench.insole.sampler.waiting() == 10
        assert bench.insole.blocks.next_seq == 80


def test_frames_are_the_rows_they_stand_for():
    bench = Workbench()
    shown = []
    for _ in range(170):
        restless()
        chip.sensors[15] = len(shown) * 9 % 4000
        shown.append([chip.sensors[index] for index in range(16)])
        bench.slots(1)
    blocks, _ = bench.stored()
    rows = [list(b.frames[i * 16 : i * 16 + 16]) for b in blocks for i in range(b.header.frames)]
    assert rows == shown[:160]


def test_a_still_chunk_is_one_record_of_means():
    """Standing: ten slots a frame. Sensor 3 goes 0, 4, 0, 4 above its level: the mean of ten is 2 above."""
    bench = Workbench()
    press(REST + 300)
    for number in range(80 * 6 + 10):
        chip.sensors[3] = REST + 300 + 4 * (number % 2)
        bench.slots(1)
    blocks, gaps = bench.stored()
    assert gaps == []
    last = blocks[-1]
    assert (last.header.frames, last.header.slots_per_frame, last.header.seq) == (8, 10, 400)
    assert last.header.time_us == bench.insole.sampler.start_us + 4000000
    for frame in range(8):
        row = list(last.frames[frame * 16 : frame * 16 + 16])
        assert row == [REST + 300] * 3 + [REST + 302] + [REST + 300] * 12
    assert (last.header.status & ids.WEAR_MASK) >> ids.WEAR_SHIFT == ids.WEAR_STANDING
    assert bench.insole.blocks.slots_recorded == 480


def test_motion_is_averaged_beside_the_counts():
    chip.registers[0x0F] = 0x6C
    try:
        bench = Workbench()
        press(REST)
        for number in range(80 * 5 + 14):
            chip.registers[0x28] = 10 + 2 * (number // 2 % 2)  # acceleration x in each burst: 10, 12, 10, 12
            bench.slots(1)
        blocks, _ = bench.stored()
        last = blocks[-1]
        assert (last.header.frames, last.header.slots_per_frame) == (1, 80)
        assert last.imu[1] in (10, 11, 12), "the chip's x lies along the foot"
        assert list(last.imu[:1]) + list(last.imu[2:]) == [0] * 5
    finally:
        chip.registers[0x0F] = chip.registers[0x28] = 0


def test_flags_of_side_mode_battery_and_wear_stand_in_each_record():
    bench = live_bench()
    press(REST)
    bench.insole.gait.wear = ids.WEAR_NOT_WORN
    bench.insole.gait._judge_wear = lambda load: None
    bench.slots(5)
    bench.insole.blocks.status |= ids.STATUS_CHARGING
    bench.slots(5)
    blocks, _ = bench.stored()
    assert [b.header.status for b in blocks] == [0x440, 0x444], "not worn (4 << 8), live (64), charging (4)"
    assert {b.header.boot for b in blocks} == {1}


def test_what_the_log_refuses_is_sent_all_the_same_but_not_counted_as_recorded():
    bench = live_bench()
    press(REST)
    bench.slots(10)
    recorder = bench.insole.recorder
    append = recorder.append
    recorder.append = lambda record: append(record) and False
    bench.slots(10)
    del recorder.append
    bench.slots(10)
    assert bench.insole.blocks.slots_recorded == 20
    assert bench.insole.live.next == 6


def test_rows_are_looked_at_once():
    """Draining twice makes nothing twice; rows short of a record wait."""
    bench = live_bench()
    press(REST)
    bench.slots(4)
    for _ in range(3):
        bench.insole.blocks.drain()
    assert bench.insole.gait._slot == 4
    assert bench.insole.sampler.waiting() == 4
    bench.slots(1)
    assert bench.insole.sampler.waiting() == 0
    assert bench.insole.gait._slot == 5
