"""The host side of the messages: commands built, replies and log messages parsed (PROTOCOL.md section 4).

The formats are those of `messages`. All functions are pure.
"""

import struct

from insole_protocol import block, errors, ids, messages

TYPE_CHECKING = False
if TYPE_CHECKING:
    from insole_protocol.fragments import Fragmenter


RESULT_NAMES = (
    "ok",
    "unknown command",
    "say hello first",
    "no common version",
    "wrong length",
    "out of range",
    "busy",
    "not allowed",
    "storage error",
    "not available",
)  # by code, section 4.2


class ReplyError(errors.MessageError):
    """The other end refused a command; `result` is its code, the text says why."""

    name = "reply"

    def __init__(self, result: int, text: str) -> None:
        super().__init__(text)
        self.result = result
        self.text = text


class Reply:
    """A reply: `op` without the reply bit, `tag`, `result`, `fields` in the order of the table, `tail`.

    `tail` holds a text (also of a refusal), the value of a setting, the list of LOG_GAPS, counters, or data.
    """

    def __init__(
        self, op: int, tag: int, result: int, fields: "tuple[int | bytes, ...]", tail: bytes
    ) -> None:
        self.op = op
        self.tag = tag
        self.result = result
        self.fields = fields
        self.tail = tail

    @property
    def text(self) -> str:
        """The tail as text; bytes that are not UTF-8 are shown as '?'."""
        return as_text(self.tail)

    def check(self) -> "Reply":
        """Itself when the command was carried out.

        Raises:
            ReplyError: the insole refused; its text says why.
        """
        if self.result != ids.RESULT_OK:
            raise ReplyError(self.result, self.text or result_name(self.result))
        return self


class LogMessage:
    """A message of the log channel: `kind`, `transfer`, and by kind `records` (bytes of each block record) or
    `fields`.

    `fields` are (slots sent, reason) of LOG_END and (from seq, end seq, reason) of LOG_GAP.
    """

    def __init__(
        self, kind: int, transfer: int, fields: "tuple[int, ...]", records: "tuple[bytes, ...]" = ()
    ) -> None:
        self.kind = kind
        self.transfer = transfer
        self.fields = fields
        self.records = records


def as_text(data: bytes) -> str:
    """UTF-8 as text; what is not UTF-8 becomes '?' (MicroPython cannot replace by itself)."""
    try:
        return str(bytes(data), "utf-8")
    except (UnicodeError, ValueError):
        return "".join([chr(b) if b < 128 else "?" for b in data])


def result_name(result: int) -> str:
    """A result code as text."""
    return RESULT_NAMES[result] if result < len(RESULT_NAMES) else "result %d" % result


def build_command(op: int, tag: int, *arguments: int, value: bytes = messages.NO_VALUE) -> bytes:
    """The bytes of a command.

    Raises:
        UnknownCommandError, ValueRangeError: when `parse_command` would refuse it.
    """
    form = messages.COMMAND_FORMATS.get(op)
    if form is None:
        raise errors.UnknownCommandError("there is no command 0x%02x" % op)
    messages.check_last(op, arguments)
    return bytes((op, tag & 255)) + struct.pack(form, *arguments) + value


def parse_reply(buf: "bytes | bytearray | memoryview") -> Reply:
    """The reply in `buf`, refusals included.

    Raises:
        MessageLengthError, UnknownCommandError, ValueRangeError.
    """
    if len(buf) < 3:
        raise errors.MessageLengthError("a reply has at least 3 bytes, this has %d" % len(buf))
    op = buf[0] & ~ids.REPLY_BIT
    form = messages.REPLY_FORMATS.get(op)
    if form is None or not buf[0] & ids.REPLY_BIT:
        raise errors.UnknownCommandError("no command has the reply 0x%02x" % buf[0])
    tag = buf[1]
    result = buf[2]
    if result != ids.RESULT_OK:
        if len(buf) > 3 + ids.MAX_TEXT_BYTES:
            raise errors.MessageLengthError("a refusal with %d bytes of text" % (len(buf) - 3))
        return Reply(op, tag, result, (), bytes(buf[3:]))
    tail_at = 3 + struct.calcsize(form)
    if len(buf) < tail_at:
        raise errors.MessageLengthError("reply 0x%02x has %d bytes" % (buf[0], len(buf)))
    fields = struct.unpack_from(form, buf, 3)
    return Reply(op, tag, result, fields, _check_tail(op, fields, bytes(buf[tail_at:])))


