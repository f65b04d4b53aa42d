"""Commands, replies and log transfer messages: bytes to fields and back (PROTOCOL.md section 4).

The insole parses commands and builds replies, the host the other way round; both from the formats below. The
host gives replies names and types with `replies`. All functions are pure.
"""

import struct

from insole_protocol import errors, ids

# Arguments of each command; SET_SETTING is followed by the value's bytes.
COMMAND_FORMATS = {
    ids.OP_HELLO: "<BB",
    ids.OP_TIME: "<Q",
    ids.OP_STATUS: "<",
    ids.OP_SET_MODE: "<B",
    ids.OP_STREAM: "<B",
    ids.OP_GET_SETTING: "<B",
    ids.OP_SET_SETTING: "<B",
    ids.OP_SELF_TEST: "<",
    ids.OP_LOG_INFO: "<",
    ids.OP_LOG_READ: "<IIB",
    ids.OP_LOG_STOP: "<",
    ids.OP_LOG_ACK: "<I",
    ids.OP_LOG_GAPS: "<I",
    ids.OP_REBOOT: "<B",
    ids.OP_IDENTIFY: "<B",
    ids.OP_LOG_ERASE: "<I",
}

# Fields of each reply; HELLO and SELF_TEST end with u8 n and n bytes of text, the settings with the value's
# bytes.
REPLY_FORMATS = {
    ids.OP_HELLO: "<BBBBHHI8s",
    ids.OP_TIME: "<QHQQ",
    ids.OP_STATUS: "<BBHIIIIIIIIHIHH",
    ids.OP_SET_MODE: "<B",
    ids.OP_STREAM: "<I",
    ids.OP_GET_SETTING: "<B",
    ids.OP_SET_SETTING: "<B",
    ids.OP_SELF_TEST: "<17H",
    ids.OP_LOG_INFO: "<HIIIIIII",
    ids.OP_LOG_READ: "<I",
    ids.OP_LOG_STOP: "<",
    ids.OP_LOG_ACK: "<I",
    ids.OP_LOG_GAPS: "<B",
    ids.OP_REBOOT: "<",
    ids.OP_IDENTIFY: "<",
    ids.OP_LOG_ERASE: "<",
}
_WITH_TEXT = (ids.OP_HELLO, ids.OP_SELF_TEST)
_WITH_VALUE = (ids.OP_GET_SETTING, ids.OP_SET_SETTING)
MAX_VALUE_BYTES = 32  # the longest value of a setting

# The greatest value of a command's last argument, where not every one has a meaning.
_LAST_AT_MOST = {
    ids.OP_SET_MODE: ids.MODE_LIVE,
    ids.OP_STREAM: 1,
    ids.OP_LOG_READ: 1,
    ids.OP_REBOOT: ids.REBOOT_BOOT_LOADER,
}

GAP_FORMAT = "<IIB"
GAP_BYTES = 9
LOG_PREFIX_FORMAT = "<BI"  # kind and transfer number before the rest of a log message
LOG_PREFIX_BYTES = 5
NO_VALUE = b""


class Command:
    """A command: `op`, `tag`, `arguments` (integers in the table's order), `value` (bytes of SET_SETTING)."""

    def __init__(self, op: int, tag: int, arguments: "tuple[int, ...]", value: bytes) -> None:
        self.op = op
        self.tag = tag
        self.arguments = arguments
        self.value = value


