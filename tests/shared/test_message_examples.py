"""Commands, replies and log messages byte by byte, from the tables of PROTOCOL.md section 4.

The bytes of each row were written by hand from the text; both directions are held to them, on both
interpreters.
"""

from insole_protocol import host_messages, ids, messages, replies
from paper import SLOT_330, record

# (bytes, op, tag, arguments, value of a setting or bytes of a file)
COMMANDS = (
    ("01 05 01 02", 0x01, 5, (1, 2), b""),
    ("02 ff 08 07 06 05 04 03 02 01", 0x02, 255, (0x0102030405060708,), b""),
    ("03 00", 0x03, 0, (), b""),
    ("04 01 02", 0x04, 1, (2,), b""),
    ("05 01 01", 0x05, 1, (1,), b""),
    ("06 01 09", 0x06, 1, (9,), b""),
    ("07 01 06 c8 00", 0x07, 1, (6,), b"\xc8\x00"),
    ("07 01 09", 0x07, 1, (9,), b""),
    ("08 01", 0x08, 1, (), b""),
    ("09 01", 0x09, 1, (), b""),
    ("0a 01 e8 03 00 00 d0 07 00 00 01", 0x0A, 1, (1000, 2000, 1), b""),
    ("0b 01", 0x0B, 1, (), b""),
    ("0c 01 fe ff ff ff", 0x0C, 1, (0xFFFFFFFE,), b""),
    ("0d 01 00 01 00 00", 0x0D, 1, (256,), b""),
    ("0e 01 01", 0x0E, 1, (1,), b""),
    ("0f 01 3c", 0x0F, 1, (60,), b""),
    ("10 01 28 7a 3f 01", 0x10, 1, (0x013F7A28,), b""),
    ("11 01 1e", 0x11, 1, (30,), b""),
    ("12 01 02 50 00", 0x12, 1, (2, 80), b""),
    ("13 01", 0x13, 1, (), b""),
    ("14 01 00 00 01 00 40 e2 01 00", 0x14, 1, (65536, 123456), b""),
    ("15 01 80 02 00 00 04 03 02 01 61 62 63", 0x15, 1, (640, 0x01020304), b"abc"),
    ("16 01 03", 0x16, 1, (3,), b""),
    ("17 01", 0x17, 1, (), b""),
    ("18 01", 0x18, 1, (), b""),
    ("19 01 28 7a 3f 01", 0x19, 1, (0x013F7A28,), b""),
    ("1a 01", 0x1A, 1, (), b""),
    ("1b 01 1f", 0x1B, 1, (31,), b""),
    ("1c 01 e8 03", 0x1C, 1, (1000,), b""),
    ("1d 05 08 07 06 05 04 03 02 01 61 62", 0x1D, 5, (0x0102030405060708,), b"ab"),
    ("1e 05 61 62 63", 0x1E, 5, (), b"abc"),
    ("1f 05 01", 0x1F, 5, (1,), b""),
)

