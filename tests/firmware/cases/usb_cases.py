"""The serial port: the same commands as over the air, noise around them, and a reader that stops reading."""

import chip
import asyncio
import sys
from cable import Cable
from workbench import Workbench

from insole.usb import CHUNK_BYTES, HOLD_MAX_MS
from insole_protocol import host_messages, ids, usb_frames
from insole_protocol.decoder import decode_block


def test_commands_work_as_over_the_air():
    cable = Cable(Workbench())
    assert cable.ask(ids.OP_STATUS).result == ids.RESULT_HELLO_FIRST
    assert cable.ask(ids.OP_HELLO, 1, 1).result == 0
    assert cable.ask(ids.OP_SET_SETTING, 1, value=b"\x00").tail == b"\x00"
    assert cable.ask(ids.OP_SELF_TEST).text == "all good"
    assert cable.ask(ids.OP_STATUS).fields[0] == ids.MODE_DAILY


def test_nothing_is_written_before_a_command():
    bench = Workbench()
    cable = Cable(bench)
    bench.slots(500)
    cable.send(b"\r\nhelp()\r\n")
    bench.slots(100)
    assert cable.from_board == b""


def test_noise_around_frames_is_dropped():
    cable = Cable(Workbench())
    cable.ask(ids.OP_HELLO, 1, 1)
    frame = usb_frames.encode(ids.CHANNEL_CONTROL, host_messages.build_command(ids.OP_STATUS, 1))
    for noise in (b"\x00" * 50, b"~~~", b"~\x7d~", frame[:-3], b"x" * 5000 + b"~", bytes(range(256))):
        cable.send(noise + b"~")
        cable.messages()
        cable.send(frame)
        assert len(cable.messages()) == 1, noise[:20]
    assert cable.ask(ids.OP_STATUS).fields[14] > 0, "counted"


def test_streams_and_log_go_over_the_cable():
    bench = Workbench()
    cable = Cable(bench)
    cable.ask(ids.OP_HELLO, 1, 1)
    cable.ask(ids.OP_SET_MODE, ids.MODE_LIVE)
    cable.ask(ids.OP_STREAM, 1)
    bench.slots(200)
    blocks = [decode_block(m) for channel, m in cable.messages() if channel == ids.CHANNEL_STREAM]
    assert sum(b.header.frames for b in blocks) == 200
    cable.ask(ids.OP_STREAM, 0)
    bench.insole.recorder.flush()
    cable.send(
        usb_frames.encode(
            ids.CHANNEL_CONTROL,
            host_messages.build_command(ids.OP_LOG_READ, 1, 0, bench.insole.recorder.next_seq, 0),
        )
    )
    got = [m for channel, m in cable.messages() if channel == ids.CHANNEL_LOG]
    parsed = [host_messages.parse_log_message(m) for m in got]
    kinds = [m.kind for m in parsed]
    assert kinds[-1] == ids.LOG_END and kinds.count(ids.LOG_BLOCK) == len(kinds) - 1, kinds
    blocks = [decode_block(record).header for m in parsed for record in m.records]
    assert [b.frames for b in blocks] == [5] * 40
    assert [b.seq for b in blocks] == list(range(blocks[0].seq, blocks[0].seq + 200, 5))
    assert len(kinds) < 10, "many records in a message"


def test_the_frame_is_handed_over_in_packets_of_64_bytes():
    bench = Workbench()
    cable = Cable(bench)
    link = bench.firmware.usb
    message = bytes(range(200)) * 2
    sizes = []
    cable.take = lambda data: sizes.append(len(data)) or Cable.take(cable, data)
    link.begin(ids.CHANNEL_LOG, memoryview(message), len(message))
    assert link.push() is True
    assert max(sizes) in (63, 64) and len(sizes) == 7
    assert bytes(cable.from_board) == usb_frames.encode(ids.CHANNEL_LOG, message)
    assert CHUNK_BYTES == 64


def test_a_port_that_is_full_is_offered_the_same_byte_again():
    for taken in (0, 1, 63, 64, 100, 127, 250):
        bench = Workbench()
        cable = Cable(bench)
        link = bench.firmware.usb
        message = bytes(range(250))
        cable.free = taken
        link.begin(ids.CHANNEL_STREAM, memoryview(message), len(message))
        assert link.push() is False and link.push() is False
        assert len(cable.from_board) == taken
        cable.free = 1 << 20
        chip.advance(HOLD_MAX_MS * 1000)
        assert link.push() is True
        assert bytes(cable.from_board) == usb_frames.encode(ids.CHANNEL_STREAM, message), taken


class Silent:
    """A port that takes nothing."""

    def write(self, data):
        return None


def test_a_port_that_says_it_is_free_and_takes_nothing_is_full():
    bench = Workbench()
    cable = Cable(bench)
    link = bench.firmware.usb
    link._writer = Silent()
    link.begin(ids.CHANNEL_STREAM, memoryview(b"abc"), 3)
    assert link.push() is False
    link._writer = sys.stdout.buffer
    chip.advance(HOLD_MAX_MS * 1000)
    assert link.push() is True
    assert bytes(cable.from_board) == usb_frames.encode(ids.CHANNEL_STREAM, b"abc")


