"""The other end of the virtual serial port, and time that passes while a write waits for it."""

import chip  # first: puts its time in place

from insole_protocol import host_messages, ids, usb_frames

FIFO = 256  # bytes that the port itself holds


class Cable:
    """The other end of the virtual port: what was typed, what came, and how many bytes more it takes."""

    connected = True

    def __init__(self, bench):
        self.bench = bench
        self.to_board = bytearray()
        self.from_board = bytearray()
        self.free = 1 << 30
        self.refill = 0  # bytes that its reader takes in each millisecond of waiting
        self.decoder = usb_frames.FrameDecoder()
        self._at_us = chip.clock.now_us
        chip.hardware.usb = self

    def waiting(self):
        return bool(self.to_board)

    def room(self):
        return self.free

    def give(self, buf):
        n = min(len(buf), len(self.to_board))
        buf[:n] = self.to_board[:n]
        self.to_board[:] = self.to_board[n:]
        return n

    def take(self, data):
        now_us = chip.clock.now_us
        self.free = min(self.free + (now_us - self._at_us) // 1000 * self.refill, max(self.free, FIFO))
        self._at_us = now_us
        n = min(len(data), self.free)
        self.free -= n
        self.from_board.extend(data[:n])
        return n

    def send(self, data):
        """Bytes to the board, which serves them."""
        self.to_board.extend(data)
        while self.bench.firmware.usb.receive():
            pass
        self.bench.transmit()

    def messages(self):
        """What came since the last call."""
        self.bench.transmit()
        data, self.from_board = bytes(self.from_board), bytearray()
        return self.decoder.feed(data)

    def ask(self, op, *arguments, value=b""):
        """One command and its reply."""
        command = host_messages.build_command(op, 1, *arguments, value=value)
        self.send(usb_frames.encode(ids.CHANNEL_CONTROL, command))
        replies = [m for channel, m in self.messages() if channel == ids.CHANNEL_CONTROL]
        return host_messages.parse_reply(replies[0])


class Waiting:
    """Within it callbacks run while a write waits, as on an S3: a tick of the sampler each 10 ms."""

    def __enter__(self):
        self._sleep = chip.hardware.sleep
        chip.hardware.sleep = self.sleep
        return self

    def __exit__(self, *_):
        chip.hardware.sleep = self._sleep

    def sleep(self, us):
        before = chip.clock.now_us
        chip.advance(us)
        if before // 10000 != chip.clock.now_us // 10000:
            chip.timers[0].fire()

    def slot(self, bench):
        """Ten milliseconds go by, and the rows that wait become records."""
        for _ in range(10):
            self.sleep(1000)
        if bench.insole.sampler.waiting() >= bench.insole.sampler.wake_rows:
            bench.insole.blocks.drain()


def streaming(bench):
    """The cable of a peer to whom the insole streams."""
    cable = Cable(bench)
    cable.ask(ids.OP_HELLO, 1, 1)
    cable.ask(ids.OP_SET_MODE, ids.MODE_LIVE)
    cable.ask(ids.OP_STREAM, 1)
    return cable
