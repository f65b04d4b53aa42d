"""The Bluetooth side of an insole that was given keys: whom it lets in, and that nobody can follow it.

Known is a peer that is encrypted with a key that flash holds, until it proves that it has the insole's key.
Any other is a stranger: outside the pairing window it is let go after a second and gets nothing; in the
window one stranger at a time may pair, and is bonded once it has proved itself as well. Strangers that come
again and again are held off by not advertising, for at most `_LONGEST_PAUSE_MS` at a time and never before
the third, so that whoever knows the insole finds a gap; and two strangers do not hold both places.
"""

from micropython import const
from time import ticks_add, ticks_diff, ticks_ms

from insole.ble_link import OPEN
from insole.guarded_bonds import GENUINE
from insole.pairing_window import PairingWindow
from insole.private_beacon import NAME, PrivateBeacon
from insole.radio import MAX_CONNECTIONS, Radio

_IRQ_CENTRAL_CONNECT = const(1)
_IRQ_GATTS_READ_REQUEST = const(4)
_IRQ_ENCRYPTION_UPDATE = const(28)
_IRQ_SET_SECRET = const(30)
_EVENTS_OF_PLACES = (_IRQ_CENTRAL_CONNECT, _IRQ_GATTS_READ_REQUEST, _IRQ_ENCRYPTION_UPDATE)
_NOT_AUTHORIZED = const(8)  # an error of the attribute protocol
_RESOLVABLE_PRIVATE_ADDRESS = const(2)

_STRANGER_MS = const(1000)  # and up to a second more, as all times here
_CLAIMS_TO_BE_KNOWN_MS = const(5000)  # the address is one of a bonded peer: for it to encrypt
_PAIRING_MS = const(20000)  # for a stranger in the window to pair, which a person may have to confirm
_PROOF_MS = const(20000)  # for a peer that is encrypted to prove itself
_PAUSE_EVERY = const(3)  # strangers
_FIRST_PAUSE_MS = const(1000)
_LONGEST_PAUSE_MS = const(8000)
_QUIET_MS = const(60000)  # without strangers: they are forgotten

# What a peer is worth: `Place.standing`.
_NOBODY = const(0)
_LEAVING = const(1)  # it was disconnected, and is not gone yet
_STRANGER = const(2)
_NEWCOMER = const(3)  # has paired in the window
_KNOWN = const(4)
_PROVED_NEW = const(5)  # and its bond, made in the window, is to be stored
_PROVED = const(6)


class Place:
    """What is known of the peer on one link. `kind` and `encrypted` are written by the event handler, which
    is ahead of the task: `generation` is the link's that `standing` and `until_ms` are about."""

    def __init__(self, link):
        self.link = link
        self.kind = 0  # type of the peer's address
        self.encrypted = False
        self.generation = 0
        self.standing = _NOBODY
        self.until_ms = 0  # for it to be worth more


