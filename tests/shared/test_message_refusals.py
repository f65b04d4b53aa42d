"""What is refused of commands, replies and log messages, in which words, and what just passes (PROTOCOL.md
sections 4 and 7). Runs on both interpreters."""

from insole_protocol import errors, host_messages, ids, messages, replies
from paper import SLOT_330, record, refused

LENGTH, RANGE, UNKNOWN = errors.MessageLengthError, errors.ValueRangeError, errors.UnknownCommandError
# Bytes of a command without a setting's value, and of a reply without its tail.
COMMAND_BYTES = {
    1: 4,
    2: 10,
    3: 2,
    4: 3,
    5: 3,
    6: 3,
    7: 3,
    8: 2,
    9: 2,
    10: 11,
    11: 2,
    12: 6,
    13: 6,
    14: 3,
    15: 3,
    16: 6,
    20: 10,
    21: 10,
    22: 3,
    23: 2,
    24: 2,
    25: 6,
    26: 2,
    27: 3,
    28: 4,
}
REPLY_BYTES = {
    1: 23,
    2: 29,
    3: 49,
    4: 4,
    5: 7,
    6: 4,
    7: 4,
    8: 37,
    9: 33,
    10: 7,
    11: 3,
    12: 7,
    13: 4,
    14: 3,
    15: 3,
    16: 3,
}


def test_a_command_shorter_than_its_head() -> None:
    for data in (b"", b"\x03"):
        text = "a command has at least 2 bytes, this has %d" % len(data)  # noqa: UP031
        refused(LENGTH, text, messages.parse_command, data)


def test_unknown_operations() -> None:
    for op in (0x00, 0x60, 0x83, 0xFF):
        text = "there is no command 0x%02x" % op  # noqa: UP031
        refused(UNKNOWN, text, messages.parse_command, bytes((op, 1)))
        refused(UNKNOWN, text, host_messages.build_command, op, 1)


def test_commands_of_another_length() -> None:
    for op in COMMAND_BYTES:
        right = bytes((op, 1)) + bytes(COMMAND_BYTES[op] - 2)
        assert messages.parse_command(right).op == op
        wrong = [right[:n] for n in range(2, len(right))]
        if op not in (ids.OP_SET_SETTING, ids.OP_UPDATE_DATA):
            wrong += [right + b"\x00", right + bytes(40)]
        for data in wrong:
            text = "command 0x%02x has %d bytes" % (op, len(data))  # noqa: UP031
            refused(LENGTH, text, messages.parse_command, data)


def test_the_value_of_a_setting_has_at_most_32_bytes() -> None:
    for n in (0, 1, 31, 32):
        value = bytes(range(n))
        assert messages.parse_command(b"\x07\x01\x09" + value).value == value
    refused(LENGTH, "command 0x07 has 36 bytes", messages.parse_command, b"\x07\x01\x09" + bytes(33))


def test_bytes_of_a_bundle_are_at_most_232() -> None:
    head = b"\x15\x01" + bytes(8)
    assert messages.parse_command(head + bytes(232)).value == bytes(232)
    refused(LENGTH, "command 0x15 has 243 bytes", messages.parse_command, head + bytes(233))
    assert len(head) + 232 <= ids.MAX_COMMAND_BYTES


def test_last_arguments_without_a_meaning() -> None:
    """Modes to 2, switches and kinds to 1; other arguments are anything that fits."""
    arguments = {4: b"", 5: b"", 10: bytes(8), 14: b""}
    highest = {4: 2, 5: 1, 10: 1, 14: 1}
    for op in highest:
        for value in range(highest[op] + 1):
            assert (
                messages.parse_command(bytes((op, 1)) + arguments[op] + bytes((value,))).arguments[-1]
                == value
            )
        for value in (highest[op] + 1, 255):
            text = "command 0x%02x: %d is above %d" % (op, value, highest[op])  # noqa: UP031
            refused(RANGE, text, messages.parse_command, bytes((op, 1)) + arguments[op] + bytes((value,)))
            before = (0, 0) if op == 10 else ()
            refused(RANGE, text, host_messages.build_command, op, 1, *before, value)
    for op in (1, 6, 7, 15):
        assert messages.parse_command(bytes((op, 1)) + b"\xff" * (COMMAND_BYTES[op] - 2)).op == op
    assert messages.parse_command(b"\x0a\x01" + b"\xff" * 8 + b"\x01").arguments == (
        0xFFFFFFFF,
        0xFFFFFFFF,
        1,
    )


