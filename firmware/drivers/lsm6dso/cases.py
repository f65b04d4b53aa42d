"""The IMU: registers as the data sheet has them, signs and order of values, a bus that refuses."""

import chip  # first: puts its time in place
from array import array

from drivers import lsm6dso
from drivers.lsm6dso import FAILING_ROWS, TRY_ROWS, fake


class Bus:
    """An I2C bus that notes what it is asked."""

    def __init__(self, identity=0x6C):
        self.identity = identity
        self.asked = []
        self.error = None
        self.status = 3  # both are new

    def readfrom_mem(self, address, register, count):
        self.asked.append((address, register, count))
        if self.error:
            raise self.error
        return bytes((self.identity,)) * count

    def readfrom_mem_into(self, address, register, buffer):
        self.asked.append((address, register, len(buffer)))
        if self.error:
            raise self.error
        for i in range(len(buffer)):
            buffer[i] = max(i - 3, 0)
        buffer[0] = self.status

    def writeto_mem(self, address, register, data):
        self.asked.append((address, register, data))


def test_the_imu_is_set_up_as_its_data_sheet_says():
    """No interrupt on its pin, high performance; CTRL3_C 0x44 (block data update, address counts up),
    CTRL1_XL 0x48 (104 Hz, 4 g), CTRL2_G 0x4C (104 Hz, 2000 degrees/s)."""
    bus = Bus()
    assert lsm6dso.probe(bus, 0x6B).errors == 0
    settings = ((0x5E, 0), (0x58, 0), (0x15, 0), (0x12, 0x44), (0x10, 0x48), (0x11, 0x4C))
    assert bus.asked == [(0x6B, 0x0F, 1)] + [
        (0x6B, register, bytes((value,))) for register, value in settings
    ]
    for identity in (0x6B, 0x6D, 0):
        assert lsm6dso.probe(Bus(identity), 0x6A) is None
    bus = Bus()
    bus.error = OSError(19)
    assert lsm6dso.probe(bus, 0x6A) is None


def test_acceleration_goes_before_angular_rate_and_a_refused_read_gives_nothing():
    """Bytes 1 to 12: rate 0x0201, 0x0403, 0x0605, then acceleration 0x0807, 0x0a09, 0x0c0b."""
    bus = Bus()
    imu = lsm6dso.probe(bus, 0x6A)
    expected = [0x0807, 0x0A09, 0x0C0B, 0x0201, 0x0403, 0x0605]
    motion = array("h", [0] * 18)
    assert imu.read_into(motion, 6) is False
    assert list(motion) == [0] * 6 + expected + [0] * 6
    assert bus.asked[-1] == (0x6A, 0x1E, 16)
    assert imu.answers() is True
    assert bus.asked[-1] == (0x6A, 0x0F, 1)
    bus.error = OSError(5)
    assert imu.read_into(motion, 12) is True, "no motion"
    assert list(motion[12:]) == [0] * 6 and imu.errors == 1
    assert imu.answers() is False
    bus.error, bus.identity = None, 7
    assert imu.answers() is False


def test_values_are_signed():
    bus = Bus()
    imu = lsm6dso.probe(bus, 0x6A)
    raw = b"\x03\x00\x00\x00\xff\x7f\x00\x80\xff\xff\x00\x00\x01\x80\xfe\xff"

    def read(address, register, buffer):
        buffer[:] = raw

    bus.readfrom_mem_into = read
    motion = [0] * 6
    imu.read_into(motion, 0)
    assert motion == [0, -32767, -2, 32767, -32768, -1]


def test_the_fake_is_found_set_up_and_shows_gravity_standing():
    """Range 4 g: 8192 for 1 g along z, with a ripple of at most 15."""
    devices = chip.hardware.i2c_devices
    bench_imu = devices[fake.ADDRESS]
    devices[fake.ADDRESS] = fake.Device()
    for index in range(16):
        chip.sensors[index] = 2000
    try:
        imu = lsm6dso.probe(chip.machine.I2C(0), fake.ADDRESS)
        assert imu.answers()
        motion = [0] * 6
        imu.read_into(motion, 0)
        assert abs(motion[2] - 8192) <= 15 and max(abs(value) for value in motion[:2] + motion[3:]) <= 15
    finally:
        devices[fake.ADDRESS] = bench_imu
        for index in range(16):
            chip.sensors[index] = 330


def test_a_part_that_measures_nothing_new_is_not_believed():
    """Its 104 Hz may be one row behind our 100 Hz; twice in a row nothing new is a part that stands still."""
    bus = Bus()
    imu = lsm6dso.probe(bus, 0x6A)
    motion = [0] * 6
    for status, missing in ((3, False), (0, False), (3, False), (2, False), (1, True), (0, True), (3, False)):
        bus.status = status
        assert imu.read_into(motion, 0) is missing, status
    assert imu.errors == 2 and not imu.failing
    bus.status = 0
    for _ in range(FAILING_ROWS + 1):
        imu.read_into(motion, 0)
    assert imu.failing
    bus.asked.clear()
    imu.restore()
    assert bus.asked[-1] == (0x6A, 0x11, b"\x4c"), "set up anew: it may have lost its supply"
    bus.status = 3
    for _ in range(TRY_ROWS):
        imu.read_into(motion, 0)
    assert not imu.failing and motion[0] == 0x0807


def test_a_silent_part_is_asked_once_a_second():
    bus = Bus()
    imu = lsm6dso.probe(bus, 0x6A)
    bus.error = OSError(19)
    bus.asked.clear()
    for _ in range(500):
        assert imu.read_into([0] * 6, 0) is True
    assert len(bus.asked) == FAILING_ROWS + 4 and imu.errors == 500
    imu.restore()
    assert imu.failing


def test_motion_wakes_by_the_pin_once_it_is_set_up_for_that():
    """AN5192, wake-up interrupt. Sampling again takes it back."""
    devices = chip.hardware.i2c_devices
    bench_imu = devices[fake.ADDRESS]
    devices[fake.ADDRESS] = device = fake.Device()
    try:
        imu = lsm6dso.probe(chip.machine.I2C(0), fake.ADDRESS)
        assert not device.wakes()
        before_us = chip.clock.now_us
        imu.wake_on_motion()
        assert device.wakes() and chip.clock.now_us - before_us <= 200000
        assert (device._registers[0x10], device._registers[0x11], device._registers[0x15]) == (0x20, 0, 0x10)
        lsm6dso.probe(chip.machine.I2C(0), fake.ADDRESS)
        assert not device.wakes()
    finally:
        devices[fake.ADDRESS] = bench_imu
