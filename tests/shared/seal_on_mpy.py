"""Seals records on MicroPython: prints them, shows that it takes nothing from the heap, or how long it takes.

The argument says which: `records`, `heap` or `time`.
"""

import sys
from array import array
from time import ticks_diff, ticks_us

from cryptolib import aes
from insole_protocol import block, motion_code, sealed_record, sealing
from insole_protocol.codec import Encoder, checksum

LOG_KEY = bytes(range(32))
CASES = ((1, 1000), (4, 1001), (40, 1005), (50, (1 << 30) + 5), (5, 1 << 31))


def records():
    """(bytes of format 1, record in a buffer) of each case."""
    encoder = Encoder(64)
    for frames, seq in CASES:
        out = bytearray(block.MAX_BYTES)
        rows = array("H", [330 + (i * 7) % 31 for i in range(16 * frames)])
        length = encoder.encode(out, rows, 0, frames, seq, 60000000 + seq, 3, 10000, 1, 1, 0x40)
        yield bytes(out[:length]), out


def sealer():
    """As the insole makes it."""
    code = motion_code.motion_code(4, 2000)
    return sealing.Sealer(sealed_record.RecordKeys(LOG_KEY), aes, checksum, code)


def show():
    """Each record in both formats, in hex."""
    by = sealer()
    for plain, out in records():
        length = by.seal(out)
        print(plain.hex(), bytes(out[:length]).hex())


def hold():
    """Nothing is allocated."""
    import micropython

    by = sealer()
    made = [out for _, out in records()]
    micropython.heap_lock()
    for out in made:
        by.seal(out)
    micropython.heap_unlock()
    print("nothing allocated")


def measure():
    """Microseconds to encode, and to seal, a record of 40 frames."""
    encoder = Encoder(64)
    by = sealer()
    out = bytearray(block.MAX_BYTES)
    rows = array("H", [330 + (i * i * 7) % 31 for i in range(640)])
    rounds = 2000
    start = ticks_us()
    for seq in range(rounds):
        length = encoder.encode(out, rows, 0, 40, seq, seq, 3, 10000, 1, 1, 0x40)
    encode = ticks_diff(ticks_us(), start) / rounds
    start = ticks_us()
    for _ in range(rounds):
        out[2] = length & 255
        out[3] = length >> 8
        by.seal(out)
    seal = ticks_diff(ticks_us(), start) / rounds
    print(f"{length} bytes: encode {encode:.1f} us, seal {seal:.1f} us")


{"records": show, "heap": hold, "time": measure}[sys.argv[1]]()
