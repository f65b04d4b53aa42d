"""`machine` for tests: pins and ADC behind the multiplexer of the real board file, timers that a test fires
by hand."""

from array import array

from boards import esp32s3_r1 as board

PWRON_RESET, HARD_RESET, WDT_RESET, DEEPSLEEP_RESET, SOFT_RESET = 1, 2, 3, 4, 5

pins = bytearray(64)
sensors = array("H", [0] * 16)  # 12-bit count at each layout index
supply = {"rest": 330, "battery_mv": 3900, "frequency": 240000000, "cause": PWRON_RESET}
events = []  # resets and sleeps
timers = {}
modes = {}  # (mode, pull) that each pin was set up with
watchdogs = []  # every WDT that was started
buses = []  # (number, scl pin, sda pin, frequency) of every I2C


class Pin:
    IN, OUT, PULL_UP = 1, 3, 2

    def __init__(self, number, mode=-1, pull=-1, value=None):
        self.number = number
        modes[number] = (mode, pull)
        if value is not None:
            pins[number] = value
        elif pull == Pin.PULL_UP:
            pins[number] = 1

    def value(self, level=None):
        if level is None:
            return pins[self.number]
        pins[self.number] = level
        return None

    def on(self):
        pins[self.number] = 1

    def off(self):
        pins[self.number] = 0


class ADC:
    ATTN_11DB = 3

    def __init__(self, pin, atten=0):
        self.number = pin.number
        self.atten = atten

    def read_u16(self):
        if pins[board.MUX_ENABLE_PIN]:
            return supply["rest"] << 4
        channel = 0
        for bit in range(4):
            channel |= pins[board.MUX_SELECT_PINS[bit]] << bit
        for index in range(16):
            if board.SCAN_ORDER[index] == channel:
                return sensors[index] << 4
        raise ValueError("no such channel")

    def read_uv(self):
        return supply["battery_mv"] * 1000 // board.BATTERY_DIVIDER


class Timer:
    ONE_SHOT, PERIODIC = 0, 1

    def __init__(self, number):
        self.number = number
        self.callback = None
        self.mode = self.period = -1

    def init(self, mode=1, period=-1, callback=None):
        self.callback = callback
        self.mode, self.period = mode, period
        timers[self.number] = self

    def deinit(self):
        self.callback = None

    def fire(self):
        if self.callback:
            self.callback(self)


class WDT:
    def __init__(self, id=0, timeout=5000):
        self.fed = 0
        self.timeout = timeout
        watchdogs.append(self)

    def feed(self):
        self.fed += 1


def freq(hz=None):
    if hz is not None:
        supply["frequency"] = hz
    return supply["frequency"]


def reset():
    events.append("reset")


def bootloader():
    events.append("bootloader")


def deepsleep(ms=0):
    events.append("deepsleep %d" % ms)


def reset_cause():
    return supply["cause"]


def unique_id():
    return b"\x24\x6f\x28\x7a\x3f\x01"


class I2C:
    """A bus with an LSM6DSO when `registers` holds its identity; every register is a byte."""

    def __init__(self, number, scl=None, sda=None, freq=400000):
        buses.append((number, scl and scl.number, sda and sda.number, freq))

    def readfrom_mem_into(self, address, register, buffer):
        if not registers[0x0F]:
            raise OSError(19)
        for i in range(len(buffer)):
            buffer[i] = registers[register + i]

    def readfrom_mem(self, address, register, count):
        buffer = bytearray(count)
        self.readfrom_mem_into(address, register, buffer)
        return bytes(buffer)

    def writeto_mem(self, address, register, data):
        registers[register] = data[0]


registers = bytearray(256)
