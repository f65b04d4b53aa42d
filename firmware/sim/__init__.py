"""The MicroPython side of the twin: a chip in software, so that unmodified firmware runs on this computer.

`chip/` is the chip itself, the same for the twin, the soak and the firmware's tests. Here it is wired to
real time and to the virtual air (`wiring.py`); `boot.py` puts it in the place of the real one (`machine`,
`bluetooth`, `esp32`, `time`, `select`) and then starts the board's file system as a chip would. Nothing here
is ever copied to a real insole.
"""
