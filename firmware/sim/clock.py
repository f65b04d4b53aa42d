"""The board's crystal: device time from the computer's monotonic clock, with drift and offset.

True time is CLOCK_MONOTONIC in microseconds, which the host reads too; hence the host can say what the
device's clock showed at any instant. The rule between them is reported to the supervisor whenever it changes.

Firmware sees the crystal with one correction. A chip serves its timers on time, while a busy computer may
stop a whole process for 50 ms. So time as firmware sees it never passes a timer callback that is due and not
yet served, and inside a callback it runs on from the moment when the callback was due. When the computer is
quick, nothing differs.
"""

import time as _time
from array import array

from sim import settings

true_us = _time.ticks_us

FOREVER_US = 1 << 60
_events = settings.descriptor("events", "wb")
_clock = settings.values["clock"]
_origin_us = _clock["origin_us"]
_offset_us = _clock["offset_us"]
_drift_ppb = _clock["drift_ppb"]

_HORIZON, _BEHIND, _BEGUN = range(3)
# crystal time of the next callback to serve; how far behind the crystal the callback that runs is; when it
# was due, until it first looks ("l", not "q": reading a "q" makes a heap object each time)
_seen = array("l", [FOREVER_US, 0, FOREVER_US])


def crystal_us():
    """Microseconds since the board's power-on by its own crystal."""
    elapsed = true_us() - _origin_us
    return _offset_us + elapsed + elapsed * _drift_ppb // 1000000000


def device_us():
    """The crystal as firmware sees it; never wraps here (`ticks_us` does)."""
    begun = _seen[_BEGUN]
    if begun != FOREVER_US:
        _seen[_BEGUN] = FOREVER_US
        _seen[_BEHIND] = crystal_us() - begun
        return begun
    horizon = _seen[_HORIZON]  # read once and first: a callback may come between any two lines and move it
    now = crystal_us() - _seen[_BEHIND]
    return now if now < horizon else horizon


def running_us():
    """The crystal, less what the callback that runs is behind; other than `device_us` it stops for none."""
    return crystal_us() - _seen[_BEHIND]


def seen_true_us():
    """True time to which `device_us` belongs: when the sensors are read, as far as firmware can tell."""
    return _origin_us + true_wait_us(device_us() - _offset_us)


def set_horizon(crystal):
    """Firmware shall not see times after this: a callback is due then."""
    _seen[_HORIZON] = crystal


def begin_callback(due):
    """The callback that was due at crystal time `due` begins.

    The computer may stop the process right here, before the handler has asked for the time even once.
    """
    _seen[_BEGUN] = due


def end_callback():
    """It has ended."""
    _seen[_BEGUN] = FOREVER_US
    _seen[_BEHIND] = 0


def true_wait_us(device_wait_us):
    """How long, in true microseconds, the crystal needs for `device_wait_us` of its own."""
    return device_wait_us * 1000000000 // (1000000000 + _drift_ppb)


def change(drift_ppb, step_us):
    """From now on run with another drift, after a step; the past keeps the old rule."""
    global _origin_us, _offset_us, _drift_ppb
    now = true_us()
    elapsed = now - _origin_us
    _offset_us += elapsed + elapsed * _drift_ppb // 1000000000 + step_us
    _origin_us = now
    _drift_ppb = drift_ppb
    report()


def report():
    """Tell the supervisor the rule in force: device = offset + (true - origin) * (1 + drift)."""
    _events.write(b"clock %d %d %d\n" % (_origin_us, _offset_us, _drift_ppb))


def tell(text):
    """Send one line to the supervisor."""
    _events.write(text)
