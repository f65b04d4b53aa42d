"""Ranges of the motion sensor as settings: each record says in which its motion was measured, and no frame is
read in another's; sides, whose axes differ, have the same border."""

import chip  # first: puts its time in place
import sys
from binascii import crc32
from sim.chip import behaviour, hardware
from felt import Steady
from workbench import Central, Workbench

from drivers.lsm6dso import fake
from insole_protocol import ids, sealed_record, sealing
from insole_protocol.decoder import decode_block

try:
    import cryptolib  # noqa: F401
except ImportError:  # the build with integers of 31 bits is one for browsers

    class _Unchanged:
        """In place of a cipher: what is tested here is not encrypted."""

        def __init__(self, key, mode, iv=None):
            self.mode = mode

        def encrypt(self, data, out):
            out[:] = data

    _Unchanged.aes = _Unchanged
    sys.modules["cryptolib"] = _Unchanged

G_KEY, RATE_KEY, SIDE_KEY = 11, 12, 1
FELT = (100, 20, 3, 1000, 200, 30)  # counts of 16 g and 2000 degrees/s, in the chip's axes
LEFT, RIGHT = b"\x00", b"\x01"

# Right foot: x, y and z of the chip lie along the insole's y, z and x; a left one's x and z the other way.
IN_RIGHT = [3, 100, 20, 30, 1000, 200]
IN_LEFT = [-3, -100, 20, -30, -1000, 200]


class Watched:
    """Passes records on to the sealer, and keeps each as it was before with the code that it gets."""

    def __init__(self, sealer):
        self._sealer = sealer
        self.records = []

    @property
    def motion(self):
        return self._sealer.motion

    @motion.setter
    def motion(self, code):
        self._sealer.motion = code

    def seal(self, record, live):
        before = bytes(record[: record[2] | record[3] << 8])
        length = self._sealer.seal(record, live)
        at = length - sealed_record.MOTION_FROM_END
        self.records.append((record[at] | record[at + 1] << 8, decode_block(before)))


class Insole:
    """A bench with a virtual LSM6DSO that always feels the same, with a log key or not; as found when the
    context ends."""

    def __init__(self, sealed=True, fresh=True):
        self._sealed = sealed
        self._fresh = fresh

    def __enter__(self):
        self._before = hardware.sensors, hardware.i2c_devices[fake.ADDRESS], list(hardware.partitions)
        hardware.sensors = Steady(*FELT)
        hardware.i2c_devices[fake.ADDRESS] = fake.Device()
        if self._sealed:
            keys = chip.Flash(4)
            body = b"PGKL\x01\x00\x00\x00" + bytes(range(32))
            keys.writeblocks(1, body + crc32(body).to_bytes(4, "little"), 0)
            hardware.partitions.append(hardware.PartitionEntry("keys", keys))
            sealing.sealed_record = sealed_record  # compiled, it has constants in place
        self.bench = Workbench(self._fresh)
        self.insole = self.bench.insole
        if self._sealed:
            sealing.sealed_record = sealed_record
            self.insole.blocks.sealer = self.watched = Watched(self.insole.blocks.sealer)
        self.host = Central(self.bench)
        self.host.hello()
        return self

    def __exit__(self, *_):
        hardware.sensors, hardware.i2c_devices[fake.ADDRESS] = self._before[:2]
        hardware.partitions[:] = self._before[2]

    def set(self, key, value):
        return self.host.ask(ids.OP_SET_SETTING, key, value=value)

    def runs(self):
        """(code, side, motion) of the records' frames in a row that are alike; lost ones have None."""
        found = []
        for code, block in self.watched.records:
            for i in range(block.header.frames):
                row = list(block.imu[6 * i : 6 * i + 6])
                lost = row == [ids.NO_MOTION] * 6
                one = None if lost else (code, block.header.status & ids.STATUS_RIGHT, row)
                if not found or found[-1] != one:
                    found.append(one)
        return found


def times(row, acceleration, rate):
    return [value * acceleration for value in row[:3]] + [value * rate for value in row[3:]]


def test_records_say_the_range_of_their_motion_on_both_sides_of_a_change_in_either_mode():
    for mode in (ids.MODE_DAILY, ids.MODE_LIVE):
        with Insole() as one:
            one.set(SIDE_KEY, RIGHT)
            one.host.ask(ids.OP_SET_MODE, mode)
            one.bench.slots(333)
            assert one.set(G_KEY, b"\x02").fields == (G_KEY,)
            assert one.insole.imu.ranges == (2, 2000)
            one.bench.slots(217)
            one.set(RATE_KEY, b"\xf4\x01")
            one.bench.slots(151)
            one.set(G_KEY, b"\x10")
            one.bench.slots(200)
            one.insole.modes.set(ids.MODE_IDLE)
            expected = [None]
            for code, acceleration, rate in ((0x8023, 1, 1), (0x8020, 8, 1), (0x8010, 8, 4), (0x8013, 1, 4)):
                expected += [(code, 1, times(IN_RIGHT, acceleration, rate)), None]
            assert [run for run in one.runs() if run] == [run for run in expected if run], one.runs()
            assert one.insole.sampler.lost == 0
            lost = sum(
                list(block.imu[6 * i : 6 * i + 6]) == [ids.NO_MOTION] * 6
                for _, block in one.watched.records
                for i in range(block.header.frames)
            )
            assert lost <= 5 * 15, lost


