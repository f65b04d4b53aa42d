"""`micropython`, with the chip's own queue behind `schedule`; the rest is the interpreter's."""

from micropython import *  # noqa: F403 (the module as it is)

from sim.chip import hardware


def schedule(function, argument):
    """Have `function(argument)` called between two bytecodes. RuntimeError when the chip's queue is full."""
    hardware.timers.schedule(function, argument)
