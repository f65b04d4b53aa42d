"""What happens between power-on and the first line of the board's own scripts."""

import gc
import os
import sys
import vfs

from sim import clock, control, interrupts, settings, waiting, wiring

_MOST_NAMES = 2551
_NINTH_PART_BYTES = 20000

wiring.connect()  # before the chip's own modules look at what they are wired to
from sim.chip import bluetooth, esp32, machine, scheduler, task, ticks, usb  # noqa: E402


class _NoModule:
    """In the place of a built-in module that the board must not use: any import from it fails."""


def _put_chip_in_place():
    """Let `import machine` and the like find the virtual chip."""
    sys.modules["sys"] = usb.system()
    sys.modules["time"] = ticks
    sys.modules["select"] = waiting
    sys.modules["machine"] = machine
    sys.modules["bluetooth"] = bluetooth
    sys.modules["esp32"] = esp32
    sys.modules["micropython"] = scheduler
    sys.modules["_asyncio"] = _NoModule()
    sys.modules["asyncio.task"] = task
    import asyncio

    task.core = asyncio.core


def _is_blank(partition):
    """Whether the two blocks that hold a file system's root are erased."""
    block = bytearray(partition.ioctl(5, 0))
    for number in range(2):
        partition.readblocks(number, block)
        if any(byte != 0xFF for byte in block):
            return False
    return True


def _mount(partition):
    """As the first Python of our port does (`firmware/port`, `_boot.py`): a damaged one is left as it is."""
    try:
        vfs.mount(partition, "/")
    except OSError as error:
        if not _is_blank(partition):
            print("file system damaged, nothing was changed:", error)
            return
        vfs.VfsLfs2.mkfs(partition)
        vfs.mount(partition, "/")
    os.chdir("/")


def _mount_flash():
    """Mount the file system partition at the root, if there is one, and hide the computer's own files."""
    vfs.umount("/")
    for partition in esp32.Partition.find(esp32.Partition.TYPE_DATA, label="vfs"):
        _mount(partition)
    sys.path[:] = ["", ".frozen", "/lib"]


def _grow_table_of_names():
    """Let the interpreter's table of names (py/qstr.c) reach a size that the firmware never fills.

    Each of its parts has twice as many places as the one before, 2560 the ninth. With the chip's own names,
    which a real one has in ROM, the firmware's would fall on that border at any moment of its run, and want
    28 KB in one piece. A real table is at the border of 1270 instead, and wants 8 KB: a firmware passes it in
    tests/firmware/test_heap.py.
    """
    gc.collect()
    gc.disable()
    before = gc.mem_alloc()
    for number in range(_MOST_NAMES):
        hasattr(sys, "n%d" % number)
        grown = gc.mem_alloc()
        if grown - before > _NINTH_PART_BYTES:
            break
        before = grown
    else:
        raise RuntimeError("the interpreter's table of names did not grow")
    gc.enable()


def start_board():
    """Bring the virtual chip up; returns the scripts to run."""
    clock.report()
    control.start()
    interrupts.start()
    _put_chip_in_place()
    _mount_flash()
    del sys.argv[:]
    for name in ("boards", "boards.esp32s3_r1", "boards.esp32c3_r1"):
        sys.modules.pop(name, None)  # the firmware brings its own, maybe newer, copy
    _grow_table_of_names()
    gc.collect()
    clock.tell(b"booted %d\n" % gc.mem_alloc())
    return ("boot.py", "main.py") if settings.values["run_main"] else ("boot.py",)


def allow_ctrl_c():
    """As the interpreter does before each script and at the prompt (shared/runtime/pyexec.c)."""
    scheduler.kbd_intr(3)


soft_reset = machine.soft_reset  # what leaving a script with SystemExit means on a chip


def prompt_reached():
    """The scripts are over and the prompt waits in a system call that no callback can enter.

    On a chip callbacks run at the prompt, among them those that feed the watchdog, so it is stopped here.
    """
    interrupts.disarm_watchdog()
    allow_ctrl_c()
    clock.tell(b"prompt\n")
