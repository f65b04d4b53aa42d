"""What is decided at power-on and each reset: the record of starts is read, and normal or safe mode chosen.

Loaded for that alone: `startup` lets it leave the heap.
"""

import struct
from binascii import crc32

import machine
from insole.boot_record import FORMAT, HEADER_BYTES, MAGIC, BootRecord
from insole_protocol import ids

MAX_FAILED = 3  # starts in a row that may fail; then safe mode


def load():
    """The record as the reset has left it; a new one after a power-on, or where it does not check."""
    record = BootRecord()
    content = machine.RTC().memory()
    if len(content) != len(record.buffer):
        return record
    fields = struct.unpack_from(FORMAT, content, 0)
    if fields[0] != MAGIC or fields[14] != crc32(content[: HEADER_BYTES - 4]):
        return record
    record.buffer[:] = content
    record.failed, record.safe_started = fields[1], bool(fields[2])
    record.since_power, record.crashes, record.watchdog_resets, record.safe_modes = fields[3:7]
    record.timer_restarts, record.uptime_s, record.boot = fields[7:10]
    record.crash_uptime_s, record.crash_boot, record.cause, record.text_bytes = fields[10:14]
    return record


def begin(went_back=False):
    """A start begins: its record. It counts as failed until `good` says otherwise.

    After the launcher went back to this firmware the starts that failed were another one's.
    """
    record = load()
    if went_back:
        record.failed = 0
        record.safe_started = False
    record.since_power = _next(record.since_power)
    record.failed = min(255, record.failed + 1)
    if record.bitten:
        record.watchdog_resets = _next(record.watchdog_resets)
        if not record.cause:
            record.describe(ids.CRASH_WATCHDOG, "the watchdog bit: the main loop stood still")
    record.after_crash = bool(record.cause)
    record.uptime_s = 0
    record.store()
    return record


def wants_safe_mode(record):
    """Whether this start shall be one of safe mode: too many have failed.

    When safe mode itself has died young, normal mode gets the next try.
    """
    safe = record.failed > MAX_FAILED and not record.safe_started
    record.safe_started = safe
    if safe:
        record.safe_modes = _next(record.safe_modes)
    record.store()
    return safe


def try_normal(record):
    """Let the next start be a normal one; if that one fails, safe mode comes back at once."""
    record.failed = MAX_FAILED - 1
    record.safe_started = False
    record.store()


def _next(count):
    return min(0xFFFF, count + 1)
