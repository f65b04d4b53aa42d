"""Frames between the virtual board and the virtual radio: u16 big-endian length, u8 kind, payload.

Board to radio: CALL (JSON, answered by REPLY), NOTIFY (u16 connection, u16 handle, value), ANSWER (u16
question, u8 status, payload). Radio to board: REPLY, EVENT (JSON `[event, arguments]`), FREED (u8 buffers
given back), WRITTEN (u16 connection, u16 handle, value), ASK (u16 question, u8 kind, payload).
"""

import errno
import select as _select
import socket
import struct

CALL, NOTIFY, ANSWER = 1, 2, 3
REPLY, EVENT, FREED, WRITTEN, ASK = 0x81, 0x82, 0x83, 0x84, 0x85

_LARGEST = 2048  # of one frame: attribute values have at most 512 bytes


class RadioSocket:
    """Non-blocking framing over a loopback connection."""

    def __init__(self, host, port):
        self.stream = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        self.stream.connect(socket.getaddrinfo(host, port)[0][-1])
        self.stream.setsockopt(6, 1, 1)  # TCP_NODELAY, or answers wait 40 ms for company
        self.stream.setblocking(False)
        self._received = bytearray(_LARGEST)
        self._view = memoryview(self._received)
        self._count = 0
        self._out = bytearray(_LARGEST)
        self._out_view = memoryview(self._out)
        self._writing = False
        self._backlog = []
        self._writable = _select.poll()
        self._writable.register(self.stream, _select.POLLOUT)

    def close(self):
        self.stream.close()

    def send(self, kind, payload):
        """Send one frame; a callback that sends while another frame is half out waits its turn."""
        if self._writing:
            self._backlog.append((kind, bytes(payload)))
            return
        self._writing = True
        try:
            self._write(kind, payload)
            while self._backlog:
                self._write(*self._backlog.pop(0))
        finally:
            self._writing = False

    def _write(self, kind, payload):
        count = 3 + len(payload)
        struct.pack_into(">HB", self._out, 0, count - 2, kind)
        self._out[3:count] = payload
        sent = 0
        while sent < count:
            done = self.stream.write(self._out_view[sent:count])
            if done is None:
                self._writable.poll(100)
            else:
                sent += done

    def has_more(self):
        """Whether bytes were read that belong to frames not yet taken."""
        return self._count > 0

    def receive(self):
        """The next whole frame as (kind, payload), or None when there is none yet.

        Raises:
            OSError(ENODEV): the radio is gone.
        """
        while True:
            if self._count >= 2:
                end = 2 + (self._received[0] << 8 | self._received[1])
                if self._count >= end:
                    frame = (self._received[2], bytes(self._view[3:end]))
                    left = self._count - end
                    self._received[:left] = self._view[end : self._count]
                    self._count = left
                    return frame
            got = self.stream.readinto(self._view[self._count :])
            if got is None:
                return None
            if got == 0:
                raise OSError(errno.ENODEV)
            self._count += got
