"""The I2C bus of the sensors, and how long it may hold anybody.

A line that is held low holds its caller for the bus's time-out, by default 50 ms: five slots for each read.
The time-out here is short, and after a transaction that took it whole nobody is let near the bus for a
second, then for two, at last once a minute. Each new attempt is also the cure: after a time-out the chip
sends nine clock pulses before the next transaction (ESP-IDF, `s_i2c_master_clear_bus`), which free a part
that hangs in the middle of a byte.
"""

from time import ticks_add, ticks_diff, ticks_ms, ticks_us

from machine import I2C, Pin

FREQUENCY_HZ = 400000
QUICK_US = 2000  # twelve bytes take 0.4 ms; needs an interpreter whose ticks are 1 ms (firmware/port)
PATIENT_US = 20000  # for one whose ticks are 10 ms: with less, every transaction fails
REST_MS = 1000
REST_MAX_MS = 60000
ETIMEDOUT = 116


class I2cBus:
    """`machine.I2C` with a rest after a time-out: until that is over transactions are refused at once.

    Attributes:
        hung: the last transaction took its whole time-out.
        errors: transactions that were not carried out since boot, those refused at once not counted.
        timeout_us: as found to work at boot.
    """

    def __init__(self, board):
        self.hung = False
        self.errors = 0
        self._rest_ms = 0
        self._again_ms = ticks_ms()
        for self.timeout_us in (QUICK_US, PATIENT_US):
            self._i2c = I2C(
                board.I2C_ID,
                scl=Pin(board.I2C_SCL_PIN),
                sda=Pin(board.I2C_SDA_PIN),
                freq=FREQUENCY_HZ,
                timeout=self.timeout_us,
            )
            for _ in range(2):  # the second one is the cure of a part that hangs
                self.hung = False
                if self._answers(board.IMU_ADDRESS):
                    return
                if not self.hung:
                    break

    def _answers(self, address):
        """Whether a part answers in time."""
        try:
            return self.readfrom_mem(address, 0, 1) is not None
        except OSError:
            return False

    def resting(self):
        """Whether a transaction would be refused at once: the bus was found hung a moment ago."""
        return self.hung and ticks_diff(self._again_ms, ticks_ms()) > 0

    def readfrom_mem_into(self, address, register, buffer):
        """As `machine.I2C`.

        Raises:
            OSError: nobody answered, the bus hangs, or it rests.
        """
        begun_us = self._begin()
        try:
            self._i2c.readfrom_mem_into(address, register, buffer)
        except OSError:
            self._failed(begun_us)
            raise
        self.hung = False
        self._rest_ms = 0

    def readfrom_mem(self, address, register, count):
        """As `machine.I2C`; raises as `readfrom_mem_into`."""
        buffer = bytearray(count)
        self.readfrom_mem_into(address, register, buffer)
        return buffer

    def writeto_mem(self, address, register, data):
        """As `machine.I2C`; raises as `readfrom_mem_into`."""
        begun_us = self._begin()
        try:
            self._i2c.writeto_mem(address, register, data)
        except OSError:
            self._failed(begun_us)
            raise
        self.hung = False
        self._rest_ms = 0

    def _begin(self):
        if self.resting():
            raise OSError(ETIMEDOUT)
        return ticks_us()

    def _failed(self, begun_us):
        """The errors' numbers do not tell a silent part from a hung bus; how long it took does."""
        self.errors += 1
        self.hung = ticks_diff(ticks_us(), begun_us) >= self.timeout_us // 2
        if self.hung:
            self._rest_ms = min(max(2 * self._rest_ms, REST_MS), REST_MAX_MS)
            self._again_ms = ticks_add(ticks_ms(), self._rest_ms)
