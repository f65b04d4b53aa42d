"""`time` by the board's crystal, with tick counters that wrap at 2**30 as on the ESP32."""

import time as _time

from sim.chip import hardware

_PERIOD = 1 << 30
_MASK = _PERIOD - 1
_HALF = _PERIOD >> 1
_EPOCH_S = 946684800  # a board without a set clock believes that it is 2000-01-01

_device_us = hardware.clock.device_us
sleep_us = hardware.clock.sleep_us

gmtime = _time.gmtime
mktime = _time.mktime


def ticks_us():
    return _device_us() & _MASK


def ticks_ms():
    return (_device_us() // 1000) & _MASK


def ticks_cpu():
    return _device_us() & _MASK


def ticks_add(ticks, delta):
    return (ticks + delta) & _MASK


def ticks_diff(end, start):
    return ((end - start + _HALF) & _MASK) - _HALF


def sleep_ms(ms):
    if ms > 0:
        sleep_us(ms * 1000)


def sleep(seconds):
    sleep_ms(int(seconds * 1000))


def time():
    return _EPOCH_S + _device_us() // 1000000


def time_ns():
    return _EPOCH_S * 1000000000 + _device_us() * 1000


def localtime(seconds=None):
    return _time.gmtime(time() if seconds is None else seconds)
