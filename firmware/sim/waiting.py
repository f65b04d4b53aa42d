"""Waiting in the main thread so that interrupts get through: the stand-ins for `time.sleep*` and
`select.poll`.

On a chip a wait runs scheduled callbacks. On this computer a system call would hold them back until it ends;
each wait here therefore also watches the wake pipe of the interrupt thread and goes on as soon as it is
written.
"""

import select as _select
import time as _time

from sim import clock, interrupts
from sim.chip import behaviour

POLLIN = _select.POLLIN
POLLPRI = 2
POLLOUT = _select.POLLOUT
POLLERR = _select.POLLERR
POLLHUP = _select.POLLHUP

_MP_STREAM_POLL = 3
_wake_in = interrupts.wake_in
_sleeper = _select.poll()
_sleeper.register(_wake_in, POLLIN)


_listens = [False]


def _tell_that_it_listens():
    """The first wait: from now on a Ctrl-C is heard. One that comes while scripts are loaded may end the
    interpreter, and is lost."""
    if not _listens[0]:
        _listens[0] = True
        clock.tell(b"listens\n")


def sleep_true_us(wait_us):
    """Sleep in true time while interrupts are served."""
    end = clock.true_us() + wait_us
    while True:
        interrupts.raise_pending()
        left = end - clock.true_us()
        if left <= 0:
            return
        if left < 2000:
            _time.sleep_us(left)
            return
        wait_readable(_sleeper, left // 1000 - 1)


def wait_readable(poller, wait_ms):
    """Poll `poller`, which must include the wake pipe, until anything at all happens; serves interrupts."""
    _tell_that_it_listens()
    interrupts.asleep(True)
    try:
        return poller.poll(wait_ms)
    finally:
        interrupts.asleep(False)


def _to_tick(wait_us):
    """A wait of the event loop ends with a tick of FreeRTOS, unless an interrupt ends it."""
    tick_us = behaviour.value("tick_us")
    if tick_us <= 1000:
        return wait_us  # this computer's waits are no finer
    now = clock.device_us()
    return (now + wait_us + tick_us - 1) // tick_us * tick_us - now


class poll:
    """`select.poll` that ends early, with nothing ready, after an interrupt was served.

    The event loop takes such an early end as a reason to look at its queue again. Objects whose readiness is
    plain Python (`asyncio.ThreadSafeFlag`) change only in the main thread, so they are asked, never polled
    for.
    """

    def __init__(self):
        self._streams = _select.poll()
        self._streams.register(_wake_in, POLLIN)
        self._objects = {}  # id -> [object, flags]

    def register(self, stream, flags=POLLIN | POLLOUT):
        if hasattr(stream, "ioctl") and not hasattr(stream, "fileno"):
            self._objects[id(stream)] = [stream, flags]
        else:
            self._streams.register(stream, flags)

    def unregister(self, stream):
        if self._objects.pop(id(stream), None) is None:
            self._streams.unregister(stream)

    def modify(self, stream, flags):
        entry = self._objects.get(id(stream))
        if entry is None:
            self._streams.modify(stream, flags)
        else:
            entry[1] = flags

    def _ready_objects(self, found):
        for stream, flags in self._objects.values():
            ready = stream.ioctl(_MP_STREAM_POLL, flags)
            if ready:
                found.append((stream, ready))

    def poll(self, timeout=-1):
        """As `select.poll.poll`, in milliseconds of device time."""
        interrupts.raise_pending()
        found = []
        self._ready_objects(found)
        if found:
            timeout = 0
        elif timeout > 0:
            timeout = clock.true_wait_us(_to_tick(timeout * 1000)) // 1000
        _tell_that_it_listens()
        interrupts.asleep(True)
        try:
            if not found:
                self._ready_objects(found)  # a callback may have come between the first look and `asleep`
            for item in self._streams.ipoll(0 if found else timeout):
                if item[0] is not _wake_in:
                    found.append((item[0], item[1]))
        finally:
            interrupts.asleep(False)
        interrupts.raise_pending()
        if not found:
            self._ready_objects(found)
        return found

    def ipoll(self, timeout=-1, flags=0):
        """As `poll`; the chip's version reuses one tuple, this one makes a list."""
        return self.poll(timeout)
