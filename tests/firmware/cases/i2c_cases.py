"""A bus that hangs: how long it holds anybody, how often it is tried again, and what is said of it."""

import chip  # first: puts its time in place
import machine
from behaving import Behaving
from boards import esp32s3_r1 as board

from insole.i2c_bus import PATIENT_US, QUICK_US, I2cBus

supply = chip.supply


class Fitted:
    """An IMU on the bus; in order again when the context ends."""

    def __enter__(self):
        chip.registers[0x0F] = 0x6C
        return I2cBus(board)

    def __exit__(self, *_):
        chip.registers[0x0F] = 0
        supply["i2c_stuck"] = 0


def refused(bus):
    """How long a transaction held its caller before it failed, in us; None when it did not fail."""
    before_us = chip.clock.now_us
    try:
        bus.readfrom_mem(board.IMU_ADDRESS, 0x0F, 1)
    except OSError:
        return chip.clock.now_us - before_us
    return None


def test_the_chip_by_itself_holds_its_caller_for_50_ms_each_time():
    with Fitted():
        own = machine.I2C(0)
        supply["i2c_stuck"] = 2
        assert [refused(own) for _ in range(3)] == [50000, 50100, 50100]


def test_a_hung_bus_holds_somebody_for_2_ms_once_a_second_at_first_once_a_minute_at_last():
    with Fitted() as bus:
        assert refused(bus) is None and bus.timeout_us == QUICK_US
        supply["i2c_stuck"] = 2
        assert refused(bus) == QUICK_US and bus.hung and bus.resting()
        held_us, tries, begun_us = 0, 0, chip.clock.now_us
        for _ in range(600 * 100):
            chip.advance(10000)
            took_us = refused(bus)
            held_us += took_us
            tries += took_us > 0
        assert 13 <= tries <= 16 and held_us <= tries * 2200, (tries, held_us)
        assert bus.errors == 1 + tries
        assert chip.clock.now_us - begun_us > 600000000


def test_nine_clock_pulses_free_a_part_that_hangs_in_a_byte():
    with Fitted() as bus:
        supply["i2c_stuck"] = 1
        assert refused(bus) == QUICK_US
        assert refused(bus) == 0, "not before its rest is over"
        chip.advance(1000000)
        assert refused(bus) is None and not bus.hung and not bus.resting()
        supply["i2c_stuck"] = 1
        refused(bus)
        assert bus.errors == 2
        chip.advance(999000)
        assert bus.resting(), "the rest begins with a second again"


def test_a_part_that_does_not_answer_is_no_hung_bus():
    with Fitted() as bus:
        chip.registers[0x0F] = 0
        for _ in range(3):
            assert refused(bus) == 0 and not bus.hung
        assert bus.errors == 3


def test_an_interpreter_with_ticks_of_10_ms_gets_a_bus_with_patience():
    """There every transaction with a time-out below a tick fails."""
    with Behaving(i2c_wait_step_us=10000), Fitted() as bus:
        assert bus.timeout_us == PATIENT_US
        assert refused(bus) is None and not bus.hung
        supply["i2c_stuck"] = 2
        assert refused(bus) == PATIENT_US


def test_a_bus_that_hangs_at_boot_is_freed_or_given_up_soon():
    for stuck, hung in ((1, False), (2, True)):
        supply["i2c_stuck"] = stuck
        before_us = chip.clock.now_us
        with Fitted() as bus:
            assert bus.hung is hung
            assert chip.clock.now_us - before_us <= 50000