SERIAL = b"\x00\x00\x24\x6f\x28\x7a\x3f\x01"
# (bytes, op, tag, fields, tail without the length of a text)
REPLIES = (
    (
        "81 05 00 01 ff 01 0e 03 00 10 27 e8 03 00 00 00 00 24 6f 28 7a 3f 01 05 30 2e 31 2e 30",
        0x01,
        5,
        (1, 255, 1, 14, 3, 10000, 1000, SERIAL),
        b"0.1.0",
    ),
    (
        "82 05 00 08 07 06 05 04 03 02 01 03 00 40 42 0f 00 00 00 00 00 80 84 1e 00 01 00 00 00",
        0x02,
        5,
        (0x0102030405060708, 3, 1000000, 0x1_001E_8480),
        b"",
    ),
    (
        "83 05 00 02 40 3c 0f 10 0e 00 00 11 00 00 00 12 00 00 00 13 00 00 00 14 00 00 00 15 00 00 00"
        "16 00 00 00 17 00 00 00 a0 04 00 00 01 00 21 00 05 00",
        0x03,
        5,
        (2, 64, 3900, 3600, 17, 18, 19, 20, 21, 22, 23, 1184, 65536, 33, 5),
        b"",
    ),
    ("84 05 00 02", 0x04, 5, (2,), b""),
    ("85 05 00 e8 03 00 00", 0x05, 5, (1000,), b""),
    ("86 05 00 06 e8 03", 0x06, 5, (6,), b"\xe8\x03"),
    ("87 05 00 09 46 c3 bc c3 9f 65", 0x07, 5, (9,), b"F\xc3\xbc\xc3\x9fe"),
    (
        "88 05 00 01 01" + "".join([" %02x 01" % channel for channel in range(16)]) + " 02 6f 6b",  # noqa: UP031
        0x08,
        5,
        (0x0101, 256, 257, 258, 259, 260, 261, 262, 263, 264, 265, 266, 267, 268, 269, 270, 271),
        b"ok",
    ),
    (
        "89 05 00 03 00 01 00 00 00 02 00 00 00 03 00 00 00 04 00 00 00 05 00 00 00 06 00 00 00 07 00 00 00",
        0x09,
        5,
        (3, 1, 2, 3, 4, 5, 6, 7),
        b"",
    ),
    ("8a 05 00 07 00 00 00", 0x0A, 5, (7,), b""),
    ("8b 05 00", 0x0B, 5, (), b""),
    ("8c 05 00 2c 01 00 00", 0x0C, 5, (300,), b""),
    ("8e 05 00", 0x0E, 5, (), b""),
    ("8f 05 00", 0x0F, 5, (), b""),
    ("90 05 00", 0x10, 5, (), b""),
    ("91 05 00", 0x11, 5, (), b""),
    ("92 05 00 03 02 01 10 0e 00 00 02 05 00 02 61 62", 0x12, 5, (3, 258, 3600, 2, 5), b"ab"),
    ("93 05 00 02 01 00 00 00 ff ff ff ff", 0x13, 5, (), b"\x01\x00\x00\x00\xff\xff\xff\xff"),
    ("94 05 00 80 02 00 00 e8 00 04", 0x14, 5, (640, 232, 4), b""),
    ("95 05 00 e8 03 00 00", 0x15, 5, (1000,), b""),
    (
        "96 05 00 04 e8 03 00 00 d0 07 00 00 01 02 06 07 00 00 00 00 05 30 2e 32 2e 30",
        0x16,
        5,
        (4, 1000, 2000, 1, 2, 6, 7, 0),
        b"0.2.0",
    ),
    ("97 05 00 02", 0x17, 5, (2,), b""),
    ("98 05 00", 0x18, 5, (), b""),
    ("99 05 00", 0x19, 5, (), b""),
    ("9a 05 00 03", 0x1A, 5, (3,), b""),
    ("9b 05 00 20 61 62", 0x1B, 5, (32,), b"ab"),
    ("9c 05 00 00 04 61 62 63", 0x1C, 5, (1024,), b"abc"),
    ("9d 05 00 61 62 63", 0x1D, 5, (), b"abc"),
    ("9e 05 00", 0x1E, 5, (), b""),
    ("9f 05 00 01", 0x1F, 5, (1,), b""),
)
NO_GAPS = "8d 05 00 00 ff ff ff ff"
TWO_GAPS = "8d 05 00 02 0a 00 00 00 14 00 00 00 01 1e 00 00 00 28 00 00 00 08 28 00 00 00"


def raw(text: str) -> bytes:
    """Hex with blanks as bytes."""
    return bytes.fromhex(text.replace(" ", ""))


def test_commands_are_these_bytes() -> None:
    for text, op, tag, arguments, value in COMMANDS:
        assert host_messages.build_command(op, tag, *arguments, value=value) == raw(text), text
        for kind in (bytes, bytearray, memoryview):
            command = messages.parse_command(kind(raw(text)))
            assert (command.op, command.tag, command.arguments) == (op, tag, arguments), text
            assert command.value == value and isinstance(command.value, bytes), text
    assert {row[1] for row in COMMANDS} == set(messages.COMMAND_FORMATS) == set(range(1, 32))


def test_a_tag_is_one_byte() -> None:
    assert host_messages.build_command(3, 256 + 7) == b"\x03\x07"
    assert host_messages.build_command(3, 255) == b"\x03\xff"


