"""Bytes of a message into a fragment, in plain Python; `fragment_copy_viper` is that loop in machine code."""


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
