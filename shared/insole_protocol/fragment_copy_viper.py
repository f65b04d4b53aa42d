# pyright: basic, reportMissingImports=false, reportMissingModuleSource=false, reportUndefinedVariable=false
# ruff: noqa: F821
"""The loop of `fragment_copy` as machine code, for MicroPython only."""

import micropython


@micropython.viper
def copy_behind_head(out: ptr8, source: ptr8, at: int, count: int):
    i = 0
    while i < count:
        out[i + 1] = source[at + i]
        i += 1
