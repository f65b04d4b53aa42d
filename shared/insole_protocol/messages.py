"""Commands, replies and log transfer messages: bytes to fields and back (PROTOCOL.md section 4).

What the insole needs: it parses commands and builds replies. The host does it the other way round, from the
same formats, in `host_messages`; `replies` gives the fields names. All functions are pure.
"""

import struct
import sys

from insole_protocol import errors, ids, message_formats
from insole_protocol.message_formats import (
    COMMAND_FORMATS,
    LAST_AT_MOST,
    REPLY_FORMATS,
    REPLY_TAILS,
    VALUE_AT_MOST,
)

MAX_VALUE_BYTES = message_formats.MAX_VALUE_BYTES
MAX_DATA_BYTES = message_formats.MAX_DATA_BYTES

if sys.implementation.name == "micropython":
    # The modules have served: their room on the heap goes to the rest. The numbers stay in `ids`.
    package = sys.modules["insole_protocol"]
    for name in ("message_formats", "message_table"):
        if hasattr(package, name):
            delattr(package, name)
        sys.modules.pop("insole_protocol." + name, None)
    del package, name

GAP_FORMAT = "<IIB"
GAP_BYTES = 9
COUNTER_BYTES = 4
LOG_PREFIX_FORMAT = "<BI"  # kind and transfer number before the rest of a log message
LOG_PREFIX_BYTES = 5
NO_VALUE = b""


class Command:
    """A command: `op`, `tag`, `arguments` (integers in the table's order), `value` (bytes at its end)."""

    def __init__(self, op: int, tag: int, arguments: "tuple[int, ...]", value: bytes) -> None:
        self.op = op
        self.tag = tag
        self.arguments = arguments
        self.value = value


def cut_text(text: str, limit: int) -> bytes:
    """At most `limit` bytes of UTF-8, cut between characters."""
    data = text.encode()
    if len(data) <= limit:
        return data
    while limit and data[limit] & 0xC0 == 0x80:
        limit -= 1
    return data[:limit]


def parse_command(buf: "bytes | bytearray | memoryview") -> Command:
    """The command in `buf`.

    Raises:
        MessageLengthError, UnknownCommandError, ValueRangeError. The reply still needs op and tag: the first
        two bytes, when there are as many.
    """
    if len(buf) < 2:
        raise errors.MessageLengthError("a command has at least 2 bytes, this has %d" % len(buf))
    op = buf[0]
    form = COMMAND_FORMATS.get(op)
    if form is None:
        raise errors.UnknownCommandError("there is no command 0x%02x" % op)
    extra = len(buf) - 2 - struct.calcsize(form)
    if extra < 0 or extra > VALUE_AT_MOST.get(op, 0):
        raise errors.MessageLengthError("command 0x%02x has %d bytes" % (op, len(buf)))
    arguments = struct.unpack_from(form, buf, 2)
    check_last(op, arguments)
    return Command(op, buf[1], arguments, bytes(buf[len(buf) - extra :]) if extra else NO_VALUE)


def check_last(op: int, arguments: "tuple[int, ...]") -> None:
    """Refuse a last argument that has no meaning."""
    limit = LAST_AT_MOST.get(op)
    if limit is not None and arguments[-1] > limit:
        raise errors.ValueRangeError("command 0x%02x: %d is above %d" % (op, arguments[-1], limit))


def build_reply(op: int, tag: int, *fields: "int | bytes", tail: bytes = NO_VALUE) -> bytes:
    """A reply with result 0. `tail`: a text in UTF-8, a setting's value, or counters of 32 bits each."""
    kind = REPLY_TAILS.get(op)
    if kind == "text":
        tail = bytes((len(tail),)) + tail
    elif kind == "counters":
        tail = bytes((len(tail) // COUNTER_BYTES,)) + tail
    return bytes((op | ids.REPLY_BIT, tag, ids.RESULT_OK)) + struct.pack(REPLY_FORMATS[op], *fields) + tail


def build_gaps_reply(tag: int, gaps: "list[tuple[int, int, int]]", next_cursor: int) -> bytes:
    """The reply to LOG_GAPS: at most MAX_GAPS of (from seq, end seq, reason)."""
    parts = [bytes((ids.OP_LOG_GAPS | ids.REPLY_BIT, tag, ids.RESULT_OK, len(gaps)))]
    for from_seq, end_seq, reason in gaps:
        parts.append(struct.pack(GAP_FORMAT, from_seq, end_seq, reason))
    parts.append(struct.pack("<I", next_cursor))
    return b"".join(parts)


def build_refusal(op: int, tag: int, result: int, text: str) -> bytes:
    """A reply that says no, with the reason as text."""
    return bytes((op | ids.REPLY_BIT, tag, result)) + cut_text(text, ids.MAX_TEXT_BYTES)


def result_of(error: errors.ProtocolError) -> int:
    """The result code that answers a command which raised `error`."""
    if isinstance(error, errors.UnknownCommandError):
        return ids.RESULT_UNKNOWN_COMMAND
    if isinstance(error, errors.MessageLengthError):
        return ids.RESULT_LENGTH
    if isinstance(error, errors.ProtocolVersionError):
        return ids.RESULT_VERSION
    return getattr(error, "result", ids.RESULT_RANGE)


def choose_version(lowest: int, highest: int, own: int = ids.OPEN_VERSION) -> int:
    """The insole's own version, where the host speaks it: `ids.LOCKED_VERSION` of an insole with a device
    key, `ids.OPEN_VERSION` of one without.

    Raises:
        ProtocolVersionError: the host does not; the text names both.
    """
    if lowest <= own <= highest:
        return own
    raise errors.ProtocolVersionError(
        "no common version: host %d-%d, insole %d-%d" % (lowest, highest, own, own)
    )


def build_log_end(transfer: int, slots_sent: int, reason: int) -> bytes:
    """The end of a transfer."""
    return struct.pack("<BIIB", ids.LOG_END, transfer, slots_sent, reason)


def build_log_gap(transfer: int, from_seq: int, end_seq: int, reason: int) -> bytes:
    """Slots that the log has not, and why."""
    return struct.pack("<BIIIB", ids.LOG_GAP, transfer, from_seq, end_seq, reason)
