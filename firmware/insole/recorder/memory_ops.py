"""Moves bytes without slices, which would allocate: plain loops. `memory_ops_viper` does the same in machine
code."""


def copy(target, at, source, length):
    """Copy the first `length` bytes of `source` to `target` from `at` on."""
    for i in range(length):
        target[at + i] = source[i]


def clear(target, length):
    """Make the first `length` bytes of `target` read like erased flash."""
    for i in range(length):
        target[i] = 0xFF


def is_blank(data, length):
    """Whether the first `length` bytes of `data` are as erased flash reads."""
    for i in range(length):  # noqa: SIM110 - a generator would allocate
        if data[i] != 0xFF:
            return False
    return True
