"""Loops over the bytes of a record that is sealed, in plain Python; `sealing_loops_viper` has the same in
machine code."""

TYPE_CHECKING = False
if TYPE_CHECKING:
    Bytes = bytes | bytearray | memoryview
    Out = bytearray | memoryview


def put_counters(out: "Out", record: "Bytes", blocks: int) -> None:
    """Write as many counter blocks of 16 bytes: bytes 4 to 17 of the record, then the block's number.

    >>> out = bytearray(32)
    >>> put_counters(out, bytes(range(26)), 2)
    >>> out[:16].hex(), out[30:].hex()
    ('0405060708090a0b0c0d0e0f10110000', '0001')
    """
    at = 0
    n = 0
    while n < blocks:
        i = 0
        while i < 14:
            out[at + i] = record[4 + i]
            i += 1
        out[at + 14] = n >> 8
        out[at + 15] = n & 255
        at += 16
        n += 1


def xor(out: "Out", at: int, pad: "Bytes", count: int) -> None:
    """Add `count` bytes of `pad` to those of `out` from `at` on.

    >>> out = bytearray(b"abc")
    >>> xor(out, 1, b"\\x01\\x01", 2)
    >>> out
    bytearray(b'acb')
    """
    i = 0
    while i < count:
        out[at + i] ^= pad[i]
        i += 1


def copy(out: "Out", source: "Bytes", at: int, count: int) -> None:
    """Copy `count` bytes of `source` from `at` on to the start of `out`."""
    i = 0
    while i < count:
        out[i] = source[at + i]
        i += 1
