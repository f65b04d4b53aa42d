"""The twin's USB cable: the pseudo-terminal that is the interpreter's standard input and output."""

import select as _select
import sys as _sys

connected = True
_in = getattr(_sys.stdin, "buffer", _sys.stdin)
_out = getattr(_sys.stdout, "buffer", _sys.stdout)
_readable = _select.poll()
_readable.register(_in, _select.POLLIN)
_writable = _select.poll()
_writable.register(_out, _select.POLLOUT)
_PIECE = 64  # a terminal that is ready takes as many without waiting


def waiting():
    for item in _readable.ipoll(0):
        return bool(item[1] & _select.POLLIN)
    return False


def room():
    for item in _writable.ipoll(0):
        return _PIECE if item[1] & _select.POLLOUT else 0
    return 0


def take(data):
    """As many bytes as the terminal takes now."""
    taken = 0
    while taken < len(data) and room():
        written = _out.write(data[taken : taken + _PIECE])
        if not written:
            break
        taken += written
    return taken


def give(buffer):
    """Fill `buffer` with what has been typed; how many bytes."""
    taken = 0
    piece = memoryview(buffer)
    while taken < len(buffer) and waiting():
        got = _in.readinto(piece[taken : taken + 1])
        if not got:
            break
        taken += got
    return taken
