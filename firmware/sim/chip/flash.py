"""NOR flash in a file: erasing a block makes it 0xFF, programming can only clear bits, power may go at any
write.

`cut_power_after` counts writes and erases down over all partitions of the chip; at zero only a part of the
operation is done and `power_lost` is called, which does not return.
"""

from array import array

import micropython

from sim.chip import behaviour, hardware

BLOCK = 4096
_ALL = 256  # shares are of this
HALF = _ALL // 2
_cut = array("l", [0, 0])  # operations to go (0: none is cut), share of the last one that is still done
_counted = []  # the file that keeps the count
_COUNT_BYTES = 4
_CHUNK = 256
_erased = b"\xff" * _CHUNK
_scratch = bytearray(_CHUNK)
_scratch_view = memoryview(_scratch)


def power_lost():
    """The chip stops here, as whoever runs it has set."""
    raise SystemExit


@micropython.viper
def _clear_bits(old: ptr8, new: ptr8, count: int):  # noqa: F821 (types of viper)
    for i in range(count):
        old[i] &= new[i]


def cut_power_after(operations, share):
    """Lose power at the given number of further writes or erases (1: the next one, 0: never); of that one
    `share` of 256 is still done."""
    _cut[0] = operations
    _cut[1] = share


def count_in(path):
    """Count operations on in a file, beyond the end of the process: a number of 4 bytes."""
    try:
        file = open(path, "r+b")  # noqa: SIM115 - open as long as the chip runs
    except OSError:
        file = open(path, "w+b")  # noqa: SIM115
    _counted[:] = [file, int.from_bytes(file.read(_COUNT_BYTES), "little")]


def _count():
    if _counted:
        _counted[1] += 1
        _counted[0].seek(0)
        _counted[0].write(_counted[1].to_bytes(_COUNT_BYTES, "little"))


def _share():
    """How much of the operation that begins now is done, of 256; -1 when the power stays."""
    _count()
    if not _cut[0]:
        return -1
    _cut[0] -= 1
    return -1 if _cut[0] else _cut[1]


def take_time_to_program(start, count):
    """Programming `count` bytes stops the chip for each page of 256 that they touch."""
    if count:
        pages = (start + count - 1) // _CHUNK - start // _CHUNK + 1
        hardware.hold(pages * behaviour.value("flash_program_us"), "flash_program")


def take_time_to_erase():
    """As erasing a block stops it."""
    hardware.hold(behaviour.value("flash_erase_us"), "flash_erase")


class Flash:
    """Block device over a part of a file, in blocks of 4096 bytes (MicroPython's simple and extended
    interface).

    `file` is the flash of the chip, open for reading and writing; `first` the number of the first block.
    """

    def __init__(self, file, blocks, first=0):
        self.blocks = blocks
        self._file = file
        self._start = first * BLOCK

    def readblocks(self, block, buffer, offset=0):
        self._file.seek(self._start + block * BLOCK + offset)
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

    def _program(self, start, buffer):
        share = _share()
        count = len(buffer) if share < 0 else len(buffer) * share // _ALL
        new = memoryview(buffer)
        for at in range(0, count, _CHUNK):
            size = min(_CHUNK, count - at)
            old = _scratch_view[:size]
            self._file.seek(self._start + start + at)
            self._file.readinto(old)
            _clear_bits(_scratch, new[at : at + size], size)
            self._file.seek(self._start + start + at)
            self._file.write(old)
        if share >= 0:
            power_lost()
        take_time_to_program(start, len(buffer))

    def erase(self, block):
        share = _share()
        count = BLOCK if share < 0 else BLOCK * share // _ALL
        self._file.seek(self._start + block * BLOCK)
        for _ in range(count // _CHUNK):
            self._file.write(_erased)
        self._file.write(_erased[: count % _CHUNK])
        if share >= 0:
            power_lost()
        take_time_to_erase()

    def ioctl(self, operation, argument):
        if operation == 4:
            return self.blocks
        if operation == 5:
            return BLOCK
        if operation == 6:
            self.erase(argument)
        return 0
