"""Commands: every operation in order, out of order, too short, too long, out of range; over Bluetooth and USB
alike."""

import chip
from workbench import PERIOD_US, Central, Workbench

from insole_protocol import host_messages, ids, messages
from insole_protocol import settings as table

# op: (arguments that are right, arguments out of range with the result that says so)
COMMANDS = {
    ids.OP_HELLO: ((1, 1), ((2, 3), ids.RESULT_VERSION)),
    ids.OP_TIME: ((1 << 63,), None),
    ids.OP_STATUS: ((), None),
    ids.OP_SET_MODE: ((ids.MODE_LIVE,), ((3,), ids.RESULT_RANGE)),
    ids.OP_STREAM: ((0,), ((2,), ids.RESULT_RANGE)),
    ids.OP_GET_SETTING: ((1,), ((99,), ids.RESULT_RANGE)),
    ids.OP_SELF_TEST: ((), None),
    ids.OP_LOG_INFO: ((), None),
    ids.OP_LOG_READ: ((0, 10, 1), ((10, 10, 0), ids.RESULT_RANGE)),
    ids.OP_LOG_STOP: ((), None),
    ids.OP_LOG_ACK: ((0,), ((1 << 31,), ids.RESULT_RANGE)),
    ids.OP_LOG_GAPS: ((0,), None),
    ids.OP_IDENTIFY: ((1,), ((200,), ids.RESULT_RANGE)),
    ids.OP_LOG_ERASE: ((0x013F7A28,), ((1,), ids.RESULT_NOT_ALLOWED)),
    ids.OP_HINT: ((1,), ((31,), ids.RESULT_RANGE)),
    ids.OP_CRASH: ((0, 0), ((9, 0), ids.RESULT_RANGE)),
    ids.OP_DIAGNOSTICS: ((), None),
}
HAVE_OWN_TEST = (
    ids.OP_SET_SETTING, ids.OP_REBOOT, ids.OP_UPDATE_BEGIN, ids.OP_UPDATE_DATA, ids.OP_UPDATE_STATUS,
    ids.OP_UPDATE_END, ids.OP_ROLLBACK, ids.OP_WIPE, ids.OP_FORGET, ids.OP_EVENTS, ids.OP_IDENTITY,
    ids.OP_AUTH_BEGIN, ids.OP_AUTH_PROVE, ids.OP_SERVICE,
)  # fmt: skip


def raw(op, arguments):
    """The bytes of a command that `build_command` would refuse to build."""
    import struct

    return bytes((op, 9)) + struct.pack(messages.COMMAND_FORMATS[op], *arguments)


def test_every_operation_is_in_the_table():
    assert set(COMMANDS) | set(HAVE_OWN_TEST) == set(messages.COMMAND_FORMATS)


def test_every_operation_answers():
    for op in COMMANDS:
        host = Central(Workbench())
        host.hello()
        reply = host.ask(op, *COMMANDS[op][0])
        assert reply.result == ids.RESULT_OK, (op, reply.result, reply.text)


def test_nothing_before_hello():
    bench = Workbench()
    host = Central(bench)
    for op in COMMANDS:
        if op != ids.OP_HELLO:
            reply = host.ask(op, *COMMANDS[op][0])
            assert reply.result == ids.RESULT_HELLO_FIRST, (op, reply.result)
    assert not bench.radio._sessions[0].streaming
    assert bench.insole.modes.mode == ids.MODE_DAILY


def test_wrong_lengths_are_refused_with_words():
    bench = Workbench()
    host = Central(bench)
    host.hello()
    for op in COMMANDS:
        right = raw(op, COMMANDS[op][0])
        wrong = [right + b"\x00"] + [right[:n] for n in range(2, len(right))]
        for message in wrong:
            reply = host.ask_raw(message)
            assert (reply.op, reply.tag, reply.result) == (op, 9, ids.RESULT_LENGTH), (op, len(message))
            assert reply.text
    session = bench.radio._sessions[0]
    before = session.malformed
    assert host.ask_raw(b"\x01") is None, "without a tag there is nothing to answer"
    assert session.malformed == before + 1
    broken = session.transport.malformed()
    bench.air.write_from_central(host.handle, bench.radio.services.control, b"\xc0")
    bench.radio.serve()
    assert host.receive() == [], "an empty value is no message"
    assert (session.malformed, session.transport.malformed()) == (before + 1, broken + 1)
    answer = bench.radio._answer
    answer(session, b"", 0)
    assert session.malformed == before + 2 and host.receive() == []


def test_values_out_of_range_are_refused_with_words():
    for op in COMMANDS:
        if COMMANDS[op][1]:
            host = Central(Workbench())
            host.hello()
            arguments, result = COMMANDS[op][1]
            reply = host.ask_raw(raw(op, arguments))
            assert reply.result == result and reply.text, (op, reply.result, reply.text)


