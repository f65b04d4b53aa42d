"""Interrupts: one thread waits for timers, the radio, the watchdog and the control pipe, and calls the main
thread.

The interpreter has no global lock, so the thread keeps to preallocated arrays and integers: it allocates
nothing, changes no dictionary, and nothing has two writers: alarms (`sim.chip.alarms`) are the main thread's,
the thread only looks whether one is due. Handlers run in the main thread through `micropython.schedule`,
between two bytecodes as on the chip. `schedule` alone does not end a system call in which the main thread
waits, therefore the wake pipe.
"""

import _thread
import select as _select
import time as _time
from array import array

import micropython

from sim import clock, settings
from sim.chip import alarms

# A busy computer may stop the process for longer than a chip is ever held. The firmware sees no time pass
# then, so that it must not look like a fault of the firmware: so many callbacks of a timer may be late. What
# the chip has room for counts in `hold` and `spend`, where time does pass.
LATEST = 50

_FOREVER_US = clock.FOREVER_US
_due = alarms.due
_dropped = array("l", [0] * alarms.TIMERS)

_SCHEDULED, _ASLEEP, _WOKEN, _MASKED, _INPUT, _FIRED, _SERVING, _PENDING, _LOCKED = range(9)
_state = bytearray(9)
_pending_us = array("l", [0])  # when the Ctrl-C came that is pending
_KEEP_US = 200000  # firmware that has not waited by then has to be interrupted anew
_watchdog = array("l", [_FOREVER_US])
_busy_until = array("l", [0])  # callbacks that waited for the main thread begin then

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


def _look(now):
    """See whether a timer is due; returns the time until the next one, at most a second."""
    wait = 1000000
    i = 0
    while i < alarms.TIMERS:
        if _due[i] <= now:
            _state[_FIRED] = 1
            wait = 500 if wait > 500 else wait  # until the main thread has served it
        elif _due[i] - now < wait:
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
        wait = _look(now)
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
    if _state[_MASKED] or _state[_LOCKED]:
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
    """Serve what waits in the chip's queue, and then every timer that is due."""
    _state[_FIRED] = 0
    while True:
        while alarms.waiting():
            alarms.take()
            _call(alarms.call_taken, _busy_until[0])
        slot = alarms.first()
        if _due[slot] > clock.crystal_us():
            return
        _serve(slot)


def _serve(slot):
    """Call one timer's handler as if it were called when it was due."""
    period = alarms.period[slot]
    if period:
        surplus = (clock.crystal_us() - _due[slot]) // period - LATEST
        if surplus > 0:
            _dropped[slot] += surplus
            _due[slot] += surplus * period
    due = _due[slot]
    handler = alarms.handlers[slot]
    alarms.go_on(slot)
    if handler is not None:
        _call(handler, due)


def _call(handler, begun):
    """Run a callback, for which it is `begun` when it first looks at the clock."""
    _look_ahead()
    clock.begin_callback(begun)
    _state[_SERVING] = 1
    try:
        handler()
    finally:
        _state[_SERVING] = 0
        clock.end_callback()
        _look_ahead()


def serve_while_waiting():
    """Serve timers in a wait that the chip does not have: for the radio's process, within a callback.

    The interpreter starts no further scheduled callback while one runs.
    """
    if _state[_FIRED] and not _state[_SERVING] and not _state[_MASKED] and not _state[_LOCKED]:
        _run_timers()


def _look_ahead():
    """Let firmware see no time after the next callback."""
    clock.set_horizon(_busy_until[0] if alarms.waiting() else _due[alarms.first()])


# Time that the main thread is busy


def hold(us):
    """Flash work: nothing outside IRAM runs for so long, no interrupt and no radio."""
    _be_busy(us, True)


def spend(us):
    """Work in C, or code whose time is charged: interrupts are noted, callbacks come afterwards."""
    _be_busy(us, False)


def _lock():
    """Keep callbacks away while the main thread works on the alarms; what `_unlock` takes."""
    before = _state[_LOCKED]
    _state[_LOCKED] = 1
    return before


def _unlock(before):
    _look_ahead()
    _state[_LOCKED] = before
    if not before and (alarms.waiting() or _state[_FIRED] or _state[_INPUT]):
        _call_main()


def _be_busy(us, held):
    """Let `us` of device time pass in which the main thread serves nothing."""
    before = _lock()
    try:
        if not _state[_SERVING] and not _state[_MASKED]:
            while _due[alarms.first()] <= clock.device_us():  # late by the computer's doing
                _serve(alarms.first())
        end = clock.device_us() + us
        left = us
        while left > 0:
            _time.sleep_us(clock.true_wait_us(left) + 1)
            left = end - clock.running_us()
    finally:
        end = clock.running_us()  # Ctrl-C may have ended it early
        alarms.note(end, held)
        _busy_until[0] = end
        _unlock(before)


def schedule(callback, argument):
    """`micropython.schedule` as the firmware sees it. RuntimeError when the chip's queue is full."""
    before = _lock()
    try:
        if not alarms.waiting():
            _busy_until[0] = clock.device_us()
        alarms.schedule(callback, argument)
    finally:
        _unlock(before)


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
    before = _lock()
    alarms.set_alarm(slot, clock.device_us() + first_us, period_us, handler)
    _unlock(before)
    kick()


def clear_timer(slot):
    """Stop a timer."""
    before = _lock()
    alarms.clear(slot)
    _unlock(before)


def shift(step_us):
    """The device's clock was set forward or back: what is due moves with it, as timers count on
    regardless.
    """
    before = _lock()
    alarms.shift(step_us)
    _busy_until[0] += step_us
    if _watchdog[0] != _FOREVER_US:
        _watchdog[0] += step_us
    _unlock(before)


def dropped(slot):
    """Callbacks of a timer that were given up as too late."""
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
