"""What happens between power-on and the first line of the board's own scripts."""

import gc
import os
import sys
import vfs

from sim import clock, control, interrupts, settings, waiting, wiring

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


def _mount_flash():
    """Mount the file system partition at the root and hide the computer's own files."""
    partition = esp32.Partition("vfs")
    vfs.umount("/")
    try:
        vfs.mount(partition, "/")
    except OSError:
        vfs.VfsLfs2.mkfs(partition)
        vfs.mount(partition, "/")
    os.chdir("/")
    sys.path[:] = ["", ".frozen", "/lib"]


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
    gc.collect()
    clock.tell(b"booted %d\n" % gc.mem_alloc())
    return ("boot.py", "main.py") if settings.values["run_main"] else ("boot.py",)


soft_reset = machine.soft_reset  # what leaving a script with SystemExit means on a chip


def prompt_reached():
    """The scripts are over and the prompt waits in a system call that no callback can enter.

    On a chip callbacks run at the prompt, among them those that feed the watchdog, so it is stopped here.
    """
    interrupts.disarm_watchdog()
