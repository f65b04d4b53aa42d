"""What each command changes and answers, number by number, over a session of a link that takes everything."""

import chip  # first: puts its time in place
from workbench import REST, Workbench

from insole.commands import Commands
from insole_protocol import host_messages, ids, replies
from insole_protocol.host_messages import build_command, parse_reply


class Link:
    """The transport of a session that nobody pumps."""

    secure = True
    broken = 0

    def malformed(self):
        return self.broken

    def abandon(self):
        pass


def asking(bench=None, secure=True, version=1):
    """(bench, ask): `ask(op, *arguments)` gives the parsed reply; `ask.session` is the session."""
    from insole.session import Session

    bench = bench or Workbench()
    session = Session(Link(), bench.insole.live)
    session.transport.secure = secure
    session.version = version
    commands = Commands(bench.insole)

    class Ask:
        def raw(self, message, ticks=0):
            before = len(session._replies)
            commands.handle(session, message, ticks)
            assert len(session._replies) <= before + 1
            reply = session._replies.pop() if len(session._replies) > before else None
            return reply() if callable(reply) else reply

        def __call__(self, op, *arguments, value=b"", tag=77):
            reply = parse_reply(self.raw(build_command(op, tag, *arguments, value=value)))
            assert (reply.op, reply.tag) == (op, tag)
            return reply

    ask = Ask()
    ask.session, ask.commands = session, commands
    return bench, ask


def test_hello_says_who_and_what_the_insole_is():
    bench, ask = asking(version=0)
    bench.slots(100)
    hello = replies.HelloReply(ask(ids.OP_HELLO, 1, 1))
    assert (hello.version, hello.side, hello.layout) == (1, 255, 1)
    assert hello.capabilities == 2 | 4 | 8 | 16 | 32, "log, battery, deep sleep, LED hint, crashes; no IMU"
    assert (hello.boot, hello.period_us) == (1, 10000)
    assert hello.next_seq == bench.insole.blocks.next_seq == 80
    assert (hello.serial, hello.firmware) == ("0000246f287a3f01", "0.1.0")
    assert ask.session.version == 1
    chip.registers[0x0F] = 0x6C
    try:
        _, ask = asking(version=0)
        assert replies.HelloReply(ask(ids.OP_HELLO, 0, 9)).capabilities == 63 | 128
    finally:
        chip.registers[0x0F] = 0


def test_before_hello_nothing_else_and_without_encryption_nothing_at_all():
    _, ask = asking(version=0)
    assert ask(ids.OP_STATUS).result == ids.RESULT_HELLO_FIRST
    assert ask(ids.OP_STATUS).text == "say HELLO before anything else"
    _, ask = asking(secure=False)
    for op, arguments in ((ids.OP_HELLO, (1, 1)), (ids.OP_STATUS, ())):
        reply = ask(op, *arguments)
        assert (reply.result, reply.text) == (ids.RESULT_NOT_ALLOWED, "the link is not encrypted: pair first")
    assert ask.session.malformed == 0, "a refusal in words is no malformed message"


def test_a_command_without_op_and_tag_is_counted_and_one_without_room_dropped():
    bench, ask = asking()
    assert ask.raw(b"") is None and ask.raw(b"\x03") is None
    assert ask.session.malformed == 2
    for number in range(4):
        ask.session.answer(b"%d" % number)
    bench.insole.work.set = lambda: None
    assert ask.raw(b"\x03\x01") is None
    assert ask.session.malformed == 3 and len(ask.session._replies) == 4


def test_a_command_that_cannot_be_read_is_counted_and_answered_with_its_op_and_tag():
    _, ask = asking()
    for message, result in ((b"\x55\x09", 1), (b"\x03\x09\x00", 4), (b"\x04\x09\x03", 5), (b"\xd5\x09", 1)):
        reply = ask.raw(message)
        assert reply[:3] == bytes((message[0] | 0x80, 9, result)) and len(reply) > 3
    assert ask.session.malformed == 4


def test_the_pump_is_woken_for_each_reply():
    bench, ask = asking()

    class Flag:
        sets = 0

        def set(self):
            self.sets += 1

    bench.insole.work = Flag()
    ask(ids.OP_STATUS)
    ask.raw(b"\x55\x01")
    ask.raw(b"\x55")
    assert bench.insole.work.sets == 2


