"""The ranges of the motion sensor: its registers, where each ends, and no motion of the range before."""

import chip  # first: puts its time in place
from array import array
from felt import Steady

from drivers import lsm6dso
from drivers.lsm6dso import fake
from drivers.lsm6dso.cases import BURST_US, PERIOD_US, Bus, bursts, started


class Chip:
    """A virtual LSM6DSO that feels this, and its driver; as found when the context ends."""

    def __init__(self, *motion):
        self._motion = motion

    def __enter__(self):
        self._before = chip.hardware.sensors, chip.hardware.i2c_devices[fake.ADDRESS]
        chip.hardware.sensors = self.felt = Steady(*self._motion)
        chip.hardware.i2c_devices[fake.ADDRESS] = self.device = fake.Device()
        chip.clock.now_us = 0
        self.imu = lsm6dso.probe(chip.machine.I2C(0), fake.ADDRESS)
        self.imu.begin()
        return self

    def __exit__(self, *_):
        chip.hardware.sensors, chip.hardware.i2c_devices[fake.ADDRESS] = self._before

    def rows(self, bursts):
        """The slots' motion of so many bursts; None where there is none."""
        found = []
        for _ in range(bursts):
            chip.advance(BURST_US)
            missing = self.imu.collect()
            for slot_us in (chip.clock.now_us - 2 * BURST_US, chip.clock.now_us - BURST_US - PERIOD_US):
                motion = array("h", [0] * 6)
                if missing:
                    self.imu.miss()
                    found.append(None)
                else:
                    found.append(None if self.imu.motion_at(slot_us, motion, 0) else list(motion))
        return found


# Data sheet, CTRL1_XL bits 2-3 and CTRL2_G bits 1-3, at 104 Hz; how many counts of the widest range one is.
ACCELERATION_RANGES = ((2, 0x40, 8), (16, 0x44, 1), (4, 0x48, 4), (8, 0x4C, 2))
RATE_RANGES = ((125, 0x42, 16), (250, 0x40, 8), (500, 0x44, 4), (1000, 0x48, 2), (2000, 0x4C, 1))


def test_each_range_is_set_as_the_data_sheet_says_and_ends_where_it_ends():
    """One g is 2048 counts of 16 g and 16384 of 2 g; 35 degrees/s are 500 of 2000 and 8000 of 125."""
    with Chip(2048, -2048, 100, 500, -500, 5) as one:
        for g, control, factor in ACCELERATION_RANGES:
            for deg_s, rate_control, rate_factor in RATE_RANGES:
                one.imu.set_ranges(g, deg_s)
                assert one.imu.ranges == (g, deg_s)
                assert (one.device._registers[0x10], one.device._registers[0x11]) == (control, rate_control)
                acceleration, rate = 2048 * factor, 500 * rate_factor
                assert one.rows(10)[-1] == [
                    acceleration, -acceleration, 100 * factor, rate, -rate, 5 * rate_factor,
                ]  # fmt: skip
        one.imu.set_ranges(16, 2000)
        one.felt.motion = 2048 * 3, -2048 * 3, 0, 15000, -15000, 0
        assert one.rows(10)[-1] == [6144, -6144, 0, 15000, -15000, 0]
        one.imu.set_ranges(2, 500)
        assert one.rows(10)[-1] == [32767, -32767, 0, 32767, -32767, 0], "3 g and 1050 degrees/s are beyond"


def test_no_row_has_motion_of_the_range_before():
    with Chip(100, 0, 0, 100, 0, 0) as one:
        assert one.rows(20)[-1] == [100, 0, 0, 100, 0, 0]
        for g, deg_s, expected in ((2, 2000, [800, 0, 0, 100, 0, 0]), (4, 250, [400, 0, 0, 800, 0, 0])):
            one.imu.set_ranges(g, deg_s)
            rows = one.rows(20)
            missing = rows.count(None)
            assert rows == [None] * missing + [expected] * (40 - missing), rows
            assert 8 <= missing <= 14, missing
            assert not one.imu.failing
        errors = one.imu.errors
        one.imu.set_ranges(4, 250)
        assert None not in one.rows(5) and one.imu.errors == errors, "the same again costs nothing"


def test_a_part_that_cannot_be_told_its_ranges_gives_no_motion_until_it_was_told():
    bus = Bus()
    imu = started(bus)
    bursts(imu, bus, 4)
    bus.error = OSError(5)
    imu.set_ranges(8, 2000)
    bus.error = None
    for _ in range(3):
        bus.sample((4, 5, 6), (1, 2, 3))
        bus.sample((4, 5, 6), (1, 2, 3))
        assert imu.collect() is True
    bus.asked.clear()
    imu.restore()
    assert (0x6A, 0x10, b"\x4c") in bus.asked and (0x6A, 0x0A, b"\x00") in bus.asked, "told, and emptied"
    bursts(imu, bus, 4)
    assert bursts(imu, bus, 2) == (False, [1, 2, 3, 4, 5, 6])
