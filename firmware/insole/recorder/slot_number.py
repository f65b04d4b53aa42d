"""A slot number in two halves of 16 bits: going on allocates nothing, however high it is."""

from array import array

from insole_protocol import block


class SlotNumber:
    """Counts to 2**32 - 1. Where integers have 31 bits, as on the ESP32, `value` may be a heap object."""

    def __init__(self):
        self._halves = array("H", (0, 0))

    @property
    def value(self):
        """The number."""
        return self._halves[0] | self._halves[1] << 16

    @value.setter
    def value(self, number):
        self._halves[0] = number & 0xFFFF
        self._halves[1] = number >> 16

    def take(self, data, at):
        """Read it from `data[at:at + 4]`, little-endian."""
        self._halves[0] = data[at] | data[at + 1] << 8
        self._halves[1] = data[at + 2] | data[at + 3] << 8

    def is_after(self, other):
        """Whether it is greater than another number."""
        high, others = self._halves[1], other._halves[1]
        return high > others or (high == others and self._halves[0] > other._halves[0])

    def minus(self, other):
        """How far it is behind a number that is less than 2**29 smaller."""
        return ((self._halves[1] - other._halves[1]) << 16) + self._halves[0] - other._halves[0]

    def begins(self, record):
        """Whether a block record starts with this slot."""
        return block.begins_with(record, self._halves[0], self._halves[1])

    def advance(self, slots):
        """Go on by less than 2**29 slots."""
        low = self._halves[0] + slots
        self._halves[0] = low & 0xFFFF
        if low > 0xFFFF:
            self._halves[1] += low >> 16

    def put(self, out, at):
        """Write it to `out[at:at + 4]`, little-endian."""
        low, high = self._halves[0], self._halves[1]
        out[at] = low & 255
        out[at + 1] = low >> 8
        out[at + 2] = high & 255
        out[at + 3] = high >> 8

    def follow(self, other):
        """Become the same as another number."""
        self._halves[0] = other._halves[0]
        self._halves[1] = other._halves[1]