def test_each_refusal_has_its_result() -> None:
    for error, result in (
        (errors.UnknownCommandError("x"), 1),
        (errors.ProtocolVersionError("x"), 3),
        (errors.MessageLengthError("x"), 4),
        (errors.ValueRangeError("x"), 5),
        (errors.MessageError("x"), 5),
        (errors.ProtocolError("x"), 5),
    ):
        assert messages.result_of(error) == result
    for error, name in (
        (errors.ProtocolError, "protocol"),
        (errors.MessageError, "message"),
        (errors.MessageLengthError, "message_length"),
        (errors.UnknownCommandError, "unknown_command"),
        (errors.ValueRangeError, "value_range"),
        (errors.ProtocolVersionError, "protocol_version"),
        (host_messages.ReplyError, "reply"),
    ):
        assert error.name == name
        assert issubclass(error, errors.ProtocolError)
        assert error is errors.ProtocolError or issubclass(error, errors.MessageError)


def test_no_version_in_common() -> None:
    for lowest, highest in ((2, 9), (2, 2), (0, 0), (1, 0), (5, 2), (2, 1)):
        text = "no common version: host %d-%d, insole 1-1" % (lowest, highest)  # noqa: UP031
        refused(errors.ProtocolVersionError, text, messages.choose_version, lowest, highest)


def test_replies_shorter_than_their_head_or_unknown() -> None:
    for n in range(3):
        text = "a reply has at least 3 bytes, this has %d" % n  # noqa: UP031
        refused(LENGTH, text, host_messages.parse_reply, b"\x83\x01\x00"[:n])
    for first in (0x00, 0x03, 0x80, 0xE0, 0xFF, 0x7F):
        text = "no command has the reply 0x%02x" % first  # noqa: UP031
        refused(UNKNOWN, text, host_messages.parse_reply, bytes((first, 1, 0)))
        refused(UNKNOWN, text, host_messages.parse_reply, bytes((first, 1, 5)))


def test_replies_of_another_length() -> None:
    for op in REPLY_BYTES:
        size = REPLY_BYTES[op]
        for n in range(3, size):
            text = "reply 0x%02x has %d bytes" % (op | 0x80, n)  # noqa: UP031
            refused(LENGTH, text, host_messages.parse_reply, (bytes((op | 0x80, 1, 0)) + bytes(60))[:n])
    for op in (2, 3, 4, 5, 9, 10, 11, 12, 14, 15, 16):
        data = (bytes((op | 0x80, 1, 0)) + bytes(60))[: REPLY_BYTES[op]]
        assert host_messages.parse_reply(data).tail == b""
        for n in (1, 4):
            text = "reply 0x%02x ends with %d bytes, not 0" % (op, n)  # noqa: UP031
            refused(LENGTH, text, host_messages.parse_reply, data + bytes(n))


def test_texts_name_their_length() -> None:
    for op in (1, 8):
        head = (bytes((op | 0x80, 1, 0)) + bytes(60))[: REPLY_BYTES[op]]
        for tail in (b"\x00", b"\x01x", b"\x50" + b"x" * 80):
            assert host_messages.parse_reply(head + tail).tail == tail[1:]
        text = "reply 0x%02x: its text has not the length it names" % op  # noqa: UP031
        for tail in (b"", b"\x01", b"\x00x", b"\x02x", b"\x51" + b"x" * 81):
            refused(LENGTH, text, host_messages.parse_reply, head + tail)


def test_a_text_in_a_refusal_has_at_most_80_bytes() -> None:
    assert host_messages.parse_reply(b"\x83\x01\x05" + b"x" * 80).text == "x" * 80
    refused(LENGTH, "a refusal with 81 bytes of text", host_messages.parse_reply, b"\x83\x01\x05" + b"x" * 81)


def test_values_in_replies_have_at_most_32_bytes() -> None:
    for op in (6, 7):
        head = bytes((op | 0x80, 1, 0, 9))
        assert host_messages.parse_reply(head + bytes(32)).tail == bytes(32)
        text = "reply 0x%02x ends with 33 bytes, not 32" % op  # noqa: UP031
        refused(LENGTH, text, host_messages.parse_reply, head + bytes(33))


