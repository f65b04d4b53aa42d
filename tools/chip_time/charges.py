"""What the virtual chip charges for code: `firmware/sim/chip/code_time_table.py`, written from the budget."""

from tools.chip_time.budget import CHUNK_ROWS, LIVE_ROWS, Budget, record_bytes
from tools.chip_time.model import ROOT

TABLE = ROOT / "firmware" / "sim" / "chip" / "code_time_table.py"
_SMALL, _LARGE = 5, 40  # frames of the records from which the share of each byte is found
_MESSAGES = (150, 2048)  # bytes

_TEXT = '''"""Cycles of the firmware's own code on an ESP32-S3; {band:.0f} % more or less is possible.

Written by `python -m tools.chip_time --write` from the compiled firmware: do not edit. What the figures rest
on: docs/reference/slot-budget.md.
"""

SCAN_CYCLES = {scan}  # one tick of the sampler, without the microseconds below
CONVERSION_US = {conversion}
I2C_US = {i2c}
ENCODE_CYCLES = {encode}  # one record in live mode, and for each of its slots:
ENCODE_SLOT_CYCLES = {encode_slot}
CHUNK_SLOT_CYCLES = {chunk_slot}  # each slot in daily mode, judging included
LOG_CYCLES = {log}  # one record appended, and for each of its bytes:
LOG_BYTE_CYCLES = {log_byte}
MESSAGE_CYCLES = {message}  # one message to a Bluetooth connection, its tasks included, and for each byte:
MESSAGE_BYTE_CYCLES = {message_byte}
'''


def table(budget: Budget) -> str:
    """The file as it should be."""
    model_us = budget.scan("adc_usual").us
    board = budget.values(LIVE_ROWS, 0)
    conversions, settle, adc = (board[name] for name in ("conversions", "settle", "adc"))
    i2c = model_us - 16 * (settle + conversions * adc)
    short, long = budget.encode(LIVE_ROWS, 0).cycles, budget.encode(2 * LIVE_ROWS, 0).cycles
    slot = (long - short) / LIVE_ROWS
    small, large = budget.log(_SMALL).cycles, budget.log(_LARGE).cycles
    log_byte = (large - small) / (record_bytes(_LARGE) - record_bytes(_SMALL))
    first, second = (budget.message(length).cycles for length in _MESSAGES)
    message_byte = (second - first) / (_MESSAGES[1] - _MESSAGES[0])
    tasks = budget.radio("live").cycles - budget.message(record_bytes(LIVE_ROWS)).cycles
    return _TEXT.format(
        band=100 * budget.figures.band,
        scan=round(budget.scan("adc_usual").cycles),
        conversion=round(adc),
        i2c=round(i2c),
        encode=round(short - LIVE_ROWS * slot),
        encode_slot=round(slot),
        chunk_slot=round(budget.encode(CHUNK_ROWS, 1).cycles / CHUNK_ROWS),
        log=round(small - record_bytes(_SMALL) * log_byte),
        log_byte=round(log_byte),
        message=round(first - _MESSAGES[0] * message_byte + tasks),
        message_byte=round(message_byte),
    )