def test_slots_that_come_while_flash_is_busy_with_the_change_are_on_the_right_side_of_it():
    """Flash takes 45 ms to erase and 0.7 ms to program, and the sampling timer goes on."""
    with Insole() as one:
        one.set(SIDE_KEY, RIGHT)
        chip.unkind()
        try:
            for value in (b"\x02", b"\x10"):
                chip.run(3000000)
                one.insole.blocks.drain()
                chip.busy(one.set, G_KEY, value)
                chip.run(1000000)
                one.insole.blocks.drain()
        finally:
            chip.unkind(behaviour.OFF)
            chip.stand_still()
        one.insole.modes.set(ids.MODE_IDLE)
        assert [(run[0], run[2]) for run in one.runs() if run] == [
            (code, times(IN_RIGHT, factor, 1)) for code, factor in ((0x8023, 1), (0x8020, 8), (0x8023, 1))
        ]


def test_a_range_that_is_set_holds_after_a_start():
    with Insole() as one:
        one.set(G_KEY, b"\x08")
        one.set(RATE_KEY, b"\xe8\x03")
        one.insole.stop()
    with Insole(fresh=False) as one:
        assert one.insole.imu.ranges == (8, 1000)
        one.bench.slots(100)
        one.insole.modes.set(ids.MODE_IDLE)
        assert {run[0] for run in one.runs() if run} == {0x801A}


def test_where_records_cannot_say_their_range_it_is_the_widest():
    with Insole(sealed=False) as one:
        for key, value in ((G_KEY, b"\x04"), (RATE_KEY, b"\xfa\x00")):
            reply = one.set(key, value)
            assert reply.result == ids.RESULT_NOT_AVAILABLE
            assert reply.text == "without a log key records cannot tell their range"
            assert one.insole.imu.ranges == (16, 2000)
        assert one.set(G_KEY, b"\x10").result == ids.RESULT_OK, "as it is"
    with Insole() as one:
        one.set(G_KEY, b"\x04")
        one.insole.stop()
    with Insole(sealed=False, fresh=False) as one:
        assert one.insole.settings.acceleration_range_g == 4
        assert one.insole.imu.ranges == (16, 2000), "its key is gone"
    host = Central(Workbench())
    host.hello()
    assert host.ask(ids.OP_SET_SETTING, G_KEY, value=b"\x04").text == "this insole has no motion sensor"


def test_values_that_are_no_ranges_are_refused_with_those_that_are():
    with Insole() as one:
        assert one.set(G_KEY, b"\x03").text == "acceleration_range_g: allowed is 2, 4, 8, 16"
        assert (
            one.set(RATE_KEY, b"\x7d\x00").text == "angular_rate_range_deg_s: allowed is 250, 500, 1000, 2000"
        ), "125 is none: recordings have no place for a fifth"
        assert one.insole.imu.ranges == (16, 2000)


def test_the_side_turns_the_axes_at_once_and_no_record_has_both():
    with Insole() as one:
        one.set(SIDE_KEY, RIGHT)
        one.bench.slots(333)
        one.set(SIDE_KEY, LEFT)
        one.bench.slots(217)
        one.insole.modes.set(ids.MODE_IDLE)
        assert [run for run in one.runs() if run] == [(0x8023, 1, IN_RIGHT), (0x8023, 0, IN_LEFT)]


def test_a_sensor_that_is_silent_then_gets_its_range_once_it_answers():
    with Insole() as one:
        one.bench.slots(100)
        device = hardware.i2c_devices[fake.ADDRESS]
        del hardware.i2c_devices[fake.ADDRESS]
        one.set(G_KEY, b"\x04")
        one.bench.slots(50)
        hardware.i2c_devices[fake.ADDRESS] = device
        one.bench.slots(50)
        for _ in range(3):
            one.bench.slots(100)
            one.bench.firmware.housekeeping.round()
        one.insole.modes.set(ids.MODE_IDLE)
        codes = [(code, row) for code, _, row in [run for run in one.runs() if run]]
        assert codes == [(0x8023, IN_RIGHT), (0x8021, times(IN_RIGHT, 4, 1))], codes
