"""`machine.SPI` of the virtual chip: whatever is selected by its pin hears what is sent and answers.

Wired are the devices of `hardware.spi_devices`, by the number of their select pin (low: selected). A transfer
holds the main thread for its bits and for what the driver in the port adds to each call.
"""

from sim.chip import behaviour, hardware, pins


class SPI:
    """A bus of the chip's own; what is selected answers, and nothing else pulls the line down."""

    MSB, LSB, CONTROLLER = 0, 1, 0

    def __init__(self, number, baudrate=500000, **options):
        if number not in (1, 2):
            raise ValueError("SPI(%d) doesn't exist" % number)
        hardware.note("spi", number, baudrate, options)
        self._baudrate = baudrate

    def init(self, baudrate=-1, **options):
        if baudrate > 0:
            self._baudrate = baudrate

    def deinit(self):
        """Pins are inputs again."""

    def write(self, data):
        self._transfer(data, 0xFF, None, len(data))

    def readinto(self, into, write=0):
        self._transfer(None, write, into, len(into))

    def read(self, count, write=0):
        into = bytearray(count)
        self._transfer(None, write, into, count)
        return bytes(into)

    def write_readinto(self, data, into):
        if len(data) != len(into):
            raise ValueError("buffers must be the same length")
        self._transfer(data, 0xFF, into, len(data))

    def _transfer(self, data, fill, into, count):
        hardware.spend(behaviour.value("spi_call_us") + count * 8000000 // self._baudrate, "spi")
        heard = False
        for pin, device in hardware.spi_devices.items():
            if pins.levels[pin]:
                device.clocks(count)
            else:
                device.transfer(data, fill, into, count)
                heard = True
        if into is not None and not heard:
            for i in range(count):
                into[i] = 0xFF
