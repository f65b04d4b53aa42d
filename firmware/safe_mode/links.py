"""Bluetooth and USB of safe mode: one connection and a serial port, with nothing of normal mode in them."""

import select
import sys
import time

import bluetooth
from insole_protocol import fragments, ids, usb_frames

ADVERTISING_US = 500000
MAX_MTU = 247
INBOX = 8
PIECE_BYTES = 64
GENUINE = 2  # as `guarded_bonds` has it
CLAIMS_TO_BE_KNOWN_MS = 5000  # for a peer with a known address to encrypt, where the insole has keys
STRANGER_MS = 1000  # for any other
RESOLVABLE_PRIVATE_ADDRESS = 2

_CONNECT, _DISCONNECT, _WRITE, _MTU, _ENCRYPTION, _GET_SECRET, _SET_SECRET = 1, 2, 3, 21, 28, 29, 30
_FLAG_WRITE, _FLAG_NOTIFY, _FLAG_WRITE_ENCRYPTED = 0x0008, 0x0010, 0x1000


class Peer:
    """One end that talks to us: what it has agreed and what is on its way to it."""

    def __init__(self):
        self.forget()

    def forget(self):
        """A new peer, or none."""
        self.version = 0
        self.guard = None  # vouches for messages, once both ends of a locked insole have proved who they are
        self.proving = None
        self.transfer = None
        self.outgoing = []  # (channel, message)
        self.encoder = None

    def next_message(self):
        """(channel, message) to be sent next, made and vouched for now."""
        channel, message = self.outgoing[0]
        if callable(message):
            message = message()
        if self.guard is not None:
            message = self.guard.closed(channel, message)
        self.outgoing[0] = channel, message
        return channel, message


class Radio:
    """One connection; the event handler only notes, and survives whatever happens in it."""

    kind = 0  # of `update_codes.LINK_*`

    def __init__(self, bonds, beacon):
        self.peer = Peer()
        self._beacon = beacon
        self.secure = False
        self.errors = 0
        self._bonds = bonds
        self._connection = None
        self._who = 0, b""  # type and bytes of the peer's address
        self._until = 0  # for a peer that is not known
        self._mtu = 23
        self._inbox = []
        self._fragmenters = {}
        self._reassembler = fragments.Reassembler(ids.MAX_COMMAND_BYTES)
        self._value = bytearray(MAX_MTU)
        self._advertised = False
        self._ble = ble = bluetooth.BLE()
        ble.irq(self._on_event)
        ble.active(True)
        ble.config(gap_name=beacon.name, mtu=MAX_MTU)
        if beacon.hidden:
            ble.config(addr_mode=RESOLVABLE_PRIVATE_ADDRESS)
        ble.config(bond=True, le_secure=True, mitm=False, io=3)
        uuid = bluetooth.UUID
        ours = (
            (uuid(ids.STREAM_UUID), _FLAG_NOTIFY),
            (uuid(ids.CONTROL_UUID), _FLAG_WRITE | _FLAG_NOTIFY | _FLAG_WRITE_ENCRYPTED),
            (uuid(ids.LOG_UUID), _FLAG_NOTIFY),
        )  # in the place that they have in normal mode: peers remember handles
        (handles,) = ble.gatts_register_services(((uuid(ids.SERVICE_UUID), ours),))
        self._handles = {i + 1: handle for i, handle in enumerate(handles)}
        ble.gatts_set_buffer(handles[1], ids.MAX_COMMAND_BYTES + 4)  # with the byte before a fragment

    def _on_event(self, event, data):
        try:
            return self._note(event, data)
        except Exception:  # noqa: BLE001 - the stack would take the handler away
            self.errors += 1
            return True if event == _SET_SECRET else None

    def _note(self, event, data):
        if event == _GET_SECRET:
            return self._bonds.get(data[0], data[1], data[2]) if self._bonds else None
        if event == _SET_SECRET:
            return self._bonds.put(data[0], data[1], data[2]) if self._bonds else True
        if event == _CONNECT:
            self._connection, self._mtu, self.secure = data[0], 23, False
            self._who = data[1], bytes(data[2])
            is_known = not self._is_open and self._bonds.trust(*self._who)
            patience_ms = CLAIMS_TO_BE_KNOWN_MS if is_known else STRANGER_MS
            self._until = time.ticks_add(time.ticks_ms(), patience_ms)
            self._restart()
        elif event == _DISCONNECT:
            self._advertised = False  # a connection that never came about ends advertising as well
            if data[0] == self._connection:
                self._connection, self.secure = None, False
                if not self._is_open:
                    self._bonds.restore()  # an insole with keys takes no new peer here
                self._restart()
        elif event == _MTU:
            self._mtu = min(data[1], MAX_MTU)
        elif event == _ENCRYPTION:
            self.secure = bool(data[1]) and (self._is_open or self._bonds.trust(*self._who) == GENUINE)
        elif event == _WRITE and data[1] == self._handles[ids.CHANNEL_CONTROL] and len(self._inbox) < INBOX:
            self._inbox.append((bytes(self._ble.gatts_read(data[1])), time.ticks_us()))
        return None

    @property
    def _is_open(self):
        """Whether whoever pairs is let in: an insole without keys."""
        return not (self._bonds and self._bonds.guarded)

    def _is_stranger(self):
        return not (self._connection is None or self.secure or self._is_open)

    def _restart(self):
        self.peer.forget()
        self._inbox = []
        self._fragmenters = {channel: fragments.Fragmenter() for channel in self._handles}
        self._reassembler = fragments.Reassembler(ids.MAX_COMMAND_BYTES)

    @property
    def value_bytes(self):
        """The most that one value of the negotiated MTU holds."""
        return self._mtu - 3

    def take(self):
        """Messages that have come: (message, ticks)."""
        if self._is_stranger() and time.ticks_diff(time.ticks_ms(), self._until) > 0:
            self._ble.gap_disconnect(self._connection)  # the one place is for who is known
        found = []
        while self._inbox:
            value, ticks = self._inbox.pop(0)
            message = self._reassembler.feed(value)
            if message is not None:
                found.append((message, ticks))
        return found

    def push(self):
        """Hand over what waits, as much as the stack takes; whether anything still waits."""
        peer = self.peer
        while peer.outgoing and self._connection is not None:
            channel = peer.outgoing[0][0]
            if peer.encoder is None:
                channel, message = peer.next_message()
                peer.encoder = self._fragmenters[channel]
                peer.encoder.start(message, len(message))
            length = peer.encoder.next(self._value, self._mtu - 3)
            if not length:
                peer.encoder = None
                peer.outgoing.pop(0)
                continue
            try:
                view = memoryview(self._value)[:length]
                self._ble.gatts_notify(self._connection, self._handles[channel], view)
            except OSError:
                return True  # the stack's buffers are full: the same again at the next turn
            peer.encoder.advance()
        return bool(peer.outgoing)

    def advertise(self):
        """Be found while nobody is connected, and by another address where it is time for one."""
        now_ms = time.ticks_ms()
        if self._connection is not None or (self._advertised and not self._beacon.is_due(now_ms)):
            return
        shown = self._beacon
        if not shown.begin(now_ms):
            if self._advertised:
                self._ble.gap_advertise(None)
                self._advertised = False
            return
        try:
            self._ble.gap_advertise(ADVERTISING_US, shown.payload, resp_data=shown.response, connectable=True)
            self._advertised = True
        except OSError:
            shown.refused()  # at the next turn again

    def save(self):
        """Put new bonds into flash. OSError when it refuses."""
        if self._bonds:
            self._bonds.save_if_changed()


