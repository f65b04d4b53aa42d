"""Bonds of an insole that was given keys: what a stranger makes of them is undone when it goes, and no loop
of NimBLE's is entered on the way."""

import json
from binascii import a2b_base64

import workbench
from bluetooth import BLE  # noqa: F401 - the radio's model, in place before the firmware
from keyed import KEY, KNOWN, PROVED, STRANGER, Peer, hold_button, owner_of, pass_ms
from keyed import workbench as keyed_workbench
from workbench import power_cut

from insole import bonds as module
from insole.bonds import Bonds
from insole.bond_keeping import MAX_PEERS
from insole.guarded_bonds import GENUINE, GuardedBonds

OWNER = (1, b"\xc0wner1")
OUR_IRK = 10


def read_by_the_version_before():
    """What the firmware of before this one makes of the file, by its own code."""
    with open(module.PATH) as file:
        content = json.load(file)
    return [(int(kind), a2b_base64(key), a2b_base64(value)) for kind, key, value in content["secrets"]]


def in_flash():
    """Peers that flash holds keys of, the oldest first."""
    return [row[1] for row in Bonds()._secrets if row[0] == 2]


def test_the_owner_stays_bonded_whatever_a_stranger_does_with_its_address():
    bench = keyed_workbench()
    owner = owner_of(bench)
    stored = in_flash()
    for carried_through in (False, True):
        thief = Peer(bench, 2, owner.address).connect()
        if carried_through:
            thief.pair(b"evil")
        else:
            thief.begin_pairing()
            assert bench.air.emit(29, (1, 0, owner.key)) is None, "to the stack it is deleted"
        bench.insole.keep_bonds()
        assert thief.standing == STRANGER and not thief.link.secure
        assert in_flash() == stored, "not even while it is there"
        thief.leave()
        bench.insole.keep_bonds()
        assert in_flash() == stored
        assert owner.connect().encrypt() and owner.standing == KNOWN and owner.link.secure
        owner.leave()


def test_the_owner_of_the_other_type_of_address_is_nobody_known():
    bench = keyed_workbench()
    owner = owner_of(bench)
    thief = Peer(bench, 2, owner.address, kind=0).connect()
    bench.air.emit(28, (2, 1, 0, 1, 16))  # encrypted, its keys are not stored yet
    bench.radio.serve()
    assert thief.standing == STRANGER and not thief.link.secure


def test_of_many_strangers_nothing_is_left_in_flash_or_in_memory():
    bench = keyed_workbench()
    owner = owner_of(bench)
    writes = []
    real = module.files.keep_json
    module.files.keep_json = lambda *what: writes.append(what) or real(*what)
    try:
        for number in range(40):
            Peer(bench, 2, b"\xc0str%02d" % number).connect().pair().leave()
            bench.insole.keep_bonds()
    finally:
        module.files.keep_json = real
    assert not writes and len(in_flash()) == 1
    assert len(bench.radio._bonds._in_stack) == 3  # the owner's two, the radio's own
    assert owner.connect().encrypt()


def test_a_newcomer_counts_once_it_has_proved_itself():
    bench = keyed_workbench()
    hold_button(bench)
    peer = Peer(bench, 1, b"\xc0newer").connect().pair()
    bench.insole.keep_bonds()
    assert peer.link.secure and in_flash() == [], "it may say who it is"
    peer.prove()
    bench.insole.keep_bonds()
    assert in_flash() == [peer.key] and peer.standing == PROVED
    assert not bench.radio.window.is_open, "one press, one peer"
    peer.leave()
    hold_button(bench)
    other = Peer(bench, 2, b"\xc0other").connect().pair()
    other.leave()
    bench.insole.keep_bonds()
    assert in_flash() == [peer.key], "it went without having proved itself"
    assert not other.connect().encrypt()


def test_keys_that_are_stored_after_the_proof_are_kept_as_well():
    bench = keyed_workbench()
    hold_button(bench)
    peer = Peer(bench, 1, b"\xc0quick").connect()
    bench.air.emit(28, (1, 1, 0, 1, 16))
    bench.radio.serve()
    peer.prove()
    for kind in (2, 1):
        bench.ble.store_secret(kind, peer.key, b"key")
    peer.leave()
    bench.insole.keep_bonds()
    assert in_flash() == [peer.key]


def test_who_shows_a_changing_address_is_kept_by_the_one_that_it_tells():
    bench = keyed_workbench()
    hold_button(bench)
    phone = Peer(bench, 1, b"\x7aprivt")
    phone.connect()
    phone.identity = b"\xc0phone"
    phone.pair().prove()
    bench.insole.keep_bonds()
    assert in_flash() == [phone.key] and bytes(phone.link.peer) == phone.identity
    assert not bench.radio.window.is_open
    phone.leave()
    phone.address = phone.identity  # NimBLE resolves it from now on
    assert phone.connect().encrypt() and phone.standing == KNOWN


def test_the_oldest_of_three_goes_for_a_new_one_in_the_window_alone():
    bench = keyed_workbench()
    peers = []
    for number in range(MAX_PEERS + 1):
        hold_button(bench)
        peer = Peer(bench, 1, b"\xc0ho%03d" % number)
        peer.connect().pair().prove()
        bench.insole.keep_bonds()
        peer.leave()
        peers.append(peer)
    assert in_flash() == [peer.key for peer in peers[1:]]
    assert not peers[0].connect().encrypt()
    peers[0].leave()
    assert all(peer.connect().encrypt() and peer.leave() for peer in peers[1:])
    Peer(bench, 1, b"\xc0stran").connect().pair().leave()
    bench.insole.keep_bonds()
    assert in_flash() == [peer.key for peer in peers[1:]]


