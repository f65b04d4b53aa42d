"""The tests' chip: what `sim.chip` is wired to here. Import it first: it puts the chip's modules in place.

Time stands still until a test moves it, timers fire when a test says so, sensors, pins and the log are tables
that a test writes to, and resets are listed. The twin wires the same modules to real time and a virtual air.
"""

import sys
from array import array

from sim.chip import alarms, behaviour, flash as chip_flash, hardware, sd_card, pins as chip_pins
from log_kit.devices import RamCard, RamFlash

TICKS_PERIOD = 1 << 30
_BLANK = b"\xff" * 64

board = hardware.board
pins = chip_pins.levels
sensors = array("H", [0] * 16)  # 12-bit count at each layout index
supply = hardware.supply
events = []  # resets and sleeps
timers = {}  # the last setting of each timer, by its number
modes = {}  # (mode, pull) that each pin was set up with
attenuations = {}  # of the converter, by pin
watchdogs = []  # every WDT that was started
buses = []  # (number, scl pin, sda pin, frequency) of every I2C
wakes = []  # (pin, level) that shall end a deep sleep
registers = bytearray(256)  # of the LSM6DSO; on the bus once its identity is there
registers[0x1E] = 3  # it always has something new


class _Clock:
    """The board's crystal, moved by hand."""

    def __init__(self):
        self.now_us = 0

    def device_us(self):
        return self.now_us

    def sleep_us(self, us):
        """The settling of the sensors takes no time here."""
        if us >= 1000:
            self.now_us += us


class _Timer:
    """A timer as it was last set; `fire` is its interrupt."""

    ONE_SHOT, PERIODIC = 0, 1

    def __init__(self, first_us, period_us, callback):
        self.period = first_us // 1000
        self.mode = _Timer.PERIODIC if period_us else _Timer.ONE_SHOT
        self.callback = callback

    def fire(self):
        if self.callback:
            self.callback()


class _Timers:
    """Timers fire when a test says so (`timers[n].fire()`), or as on the chip (`run`)."""

    def __init__(self):
        self._serving = False

    def set_timer(self, slot, first_us, period_us, handler):
        timers[slot] = _Timer(first_us, period_us, handler)
        alarms.set_alarm(slot, clock.now_us + first_us, period_us, handler)

    def clear_timer(self, slot):
        if slot in timers:
            timers[slot].callback = None
        alarms.clear(slot)

    def hold(self, us):
        self._be_busy(us, True)

    def spend(self, us):
        self._be_busy(us, False)

    def _be_busy(self, us, held):
        clock.now_us += us
        if _running:
            alarms.note(clock.now_us, held)
            self.serve_waiting()

    def schedule(self, callback, argument):
        alarms.schedule(callback, argument)
        self.serve_waiting()

    def serve_waiting(self):
        """Call what waits in the chip's queue, unless a callback runs."""
        if self._serving:
            return
        self._serving = True
        try:
            while alarms.waiting():
                alarms.take()
                alarms.call_taken()
        finally:
            self._serving = False

    def run(self, until_us):
        """Serve every alarm up to a time."""
        while True:
            slot = alarms.first()
            if alarms.due[slot] > until_us:
                break
            clock.now_us = max(clock.now_us, alarms.due[slot])
            alarms.note(clock.now_us, False)
            self.serve_waiting()
        clock.now_us = max(clock.now_us, until_us)

    def arm_watchdog(self, timeout_us):
        """`WDT.fed` counts."""


class _Sensors:
    def reading(self, index):
        return sensors[index] << 4

    def force_share(self):
        """Mean of all sensors as a share of the range, in thousandths: what a fake IMU goes by."""
        return sum(sensors) * 1000 // (16 * 4095)


class _Imu:
    """An LSM6DSO when `registers` holds its identity: its FIFO has two samples of what the output registers
    hold each time that it is asked, or nothing where STATUS_REG says that nothing is new."""

    def read_into(self, register, buffer):
        if not registers[0x0F]:
            raise OSError(19)
        if register == 0x3A:
            buffer[0] = 4 if registers[0x1E] == 3 else 0
            buffer[1] = 0
        elif register == 0x78:
            for i in range(len(buffer)):
                word, at = i // 7, i % 7
                tag = 2 - (word + 1) % 2  # angular rate first
                buffer[i] = registers[0x28 - 6 * (word % 2 == 0) + at - 1] if at else tag << 3
        else:
            for i in range(len(buffer)):
                buffer[i] = registers[register + i]

    def write(self, register, data):
        registers[register] = data[0]


