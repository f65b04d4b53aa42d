"""In the place of the multiplexer's driver: sensors that play a day and note what they showed.

The driver itself and the converter behind it run in the twin and in the firmware's tests; here they would
take most of the time that hours of walking need.
"""

from array import array

import notes
import boards
import timeline
import wire
from sim.chip import behaviour

_settings = wire.settings
_rows = open(_settings["feed"], "rb")  # noqa: SIM115
_plan = [(entry[0], entry[1], entry[2]) for entry in _settings["plan"]]  # from true us, first row, rows
_at = array("q", [0, -2])
_row = array("H", bytes(32))
_truth = notes.Notes(_settings["truth"])


class ForceArray:
    """The 12-bit counts of this moment, and a note of when which were read."""

    def __init__(self, board):
        self._rest = board.AMPLIFIER_REST_MV * 4095 // board.ADC_FULL_SCALE_MV
        self.conversions = boards.conversions(board, behaviour.value("adc_conversion_us"))

    def scan(self, ring, base):
        now = timeline.true_us()
        plan = _at[0]
        while plan + 1 < len(_plan) and _plan[plan + 1][0] <= now:
            plan += 1
            _at[0] = plan
        start, first, rows = _plan[plan]
        row = first + (now - start) // 10000 % rows
        if row != _at[1] + 1:
            _rows.seek(32 + row * 32)
        _at[1] = row
        _rows.readinto(_row)
        for i in range(16):
            ring[base + i] = _row[i] >> 4
        if len(ring) > 16:  # the sampler's ring, not the self-test's array
            _truth.add(timeline.device_us(), row, 0)

    def power(self, on):
        pass

    def reference(self):
        return self._rest
