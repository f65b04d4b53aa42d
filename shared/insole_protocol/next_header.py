"""The header of the record that comes next, kept in halves of 16 bits that count on in place.

Slot numbers have 32 bits and times 64. Where integers have 31 bits, as on the ESP32, a number from 2**30 on
is a heap object, a new one for each sum: after 18 minutes for a time in microseconds. Halves never are.
"""

from array import array

from insole_protocol import block

_LENGTH, _SEQ, _TIME_US, _BOOT, _PERIOD_US, _FRAMES, _ENCODING, _STATUS = 1, 2, 4, 8, 9, 10, 11, 12
_HALF_MASK = 0xFFFF


class NextHeader:
    """For `codec.Encoder.encode_next`: what is in it goes into every record until it is changed.

    >>> header = NextHeader(boot=3, period_us=10000, layout=1)
    >>> header.seq, header.time_us = 0xFFFF, 1 << 40
    >>> header.advance(2)
    >>> header.seq, header.time_us - (1 << 40)
    (65537, 20000)

    Attributes:
        halves: array('H') of 13, the 26 bytes of the header in pairs, low byte first.
        period_us: time between slots.
    """

    def __init__(self, boot: int, period_us: int, layout: int) -> None:
        self.period_us = period_us
        self.halves = array("H", bytes(block.HEADER_BYTES))
        self.halves[0] = block.SYNC | block.VERSION << 8
        self.halves[_BOOT] = boot
        self.halves[_PERIOD_US] = period_us
        self.halves[_FRAMES] = 1 << 8
        self.halves[_ENCODING] = layout << 8

    def advance(self, slots: int) -> None:
        """Go on by so many slots. Allocates nothing for less than 100 000 of them (17 min)."""
        self._add(_SEQ, _TIME_US, slots)
        self._add(_TIME_US, _BOOT, slots * self.period_us)

    def describe(self, slots_per_frame: int, status: int) -> None:
        """Set the fields that whoever makes the record knows."""
        self.halves[_FRAMES] = slots_per_frame << 8
        self.halves[_STATUS] = status

    def complete(self, length: int, frames: int, encoding: int) -> None:
        """Set the fields that the encoder knows."""
        halves = self.halves
        halves[_LENGTH] = length
        halves[_FRAMES] = halves[_FRAMES] & 0xFF00 | frames
        halves[_ENCODING] = halves[_ENCODING] & 0xFF00 | encoding

    @property
    def seq(self) -> int:
        """Number of the first slot; may be a heap object."""
        return self._value(_SEQ, _TIME_US)

    @seq.setter
    def seq(self, number: int) -> None:
        self._put(_SEQ, _TIME_US, number)

    @property
    def time_us(self) -> int:
        """Device time of the first slot; may be a heap object."""
        return self._value(_TIME_US, _BOOT)

    @time_us.setter
    def time_us(self, us: int) -> None:
        self._put(_TIME_US, _BOOT, us)

    def _add(self, at: int, end: int, number: int) -> None:
        halves = self.halves
        while number and at < end:
            number += halves[at]
            halves[at] = number & _HALF_MASK
            number >>= 16
            at += 1

    def _value(self, at: int, end: int) -> int:
        value = 0
        for i in range(end - 1, at - 1, -1):
            value = value << 16 | self.halves[i]
        return value

    def _put(self, at: int, end: int, value: int) -> None:
        for i in range(at, end):
            self.halves[i] = value & _HALF_MASK
            value >>= 16
