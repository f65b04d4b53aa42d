"""Safe mode: what it answers by radio and USB, whatever part of the firmware is broken; how it is left."""

import chip  # first: puts its time in place
import machine
import safe_mode
import sys
from insole import crash_file, starts
from insole_protocol import fragments, host_messages, ids, messages, usb_frames
from insole_protocol.decoder import decode_block
from insole_protocol.host_messages import build_command, fragment_values, parse_log_message, parse_reply
from safe_mode import RETRY_NORMAL_MS, SafeMode
from workbench import Workbench


class Watchdog:
    """Counts."""

    fed = 0

    def feed(self):
        self.fed += 1


class Host:
    """A central, bonded and connected, of an insole in safe mode."""

    def __init__(self, secure=True, record=None, wanted=True):
        chip.events.clear()
        chip.clock.now_us = 0
        self.air = chip.new_radio()
        register = self.air.register

        def registered(services):
            self.handles = register(services)
            return self.handles

        self.air.register = registered
        self.dog = Watchdog()
        self.safe = SafeMode(self.dog, record)
        self.safe.turn()
        self.advertised = self.air.advertising
        self._fragmenter = fragments.Fragmenter()
        self._reassemblers = [fragments.Reassembler() for _ in range(3)]
        if wanted:
            for event in ((1, (1, 0, b"123456")), (21, (1, 185))):
                self.air.emit(*event)
            if secure:
                self.air.emit(28, (1, 1, 0, 1, 16))

    def ask(self, op, *arguments, value=b""):
        """The reply to a command; log messages that come with it are put in `log`."""
        self.log = []
        replies = []
        for one in fragment_values(self._fragmenter, build_command(op, 7, *arguments, value=value), 20):
            self.air.write_from_central(1, self.handles[0][1], one)
        for _ in range(40):
            self.safe.turn()
        for _, handle, data in self.air.sent:
            place = self.handles[0].index(handle)
            message = self._reassemblers[place].feed(data)
            if message is not None and place == 1:
                replies.append(parse_reply(message))
            elif message is not None:
                self.log.append(parse_log_message(message))
        self.air.sent.clear()
        assert len(replies) == 1 and replies[0].op == op and replies[0].tag == 7, replies
        return replies[0]


def in_use(seconds=3):
    """Leave a used insole behind: right, with some seconds in its log, after a crash."""
    bench = Workbench()
    with open("/settings.json", "w") as file:
        file.write('{"version": 2, "values": {"side": 1, "label": "left shoe"}}')
    bench.insole.modes.set(ids.MODE_LIVE)
    bench.slots(100 * seconds)
    bench.insole.recorder.flush()
    starts.begin().note(ids.CRASH_TASK, "it was the radio")
    return starts.begin()


def test_it_says_who_it_is_and_that_it_is_safe_mode():
    record = in_use()
    host = Host(record=record)
    interval_us, payload, response = host.advertised
    assert interval_us == 500000 and b"Plantigrade R 7A3F01" in response
    assert payload[-5] & 0x04, "a fault, as in normal mode"
    version, side, _, capabilities, boot, period_us, next_seq, serial = host.ask(ids.OP_HELLO, 1, 1).fields
    assert (version, side, period_us) == (1, ids.SIDE_RIGHT, 10000) and next_seq >= 300
    log = ids.CAPABILITY_LOG | ids.CAPABILITY_WIDE_MOTION
    assert capabilities == log | ids.CAPABILITY_CRASH_RECORD
    assert boot >= 2 and serial == b"\x00\x00\x24\x6f\x28\x7a\x3f\x01"
    status = host.ask(ids.OP_STATUS).fields
    assert status[0] == ids.MODE_IDLE and status[1] == 255
    assert status[13] & (ids.FAULT_SAFE_MODE | ids.FAULT_CRASHED) == ids.FAULT_SAFE_MODE | ids.FAULT_CRASHED
    assert host.dog.fed > 50


def test_its_version_ends_in_safe():
    assert Host(record=in_use()).ask(ids.OP_HELLO, 1, 1).text == "0.1.0+safe"


def test_nothing_without_encryption_and_nothing_before_hello():
    record = in_use()
    assert Host(secure=False, record=record).ask(ids.OP_HELLO, 1, 1).result == ids.RESULT_NOT_ALLOWED
    host = Host(record=record)
    assert host.ask(ids.OP_STATUS).result == ids.RESULT_HELLO_FIRST
    assert host.ask(ids.OP_HELLO, 4, 9).result == ids.RESULT_VERSION
    assert host.ask(ids.OP_STATUS).result == ids.RESULT_HELLO_FIRST


