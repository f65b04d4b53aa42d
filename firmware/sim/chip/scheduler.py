"""`micropython`, with the chip's own queue behind `schedule` and its USB behind `kbd_intr`; the rest is the
interpreter's."""

from micropython import *  # noqa: F403 (the module as it is)

from sim.chip import hardware


def schedule(function, argument):
    """Have `function(argument)` called between two bytecodes. RuntimeError when the chip's queue is full."""
    hardware.timers.schedule(function, argument)


def kbd_intr(char):
    """Which byte from USB interrupts a script; -1: none, so that all of them are data."""
    hardware.interrupted_by(char)
