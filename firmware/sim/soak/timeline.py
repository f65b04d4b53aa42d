"""The chip's clock, turned by the host: hours pass as fast as the firmware works through their events.

This module is the board's crystal and stands in for `select`. True time moves only in `advance`; timers,
connection events and what the host has announced happen on the way, each at its own microsecond.
"""

from array import array

import held
import wire
from sim.chip import alarms, behaviour

_FOREVER = alarms.FOREVER_US
POLLIN, POLLOUT = 1, 4
_POLL = 3

_settings = wire.settings
_now_us = _settings["true_us"]
_state = array("l", [_now_us, _now_us, _settings["drift_ppb"], 0, _now_us, 0, 0, _FOREVER])
_NOW, _ORIGIN, _DRIFT, _OFFSET, _LIMIT, _SERVING, _STOP, _WATCHDOG = range(8)
_due = alarms.due
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
    """`time.sleep_us`; within a callback no other one is served meanwhile."""
    if _state[_SERVING]:
        spend(us)
        return
    end = to_true(device_us() + us)
    while _state[_NOW] < end:
        advance(end)


def set_timer(slot, first_us, period_us, handler):
    """Have `handler()` called in `first_us` and then each `period_us` (0: once), by the board's crystal."""
    alarms.set_alarm(slot, device_us() + first_us, period_us, handler)


def arm_watchdog(timeout_us):
    """Reset the chip unless this is called again within `timeout_us`; no interrupt is needed for that."""
    _state[_WATCHDOG] = to_true(device_us() + timeout_us)


def bite():
    """The watchdog resets the chip, as whoever runs it has set."""
    raise SystemExit


def advance(until_us):
    """Move true time to `until_us` or to the first thing that happens before; True if anything happened."""
    while True:
        slot = alarms.first()
        timer_us = to_true(_due[slot]) if _due[slot] < _FOREVER else _FOREVER
        first = min(timer_us, until_us, radio.next_us)
        if _inputs and _inputs[0][0] < first:
            first = _inputs[0][0]
        if not _reach(first):
            continue
        if _inputs and _inputs[0][0] <= first:
            fields = _inputs.pop(0)[1]
            obey[fields[0]](fields)
            return True
        if timer_us <= first:
            handler = alarms.handlers[slot]
            alarms.go_on(slot)
            _serve(handler)
            return True
        if radio.next_us <= first:
            _connection_event()
            return True
        return False


def _reach(true_us):
    """Move time there, if the host lets it; False when it had to be asked first."""
    if true_us > _state[_LIMIT]:
        _state[_NOW] = max(_state[_NOW], _state[_LIMIT])
        _meet_host()
        return False
    if true_us > _state[_NOW]:
        _state[_NOW] = min(true_us, _state[_WATCHDOG])
    if true_us >= _state[_WATCHDOG]:
        bite()
    return True


def _connection_event():
    if radio.event() and _state[_STOP]:
        _state[_LIMIT] = _state[_NOW]  # the host wants to hear of it before anything else happens


def _serve(handler):
    """Call a timer's handler, and then what has come to wait in the chip's queue meanwhile."""
    _state[_SERVING] = 1
    try:
        handler()
        while alarms.waiting():
            alarms.take()
            alarms.call_taken()
    finally:
        _state[_SERVING] = 0


def hold(us):
    """Flash work: nothing outside IRAM runs for so long, no interrupt and no radio's host."""
    _be_busy(us, True)


def spend(us):
    """Work in C, or code whose time is charged: interrupts are noted, callbacks come afterwards."""
    _be_busy(us, False)


def _be_busy(us, interrupts_wait):
    """The main thread serves nothing for `us`; the radio's own controller goes on, and what the host says
    waits."""
    if us <= 0:
        return
    begun_us = device_us()
    end_us = begun_us + us
    end = to_true(end_us)
    while _state[_NOW] < end:
        first = min(end, radio.next_us)
        if _reach(first) and radio.next_us <= first:
            _connection_event()
    held.note(begun_us, end_us)
    alarms.note(end_us, interrupts_wait)
    if not _state[_SERVING] and alarms.waiting():
        _serve(_nothing)


def _nothing():
    pass


def schedule(callback, argument):
    """`micropython.schedule`: between two bytecodes, so at once unless another callback runs."""
    alarms.schedule(callback, argument)
    if not _state[_SERVING]:
        _serve(_nothing)


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
        if timeout < 0:
            end = until = _FOREVER
        else:
            end_us = (device_us() // 1000 + timeout) * 1000
            tick_us = behaviour.value("tick_us")
            end = to_true(end_us)
            until = to_true((end_us + tick_us - 1) // tick_us * tick_us)
        while _state[_NOW] < until:
            if advance(until):
                found = self._ready()
                if found or _state[_NOW] >= end:
                    return found
        return found

    def ipoll(self, timeout=-1, flags=0):
        return self.poll(timeout)