class Reply:
    """A reply: `op` without the reply bit, `tag`, `result`, `fields` in the order of the table, `tail`.

    `tail` holds the text of HELLO, SELF_TEST and refusals, the value of a setting, or the list of LOG_GAPS.
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
            raise errors.ReplyError(self.result, self.text or result_name(self.result))
        return self


class LogMessage:
    """A message of the log channel: `kind`, `transfer`, and by kind `record` (bytes of a block record) or
    `fields`.

    `fields` are (slots sent, reason) of LOG_END and (from seq, end seq, reason) of LOG_GAP.
    """

    def __init__(self, kind: int, transfer: int, fields: "tuple[int, ...]", record: bytes) -> None:
        self.kind = kind
        self.transfer = transfer
        self.fields = fields
        self.record = record


def as_text(data: bytes) -> str:
    """UTF-8 as text; what is not UTF-8 becomes '?' (MicroPython cannot replace by itself)."""
    try:
        return str(bytes(data), "utf-8")
    except (UnicodeError, ValueError):
        return "".join([chr(b) if b < 128 else "?" for b in data])


def cut_text(text: str, limit: int) -> bytes:
    """At most `limit` bytes of UTF-8, cut between characters."""
    data = text.encode()
    if len(data) <= limit:
        return data
    while limit and data[limit] & 0xC0 == 0x80:
        limit -= 1
    return data[:limit]


def result_name(result: int) -> str:
    """A result code in words."""
    return ids.RESULT_NAMES[result] if result < len(ids.RESULT_NAMES) else "result %d" % result


def build_command(op: int, tag: int, *arguments: int, value: bytes = NO_VALUE) -> bytes:
    """The bytes of a command.

    Raises:
        UnknownCommandError, ValueRangeError: when `parse_command` would refuse it.
    """
    form = COMMAND_FORMATS.get(op)
    if form is None:
        raise errors.UnknownCommandError("there is no command 0x%02x" % op)
    _check_last(op, arguments)
    return bytes((op, tag & 255)) + struct.pack(form, *arguments) + value


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
    if extra < 0 or (extra and op != ids.OP_SET_SETTING) or extra > MAX_VALUE_BYTES:
        raise errors.MessageLengthError("command 0x%02x has %d bytes" % (op, len(buf)))
    arguments = struct.unpack_from(form, buf, 2)
    _check_last(op, arguments)
    return Command(op, buf[1], arguments, bytes(buf[len(buf) - extra :]) if extra else NO_VALUE)


def _check_last(op: int, arguments: "tuple[int, ...]") -> None:
    limit = _LAST_AT_MOST.get(op)
    if limit is not None and arguments[-1] > limit:
        raise errors.ValueRangeError("command 0x%02x: %d is above %d" % (op, arguments[-1], limit))


def build_reply(op: int, tag: int, *fields: "int | bytes", tail: bytes = NO_VALUE) -> bytes:
    """A reply with result 0. `tail`: text of HELLO and SELF_TEST in UTF-8, or a setting's value."""
    if op in _WITH_TEXT:
        tail = bytes((len(tail),)) + tail
    return bytes((op | ids.REPLY_BIT, tag, ids.RESULT_OK)) + struct.pack(REPLY_FORMATS[op], *fields) + tail


def build_gaps_reply(tag: int, gaps: "list[tuple[int, int, int]]", next_cursor: int) -> bytes:
    """The reply to LOG_GAPS: at most MAX_GAPS of (from seq, end seq, reason)."""
    parts = [bytes((ids.OP_LOG_GAPS | ids.REPLY_BIT, tag, ids.RESULT_OK, len(gaps)))]
    for from_seq, end_seq, reason in gaps:
        parts.append(struct.pack(GAP_FORMAT, from_seq, end_seq, reason))
    parts.append(struct.pack("<I", next_cursor))
    return b"".join(parts)


def build_refusal(op: int, tag: int, result: int, text: str) -> bytes:
    """A reply that says no, with the reason in words."""
    return bytes((op | ids.REPLY_BIT, tag, result)) + cut_text(text, ids.MAX_TEXT_BYTES)


def result_of(error: errors.ProtocolError) -> int:
    """The result code that answers a command which raised `error`."""
    if isinstance(error, errors.UnknownCommandError):
        return ids.RESULT_UNKNOWN_COMMAND
    if isinstance(error, errors.MessageLengthError):
        return ids.RESULT_LENGTH
    if isinstance(error, errors.ProtocolVersionError):
        return ids.RESULT_VERSION
    return ids.RESULT_RANGE