def test_replies_are_these_bytes() -> None:
    for text, op, tag, fields, tail in REPLIES:
        assert messages.build_reply(op, tag, *fields, tail=tail) == raw(text), text
        for kind in (bytes, bytearray, memoryview):
            reply = host_messages.parse_reply(kind(raw(text)))
            assert (reply.op, reply.tag, reply.result) == (op, tag, 0), text
            assert (reply.fields, reply.tail) == (fields, tail), text
            assert reply.check() is reply
    listed = {row[1] for row in REPLIES} | {ids.OP_LOG_GAPS}
    assert listed == set(messages.REPLY_FORMATS) == set(range(1, 32))


def test_gaps_are_these_bytes() -> None:
    assert messages.build_gaps_reply(5, [], ids.NO_SEQ) == raw(NO_GAPS)
    assert messages.build_gaps_reply(5, [(10, 20, 1), (30, 40, 8)], 40) == raw(TWO_GAPS)
    reply = host_messages.parse_reply(raw(TWO_GAPS))
    assert (reply.op, reply.fields, len(reply.tail)) == (0x0D, (2,), 2 * 9 + 4)


def test_a_refusal_is_these_bytes() -> None:
    """Unknown command, tag 9: "no" in words."""
    assert messages.build_refusal(0x55, 9, 1, "no") == b"\xd5\x09\x01no"
    assert messages.build_refusal(0x83, 255, 2, "") == b"\x83\xff\x02"
    reply = host_messages.parse_reply(b"\x83\x09\x02no")
    assert (reply.op, reply.tag, reply.result) == (3, 9, 2)
    assert (reply.fields, reply.tail, reply.text) == ((), b"no", "no")


def test_texts_are_cut_between_characters() -> None:
    """Two bytes a letter: of 41 letters 40 fit into 80 bytes, of "x" and 40 letters 39."""
    assert messages.build_refusal(3, 1, 5, "ü" * 41) == b"\x83\x01\x05" + "ü".encode() * 40
    assert messages.build_refusal(3, 1, 5, "x" + "ü" * 40) == b"\x83\x01\x05x" + "ü".encode() * 39
    for text, limit, expected in (
        ("abc", 3, b"abc"),
        ("abcd", 3, b"abc"),
        ("ab", 3, b"ab"),
        ("aü", 2, b"a"),
        ("aü", 3, b"a\xc3\xbc"),
        ("€€", 5, b"\xe2\x82\xac"),
        ("€€", 4, b"\xe2\x82\xac"),
        ("€€", 3, b"\xe2\x82\xac"),
        ("€€", 2, b""),
        ("ü", 1, b""),
        ("a", 0, b""),
        ("", 0, b""),
    ):
        assert messages.cut_text(text, limit) == expected, (text, limit)


def test_log_messages_are_these_bytes() -> None:
    first, second = record(SLOT_330), record(SLOT_330 * 2, frames=2)
    for records in ((first,), (first, second), (second, first, second)):
        built = host_messages.build_log_block(0x01020304, *records)
        assert built == b"\x01\x04\x03\x02\x01" + b"".join(records)
        found = host_messages.parse_log_message(built)
        assert (found.kind, found.transfer, found.fields) == (1, 0x01020304, ())
        assert found.records == records
    end = raw("02 04 03 02 01 e8 03 00 00 01")
    assert messages.build_log_end(0x01020304, 1000, 1) == end
    found = host_messages.parse_log_message(end)
    assert (found.kind, found.transfer, found.fields, found.records) == (2, 0x01020304, (1000, 1), ())
    gap = raw("03 04 03 02 01 0a 00 00 00 14 00 00 00 09")
    assert messages.build_log_gap(0x01020304, 10, 20, 9) == gap
    found = host_messages.parse_log_message(gap)
    assert (found.kind, found.transfer, found.fields, found.records) == (3, 0x01020304, (10, 20, 9), ())


