"""The USB serial port: framed commands and streams, on the same port as the interpreter's prompt.

Until a peer says HELLO in a frame nothing is written here. Bytes that are no frame are dropped by the
decoder; Ctrl-C never gets this far, the interpreter takes it.
"""

import asyncio
import select
import sys
from time import ticks_diff, ticks_ms, ticks_us

from insole_protocol import ids, usb_frames

CHUNK_BYTES = 128  # handed to the port at once; less than its smallest buffer
POLL_MS = 10
SILENT_MS = 5000  # a peer that takes nothing for so long is gone
MAX_COMMAND_BYTES = 128


class UsbLink:
    """The port as a session's transport.

    Attributes:
        errors: what the decoder dropped, by reason.
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
        self._decoder = usb_frames.FrameDecoder(MAX_COMMAND_BYTES)
        self._byte = bytearray(1)
        self._in = getattr(sys.stdin, "buffer", sys.stdin)
        self._writer = getattr(sys.stdout, "buffer", sys.stdout)
        self._readable = select.poll()
        self._readable.register(self._in, select.POLLIN)
        self._writable = select.poll()
        self._writable.register(self._writer, select.POLLOUT)
        self._moved_ms = ticks_ms()
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
        """Hand over as much as the port takes. True when the message is out."""
        while True:
            if self._sent == self._length:
                self._length = self._encoder.next(self._chunk)
                self._sent = 0
                if not self._length:
                    return True
            if not self._writable.poll(0):
                return False
            written = self._writer.write(self._chunk[self._sent : self._length])
            if not written:
                return False
            self._sent += written
            self._moved_ms = ticks_ms()

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
        while taken < CHUNK_BYTES and self._readable.poll(0):
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
