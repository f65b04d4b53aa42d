# ruff: noqa: F821
"""The loops of `memory_ops` as machine code, for MicroPython only."""

import micropython


@micropython.viper
def copy(target: ptr8, at: int, source: ptr8, length: int):
    i = 0
    while i < length:
        target[at + i] = source[i]
        i += 1


@micropython.viper
def clear(target: ptr8, length: int):
    i = 0
    while i < length:
        target[i] = 0xFF
        i += 1
