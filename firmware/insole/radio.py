"""The Bluetooth side: events, connections, advertising.

The event handler copies what it is told into places made beforehand and sets a flag; the task `run` does the
work. Bonding: LE Secure Connections, no input and no output ("just works"), keys kept in flash by `bonds`.
"""

import asyncio
from micropython import const
from time import ticks_us

from insole import ble_link
from insole.gatt_services import GattServices
from insole_protocol import advert

_IRQ_CENTRAL_CONNECT = const(1)
_IRQ_CENTRAL_DISCONNECT = const(2)
_IRQ_GATTS_WRITE = const(3)
_IRQ_MTU_EXCHANGED = const(21)
_IRQ_CONNECTION_UPDATE = const(27)
_IRQ_ENCRYPTION_UPDATE = const(28)
_IRQ_GET_SECRET = const(29)
_IRQ_SET_SECRET = const(30)

_LINK_EVENTS = (
    _IRQ_CENTRAL_DISCONNECT,
    _IRQ_GATTS_WRITE,
    _IRQ_MTU_EXCHANGED,
    _IRQ_CONNECTION_UPDATE,
    _IRQ_ENCRYPTION_UPDATE,
)

_IO_NO_INPUT_OUTPUT = const(3)

MAX_CONNECTIONS = 2
INBOX_SLOTS = 8
INBOX_BYTES = 64  # the longest fragment of a command, with room to spare


class Inbox:
    """Values written by peers, waiting for the task: a ring of fixed places, filled by the event handler."""

    def __init__(self):
        self._data = [bytearray(INBOX_BYTES) for _ in range(INBOX_SLOTS)]
        self._views = [memoryview(data) for data in self._data]
        self._lengths = [0] * INBOX_SLOTS
        self._links = [None] * INBOX_SLOTS
        self._generations = [0] * INBOX_SLOTS
        self._ticks = [0] * INBOX_SLOTS
        self._in = 0
        self._out = 0
        self.overflowed = 0

    def put(self, link, value, ticks):
        """From the event handler."""
        following = (self._in + 1) % INBOX_SLOTS
        if following == self._out or len(value) > INBOX_BYTES:
            self.overflowed += 1
            return
        slot = self._in
        self._data[slot][: len(value)] = value
        self._lengths[slot] = len(value)
        self._links[slot] = link
        self._generations[slot] = link.generation
        self._ticks[slot] = ticks
        self._in = following

    def take(self):
        """The oldest value: (link, generation, memoryview, ticks), or None. Valid until `done`."""
        slot = self._out
        if slot == self._in:
            return None
        value = self._views[slot][: self._lengths[slot]]
        return self._links[slot], self._generations[slot], value, self._ticks[slot]

    def done(self):
        """Free what `take` gave."""
        self._out = (self._out + 1) % INBOX_SLOTS


