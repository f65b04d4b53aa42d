"""Interrupts: one thread waits for timers, the radio, the watchdog and the control pipe, and calls the main
thread.

The interpreter has no global lock, so the thread keeps to preallocated arrays and integers: it allocates
nothing, changes no dictionary, and no count has two writers. Handlers run in the main thread through
`micropython.schedule`, between two bytecodes as on the chip. `schedule` alone does not end a system call in
which the main thread waits, therefore the wake pipe.
"""

import _thread
import select as _select
import time as _time
from array import array

import micropython

from sim import clock, settings

TIMERS = 8
# Callbacks of one timer that may wait; more are dropped and counted. A chip queues 8, but a busy computer may
# stop the process for longer than a chip is ever held, which must not look like a fault of the firmware.
QUEUE = 50

_FOREVER_US = clock.FOREVER_US
_due = array("l", [_FOREVER_US] * TIMERS)
_period = array("l", [0] * TIMERS)  # 0: fires once
_next = array("l", [_FOREVER_US] * TIMERS)  # when the next callback to serve is or was due; main thread only
_fired = array("l", [0] * TIMERS)  # callbacks to serve, ever; written by the thread
_served = array("l", [0] * TIMERS)  # of these, those begun or given up; written by the main thread
_dropped = array("l", [0] * TIMERS)
_skipped = array("l", [0] * TIMERS)  # of the dropped ones, those that `_next` has left behind
_handlers = [None] * TIMERS

_SCHEDULED, _ASLEEP, _WOKEN, _MASKED, _INPUT, _FIRED, _SERVING, _PENDING = range(8)
_state = bytearray(8)
_pending_us = array("l", [0])  # when the Ctrl-C came that is pending
_KEEP_US = 200000  # firmware that has not waited by then has to be interrupted anew
_watchdog = array("l", [_FOREVER_US])

wake_in = settings.descriptor("wake_in", "rb")
_wake_out = settings.descriptor("wake_out", "wb")
_kick_in = settings.descriptor("kick_in", "rb")
_kick_out = settings.descriptor("kick_out", "wb")
_one = bytearray(1)
_inputs = {}  # stream -> handler; the thread sees only the poller
_poller = _select.poll()
_poller.register(_kick_in, _select.POLLIN)


def _call_main():
    """Have `_dispatch` run in the main thread, at once even if it waits in a system call."""
    if not _state[_SCHEDULED]:
        _state[_SCHEDULED] = 1
        try:
            micropython.schedule(_dispatch, None)
        except RuntimeError:  # the firmware's own callbacks fill the queue: the next turn tries again
            _state[_SCHEDULED] = 0
    if _state[_ASLEEP] and not _state[_WOKEN]:
        _state[_WOKEN] = 1
        _wake_out.write(b"!")


def _expire(now):
    """Count what every due timer has to deliver; returns the time until the next one, at most a second."""
    wait = 1000000
    i = 0
    while i < TIMERS:
        while _due[i] <= now:
            if _fired[i] - _served[i] < QUEUE:
                _fired[i] += 1
            else:
                _dropped[i] += 1
            _due[i] = _due[i] + _period[i] if _period[i] else _FOREVER_US
            _state[_FIRED] = 1
        if _due[i] - now < wait:
            wait = _due[i] - now
        i += 1
    return wait


