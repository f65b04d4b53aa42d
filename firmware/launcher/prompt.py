"""The interpreter's prompt: locked in an insole that was given keys, until somebody with the key opens it.

The interpreter allows Ctrl-C anew when it begins a script (shared/runtime/pyexec.c), so that boot.py and
main.py both lock it. A key that is damaged locks, too.
"""

import micropython
from esp32 import Partition

CTRL_C = 3
NEVER = -1
ERASED = b"\xff\xff\xff\xff"


def has_keys():
    """Whether anything was ever written where the device key lies."""
    first = bytearray(len(ERASED))
    for partition in Partition.find(Partition.TYPE_DATA, label="keys"):
        partition.readblocks(0, first, 0)
        return first != ERASED
    return False


def lock():
    """No prompt, if this insole has keys."""
    try:
        if has_keys():
            micropython.kbd_intr(NEVER)
    except OSError:
        micropython.kbd_intr(NEVER)