class Usb:
    """The serial port; nothing is written until a frame has come."""

    secure = True
    kind = 1
    value_bytes = ids.MAX_MESSAGE_BYTES

    def __init__(self):
        self.peer = Peer()
        self._decoder = usb_frames.FrameDecoder(ids.MAX_COMMAND_BYTES)
        self._in = getattr(sys.stdin, "buffer", sys.stdin)
        self._out = getattr(sys.stdout, "buffer", sys.stdout)
        self._poll = select.poll()
        self._poll.register(self._in, select.POLLIN)
        self._byte = bytearray(1)  # a chip's port waits until what it is given is full
        self._piece = bytearray(PIECE_BYTES)

    def take(self):
        """As `Radio.take`."""
        found = []
        for _ in range(4 * ids.MAX_COMMAND_BYTES // PIECE_BYTES):
            length = self._read_piece()
            if not length:
                break
            for channel, message in self._decoder.feed(memoryview(self._piece)[:length]):
                if channel == ids.CHANNEL_CONTROL:
                    found.append((message, time.ticks_us()))
        return found

    def _read_piece(self):
        """Fill `_piece` with what waits, up to the end of a frame; how many bytes. The decoder takes pieces
        far faster than single bytes."""
        piece, byte, poll, readinto = self._piece, self._byte, self._poll.poll, self._in.readinto
        length = 0
        while length < PIECE_BYTES and poll(0) and readinto(byte):
            piece[length] = byte[0]
            length += 1
            if byte[0] == usb_frames.FLAG:
                break
        return length

    def push(self):
        """As `Radio.push`; the port may hold us for its own time-out."""
        while self.peer.outgoing:
            channel, message = self.peer.next_message()
            self.peer.outgoing.pop(0)
            self._out.write(usb_frames.encode(channel, message))
        return False

    def advertise(self):
        """Nothing to do: whoever holds the cable knows where we are."""

    def save(self):
        """Nothing to do: a cable has no bonds."""
