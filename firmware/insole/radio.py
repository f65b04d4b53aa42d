"""The Bluetooth side: events, connections, advertising.

The event handler notes what it is told in places made beforehand and sets a flag; the task `run` does the
work. The stack takes a handler away that raises: ours catches everything, counts it, and is put back each
second all the same. Bonding: LE Secure Connections, no input and no output ("just works"), keys kept in flash
by `bonds`.
"""

import asyncio
from micropython import const
from time import ticks_us

from insole import ble_link
from insole.gatt_services import GattServices
from insole.inbox import Inbox
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
STACK_CONNECTIONS = 4  # that the stack numbers, from 0 (the port's CONFIG_BT_NIMBLE_MAX_CONNECTIONS)
ADVERTISING_TRIES = 30  # rounds of `check` without advertising or a connection before the radio is restarted
STUCK_ROUNDS = 60  # in which a peer takes nothing: its connection is ended; no supervision time-out is longer
STUCK_FOR_GOOD_ROUNDS = 70  # its end was not even told: the radio is restarted
TURNS_OWED = 5  # rounds in which the task may be busy
RESTARTS_IN_VAIN = 2
_UNTIL_FORGOTTEN = 3  # times that the stack says that a connection does not exist


class Radio:
    """Owns `bluetooth.BLE`. `attach` names the sessions and who answers commands, then `run` is started.

    Attributes:
        links: places for connections.
        overflowed: values from peers that found no room (their commands are lost, and their sender times
            out).
        handler_errors: exceptions in the event handler since boot; `last_error` is the latest.
        restarts: how often the radio was switched off and on because it advertised no more.
        keep_bonds: called when the stack has told something about bonds: puts them into flash.
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
        self.keep_bonds = None
        self.handler_errors = 0
        self.last_error = None
        self.restarts = 0
        self._handler = self._on_event  # made once: `check` puts it back without allocating
        self._confused = False  # an event of a connection was lost: all of them start anew
        self._errors_seen = 0
        self._start_refused = False  # of advertising, the last time
        self._tries = 0  # rounds of `check` since it advertised
        self._restarts_in_vain = 0
        self._turn_owed = 0  # rounds of `check` since the task was last seen at work
        self._board_name = ""
        self._name = ""
        self._shown_name = ""
        self._advertise = True
        self._interval_us = 100000
        self._percent = 255
        self._payload = b""
        self._response = b""
        for _ in range(MAX_CONNECTIONS):
            self.links.append(ble_link.BleLink(ble))

    @property
    def overflowed(self):
        return self._inbox.overflowed

    def proved(self, link):
        """The peer of this link has proved that it has the insole's key."""

    def start(self, side, board_name):
        """Switch the radio on and register the services."""
        self._board_name = board_name
        self._name = advert.device_name(side, self._identity.serial)
        self._switch_on()

    def _switch_on(self):
        ble = self._ble
        ble.irq(self._handler)
        ble.active(True)
        ble.config(gap_name=self._name, mtu=ble_link.MAX_MTU)
        self._shown_name = self._name
        ble.config(bond=True, le_secure=True, mitm=False, io=_IO_NO_INPUT_OUTPUT)
        self.services = GattServices(ble, self._identity, self._board_name)
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
        self._percent = percent
        self._payload = advert.advertisement(bits, percent, self._identity.serial)
        self._name = advert.device_name(side, self._identity.serial)
        self._response = advert.scan_response(self._name)
        self._advertise = True
        self._events.set()

    def connections(self):
        """How many peers are connected."""
        return sum(1 for link in self.links if link.state == ble_link.OPEN)

    def check(self):
        """Once a second: put right what no event will. Whether something of the radio is at fault."""
        self._ble.irq(self._handler)
        for link in self.links:
            if link.state == ble_link.OPEN:
                self._check_link(link)
        self._turn_owed += 1
        self._events.set()  # a turn of the task each second, whatever the stack tells: see `is_well`
        failed = self.handler_errors != self._errors_seen or self._tries > 1
        self._errors_seen = self.handler_errors
        self._tries = self._tries + 1 if self._start_refused and not self.connections() else 0
        if not self._tries:
            self._restarts_in_vain = 0
        if self._tries >= ADVERTISING_TRIES:
            self._restart()
        return failed

    def _check_link(self, link):
        if link.vanished >= _UNTIL_FORGOTTEN:
            link.state = ble_link.GONE  # its disconnection was never told
            self._advertise = True
        link.stuck = link.stuck + 1 if link.refusing else 0
        if link.stuck == STUCK_ROUNDS:
            self._disconnect(link.connection)
        elif link.stuck >= STUCK_FOR_GOOD_ROUNDS:
            self._restart()

    def is_well(self):
        """Whether events get through to the task, and restarts of the radio help; for the watchdog."""
        return self._turn_owed <= TURNS_OWED and self._restarts_in_vain < RESTARTS_IN_VAIN

    def _restart(self):
        """The radio is dead or deaf: off and on again. OSError when it does not come back."""
        self._tries = 0
        self._restarts_in_vain += 1
        self.restarts += 1
        self._ble.active(False)
        for link in self.links:
            if link.state == ble_link.OPEN:
                link.state = ble_link.GONE
        self._switch_on()
        self.services.show_battery(self._percent)
        self._advertise = True
        self._events.set()

    def _on_event(self, event, data):
        try:
            return self._note(event, data)
        except Exception as error:  # noqa: BLE001 - whatever it is, the stack would take the handler away
            self.handler_errors += 1
            self.last_error = error
            if event in (_IRQ_CENTRAL_CONNECT, _IRQ_CENTRAL_DISCONNECT):
                self._confused = True
            self._events.set()
            # refused, a secret would cost other bonds (bonds.py): it is only not kept
            return True if event == _IRQ_SET_SECRET else None

    def _note(self, event, data):
        if event == _IRQ_GET_SECRET:
            return self._bonds.get(data[0], data[1], data[2])
        if event == _IRQ_SET_SECRET:
            return self._bonds.put(data[0], data[1], data[2])
        if event == _IRQ_CENTRAL_CONNECT:
            self._connected(data[0], data[2])
        else:
            link = self._link_of(data[0]) if event in _LINK_EVENTS else None
            if link:
                self._on_link_event(link, event, data)
            elif event == _IRQ_CENTRAL_DISCONNECT:
                self._advertise = True  # also a connection that never came about ends advertising
        self._events.set()
        return None

    def _on_link_event(self, link, event, data):
        if event == _IRQ_GATTS_WRITE:
            if data[1] == self.services.control:
                self._inbox.put(link, self._ble.gatts_read(data[1]), ticks_us())  # the one allocation
        elif event == _IRQ_CENTRAL_DISCONNECT:
            link.state = ble_link.GONE
            self._advertise = True
        elif event == _IRQ_MTU_EXCHANGED:
            link.mtu = data[1]
        elif event == _IRQ_ENCRYPTION_UPDATE:
            link.secure = bool(data[1])
        elif event == _IRQ_CONNECTION_UPDATE:
            link.interval = data[1]
            link.pacer.follow(data[1])

    def _connected(self, connection, address):
        self._advertise = True  # a connection ends advertising; there may be room for another peer
        for link in self.links:
            if link.state == ble_link.CLOSED:
                link.opened(connection)
                for i in range(min(len(address), len(link.peer))):
                    link.peer[i] = address[i]
                return
        self._refused = connection

    def _link_of(self, connection):
        for link in self.links:
            if link.state == ble_link.OPEN and link.connection == connection:
                return link
        return None

    def end_others(self, but):
        """End every connection but that of the link `but`."""
        for link in self.links:
            if link.state == ble_link.OPEN and link is not but:
                self._disconnect(link.connection)

    async def run(self):
        """Serve events; never ends."""
        while True:
            self.serve()
            await self._events.wait()

    def serve(self):
        """Do what the events since the last call ask for."""
        self._turn_owed = 0
        if self.keep_bonds and self._bonds.changed():
            self.keep_bonds()  # before the first command: an erase costs no slot that is asked for
        self._serve_links()
        self._serve_inbox()
        if self._confused:
            self._start_anew()
        if self._refused >= 0:
            connection, self._refused = self._refused, -1
            self._disconnect(connection)
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

    def _start_anew(self):
        """Nobody knows who is connected: everybody is asked to come again."""
        self._confused = False
        for link in self.links:
            if link.state == ble_link.OPEN:
                self._disconnect(link.connection)
                link.state = ble_link.GONE
        for connection in range(STACK_CONNECTIONS):  # of which one may be none of ours
            self._disconnect(connection)
        self._serve_links()
        self._advertise = True

    def _disconnect(self, connection):
        try:
            self._ble.gap_disconnect(connection)
        except OSError:
            return  # it is leaving already

    def _serve_value(self, link, value, ticks):
        message = link.receive(value)
        if message is not None:
            self._answer(self._sessions[self.links.index(link)], message, ticks)

    def _restart_advertising(self):
        if self.connections() >= MAX_CONNECTIONS:
            return
        try:
            if self._shown_name != self._name:
                self._ble.config(gap_name=self._name)
                self._shown_name = self._name
            self._ble.gap_advertise(None)
            self._ble.gap_advertise(
                self._interval_us, self._payload, resp_data=self._response, connectable=True
            )
        except OSError:
            self._advertise = True  # busy with a connection: again at the next event, or the next `check`
            self._start_refused = True
            return
        self._start_refused = False
