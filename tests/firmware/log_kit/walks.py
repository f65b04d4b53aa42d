"""Block records for tests of the log, and what a reader may expect of a log. Runs on both interpreters."""

import struct
from binascii import crc32


def make_record(seq, slots, boot=1, size=None, frames=None):
    """A block record for `slots` slots whose payload follows from its number: any byte can be checked."""
    frames = frames or min(slots, 50)
    assert slots % frames == 0
    size = size or 54 + (seq * 7919 + slots) % 400
    out = bytearray(size)
    struct.pack_into(
        "<BBHIQHHBBBBH",
        out,
        0,
        0xA5,
        1,
        size,
        seq,
        seq * 10000,
        boot,
        10000,
        frames,
        slots // frames,
        0,
        1,
        0,
    )
    state = (seq * 2654435761 + boot) & 0xFFFFFFFF
    for i in range(26, size - 4):
        state = (state * 1664525 + 1013904223) & 0xFFFFFFFF
        out[i] = state >> 24
    struct.pack_into("<I", out, size - 4, crc32(memoryview(out)[: size - 4]) & 0xFFFFFFFF)
    return out


def read_all(log, first=0, end=0xFFFFFFFF, newest_first=False):
    """Items of a range, oldest first: (lo, hi, record) for blocks, (lo, hi, reason) for gaps."""
    buf = bytearray(2048)
    reader = log.reader(first, end, newest_first)
    items = []
    while True:
        n = reader.next(buf)
        if n == 0:
            break
        if n < 0:
            items.append((reader.gap_from, reader.gap_to, reader.gap_reason))
        else:
            items.append((reader.seq, reader.seq + reader.slots, bytes(buf[:n])))
    if newest_first:
        items.reverse()
    return items


def merged_gaps(items):
    """The gaps among items, neighbours of one reason joined."""
    gaps = []
    for lo, hi, what in items:
        if isinstance(what, bytes):
            continue
        if gaps and gaps[-1][1] == lo and gaps[-1][2] == what:
            gaps[-1] = (gaps[-1][0], hi, what)
        else:
            gaps.append((lo, hi, what))
    return gaps


def check_tiling(items, first, end):
    """Blocks and gaps cover [first, end) once, without overlap."""
    at = first
    for lo, hi, _ in items:
        assert lo == at, (lo, at)
        assert hi > lo
        at = hi
    assert at == end, (at, end)
