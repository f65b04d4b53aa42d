"""LSM6DSO accelerometer and gyroscope over I2C (ST datasheet DS12140).

| register | address | value | meaning |
|---|---|---|---|
| WHO_AM_I | 0x0F | 0x6C | identity |
| CTRL1_XL | 0x10 | 0x48 | acceleration at 104 Hz, range 4 g: 0.122 mg/LSB |
| CTRL2_G | 0x11 | 0x4C | angular rate at 104 Hz, range 2000 degrees/s: 70 mdps/LSB |
| CTRL3_C | 0x12 | 0x44 | block data update, address counts up |
| OUTX_L_G | 0x22 | 12 bytes | angular rate x y z, acceleration x y z, each i16 little-endian |
"""

from micropython import const

_WHO_AM_I = const(0x0F)
_CTRL1_XL = const(0x10)
_CTRL2_G = const(0x11)
_CTRL3_C = const(0x12)
_OUTX_L_G = const(0x22)
_IDENTITY = const(0x6C)


def probe(i2c, address):
    """The IMU at this address, started; None when nothing or something else answers."""
    try:
        if i2c.readfrom_mem(address, _WHO_AM_I, 1)[0] != _IDENTITY:
            return None
        return Lsm6dso(i2c, address)
    except OSError:
        return None


class Lsm6dso:
    """Attributes: `errors`, reads that the bus refused since boot (the values of before are repeated)."""

    def __init__(self, i2c, address):
        self._i2c = i2c
        self._address = address
        self._raw = bytearray(12)
        self.errors = 0
        for register, value in ((_CTRL3_C, 0x44), (_CTRL1_XL, 0x48), (_CTRL2_G, 0x4C)):
            i2c.writeto_mem(address, register, bytes((value,)))

    def read_into(self, motion, base):
        """Put acceleration x y z and angular rate x y z into `motion[base:base + 6]`. Allocates nothing."""
        raw = self._raw
        try:
            self._i2c.readfrom_mem_into(self._address, _OUTX_L_G, raw)
        except OSError:
            self.errors += 1
        for i in range(6):
            value = raw[2 * i] | raw[2 * i + 1] << 8
            if value >= 0x8000:
                value -= 0x10000
            motion[base + (i + 3 if i < 3 else i - 3)] = value

    def answers(self):
        """Whether the chip is still there."""
        try:
            return self._i2c.readfrom_mem(self._address, _WHO_AM_I, 1)[0] == _IDENTITY
        except OSError:
            return False
