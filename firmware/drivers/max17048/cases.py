"""The fuel gauge: identity, units and signs as in its data sheet, a bus that refuses, who goes first."""

import chip  # first: puts its time in place
import machine
from boards import esp32s3_r1 as board

from drivers import max17048
from drivers.battery import CHARGER_FAULT, CHARGING, FULL, NOT_CHARGING, Battery
from drivers.battery.cases import Cell
from drivers.max17048 import fake

devices = chip.hardware.i2c_devices


class Fitted:
    """A board with the gauge on its bus, and a cell; as found when the context ends."""

    def __init__(self, millivolts=3900, charging=False, rate=0):
        self._cell = Cell(millivolts, charging)
        chip.supply["charge_rate"] = rate

    def set(self, millivolts=3900, charging=False, rate=0):
        self._cell.set(millivolts, charging)
        chip.supply["charge_rate"] = rate

    def __enter__(self):
        devices[fake.ADDRESS] = self.device = fake.Device()
        return self

    def __exit__(self, *_):
        devices.pop(fake.ADDRESS, None)
        self.set()


def gauge():
    return max17048.probe(machine.I2C(0), fake.ADDRESS)


def test_it_is_found_by_its_version():
    assert gauge() is None, "nothing there"
    with Fitted() as fitted:
        for version, found in ((0x0012, True), (0x0011, True), (0x0022, False), (0, False)):
            fitted.device.registers[fake.VERSION] = version
            assert (gauge() is not None) == found, version


class Registers:
    """A bus with the values of one moment."""

    def __init__(self, **values):
        self.values = values

    def readfrom_mem_into(self, address, register, buffer):
        name = {0x02: "vcell", 0x04: "soc", 0x08: "version", 0x16: "crate"}[register]
        value = self.values[name]
        buffer[0], buffer[1] = value >> 8, value & 255


def test_units_are_those_of_the_data_sheet():
    """78.125 uV, 1/256 percent, 0.208 percent an hour for each bit; the rate is signed."""
    for vcell, soc, crate, expected in (
        (0, 0, 0, (0, 0, 0)),
        (51200, 0x6400, 0, (4000, 100, 0)),
        (51213, 0x63FF, 1, (4001, 99, 208)),
        (49920, 0x6580, 0xFFFF, (3900, 100, -208)),
        (65535, 0x0100, 0x8000, (5119, 1, -6815744)),
        (41600, 0x00FF, 0xFFD5, (3250, 0, -8944)),
    ):
        one = max17048.Max17048(Registers(version=0x12, vcell=vcell, soc=soc, crate=crate), 0x36)
        assert one.measure() is True
        assert (one.millivolts, one.percent, one.rate) == expected, (vcell, one.millivolts, one.rate)


def test_a_bus_that_refuses_leaves_the_values_and_is_counted():
    with Fitted(4000):
        one = gauge()
        assert one.measure() and one.millivolts == 4000
        devices.pop(fake.ADDRESS)
        assert one.measure() is False and not one.answers()
        assert (one.millivolts, one.errors) == (4000, 1)


def test_the_battery_asks_its_gauge_and_falls_back_to_the_divider():
    with Fitted(3900) as fitted:
        battery = Battery(board, gauge())
        assert (battery.millivolts, battery.percent) == (3900, 64)
        fitted.set(3700, rate=-9000)
        battery.measure()
        assert (battery.millivolts, battery.percent, battery.rate) == (3700, 25, -9152), (
            "at once, not a quarter"
        )
        devices.pop(fake.ADDRESS)
        fitted.set(3600)
        battery.measure()
        assert battery.millivolts == 3675 and battery.gauge.errors == 1, "a quarter of the way"
        assert (battery.rate, battery.charger) == (0, NOT_CHARGING)
        fitted.set(0)
        battery.measure()
        assert not battery.percent > 100, "a moment without a reading is no missing cell"
    with Fitted(0):
        battery = Battery(board, max17048.Max17048(machine.I2C(0), fake.ADDRESS))
        assert battery.percent == 255, "no cell: the gauge has no supply"


def test_what_the_charger_is_at():
    """Its pin alone cannot tell full from not plugged in: the rate out of the cell does."""
    for millivolts, charging, rate, expected in (
        (3900, False, -9000, NOT_CHARGING),
        (3900, True, 20000, CHARGING),
        (4180, True, 3000, CHARGING),
        (4180, False, 0, FULL),
        (4180, False, -9000, NOT_CHARGING),
        (3900, False, 0, NOT_CHARGING),
    ):
        with Fitted() as fitted:
            battery = Battery(board, gauge())
            fitted.set(millivolts, charging, rate)
            battery.measure()
            assert battery.charger == expected, (millivolts, charging, rate, battery.charger)
            assert battery.charging is charging


def test_half_an_hour_of_charging_in_vain_is_a_fault_of_the_charger():
    with Fitted() as fitted:
        battery = Battery(board, gauge())
        fitted.set(3900, True, 0)
        for _ in range(179):
            battery.measure()
        assert battery.charger == CHARGING
        battery.measure()
        assert battery.charger == CHARGER_FAULT
        fitted.set(3900, True, 5000)
        battery.measure()
        assert battery.charger == CHARGING


def test_without_a_gauge_the_pin_is_all_there_is():
    for charging, expected in ((True, CHARGING), (False, NOT_CHARGING)):
        with Cell(4180) as cell:
            battery = Battery(board)
            cell.set(4180, charging)
            battery.measure()
            assert battery.charger == expected
