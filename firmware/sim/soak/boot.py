"""Power-on of the soak's chip: the real firmware, from its sources, on a clock that the host turns.

Runs as `micropython -X heapsize=... boot.py`. Replaced are the chip's modules and the driver of the
multiplexer; everything else is the firmware as it is.
"""

import sys
import vfs

import sensors
import timeline
import wire
import wiring

wiring.connect()  # before the chip's own modules look at what they are wired to
from sim.chip import bluetooth, esp32, machine, scheduler, task, ticks, usb  # noqa: E402


class _NoModule:
    """In the place of a built-in module that must not be used: any import from it fails."""


def _put_chip_in_place():
    sys.modules["sys"] = usb.system()
    sys.modules["time"] = ticks
    sys.modules["select"] = timeline
    sys.modules["machine"] = machine
    sys.modules["esp32"] = esp32
    sys.modules["micropython"] = scheduler
    sys.modules["bluetooth"] = bluetooth
    sys.modules["drivers.force_array"] = sensors
    sys.modules["_asyncio"] = _NoModule()
    sys.modules["asyncio.task"] = task
    import asyncio

    task.core = asyncio.core


def _mount_files():
    """Files lie in flash, as on the board; sources, which on a board are frozen, do not."""
    vfs.umount("/")
    vfs.mount(vfs.VfsLfs2(esp32.Partition("vfs")), "/")
    for name, folder in (("/firmware", wire.settings["firmware"]), ("/shared", wire.settings["shared"])):
        vfs.mount(vfs.VfsPosix(folder), name)
    sys.path[:] = ["/firmware", "/shared", ".frozen"]


_put_chip_in_place()
_mount_files()

import asyncio  # noqa: E402
import boards  # noqa: E402

import insole.usb  # noqa: E402
from insole import assembly  # noqa: E402

insole.usb.POLL_MS = 500  # no cable: looking for one each 10 ms would be most of what the interpreter does
_firmware = assembly.Firmware(boards.current())
wire.tell(101, timeline.true_us(), b"boot %d" % _firmware.insole.recorder.boot)
asyncio.run(_firmware.run())
