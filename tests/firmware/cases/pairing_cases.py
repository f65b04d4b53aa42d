"""Pairings in NimBLE's hands, as unkind as on the chip: what a bond is worth, and that no loop is entered."""

import chip
from air import Hung
from bluetooth import BLE
from workbench import Workbench

GET_SECRET = 29


class NoMemory:
    """Stands in for a method that finds none."""

    def __call__(self, *_arguments):
        raise MemoryError


def pair(bench, peer, key):
    """As NimBLE pairs: forget, prove, store."""
    bench.ble.pairing_begins(peer)
    return all(bench.ble.store_secret(kind, peer, peer + key) for kind in (1, 2))


def test_a_firmware_that_refuses_to_forget_hangs_the_radio():
    radio = chip.new_radio()
    ble = BLE()
    ble.irq(lambda event, data: b"owner's key" if event == GET_SECRET else False)
    ble.active(True)
    for call in (lambda: ble.pairing_begins(b"owner 1"), lambda: ble.store_secret(1, b"owner 1", b"new")):
        try:
            call()
        except Hung:
            continue
        raise AssertionError("it came back")
    assert radio.on


def test_the_bond_of_a_peer_that_pairs_anew_is_gone_before_anything_is_proved():
    """What anybody who sends the owner's address can do today: the owner must pair again (firmware.md)."""
    bench = Workbench()
    assert pair(bench, b"owner 1", b"K1") and pair(bench, b"other 2", b"K2")
    bench.ble.pairing_begins(b"owner 1")  # and broken off
    emit = bench.air.emit
    assert emit(GET_SECRET, (2, 0, b"owner 1")) is None
    assert emit(GET_SECRET, (2, 0, b"other 2")) == b"other 2K2", "nobody else's"
    assert pair(bench, b"owner 1", b"K3") and emit(GET_SECRET, (1, 0, b"owner 1")) == b"owner 1K3"


def test_no_bond_is_lost_because_another_could_not_be_kept():
    bench = Workbench()
    bench.air.keep_failures = True
    peers = [b"peer %02d" % number for number in range(5)]
    assert all(pair(bench, peer, b"K") for peer in peers)
    bonds = bench.radio._bonds
    real, bonds.put = bonds.put, NoMemory()
    assert bench.ble.store_secret(2, b"another", b"another's key"), "not kept, and not refused"
    bonds.put = real
    assert bonds.put(2, b"x" * 100, b"too long a name") is True
    assert all(bench.air.emit(GET_SECRET, (2, 0, peer)) == peer + b"K" for peer in peers)


def test_no_order_of_pairings_hangs_the_radio():
    bench = Workbench()
    state = 5
    for _ in range(300):
        state = (state * 1103515245 + 12345) & 0x7FFFFFFF
        peer = b"peer %02d" % (state >> 16 & 31)
        if state >> 24 & 1:
            assert pair(bench, peer, b"K")
            assert bench.air.emit(GET_SECRET, (2, 0, peer)) == peer + b"K"
        else:
            bench.ble.pairing_begins(peer)
    assert bench.radio.handler_errors == 0
