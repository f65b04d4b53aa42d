"""An insole that was given keys, on the fake chip."""

import chip
from air import Hung
from bluetooth import CENTRAL_CONNECT, CENTRAL_DISCONNECT, ENCRYPTION_UPDATE
from workbench import Workbench

from insole import assembly
from insole.identity import Identity
from insole_protocol import advert_reader, private_advert

KEY = bytes(range(32))
SET_SECRET = 30
BUTTON = chip.board.BUTTON_PIN


class KeyedIdentity(Identity):
    """Whatever the partition says."""

    device_key = property(lambda _self: KEY, lambda _self, _value: None)


def workbench(fresh=True):
    """A `Workbench` with a device key; those made afterwards without this have none."""
    assembly.Identity = KeyedIdentity
    try:
        bench = Workbench(fresh)
    finally:
        assembly.Identity = Identity
    return bench


def pass_ms(bench, milliseconds):
    """Time passes; what housekeeping does each second of it, for the radio, is done."""
    for _ in range(milliseconds // 200):
        chip.advance(200000)
        bench.since_check_ms = getattr(bench, "since_check_ms", 0) + 200
        if bench.since_check_ms == 1000:
            bench.since_check_ms = 0
            bench.radio.check()
        bench.radio.serve()


def pass_second(bench):
    """As five of `pass_ms`, for those that need very many."""
    chip.advance(1000000)
    bench.radio.check()
    bench.radio.serve()


def hold_button(bench, milliseconds=4000):
    """Press, hold, let go."""
    pass_ms(bench, 1000)
    chip.pins[BUTTON] = 0
    pass_ms(bench, milliseconds)
    chip.pins[BUTTON] = 1
    pass_ms(bench, 1000)


STRANGER, NEWCOMER, KNOWN, PROVED = 2, 3, 4, 6  # of `Place.standing`


class Peer:
    """A radio near by, which goes through NimBLE's motions as `sim.chip.bluetooth` has them."""

    def __init__(self, bench, handle, address, kind=1):
        self.bench = bench
        self.handle = handle
        self.kind = kind
        self.address = address
        self.identity = address  # what its secrets are kept under

    @property
    def key(self):
        """What NimBLE keeps its secrets under."""
        return bytes((self.kind,)) + bytes(reversed(self.identity))

    @property
    def link(self):
        """The firmware's place for it, None when it has none."""
        for link in self.bench.radio.links:
            if link.state == 1 and link.connection == self.handle:
                return link
        return None

    @property
    def place(self):
        """What `admission` knows of it."""
        return [place for place in self.bench.radio._places if place.link is self.link][0]

    @property
    def standing(self):
        """What it is worth."""
        return self.place.standing

    @property
    def was_sent_away(self):
        """Whether the firmware has ended the connection."""
        return self.handle in self.bench.air.disconnected

    def _serve(self):
        self.bench.radio.serve()

    def connect(self):
        """Connect."""
        self.bench.air.disconnected = [h for h in self.bench.air.disconnected if h != self.handle]
        self.bench.air.emit(CENTRAL_CONNECT, (self.handle, self.kind, self.address))
        self._serve()
        return self

    def begin_pairing(self):
        """Ask to pair: what is known of it is deleted first."""
        self.bench.ble.pairing_begins(self.key)
        self._serve()
        return self

    def pair(self, ltk=b"key"):
        """Pair to the end."""
        self.begin_pairing()
        self.bench.air.emit(ENCRYPTION_UPDATE, (self.handle, 1, 0, 1, 16))
        self._serve()
        for kind in (2, 1):
            assert self.bench.ble.store_secret(kind, self.key, self.key + ltk)
            self._serve()
        return self

    def encrypt(self, ltk=b"key"):
        """Encrypt with the key of a bond; whether the insole still has it."""
        if self.bench.air.emit(29, (1, 0, self.key)) != self.key + ltk:
            return False
        self.bench.air.emit(ENCRYPTION_UPDATE, (self.handle, 1, 0, 1, 16))
        self._serve()
        return True

    def prove(self):
        """Show that it has the insole's key, as AUTH_PROVE does."""
        self.bench.radio.proved(self.link)
        self._serve()
        return self

    def leave(self):
        """The connection ends."""
        self.bench.air.emit(CENTRAL_DISCONNECT, (self.handle, self.kind, self.address))
        self._serve()
        return self


def owner_of(bench, handle=1, address=b"\xc0wner1"):
    """A peer that has bonded in the window, proved itself, and left."""
    hold_button(bench)
    owner = Peer(bench, handle, address)
    owner.connect().pair().prove()
    bench.insole.keep_bonds()
    owner.leave()
    return owner


def advertised(bench):
    """(address changes so far, payload, scan response) of now; None when nothing is advertised."""
    found = bench.air.advertising
    return found and (bench.air.addresses, found[1], found[2])


def manufacturer(response):
    """The manufacturer data in a scan response."""
    return response[response.index(b"\xff\xff\xff") + 3 :]


__all__ = ["Hung", "KEY", "SET_SECRET", "advert_reader", "private_advert"]