def _wait(wait, scratch):
    """Let the time pass until the next timer, or until an input has something to read."""
    if _state[_INPUT]:  # not yet read by the main thread: polling would return at once, again and again
        _time.sleep_us(wait if wait < 500 else 500)
    elif wait < 2000:
        _time.sleep_us(wait)
    else:
        for item in _poller.ipoll(wait // 1000 - 1, 0):
            if item[0] is _kick_in:
                _kick_in.readinto(scratch)
            else:
                _state[_INPUT] = 1


def _thread_main():
    """The interrupt thread: never returns."""
    scratch = bytearray(1)
    while True:
        now = clock.crystal_us()
        wait = _expire(now)
        if _state[_PENDING] and now - _pending_us[0] > _KEEP_US:
            _state[_PENDING] = 0
            clock.tell(b"interrupt\n")
        if _watchdog[0] <= now:
            _watchdog[0] = _FOREVER_US
            clock.tell(b"reset watchdog\n")
        if _state[_FIRED] or _state[_INPUT]:
            _call_main()
        _wait(wait, scratch)


def _dispatch(_):
    """In the main thread: run what is pending.

    The interpreter swallows a Ctrl-C that comes in here; on a chip, where callbacks take a far smaller share
    of the time, that hardly ever happens. It is held back until the main thread waits, so that firmware reads
    nothing of what was typed behind it; if it never waits, the supervisor types Ctrl-C once more.
    """
    _state[_SCHEDULED] = 0
    if _state[_MASKED]:
        return
    try:
        _run_timers()
        if _state[_INPUT]:
            _state[_INPUT] = 0  # first: a handler may ask to be called once more
            for handler in _inputs.values():
                handler()
            kick()
    except KeyboardInterrupt:
        _pending_us[0] = clock.crystal_us()
        _state[_PENDING] = 1


def _run_timers():
    _state[_FIRED] = 0
    i = 0
    while i < TIMERS:
        while _served[i] != _fired[i]:
            _served[i] += 1
            _serve(i)
        i += 1


def _serve(slot):
    """Call one timer's handler as if it were called when it was due."""
    due = _next[slot]
    missed = _dropped[slot] - _skipped[slot]
    _skipped[slot] += missed
    _next[slot] = due + (1 + missed) * _period[slot] if _period[slot] else _FOREVER_US
    _look_ahead()
    handler = _handlers[slot]
    if handler is None:
        return
    clock.begin_callback(due)
    _state[_SERVING] = 1
    try:
        handler()
    finally:
        _state[_SERVING] = 0
        clock.end_callback()


def serve_while_waiting():
    """Serve timers in a wait that the chip does not have: for the radio's process, within a callback.

    The interpreter starts no further scheduled callback while one runs.
    """
    if _state[_FIRED] and not _state[_SERVING] and not _state[_MASKED]:
        _run_timers()


def _look_ahead():
    """Let firmware see no time after the next callback."""
    horizon = _FOREVER_US
    for due in _next:
        if due < horizon:
            horizon = due
    clock.set_horizon(horizon)


def kick():
    """End the interrupt thread's wait so that it sees new timers or inputs."""
    _kick_out.write(b"!")


def call_again():
    """Have the input handlers called once more: something was read from a stream but not yet handled."""
    _state[_INPUT] = 1
    kick()


def start():
    """Start the interrupt thread; once, at boot."""
    _thread.start_new_thread(_thread_main, ())


def watch(stream, handler):
    """Call `handler()` in the main thread whenever `stream` has something to read."""
    _inputs[id(stream)] = handler
    _poller.register(stream, _select.POLLIN)
    kick()


def unwatch(stream):
    """Stop watching `stream`; before it is closed."""
    _poller.unregister(stream)
    _inputs.pop(id(stream), None)


def set_timer(slot, first_us, period_us, handler):
    """Have `handler()` called in `first_us` of device time and then each `period_us` (0: once)."""
    _due[slot] = _FOREVER_US
    _served[slot] = _fired[slot]
    _handlers[slot] = handler
    _period[slot] = period_us
    _skipped[slot] = _dropped[slot]
    _next[slot] = clock.device_us() + first_us
    _look_ahead()
    _due[slot] = _next[slot]
    kick()


def clear_timer(slot):
    """Stop a timer; nothing of it is delivered afterwards."""
    _due[slot] = _FOREVER_US
    _served[slot] = _fired[slot]
    _handlers[slot] = None
    _next[slot] = _FOREVER_US
    _look_ahead()


def shift(step_us):
    """The device's clock was set forward or back: what is due moves with it, as timers count on
    regardless.
    """
    for i in range(TIMERS):
        if _next[i] != _FOREVER_US:
            _due[i] += step_us if _due[i] != _FOREVER_US else 0
            _next[i] += step_us
    if _watchdog[0] != _FOREVER_US:
        _watchdog[0] += step_us
    _look_ahead()


def dropped(slot):
    """Callbacks of a timer that found the queue full."""
    return _dropped[slot]


def arm_watchdog(timeout_us):
    """Reset the board unless this is called again within `timeout_us`; device time."""
    _watchdog[0] = clock.crystal_us() + timeout_us


def disarm_watchdog():
    """No more resets by the watchdog until it is armed again."""
    _watchdog[0] = _FOREVER_US


def mask(on):
    """Hold all handlers back (`machine.disable_irq`), or let them through; returns the state before."""
    before = _state[_MASKED]
    _state[_MASKED] = 1 if on else 0
    if not on and before:
        _call_main()
    return before


def raise_pending():
    """Raise the Ctrl-C that came into a callback, now that none runs."""
    if _state[_PENDING] and not _state[_SERVING]:
        _state[_PENDING] = 0
        raise KeyboardInterrupt


def asleep(on):
    """The main thread says that it enters or leaves a wait which the wake pipe must be able to end."""
    if on:
        _state[_ASLEEP] = 1
    else:
        _state[_ASLEEP] = 0
        if _state[_WOKEN]:
            wake_in.readinto(_one)
            _state[_WOKEN] = 0
