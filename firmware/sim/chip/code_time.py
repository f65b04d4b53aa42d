"""What the firmware's own code takes on the chip: its time passes here, as this computer is far quicker.

Four parts are charged: a scan when its row is taken, encoding when a record is finished, the log when a
record is appended, the radio when a message is handed over. Their cycles are those of `code_time_table`; the
behaviour `code_time_pct` says how much of them is charged. The firmware's files are not touched: the first
hardware timer that starts wraps methods of their classes, where whoever runs the chip wants it (`wanted`).

A scan is a callback, during which no other comes. The rest is bytecode, which callbacks interrupt.
"""

import sys

from sim.chip import alarms, behaviour, hardware
from sim.chip import code_time_table as table
from sim.chip.hardware import board, supply

LIVE_SLOTS = 20  # a record of more is a chunk of daily mode
CAUSE = "code"
LONGEST_PIECE_US = 100  # machine code and C functions, between which no callback comes
wanted = False
settling_passes = False  # the driver's own sleeps let time pass: they are not charged

_installed = False
_settling_us = 16 * board.SETTLE_US


def _us(cycles):
    """What so many cycles take at the clock of now, as far as the behaviour has them charged."""
    return cycles * behaviour.value("code_time_pct") // (supply["frequency"] // 10000)


def work(cycles):
    """Let the time of so many cycles of bytecode pass: callbacks come in between, and their time is added."""
    left = _us(cycles)
    while left > 0:
        until_due = alarms.due[alarms.first()] - hardware.clock.device_us()
        piece = min(left, max(0, until_due) + LONGEST_PIECE_US)
        hardware.spend(piece, CAUSE)
        left -= piece


def _after(owner, name, cost):
    """Have `cost` charged after each call of a method, by its class, so that every object of it is meant."""
    original = getattr(owner, name)

    def with_cost(self, argument):
        result = original(self, argument)
        cost(self, argument)
        return result

    setattr(owner, name, with_cost)


def _scanned(sampler, jitter_us):
    if behaviour.value("code_time_pct"):
        us = table.I2C_US + 16 * sampler._array.conversions * behaviour.value("adc_conversion_us")
        if not settling_passes:
            us += _settling_us
        hardware.spend(us + _us(table.SCAN_CYCLES), CAUSE)


def _encoded(builder, slots):
    if slots > LIVE_SLOTS:
        work(slots * table.CHUNK_SLOT_CYCLES)
    else:
        work(table.ENCODE_CYCLES + slots * table.ENCODE_SLOT_CYCLES)


def _logged(recorder, record):
    work(table.LOG_CYCLES + (record[2] | record[3] << 8) * table.LOG_BYTE_CYCLES)


def install():
    """Wrap the firmware's classes, once, when it is there and wanted."""
    global _installed
    sampler = sys.modules.get("insole.sampler")
    if _installed or not wanted or sampler is None:
        return
    _installed = True
    _after(sampler.Sampler, "_take", _scanned)
    _after(sys.modules["insole.blocks"].BlockBuilder, "_finish", _encoded)
    _after(sys.modules["insole.recorder"].Recorder, "append", _logged)
    link = sys.modules["insole.ble_link"].BleLink
    begin = link.begin

    def begun(self, channel, message, length):
        begin(self, channel, message, length)
        work(table.MESSAGE_CYCLES + length * table.MESSAGE_BYTE_CYCLES)

    link.begin = begun
