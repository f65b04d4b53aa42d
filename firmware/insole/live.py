"""The most recent block records, in RAM, for whoever listens.

One ring of bytes for all listeners. Each keeps the number of the next record it wants; a listener that does
not keep up finds its record gone, and is told how many it missed. They are in the log: nothing is lost but
time.
"""

from array import array

try:
    from insole.recorder.memory_ops_viper import copy
except (ImportError, ValueError):  # not MicroPython, or compiled for another processor
    from insole.recorder.memory_ops import copy

MAX_RECORDS = 64


class LiveQueue:
    """A bounded ring of whole records, numbered from 0. `phones`: how many phones listen."""

    def __init__(self, work, size=4096):
        self._work = work  # set whenever there is a new record
        self._data = memoryview(bytearray(size))
        self._size = size
        self._offsets = array("H", bytes(2 * MAX_RECORDS))
        self._lengths = array("H", bytes(2 * MAX_RECORDS))
        self._write = 0
        self.phones = 0
        self.oldest = 0  # number of the oldest record that is still here
        self.next = 0  # number that the next record will get

    def publish(self, record, length):
        """Copy the first `length` bytes of `record` (a memoryview) in; older records make room."""
        if self._write + length > self._size:
            self._drop_from(self._write, self._size)  # the end of the ring stays unused this time round
            self._write = 0
        self._drop_from(self._write, self._write + length)
        if self.next - self.oldest >= MAX_RECORDS:
            self.oldest += 1
        copy(self._data, self._write, record, length)
        slot = self.next % MAX_RECORDS
        self._offsets[slot] = self._write
        self._lengths[slot] = length
        self._write += length
        self.next += 1
        self._work.set()

    def _drop_from(self, start, end):
        """Forget the records whose bytes lie in start..end-1; they are always the oldest ones."""
        while self.oldest < self.next:
            offset = self._offsets[self.oldest % MAX_RECORDS]
            if offset >= end or offset + self._lengths[self.oldest % MAX_RECORDS] <= start:
                return
            self.oldest += 1

    def copy(self, number, out):
        """Copy record `number` to the start of `out` (a memoryview); its length, or 0 when it is not here."""
        if not self.oldest <= number < self.next:
            return 0
        slot = number % MAX_RECORDS
        offset = self._offsets[slot]
        length = self._lengths[slot]
        out[:length] = self._data[offset : offset + length]
        return length
