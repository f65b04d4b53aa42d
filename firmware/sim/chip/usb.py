"""The serial port over USB: what the firmware finds as `sys.stdin.buffer` and `sys.stdout.buffer`.

What lies behind the port is `hardware.usb`. Three things differ from a file: `poll` says that it takes bytes
whether or not it does; a write that finds no room waits for the reader, and callbacks run meanwhile; and one
kind of chip drops what found no room and says that it was written.
"""

import io
import sys as _sys

from sim.chip import behaviour, hardware

_POLL = 3
_POLLIN, _POLLOUT = 1, 4
_STEP_US = 1000


class Port(io.IOBase):
    """Both directions of the port."""

    def ioctl(self, request, flags):
        """What is ready of `flags`; other requests are refused as by the interpreter."""
        if request != _POLL:
            return -1
        ready = flags & _POLLIN if hardware.usb.waiting() else 0
        if behaviour.value("usb_write_wait_us") or hardware.usb.room():
            ready |= flags & _POLLOUT
        return ready

    def readinto(self, buffer):
        """As many of the bytes that wait as `buffer` holds; None when there are none."""
        return hardware.usb.give(buffer) or None

    def write(self, data):
        """How many bytes of `data` were taken, or are said to have been."""
        usb = hardware.usb
        data = memoryview(data)
        if not usb.connected:
            return len(data)  # the buffer keeps the latest bytes for a reader who may come
        taken = usb.take(data)
        drops = behaviour.value("usb_drops_bytes")
        waited = 0
        while taken < len(data) and waited < behaviour.value("usb_write_wait_us"):
            (hardware.spend if drops else hardware.sleep)(_STEP_US)
            waited += _STEP_US
            more = usb.take(data[taken:])
            if more:
                taken += more
                waited = 0
        return len(data) if drops else taken


class _Stream(io.IOBase):
    """`sys.stdin` or `sys.stdout`; text, as the prompt's tools use it, is for the computer's own stream."""

    def __init__(self, own):
        self.buffer = Port()
        self._own = own

    def ioctl(self, request, flags):
        return self.buffer.ioctl(request, flags)

    def __getattr__(self, name):
        if name == "fileno":
            raise AttributeError(name)  # a port is no file
        return getattr(self._own, name)


class System:
    """The module `sys` with the port in the place of the computer's own streams."""


def system():
    """`sys` for the firmware."""
    module = System()
    for name in dir(_sys):
        setattr(module, name, getattr(_sys, name))
    module.stdin, module.stdout = _Stream(_sys.stdin), _Stream(_sys.stdout)
    return module


class NoCable:
    """Nothing is plugged in."""

    connected = False

    def waiting(self):
        return False

    def room(self):
        return 0

    def take(self, data):
        return 0

    def give(self, buffer):
        return 0
