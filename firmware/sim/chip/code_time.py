"""What the firmware's own code takes on the chip: its time passes here, as this computer is far quicker.

Four parts are charged: a scan when its row is taken, encoding when a record is finished, the log when a
record is appended, the radio when a message is handed over. Their cycles are those of `code_time_table`; the
behaviour `code_time_pct` says how much of them is charged. The firmware's files are not touched: the first
hardware timer that starts wraps methods of their classes, where whoever runs the chip wants it (`wanted`).
"""

import sys

from sim.chip import behaviour, code_time_table as table, hardware
from sim.chip.hardware import board, supply

LIVE_SLOTS = 20  # a record of more is a chunk of daily mode
CAUSE = "code"
wanted = False
settling_passes = False  # the driver's own sleeps let time pass: they are not charged

_installed = False
_in_sleep_us = 16 * board.SETTLE_US


def charge(cycles, us=0):
    """Let the time of so many cycles pass, at the clock of now, and so many microseconds."""
    percent = behaviour.value("code_time_pct")
    if percent:
        mhz = supply["frequency"] // 1000000
        hardware.spend(us + cycles * percent // (100 * mhz), CAUSE)


def _scan_us():
    us = table.I2C_US + 16 * board.ADC_OVERSAMPLE * behaviour.value("adc_conversion_us")
    return us if settling_passes else us + _in_sleep_us


def _after(owner, name, cost):
    """Have `cost` charged after each call of a method, by its class, so that every object of it is meant."""
    original = getattr(owner, name)

    def with_one(self, argument):
        result = original(self, argument)
        cost(self, argument)
        return result

    setattr(owner, name, with_one)


def _scanned(sampler, jitter_us):
    charge(table.SCAN_CYCLES, _scan_us())


def _encoded(builder, slots):
    if slots > LIVE_SLOTS:
        charge(slots * table.CHUNK_SLOT_CYCLES)
    else:
        charge(table.ENCODE_CYCLES + slots * table.ENCODE_SLOT_CYCLES)


def _logged(recorder, record):
    charge(table.LOG_CYCLES + (record[2] | record[3] << 8) * table.LOG_BYTE_CYCLES)


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
        charge(table.MESSAGE_CYCLES + length * table.MESSAGE_BYTE_CYCLES)

    link.begin = begun
