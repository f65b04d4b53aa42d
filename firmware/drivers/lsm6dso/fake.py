"""A virtual LSM6DSO (ST, DS12140): the registers that a driver needs to find it, set it up and read motion.

Motion is simple and honest about it: standing it measures gravity along z; while the foot is off the ground
it pitches forward, which shows as gravity moving towards x and an angular rate about y.
"""

from sim.chip import hardware
from sim.chip.hardware import supply

ADDRESS = hardware.board.IMU_ADDRESS

WHO_AM_I = 0x0F
CTRL1_XL = 0x10
CTRL2_G = 0x11
CTRL3_C = 0x12
STATUS_REG = 0x1E
OUT_TEMP_L = 0x20
OUTX_L_G = 0x22
TAP_CFG2 = 0x58
WAKE_UP_THS = 0x5B
MD1_CFG = 0x5E

INT1_PIN = hardware.board.IMU_INTERRUPT_PIN
_SAMPLES_PER_S = 104
_ONE_G = 8192  # range 4 g
_SWING_RATE = 2857  # 200 degrees/s at 70 mdps
_LIFTED = supply["rest"] * 1000 // 65535 + 6  # thousandths of the range: about 25 N on the whole foot


class Device:
    """Register file with auto-increment, as seen over I2C."""

    def __init__(self):
        self._registers = bytearray(128)
        self._sample = -1  # number of the one that was read last
        self._reset()

    def _reset(self):
        for i in range(128):
            self._registers[i] = 0
        self._registers[WHO_AM_I] = 0x6C
        self._registers[CTRL3_C] = 0x04

    def _put(self, register, value):
        self._registers[register] = value & 255
        self._registers[register + 1] = value >> 8 & 255

    def _measure(self):
        sample = hardware.clock.device_us() * _SAMPLES_PER_S // 1000000
        acceleration, rate = self._registers[CTRL1_XL] & 0xF0, self._registers[CTRL2_G] & 0xF0
        new = sample != self._sample
        self._registers[STATUS_REG] = (1 if new and acceleration else 0) | (2 if new and rate else 0)
        if not new:
            return
        self._sample = sample
        lifted = hardware.sensors.force_share() < _LIFTED
        ripple = (hardware.clock.device_us() >> 4) % 31 - 15
        if rate:
            self._put(OUTX_L_G, ripple)
            self._put(OUTX_L_G + 2, (_SWING_RATE if lifted else 0) + ripple)
            self._put(OUTX_L_G + 4, -ripple)
        if acceleration:
            self._put(OUTX_L_G + 6, (_ONE_G // 3 if lifted else 0) + ripple)
            self._put(OUTX_L_G + 8, -ripple)
            self._put(OUTX_L_G + 10, _ONE_G + ripple)

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
        if STATUS_REG <= register < OUTX_L_G + 12:
            self._measure()
        for i in range(len(buffer)):
            buffer[i] = self._registers[(register + i) & 127]

    def write(self, register, data):
        """Write from `register` on; identity and outputs are read-only."""
        for value in data:
            if register == CTRL3_C and value & 1:
                self._reset()
            elif CTRL1_XL <= register < STATUS_REG or register < WHO_AM_I or register > 0x2D:
                self._registers[register] = value
            register = (register + 1) & 127