def test_the_log_is_read_whole():
    host = Host(record=in_use())
    host.ask(ids.OP_HELLO, 1, 1)
    assert host.ask(ids.OP_LOG_INFO).fields[2] >= 300
    assert host.ask(ids.OP_LOG_GAPS, 0).result == ids.RESULT_OK
    assert host.ask(ids.OP_LOG_READ, 0, 300, 0).result == ids.RESULT_OK
    records = [record for message in host.log for record in message.records]
    assert [decode_block(record).header.seq for record in records] == list(range(0, 300, 5))
    assert host.log[-1].kind == ids.LOG_END and host.log[-1].fields == (300, ids.END_COMPLETE)
    assert host.ask(ids.OP_LOG_ACK, 300).fields == (300,)
    assert host.ask(ids.OP_LOG_STOP).result == ids.RESULT_OK


def test_it_tells_why_and_what_was_counted():
    record = in_use()
    host = Host(record=record)
    host.ask(ids.OP_HELLO, 1, 1)
    reply = host.ask(ids.OP_CRASH, 0, 0)
    assert reply.fields[0] == 1 and reply.fields[3] == ids.CRASH_TASK and reply.text.endswith("the radio")
    assert host.ask(ids.OP_CRASH, 5, 0).result == ids.RESULT_RANGE
    tail = host.ask(ids.OP_DIAGNOSTICS).tail
    assert int.from_bytes(tail[:4], "little") == record.since_power


def test_settings_are_read_but_not_changed_and_the_rest_is_refused():
    host = Host(record=in_use())
    host.ask(ids.OP_HELLO, 1, 1)
    assert host.ask(ids.OP_GET_SETTING, 1).tail == b"\x01"
    assert host.ask(ids.OP_GET_SETTING, 9).tail == b"left shoe"
    assert host.ask(ids.OP_GET_SETTING, 3).tail == b"\x05", "the default"
    assert host.ask(ids.OP_GET_SETTING, 99).result == ids.RESULT_RANGE
    refused = ((ids.OP_SET_MODE, (2,)), (ids.OP_STREAM, (1,)), (ids.OP_SELF_TEST, ()), (ids.OP_HINT, (1,)))
    for op, arguments in refused:
        reply = host.ask(op, *arguments)
        assert reply.result == ids.RESULT_NOT_AVAILABLE and "safe mode" in reply.text
    assert host.ask(ids.OP_SET_SETTING, 1, value=b"\x00").result == ids.RESULT_NOT_AVAILABLE
    echo, boot, received_us, sent_us = host.ask(ids.OP_TIME, 99).fields
    assert echo == 99 and received_us <= sent_us


def test_whatever_is_broken_it_answers_hello():
    """Every module of `insole` that is loaded in safe mode, and all of them together."""
    record = in_use()
    names = (
        "bonds", "recorder.storage", "persistent_counters", "identity", "crash_file", "diagnostics", "starts",
    )  # fmt: skip
    for broken in [(name,) for name in names] + [names]:
        hidden = {}
        for name in broken:
            hidden[name] = sys.modules.pop("insole." + name, None)
            sys.modules["insole." + name] = None
        try:
            host = Host(record=record)
            reply = host.ask(ids.OP_HELLO, 1, 1)
            assert reply.result == ids.RESULT_OK and reply.text.endswith("+safe"), broken
            assert host.ask(ids.OP_STATUS).result == ids.RESULT_OK, broken
        finally:
            for name in hidden:
                del sys.modules["insole." + name]
                if hidden[name]:
                    sys.modules["insole." + name] = hidden[name]


def test_without_a_log_its_commands_are_refused():
    in_use()
    load = safe_mode._load_log
    safe_mode._load_log = lambda board: None
    try:
        host = Host()
        reply = host.ask(ids.OP_HELLO, 1, 1)
        assert reply.fields[3] == ids.CAPABILITY_CRASH_RECORD and reply.fields[4] == 0
        for op, arguments in ((ids.OP_LOG_INFO, ()), (ids.OP_LOG_READ, (0, 1, 0)), (ids.OP_LOG_ACK, (0,))):
            assert host.ask(op, *arguments).result == ids.RESULT_NOT_AVAILABLE
        assert host.ask(ids.OP_STATUS).fields[13] & ids.FAULT_LOG
        assert host.ask(ids.OP_CRASH, 0, 0).result == ids.RESULT_OK, "without a record, too"
    finally:
        safe_mode._load_log = load


