"""The limits of the battery, the processor's clock, and the ends: reboot, deep sleep, an orderly stop."""

import chip  # first: puts its time in place
import asyncio
import esp32
import machine
from boards import esp32s3_r1 as board
from workbench import Workbench

from drivers.battery import Battery
from drivers.battery.cases import Cell
from insole.faults import Faults
from insole.power import Power
from insole_protocol import ids

IDLE, DAILY, LIVE = ids.MODE_IDLE, ids.MODE_DAILY, ids.MODE_LIVE


def power():
    faults = Faults()
    one = Power(board, Battery(board), faults)
    stops = []
    one.before_stop = lambda: stops.append(len(chip.events))
    chip.events.clear()
    chip.wakes.clear()
    return one, faults, stops


def test_a_low_battery_is_told_below_15_percent():
    """3634 mV: 10 + 15 * 34 / 100 = 15 %; 3633: 14.95 % is 14."""
    for millivolts, charging, expected in (
        (3634, False, 0),
        (3633, False, ids.STATUS_BATTERY_LOW),
        (3633, True, ids.STATUS_BATTERY_LOW | ids.STATUS_CHARGING),
        (3900, True, ids.STATUS_CHARGING),
        (0, False, 0),
        (2499, False, 0),
    ):
        with Cell(millivolts) as cell:
            one, faults, _ = power()
            cell.set(millivolts, charging)
            found = one.watch()
            assert found == expected, (millivolts, charging, found)
            assert faults.flags == 0 and chip.events == []


def test_a_battery_below_3250_mv_is_a_fault_and_after_three_looks_the_end():
    with Cell(3250) as cell:
        one, faults, stops = power()
        for _ in range(5):
            one.watch()
        assert faults.flags == 0 and chip.events == []
    with Cell(3249) as cell:
        one, faults, stops = power()
        one.watch()
        one.watch()
        assert faults.flags == ids.FAULT_BATTERY and chip.events == []
        cell.set(3249, charging=True)
        one.watch()
        assert faults.flags == ids.FAULT_BATTERY and chip.events == [], "the charger is there"
        cell.set(3249)
        one.watch()
        one.watch()
        assert chip.events == [], "looks are counted anew"
        one.watch()
        assert chip.events == ["deepsleep 600000"]
        assert stops == [0], "the log was closed before"
        assert chip.wakes == [(board.BUTTON_PIN, 0)]
        one, faults, stops = power()
        for looks, expected in ((2, []), (1, ["deepsleep 600000"])):
            for _ in range(looks):
                one.watch()
            assert chip.events == expected, "three looks from the boot on"
        assert chip.modes[board.BUTTON_PIN] == (machine.Pin.IN, machine.Pin.PULL_UP)


def test_a_chip_that_no_pin_can_wake_sleeps_all_the_same():
    wake = esp32.wake_on_ext0
    del esp32.wake_on_ext0
    try:
        one, _, stops = power()
        one.sleep(5)
        assert chip.events == ["deepsleep 5"] and stops == [0]
    finally:
        esp32.wake_on_ext0 = wake


def test_the_clock_is_as_fast_as_the_mode_needs():
    one, _, _ = power()
    for mode, hz in ((IDLE, 80000000), (DAILY, 160000000), (LIVE, 160000000)):
        one.apply(mode)
        assert chip.supply["frequency"] == hz
    bench = Workbench()
    assert chip.supply["frequency"] == 160000000
    bench.insole.modes.set(IDLE)
    assert chip.supply["frequency"] == 80000000


def test_a_reboot_waits_300_ms_for_its_reply():
    for boot_loader, expected in ((False, ["reset"]), (True, ["bootloader", "reset"])):
        one, _, stops = power()
        seen = []

        async def world():
            one.reboot_soon(boot_loader)
            for _ in range(50):
                await asyncio.sleep_ms(0)
                await asyncio.sleep_ms(0)
                seen.append(list(chip.events))
                chip.advance(10000)

        asyncio.new_event_loop()
        asyncio.run(world())
        asyncio.new_event_loop()
        assert seen[29] == [] and seen[31] == expected, boot_loader
        assert stops == [0], "the log was closed before"


def test_a_stop_in_order_closes_the_log_whether_or_not_it_samples():
    for mode in (DAILY, IDLE):
        bench = Workbench()
        bench.slots(200)
        bench.insole.modes.set(mode)
        bench.insole.stop()
        assert not bench.insole.sampler.running
        end = bench.insole.recorder.next_seq
        assert end == 200
        assert Workbench(fresh=False).insole.recorder.next_seq == end


def test_a_log_that_cannot_be_erased_is_an_error_and_not_erased_for_ever():
    bench = Workbench()

    def refuse():
        yield 0
        raise OSError(5)

    bench.insole.recorder.erase = refuse

    async def world():
        bench.insole.erase_log()
        assert bench.insole.erasing
        for _ in range(5):
            await asyncio.sleep_ms(0)

    asyncio.new_event_loop()
    asyncio.run(world())
    asyncio.new_event_loop()
    assert not bench.insole.erasing and bench.insole.faults.storage_errors == 1
