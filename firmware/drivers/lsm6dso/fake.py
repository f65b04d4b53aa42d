"""A virtual LSM6DSO (ST, DS12140): registers and FIFO, as a driver finds it, sets it up and reads motion.

What makes that harder than it seems:

- It has its own clock: `imu_rate_ppm` off its nominal 104 Hz (`sim.chip.behaviour`).
- The FIFO holds 512 words and then overwrites the oldest ones; reading its last byte takes a word out. A word
  of an empty FIFO has the tag 0.
- After a start it gives nonsense for 70 ms.
- Filters: what it gives was `ACCELERATION_LATE_US` and `RATE_LATE_US` earlier (estimated by its bandwidths).
- The end of the range is the end, -32768 on the lower side.
- `supply["imu_broken"]` stops one channel, so that its self-test shows nothing.
- In ranges below the widest it has the widest one's steps.

Motion comes from the board's feed where that has any (`hardware.sensors.motion_into`), in the chip's axes.
Else it is simple and honest about it: standing it measures gravity along the board's upward axis; while the
foot is off the ground it pitches forward, which shows as gravity moving forwards and an angular rate.
"""

from array import array

from sim.chip import behaviour, hardware
from sim.chip.hardware import supply

ADDRESS = hardware.board.IMU_ADDRESS

FIFO_CTRL3 = 0x09
FIFO_CTRL4 = 0x0A
WHO_AM_I = 0x0F
CTRL1_XL = 0x10
CTRL2_G = 0x11
CTRL3_C = 0x12
CTRL5_C = 0x14
WAKE_UP_SRC = 0x1B
STATUS_REG = 0x1E
OUT_TEMP_L = 0x20
OUTX_L_G = 0x22
FIFO_STATUS1 = 0x3A
FIFO_STATUS2 = 0x3B
TAP_CFG2 = 0x58
WAKE_UP_THS = 0x5B
MD1_CFG = 0x5E
FIFO_DATA_OUT_TAG = 0x78
FIFO_DATA_OUT_LAST = 0x7E

INT1_PIN = hardware.board.IMU_INTERRUPT_PIN
CAPACITY_WORDS = 512
START_US = 70000
ACCELERATION_LATE_US = 4300
RATE_LATE_US = 6800
SELF_TEST_ACCELERATION = 614  # 300 mg, of 50 to 1700
SELF_TEST_RATE = 5714  # 400 degrees/s, of 150 to 700
NONSENSE = 19000
RATE, ACCELERATION = 1, 2  # tags

_RATES_MHZ = (0, 12500, 26000, 52000, 104000, 208000, 416000, 833000)  # of ODR_XL and ODR_G
_WIDEST_G, _WIDEST_DEG_S = 16, 2000
_ONE_G = 2048  # range 16 g
_SWING_RATE = 2857  # 200 degrees/s at 70 mdps
_LIFTED = supply["rest"] * 1000 // 65535 + 6  # thousandths of the range: about 25 N on the whole foot
_RANGES_G = (2, 16, 4, 8)  # FS_XL
_RANGES_DEG_S = (250, 500, 1000, 2000)  # FS_G; FS_125 comes before them


