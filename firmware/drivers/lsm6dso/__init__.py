"""LSM6DSO accelerometer and gyroscope over I2C (ST data sheet DS12140, application note AN5192).

| register | address | value | meaning |
|---|---|---|---|
| WHO_AM_I | 0x0F | 0x6C | identity |
| CTRL1_XL | 0x10 | 0x48 | acceleration at 104 Hz, range 4 g: 0.122 mg/LSB |
| CTRL2_G | 0x11 | 0x4C | angular rate at 104 Hz, range 2000 degrees/s: 70 mdps/LSB |
| CTRL3_C | 0x12 | 0x44 | block data update, address counts up |
| STATUS_REG | 0x1E | bits 0, 1 | acceleration, angular rate is new since it was last read |
| OUTX_L_G | 0x22 | 12 bytes | angular rate x y z, acceleration x y z, each i16 little-endian |

Waking up on motion (AN5192, wake-up interrupt): the accelerometer alone, at 26 Hz in its low-power mode.

| register | address | value | meaning |
|---|---|---|---|
| CTRL6_C | 0x15 | 0x10 | XL_HM_MODE: low-power mode of the accelerometer |
| CTRL1_XL, CTRL2_G | | 0x20, 0 | acceleration at 26 Hz, range 2 g; gyroscope off |
| TAP_CFG0 | 0x56 | 0x41 | INT_CLR_ON_READ, LIR: the pin stays high until the source is read |
| WAKE_UP_DUR | 0x5C | 0 | no duration; a threshold step is 2 g / 64 |
| WAKE_UP_THS | 0x5B | 2 | 62.5 mg of change between two samples |
| MD1_CFG | 0x5E | 0x20 | INT1_WU: on pin INT1, active high |
| TAP_CFG2 | 0x58 | 0x80 | INTERRUPTS_ENABLE |
| WAKE_UP_SRC | 0x1B | read | clears the pin |
"""

from time import sleep_ms

from micropython import const

_WHO_AM_I = const(0x0F)
_CTRL1_XL = const(0x10)
_CTRL2_G = const(0x11)
_CTRL3_C = const(0x12)
_CTRL6_C = const(0x15)
_WAKE_UP_SRC = const(0x1B)
_STATUS_REG = const(0x1E)
_TAP_CFG0 = const(0x56)
_TAP_CFG2 = const(0x58)
_WAKE_UP_THS = const(0x5B)
_WAKE_UP_DUR = const(0x5C)
_MD1_CFG = const(0x5E)
_IDENTITY = const(0x6C)

# Bytes of one read from STATUS_REG on: status, one reserved, temperature, angular rate, acceleration.
_READ_BYTES = const(16)
_FIRST = const(4)
_NEW = const(3)

# Pairs of register and value, in the order of writing.
_MEASURE = bytes(
    (_MD1_CFG, 0x00, _TAP_CFG2, 0x00, _CTRL6_C, 0x00, _CTRL3_C, 0x44, _CTRL1_XL, 0x48, _CTRL2_G, 0x4C)
)
_WAKE = bytes(
    (
        _CTRL2_G, 0x00, _CTRL6_C, 0x10, _CTRL1_XL, 0x20, _TAP_CFG0, 0x41, _WAKE_UP_DUR, 0x00,
        _WAKE_UP_THS, 0x02, _MD1_CFG, 0x20, _TAP_CFG2, 0x80,
    )
)  # fmt: skip
_OFF = bytes((_CTRL1_XL, 0x00, _CTRL2_G, 0x00))
_SETTLE_MS = const(150)  # four samples at 26 Hz: the first ones differ from nothing

OLD_ROWS = 2  # the sensor's 104 Hz may fall behind our 100 Hz by its tolerance: then one row is there twice
FAILING_ROWS = 3
TRY_ROWS = 100  # a part that is silent is asked again each second


def _always_awake():
    return False


def probe(i2c, address):
    """The IMU at this address, started; None when nothing or something else answers."""
    try:
        if i2c.readfrom_mem(address, _WHO_AM_I, 1)[0] != _IDENTITY:
            return None
        return Lsm6dso(i2c, address)
    except OSError:
        return None


class Lsm6dso:
    """Attributes: `errors`, rows without motion since boot; `failing`, whether the last ones had none."""

    RANGES = 4, 2000  # g and degrees/s, as CTRL1_XL and CTRL2_G set them

    def __init__(self, i2c, address):
        self._i2c = i2c
        self._resting = getattr(i2c, "resting", _always_awake)
        self._address = address
        self._raw = bytearray(_READ_BYTES)
        self._old = 0  # reads in a row that brought nothing new
        self._missing = 0  # rows in a row without motion
        self._asleep = False
        self.errors = 0
        self._write_all(_MEASURE)

    def _write_all(self, settings):
        for at in range(0, len(settings), 2):
            self._i2c.writeto_mem(self._address, settings[at], settings[at + 1 : at + 2])

    @property
    def failing(self):
        return self._missing >= FAILING_ROWS

    def read_into(self, motion, base):
        """Put acceleration x y z and angular rate x y z into `motion[base:base + 6]`. Allocates nothing.

        Returns:
            Whether there is no motion for this row: then nothing has been put there.
        """
        if self._asleep or self._resting() or (self._missing >= FAILING_ROWS and self._missing % TRY_ROWS):
            return self._miss()
        raw = self._raw
        try:
            self._i2c.readfrom_mem_into(self._address, _STATUS_REG, raw)
        except OSError:
            return self._miss()
        if raw[0] & _NEW == _NEW:
            self._old = 0
        else:
            self._old += 1
            if self._old >= OLD_ROWS:
                return self._miss()
        self._missing = 0
        for i in range(6):
            at = _FIRST + 2 * i
            value = raw[at] | raw[at + 1] << 8
            if value >= 0x8000:
                value -= 0x10000
            motion[base + (i + 3 if i < 3 else i - 3)] = value
        return False

    def _miss(self):
        self.errors += 1
        self._missing += 1
        return True

    def restore(self):
        """Set up anew a part that gives nothing: it may have lost its settings with its supply."""
        if self._resting() or not (self.failing or self._asleep):
            return
        try:
            self._write_all(_MEASURE)
        except OSError:
            return  # silent: asked again
        self._old = 0
        self._asleep = False

    def answers(self):
        """Whether the chip is still there."""
        try:
            return self._i2c.readfrom_mem(self._address, _WHO_AM_I, 1)[0] == _IDENTITY
        except OSError:
            return False

    def rest(self):
        """Both sensors off, until `restore`; a part that cannot be told goes on measuring."""
        self._asleep = True
        try:
            self._write_all(_OFF)
        except OSError:
            return

    def wake_on_motion(self):
        """Go to low power until `restore`; pin INT1 rises with the first motion, and stays up.

        Raises:
            OSError: it does not answer: nothing would wake the insole.
        """
        self._asleep = True
        self._write_all(_WAKE)
        sleep_ms(_SETTLE_MS)
        self._i2c.readfrom_mem(self._address, _WAKE_UP_SRC, 1)
