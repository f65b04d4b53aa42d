"""What the virtual chip charges for the firmware's code passes as on the chip: only scans block."""

import chip  # first: puts its time in place
from workbench import PERIOD_US

import insole.ble_link  # noqa: F401 (charged, like the next two)
import insole.blocks  # noqa: F401
import insole.recorder  # noqa: F401
from boards import esp32s3_r1 as board
from drivers.force_array import ForceArray
from insole.clock import Clock
from insole.garbage_collector import GarbageCollector
from insole.sampler import Sampler
from sim.chip import behaviour, code_time, hardware
from sim.chip import code_time_table as table
from sim.chip.machine import Timer

MHZ = 160
SCAN_US = table.I2C_US + 16 * (60 + 8 * 35) + table.SCAN_CYCLES // MHZ
code_time.wanted = True


def charged_sampler(percent=100, conversion_us=35):
    """A sampler that runs on a chip at 160 MHz."""
    behaviour.put("code_time_pct", percent)
    behaviour.put("adc_conversion_us", conversion_us)
    chip.supply["frequency"] = MHZ * 1000000
    chip.clock.now_us = 5000000
    Timer.inits = 0
    hardware.held.clear()
    sampler = Sampler(Clock(), ForceArray(board), None, PERIOD_US, 128)
    sampler.start()
    return sampler


def test_a_scan_takes_the_time_of_its_cycles_conversions_settling_and_bus():
    sampler = charged_sampler()
    chip.run(100 * PERIOD_US)
    sampler.stop()
    assert (sampler.sampled, sampler.lost) == (100, 0)
    assert hardware.held["code"] == [100, 100 * SCAN_US]


def test_a_scan_that_is_longer_than_its_slot_loses_slots():
    sampler = charged_sampler(conversion_us=70)  # 16 x (60 + 8 x 70) is 9920 us, and its code comes on top
    chip.run(100 * PERIOD_US)
    sampler.stop()
    assert sampler.lost > 5 and sampler.sampled + sampler.lost >= 99


def test_bytecode_is_interrupted_by_scans_and_takes_longer_by_them():
    sampler = charged_sampler()
    begun_us = chip.clock.now_us
    chip.busy(code_time.work, 30000 * MHZ)  # 30 ms
    took_us = chip.clock.now_us - begun_us
    sampler.stop()
    assert sampler.lost == 0 and sampler.max_jitter_us <= code_time.LONGEST_PIECE_US
    assert took_us == 30000 + sampler.sampled * SCAN_US and sampler.sampled >= 7


def test_the_clock_of_the_processor_counts_and_so_does_the_band():
    for mhz, percent, us in ((160, 100, 3000), (240, 100, 2000), (240, 150, 3000), (80, 0, 0)):
        behaviour.put("code_time_pct", percent)
        chip.supply["frequency"] = mhz * 1000000
        begun_us = chip.clock.now_us
        code_time.work(480000)
        assert chip.clock.now_us - begun_us == us, (mhz, percent)


def test_a_record_costs_by_its_slots_and_bytes():
    behaviour.put("code_time_pct", 100)
    chip.supply["frequency"] = MHZ * 1000000
    record = bytes((0xA5, 1, 0x2C, 1))  # 300 bytes
    for charge, argument, cycles in (
        (code_time._encoded, 5, table.ENCODE_CYCLES + 5 * table.ENCODE_SLOT_CYCLES),
        (code_time._encoded, 40, 40 * table.CHUNK_SLOT_CYCLES),
        (code_time._logged, record, table.LOG_CYCLES + 300 * table.LOG_BYTE_CYCLES),
    ):
        begun_us = chip.clock.now_us
        charge(None, argument)
        assert chip.clock.now_us - begun_us == cycles // MHZ


def test_garbage_is_collected_each_second_though_a_scan_takes_most_of_its_slot():
    """After the scan 3 of 10 ms are left."""
    sampler = charged_sampler()
    collector = GarbageCollector(sampler)
    collector._due_ms = chip.clock.now_us // 1000
    collected = []
    for _ in range(300):
        chip.run(PERIOD_US)
        due_ms = collector._due_ms
        collector.after_sample()
        if collector._due_ms != due_ms:
            collected.append(chip.clock.now_us)
        sampler.release(sampler.waiting())
    sampler.stop()
    assert (len(collected), sampler.lost) == (3, 0), (collected, sampler.lost)


def test_nothing_is_charged_when_it_is_off():
    sampler = charged_sampler(percent=0)
    chip.run(10 * PERIOD_US)
    sampler.stop()
    assert sampler.sampled == 10 and "code" not in hardware.held