class Radio:
    """Owns `bluetooth.BLE`. `attach` names the sessions and who answers commands, then `run` is started.

    Attributes:
        links: places for connections.
        overflowed: values from peers that found no room (their commands are lost, and their sender times
        out).
    """

    def __init__(self, ble, bonds, identity):
        self.links = []
        self.services = None
        self._ble = ble
        self._bonds = bonds
        self._identity = identity
        self._inbox = Inbox()
        self._events = asyncio.ThreadSafeFlag()
        self._sessions = []
        self._answer = None
        self._refused = -1  # a connection beyond MAX_CONNECTIONS, to be ended
        self._advertise = True
        self._interval_us = 100000
        self._payload = b""
        self._response = b""
        for _ in range(MAX_CONNECTIONS):
            self.links.append(ble_link.BleLink(ble))

    @property
    def overflowed(self):
        return self._inbox.overflowed

    def start(self, side, board_name):
        """Switch the radio on and register the services."""
        ble = self._ble
        ble.irq(self._on_event)
        ble.active(True)
        ble.config(gap_name=advert.device_name(side, self._identity.serial), mtu=ble_link.MAX_MTU, rxbuf=512)
        ble.config(bond=True, le_secure=True, mitm=False, io=_IO_NO_INPUT_OUTPUT)
        self.services = GattServices(ble, self._identity, board_name)
        for link in self.links:
            link.handles = self.services.channels

    def stop(self):
        """Switch the radio off; connections end."""
        self._ble.irq(None)
        self._ble.active(False)

    def attach(self, sessions, answer):
        """`sessions`: one for each link, in order; `answer(session, message, ticks)` is called for each
        command."""
        self._sessions = sessions
        self._answer = answer

    def show(self, interval_ms, side, bits, percent):
        """Set what is advertised and how often; takes effect at once."""
        self._interval_us = interval_ms * 1000
        self._payload = advert.advertisement(bits, percent, self._identity.serial)
        self._response = advert.scan_response(advert.device_name(side, self._identity.serial))
        self._advertise = True
        self._events.set()

    def connections(self):
        """How many peers are connected."""
        return sum(1 for link in self.links if link.state == ble_link.OPEN)

    def _on_event(self, event, data):
        if event == _IRQ_GET_SECRET:
            return self._bonds.get(data[0], data[1], data[2])
        if event == _IRQ_SET_SECRET:
            return self._bonds.put(data[0], data[1], data[2])
        if event == _IRQ_CENTRAL_CONNECT:
            self._connected(data[0])
        else:
            link = self._link_of(data[0]) if event in _LINK_EVENTS else None
            if link:
                self._on_link_event(link, event, data)
        self._events.set()
        return None

    def _on_link_event(self, link, event, data):
        if event == _IRQ_GATTS_WRITE:
            if data[1] == self.services.control:
                self._inbox.put(link, self._ble.gatts_read(data[1]), ticks_us())
        elif event == _IRQ_CENTRAL_DISCONNECT:
            link.state = ble_link.GONE
            self._advertise = True
        elif event == _IRQ_MTU_EXCHANGED:
            link.mtu = data[1]
        elif event == _IRQ_ENCRYPTION_UPDATE:
            link.secure = bool(data[1])
        elif event == _IRQ_CONNECTION_UPDATE:
            link.interval = data[1]

    def _connected(self, connection):
        self._advertise = True  # a connection ends advertising; there may be room for another peer
        for link in self.links:
            if link.state == ble_link.CLOSED:
                link.opened(connection)
                return
        self._refused = connection

    def _link_of(self, connection):
        for link in self.links:
            if link.state == ble_link.OPEN and link.connection == connection:
                return link
        return None

    async def run(self):
        """Serve events; never ends."""
        while True:
            self.serve()
            await self._events.wait()

    def serve(self):
        """Do what the events since the last call ask for."""
        self._serve_links()
        self._serve_inbox()
        if self._refused >= 0:
            connection, self._refused = self._refused, -1
            self._ble.gap_disconnect(connection)
        if self._advertise:
            self._advertise = False
            self._restart_advertising()

    def _serve_links(self):
        for i, link in enumerate(self.links):
            session = self._sessions[i]
            if link.state == ble_link.OPEN and link.served != link.generation:
                session.reset()
                link.served = link.generation
            elif link.state == ble_link.GONE:
                session.reset()
                link.secure = False
                link.state = ble_link.CLOSED

    def _serve_inbox(self):
        while True:
            item = self._inbox.take()
            if item is None:
                return
            link, generation, value, ticks = item
            if link.state == ble_link.OPEN and link.generation == generation:
                self._serve_value(link, value, ticks)
            self._inbox.done()

    def _serve_value(self, link, value, ticks):
        message = link.reassembler.feed(value)
        if message is not None:
            self._answer(self._sessions[self.links.index(link)], message, ticks)

    def _restart_advertising(self):
        if self.connections() >= MAX_CONNECTIONS:
            return
        try:
            self._ble.gap_advertise(None)
            self._ble.gap_advertise(
                self._interval_us, self._payload, resp_data=self._response, connectable=True
            )
        except OSError:
            self._advertise = True  # the controller is busy with a connection: again at the next event