def test_records_lie_one_behind_the_other() -> None:
    """A length of 54 to what is left ends a record; any other makes one piece of all that is left."""
    one = record(SLOT_330)
    assert host_messages.split_records(b"") == ()
    assert host_messages.split_records(one) == (one,)
    assert host_messages.split_records(one + b"x") == (one, b"x")
    assert host_messages.split_records(one + one) == (one, one)
    for length in (0, 53, 108, 109, 2000):
        lying = one[:2] + bytes((length & 255, length >> 8)) + one[4:]
        assert host_messages.split_records(lying + one) == (lying + one,), length
    for length in (55, 107):
        lying = one[:2] + bytes((length, 0)) + one[4:]
        together = lying + one
        assert host_messages.split_records(together) == (together[:length], together[length:]), length


def parsed(op: int) -> host_messages.Reply:
    """The example reply of this operation, parsed."""
    return host_messages.parse_reply(raw(next(row[0] for row in REPLIES if row[1] == op)))


def test_who_the_insole_is() -> None:
    hello = replies.HelloReply(parsed(0x01))
    assert (hello.version, hello.side, hello.layout, hello.capabilities) == (1, 255, 1, 14)
    assert (hello.boot, hello.period_us, hello.next_seq) == (3, 10000, 1000)
    assert (hello.serial, hello.firmware) == ("0000246f287a3f01", "0.1.0")


def test_one_round_trip_of_the_clock() -> None:
    time = replies.TimeReply(parsed(0x02))
    assert (time.echo, time.boot) == (0x0102030405060708, 3)
    assert (time.received_us, time.sent_us) == (1000000, 0x1_001E_8480)


def test_the_counters_of_the_insole() -> None:
    status = replies.StatusReply(parsed(0x03))
    assert (status.mode, status.battery_pct, status.battery_mv, status.uptime_s) == (2, 64, 3900, 3600)
    assert (status.slots_sampled, status.slots_lost, status.slots_recorded) == (17, 18, 19)
    assert (status.frames_sent, status.notify_refusals, status.max_jitter_us) == (20, 21, 22)
    assert (status.steps, status.cadence_spm) == (23, 118.4)
    assert (status.free_heap_bytes, status.faults, status.malformed) == (65536, 33, 5)
    for percent, expected in ((0, 0), (100, 100), (254, 254), (255, None)):
        data = bytearray(raw(REPLIES[2][0]))
        data[4] = percent
        assert replies.StatusReply(host_messages.parse_reply(data)).battery_pct == expected


def test_small_replies_by_name() -> None:
    assert replies.ModeReply(parsed(0x04)).mode == 2
    assert replies.StreamReply(parsed(0x05)).first_seq == 1000
    assert replies.LogReadReply(parsed(0x0A)).transfer == 7
    assert replies.LogAckReply(parsed(0x0C)).acknowledged_seq == 300
    for op, key, value in ((0x06, 6, b"\xe8\x03"), (0x07, 9, b"F\xc3\xbc\xc3\x9fe")):
        setting = replies.SettingReply(parsed(op))
        assert (setting.key, setting.value) == (key, value)


def test_levels_of_the_self_test() -> None:
    test = replies.SelfTestReply(parsed(0x08))
    assert (test.faults, test.text) == (0x0101, "ok")
    assert test.levels == REPLIES[7][3][1:]


def test_the_state_of_the_log() -> None:
    log = replies.LogInfoReply(parsed(0x09))
    assert (log.boot, log.oldest_seq, log.next_seq, log.acknowledged_seq) == (3, 1, 2, 3)
    assert (log.capacity_pages, log.used_pages, log.corrupt_pages, log.slots_overwritten) == (4, 5, 6, 7)


def test_gaps_by_name() -> None:
    gaps = replies.LogGapsReply(host_messages.parse_reply(raw(TWO_GAPS)))
    assert (gaps.gaps, gaps.next_cursor) == ([(10, 20, 1), (30, 40, 8)], 40)
    gaps = replies.LogGapsReply(host_messages.parse_reply(raw(NO_GAPS)))
    assert (gaps.gaps, gaps.next_cursor) == ([], None)


def test_versions_that_both_speak() -> None:
    """The insole speaks version 1 only."""
    for lowest, highest in ((1, 1), (0, 1), (1, 9), (0, 255)):
        assert messages.choose_version(lowest, highest) == 1