class Device:
    """Register file with auto-increment, as seen over I2C."""

    def __init__(self):
        self._registers = bytearray(128)
        self._motion = array("h", [0] * 6)
        self._started_us = 0
        self._word = 0  # the next one to be read, of all since the FIFO was started
        self._fifo_us = 0  # when it was started
        self._sample = -1  # number of the one that was read last from the output registers
        self._overrun = False
        self._reset()

    def _reset(self):
        for i in range(128):
            self._registers[i] = 0
        self._registers[WHO_AM_I] = 0x6C
        self._registers[CTRL3_C] = 0x04
        self._word = 0
        self._overrun = False

    def _rate_mhz(self, register):
        """Output data rate in thousandths of a hertz."""
        nominal = _RATES_MHZ[self._registers[register] >> 4 & 7]
        return nominal + nominal * behaviour.value("imu_rate_ppm") // 1000000

    def _samples(self):
        """How many samples of both sensors have gone into the FIFO since it was started."""
        registers = self._registers
        if registers[FIFO_CTRL4] & 7 != 6 or registers[FIFO_CTRL3] != 0x44:
            return 0
        if not registers[CTRL1_XL] & 0xF0 or not registers[CTRL2_G] & 0xF0:
            return 0
        return (hardware.clock.device_us() - self._fifo_us) * self._rate_mhz(CTRL1_XL) // 1000000000

    def _waiting(self):
        """Words in the FIFO; the oldest ones make room."""
        words = 2 * self._samples() - self._word
        if words > CAPACITY_WORDS:
            self._word += words - CAPACITY_WORDS
            self._overrun = True
            words = CAPACITY_WORDS
        return words if words > 0 else 0

    def _measured(self, time_us, rate, register):
        """Put a sample of one sensor, made at this time, into six registers. Allocates nothing."""
        started = time_us - self._started_us >= START_US
        registers = self._registers
        if rate:
            first, widest, own, test = 3, _WIDEST_DEG_S, self._rate_range(), 0
            if registers[CTRL5_C] & 0x0C == 0x04:
                test = SELF_TEST_RATE
        else:
            first, widest, own, test = 0, _WIDEST_G, _RANGES_G[registers[CTRL1_XL] >> 2 & 3], 0
            if registers[CTRL5_C] & 3 == 1:
                test = SELF_TEST_ACCELERATION
        if started:
            self._move(time_us - (RATE_LATE_US if rate else ACCELERATION_LATE_US))
        for axis in range(3):
            value = (self._motion[first + axis] + test) * widest // own if started else NONSENSE
            if supply["imu_broken"] == first + axis + 1:
                value = 0
            if value > 32767:
                value = 32767
            elif value < -32768:
                value = -32768
            registers[register + 2 * axis] = value & 255
            registers[register + 2 * axis + 1] = value >> 8 & 255

    def _rate_range(self):
        register = self._registers[CTRL2_G]
        return 125 if register & 2 else _RANGES_DEG_S[register >> 2 & 3]

    def _move(self, time_us):
        """The motion at a device time, in counts of the widest ranges and the chip's axes."""
        motion = self._motion
        into = getattr(hardware.sensors, "motion_into", None)
        if into is not None and into(time_us, motion):
            return
        lifted = hardware.sensors.force_share() < _LIFTED
        ripple = (time_us >> 4) % 7 - 3
        motion[0] = (_ONE_G // 3 if lifted else 0) + ripple
        motion[1] = _ONE_G + ripple
        motion[2] = -ripple
        motion[3] = ripple
        motion[4] = -ripple
        motion[5] = (_SWING_RATE if lifted else 0) + ripple

    def _measure(self):
        """Fill the output registers."""
        registers = self._registers
        now_us = hardware.clock.device_us()
        acceleration, rate = registers[CTRL1_XL] & 0xF0, registers[CTRL2_G] & 0xF0
        sample = now_us * (self._rate_mhz(CTRL1_XL) or self._rate_mhz(CTRL2_G)) // 1000000000
        new = sample != self._sample
        registers[STATUS_REG] = (1 if new and acceleration else 0) | (2 if new and rate else 0)
        self._sample = sample
        if rate:
            self._measured(now_us, True, OUTX_L_G)
        if acceleration:
            self._measured(now_us, False, OUTX_L_G + 6)

    def _next_word(self):
        """The oldest word of the FIFO as it stands in its seven registers."""
        registers = self._registers
        if not self._waiting():
            registers[FIFO_DATA_OUT_TAG] = 0
            return
        sample = self._word >> 1
        time_us = self._fifo_us + (sample + 1) * 1000000000 // self._rate_mhz(CTRL1_XL)
        rate = not self._word & 1
        registers[FIFO_DATA_OUT_TAG] = (RATE if rate else ACCELERATION) << 3 | (sample & 3) << 1
        self._measured(time_us, rate, FIFO_DATA_OUT_TAG + 1)

    def wakes(self):
        """Whether motion raises INT1: interrupts on, wake-up on that pin, a threshold, a running sensor."""
        registers = self._registers
        return bool(
            registers[TAP_CFG2] & 0x80
            and registers[MD1_CFG] & 0x20
            and registers[WAKE_UP_THS] & 0x3F
            and registers[CTRL1_XL] & 0xF0
        )

    def read_into(self, register, buffer):
        """Fill `buffer` from `register` on."""
        registers = self._registers
        if STATUS_REG <= register < OUTX_L_G + 12:
            self._measure()
        elif register <= FIFO_STATUS2 and register + len(buffer) > FIFO_STATUS1:
            words = self._waiting()
            registers[FIFO_STATUS1] = words & 255
            registers[FIFO_STATUS2] = words >> 8 | (0x48 if self._overrun else 0)
        elif register == FIFO_DATA_OUT_TAG:
            self._next_word()
        for i in range(len(buffer)):
            buffer[i] = registers[register]
            if register == FIFO_DATA_OUT_LAST:
                if self._waiting():
                    self._word += 1
                self._overrun = False
                register = FIFO_DATA_OUT_TAG
                if i + 1 < len(buffer):
                    self._next_word()
            else:
                register = (register + 1) & 127

    def write(self, register, data):
        """Write from `register` on; identity and outputs are read-only."""
        for value in data:
            if register == CTRL3_C and value & 1:
                self._reset()
            elif CTRL1_XL <= register < STATUS_REG or register < WHO_AM_I or register > FIFO_STATUS2:
                self._written(register, value)
            register = (register + 1) & 127

    def _written(self, register, value):
        was = self._registers[register]
        self._registers[register] = value
        now_us = hardware.clock.device_us()
        if register in (CTRL1_XL, CTRL2_G) and (not was & 0xF0 or was >> 4 != value >> 4):
            self._started_us = now_us
        if register == FIFO_CTRL4:
            if not value & 7:
                self._word, self._overrun = 0, False
            elif not was & 7:
                # the sensors run on: the first sample comes when their clock says so
                mhz = self._rate_mhz(CTRL1_XL)
                self._fifo_us = now_us * mhz // 1000000000 * 1000000000 // mhz if mhz else now_us
                self._word = 0
