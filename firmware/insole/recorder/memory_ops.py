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
