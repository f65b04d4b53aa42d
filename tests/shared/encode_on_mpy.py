# ruff: noqa: UP031
"""The encoder on MicroPython: `heap` checks that it allocates nothing, `time` prints microseconds a frame.

micropython encode_on_mpy.py heap|time [FRAMES_FILE]: the file holds rows of 16 little-endian u16.
"""

import struct
import sys
import time
from array import array

import micropython
from insole_protocol import codec, kernels
from insole_protocol.codec import Encoder

ROWS = 64


def made_up():
    """A ring of wandering counts."""
    ring = array("H", bytes(ROWS * 32))
    state = 1
    for i in range(16, len(ring)):
        state = (state * 1103515245 + 12345) & 0x3FFFFFFF
        ring[i] = max(0, min(4095, (ring[i - 16] or 330) + (state >> 8) % 41 - 20))
    return ring


def heap():
    """Encode with the heap locked: an allocation would raise MemoryError."""
    ring, motion, out = made_up(), array("h", bytes(ROWS * 12)), bytearray(2048)
    for loops in (codec._kernels, kernels):
        for imu in (None, motion):
            encoder = Encoder(50, imu is not None, loops)
            for count in (1, 5, 50):
                micropython.heap_lock()
                try:
                    encoder.encode(out, ring, 40, count, 7, 1 << 40, 3, 10000, 1, 1, 0, imu)
                finally:
                    micropython.heap_unlock()
    micropython.heap_lock()
    try:
        bytearray(2048)
        print("the heap is not locked")
    except MemoryError:
        print("nothing allocated")
    finally:
        micropython.heap_unlock()


def _best(function, turns):
    """Least microseconds of one call, over several rounds."""
    least = 1e9
    for _ in range(9):
        start = time.ticks_us()
        for _ in range(turns):
            function()
        least = min(least, time.ticks_diff(time.ticks_us(), start) / turns)
    return least


def clock(path):
    """Microseconds a frame: struct.pack_into of 16 values, then the encoder with both kinds of loops."""
    with open(path, "rb") as file:  # noqa: PTH123
        ring = array("H", file.read())
    out = bytearray(2048)
    row = [ring[i] for i in range(16)]
    pack_into = struct.pack_into
    print("struct", _best(lambda: pack_into("<16H", out, 0, *row), 2000))
    rows = len(ring) // 16
    for loops in (codec._kernels, kernels):
        name = loops.__name__.split(".")[1]
        for count in (5, 25, 40, 50):
            encoder = Encoder(64, False, loops)
            spans = rows // count

            def walk(encoder=encoder, count=count, spans=spans):
                for i in range(spans):
                    encoder.encode(out, ring, i * count, count, 7, 1 << 40, 3, 10000, 1, 1, 0)

            print("%s-%d" % (name, count), _best(walk, 1) / (spans * count))


if sys.argv[1] == "heap":
    heap()
else:
    clock(sys.argv[2])
