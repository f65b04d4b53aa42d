"""The serial port: the same commands as over the air, noise around them, and a reader that stops reading."""

import chip
from workbench import Workbench

from insole_protocol import host_messages, ids, usb_frames
from insole_protocol.decoder import decode_block


class Cable:
    """Takes the place of standard input and output in the firmware's USB link."""

    def __init__(self, bench):
        self.bench = bench
        self.to_board = bytearray()
        self.from_board = bytearray()
        self.room = 1 << 30
        self.decoder = usb_frames.FrameDecoder()
        link = bench.firmware.usb
        link._in = link._writer = self
        link._readable, link._writable = Readable(self), Writable(self)

    def readinto(self, buf):
        if not self.to_board:
            return None
        buf[0] = self.to_board[0]
        del_first(self.to_board)
        return 1

    def write(self, data):
        n = min(len(data), self.room)
        self.room -= n
        self.from_board.extend(data[:n])
        return n or None

    def send(self, data):
        """Bytes to the board, which serves them."""
        self.to_board.extend(data)
        while self.bench.firmware.usb.receive():
            pass
        self.bench.pump()

    def messages(self):
        """What came since the last call."""
        self.bench.pump()
        data, self.from_board = bytes(self.from_board), bytearray()
        return self.decoder.feed(data)

    def ask(self, op, *arguments, value=b""):
        """One command and its reply."""
        command = host_messages.build_command(op, 1, *arguments, value=value)
        self.send(usb_frames.encode(ids.CHANNEL_CONTROL, command))
        replies = [m for channel, m in self.messages() if channel == ids.CHANNEL_CONTROL]
        return host_messages.parse_reply(replies[0])


def del_first(data):
    data[:] = data[1:]


class Readable:
    def __init__(self, cable):
        self.cable = cable

    def poll(self, timeout):
        return [1] if self.cable.to_board else []


class Writable(Readable):
    def poll(self, timeout):
        return [1] if self.cable.room else []


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


def test_a_reader_that_stops_is_given_up_and_sampling_goes_on():
    bench = Workbench()
    cable = Cable(bench)
    cable.ask(ids.OP_HELLO, 1, 1)
    cable.ask(ids.OP_SET_MODE, ids.MODE_LIVE)
    cable.ask(ids.OP_STREAM, 1)
    cable.room = 10
    bench.slots(300)
    session = bench.usb_session()
    assert session.streaming
    bench.slots(400)
    bench.firmware.usb.give_up_if_silent()
    assert not session.streaming and session.version == 0
    assert bench.insole.sampler.lost == 0
    cable.room = 1 << 30
    cable.messages()
    assert cable.ask(ids.OP_HELLO, 1, 1).result == 0
    assert chip.clock.now_us > 0