def _check_tail(op: int, fields: "tuple[int | bytes, ...]", tail: bytes) -> bytes:
    """What follows a reply's fields, without the length of a text; refuses what does not belong there."""
    kind = messages.REPLY_TAILS.get(op)
    if kind == "text":
        if not tail or tail[0] != len(tail) - 1 or tail[0] > ids.MAX_TEXT_BYTES:
            raise errors.MessageLengthError("reply 0x%02x: its text has not the length it names" % op)
        return tail[1:]
    if kind == "counters":
        if not tail or tail[0] * messages.COUNTER_BYTES != len(tail) - 1:
            raise errors.MessageLengthError("reply 0x%02x has not as many counters as it says" % op)
        return tail[1:]
    if kind == "value":
        expected = min(len(tail), messages.MAX_VALUE_BYTES)
    elif kind == "data":
        expected = min(len(tail), messages.MAX_DATA_BYTES)
    elif kind == "gaps":
        if fields[0] > ids.MAX_GAPS:  # type: ignore[operator]
            raise errors.ValueRangeError("%d gaps in one reply" % fields[0])
        expected = fields[0] * messages.GAP_BYTES + 4  # type: ignore[operator]
    else:
        expected = 0
    if len(tail) != expected:
        raise errors.MessageLengthError("reply 0x%02x ends with %d bytes, not %d" % (op, len(tail), expected))
    return tail


def build_log_block(transfer: int, *records: "bytes | bytearray | memoryview") -> bytes:
    """Stored records on their way to the host."""
    prefix = struct.pack(messages.LOG_PREFIX_FORMAT, ids.LOG_BLOCK, transfer)
    return prefix + b"".join([bytes(record) for record in records])


def split_records(data: bytes) -> "tuple[bytes, ...]":
    """Block records that lie one behind the other.

    From a length on that cannot be, all that is left is one piece: whoever decodes it says what is wrong.
    """
    found: "list[bytes]" = []
    while data:
        length = len(data)
        if length > block.MIN_BYTES:
            length_stated = block.length_of(data)
            if block.MIN_BYTES <= length_stated < length:
                length = length_stated
        found.append(data[:length])
        data = data[length:]
    return tuple(found)


def parse_log_message(buf: "bytes | bytearray | memoryview") -> LogMessage:
    """A message of the log channel; the records inside are not checked here.

    Raises:
        MessageLengthError, UnknownCommandError, ValueRangeError.
    """
    if len(buf) < messages.LOG_PREFIX_BYTES:
        raise errors.MessageLengthError("a log message has at least 5 bytes, this has %d" % len(buf))
    kind, transfer = struct.unpack_from(messages.LOG_PREFIX_FORMAT, buf, 0)
    if kind == ids.LOG_BLOCK:
        if len(buf) == messages.LOG_PREFIX_BYTES:
            raise errors.MessageLengthError("a log message of records without a record")
        return LogMessage(kind, transfer, (), split_records(bytes(buf[messages.LOG_PREFIX_BYTES :])))
    if kind not in (ids.LOG_END, ids.LOG_GAP):
        raise errors.UnknownCommandError("log message of unknown kind %d" % kind)
    form = "<IB" if kind == ids.LOG_END else messages.GAP_FORMAT
    if len(buf) != messages.LOG_PREFIX_BYTES + struct.calcsize(form):
        raise errors.MessageLengthError("log message of kind %d with %d bytes" % (kind, len(buf)))
    fields = struct.unpack_from(form, buf, messages.LOG_PREFIX_BYTES)
    if kind == ids.LOG_GAP and fields[0] >= fields[1]:
        raise errors.ValueRangeError("a gap from %d to %d" % (fields[0], fields[1]))
    return LogMessage(kind, transfer, fields)


def fragment_values(
    fragmenter: "Fragmenter", message: "bytes | bytearray | memoryview", size: int
) -> "list[bytes]":
    """All ATT values of one message, each of at most `size` bytes."""
    out = bytearray(size)
    values: "list[bytes]" = []
    fragmenter.start(message, len(message))
    while True:
        n = fragmenter.next(out, size)
        if n == 0:
            return values
        values.append(bytes(out[:n]))
        fragmenter.advance()
