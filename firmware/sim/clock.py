"""The board's crystal: device time from the computer's monotonic clock, with drift and offset.

True time is CLOCK_MONOTONIC in microseconds, which the host reads too; hence the host can say what the
device's clock showed at any instant. The rule between them is reported to the supervisor whenever it changes.
"""

import time as _time

from sim import settings

true_us = _time.ticks_us

_events = settings.descriptor("events", "wb")
_clock = settings.values["clock"]
_origin_us = _clock["origin_us"]
_offset_us = _clock["offset_us"]
_drift_ppb = _clock["drift_ppb"]


def device_us():
    """Microseconds since the board's power-on by its own crystal (never wraps here; `ticks_us` does)."""
    elapsed = true_us() - _origin_us
    return _offset_us + elapsed + elapsed * _drift_ppb // 1000000000


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
