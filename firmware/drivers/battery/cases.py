"""The cell behind its divider and the charger's status pin."""

import chip  # first: puts its time in place
import machine
from boards import esp32s3_r1 as board

from drivers.battery import Battery, percent_of

CHARGING = board.CHARGING_PIN


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
