"""`select` and sleeps that turn the tests' time: what waits lets it pass, timers fire when they are due.

Import it before `chip`. After each piece of time `look()` is called: a test's world.
"""

import sys

_STEP_US = 10000  # the world looks at least so often
_TURN_US = 200  # what a turn of the event loop takes

POLLIN, POLLOUT, POLLERR, POLLHUP = 1, 4, 8, 16
_MP_STREAM_POLL = 3


def nothing():
    """No world."""


look = nothing


def sleep_us(us):
    """Let time pass."""
    import chip

    end_us = chip.clock.now_us + us
    while chip.clock.now_us < end_us:
        try:
            chip.hardware.timers.run(min(end_us, chip.clock.now_us + _STEP_US))
        except Exception as error:  # noqa: BLE001 - a callback that raises is printed, and forgotten
            sys.print_exception(error)
        look()


class poll:
    """`select.poll` for objects in Python; streams of the computer are never ready."""

    def __init__(self):
        self._objects = {}

    def register(self, stream, flags=POLLIN | POLLOUT):
        self._objects[id(stream)] = [stream, flags]

    def unregister(self, stream):
        self._objects.pop(id(stream), None)

    def modify(self, stream, flags):
        self._objects[id(stream)][1] = flags

    def _ready(self):
        found = []
        for stream, flags in self._objects.values():
            if hasattr(stream, "ioctl") and not hasattr(stream, "fileno"):
                ready = stream.ioctl(_MP_STREAM_POLL, flags)
                if ready:
                    found.append((stream, ready))
        return found

    def poll(self, timeout=-1):
        import chip

        found = self._ready()
        if found or timeout == 0:
            sleep_us(_TURN_US)
            return found
        end_us = chip.clock.now_us + timeout * 1000 if timeout > 0 else 1 << 60
        while not found and chip.clock.now_us < end_us:
            due_us = chip.alarms.due[chip.alarms.first()]
            sleep_us(max(1, min(end_us, due_us, chip.clock.now_us + _STEP_US) - chip.clock.now_us))
            found = self._ready()
        return found

    def ipoll(self, timeout=-1, flags=0):
        return self.poll(timeout)


sys.modules["select"] = sys.modules[__name__]
