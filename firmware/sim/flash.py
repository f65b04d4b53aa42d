"""NOR flash in a file: erasing a block makes it 0xFF, programming can only clear bits, power may go at any
write.

`cut` counts writes and erases down over all partitions of the board; at zero the operation is left out
(clean) or done by half (torn) and the power is gone: the process dies at once, like a chip.
"""

import os
from array import array

import micropython

from sim import settings

BLOCK = 4096
_CLEAN, _TORN = 0, 1
_cut = array("l", [settings.values["cut"]["after"], _TORN if settings.values["cut"]["torn"] else _CLEAN])
_CHUNK = 256
_erased = b"\xff" * _CHUNK
_scratch = bytearray(_CHUNK)
_scratch_view = memoryview(_scratch)


@micropython.viper
def _clear_bits(old: ptr8, new: ptr8, count: int):  # noqa: F821 (types of viper)
    for i in range(count):
        old[i] &= new[i]


def cut_power_after(operations, torn):
    """Lose power at the given number of further writes or erases (1: the next one); 0 never."""
    _cut[0] = operations
    _cut[1] = _TORN if torn else _CLEAN


def _die():
    os.system("kill -9 $PPID")


class Flash:
    """Block device over one file, in blocks of 4096 bytes (MicroPython's simple and extended interface)."""

    def __init__(self, name, blocks):
        self.blocks = blocks
        self._file = open(settings.path(name), "r+b")  # noqa: SIM115 (open as long as the board runs)

    def readblocks(self, block, buffer, offset=0):
        self._file.seek(block * BLOCK + offset)
        self._file.readinto(buffer)

    def writeblocks(self, block, buffer, offset=None):
        if offset is None:
            self._each_block(block, buffer)
            return
        if offset + len(buffer) > BLOCK:
            raise OSError(22)
        self._program(block * BLOCK + offset, buffer)

    def _each_block(self, block, buffer):
        view = memoryview(buffer)
        for start in range(0, len(buffer), BLOCK):
            self.erase(block + start // BLOCK)
            self._program(block * BLOCK + start, view[start : start + BLOCK])

    def _program(self, place, buffer):
        count = len(buffer)
        if self._power_fails():
            count = count // 2 if _cut[1] == _TORN else 0
        new = memoryview(buffer)
        for start in range(0, count, _CHUNK):
            size = min(_CHUNK, count - start)
            old = _scratch_view[:size]
            self._file.seek(place + start)
            self._file.readinto(old)
            _clear_bits(_scratch, new[start : start + size], size)
            self._file.seek(place + start)
            self._file.write(old)
        if count != len(buffer):
            _die()

    def erase(self, block):
        count = BLOCK
        if self._power_fails():
            count = BLOCK // 2 if _cut[1] == _TORN else 0
        self._file.seek(block * BLOCK)
        for _ in range(count // _CHUNK):
            self._file.write(_erased)
        if count != BLOCK:
            _die()

    def _power_fails(self):
        if _cut[0] == 0:
            return False
        _cut[0] -= 1
        return _cut[0] == 0

    def ioctl(self, operation, argument):
        if operation == 4:
            return self.blocks
        if operation == 5:
            return BLOCK
        if operation == 6:
            self.erase(argument)
        return 0