def test_it_is_left_by_command_after_an_hour_and_when_a_charger_comes():
    record = in_use()
    host = Host(record=record)
    host.ask(ids.OP_HELLO, 1, 1)
    assert host.ask(ids.OP_REBOOT, 0).result == ids.RESULT_OK and chip.events == []
    chip.advance(400000)
    host.safe.turn()
    assert chip.events == ["reset"]
    assert not starts.wants_safe_mode(starts.begin()), "normal mode is tried"
    assert starts.wants_safe_mode(starts.begin()), "once"
    host = Host(record=record, wanted=False)
    for _ in range(59):
        chip.advance(60000000)
        host.safe.turn()
    assert chip.events == [] and RETRY_NORMAL_MS == 3600000
    for _ in range(2):
        chip.advance(60000000)
        host.safe.turn()
    assert chip.events[0] == "reset"
    host = Host(record=record, wanted=False)
    chip.pins[chip.board.CHARGING_PIN] = 0
    try:
        host.safe.turn()
        assert chip.events == ["reset"]
        host = Host(record=record, wanted=False)
        host.safe.turn()
        assert chip.events == [], "a charger that was there already changes nothing"
    finally:
        chip.pins[chip.board.CHARGING_PIN] = 1


class Verified:
    """A receiver that has verified its bundle: `step` says once that the insole shall restart."""

    verifies = False
    stepped = False

    def step(self):
        first, self.stepped = not self.stepped, True
        return first

    def carry_out(self, command, _link, _value_bytes):
        return messages.build_reply(command.op, command.tag, 4, 0, 0, 0, 0, 0, 1, 0)


def test_a_host_that_asks_how_the_update_stands_does_not_put_off_the_restart():
    host = Host(record=in_use())
    host.safe.chosen = ("a", {})
    host.ask(ids.OP_HELLO, 1, 1)
    host.safe.update = Verified()
    for _ in range(4):
        host.ask(ids.OP_UPDATE_STATUS, 0)
        assert chip.events == []
        chip.advance(80000)
    host.safe.turn()
    assert chip.events == ["reset"]


def test_after_ten_seconds_it_may_be_entered_again():
    record = in_use()
    for _ in range(4):
        record = starts.begin()
    assert starts.wants_safe_mode(record) and record.safe_started
    host = Host(record=record, wanted=False)
    assert record.safe_started
    chip.advance(10100000)
    host.safe.turn()
    assert not starts.load().safe_started


def test_a_person_sees_a_long_blink_each_ten_seconds():
    host = Host(record=in_use(), wanted=False)
    seen = []
    for _ in range(200):
        chip.advance(100000)
        host.safe.turn()
        seen.append(chip.pins[chip.board.LED_PIN])
    assert seen.count(1) == 20


def test_an_empty_cell_is_spared():
    host = Host(record=in_use(), wanted=False)
    chip.supply["battery_mv"] = 3100
    try:
        for _ in range(8):
            chip.advance(20100000)
            host.safe.turn()
        assert "deepsleep 600000" in chip.events
    finally:
        chip.supply["battery_mv"] = 3900


def test_the_event_handler_survives_what_it_meets():
    host = Host(record=in_use())
    for event, data in ((3, (1,)), (28, ()), (21, (1,)), (99, None)):
        host.air.emit(event, data)
    assert host.safe.links[0].errors >= 3
    assert host.ask(ids.OP_HELLO, 1, 1).result == ids.RESULT_OK
    host.air.emit(2, (1, 0, b"123456"))
    host.air.advertising = None
    host.safe.turn()
    assert host.air.advertising is not None, "found again"


def test_buffers_that_are_full_cost_nothing_but_time():
    host = Host(record=in_use())
    host.air.room = 1
    for one in fragment_values(fragments.Fragmenter(), build_command(ids.OP_HELLO, 1, 1, 1), 20):
        host.air.ble.attributes.write_remote(host.handles[0][1], one)
        host.air.emit(3, (1, host.handles[0][1]))
    host.air.room = 0
    for _ in range(5):
        host.safe.turn()
    assert host.air.sent == []
    host.air.room = 5
    host.safe.turn()
    assert len(host.air.sent) == 1


def test_over_usb_as_well():
    host = Host(record=in_use(), wanted=False)
    usb = host.safe.links[1]
    sent = []

    class Port:
        def write(self, data):
            sent.append(bytes(data))

    usb._out = Port()
    incoming = list(usb_frames.encode(ids.CHANNEL_CONTROL, build_command(ids.OP_HELLO, 3, 1, 1)))

    class Cable:
        def poll(self, _timeout):
            return incoming

        def readinto(self, buffer):
            buffer[0] = incoming.pop(0)
            return 1

    usb._poll = usb._in = Cable()
    host.safe.turn()
    decoder = usb_frames.FrameDecoder()
    ((channel, message),) = decoder.feed(b"".join(sent))
    reply = host_messages.parse_reply(message)
    assert channel == ids.CHANNEL_CONTROL and reply.result == ids.RESULT_OK and reply.text.endswith("+safe")


def test_its_end_is_noted():
    power = starts.begin()
    power.note(ids.CRASH_SAFE_MODE, ValueError("even that"))
    assert crash_file.pending(starts.load())["cause"] == ids.CRASH_SAFE_MODE
    assert machine.reset_cause() == machine.PWRON_RESET