def test_a_known_peer_that_pairs_anew_has_to_prove_itself():
    bench = keyed_workbench()
    owner = owner_of(bench)
    owner.connect().pair(b"new")
    assert not owner.link.secure
    bench.radio.proved(owner.link)
    bench.insole.keep_bonds()
    owner.leave()
    assert in_flash() == [owner.key]
    assert owner.connect().encrypt(b"new")


def test_what_is_proved_outside_the_window_makes_no_new_bond():
    bench = keyed_workbench()
    peer = Peer(bench, 1, b"\xc0cable").connect().pair()
    bench.radio.proved(peer.link)
    assert peer.link.secure, "it has the key"
    pass_ms(bench, 3000)
    assert not peer.was_sent_away
    peer.leave()
    bench.insole.keep_bonds()
    assert in_flash() == [] and not peer.connect().encrypt()


def test_the_key_of_its_own_addresses_is_kept_through_strangers_and_boots():
    workbench.clear_flash()
    keyed_workbench()
    bonds = GuardedBonds()
    assert bonds.put(OUR_IRK, b"irk", b"i" * 16)
    bonds.put(2, b"\x01111111", b"stranger's")
    bonds.restore()
    assert bonds.get(OUR_IRK, 0, b"irk") == b"i" * 16
    bonds.save_if_changed()
    assert Bonds().get(OUR_IRK, 0, b"irk") == b"i" * 16
    assert Bonds().peers() == 0


def test_the_file_says_that_its_bonds_are_guarded_and_the_version_before_reads_it():
    bench = keyed_workbench()
    owner_of(bench)
    with open(module.PATH) as file:
        content = json.load(file)
    assert content["version"] == 1 and content["min_reader"] == 1 and content["guarded"] == 1
    assert Bonds().guarded, "for safe mode, which knows no keys"
    assert read_by_the_version_before() == Bonds()._secrets
    assert len(in_flash()) == 1


def test_whoever_pairs_in_safe_mode_gets_nothing_and_leaves_nothing():
    bench = keyed_workbench()
    owner = owner_of(bench)
    from safe_mode import _load_bonds
    from safe_mode.beacon import BareBeacon
    from safe_mode.links import Radio as SafeRadio

    import chip
    from bluetooth import CENTRAL_CONNECT, CENTRAL_DISCONNECT, ENCRYPTION_UPDATE

    air = chip.new_radio()
    radio = SafeRadio(_load_bonds(), BareBeacon())
    for key, secure in ((b"evil", False), (b"key", True)):
        air.emit(CENTRAL_CONNECT, (1, 1, owner.address))
        if not secure:
            radio._ble.pairing_begins(owner.key)
            for kind in (2, 1):
                assert radio._ble.store_secret(kind, owner.key, owner.key + key)
        assert air.emit(29, (1, 0, owner.key)) == owner.key + key
        air.emit(ENCRYPTION_UPDATE, (1, 1, 0, 1, 16))
        assert radio.secure == secure
        air.emit(CENTRAL_DISCONNECT, (1, 1, owner.address))
        radio.save()
    assert in_flash() == [owner.key]


def test_the_power_goes_at_any_write_of_a_pairing():
    """The owner before it is bonded after it, and the newcomer once the saving has ended."""
    bench = keyed_workbench()
    owner = owner_of(bench)
    before = in_flash()
    other = b"\x01other1"
    bonds = GuardedBonds()

    def action():
        bonds.put(2, other, b"ltk")
        bonds.put(1, other, b"ltk")
        bonds.keep(1, bytes(reversed(other[1:])), True)
        bonds.save_if_changed()

    def check(cut):
        again = GuardedBonds()
        assert not again.damaged and not again._changed
        assert in_flash() in (before, before + [other])
        assert again.trust(owner.kind, owner.address) == GENUINE
        if cut.finished:
            assert in_flash() == before + [other]

    assert power_cut(action, check).operations >= 2


def test_no_order_of_pairings_hangs_the_radio_or_costs_the_owner_its_bond():
    bench = keyed_workbench()
    owner = owner_of(bench)
    state = 7
    for _ in range(300):
        state = (state * 1103515245 + 12345) & 0x7FFFFFFF
        draw = state >> 12
        address = owner.address if draw & 3 == 0 else b"\xc0st%03d" % (draw >> 2 & 7)
        stranger = Peer(bench, 2, address).connect()
        if draw >> 6 & 1:
            stranger.pair(b"%d" % draw)
        else:
            stranger.begin_pairing()
        if draw >> 7 & 1:
            pass_ms(bench, 1200)
        stranger.leave()
    bench.insole.keep_bonds()
    assert bench.radio.handler_errors == 0 and in_flash() == [owner.key]
    assert owner.connect().encrypt()


def test_an_insole_without_keys_goes_on_as_before():
    bench = workbench.Workbench()
    assert not hasattr(bench.radio, "window") and not bench.radio._bonds.guarded
    peer = Peer(bench, 1, b"\xc0peer1")
    peer.connect().pair()
    bench.insole.keep_bonds()
    assert in_flash() == [peer.key] and peer.link.secure
    assert KEY and not Bonds().guarded
