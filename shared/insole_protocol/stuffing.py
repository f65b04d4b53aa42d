"""Loops over the bytes of messages in plain Python; `stuffing_viper` has the same in machine code."""

from array import array

FLAG = 0x7E
ESCAPE = 0x7D
FLIP = 0x20
CTRL_C = 0x03


def stuff(out: "bytearray | memoryview", source: "bytes | bytearray | memoryview", p: "array[int]") -> None:
    """Copy bytes of `source` to `out` and escape those that must not appear in a frame.

    Args:
        out: where to; has room for two bytes from any index before p[3].
        source: what.
        p: array('i') of where to go on in `source`, its end, where to go on in `out`, where to stop there;
            the first and third are moved on.
    """
    at = p[0]
    end = p[1]
    n = p[2]
    room = p[3]
    while at < end and n < room:
        byte = source[at]
        at += 1
        if byte in (FLAG, ESCAPE, CTRL_C):
            out[n] = ESCAPE
            n += 1
            byte ^= FLIP
        out[n] = byte
        n += 1
    p[0] = at
    p[2] = n


def copy_behind_head(
    out: "bytearray | memoryview", source: "bytes | bytearray | memoryview", at: int, count: int
) -> None:
    """Copy `count` bytes of `source` from `at` on to `out`, behind its first byte.

    >>> out = bytearray(4)
    >>> copy_behind_head(out, b"abcdef", 2, 3)
    >>> out
    bytearray(b'\\x00cde')
    """
    for i in range(count):
        out[i + 1] = source[at + i]