def test_at_most_16_gaps_and_all_of_them() -> None:
    head = b"\x8d\x01\x00"
    assert len(host_messages.parse_reply(head + b"\x10" + bytes(16 * 9 + 4)).tail) == 148
    refused(RANGE, "17 gaps in one reply", host_messages.parse_reply, head + b"\x11" + bytes(17 * 9 + 4))
    for n, expected in ((3, 4), (5, 4), (0, 4)):
        text = "reply 0x0d ends with %d bytes, not %d" % (n, expected)  # noqa: UP031
        refused(LENGTH, text, host_messages.parse_reply, head + b"\x00" + bytes(n))
    text = "reply 0x0d ends with 21 bytes, not 22"
    refused(LENGTH, text, host_messages.parse_reply, head + b"\x02" + bytes(21))


def test_a_refusal_is_raised_with_its_words_or_those_of_its_code() -> None:
    texts = (
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
    )
    for result in range(1, 12):
        expected = texts[result] if result < 10 else "result %d" % result  # noqa: UP031
        assert host_messages.result_name(result) == expected
        reply = host_messages.parse_reply(bytes((0x83, 1, result)))
        refused(host_messages.ReplyError, expected, reply.check)
        reply = host_messages.parse_reply(bytes((0x83, 1, result)) + b"because")
        refused(host_messages.ReplyError, "because", reply.check)
        try:
            reply.check()
        except host_messages.ReplyError as error:
            assert (error.result, error.text) == (result, "because")
    assert host_messages.result_name(0) == "ok"


def test_text_that_is_not_utf_8_is_shown_as_far_as_it_can_be() -> None:
    assert host_messages.as_text(b"F\xc3\xbc\xc3\x9fe") == "Füße"
    assert host_messages.as_text(b"a\xff\x80b\x7f") == "a??b\x7f"
    assert host_messages.as_text(b"") == ""
    assert host_messages.parse_reply(b"\x83\x01\x05no\xff").text == "no?"


def test_a_reply_to_another_command_is_not_taken() -> None:
    other = host_messages.parse_reply(b"\x8b\x01\x00")
    stop = {
        replies.HelloReply: 1, replies.TimeReply: 2, replies.StatusReply: 3, replies.ModeReply: 4,
        replies.StreamReply: 5, replies.SelfTestReply: 8, replies.LogInfoReply: 9, replies.LogReadReply: 10,
        replies.LogAckReply: 12, replies.LogGapsReply: 13, replies.SettingReply: 7,
    }  # fmt: skip
    busy = host_messages.parse_reply(b"\x8b\x01\x06later")
    for named in stop:
        text = "reply to command 0x0b instead of 0x%02x" % stop[named]  # noqa: UP031
        refused(UNKNOWN, text, named, other)
        refused(host_messages.ReplyError, "later", named, busy)


def test_log_messages_of_another_length_or_kind() -> None:
    for n in range(5):
        text = "a log message has at least 5 bytes, this has %d" % n  # noqa: UP031
        refused(LENGTH, text, host_messages.parse_log_message, b"\x01\x01\x00\x00\x00"[:n])
    refused(
        LENGTH,
        "a log message of records without a record",
        host_messages.parse_log_message,
        b"\x01" + bytes(4),
    )
    for kind in (0, 4, 255):
        text = "log message of unknown kind %d" % kind  # noqa: UP031
        refused(UNKNOWN, text, host_messages.parse_log_message, bytes((kind,)) + bytes(9))
    for kind, right in ((2, 10), (3, 14)):
        for n in (5, right - 1, right + 1):
            text = "log message of kind %d with %d bytes" % (kind, n)  # noqa: UP031
            refused(LENGTH, text, host_messages.parse_log_message, bytes((kind,)) + bytes(n - 1))
    assert host_messages.parse_log_message(b"\x02" + bytes(9)).fields == (0, 0)
    assert host_messages.parse_log_message(b"\x01" + bytes(4) + record(SLOT_330)).records == (
        record(SLOT_330),
    )


def test_a_gap_without_a_slot() -> None:
    for low, high in ((5, 5), (6, 5)):
        data = messages.build_log_gap(1, low, high, 1)
        text = "a gap from %d to %d" % (low, high)  # noqa: UP031
        refused(RANGE, text, host_messages.parse_log_message, data)
    assert host_messages.parse_log_message(messages.build_log_gap(1, 5, 6, 1)).fields == (5, 6, 1)
    assert host_messages.parse_log_message(messages.build_log_end(1, 9, 0)).fields == (9, 0)
