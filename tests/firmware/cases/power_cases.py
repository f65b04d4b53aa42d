"""The battery and its limits, the processor's clock, and the ends: reboot, deep sleep, an orderly stop."""

import chip  # first: puts its time in place
import asyncio
import esp32
import machine
from boards import esp32s3_r1 as board
from workbench import Workbench

from drivers.battery import Battery, percent_of
from insole.faults import Faults
from insole.power import Power
from insole_protocol import ids

CHARGING = chip.board.CHARGING_PIN
IDLE, DAILY, LIVE = ids.MODE_IDLE, ids.MODE_DAILY, ids.MODE_LIVE


class Cell:
    """The battery at the fake ADC; as found when the context ends."""

    def __init__(self, millivolts=3900, charging=False):
        self.set(millivolts, charging)

    def set(self, millivolts, charging=False):
        chip.supply["battery_mv"] = millivolts
        chip.pins[CHARGING] = 0 if charging else 1

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.set(3900)


def test_what_is_left_in_a_cell_follows_its_curve():
    """Points of a typical LiPo cell and straight lines between: 3650 mV is half way from 10 to 25 %."""
    for millivolts, percent in (
        (2499, 255), (2500, 0), (3300, 0), (3329, 0), (3330, 1), (3450, 5), (3600, 10), (3650, 17),
        (3700, 25), (3740, 35), (3780, 45), (3825, 52), (3870, 60), (3920, 67), (3970, 75), (4025, 82),
        (4080, 90), (4130, 95), (4180, 100), (4181, 100), (5000, 100),
    ):  # fmt: skip
        assert percent_of(millivolts) == percent, millivolts


def test_a_new_voltage_counts_for_a_quarter():
    """3900, then 3500: 3900 - 100 = 3800, 3800 - 75 = 3725; the first reading counts in full."""
    with Cell(3900) as cell:
        battery = Battery(board)
        assert (battery.millivolts, battery.percent, battery.charging) == (3900, 64, False)
        cell.set(3500, charging=True)
        battery.measure()
        assert (battery.millivolts, battery.percent, battery.charging) == (3800, 48, True)
        battery.measure()
        assert battery.millivolts == 3725
        cell.set(0)
        cell = Battery(board)
        assert (cell.millivolts, cell.percent) == (0, 255)
    assert chip.modes[board.CHARGING_PIN] == (machine.Pin.IN, machine.Pin.PULL_UP)
    assert chip.attenuations[board.BATTERY_ADC_PIN] == machine.ADC.ATTN_11DB == 3


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
