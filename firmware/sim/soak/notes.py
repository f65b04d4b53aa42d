"""What the soak's chip writes down for whoever compares afterwards: rows of 16 bytes in a file."""

import struct
from array import array

import wire

_ROW = "<QII"
_ROWS = 512


class Notes:
    """Rows of a u64 and two u32, written in bulk."""

    def __init__(self, path):
        self._file = open(path, "ab")  # noqa: SIM115 (open as long as the chip runs)
        self._buffer = bytearray(16 * _ROWS)
        self._count = array("l", [0])
        wire.at_end.append(self.flush)

    def add(self, device_us, first, second):
        struct.pack_into(_ROW, self._buffer, 16 * self._count[0], device_us, first, second)
        self._count[0] += 1
        if self._count[0] == _ROWS:
            self.flush()

    def flush(self):
        """Write what is in memory: the power goes."""
        self._file.write(memoryview(self._buffer)[: 16 * self._count[0]])
        self._count[0] = 0
        self._file.flush()
