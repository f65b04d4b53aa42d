"""The chip's clock, turned by the host: hours pass as fast as the firmware works through their events.

This module is the board's crystal and stands in for `select`. True time moves only in `advance`; timers,
connection events and what the host has announced happen on the way, each at its own microsecond.
"""

from array import array

import wire

_FOREVER = 1 << 60
TIMERS = 8
POLLIN, POLLOUT = 1, 4
_POLL = 3

_settings = wire.settings
_now_us = _settings["true_us"]
_state = array("q", [_now_us, _now_us, _settings["drift_ppb"], 0, _now_us, 0, 0])
_NOW, _ORIGIN, _DRIFT, _OFFSET, _LIMIT, _FIRST, _STOP = range(7)
_due = array("q", [_FOREVER] * TIMERS)
_period = array("q", [0] * TIMERS)
_handlers = [None] * TIMERS
_inputs = []  # (true us, fields of the line), in order
radio = None  # has next_us and event()
obey = {}  # what the host may say, by word


def true_us():
    return _state[_NOW]


def device_us():
    elapsed = _state[_NOW] - _state[_ORIGIN]
    return _state[_OFFSET] + elapsed + elapsed * _state[_DRIFT] // 1000000000


def to_true(device_us_later):
    """True time at which the device's clock will show this: rounded up."""
    ahead = device_us_later - device_us()
    return _state[_NOW] + (ahead * 1000000000 + 999999999 + _state[_DRIFT]) // (1000000000 + _state[_DRIFT])


def change_drift(ppb):
    """The crystal runs at another rate from now on."""
    now = device_us()
    _state[_OFFSET] = now
    _state[_ORIGIN] = _state[_NOW]
    _state[_DRIFT] = ppb
    wire.tell(101, _state[_NOW], b"clock %d %d" % (now, ppb))


def sleep_us(us):
    advance(to_true(device_us() + us))


def set_timer(slot, first_us, period_us, handler):
    """Have `handler()` called in `first_us` and then each `period_us` (0: once), by the board's crystal."""
    _handlers[slot] = handler
    _period[slot] = period_us
    _due[slot] = device_us() + first_us
    _find_next_timer()


def clear_timer(slot):
    _due[slot] = _FOREVER
    _handlers[slot] = None
    _find_next_timer()


def _find_next_timer():
    slot = 0
    for i in range(1, TIMERS):
        if _due[i] < _due[slot]:
            slot = i
    _state[_FIRST] = slot


def advance(until_us):
    """Move true time to `until_us` or to the first thing that happens before; True if anything happened."""
    while True:
        slot = _state[_FIRST]
        timer_us = to_true(_due[slot]) if _due[slot] < _FOREVER else _FOREVER
        first = min(timer_us, until_us, radio.next_us)
        if _inputs and _inputs[0][0] < first:
            first = _inputs[0][0]
        if first > _state[_LIMIT]:
            _state[_NOW] = max(_state[_NOW], _state[_LIMIT])
            _meet_host()
            continue
        if first > _state[_NOW]:
            _state[_NOW] = first
        if _inputs and _inputs[0][0] <= first:
            fields = _inputs.pop(0)[1]
            obey[fields[0]](fields)
            return True
        if timer_us <= first:
            if _period[slot]:
                _due[slot] += _period[slot]
                _find_next_timer()
                _handlers[slot]()
            else:
                handler = _handlers[slot]
                clear_timer(slot)
                handler()
            return True
        if radio.next_us <= first:
            if radio.event() and _state[_STOP]:
                _state[_LIMIT] = _state[_NOW]  # the host wants to hear of it before anything else happens
            return True
        return False


def _meet_host():
    """Tell the host that its time is reached, and take what it says until it lets the chip run on."""
    wire.tell(114, _state[_NOW])
    while True:
        fields = wire.line()
        if fields[0] == "go":
            _state[_LIMIT] = int(fields[1])
            _state[_STOP] = int(fields[2])
            return
        if fields[0] == "at":
            _inputs.append((max(int(fields[1]), _state[_NOW]), fields[2:]))
            _inputs.sort(key=_time_of)
        else:
            obey[fields[0]](fields)


def _time_of(entry):
    return entry[0]


class poll:
    """`select.poll`: objects of the firmware are asked, streams are never ready, waiting moves time."""

    def __init__(self):
        self._objects = {}

    def register(self, stream, flags=POLLIN | POLLOUT):
        if not hasattr(stream, "fileno"):
            self._objects[id(stream)] = (stream, flags)

    def unregister(self, stream):
        self._objects.pop(id(stream), None)

    def modify(self, stream, flags):
        if id(stream) in self._objects:
            self._objects[id(stream)] = (stream, flags)

    def _ready(self):
        return [
            (one, one.ioctl(_POLL, flags)) for one, flags in self._objects.values() if one.ioctl(_POLL, flags)
        ]

    def poll(self, timeout=-1):
        if timeout == 0 and not self._objects:
            return []
        found = self._ready()
        if found or timeout == 0:
            return found
        until = _FOREVER if timeout < 0 else to_true((device_us() // 1000 + timeout) * 1000)
        while _state[_NOW] < until:
            if advance(until):
                found = self._ready()
                if found:
                    return found
        return found

    def ipoll(self, timeout=-1, flags=0):
        return self.poll(timeout)
