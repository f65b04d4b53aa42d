"""`machine`: pins, ADC, timers, I2C, watchdog, sleep and reset of the virtual chip."""

import machine as _machine

from sim.chip import behaviour, code_time, hardware, pins
from sim.chip.hardware import board, supply
from sim.chip.rtc import RTC  # noqa: F401 (part of the module)
from sim.chip.spi import SPI  # noqa: F401 (part of the module)

PWRON_RESET, HARD_RESET, WDT_RESET, DEEPSLEEP_RESET, SOFT_RESET = 1, 2, 3, 4, 5
PIN_WAKE, EXT0_WAKE, EXT1_WAKE, TIMER_WAKE = 1, 2, 3, 4

_TIMERS = 8  # the chip has four; the others are virtual

time_pulse_us = _machine.time_pulse_us
Signal = _machine.Signal


class Pin(_machine.PinBase):
    """One pin; `value`, `on`, `off` and calling it work on the shared table of levels."""

    IN, OUT, OPEN_DRAIN = 1, 3, 7
    PULL_UP, PULL_DOWN = 2, 1
    IRQ_RISING, IRQ_FALLING = 1, 2
    WAKE_LOW, WAKE_HIGH = 4, 5

    def __init__(self, number, mode=-1, pull=-1, *, value=None, drive=None, hold=None):
        if isinstance(number, Pin):
            number = number._number
        if not 0 <= number < 49:
            raise ValueError("invalid pin")
        self._number = number
        self.init(mode, pull, value=value)

    def init(self, mode=-1, pull=-1, *, value=None, drive=None, hold=None):
        hardware.note("pin", self._number, mode, pull)
        if value is not None:
            pins.levels[self._number] = 1 if value else 0
        elif pull == Pin.PULL_UP:
            pins.pull_up(self._number)

    def value(self, level=None):
        if level is None:
            return pins.levels[self._number]
        level = 1 if level else 0
        if self._number == board.LED_PIN and level != pins.levels[board.LED_PIN]:
            hardware.led_changed(level)
        pins.levels[self._number] = level
        return None

    def __call__(self, level=None):
        return self.value(level)

    def on(self):
        pins.levels[self._number] = 1

    def off(self):
        pins.levels[self._number] = 0

    def toggle(self):
        pins.levels[self._number] ^= 1

    def irq(self, handler=None, trigger=3, *, wake=None, hard=False):
        pins.handlers[self._number] = (handler, trigger, self) if handler else None

    def __repr__(self):
        return "Pin(%d)" % self._number


class ADC:
    """The converter behind the multiplexer, or at the battery."""

    ATTN_0DB, ATTN_2_5DB, ATTN_6DB, ATTN_11DB = 0, 1, 2, 3
    WIDTH_12BIT = 12

    def __init__(self, pin, *, atten=3, **options):
        self._number = pin._number if isinstance(pin, Pin) else pin
        hardware.note("adc", self._number, atten)
        self._sensors = self._number == board.ADC_PIN
        self._battery = self._number == board.BATTERY_ADC_PIN

    def read_u16(self):
        if self._sensors:
            index = pins.selected_index()
            return hardware.sensors.reading(index) if index != pins.CHANNEL_OF_NOTHING else supply["rest"]
        if self._battery:
            return self.read_uv() * 65535 // (board.ADC_FULL_SCALE_MV * 1000)
        return 0

    def read(self):
        return self.read_u16() >> 4

    def read_uv(self):
        if self._battery:
            return supply["battery_mv"] * 1000 // board.BATTERY_DIVIDER
        return self.read_u16() * board.ADC_FULL_SCALE_MV * 1000 // 65535

    def atten(self, value):
        pass

    def width(self, value):
        pass


