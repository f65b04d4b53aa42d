"""The USB serial port: framed commands and streams, on the same port as the interpreter's prompt.

Until a peer says HELLO in a frame nothing is written here. Bytes that are no frame are dropped by the
decoder; Ctrl-C never gets this far, the interpreter takes it.

The interpreter cannot tell whether there is room: its `poll` always says yes, and a write that finds none
waits for the reader, up to half a second. How long a write took is therefore measured. After one that had to
wait the port is left alone for ten times as long, two seconds at most, so that a reader who stops holds the
loop only now and then until it is given up; a call of `push` ends after a few milliseconds even when it is
taken.
"""

import asyncio
import select
import sys
from time import ticks_add, ticks_diff, ticks_ms, ticks_us

from insole import hold_offs
from insole_protocol import ids, usb_frames

CHUNK_BYTES = 64  # handed to the port at once: one packet
PUSH_MS = 3  # for which one call of `push` may hold the loop
WAITED_MS = 8  # a write that took as long has waited for its reader, not just for a tick of the sampler
HOLD_FACTOR = 10  # times the wait: how long the port is then left alone
HOLD_MAX_MS = 2000  # a reply still gets through before its host gives it up
POLL_MS = 10
TURN_BYTES = 128  # taken in one turn
SILENT_MS = 5000  # a peer that takes nothing for so long is gone


class UsbLink:
    """The port as a session's transport.

    Attributes:
        errors: what the decoder dropped, by reason.
        stalls: writes that had to wait for their reader.
        prompt_open: whether Ctrl-C leads to the interpreter's prompt.
    """

    secure = True  # whoever holds the cable holds the insole
    retry_ms = 1  # a port empties its small buffer in less
    log_hold_off_ms = 0  # the port has no queue that live records could be stuck in
    held = False  # the port has no pace of its own

    def __init__(self):
        self._encoder = usb_frames.FrameEncoder()
        self._chunk = memoryview(bytearray(CHUNK_BYTES))
        self._length = 0  # of the chunk that the port has not taken whole
        self._sent = 0
        self._decoder = usb_frames.FrameDecoder(ids.MAX_COMMAND_BYTES)
        self._byte = bytearray(1)
        self._in = getattr(sys.stdin, "buffer", sys.stdin)
        self._writer = getattr(sys.stdout, "buffer", sys.stdout)
        self._readable = select.poll()
        self._readable.register(self._in, select.POLLIN)
        self._moved_ms = self._free_ms = ticks_ms()
        self._hold_ms = 0  # how long the port is left alone now
        self.stalls = 0
        self.prompt_open = True
        self.session = None
        self._answer = None

    @property
    def errors(self):
        return self._decoder.errors

    def malformed(self):
        """Frames from this peer that could not be used."""
        return sum(self._decoder.errors.values())

    def attach(self, session, answer):
        """As `radio.Radio.attach`, for one session."""
        self.session = session
        self._answer = answer

    def abandon(self):
        """Forget the message on its way. What has been sent of it ends in a flag, or is dropped by the other
        end."""
        self._encoder = usb_frames.FrameEncoder()
        self._length = self._sent = 0

    def begin(self, channel, message, length):
        """Take a message to send; `message` stays untouched by the caller until `push` returns True."""
        self._encoder.start(channel, message, length)
        self._moved_ms = ticks_ms()

    def push(self):
        """Hand over as much as the port takes at once. True when the message is out."""
        begun_ms = ticks_ms()
        if self._hold_ms and ticks_diff(self._free_ms, begun_ms) > 0:
            return False
        while True:
            if self._sent == self._length:
                self._length = self._encoder.next(self._chunk)
                self._sent = 0
                if not self._length:
                    return True
            if not self._write() or ticks_diff(ticks_ms(), begun_ms) >= PUSH_MS:
                return False

    def _write(self):
        """Hand over what is left of the chunk; False when the port has no more room."""
        before_ms = ticks_ms()
        before = hold_offs.begin(hold_offs.USB)
        written = self._writer.write(self._chunk[self._sent : self._length]) or 0
        hold_offs.end(before)
        now_ms = ticks_ms()
        took_ms = ticks_diff(now_ms, before_ms)
        self._sent += written
        if written:
            self._moved_ms = now_ms
        if self._sent == self._length and took_ms < WAITED_MS:
            self._hold_ms = 0
            return True
        self.stalls += 1
        hold_ms = took_ms * HOLD_FACTOR if written else max(took_ms * HOLD_FACTOR, 2 * self._hold_ms, 1)
        self._hold_ms = min(hold_ms, HOLD_MAX_MS)
        self._free_ms = ticks_add(now_ms, self._hold_ms)
        return False

    async def run(self):
        """Serve what comes in; never ends."""
        while True:
            if not self.receive():
                self.give_up_if_silent()
                await asyncio.sleep_ms(POLL_MS)

    def give_up_if_silent(self):
        """Forget a peer that has taken nothing of what waits for it for a while: the cable is out."""
        if self._sent < self._length and ticks_diff(ticks_ms(), self._moved_ms) > SILENT_MS:
            self.session.reset()

    def receive(self):
        """Take what waits, up to a frame's worth; whether there was anything."""
        taken = 0
        while taken < TURN_BYTES and self._readable.poll(0):
            if not self._in.readinto(self._byte):
                break
            taken += 1
            if self._byte[0] == usb_frames.FLAG:
                ticks = ticks_us()
                for channel, message in self._decoder.feed(self._byte):
                    if channel == ids.CHANNEL_CONTROL:
                        self._answer(self.session, message, ticks)
            else:
                self._decoder.feed(self._byte)
        return taken