def parse_reply(buf: "bytes | bytearray | memoryview") -> Reply:
    """The reply in `buf`, refusals included.

    Raises:
        MessageLengthError, UnknownCommandError, ValueRangeError.
    """
    if len(buf) < 3:
        raise errors.MessageLengthError("a reply has at least 3 bytes, this has %d" % len(buf))
    op = buf[0] & ~ids.REPLY_BIT
    form = REPLY_FORMATS.get(op)
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
    if op in _WITH_TEXT:
        if not tail or tail[0] != len(tail) - 1 or tail[0] > ids.MAX_TEXT_BYTES:
            raise errors.MessageLengthError("reply 0x%02x: its text has not the length it names" % op)
        return tail[1:]
    if op in _WITH_VALUE:
        expected = min(len(tail), MAX_VALUE_BYTES)
    elif op == ids.OP_LOG_GAPS:
        if fields[0] > ids.MAX_GAPS:  # type: ignore[operator]
            raise errors.ValueRangeError("%d gaps in one reply" % fields[0])
        expected = fields[0] * GAP_BYTES + 4  # type: ignore[operator]
    else:
        expected = 0
    if len(tail) != expected:
        raise errors.MessageLengthError("reply 0x%02x ends with %d bytes, not %d" % (op, len(tail), expected))
    return tail


def choose_version(lowest: int, highest: int) -> int:
    """The highest version that both ends speak.

    Raises:
        ProtocolVersionError: there is none; the text names both ranges.
    """
    chosen = min(highest, ids.HIGHEST_VERSION)
    if lowest > highest or chosen < max(lowest, ids.LOWEST_VERSION):
        raise errors.ProtocolVersionError(
            "no common version: host %d-%d, insole %d-%d"
            % (lowest, highest, ids.LOWEST_VERSION, ids.HIGHEST_VERSION)
        )
    return chosen


def build_log_block(transfer: int, record: "bytes | bytearray | memoryview") -> bytes:
    """A stored record on its way to the host."""
    return struct.pack(LOG_PREFIX_FORMAT, ids.LOG_BLOCK, transfer) + bytes(record)


def build_log_end(transfer: int, slots_sent: int, reason: int) -> bytes:
    """The end of a transfer."""
    return struct.pack("<BIIB", ids.LOG_END, transfer, slots_sent, reason)


def build_log_gap(transfer: int, from_seq: int, end_seq: int, reason: int) -> bytes:
    """Slots that the log has not, and why."""
    return struct.pack("<BIIIB", ids.LOG_GAP, transfer, from_seq, end_seq, reason)


def parse_log_message(buf: "bytes | bytearray | memoryview") -> LogMessage:
    """A message of the log channel; the record inside is not checked here.

    Raises:
        MessageLengthError, UnknownCommandError, ValueRangeError.
    """
    if len(buf) < LOG_PREFIX_BYTES:
        raise errors.MessageLengthError("a log message has at least 5 bytes, this has %d" % len(buf))
    kind, transfer = struct.unpack_from(LOG_PREFIX_FORMAT, buf, 0)
    if kind == ids.LOG_BLOCK:
        return LogMessage(kind, transfer, (), bytes(buf[LOG_PREFIX_BYTES:]))
    if kind not in (ids.LOG_END, ids.LOG_GAP):
        raise errors.UnknownCommandError("log message of unknown kind %d" % kind)
    form = "<IB" if kind == ids.LOG_END else GAP_FORMAT
    if len(buf) != LOG_PREFIX_BYTES + struct.calcsize(form):
        raise errors.MessageLengthError("log message of kind %d with %d bytes" % (kind, len(buf)))
    fields = struct.unpack_from(form, buf, LOG_PREFIX_BYTES)
    if kind == ids.LOG_GAP and fields[0] >= fields[1]:
        raise errors.ValueRangeError("a gap from %d to %d" % (fields[0], fields[1]))
    return LogMessage(kind, transfer, fields, NO_VALUE)
