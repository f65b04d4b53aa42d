"""The sensors' voltages over time, from a file: rows of 16 ADC readings in layout order, by true time.

Beside it there may be a file of motion: rows of 6 values in the axes of the chip that measures it, in counts
of its widest ranges.

Reading allocates nothing: firmware may lock its heap while it scans.
"""

import struct
from array import array

from sim import clock, settings
from sim.chip.hardware import supply

_HEADER = "<4sHHIQ"
_feed = settings.values["feed"]
_start_us = _feed["start_us"]
_loop = _feed["loop"]
_row = array("H", [0] * 16)
_held = array("l", [-1, -1])  # row in memory, sensor read last
_file = None
_rows = 0
_rate_hz = 0

if _feed["file"]:
    _file = open(_feed["file"], "rb")  # noqa: SIM115 (open as long as the board runs)
    _magic, _version, _channels, _rate_hz, _rows = struct.unpack(_HEADER, _file.read(32))
    if _magic != b"PGFD" or _version != 1 or _channels != 16 or not _rate_hz or not _rows:
        raise ValueError("not a sensor feed of version 1 with 16 channels: " + _feed["file"])

_MOTION_HEADER = "<4sHHIQ"
_motion_file = None
_motion_rows = 0
_motion_hz = 0
_motion_now = array("h", [0] * 6)
_motion_held = array("l", [-1])

if _feed.get("motion"):
    _motion_file = open(_feed["motion"], "rb")  # noqa: SIM115 (open as long as the board runs)
    _magic, _version, _channels, _motion_hz, _motion_rows = struct.unpack(
        _MOTION_HEADER, _motion_file.read(32)
    )
    if _magic != b"PGMF" or _version != 1 or _channels != 6 or not _motion_hz or not _motion_rows:
        raise ValueError("not a motion feed of version 1 with 6 channels: " + _feed["motion"])


def motion_into(time_us, motion):
    """Put the motion at a device time not long ago into `motion`; False without a file of motion."""
    if _motion_file is None:
        return False
    true_us = clock.seen_true_us() - (clock.device_us() - time_us)
    index = (true_us - _start_us) * _motion_hz // 1000000
    if index < 0:
        index = 0
    elif index >= _motion_rows:
        index = index % _motion_rows if _loop else _motion_rows - 1
    if index != _motion_held[0]:
        _motion_file.seek(32 + index * 12)
        _motion_file.readinto(_motion_now)
        _motion_held[0] = index
    for axis in range(6):
        motion[axis] = _motion_now[axis]
    return True


def row_now():
    """Index of the row that holds at this moment of true time; before the start the first one."""
    index = (clock.seen_true_us() - _start_us) * _rate_hz // 1000000
    if index < 0:
        return 0
    if index < _rows:
        return index
    return index % _rows if _loop else _rows - 1


def reading(layout_index):
    """What `ADC.read_u16` returns for one sensor now."""
    if _file is None:
        return supply["rest"]
    if layout_index == _held[1]:
        return _row[layout_index]  # converted again at once, for the mean of several conversions
    _held[1] = layout_index
    index = row_now()
    if index != _held[0]:
        _file.seek(32 + index * 32)
        _file.readinto(_row)
        _held[0] = index
    return _row[layout_index]


def force_share():
    """Mean reading of all sensors as a share of the range, in thousandths: what the motion model goes by."""
    _held[1] = -1
    reading(0)
    total = 0
    for value in _row:
        total += value
    return total * 1000 // (16 * 65535)
