"""The chip's pipes to the soak: what the host says of the world outside, what goes over the air.

From the host, one line each: `go US STOP` (run to this true time, or to the first
notification), `at US connect N`, `at US disconnect N`,
`at US write HEX` (a write to the control characteristic), `at US hold N` (the other side goes silent), `radio
BUFFERS PER_EVENT`, `clock PPB`, `cut AFTER TORN`. To the host: u8 kind, u64 true time in us, u32 length,
payload; kinds: r reached, n notification (u8 handle, value), e event text.
"""

import json
import os
import struct

FOLDER = os.getenv("PLANTIGRADE_SOAK")
with open(FOLDER + "/board.json") as _file:
    settings = json.load(_file)

_in = open(settings["in"], "rb")  # noqa: SIM115
_out = open(settings["out"], "wb")  # noqa: SIM115
_head = bytearray(13)
at_end = []  # what to call when the power goes


def power_is_gone():
    """Whatever keeps notes writes the last ones."""
    for flush in at_end:
        flush()


def line():
    """The next line from the host; the chip ends with it."""
    text = _in.readline()
    if not text:
        power_is_gone()
        raise SystemExit
    return text.decode().split()


def tell(kind, true_us, payload=b""):
    """Send one message to the host."""
    struct.pack_into("<BQI", _head, 0, kind, true_us, len(payload))
    _out.write(_head)
    if payload:
        _out.write(payload)