def test_time_extends_the_ticks_of_reception():
    bench, ask = asking()
    chip.clock.now_us = 5_000_000
    message = build_command(ids.OP_TIME, 3, 0x1122334455667788)
    time = replies.TimeReply(parse_reply(ask.raw(message, 4_999_000)))
    assert (time.echo, time.boot) == (0x1122334455667788, 1)
    assert (time.received_us, time.sent_us) == (4_999_000, 5_000_000)
    assert bench.insole.recorder.boot == 1


def test_status_counts_what_it_says_it_counts():
    bench, ask = asking()
    chip.clock.now_us = 7_999_999
    insole = bench.insole
    insole.modes.mode = ids.MODE_LIVE
    insole.battery.percent, insole.battery.millivolts = 33, 3712
    insole.sampler.sampled, insole.sampler.lost, insole.blocks.slots_recorded = 101, 102, 103
    ask.session.frames_sent, ask.session.refusals = (1 << 32) + 104, (1 << 32) + 105
    insole.sampler.max_jitter_us, insole.gait.steps, insole.gait.cadence = 106, 107, 1185
    insole.garbage_collector.free, insole.faults.flags = 108, 9
    ask.session.malformed, ask.session.transport.broken = 3, 4
    status = replies.StatusReply(ask(ids.OP_STATUS))
    assert (status.mode, status.battery_pct, status.battery_mv, status.uptime_s) == (2, 33, 3712, 7)
    assert (status.slots_sampled, status.slots_lost, status.slots_recorded) == (101, 102, 103)
    assert (status.frames_sent, status.notify_refusals, status.max_jitter_us) == (104, 105, 106)
    assert (status.steps, status.cadence_spm, status.free_heap_bytes) == (107, 118.5, 108)
    assert (status.faults, status.malformed) == (9, 7)
    for malformed, broken, expected in ((65535, 0, 65535), (65000, 535, 65535), (65000, 536, 65535)):
        ask.session.malformed, ask.session.transport.broken = malformed, broken
        assert replies.StatusReply(ask(ids.OP_STATUS)).malformed == expected


def test_a_mode_is_answered_with_the_mode():
    bench, ask = asking()
    for mode in (ids.MODE_LIVE, ids.MODE_IDLE, ids.MODE_DAILY):
        assert ask(ids.OP_SET_MODE, mode).fields == (mode,)
        assert bench.insole.modes.mode == mode


def test_a_stream_is_switched_on_and_off_and_says_where_it_begins():
    bench, ask = asking()
    bench.insole.modes.set(ids.MODE_LIVE)
    bench.slots(23)
    assert ask(ids.OP_STREAM, 1).fields == (20,)
    assert ask.session.streaming is True
    assert ask(ids.OP_STREAM, 0).fields == (20,)
    assert ask.session.streaming is False


def test_settings_are_read_and_stored_by_key():
    bench, ask = asking()
    assert ask(ids.OP_GET_SETTING, 4).fields == (4,) and ask(ids.OP_GET_SETTING, 4).tail == b"\x28"
    reply = ask(ids.OP_SET_SETTING, 4, value=b"\x0a")
    assert (reply.result, reply.fields, reply.tail) == (0, (4,), b"\x0a")
    assert bench.insole.settings.daily_frames == 10
    assert bench.insole.blocks._frames_per_record == 10, "in force at once"
    reply = ask(ids.OP_SET_SETTING, 4, value=b"\x33")
    assert (reply.result, reply.text) == (ids.RESULT_RANGE, "daily_frames: allowed is 5 to 50")
    assert bench.insole.settings.daily_frames == 10
    assert ask(ids.OP_GET_SETTING, 77).text == "there is no setting 77"
    assert ask(ids.OP_SET_SETTING, 6, value=b"\x01").result == ids.RESULT_LENGTH


def test_flash_that_refuses_is_a_storage_error_with_its_number():
    bench, ask = asking()

    def refuse(row, value):
        raise OSError(28)

    bench.insole.settings.store = refuse
    reply = ask(ids.OP_SET_SETTING, 8, value=b"\x00")
    assert (reply.result, reply.text) == (ids.RESULT_STORAGE, "the insole's storage failed: error 28")
    assert bench.insole.faults.storage_errors == 1 and ask.session.malformed == 0


