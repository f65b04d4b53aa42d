"""MAX17048 fuel gauge over I2C (Maxim data sheet 19-6171, register summary). 16 bits each, high byte first.

| register | address | meaning |
|---|---|---|
| VCELL | 0x02 | cell voltage, 78.125 uV for each bit |
| SOC | 0x04 | what is left, 1/256 percent for each bit; may say more than 100 |
| VERSION | 0x08 | 0x001x |
| CRATE | 0x16 | signed, 0.208 percent an hour for each bit: above 0 the cell is charged |

It measures by itself from the moment the cell is connected, and goes to its 3 uA by itself when little
is drawn (HIBRT as delivered). Nothing has to be set up.
"""

from micropython import const

_VCELL = const(0x02)
_SOC = const(0x04)
_VERSION = const(0x08)
_CRATE = const(0x16)


def probe(i2c, address):
    """The gauge at this address; None when nothing or something else answers."""
    gauge = Max17048(i2c, address)
    return gauge if gauge.answers() else None


class Max17048:
    """Attributes: `millivolts`, `percent` (0 to 100) and `rate` (thousandths of a percent an hour) as last
    measured; `errors`, measurements that the bus refused since boot."""

    def __init__(self, i2c, address):
        self._i2c = i2c
        self._address = address
        self._raw = bytearray(2)
        self.millivolts = self.percent = self.rate = self.errors = 0

    def measure(self):
        """Read all three; False when the bus refuses, and the values stay. Takes less than a millisecond."""
        try:
            millivolts = self._read(_VCELL) * 5 // 64
            percent = self._read(_SOC) >> 8
            rate = self._read(_CRATE)
        except OSError:
            self.errors += 1
            return False
        self.millivolts = millivolts
        self.percent = min(percent, 100)
        self.rate = (rate - 0x10000 if rate >= 0x8000 else rate) * 208
        return True

    def answers(self):
        """Whether the chip is there."""
        try:
            return self._read(_VERSION) & 0xFFF0 == 0x0010
        except OSError:
            return False

    def _read(self, register):
        self._i2c.readfrom_mem_into(self._address, register, self._raw)
        return self._raw[0] << 8 | self._raw[1]
