# pyright: basic, reportMissingImports=false, reportMissingModuleSource=false, reportUndefinedVariable=false
# ruff: noqa: F821
"""The loops of `stuffing` as machine code, for MicroPython only."""

import micropython


@micropython.viper
def stuff(out: ptr8, source: ptr8, p: ptr32):
    at = p[0]
    end = p[1]
    n = p[2]
    room = p[3]
    while at < end and n < room:
        byte = source[at]
        at += 1
        if byte == 0x7E or byte == 0x7D or byte == 0x03:
            out[n] = 0x7D
            n += 1
            byte ^= 0x20
        out[n] = byte
        n += 1
    p[0] = at
    p[2] = n


@micropython.viper
def copy_behind_head(out: ptr8, source: ptr8, at: int, count: int):
    i = 0
    while i < count:
        out[i + 1] = source[at + i]
        i += 1
