"""A virtual MAX17048 (Maxim 19-6171): it sees the cell of the virtual chip and reckons what is left.

`supply["battery_mv"]` is the cell; what is left follows its curve at rest, and the rate is what the chip's
`supply["charge_rate"]` says, in thousandths of a percent an hour. Registers have 16 bits.
"""

from sim.chip.hardware import supply

ADDRESS = 0x36  # fixed in the part
VCELL, SOC, MODE, VERSION, HIBRT, CONFIG, CRATE, STATUS = 0x02, 0x04, 0x06, 0x08, 0x0A, 0x0C, 0x16, 0x1A
READ_ONLY = (VCELL, SOC, VERSION, CRATE)

# Millivolts at rest and what is left, in percent: a typical lithium cell.
_CURVE = ((3300, 0), (3600, 10), (3700, 25), (3780, 45), (3870, 60), (3970, 75), (4080, 90), (4180, 100))
_LEAST_MV = 2500  # the cell is the gauge's own supply


class Device:
    """Attributes: `registers`, 16-bit values by address."""

    def __init__(self):
        self.registers = {MODE: 0x0000, VERSION: 0x0012, HIBRT: 0x8030, CONFIG: 0x971C, STATUS: 0x0100}

    def _value(self, register):
        if register == VCELL:
            return supply["battery_mv"] * 64 // 5
        if register == SOC:
            return _left(supply["battery_mv"])
        if register == CRATE:
            return supply["charge_rate"] // 208 & 0xFFFF
        return self.registers.get(register, 0)

    def read_into(self, register, buffer):
        """Fill `buffer` from `register` on, high bytes first."""
        if supply["battery_mv"] < _LEAST_MV:
            raise OSError(19)
        for i in range(len(buffer)):
            value = self._value(register + i & 0xFE)
            buffer[i] = value & 0xFF if (register + i) & 1 else value >> 8

    def write(self, register, data):
        """Write one register; measurements are read-only."""
        if register not in READ_ONLY and len(data) >= 2:
            self.registers[register] = data[0] << 8 | data[1]


def _left(millivolts):
    """1/256 percent."""
    below_mv, below = _CURVE[0]
    if millivolts <= below_mv:
        return 0
    for above_mv, above in _CURVE:
        if millivolts <= above_mv:
            return (below << 8) + (above - below) * 256 * (millivolts - below_mv) // (above_mv - below_mv)
        below_mv, below = above_mv, above
    return 100 << 8
