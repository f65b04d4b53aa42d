"""The multiplexer and the converter behind it: order, settling, means, and the amplifier alone."""

import chip  # first: puts its time in place
import machine
from array import array
from boards import esp32s3_r1

from drivers import force_array
from drivers.force_array import ForceArray


class Board:
    """A board file's constants, with some changed."""

    def __init__(self, **changes):
        for name in dir(esp32s3_r1):
            if name[0].isupper():
                setattr(self, name, getattr(esp32s3_r1, name))
        for name in changes:
            setattr(self, name, changes[name])


class Converter:
    """In the place of the ADC: gives what it is told to, and knows which channel was selected then."""

    def __init__(self, values):
        self.values = list(values)
        self.channels = []

    def __call__(self):
        channel = 0
        for bit in range(4):
            channel |= chip.pins[esp32s3_r1.MUX_SELECT_PINS[bit]] << bit
        self.channels.append(channel)
        return self.values.pop(0) if self.values else 0


def test_a_scan_order_names_each_channel_once():
    for order in ((0,) * 16, tuple(range(1, 17)), tuple(range(15))):
        try:
            ForceArray(Board(SCAN_ORDER=order))
        except ValueError as error:
            assert str(error) == "SCAN_ORDER must name each multiplexer channel once"
            continue
        raise AssertionError(order)


def test_conversions_are_a_power_of_two():
    for number in (0, 3, 5, 6, 7, 9, 12):
        try:
            ForceArray(Board(ADC_OVERSAMPLE=number))
        except ValueError as error:
            assert str(error) == "ADC_OVERSAMPLE must be a power of two"
            continue
        raise AssertionError(number)
    for number, shift in ((1, 4), (2, 5), (4, 6), (8, 7), (16, 8)):
        assert ForceArray(Board(ADC_OVERSAMPLE=number))._shift == shift


def test_a_reading_is_the_mean_of_its_conversions_in_twelve_bits():
    """Eight conversions of 16 bits: their sum over 128. 8 * 16 = 128 gives 1, one less gives 0."""
    for values, expected in (
        ([16] * 8, 1),
        ([16] * 7 + [15], 0),
        ([65535] * 8, 4095),
        ([0, 65535] * 4, 2047),
        ([160, 176] * 4, 10),
    ):
        one = ForceArray(esp32s3_r1)
        one._read = Converter(values * 16)
        row = array("H", [7777] * 18)
        one.scan(row, 1)
        assert list(row) == [7777] + [expected] * 16 + [7777], values[:2]
        assert len(one._read.channels) == 128


def test_channels_are_visited_in_gray_code_and_land_in_layout_order():
    for board in (Board(ADC_OVERSAMPLE=1), Board(ADC_OVERSAMPLE=1, SCAN_ORDER=tuple(range(16)))):
        one = ForceArray(board)
        for _ in range(2):
            one._read = Converter([16 * number for number in range(16)])
            row = array("H", bytes(32))
            one.scan(row, 0)
            visited = one._read.channels
            assert visited == [0, 1, 3, 2, 6, 7, 5, 4, 12, 13, 15, 14, 10, 11, 9, 8]
            assert [visited[row[index]] for index in range(16)] == list(board.SCAN_ORDER)


def test_each_channel_has_time_to_settle():
    slept = []
    sleep_us = force_array.sleep_us
    force_array.sleep_us = slept.append
    try:
        one = ForceArray(esp32s3_r1)
        one.scan(array("H", bytes(32)), 0)
        assert slept == [60] * 16
        slept.clear()
        one.reference()
        assert slept == [60, 60]
    finally:
        force_array.sleep_us = sleep_us


def test_the_sheet_has_current_only_when_it_is_switched_on():
    one = ForceArray(esp32s3_r1)
    assert chip.pins[esp32s3_r1.MUX_ENABLE_PIN] == 0
    one.power(False)
    assert chip.pins[esp32s3_r1.MUX_ENABLE_PIN] == 1
    one.power(True)
    assert chip.pins[esp32s3_r1.MUX_ENABLE_PIN] == 0
    assert [chip.modes[number][0] for number in (4, 5, 6, 7, 17)] == [machine.Pin.OUT] * 5
    assert chip.attenuations[esp32s3_r1.ADC_PIN] == 3


def test_the_amplifier_is_measured_with_no_sensor_connected_and_sensors_are_left_as_they_were():
    one = ForceArray(esp32s3_r1)
    for was in (0, 1):
        chip.pins[esp32s3_r1.MUX_ENABLE_PIN] = was
        enabled = []

        def read(enabled=enabled):
            enabled.append(chip.pins[esp32s3_r1.MUX_ENABLE_PIN])
            return 331 << 4

        one._read = read
        assert one.reference() == 331
        assert enabled == [1] * 8
        assert chip.pins[esp32s3_r1.MUX_ENABLE_PIN] == was
