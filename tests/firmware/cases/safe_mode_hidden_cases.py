"""Safe mode of an insole that was given keys: on the air it says as little as in normal mode."""

import chip  # first: puts its time in place
import sys

from keyed import KEY, advertised, manufacturer, owner_of, workbench
from safe_mode import SafeMode, door
from safe_mode.lock import Lock

from insole_protocol import advert_reader, private_advert

SERIAL = b"\x00\x00\x24\x6f\x28\x7a\x3f\x01"
SIDE = b'{"version": 2, "values": {"side": 1}}'
RIGHT = 1
CONNECT, DISCONNECT, ENCRYPTION, GET_SECRET = 1, 2, 28, 29


class Watchdog:
    """Is fed."""

    def feed(self):
        """Nothing to count here."""


class Locked:
    """An insole with a key, on the air in safe mode."""

    def __init__(self, without=None):
        """`without` the module of this name."""
        self.owner = owner_of(workbench())
        loaded = sys.modules.pop(without, None)
        if without:
            sys.modules[without] = None
        with open("/settings.json", "wb") as file:
            file.write(SIDE)
        self.air = chip.new_radio()
        of_this_insole = door.of_this_insole
        door.of_this_insole = lambda: Lock(KEY)
        try:
            self.safe = SafeMode(Watchdog(), None)
        finally:
            door.of_this_insole = of_this_insole
            if without:
                del sys.modules[without]
            if loaded:
                sys.modules[without] = loaded
        self.safe.turn()

    def turns(self, seconds, step_ms=500):
        """Time passes."""
        for _ in range(seconds * 1000 // step_ms):
            chip.advance(step_ms * 1000)
            self.safe.turn()

    def all_shown(self):
        """Every byte that somebody reads who has not proved himself."""
        return b"".join(self.air.advertising[1:]) + self.air.options["gap_name"].encode()

    def connect(self, address):
        """Somebody with this address connects."""
        self.air.emit(CONNECT, (1, 1, address))
        self.safe.turn()


def read(air):
    return advert_reader.PrivateAdvertisement(manufacturer(air.advertising[2]))


def says_nothing_of_its_own(insole):
    shown = insole.all_shown()
    for end in range(2, 9):
        assert SERIAL[-end:] not in shown
    assert b"7A3F" not in shown and b" R " not in shown and b"Plantigrade" in shown
    assert insole.air.options["addr_mode"] == 2, "and its address is none that stays"


def test_neither_serial_nor_side_is_shown_and_its_owner_reads_both_and_the_fault():
    insole = Locked()
    says_nothing_of_its_own(insole)
    seen = read(insole.air)
    assert seen.is_of(KEY) and not seen.is_of(bytes(32))
    known = seen.read(KEY, SERIAL)
    assert (known.side, known.fault, known.serial_tail) == (RIGHT, True, "7A3F01")


def test_after_a_quarter_of_an_hour_it_is_another_s_to_everybody_else():
    """Address and sign change together, whoever comes and goes meanwhile."""
    insole = Locked()
    shown = set()
    silent = 0
    for second in range(3000):
        insole.turns(1)
        if second % 97 == 0:
            insole.connect(b"\xc0visit")
            insole.air.emit(DISCONNECT, (1, 1, b"\xc0visit"))
            insole.safe.turn()
        now = advertised(insole)
        silent += now is None
        if now:
            shown.add((now[0], manufacturer(now[2])[1:8]))
    assert len(shown) == 4 == len({address for address, _ in shown}) == len({sign for _, sign in shown})
    assert silent < 20, "near the moment at which the stack changes the address"


def test_where_what_hides_it_does_not_load_it_shows_what_all_insoles_show():
    insole = Locked("insole.private_beacon")
    says_nothing_of_its_own(insole)
    assert insole.air.advertising[1] == private_advert.PAYLOAD
    assert b"\xff\xff\xff" not in insole.air.advertising[2]


def test_a_stranger_goes_after_a_second_and_its_owner_has_five_to_encrypt():
    insole = Locked()
    insole.connect(b"\xc0visit")
    insole.turns(1)
    assert insole.air.disconnected == []
    insole.turns(1)
    assert 1 in insole.air.disconnected
    insole.air.emit(DISCONNECT, (1, 1, b"\xc0visit"))
    insole.air.disconnected.clear()
    insole.connect(insole.owner.address)
    insole.turns(4)
    assert insole.air.disconnected == []
    assert insole.air.emit(GET_SECRET, (1, 0, insole.owner.key)) is not None
    insole.air.emit(ENCRYPTION, (1, 1, 0, 1, 16))
    insole.turns(10)
    assert insole.air.disconnected == [], "it is known"
