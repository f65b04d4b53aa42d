"""The motion sensor's self-test by command: a healthy one passes, a broken one is named with its axis and its
figure, one that moves is not tested, and forces go on meanwhile."""

import chip  # first: puts its time in place
import time
from sim.chip import hardware
from felt import Steady
from workbench import Central, Workbench

from drivers.lsm6dso import fake
from insole import motion_self_test
from insole_protocol import ids

LYING = (20, 2048, 3, 10, -20, 5)


class Insole:
    """A bench with a virtual LSM6DSO; as found when the context ends."""

    def __enter__(self):
        self._before = hardware.sensors, hardware.i2c_devices[fake.ADDRESS]
        hardware.i2c_devices[fake.ADDRESS] = self.device = fake.Device()
        self.bench = Workbench()
        hardware.sensors = self.felt = Steady(*LYING)
        self.felt.reading = lambda index: 330 << 4
        self.insole = self.bench.insole
        self.host = Central(self.bench)
        self.host.hello()
        self.bench.slots(50)
        return self

    def __exit__(self, *_):
        hardware.sensors, hardware.i2c_devices[fake.ADDRESS] = self._before
        chip.supply["imu_broken"] = 0

    def ask(self):
        """Faults and text of the self-test."""
        reply = self.host.ask(ids.OP_SELF_TEST)
        return reply.fields[0], reply.text


def test_a_healthy_sensor_passes_and_measures_again():
    """300 mg and 400 degrees/s of the fake lie in the limits of the data sheet."""
    with Insole() as one:
        before_us = chip.clock.now_us
        assert one.ask() == (0, ids.SELF_TEST_GOOD)
        assert 400000 < chip.clock.now_us - before_us < 600000
        registers = one.device._registers
        assert (registers[0x14], registers[0x10], registers[0x11]) == (0, 0x44, 0x4C)
        one.bench.slots(60)
        assert not one.insole.imu.failing
        at = 6 * ((one.insole.sampler.tail + one.insole.sampler.waiting() - 1) % one.insole.sampler.rows)
        assert list(one.insole.sampler.motion[at : at + 6]) == [3, 20, 2048, 5, 10, -20], "no test is left on"


def test_a_broken_axis_is_named_with_its_figure_and_stays_a_fault():
    names = ["accelerometer %s 0 mg (50 to 1700)" % axis for axis in "xyz"]
    names += ["gyroscope %s 0 degrees/s (150 to 700)" % axis for axis in "xyz"]
    for number, name in enumerate(names):
        with Insole() as one:
            chip.supply["imu_broken"] = number + 1
            assert one.ask() == (ids.FAULT_IMU, name)
            one.bench.slots(100)
            one.bench.firmware.housekeeping.round()
            assert one.insole.faults.flags == ids.FAULT_IMU
            chip.supply["imu_broken"] = 0
            assert one.ask() == (0, ids.SELF_TEST_GOOD), "mended"
            one.bench.firmware.housekeeping.round()
            assert one.insole.faults.flags == 0


def test_changes_at_the_edges_of_the_limits():
    """Either sign counts; 50 and 1700 mg, 150 and 700 degrees/s are good."""
    rest = [10, -5, 1000, 1, 2, 3]
    for change, acceleration_text in ((49, "x 49"), (50, ""), (-50, ""), (1700, ""), (1701, "x 1701")):
        pushed = [10 + change] + rest[1:]
        pushed[1:3] = -505, 1500
        spun = rest[:3] + [301, -298, 303]
        text, broken = motion_self_test.outcome_of(rest, pushed, spun, rest)
        assert text == (acceleration_text and "accelerometer %s mg (50 to 1700)" % acceleration_text)
        assert broken == bool(text)
    for change, rate_text in ((149, "z 149"), (150, ""), (-150, ""), (700, ""), (-701, "z 701")):
        spun = rest[:3] + [301, -298, 3 + change]
        text, broken = motion_self_test.outcome_of(rest, [310, 295, 1300], spun, rest)
        assert text == (rate_text and "gyroscope %s degrees/s (150 to 700)" % rate_text)


def test_a_swing_between_two_rests_is_seen_by_its_own_unevenness():
    """Half a second after it stood it stands again: what came between were no forces of the test."""
    with Insole() as one:
        begun_us = chip.clock.now_us

        def stepping(time_us, motion):
            Steady.motion_into(one.felt, time_us, motion)
            since_ms = (chip.clock.now_us - begun_us) // 1000
            if 150 < since_ms < 350:
                motion[0] += 6000 + since_ms * 10
            return True

        one.felt.motion_into = stepping
        assert one.ask() == (0, motion_self_test.MOVED)


def test_one_that_moves_is_not_tested_and_no_fault():
    with Insole() as one:
        clock = chip.clock

        def turning(time_us, motion):
            for channel in range(6):
                motion[channel] = LYING[channel]
            motion[0] += clock.now_us // 2000  # 0.24 g a second
            return True

        one.felt.motion_into = turning
        assert one.ask() == (0, motion_self_test.MOVED)
        assert not one.insole.imu.broken
        one.felt.motion_into = lambda time_us, motion: Steady.motion_into(one.felt, time_us, motion)
        assert one.ask() == (0, ids.SELF_TEST_GOOD)


def test_a_sensor_that_measures_nothing_new_or_goes_away_is_broken():
    with Insole() as one:
        one.device._samples = lambda: 0
        one.device._measure = lambda: None
        assert one.ask() == (ids.FAULT_IMU, motion_self_test.SILENT)


def test_no_slot_is_lost_and_forces_go_on():
    """Daily mode has up to 90 rows waiting; half a second are 50 more, of 128. Callbacks are served while the
    chip sleeps."""
    with Insole() as one:
        one.insole.modes.set(ids.MODE_DAILY)
        sleep_ms = time.sleep_ms
        chip.unkind()
        chip.stand_still()
        try:
            chip.run(100000)
            one.insole.blocks.drain()
            chip.run(850000)
            sampler = one.insole.sampler
            lost, before = sampler.lost, sampler.sampled
            assert sampler.waiting() > 80
            time.sleep_ms = lambda ms: hardware.timers.run(chip.clock.now_us + ms * 1000)
            chip.busy(one.ask)
            chip.run(200000)
        finally:
            time.sleep_ms = sleep_ms
            chip.unkind(chip.behaviour.OFF)
            chip.stand_still()
        assert sampler.lost == lost, (sampler.lost - lost, list(sampler.lost_by))
        assert sampler.sampled - before > 60


def test_one_that_has_passed_is_not_tested_again_for_a_minute():
    with Insole() as one:
        one.ask()
        before_us = chip.clock.now_us
        assert one.ask() == (0, ids.SELF_TEST_GOOD) and chip.clock.now_us == before_us
        chip.clock.now_us += 61000000
        one.ask()
        assert chip.clock.now_us - before_us > 61400000
