"""Counters of every part for DIAGNOSTICS (PROTOCOL.md section 4.6): which attribute of which part each is.

How to add one: give a part an attribute that is an integer (or a boolean), append "PART.ATTRIBUTE" here, and
append a row "PART_ATTRIBUTE" with a text for people to `insole_protocol/diagnostic_names.py` (then run
`python -m tools.make_protocol_tables`); a test compares the two. The order is the wire's: rows are appended,
never moved or taken out. PART is an attribute of `Insole` (recorder, sampler, radio, usb, imu, ...);
"PART.ATTRIBUTE.3" takes one item of an array. What is not there counts as 0. The module is loaded for a reply
and forgotten afterwards: it costs no heap in between.
"""

import struct

SOURCES = (
    "boots.since_power",
    "boots.reset_cause",
    "boots.crashes",
    "boots.watchdog_resets",
    "boots.safe_modes",
    "radio.handler_errors",
    "radio.overflowed",
    "usb.stalls",
    "imu.errors",
    "sampler.lost",
    "sampler.rephased",
    "sampler.timer_inits",
    "recorder.storage_errors",
    "faults.storage_errors",
    "sampler.off_grid",
    "sampler.lost_by.0",
    "sampler.lost_by.1",
    "sampler.lost_by.2",
    "sampler.lost_by.3",
    "sampler.lost_by.4",
    "sampler.lost_by.5",
    "sampler.lost_by.6",
    "i2c.errors",
    "battery.charger",
    "battery.drain",
    "boots.timer_restarts",
    "radio.restarts",
    "recorder.on_card",
    "recorder.retries",
    "recorder.erased",
    "usb.prompt_open",
)


def _value(insole, source):
    found = insole
    for name in source.split("."):
        found = found[int(name)] if name.isdigit() else getattr(found, name, 0)
    return int(found) & 0xFFFFFFFF


def counters(insole):
    """All of them, 32 bits each, as the reply carries them."""
    values = []
    for source in SOURCES:
        try:
            values.append(_value(insole, source))
        except (TypeError, IndexError, AttributeError):
            values.append(0)
    return struct.pack("<%dI" % len(values), *values)
