"""The 16 force sensors: one multiplexer, one transimpedance amplifier, one ADC channel.

Multiplexer: 74HC4067 pin functions (S0-S3 select, /E enable). The channels are visited in Gray-code order, so
that each step changes one select line only: a quarter of the pin writes, and no channel in between is
touched.
"""

import boards
import micropython
from machine import ADC, Pin
from time import sleep_us, ticks_diff, ticks_us

CHANNELS = 16
TRIES = 8  # the quickest of them was not interrupted


class ForceArray:
    """Reads all channels into a row of a flat array, in layout order, as 12-bit counts.

    `scan` allocates nothing: whatever it needs is prepared here.

    Attributes:
        conversion_us: what one conversion takes, as measured when this was made.
        conversions: of which a reading is the mean: as many as the board asks for and a slot has room for.
    """

    def __init__(self, board):
        if sorted(board.SCAN_ORDER) != list(range(CHANNELS)):
            raise ValueError("SCAN_ORDER must name each multiplexer channel once")
        if board.ADC_OVERSAMPLE < 1 or board.ADC_OVERSAMPLE & (board.ADC_OVERSAMPLE - 1):
            raise ValueError("ADC_OVERSAMPLE must be a power of two")
        self._selects = [Pin(number, Pin.OUT, value=0) for number in board.MUX_SELECT_PINS]
        self._enable = Pin(board.MUX_ENABLE_PIN, Pin.OUT, value=0)
        self._adc = ADC(Pin(board.ADC_PIN), atten=ADC.ATTN_11DB)
        self._read = self._adc.read_u16
        self._settle_us = board.SETTLE_US
        self.conversion_us = self._measure(board.ADC_OVERSAMPLE)
        self.conversions = boards.conversions(board, self.conversion_us)
        self._shift = 4  # sum of 16-bit readings to the mean in 12 bits
        while 1 << (self._shift - 4) < self.conversions:
            self._shift += 1
        self._steps, self._places = self._gray_walk(board.SCAN_ORDER)

    def _measure(self, count):
        """What one of `count` conversions in a row takes, at its quickest, in whole microseconds."""
        read = self._read
        best_us = 1 << 20
        for _ in range(TRIES):
            begun_us = ticks_us()
            for _ in range(count):
                read()
            best_us = min(best_us, ticks_diff(ticks_us(), begun_us))
        return (best_us + count - 1) // count

    def _gray_walk(self, scan_order):
        """For each step: the pin write that reaches the next channel, and that channel's layout index."""
        layout_index = bytearray(CHANNELS)
        for index, channel in enumerate(scan_order):
            layout_index[channel] = index
        steps = []
        places = bytearray(CHANNELS)
        channel = (CHANNELS - 1) ^ ((CHANNELS - 1) >> 1)  # where the walk ends, and so where it starts from
        for bit, pin in enumerate(self._selects):
            pin.value(channel >> bit & 1)
        for step in range(CHANNELS):
            following = step ^ (step >> 1)
            changed = following ^ channel
            for bit, pin in enumerate(self._selects):
                if changed == 1 << bit:
                    steps.append(pin.on if following >> bit & 1 else pin.off)
            places[step] = layout_index[following]
            channel = following
        return steps, places

    @micropython.native
    def scan(self, ring, base):
        """Read every channel once into `ring[base:base + 16]`. About 16 x (settling + conversions)."""
        steps = self._steps
        places = self._places
        read = self._read
        settle_us = self._settle_us
        conversions = self.conversions
        shift = self._shift
        for step in range(16):
            steps[step]()
            sleep_us(settle_us)
            total = 0
            left = conversions
            while left:
                total += read()
                left -= 1
            ring[base + places[step]] = total >> shift

    def power(self, on):
        """Connect or disconnect the sensors: with the multiplexer open no current flows through the sheet."""
        self._enable.value(0 if on else 1)

    def reference(self):
        """The amplifier's level with no sensor connected, in 12-bit counts; sensors are left as they were."""
        was = self._enable.value()
        self._enable.value(1)
        sleep_us(self._settle_us)
        total = 0
        for _ in range(self.conversions):
            total += self._read()
        self._enable.value(was)
        sleep_us(self._settle_us)
        return total >> self._shift
