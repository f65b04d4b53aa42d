"""What holds sampling up: whoever does such work says so, and the sampler asks when slots are lost.

Erasing or programming flash stops whatever is not in the chip's fast memory, a collection of garbage or a
slow write to USB holds every callback back. Lost slots are counted by what was under way; what nobody has
said counts as OTHER. Nothing here allocates: the sampler asks from its callback.
"""

OTHER, FLASH_ERASE, FLASH_PROGRAM, BUS, GARBAGE, USB, RING_FULL = range(7)
CAUSES = 7

_under_way = bytearray(1)
_since_sample = bytearray(1)  # the gravest that has ended since the last sample; lower numbers are graver


def begin(cause):
    """Work that may hold sampling up begins; returns what was under way before, for `end`."""
    before = _under_way[0]
    _under_way[0] = cause
    return before


def end(before=OTHER):
    """It has ended."""
    happened(_under_way[0])
    _under_way[0] = before


def happened(cause):
    """It was under way just now."""
    if cause and (not _since_sample[0] or cause < _since_sample[0]):
        _since_sample[0] = cause


def take():
    """What has held sampling up since this was asked last."""
    cause = _under_way[0]
    known = _since_sample[0]
    _since_sample[0] = 0
    if known and (not cause or known < cause):
        return known
    return cause
