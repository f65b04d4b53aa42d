"""Cycles of the firmware's own code on an ESP32-S3; 50 % more or less is possible.

Written by `python -m tools.chip_time --write` from the compiled firmware: do not edit. What the figures rest
on: docs/reference/slot-budget.md.
"""

SCAN_CYCLES = 172628  # one tick of the sampler, without the microseconds below
CONVERSION_US = 35
I2C_US = 418
ENCODE_CYCLES = 46539  # one record in live mode, and for each of its slots:
ENCODE_SLOT_CYCLES = 79093
CHUNK_SLOT_CYCLES = 187189  # each slot in daily mode, judging included
LOG_CYCLES = 66110  # one record appended, and for each of its bytes:
LOG_BYTE_CYCLES = 551
MESSAGE_CYCLES = 444433  # one message to a Bluetooth connection, its tasks included, and for each byte:
MESSAGE_BYTE_CYCLES = 332
