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


@micropython.viper
def is_blank(data: ptr8, length: int) -> bool:
    i = 0
    while i < length:
        if data[i] != 0xFF:
            return False
        i += 1
    return True
