"""Motion that could not be read: marked in its record, and no value of before stands in its place."""

import chip  # first: puts its time in place
from workbench import REST, Workbench

from insole import hold_offs
from insole_protocol import ids

LOST = [ids.NO_MOTION] * 6


class Imu:
    """Gives the number of the reading, or nothing in the slots of `lost`."""

    LAG_ROWS = BURST_ROWS = 2
    failing = False

    def __init__(self, lost):
        self.lost = lost
        self.reading = -1

    def collect(self):
        return False

    def miss(self):
        self.reading += 1

    def motion_at(self, slot_us, motion, base):
        self.reading += 1
        if self.reading in self.lost:
            return True
        for index in range(6):
            motion[base + index] = self.reading + index
        return False


def bench_with(lost, mode):
    """An insole whose motion sensor is silent in these slots."""
    chip.registers[0x0F] = 0x6C
    try:
        bench = Workbench()
    finally:
        chip.registers[0x0F] = 0
    bench.insole.settings.live_frames = 5
    bench.insole.modes.set(mode)
    bench.insole.sampler._imu = Imu(lost)
    for index in range(16):
        chip.sensors[index] = REST
    return bench


def rows_of(one):
    return [list(one.imu[i * 6 : i * 6 + 6]) for i in range(one.header.frames)]


def marked(blocks):
    return [one.header.seq for one in blocks if one.header.status & ids.STATUS_MOTION_LOST]


def test_a_row_without_motion_has_no_motion_and_its_record_says_so():
    bench = bench_with((7, 8), ids.MODE_LIVE)
    bench.slots(24)
    blocks, gaps = bench.stored()
    assert gaps == [] and marked(blocks) == [5]
    rows = [row for one in blocks for row in rows_of(one)]
    for slot, row in enumerate(rows):
        assert row == (LOST if slot in (7, 8) else [slot + i for i in range(6)]), (slot, row)


def test_forces_go_on_though_motion_never_comes():
    bench = bench_with(range(1000), ids.MODE_LIVE)
    chip.sensors[3] = REST + 200
    bench.slots(24)
    blocks, _ = bench.stored()
    assert marked(blocks) == [0, 5, 10, 15]
    assert all(row == LOST for one in blocks for row in rows_of(one))
    assert all(one.frames[i * 16 + 3] == REST + 200 for one in blocks for i in range(5))
    assert bench.insole.sampler.sampled == 24 and bench.insole.sampler.lost == 0


def test_a_ring_row_is_marked_anew_each_turn():
    """128 rows on the mark of before is gone."""
    bench = bench_with((7,), ids.MODE_LIVE)
    bench.slots(300)
    blocks, _ = bench.stored()
    assert marked(blocks) == [5]


def test_a_mean_leaves_out_what_was_not_read():
    """A still foot: one frame of 80 slots. Half of the slots without motion, then all of them."""
    lost = set(range(320, 360)) | set(range(400, 480))
    bench = bench_with(lost, ids.MODE_DAILY)
    bench.slots(80 * 7 + 14)
    blocks, _ = bench.stored()
    by_seq = {one.header.seq: one for one in blocks}
    assert by_seq[320].header.slots_per_frame == by_seq[400].header.slots_per_frame == 80
    mean = (sum(range(360, 400)) + 20) // 40
    assert rows_of(by_seq[320]) == [[mean + index for index in range(6)]]
    assert rows_of(by_seq[400]) == [LOST]
    assert marked(blocks) == [320, 400]
    assert rows_of(by_seq[480])[0] != LOST


def test_a_bus_that_hangs_past_the_next_slot_is_a_cause():
    class Hung(Imu):
        def collect(self):
            chip.advance(50000)
            return True

    bench = bench_with((), ids.MODE_LIVE)
    hold_offs.take()
    bench.insole.sampler._imu = Hung(())
    bench.slots(5)
    sampler = bench.insole.sampler
    assert sampler.lost_by[hold_offs.BUS] == sampler.lost == 5