def test_unknown_operations():
    host = Central(Workbench())
    host.hello()
    for op in (0, 0x60, 0x55, 0x7F):
        message = bytes((op, 3))
        host.write(message)
        ((_, reply),) = host.receive()
        assert reply[:3] == bytes((op | ids.REPLY_BIT, 3, ids.RESULT_UNKNOWN_COMMAND))


def test_an_unknown_version_is_refused_with_both_ranges():
    host = Central(Workbench())
    reply = host.ask(ids.OP_HELLO, 2, 7)
    assert reply.result == ids.RESULT_VERSION
    assert "2-7" in reply.text and "1-1" in reply.text
    assert host.ask(ids.OP_STATUS).result == ids.RESULT_HELLO_FIRST
    assert host.ask(ids.OP_HELLO, 0, 9).fields[0] == 1


def test_an_open_link_is_refused():
    bench = Workbench()
    host = Central(bench, secure=False)
    assert host.ask(ids.OP_HELLO, 1, 1).result == ids.RESULT_NOT_ALLOWED


def test_time_is_stamped_at_reception_and_at_sending():
    bench = Workbench()
    host = Central(bench)
    host.hello()
    for _ in range(40):  # 2.5 wraps of the tick counter, seen by the loop in between
        chip.advance(1 << 26)
        bench.insole.clock.now_us()
    sent_us = chip.clock.now_us
    host.write(host_messages.build_command(ids.OP_TIME, 1, 77))
    chip.clock.now_us += 30000
    ((_, reply),) = host.receive()
    echo, _, received_us, sending_us = host_messages.parse_reply(reply).fields
    assert (echo, received_us, sending_us) == (77, sent_us, sent_us + 30000)


def test_status_counts():
    bench = Workbench()
    host = Central(bench)
    host.hello()
    bench.slots(100)
    bench.slots(5, fire=False)
    bench.slots(100)
    fields = host.ask(ids.OP_STATUS).fields
    assert fields[0] == ids.MODE_DAILY
    assert fields[1] == 64 and fields[2] == 3900
    assert fields[3] == 2, "uptime"
    assert fields[4:7] == (200, 5, 180), (
        "sampled, lost, recorded: the last 20 slots wait for the rest of their chunk"
    )


def test_settings_are_stored_and_survive_a_boot():
    bench = Workbench()
    host = Central(bench)
    host.hello()
    values = {1: b"\x01", 3: b"\x0a", 6: b"\xc8\x00", 9: "Füße".encode()}
    for key in values:
        reply = host.ask(ids.OP_SET_SETTING, key, value=values[key])
        assert (reply.result, reply.fields, reply.tail) == (0, (key,), values[key])
    bench.insole.stop()
    host = Central(Workbench(fresh=False))
    host.hello()
    for key in values:
        assert host.ask(ids.OP_GET_SETTING, key).tail == values[key]
    assert host.ask(ids.OP_HELLO, 1, 1).fields[1] == ids.SIDE_RIGHT


def test_settings_out_of_range_change_nothing():
    bench = Workbench()
    host = Central(bench)
    host.hello()
    for row in table.TABLE:
        wrong = [b"", b"x" * 32] if row.kind else [b"x" * (row.highest + 1), b"\xff\xfe"]
        if row.highest < 255 and row.kind == 1:
            wrong.append(bytes((row.highest + 1,)))
        for value in wrong:
            reply = host.ask(ids.OP_SET_SETTING, row.key, value=value)
            assert reply.result in (ids.RESULT_RANGE, ids.RESULT_LENGTH), (row.name, value)
        assert host.ask(ids.OP_GET_SETTING, row.key).tail == table.encode(row, row.default)


def test_a_changed_side_is_advertised_and_in_the_records():
    bench = Workbench()
    host = Central(bench)
    host.hello()
    host.ask(ids.OP_SET_SETTING, 1, value=b"\x01")
    bench.slots(100)
    host.ask(ids.OP_STREAM, 1)
    bench.slots(100)
    assert host.records()[-1].header.status & ids.STATUS_RIGHT
    assert b"Plantigrade R 7A3F01" in bench.air.advertising[2]


def test_self_test_levels_and_faults():
    bench = Workbench()
    host = Central(bench)
    host.hello()
    for index in range(16):
        chip.sensors[index] = 400 + index
    reply = host.ask(ids.OP_SELF_TEST)
    assert reply.fields[1:] == tuple(400 + index for index in range(16))
    assert reply.fields[0] == 0 and reply.text == "all good"
    chip.sensors[5] = 0
    chip.sensors[9] = 4095
    reply = host.ask(ids.OP_SELF_TEST)
    assert reply.fields[0] & ids.FAULT_SENSOR
    assert "5" in reply.text and "9" in reply.text
    chip.supply["rest"] = 900 << 4
    try:
        assert "reference" in host.ask(ids.OP_SELF_TEST).text
    finally:
        chip.supply["rest"] = 330 << 4


