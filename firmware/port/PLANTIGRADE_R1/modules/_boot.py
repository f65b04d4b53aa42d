"""The first Python after power-on, frozen in the image: mounts the file system that holds the firmware.

MicroPython's own module of this name ends in an endless loop when the file system is damaged, before USB is
started: such an insole would look dead to a computer. This one goes on to the prompt, from which the file
system can be written anew; the log has a partition of its own and stays.
"""

import gc

import vfs
from esp32 import Partition


def is_blank(device):
    """Whether the two blocks that hold a file system's root are erased."""
    block = bytearray(device.ioctl(5, 0))
    for number in range(2):
        device.readblocks(number, block)
        if any(byte != 0xFF for byte in block):
            return False
    return True


def mount(device):
    """Mount the file system of `device`; a factory-new one is made first. True when there is one."""
    try:
        vfs.mount(device, "/")
    except OSError as error:
        if not is_blank(device):
            print("file system damaged, nothing was changed:", error)
            return False
        vfs.VfsLfs2.mkfs(device)
        vfs.mount(device, "/")
    return True


for found in Partition.find(Partition.TYPE_DATA, label="vfs"):
    mount(found)
gc.collect()