def test_a_command_that_finds_no_room_in_memory_is_told_so_and_costs_no_restart():
    bench, ask = asking()

    def no_room(*_):
        raise MemoryError()

    bench.insole.self_test.run = no_room
    reply = ask(ids.OP_SELF_TEST)
    assert (reply.result, reply.text[:17]) == (ids.RESULT_BUSY, "there is no room ")
    assert ask(ids.OP_STATUS).result == 0 and ask.session.malformed == 0


def test_the_self_test_text_is_cut_to_80_bytes():
    bench, ask = asking()
    for index in range(16):
        chip.sensors[index] = 4095
    reply = ask(ids.OP_SELF_TEST)
    assert reply.fields == (ids.FAULT_SENSOR,) + (4095,) * 16
    assert reply.text == "channel 0 at full scale, channel 1 at full scale, channel 2 at full scale, chann"
    assert len(reply.text) > 76 and bench.insole.faults.flags == ids.FAULT_SENSOR


def test_log_info_is_the_state_of_the_log():
    bench, ask = asking()
    bench.slots(200)
    bench.insole.recorder.flush()
    ask(ids.OP_LOG_ACK, 120)
    recorder = bench.insole.recorder
    log = replies.LogInfoReply(ask(ids.OP_LOG_INFO))
    assert (log.boot, log.oldest_seq, log.next_seq, log.acknowledged_seq) == (1, 0, recorder.next_seq, 120)
    assert (log.capacity_pages, log.used_pages, log.corrupt_pages, log.slots_overwritten) == (63, 1, 0, 0)


def test_transfers_are_numbered_and_one_at_a_time():
    bench, ask = asking()
    bench.slots(400)
    assert ask(ids.OP_LOG_READ, 0, 100, 0).fields == (1,)
    reply = ask(ids.OP_LOG_READ, 0, 100, 0)
    assert (reply.result, reply.text) == (ids.RESULT_BUSY, "a log transfer is under way: stop it first")
    assert ask(ids.OP_LOG_STOP).result == 0
    assert ask.session.transfer is not None, "the end is still to be told"
    ask.session.transfer = None
    assert ask(ids.OP_LOG_STOP).result == 0, "nothing to stop is no error"
    assert ask(ids.OP_LOG_READ, 50, 51, 1).fields == (2,)
    ask.session.transfer = None
    ask.commands._transfers = 0xFFFFFFFF
    assert ask(ids.OP_LOG_READ, 0, 100, 0).fields == (0,)
    assert bench.insole.sampler.running


def test_an_empty_range_of_the_log_is_refused():
    _, ask = asking()
    for first, end in ((10, 10), (11, 10)):
        reply = ask(ids.OP_LOG_READ, first, end, 0)
        assert (reply.result, reply.text) == (
            ids.RESULT_RANGE,
            "a range from %d to %d is empty" % (first, end),
        )
    assert ask.session.transfer is None
    assert ask(ids.OP_LOG_READ, 0, 1, 0).result == 0


def messages_of(transfer):
    out = memoryview(bytearray(2056))
    found = []
    while not transfer.done:
        found.append(host_messages.parse_log_message(bytes(out[: transfer.next_message(out)])))
    return found


def test_a_transfer_brings_what_was_asked_for_in_the_order_that_was_asked_for():
    bench, ask = asking()
    for index in range(16):
        chip.sensors[index] = REST
    bench.insole.modes.set(ids.MODE_LIVE)
    bench.slots(100)
    for newest_first, expected in ((0, [20, 25, 30, 35]), (1, [35, 30, 25, 20])):
        ask(ids.OP_LOG_READ, 21, 36, newest_first)
        found = messages_of(ask.session.transfer)
        seqs = [int.from_bytes(record[4:8], "little") for m in found for record in m.records]
        assert seqs == expected and found[-1].fields == (20, ids.END_COMPLETE)
        ask.session.transfer = None
    ask(ids.OP_LOG_READ, 90, 1 << 31, 0)
    assert messages_of(ask.session.transfer)[-1].fields == (10, ids.END_COMPLETE), "as far as there is any"


