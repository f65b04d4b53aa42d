"""One virtual board's interpreter: `python -m plantigrade.twin.board_process HEAP BOOT_SCRIPT`.

Its standard input is a pseudo-terminal that becomes its controlling terminal, so that Ctrl-C typed at the
board's serial port interrupts the firmware. The interpreter runs inside this process and dies with its
supervisor.
"""

import fcntl
import importlib
import os
import signal
import sys
import termios
from typing import Any

from plantigrade.twin.processes import die_with_parent


def main() -> None:
    """Become the board."""
    die_with_parent()
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # until the interpreter is up and wants it
    os.setsid()
    fcntl.ioctl(0, termios.TIOCSCTTY, 0)
    heap, script = sys.argv[1:3]
    interpreter: Any = importlib.import_module("micropython_unix")
    sys.exit(interpreter.run_main(["micropython", "-X", f"heapsize={heap}", "-i", script]))


if __name__ == "__main__":
    main()