def test_a_peer_is_given_up_after_five_seconds_of_taking_nothing():
    for silent_ms, given_up in ((5000, False), (5001, True)):
        bench = Workbench()
        cable = Cable(bench)
        session, link = bench.usb_session(), bench.firmware.usb
        session.version = 1
        chip.advance(60000000)
        cable.free = 3
        link.begin(ids.CHANNEL_STREAM, memoryview(bytes(300)), 300)
        link.push()
        chip.advance(silent_ms * 1000)
        link.give_up_if_silent()
        assert (session.version == 0) is given_up, silent_ms


def test_time_is_counted_from_the_last_byte_that_was_taken():
    bench = Workbench()
    cable = Cable(bench)
    session, link = bench.usb_session(), bench.firmware.usb
    session.version = 1
    cable.free = 3
    link.begin(ids.CHANNEL_STREAM, memoryview(bytes(300)), 300)
    link.push()
    chip.advance(4000000)
    cable.free = 1
    link.push()
    chip.advance(4000000)
    link.give_up_if_silent()
    assert session.version == 1
    chip.advance(1001000)
    link.give_up_if_silent()
    assert session.version == 0


def test_a_peer_for_which_nothing_waits_is_never_given_up():
    bench = Workbench()
    cable = Cable(bench)
    cable.ask(ids.OP_HELLO, 1, 1)
    for _ in range(10):
        chip.advance(60000000)
    bench.firmware.usb.give_up_if_silent()
    assert bench.usb_session().version == 1


def test_a_session_made_new_begins_a_new_frame():
    bench = Workbench()
    cable = Cable(bench)
    link = bench.firmware.usb
    cable.free = 130
    link.begin(ids.CHANNEL_STREAM, memoryview(bytes(300)), 300)
    assert link.push() is False
    link.abandon()
    cable.free = 1 << 20
    chip.advance(HOLD_MAX_MS * 1000)
    cable.from_board = bytearray()
    assert link.push() is True and cable.from_board == b"", "nothing is left of it"
    link.begin(ids.CHANNEL_CONTROL, memoryview(b"new"), 3)
    assert link.push() is True
    assert bytes(cable.from_board) == usb_frames.encode(ids.CHANNEL_CONTROL, b"new")


def test_a_turn_takes_at_most_128_bytes():
    bench = Workbench()
    cable = Cable(bench)
    link = bench.firmware.usb
    cable.to_board.extend(bytes(300))
    taken = [link.receive() for _ in range(4)]
    assert taken == [128, 128, 44, 0], taken


def test_bytes_that_are_announced_and_not_there_end_the_turn():
    bench = Workbench()
    cable = Cable(bench)
    link = bench.firmware.usb
    cable.waiting = lambda: True
    assert link.receive() == 0
    cable.to_board.extend(b"ab")
    assert link.receive() == 2


def test_only_the_control_channel_is_answered():
    bench = Workbench()
    cable = Cable(bench)
    answered = []
    bench.firmware.usb.attach("session", lambda *arguments: answered.append(arguments))
    chip.clock.now_us = 123456
    for channel in (ids.CHANNEL_STREAM, ids.CHANNEL_LOG, ids.CHANNEL_CONTROL):
        cable.to_board.extend(usb_frames.encode(channel, b"%d" % channel))
    while bench.firmware.usb.receive():
        pass
    assert answered == [("session", b"2", 123456)], "with the time at which its last byte was taken"


def test_what_the_port_drops_is_counted():
    bench = Workbench()
    cable = Cable(bench)
    link = bench.firmware.usb
    assert link.malformed() == 0
    cable.send(b"~ab~" + bytes(400) + b"~" + usb_frames.encode(2, bytes(242)))
    assert link.errors == {"oversize": 1, "short": 1, "escape": 0, "crc": 0, "channel": 0}
    assert link.malformed() == 2
    cable.send(usb_frames.encode(2, bytes(243)))
    assert link.malformed() == 3, "no command is longer than 242 bytes"


def test_the_port_is_looked_at_every_10_ms_and_as_long_as_there_is_something():
    bench = Workbench()
    link = bench.firmware.usb
    looks, silences = [], []
    answers = [3, 2, 0, 0, 5, 0]

    def receive():
        looks.append(chip.clock.now_us // 1000)
        return answers[len(looks) - 1] if len(looks) <= len(answers) else 0

    link.receive = receive
    link.give_up_if_silent = lambda: silences.append(chip.clock.now_us // 1000)
    chip.clock.now_us = 0

    async def world():
        asyncio.create_task(link.run())
        for _ in range(50):
            await asyncio.sleep_ms(0)
            await asyncio.sleep_ms(0)
            chip.advance(1000)

    asyncio.new_event_loop()
    asyncio.run(world())
    asyncio.new_event_loop()
    assert looks == [0, 0, 0, 10, 20, 20, 30, 40]
    assert silences == [0, 10, 20, 30, 40]
    assert (link.secure, link.retry_ms, link.log_hold_off_ms) == (True, 1, 0)
