"""One Bluetooth connection as a session's transport."""

import errno

from micropython import const

from insole.pacer import Pacer
from insole_protocol import ids
from insole_protocol.fragments import FIRST, Fragmenter, Reassembler

_EBUSY = const(16)  # the errno module does not have it

DEFAULT_MTU = 23
MAX_MTU = 247
NOTIFY_OVERHEAD = 3  # opcode and handle


CLOSED = 0
OPEN = 1
GONE = 2  # the connection ended; the task has not cleared up yet


class BleLink:
    """A place for one connection, made once and reused.

    `state`, `connection`, `mtu`, `secure` and `generation` are written by the event handler; the rest belongs
    to tasks. `generation` tells apart two connections that were given the same handle.
    """

    # The stack has no event for "room again". The log needs no holding off: `pacer` keeps the queue short.
    retry_ms = 5
    log_hold_off_ms = 0

    def __init__(self, ble):
        self.state = CLOSED
        self.connection = 0
        self.peer = bytearray(6)  # address of who is connected
        self.mtu = DEFAULT_MTU
        self.secure = False
        self.interval = 0  # connection interval in units of 1.25 ms, once the central changed it
        self.pacer = Pacer()
        self.generation = 0
        self.served = 0  # generation that the session was reset for
        self.handles = {}
        self._ble = ble
        self._value = memoryview(bytearray(MAX_MTU - NOTIFY_OVERHEAD))
        self._fragmenters = {}
        self._outgoing = None
        self._handle = 0
        self._is_reply = False
        self._head = bytearray(ids.MAX_COMMAND_BYTES + 1)  # op and tag of a command, and too long in any case
        self.held = False  # the last `push` ended because of the pacer, not of the stack
        self.overflowed = 0  # values that found no room in the inbox
        self.vanished = 0  # refusals, one after the other, because there is no such connection
        self.refusing = False  # the stack took nothing since it refused
        self.stuck = 0  # rounds of `Radio.check` in which it refused
        self.failures = 0  # notifications refused for another reason than full buffers
        self.reassembler = Reassembler(ids.MAX_COMMAND_BYTES)

    def opened(self, connection):
        """From the event handler: a central has connected."""
        self.connection = connection
        self.mtu = DEFAULT_MTU
        self.secure = False
        self.generation += 1
        self.interval = 0
        self.overflowed = 0
        self.vanished = 0
        self.refusing = False
        self.stuck = 0
        self.state = OPEN

    def abandon(self):
        """Forget the message on its way and start all counters anew."""
        self._fragmenters = {channel: Fragmenter() for channel in self.handles}
        self._outgoing = None
        self.held = False
        self.pacer.restart()
        if self.interval:
            self.pacer.follow(self.interval)
        self.reassembler = Reassembler(ids.MAX_COMMAND_BYTES)

    def malformed(self):
        """Fragments and values from this peer that could not be used."""
        return sum(self.reassembler.errors.values()) + self.overflowed

    def receive(self, value):
        """Take one value of a command: the command that it completes, or None. One that is longer than any
        may be comes as its first two bytes and enough behind them to be refused for its length."""
        if len(value) > 2 and value[0] & FIRST:
            self._head[0] = value[1]
            self._head[1] = value[2]
        oversize = self.reassembler.errors["oversize"]
        message = self.reassembler.feed(value)
        if message is None and self.reassembler.errors["oversize"] != oversize:
            return self._head
        return message

    def begin(self, channel, message, length):
        """Take a message to send; `message` stays untouched by the caller until `push` returns True."""
        self._outgoing = self._fragmenters[channel]
        self._handle = self.handles[channel]
        self._is_reply = channel == ids.CHANNEL_CONTROL
        self._outgoing.start(message, length)

    def push(self):
        """Hand over as many fragments as the stack takes. True when the message is out, or its peer gone."""
        if self.state != OPEN or self.served != self.generation:
            return True
        size = min(self.mtu, MAX_MTU) - NOTIFY_OVERHEAD
        outgoing = self._outgoing
        pacer = self.pacer
        self.held = False
        while True:
            length = outgoing.next(self._value, size)
            if not length:
                return True
            if not pacer.may_send(self._is_reply):
                self.held = True
                return False
            try:
                self._ble.gatts_notify(self.connection, self._handle, self._value[:length])
            except OSError as error:
                # The stack's buffers are full, or the connection is just ending and its event will follow.
                # Either way the same fragment is offered again.
                self.refusing = True
                if error.errno not in (errno.ENOMEM, errno.EAGAIN, _EBUSY):
                    self.failures += 1
                if error.errno == errno.ENOMEM:
                    pacer.refused()
                if error.errno == errno.ENOTCONN:
                    self.vanished += 1
                return False
            self.vanished = 0
            self.refusing = False
            pacer.sent()
            outgoing.advance()