def test_log_transfer_brings_records_gaps_and_an_end():
    bench = Workbench()
    host = Central(bench)
    host.hello()
    bench.slots(100)
    bench.slots(7, fire=False)
    bench.slots(100)
    bench.insole.modes.set(ids.MODE_DAILY)  # closes the record that is being made
    bench.insole.recorder.flush()
    end = bench.insole.recorder.next_seq
    for newest_first in (0, 1):
        number = host.ask(ids.OP_LOG_READ, 0, end, newest_first).fields[0]
        chip.advance(100000)
        got = [
            host_messages.parse_log_message(m) for channel, m in host.receive() if channel == ids.CHANNEL_LOG
        ]
        got = got or [
            host_messages.parse_log_message(m) for channel, m in host.messages if channel == ids.CHANNEL_LOG
        ]
        host.messages.clear()
        assert {m.transfer for m in got} == {number}
        assert [m.kind for m in got].count(ids.LOG_GAP) == 1
        assert got[-1].kind == ids.LOG_END and got[-1].fields == (end - 7, ids.END_COMPLETE)


def test_a_log_transfer_can_be_stopped_and_only_one_runs():
    bench = Workbench()
    host = Central(bench)
    host.hello()
    bench.slots(3000)
    bench.air.room = 3
    host.write(host_messages.build_command(ids.OP_LOG_READ, 1, 0, 3000, 0))
    bench.transmit()
    host.write(host_messages.build_command(ids.OP_LOG_READ, 2, 0, 3000, 0))
    host.write(host_messages.build_command(ids.OP_LOG_STOP, 3))
    bench.air.room = 1000
    chip.advance(100000)
    found = host.receive()
    replies = [host_messages.parse_reply(m) for channel, m in found if channel == ids.CHANNEL_CONTROL]
    assert [r.result for r in replies] == [0, ids.RESULT_BUSY, 0]
    end = host_messages.parse_log_message([m for channel, m in found if channel == ids.CHANNEL_LOG][-1])
    assert end.kind == ids.LOG_END and end.fields[1] == ids.END_STOPPED


def test_live_records_go_before_the_log():
    bench = Workbench()
    host = Central(bench)
    host.hello()
    bench.slots(4000)
    host.ask(ids.OP_SET_MODE, ids.MODE_LIVE)
    host.ask(ids.OP_STREAM, 1)
    host.receive()
    host.messages.clear()
    bench.air.room = 0
    host.write(host_messages.build_command(ids.OP_LOG_READ, 1, 0, 4000, 0))
    late = 0
    for _ in range(200):
        bench.air.room = 2  # a link that carries two packets each slot
        bench.slots(1)
        for channel, message in host.receive():
            if channel == ids.CHANNEL_STREAM:
                from insole_protocol.decoder import decode_block

                header = decode_block(message).header
                age_us = chip.clock.now_us - header.time_us - 4 * PERIOD_US
                late = max(late, age_us)
    assert late <= 60000, late
    assert any(channel == ids.CHANNEL_LOG for channel, _ in host.messages)


def test_log_acknowledgements_only_rise():
    bench = Workbench()
    host = Central(bench)
    host.hello()
    bench.slots(500)
    bench.insole.recorder.flush()
    assert host.ask(ids.OP_LOG_ACK, 300).fields == (300,)
    assert host.ask(ids.OP_LOG_ACK, 100).fields == (300,)
    assert host.ask(ids.OP_LOG_INFO).fields[3] == 300


def test_more_commands_than_a_peer_waits_for_are_dropped_not_hoarded():
    bench = Workbench()
    host = Central(bench)
    host.hello()
    bench.air.room = 0
    for tag in range(50):
        host.write(host_messages.build_command(ids.OP_STATUS, tag))
    bench.air.room = 1000
    assert len(host.receive()) <= 5
    assert host.ask(ids.OP_STATUS).fields[14] >= 45, "counted as malformed"


def test_random_bytes_on_the_control_point_break_nothing():
    bench = Workbench()
    host = Central(bench)
    host.hello()
    control = bench.radio.services.control
    state = 99
    for _ in range(3000):
        value = bytearray()
        for _ in range(state >> 5 & 31):
            state = (state * 1103515245 + 12345) & 0x7FFFFFFF
            value.append(state >> 16 & 0xFF)
        state = (state * 1103515245 + 12345) & 0x7FFFFFFF
        # never the operations that end the test: reboot, erase, another mode or another side
        if len(value) > 1 and value[1] & 0x7F in (ids.OP_REBOOT, ids.OP_LOG_ERASE, ids.OP_SET_SETTING):
            continue
        bench.air.write_from_central(host.handle, control, value)
        bench.radio.serve()
        bench.transmit()
    bench.air.sent.clear()
    again = Central(bench, handle=7)
    assert again.hello().result == 0