class PrivateRadio(Radio):
    """As `Radio`. Attributes: `beacon`; `window`; `strangers`, how many have come without a minute's rest."""

    def __init__(self, ble, bonds, identity, board, indicator):
        super().__init__(ble, bonds, identity)
        self.beacon = PrivateBeacon(identity.device_key)
        self.window = PairingWindow(board, indicator)
        self.strangers = 0
        self._places = [Place(link) for link in self.links]
        self._went_ms = ticks_ms()  # when the last stranger went
        self._pause_ms = 0  # without advertising since then
        self._delayed = False  # advertising waits for the beacon

    # What is shown

    def _switch_on(self):
        self._name = NAME
        super()._switch_on()
        self._ble.config(addr_mode=_RESOLVABLE_PRIVATE_ADDRESS)
        self.beacon.renew()

    def show(self, interval_ms, _side, bits, percent):
        """As `Radio.show`."""
        self._interval_us = interval_ms * 1000
        self._percent = percent
        self.beacon.show(bits, percent)
        self._advertise_anew()

    def _advertise_anew(self):
        self._advertise = True
        self._events.set()

    def _restart_advertising(self):
        if self.connections() >= MAX_CONNECTIONS:
            return
        self._delayed = not self._pause_ms and not self.beacon.begin(ticks_ms())
        if self._pause_ms or self._delayed:
            try:
                self._ble.gap_advertise(None)
            except OSError:
                self._advertise = True
            return
        self._payload, self._response = self.beacon.payload, self.beacon.response
        super()._restart_advertising()
        if self._start_refused:
            self.beacon.refused()

    # From the event handler

    def _note(self, event, data):
        answer = super()._note(event, data)
        if event == _IRQ_SET_SECRET:
            self._events.set()  # it may be for a peer that has proved itself
        elif event == _IRQ_GATTS_READ_REQUEST and data[1] == self.services.serial:
            answer = _NOT_AUTHORIZED
        if event in _EVENTS_OF_PLACES:
            for place in self._places:
                if place.link.state == OPEN and place.link.connection == data[0]:
                    if event == _IRQ_CENTRAL_CONNECT:
                        place.kind = data[1]
                        place.encrypted = False
                    elif event == _IRQ_ENCRYPTION_UPDATE:
                        place.encrypted = bool(data[1])
                    elif place.encrypted and place.standing >= _PROVED_NEW:
                        answer = None
        return answer

    # Connections, in the radio's task

    def _serve_links(self):
        super()._serve_links()
        for place in self._places:
            link = place.link
            if place.standing and (link.state != OPEN or link.generation != place.generation):
                self._left(place)
        for place in self._places:
            link = place.link
            if not place.standing and link.state == OPEN and link.served == link.generation:
                self._came(place)
            if place.standing:
                self._judge(place)

    def _came(self, place):
        """A peer has connected."""
        others = self._strangers()
        place.generation = place.link.generation
        place.standing = _STRANGER
        patience_ms = _PAIRING_MS if self.window.is_open else _STRANGER_MS
        if self._trust(place):
            patience_ms = _CLAIMS_TO_BE_KNOWN_MS
        place.until_ms = ticks_add(ticks_ms(), patience_ms)
        for other in others:
            if self.window.is_open:
                self._end(place)  # else it would not be known whose keys are stored
            elif self.connections() >= MAX_CONNECTIONS and not self._trust(other):
                self._end(other)

    def _left(self, place):
        """A connection has ended."""
        standing = place.standing
        self._keep(place)
        place.standing = _NOBODY
        self._bonds.restore(self.window.is_open and bool(self._strangers()))
        if standing >= _KNOWN:
            return
        self.strangers += 1
        self._went_ms = ticks_ms()
        if self.strangers % _PAUSE_EVERY == 0 and not self.window.is_open:
            times = min(self.strangers // _PAUSE_EVERY - 1, 8)
            self._pause_ms = min(_LONGEST_PAUSE_MS, _FIRST_PAUSE_MS << times)

    def _judge(self, place):
        """What a peer is, before any of its commands is served."""
        if place.standing <= _STRANGER and place.encrypted:
            now_ms = ticks_ms()
            if self._trust(place) == GENUINE:
                place.standing = _KNOWN
                place.until_ms = ticks_add(now_ms, _PROOF_MS)
            elif self.window.is_open and place.standing == _STRANGER:
                place.standing = _NEWCOMER
                place.until_ms = ticks_add(now_ms, _PROOF_MS)
            elif ticks_diff(place.until_ms, now_ms) > _STRANGER_MS:
                place.until_ms = ticks_add(now_ms, _STRANGER_MS)  # not with a key that is known
        place.link.secure = place.encrypted and place.standing > _STRANGER
        self._keep(place)

    def proved(self, link):
        """The peer of this link has proved that it has the insole's key: it stays, and what it has told of
        its bond counts. A cable has no bonds."""
        for place in self._places:
            if place.link is link and place.standing:
                place.standing = _PROVED_NEW if place.standing == _NEWCOMER else _PROVED
                self._judge(place)

    def _keep(self, place):
        """The bond of a peer that has proved itself."""
        if place.standing < _PROVED_NEW or not self._bonds.news():
            return
        try:
            key = self._bonds.keep(place.kind, place.link.peer, place.standing == _PROVED_NEW)
        except MemoryError:
            return  # at the next event, or the next second
        if key and place.standing == _PROVED_NEW:
            place.standing = _PROVED
            place.kind = key[0]  # who it is, whatever address it has come by
            for i in range(len(place.link.peer)):
                place.link.peer[i] = key[len(key) - 1 - i]
            self.window.close()

    def _trust(self, place):
        return self._bonds.trust(place.kind, place.link.peer)

    def _strangers(self):
        """Places of peers of which nothing is known yet, those of newcomers among them."""
        return [place for place in self._places if _LEAVING <= place.standing <= _NEWCOMER]

    def _end(self, place):
        place.standing = _LEAVING
        place.link.secure = False
        self._disconnect(place.link.connection)

    # Time

    async def run(self):
        """As `Radio.run`."""
        try:
            from insole import proving  # noqa: F401 - every peer needs it; now the heap is in one piece
        except MemoryError:
            pass  # when the first peer asks for it
        await super().run()

    def check(self):
        """As `Radio.check`; also looks at the button, at who has to go and at what is advertised."""
        now_ms = ticks_ms()
        opened = self.window.look(now_ms)
        for place in self._places:
            if self._has_to_go(place, now_ms, opened):
                self._end(place)
        since_ms = ticks_diff(now_ms, self._went_ms)
        if opened or since_ms > _QUIET_MS:
            self.strangers = 0
            self._went_ms = now_ms
        pause_ends = self._pause_ms and (opened or since_ms >= self._pause_ms)
        if pause_ends:
            self._pause_ms = 0
        if pause_ends or self._delayed or self.beacon.is_due(now_ms):
            self._advertise_anew()
        return super().check()

    def _has_to_go(self, place, now_ms, opened):
        """When the window opens, whoever was there before may be anybody."""
        standing = place.standing
        if place.link.state != OPEN or place.link.generation != place.generation:
            return False
        if standing in (_NOBODY, _PROVED_NEW, _PROVED):
            return False
        late = ticks_diff(now_ms, place.until_ms) >= 0
        return late or standing == _LEAVING or (opened and standing != _KNOWN)
