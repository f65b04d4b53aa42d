"""LSM6DSO accelerometer and gyroscope over I2C (ST data sheet DS12140, application note AN5192).

It measures by its own clock, near 104 Hz, into its FIFO. Bursts of what has come are read every second slot,
and what each slot gets lies on the straight line between the samples before and after it. So samples come on
the slots' time base, `LAG_ROWS` slots later. How far from it they may be: docs/explanation/firmware.md.

| register | address | value | meaning |
|---|---|---|---|
| FIFO_CTRL3 | 0x09 | 0x44 | batches angular rate and acceleration at 104 Hz |
| FIFO_CTRL4 | 0x0A | 0, then 6 | bypass, which empties the FIFO; then continuous |
| WHO_AM_I | 0x0F | 0x6C | identity |
| CTRL1_XL | 0x10 | 0x44 | acceleration at 104 Hz; bits 2-3: 2, 16, 4, 8 g |
| CTRL2_G | 0x11 | 0x4C | angular rate at 104 Hz; bits 2-3: 250, 500, 1000, 2000 degrees/s; bit 1: 125 |
| CTRL3_C | 0x12 | 0x44 | block data update, address counts up |
| FIFO_STATUS1, 2 | 0x3A | 2 bytes | words that wait (10 bits); bit 6 of the second: some were overwritten |
| FIFO_DATA_OUT_TAG | 0x78 | 7 bytes | a word: sensor (bits 3-7: 1 rate, 2 acceleration), x y z, i16 each |

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

from array import array
from time import sleep_ms, ticks_add, ticks_diff, ticks_us

from micropython import const

try:
    from insole.motion_ops_viper import mix, take_words
except (ImportError, ValueError, SyntaxError) as error:
    from insole.motion_ops import mix, take_words
    from insole_protocol import native

    native.note("motion_ops_viper", error)

_WHO_AM_I = const(0x0F)
_WAKE_UP_SRC = const(0x1B)
_FIFO_STATUS = const(0x3A)
_FIFO_DATA_OUT = const(0x78)
_IDENTITY = const(0x6C)

_OVERRUN = const(0x40)
_WORD_BYTES = const(7)
_MOST_WORDS = const(12)  # of one burst: 1.9 ms on the bus, after slots were lost
_CHANNELS = const(6)
_SAMPLES = const(8)  # as `insole.motion_ops` has them: that module need not be loaded

_AS_THEY_ARE = b"\x00\x01\x02\x00\x00\x00"

# Pairs of register and value, in the order of writing.
_AWAKE = b"\x5e\x00\x58\x00\x15\x00\x14\x00\x12\x44\x10\x44\x11\x4c"
_CTRL1_XL_AT = const(11)  # its value, in those pairs
_CTRL2_G_AT = const(13)
_RATE_104_HZ = const(0x40)
_BATCH = b"\x09\x44\x0a\x00\x0a\x06"
_WAKE = b"\x0a\x00\x11\x00\x15\x10\x10\x20\x56\x41\x5c\x00\x5b\x02\x5e\x20\x58\x80"
_OFF = b"\x0a\x00\x10\x00\x11\x00"
_SETTLE_MS = const(150)  # four samples at 26 Hz: the first ones differ from nothing

FILTER_DELAY_US = 5500  # of the sensor's filters, about: what it gives at a moment was so much earlier
FIRST_SAMPLES = 8  # after a start are not believed: the gyroscope's first 70 ms
FAILING_ROWS = 3
TRY_ROWS = 100  # a part that is silent is asked again each second
_PERIOD_8 = const(76923)  # of 104 Hz, in eighths of a microsecond
_PERIOD_8_OFF = const(4200)  # it may be off by so much
_MANY = const(0x100000)  # samples; a multiple of those that are stored
_KNOWN_US = const(300000)  # over less the period is not known better than from the data sheet
_ANCHOR_US = const(32000000)


def _always_awake():
    return False


def probe(i2c, address):
    """The IMU at this address, which measures in its widest ranges; None when nothing or something else
    answers."""
    try:
        if i2c.readfrom_mem(address, _WHO_AM_I, 1)[0] != _IDENTITY:
            return None
        return Lsm6dso(i2c, address)
    except OSError:
        return None


class Lsm6dso:
    """The sensor and what it has measured last.

    Attributes:
        axes: for each axis of the chip the channel that it goes to, then for each whether negated.
        ranges: of acceleration in g and of angular rate in degrees/s; at first the widest.
        errors: rows without motion since boot, the first dozen after each start among them.
        failing: whether the last ones had none.
        broken, passed_ms: whether its last self-test found it so; when it passed, None if it did not.
        overruns: times that its FIFO overflowed.
    """

    LAG_ROWS = 2  # a slot's motion is complete so many slots later
    BURST_ROWS = 2  # slots from burst to burst

    def __init__(self, i2c, address):
        self._i2c = i2c
        self._resting = getattr(i2c, "resting", _always_awake)
        self._address = address
        self._status = bytearray(2)
        raw = memoryview(bytearray(_MOST_WORDS * _WORD_BYTES))
        self._bursts = [raw[: 2 * pairs * _WORD_BYTES] for pairs in range(1, _MOST_WORDS // 2 + 1)]
        self._samples = array("h", [0] * (_SAMPLES * _CHANNELS))
        self._newest = 0  # samples since the FIFO was empty
        self._believed = 0  # samples before this one are not
        self._newest_us = 0  # when the last one was made
        self._period_8 = _PERIOD_8
        self._eighths = 0
        self._from = self._from_us = 0  # sample from which on its period is counted, and when it was
        self._next = self._next_us = 0  # the same, for later
        self._missing = 0  # rows in a row without motion
        self._silent = 0  # bursts in a row that brought nothing
        self.axes = _AS_THEY_ARE
        self.ranges = 16, 2000
        self._awake = bytearray(_AWAKE)
        self._asleep = False
        self.broken = False
        self.passed_ms = None
        self.errors = 0
        self.overruns = 0
        self._start()

    def _start(self):
        """Awake, measuring, the FIFO empty."""
        self.write_all(self._awake)
        self._empty()
        self._believed = FIRST_SAMPLES
        self._silent = 0
        self._asleep = False

    def write_all(self, settings):
        """Write pairs of register and value.

        Raises:
            OSError: it does not answer.
        """
        for at in range(0, len(settings), 2):
            self._i2c.writeto_mem(self._address, settings[at], settings[at + 1 : at + 2])

    def read(self, register, count):
        """So many bytes from a register on; raises as `write_all`."""
        return self._i2c.readfrom_mem(self._address, register, count)

    def set_ranges(self, acceleration_g, rate_deg_s):
        """Measure in these ranges, of 2, 4, 8 or 16 g and of 125, 250, 500, 1000 or 2000 degrees/s.

        No row gets a sample of the ranges before: the sensor starts anew, and where it does not answer motion
        stays away until `restore`.
        """
        if self.ranges != (acceleration_g, rate_deg_s):
            self.pause()
            self.ranges = acceleration_g, rate_deg_s
            # by half the range, and by quarters of 1000: a dictionary would stay on the heap
            fs_xl = b"\x00\x00\x08\x00\x0c\x00\x00\x00\x04"[acceleration_g >> 1]
            fs_g = b"\x02\x00\x04\x00\x08\x00\x00\x00\x0c"[rate_deg_s // 250]
            self._awake[_CTRL1_XL_AT] = _RATE_104_HZ | fs_xl
            self._awake[_CTRL2_G_AT] = _RATE_104_HZ | fs_g
            self.restore()

    def pause(self):
        """No row gets motion from now on, until `restore`."""
        self._asleep = True

    @property
    def failing(self):
        return self._missing >= FAILING_ROWS

    def collect(self):
        """Read what has come into the FIFO. Allocates nothing.

        Returns:
            Whether the sensor could not be asked: then no motion is to be had.
        """
        if (
            self._asleep
            or self._resting()
            or (self._missing >= FAILING_ROWS and self._missing % TRY_ROWS >= 2)
        ):
            return True
        status = self._status
        now_us = ticks_us()
        try:
            self._i2c.readfrom_mem_into(self._address, _FIFO_STATUS, status)
            words = status[0] | (status[1] & 3) << 8
            if status[1] & _OVERRUN:
                self.overruns += 1
                self._missing = 0  # it answers: ask again soon
                self._empty()
                return True
            if words > 2 * _MOST_WORDS:
                self._skip(words >> 1)
                return True
            most = words & ~1 if words < _MOST_WORDS else _MOST_WORDS
            if most:
                burst = self._bursts[(most >> 1) - 1]
                self._i2c.readfrom_mem_into(self._address, _FIFO_DATA_OUT, burst)
        except OSError:
            self._newest = 0  # what comes next may be older or newer by any number of samples
            if self._believed > FIRST_SAMPLES:  # counted from then, after slots were lost
                self._believed = FIRST_SAMPLES
            return True
        before = self._newest
        if most:
            self._newest = take_words(burst, most, self._samples, before, self.axes)
        if self._newest == before:
            self._silent += 1
            return self._silent > 2
        self._silent = 0
        self._follow(now_us, self._newest - before, most == words)
        return False

    def _empty(self):
        """Begin with an empty FIFO. What is measured goes on, so that the first sample is believed."""
        self.write_all(_BATCH)
        self._newest = 0
        self._believed = 0

    def begin(self):
        """Sampling begins: what waits in the FIFO is old. A part that cannot be told shows that by itself."""
        try:
            self._empty()
        except OSError:
            return
        self._believed = FIRST_SAMPLES

    def _skip(self, count):
        """Slots were lost: so many samples are left unread, and the time of the last one is carried on."""
        self._missing = 0
        newest = self._newest + count
        self.write_all(_BATCH)
        self._newest_us = ticks_add(self._newest_us, (count * self._period_8) >> 3)
        self._newest = self._believed = newest

    def _follow(self, now_us, count, drained):
        """So many samples more: when was the last one made?

        It was before now, and by less than a period if no other waits behind it. As the two clocks drift past
        each other these bounds close in on it; the period is the mean of the last half to whole minute.
        """
        if self._newest == count:  # the first ones
            self._newest_us = ticks_add(now_us, -(self._period_8 >> 4))
            self._anchor()
            return
        eighths = self._eighths + count * self._period_8
        self._eighths = eighths & 7
        newest_us = ticks_add(self._newest_us, eighths >> 3)
        early_us = ticks_diff(now_us, newest_us)
        if early_us < 0:
            newest_us = now_us
        elif drained and early_us > self._period_8 >> 3:
            newest_us = ticks_add(now_us, -(self._period_8 >> 3))
        self._newest_us = newest_us
        since_us = ticks_diff(newest_us, self._from_us)
        if since_us > _KNOWN_US:
            period_8 = 8 * since_us // (self._newest - self._from)
            if -_PERIOD_8_OFF < period_8 - _PERIOD_8 < _PERIOD_8_OFF:
                self._period_8 = period_8
        if ticks_diff(newest_us, self._next_us) > _ANCHOR_US:
            self._from, self._from_us = self._next, self._next_us
            self._next, self._next_us = self._newest, newest_us
        if self._newest > _MANY:
            self._newest -= _MANY
            self._believed = 0
            self._anchor()

    def _anchor(self):
        """From this sample on samples are counted for their period."""
        self._from = self._next = self._newest
        self._from_us = self._next_us = self._newest_us

    def motion_at(self, slot_us, motion, base):
        """Put the motion of this slot into `motion[base:base + 6]`: acceleration x y z, angular rate x y z.

        It lies on the straight line between the samples around the slot's time. Allocates nothing.

        Returns:
            Whether there is none: then nothing has been put there.
        """
        period_us = self._period_8 >> 3
        ago_us = ticks_diff(self._newest_us, slot_us) - FILTER_DELAY_US
        back = ago_us // period_us
        after = self._newest - 1 - back
        if after <= self._believed:
            self.errors += 1
            return True
        if back < 0 or back > _SAMPLES - 2:
            self.miss()
            return True
        share = ((ago_us - back * period_us) << 8) // period_us  # of the way back to the sample before
        mix(self._samples, after, share, motion, base)
        self._missing = 0
        return False

    def miss(self):
        """A row has gone without motion, unasked."""
        self.errors += 1
        self._missing += 1

    def restore(self):
        """Set up anew a part that gives nothing: it may have lost its settings with its supply."""
        paused = self._asleep
        if self._resting() or not (self.failing or paused):
            return
        try:
            self._start()
        except OSError:
            return  # silent: asked again
        if paused:
            self._missing = 0  # those rows were not asked for

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
            self.write_all(_OFF)
        except OSError:
            return

    def wake_on_motion(self):
        """Go to low power until `restore`; pin INT1 rises with the first motion, and stays up.

        Raises:
            OSError: it does not answer: nothing would wake the insole.
        """
        self._asleep = True
        self.write_all(_WAKE)
        sleep_ms(_SETTLE_MS)
        self._i2c.readfrom_mem(self._address, _WAKE_UP_SRC, 1)
