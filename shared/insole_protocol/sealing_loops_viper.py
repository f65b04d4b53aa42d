# pyright: basic, reportMissingImports=false, reportMissingModuleSource=false, reportUndefinedVariable=false
# ruff: noqa: F821
"""The loops of `sealing_loops` as machine code, for MicroPython only."""

import micropython


@micropython.viper
def put_counters(out: ptr8, record: ptr8, blocks: int):
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


@micropython.viper
def xor(out: ptr8, at: int, pad: ptr8, count: int):
    i = 0
    while i < count:
        out[at + i] = out[at + i] ^ pad[i]
        i += 1


@micropython.viper
def copy(out: ptr8, source: ptr8, at: int, count: int):
    i = 0
    while i < count:
        out[i] = source[at + i]
        i += 1