class Flash(RamFlash):
    """Attributes: `broken`, whether writes and erases fail."""

    broken = False

    def writeblocks(self, block, buf, offset=None):
        if self.broken:
            raise OSError(5)
        super().writeblocks(block, buf, offset)
        chip_flash.take_time_to_program(block * 4096 + offset, len(buf))

    def erase(self, block, length=4096):
        for start in range(block * 4096, block * 4096 + length, 64):
            self.data[start : start + 64] = (
                _BLANK  # in small pieces: a large one would need heap of the firmware's
            )

    def ioctl(self, op, arg):
        if op == 6 and self.broken:
            raise OSError(5)
        answer = super().ioctl(op, arg)
        if op == 6:
            chip_flash.take_time_to_erase()
        return answer


def _note(kind, *values):
    if kind == "pin":
        modes[values[0]] = values[1:]
    elif kind == "adc":
        attenuations[values[0]] = values[1]
    elif kind == "i2c":
        buses.append(values)
    elif kind == "watchdog":
        watchdogs.append(values[0])
    elif kind == "wake":
        wakes.append(values)


clock = _Clock()
log = Flash(64)

hardware.clock = clock
hardware.timers = _Timers()
_running = []  # holds something while timers fire by themselves
hardware.sensors = _Sensors()
hardware.i2c_devices[hardware.board.IMU_ADDRESS] = _Imu()
hardware.partitions.append(hardware.PartitionEntry("log", log))
hardware.leave = lambda request: events.append(
    request.replace("reset hard", "reset").replace("reset deep", "deep")
)
hardware.note = _note

import air  # noqa: E402 - the radio of a test

hardware.radio = air.Air()

from sim.chip import bluetooth, esp32, machine, scheduler, task, ticks, usb  # noqa: E402 - with what they are wired to

sys.modules["sys"] = usb.system()
sys.modules["time"] = ticks
hardware.usb = usb.NoCable()
sys.modules["machine"] = machine
sys.modules["esp32"] = esp32
sys.modules["micropython"] = scheduler
sys.modules["bluetooth"] = bluetooth
# The interpreter's built-in task queue has the computer's clock; the one in Python follows ours.
sys.modules["_asyncio"] = None
sys.modules["asyncio.task"] = task
import asyncio  # noqa: E402 - with the new clock

task.core = asyncio.core


def advance(us):
    """Let time pass; no timer fires by itself."""
    clock.now_us += us


STILL = ("flash_erase_us", "flash_program_us")


def stand_still():
    """Flash takes no time: most tests count slots by a clock that they move themselves."""
    for name in STILL:
        behaviour.put(name, 0)


stand_still()


def unkind(level=behaviour.TYPICAL):
    """Every behaviour of the chip at its typical (or worst) value, those that take time too; `stand_still`
    ends it."""
    behaviour.use(level)


def busy(action, *arguments):
    """Do something during which timers fire as on the chip: late when it is held, one callback at a time."""
    _running.append(1)
    try:
        action(*arguments)
    finally:
        _running.pop()


def run(us):
    """Let time pass as on the chip: timers fire at their alarms."""
    busy(hardware.timers.run, clock.now_us + us)


card = None  # the SD NAND, when the board has one
sectors = None  # of the card, once there was one: what `power_cut` cuts


def insert_card(there, blank=True):
    """Put the SD NAND on its bus, with nothing on it, or with what it held; or take it away."""
    global card, sectors
    hardware.spi_devices.pop(board.SD_CS_PIN, None)
    card = None
    if there:
        if sectors is None:
            sectors = RamCard(16)
        elif blank:
            sectors.do("erase", 0, sectors.pages * 8 - 1, None)
        card = hardware.spi_devices[board.SD_CS_PIN] = sd_card.SdCard(sectors)


def new_radio(kind=air.Air):
    """A chip whose radio has just got its power: what hung on the one before is forgotten."""
    hardware.radio = kind()
    bluetooth.BLE._instance = None
    return hardware.radio
