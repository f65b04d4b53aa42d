"""Requests from outside while the board runs: battery, pins, motion sensor, clock faults, power cut at a
coming write.

One line each on the control pipe: `battery MV`, `pin NUMBER LEVEL`, `clock DRIFT_PPB STEP_US`, `cut AFTER
TORN`, `imu CHANNEL`.
"""

from sim import clock, interrupts, settings
from sim.chip import flash, pins
from sim.chip.hardware import supply

_pipe = settings.descriptor("control", "rb")


def _obey(line):
    fields = line.split()
    kind = fields[0]
    numbers = [int(word) for word in fields[1:]]
    if kind == b"battery":
        supply["battery_mv"] = numbers[0]
    elif kind == b"pin":
        pins.drive(numbers[0], numbers[1])
    elif kind == b"clock":
        clock.change(numbers[0], numbers[1])
        interrupts.shift(numbers[1])
    elif kind == b"imu":
        supply["imu_broken"] = numbers[0]
    elif kind == b"cut":
        flash.cut_power_after(numbers[0], flash.HALF if numbers[1] else 0)


def _on_input():
    # one line for each dispatch: the pipe stays readable while there are more
    for item in _poller.ipoll(0):
        _obey(item[0].readline())


def start():
    """Listen from now on."""
    global _poller
    import select

    _poller = select.poll()
    _poller.register(_pipe, select.POLLIN)
    interrupts.watch(_pipe, _on_input)
