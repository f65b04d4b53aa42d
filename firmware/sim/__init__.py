"""The MicroPython side of the twin: chips in software, so that unmodified firmware runs on this computer.

`boot.py` puts these modules in place of the chip's own (`machine`, `bluetooth`, `esp32`, `time`, `select`)
and then starts the board's file system as a chip would. Nothing here is ever copied to a real insole.
"""
