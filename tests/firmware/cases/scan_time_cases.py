"""A scan has room in its slot however slow the converter is: it then takes the mean of fewer conversions."""

import chip  # first: puts its time in place
import boards
import machine
from array import array
from boards import esp32s3_r1

from drivers.force_array import ForceArray


def force_array_with(conversion_us, stalls_every=0):
    """One whose converter takes so long; each so many conversions the chip is held for 50 ms besides."""
    counted = [0]
    read_u16 = machine.ADC.read_u16

    def slow(self):
        counted[0] += 1
        chip.advance(conversion_us)
        if stalls_every and not counted[0] % stalls_every:
            chip.advance(50000)
        return 331 << 4

    machine.ADC.read_u16 = slow
    try:
        return ForceArray(esp32s3_r1)
    finally:
        machine.ADC.read_u16 = read_u16


def test_conversions_of_a_reading_by_the_time_of_one():
    """16 x (60 + n x t) <= 5500 us: 8 x 35 gives 5440, 8 x 36 would give 5568."""
    for conversion_us, expected in ((1, 8), (25, 8), (35, 8), (36, 4), (60, 4), (70, 4), (71, 2), (500, 1)):
        assert boards.conversions(esp32s3_r1, conversion_us) == expected, conversion_us


def test_the_converter_is_measured_when_the_driver_is_made():
    for conversion_us, expected in ((0, 8), (35, 8), (60, 4), (140, 2)):
        one = force_array_with(conversion_us)
        assert (one.conversion_us, one.conversions) == (conversion_us, expected)


def test_an_interrupted_measurement_is_not_taken_for_a_slow_converter():
    assert force_array_with(35, stalls_every=17).conversions == 8


def test_a_reading_of_fewer_conversions_is_still_their_mean():
    one = force_array_with(60)
    values = [16 * 100, 16 * 102, 16 * 98, 16 * 104] * 16
    one._read = values.pop
    row = array("H", bytes(32))
    one.scan(row, 0)
    assert list(row) == [101] * 16 and not values
