"""Whether a foot loads an insole, from the first frame of each block record. Pure.

A record stands for 0.05 s to 0.64 s, far less than the 20 minutes that this is asked for, and its first frame
lies in it as it is: neither the record's other frames nor a calibration are needed, and a record gives the
same answer when it comes and when it is read from a journal years later.
"""

from functools import cache

from insole_protocol import block

from plantigrade.service.wearing.settings import LOADED_COUNTS, MOST_COUNTS_OF_ONE

_FRAME = slice(block.HEADER_BYTES, block.HEADER_BYTES + block.PACKED_FRAME_BYTES)
_COUNT_BITS = 12
_MASK = (1 << _COUNT_BITS) - 1


@cache
def _unloaded_count() -> int:
    from plantigrade.calibration.front_end import FrontEndParameters

    return round(FrontEndParameters.load().zero_count)


def load_counts(record: bytes) -> int:
    """Counts above the unloaded insole, summed over the sensors, of the first frame of a sound record."""
    packed = int.from_bytes(record[_FRAME], "little")
    zero = _unloaded_count()
    total = 0
    for _ in range(block.FORCE_CHANNELS):
        above = (packed & _MASK) - zero
        total += above if above < MOST_COUNTS_OF_ONE else MOST_COUNTS_OF_ONE
        packed >>= _COUNT_BITS
    return total


def is_loaded(record: bytes) -> bool:
    """Whether a foot stands or rests on the insole.

    Example:
        >>> from array import array
        >>> from insole_protocol.codec import Encoder
        >>> def record(count):
        ...     out = bytearray(2048)
        ...     length = Encoder().encode(out, array("H", [count] * 16), 0, 1, 0, 0, 1, 10_000, 1, 1, 0)
        ...     return bytes(out[:length])
        >>> is_loaded(record(330)), is_loaded(record(500))
        (False, True)
    """
    return load_counts(record) >= LOADED_COUNTS
