"""Alarms of the chip's timers, and the queue in which their callbacks wait for the main thread.

A timer's interrupt asks for a callback, and the interpreter calls it between two bytecodes of the main
thread. While that is busy in C code, callbacks wait in a queue of few places, and what finds no room is
dropped. While flash is written not even the interrupts run; they come late then, one a timer. All times
are of the board's crystal. Nothing here knows how time passes: the twin, the soak and the tests say so.
"""

import sys
from array import array

from sim.chip import behaviour

TIMERS = 8
FOREVER_US = 1 << 60
_ROOM = 64  # of the queue here; how much of it the chip has is a behaviour

_LONG = "l" if sys.maxsize >> 32 else "q"  # where "l" will do: reading a "q" makes a heap object each time
due = array(_LONG, [FOREVER_US] * TIMERS)
period = array("l", [0] * TIMERS)  # 0: fires once
handlers = [None] * TIMERS
_callbacks = [None] * _ROOM
_arguments = [None] * _ROOM
_taken = [None, None]
_NO_ARGUMENT = object()
_FIRST, _OLDEST, _COUNT, DROPPED = range(4)
state = array("l", [0, 0, 0, 0])


def set_alarm(slot, due_us, period_us, handler):
    """Have `handler()` asked for at `due_us` and then each `period_us` (0: once)."""
    period[slot] = period_us
    handlers[slot] = handler
    due[slot] = due_us
    _find_first()


def clear(slot):
    """No more alarms of a timer; a callback that waits in the queue still comes, as on the chip."""
    due[slot] = FOREVER_US
    if not behaviour.value("timer_late_callback"):
        for i in range(_ROOM):
            if _callbacks[i] is handlers[slot]:
                _callbacks[i] = None
    handlers[slot] = None
    _find_first()


def first():
    """The timer whose alarm comes next."""
    return state[_FIRST]


def _find_first():
    slot = 0
    i = 1
    while i < TIMERS:
        if due[i] < due[slot]:
            slot = i
        i += 1
    state[_FIRST] = slot


def go_on(slot):
    """The alarm of `slot` has been served: on to the next one."""
    due[slot] = due[slot] + period[slot] if period[slot] else FOREVER_US
    _find_first()


def shift(step_us):
    """The clock was set: alarms are due as long from now as before."""
    for i in range(TIMERS):
        if due[i] != FOREVER_US:
            due[i] += step_us


def note(end_us, held):
    """Up to `end_us` the main thread runs no callback: what timers ask for meanwhile waits in the queue.

    Args:
        held: interrupts wait as well. A timer whose alarm is then a period old has counted on past its next
            alarm: that one comes at once, and the timer counts from there, with another phase.
    """
    lost = held and behaviour.value("timer_phase_lost")
    while True:
        slot = state[_FIRST]
        late_us = end_us - due[slot]
        if late_us < 0:
            return
        _put(handlers[slot], _NO_ARGUMENT)
        if lost and period[slot] and late_us >= period[slot]:
            _put(handlers[slot], _NO_ARGUMENT)
            due[slot] = end_us + period[slot]
            _find_first()
        else:
            go_on(slot)


def _put(callback, argument):
    """Whether there was room in the queue."""
    room = behaviour.value("schedule_depth")
    if state[_COUNT] >= room:
        state[DROPPED] += 1
        return False
    place = (state[_OLDEST] + state[_COUNT]) % _ROOM
    _callbacks[place] = callback
    _arguments[place] = argument
    state[_COUNT] += 1
    return True


def schedule(callback, argument):
    """`micropython.schedule`. RuntimeError when the queue is full."""
    if not _put(callback, argument):
        raise RuntimeError("schedule queue full")


def waiting():
    """How many callbacks are in the queue."""
    return state[_COUNT]


def take():
    """Take what has waited longest off the queue; `call_taken` calls it."""
    place = state[_OLDEST]
    _taken[0], _taken[1] = _callbacks[place], _arguments[place]
    _callbacks[place] = _arguments[place] = None
    state[_OLDEST] = (place + 1) % _ROOM
    state[_COUNT] -= 1


def call_taken():
    """Call what `take` has taken."""
    callback, argument = _taken
    if callback is None:  # of a timer that was stopped
        return
    if argument is _NO_ARGUMENT:
        callback()
    else:
        callback(argument)