class Timer:
    """A hardware timer (0 to 3) or a virtual one (-1); callbacks come between two bytecodes of the main
    thread.

    Attributes: `inits`, how often any was initialised since power-on.
    """

    ONE_SHOT, PERIODIC = 0, 1
    _taken = {}
    inits = 0

    def __init__(self, number=-1, **options):
        if number >= 4 or number < -1:
            raise ValueError("invalid timer")
        if number < 0:
            number = 4
            while number in Timer._taken:
                number += 1
            if number >= _TIMERS:
                raise OSError(12)
        self._slot = number
        self._callback = None
        Timer._taken[number] = self
        if options:
            self.init(**options)

    def init(self, *, mode=1, period=-1, freq=-1, callback=None, hard=False, tick_hz=1000):
        Timer.inits += 1
        if Timer.inits > behaviour.value("timer_inits"):
            for number in range(4):  # their clock has stopped
                hardware.timers.clear_timer(number)
            return
        period_us = 1000000 // freq if freq > 0 else period * 1000000 // tick_hz
        if period_us <= 0:
            raise ValueError("period or freq needed")
        self._callback = callback
        code_time.install()
        hardware.timers.set_timer(
            self._slot, period_us, period_us if mode == Timer.PERIODIC else 0, self._fire
        )

    def _fire(self):
        if self._callback is not None:
            self._callback(self)

    def deinit(self):
        hardware.timers.clear_timer(self._slot)

    def value(self):
        return 0


class I2C:
    """A bus with the devices of `hardware.i2c_devices`; `supply["i2c_stuck"]` holds one of its lines low.

    Stuck is 0 not at all, 1 until nine clock pulses come, which the chip sends at the transaction after one
    that has timed out, 2 for good.
    """

    def __init__(self, number=0, *, scl=None, sda=None, freq=400000, timeout=50000):
        hardware.note("i2c", number, scl and scl._number, sda and sda._number, freq)
        self._timeout_us = timeout
        self._timed_out = False

    def _device(self, address):
        self._wait_for_bus()
        device = hardware.i2c_devices.get(address)
        if device is None:
            raise OSError(19)  # ENODEV: nobody acknowledged
        return device

    def _wait_for_bus(self):
        step_us = behaviour.value("i2c_wait_step_us")
        stuck = supply["i2c_stuck"]
        if self._timed_out and stuck:
            hardware.spend(behaviour.value("i2c_clear_bus_us"))
            if stuck == 1:
                supply["i2c_stuck"] = stuck = 0
        self._timed_out = bool(stuck) or self._timeout_us < step_us
        if self._timed_out:
            if step_us:
                hardware.spend(self._timeout_us // step_us * step_us)
            raise OSError(116)  # ETIMEDOUT

    def scan(self):
        return list(hardware.i2c_devices)

    def readfrom_mem_into(self, address, register, buffer, *, addrsize=8):
        self._device(address).read_into(register, buffer)

    def readfrom_mem(self, address, register, count, *, addrsize=8):
        buffer = bytearray(count)
        self._device(address).read_into(register, buffer)
        return bytes(buffer)

    def writeto_mem(self, address, register, data, *, addrsize=8):
        self._device(address).write(register, data)

    def writeto(self, address, data, stop=True):
        self._device(address).write(data[0], data[1:])
        return len(data)


SoftI2C = I2C


class WDT:
    """Resets the board when it is not fed in time; cannot be stopped.

    Attributes: `timeout` in ms; `fed`, how often it was fed.
    """

    def __init__(self, id=0, timeout=5000):
        self.timeout = timeout
        self.fed = 0
        hardware.note("watchdog", self)
        hardware.timers.arm_watchdog(timeout * 1000)

    def feed(self):
        self.fed += 1
        hardware.timers.arm_watchdog(self.timeout * 1000)


def reset():
    hardware.leave("reset hard")


def soft_reset():
    hardware.leave("reset soft")


def bootloader(timeout=0):
    hardware.leave("bootloader")


def deepsleep(time_ms=0):
    hardware.leave("reset deepsleep %d" % time_ms)


def lightsleep(time_ms=0):
    hardware.sleep(time_ms * 1000 if time_ms else 1 << 50)


def idle():
    hardware.sleep(100)


def reset_cause():
    return supply["cause"]


def wake_reason():
    return TIMER_WAKE if supply["cause"] == DEEPSLEEP_RESET else 0


def unique_id():
    return supply["unique_id"]


def freq(hz=None):
    if hz is None:
        return supply["frequency"]
    if hz not in (20000000, 40000000, 80000000, 160000000, 240000000):
        raise ValueError("frequency must be 20MHz, 40MHz, 80Mhz, 160MHz or 240MHz")
    supply["frequency"] = hz
    return None


def disable_irq():
    return hardware.timers.mask(True)


def enable_irq(state):
    if not state:
        hardware.timers.mask(False)
