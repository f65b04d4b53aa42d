"""When the insole falls asleep, what keeps it awake, what would wake it, and a sensor that hangs."""

import chip  # first: puts its time in place
import machine
from boards import esp32s3_r1 as board
from workbench import REST, Central, Workbench

from drivers.battery.cases import Cell
from drivers.lsm6dso import fake
from insole.off_foot import CARRIED_S, QUIET_S, UNFETCHED_S
from insole_protocol import ids

DAILY, LIVE, IDLE = ids.MODE_DAILY, ids.MODE_LIVE, ids.MODE_IDLE
ASLEEP = ["deepsleep 0"]
NO_MOTION = [-32768] * 6


class Insole:
    """A bench with a virtual LSM6DSO; as found when the context ends."""

    def __init__(self, cause=machine.PWRON_RESET):
        self._cause = cause

    def __enter__(self):
        devices = chip.hardware.i2c_devices
        self._imu = devices[fake.ADDRESS]
        devices[fake.ADDRESS] = self.device = fake.Device()
        chip.supply["cause"] = self._cause
        self.bench = Workbench()
        self.bench.slots(14)  # the sensor's first samples are not believed
        return self

    def __exit__(self, *_):
        chip.hardware.i2c_devices[fake.ADDRESS] = self._imu
        chip.supply["cause"] = machine.PWRON_RESET
        chip.supply["i2c_stuck"] = 0

    def seconds(self, count, until=lambda: False):
        """Rounds of housekeeping; how many until it slept or `until`."""
        for number in range(count):
            self.bench.slots(1, transmit=False)
            self.bench.firmware.housekeeping.round()
            if chip.events or until():
                return number + 1
        return None


def press(count):
    for index in range(16):
        chip.sensors[index] = count


def test_ten_minutes_off_the_foot_and_still_it_sleeps_and_motion_or_the_button_wake_it():
    with Insole() as one:
        assert one.seconds(QUIET_S - 1) is None
        assert one.seconds(5) in (1, 2) and chip.events == ASLEEP
        assert sorted(chip.wakes) == [(board.BUTTON_PIN, False), (board.IMU_INTERRUPT_PIN, True)]
        assert one.device.wakes()
        assert not one.bench.insole.sampler.running, "the log was closed before"


def test_what_keeps_it_awake():
    def hello(one):
        Central(one.bench).hello()

    def charger(one):
        chip.pins[board.CHARGING_PIN] = 0
        one.bench.insole.battery.measure()

    def live(one):
        one.bench.insole.settings.boot_mode = LIVE
        one.bench.insole.modes.set(LIVE)

    for what, prepare in (
        ("a host by radio", hello),
        ("a host by cable", lambda one: setattr(one.bench.usb_session(), "version", 1)),
        ("live mode", live),
        ("idle mode", lambda one: one.bench.insole.modes.set(IDLE)),
        ("a foot", lambda one: press(REST + 300)),
        ("the log being erased", lambda one: setattr(one.bench.insole, "erasing", True)),
        ("no accelerometer", lambda one: setattr(one.bench.insole.off_foot, "_imu", None)),
        ("a board without its pin", lambda one: setattr(one.bench.insole.power, "motion_wakes", False)),
        ("a charger", charger),
    ):
        with Insole() as one, Cell(3900) as cell:
            prepare(one)
            assert one.seconds(QUIET_S + 100) is None, what
            cell.set(3900)
            press(REST)


def test_motion_and_load_begin_the_ten_minutes_anew():
    for disturb, calm in (
        (lambda one: press(REST + 300), lambda one: press(REST)),
        (lambda one: setattr(one.bench.insole.sampler, "motion", [9000] * 768), None),
    ):
        with Insole() as one:
            assert one.seconds(QUIET_S - 100) is None
            motion = one.bench.insole.sampler.motion
            disturb(one)
            if calm:
                one.bench.slots(4, transmit=False)  # until the row is complete with its motion
            one.bench.firmware.housekeeping.round()
            one.bench.insole.sampler.motion = motion
            if calm:
                calm(one)
            assert one.seconds(QUIET_S - 10) is None
            assert one.seconds(20) is not None
        press(REST)


def test_what_no_host_has_fetched_keeps_it_awake_for_two_hours():
    with Insole() as one:
        one.bench.slots(7000)
        assert one.bench.insole.recorder.next_seq - one.bench.insole.recorder.acked_seq > 6000
        assert one.seconds(UNFETCHED_S - 10) is None
        assert one.seconds(20) is not None
    with Insole() as one:
        one.bench.slots(7000)
        one.bench.insole.recorder.ack(one.bench.insole.recorder.next_seq)
        assert one.seconds(QUIET_S + 10) is not None


def test_a_start_by_motion_to_which_no_foot_comes_ends_after_a_minute():
    with Insole(machine.DEEPSLEEP_RESET) as one:
        taken = one.seconds(CARRIED_S + 5)
        assert taken is not None and taken >= CARRIED_S
    with Insole(machine.DEEPSLEEP_RESET) as one:
        press(REST + 300)
        one.seconds(5)
        press(REST)
        assert one.seconds(QUIET_S - 10) is None, "a foot has come: as ever"


def test_an_accelerometer_that_does_not_answer_keeps_it_awake():
    with Insole() as one:
        assert one.seconds(QUIET_S - 5) is None
        chip.supply["i2c_stuck"] = 2
        assert one.seconds(30) is None and one.bench.insole.sampler.running


def test_live_mode_without_a_host_goes_back_to_the_mode_of_the_boot_after_ten_minutes():
    with Insole() as one:
        modes = one.bench.insole.modes
        host = Central(one.bench)
        host.hello()
        host.ask(ids.OP_SET_MODE, LIVE)
        one.seconds(700)
        assert modes.mode == LIVE
        host.drop()
        assert one.seconds(599) is None and modes.mode == LIVE
        one.seconds(2)
        assert modes.mode == DAILY


def test_forces_go_on_while_the_bus_hangs_and_motion_comes_back():
    with Insole() as one:
        bench = one.bench
        bench.insole.modes.set(LIVE)
        bench.slots(100)
        chip.supply["i2c_stuck"] = 2
        bench.slots(300)
        bench.firmware.housekeeping.round()
        imu = bench.insole.imu
        assert bench.insole.faults.flags & ids.FAULT_IMU, (imu.failing, imu.errors, bench.insole.i2c.errors)
        text = bench.insole.self_test.run().text
        assert text == "sensor bus hangs", text
        chip.supply["i2c_stuck"] = 0
        bench.slots(500)
        bench.firmware.housekeeping.round()
        assert not bench.insole.faults.flags & ids.FAULT_IMU, (
            imu.failing,
            imu._missing,
            imu._silent,
            bench.insole.i2c.hung,
        )
        assert bench.insole.self_test.run().text == "all good"
        bench.slots(100)
        assert bench.insole.sampler.lost == 0, bench.insole.sampler.lost
        blocks, gaps = bench.stored()
        assert [gap for gap in gaps if gap[2] != ids.GAP_OFF] == []
        rows = sum([block.header.frames for block in blocks])
        missing = 0
        for block in blocks:
            imu = list(block.imu)
            without = sum([imu[6 * r : 6 * r + 6] == NO_MOTION for r in range(block.header.frames)])
            missing += without
            assert bool(block.header.status & ids.STATUS_MOTION_LOST) == bool(without)
        assert rows == 1012 and 300 <= missing <= 600, (rows, missing)
        assert bench.insole.imu.errors == missing