def test_what_is_not_recorded_yet_cannot_be_acknowledged():
    bench, ask = asking()
    bench.slots(90)
    assert ask(ids.OP_LOG_ACK, 81).text == "slot 81 is not recorded yet"
    assert ask(ids.OP_LOG_ACK, 81).result == ids.RESULT_RANGE
    assert ask(ids.OP_LOG_ACK, 80).fields == (80,)
    assert bench.insole.recorder.acked_seq == 80


def test_gaps_are_listed_from_the_cursor_on():
    bench, ask = asking()
    bench.insole.modes.set(ids.MODE_LIVE)
    for _ in range(3):
        bench.slots(10)
        bench.slots(4, fire=False)
    bench.slots(10)
    gaps = replies.LogGapsReply(ask(ids.OP_LOG_GAPS, 0))
    assert gaps.gaps == [(10, 14, 1), (24, 28, 1), (38, 42, 1)] and gaps.next_cursor is None
    assert replies.LogGapsReply(ask(ids.OP_LOG_GAPS, 28)).gaps == [(38, 42, 1)]


def test_a_reboot_of_either_kind():
    bench, ask = asking()
    asked = []
    bench.insole.power.reboot_soon = asked.append
    assert ask(ids.OP_REBOOT, 0).result == ask(ids.OP_REBOOT, 1).result == 0
    assert asked == [False, True]


def test_at_most_a_minute_of_blinking():
    bench, ask = asking()
    asked = []
    bench.insole.indicator.identify = asked.append
    for seconds in (0, 1, 60):
        assert ask(ids.OP_IDENTIFY, seconds).result == 0
    reply = ask(ids.OP_IDENTIFY, 61)
    assert (reply.result, reply.text) == (ids.RESULT_RANGE, "at most 60 seconds of blinking")
    assert asked == [0, 1, 60]


def test_a_hint_is_for_an_insole_that_records_and_may_blink():
    """(mode, setting led, result, text); refused hints leave the LED as it is."""
    for mode, led, result, text in (
        (ids.MODE_DAILY, 1, ids.RESULT_OK, ""),
        (ids.MODE_LIVE, 1, ids.RESULT_OK, ""),
        (ids.MODE_IDLE, 1, ids.RESULT_NOT_AVAILABLE, "the insole is idle: nobody wears it"),
        (ids.MODE_DAILY, 0, ids.RESULT_NOT_ALLOWED, "the LED is to stay dark: see the setting led"),
    ):
        bench, ask = asking()
        asked = []
        bench.insole.indicator.hint = asked.append
        bench.insole.settings.led = led
        bench.insole.modes.set(mode)
        replies_ = [ask(ids.OP_HINT, seconds) for seconds in (0, 1, 30)]
        assert [(reply.result, reply.text) for reply in replies_] == [(result, text)] * 3, (mode, led)
        assert asked == ([] if result else [0, 1, 30])
        assert bench.insole.modes.mode == mode, "a hint changes no mode"


def test_the_log_is_erased_for_whoever_names_the_serials_end():
    bench, ask = asking()
    erased = []
    bench.insole.erase_log = lambda: erased.append(1)
    right = int.from_bytes(bench.insole.identity.serial[-4:], "little")
    assert right == 0x013F7A28
    text = "the confirmation is not the end of this insole's serial"
    for wrong in (right + 1, 0, 0x287A3F01):
        reply = ask(ids.OP_LOG_ERASE, wrong)
        assert (reply.result, reply.text) == (ids.RESULT_NOT_ALLOWED, text)
    assert erased == []
    assert ask(ids.OP_LOG_ERASE, right).result == 0 and erased == [1]
    bench.insole.erasing = True
    for op, arguments in ((ids.OP_LOG_ERASE, (right,)), (ids.OP_LOG_READ, (0, 1, 0))):
        reply = ask(op, *arguments)
        assert (reply.result, reply.text) == (ids.RESULT_BUSY, "the log is being erased")
    assert erased == [1]


def test_flash_that_refuses_a_read_of_gaps_is_a_storage_error_too():
    bench, ask = asking()

    def refuse(cursor, out):
        raise OSError(5)

    bench.insole.recorder.gaps = refuse
    assert ask(ids.OP_LOG_GAPS, 0).result == ids.RESULT_STORAGE
    assert bench.insole.faults.storage_errors == 1
