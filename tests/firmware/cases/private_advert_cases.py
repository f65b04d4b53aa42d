"""What an insole that was given keys shows before anybody connects: nothing that could be followed."""

import chip
from keyed import KEY, Peer, advertised, hold_button, manufacturer, owner_of, pass_ms, pass_second, workbench
from workbench import Workbench

from insole_protocol import advert_reader, ids, private_advert

SERIAL = b"\x00\x00\x24\x6f\x28\x7a\x3f\x01"
ADDRESS_MS, UNCERTAIN_MS = 900000, 2000
QUARTER_MS = ADDRESS_MS + UNCERTAIN_MS + 1000


def read(bench):
    return advert_reader.PrivateAdvertisement(manufacturer(advertised(bench)[2]))


def test_neither_serial_nor_side_nor_battery_is_shown_to_everybody():
    bench = workbench()
    shown = b"".join(bench.air.advertising[1:]) + bench.air.options["gap_name"].encode()
    for end in range(2, 9):
        assert SERIAL[-end:] not in shown
    assert b"7A3F" not in shown and b"Plantigrade" in shown
    assert all(len(part) <= 31 for part in bench.air.advertising[1:])


def test_whoever_has_the_key_reads_what_an_insole_without_keys_shows_to_all():
    bench = workbench()
    seen = read(bench)
    assert seen.is_of(KEY) and not seen.is_of(bytes(32))
    known = seen.read(KEY, SERIAL)
    assert (known.side, known.battery_pct, known.serial_tail) == (ids.SIDE_UNSET, 64, "7A3F01")
    assert known.logging and not known.bonded and known.version == ids.HIGHEST_VERSION
    owner_of(bench)
    bench.firmware.housekeeping.round()
    bench.radio.serve()
    assert read(bench).read(KEY, SERIAL).bonded


def test_two_advertisements_a_quarter_of_an_hour_apart_share_nothing():
    bench = workbench()
    seen = []
    for _ in range(12):
        addresses, payload, response = advertised(bench)
        seen.append((addresses, manufacturer(response)))
        pass_ms(bench, QUARTER_MS)
    assert [addresses for addresses, _ in seen] == list(range(1, 13)), "the address changes with each"
    data = [data for _, data in seen]
    for i in range(len(data)):
        for j in range(i):
            same = [at for at in range(1, len(data[i])) if data[i][at] == data[j][at]]
            assert len(same) <= 3, (data[i], data[j])  # of nine bytes; by chance
    assert len({one[1:8] for one in data}) == len(data)
    assert payload == private_advert.PAYLOAD, "that of all insoles"


def test_nonce_and_address_never_change_one_without_the_other():
    """Advertising begins anew at any moment: states change, peers come and go."""
    bench = workbench()
    shown = set()
    state = 11
    for _ in range(9000):
        state = (state * 1103515245 + 12345) & 0x7FFFFFFF
        pass_second(bench)
        if state >> 20 & 3 == 0:
            bench.radio.show(1000 - (state >> 8 & 7), 0, state >> 9 & 0x1F, state >> 16 & 63)
            bench.radio.serve()
        if state >> 24 & 7 == 0:
            Peer(bench, 1, b"\xc0visit").connect().leave()
        now = advertised(bench)
        if now:
            shown.add((now[0], manufacturer(now[2])[1:8]))
    assert len(shown) >= 9
    assert len({address for address, _ in shown}) == len({sign for _, sign in shown}) == len(shown)


def test_it_is_found_again_soon_whenever_a_peer_leaves():
    bench = workbench()
    owner = owner_of(bench)
    longest = 0
    for at in range(ADDRESS_MS - 20000, ADDRESS_MS + 20000, 800):
        bench.radio.beacon.renew()
        bench.radio._advertise_anew()
        bench.radio.serve()
        chip.advance(at * 1000)
        owner.connect().encrypt()
        bench.air.advertising = None
        owner.leave()
        waited = 0
        while not bench.air.advertising:
            pass_ms(bench, 200)
            waited += 200
        longest = max(longest, waited)
    assert longest <= 2 * UNCERTAIN_MS + 1200, longest


def test_a_start_that_the_stack_refuses_gives_no_sign_without_an_address():
    bench = workbench()
    refusing = [True]
    real = bench.air.advertise

    def advertise(interval_us, *what):
        if interval_us is not None and refusing[0]:
            raise OSError(120)
        real(interval_us, *what)

    bench.radio.beacon.renew()
    bench.air.advertise = advertise
    bench.radio._advertise_anew()
    bench.radio.serve()
    pass_ms(bench, 10000)
    assert bench.radio.beacon._since_ms is None
    refusing[0] = False
    bench.radio._advertise_anew()
    bench.radio.serve()
    assert bench.radio.beacon._since_ms is not None


def test_the_serial_is_read_by_those_alone_who_have_proved_themselves():
    bench = workbench()
    flags = bench.air.definition[1][1][2][1]
    assert flags == 0x0202, "read, and encrypted"
    serial = bench.radio.services.serial
    ask = lambda handle: bench.air.emit(4, (handle, serial))  # noqa: E731
    stranger = Peer(bench, 1, b"\xc0stran").connect().pair()
    assert ask(1) == 8 and ask(9) == 8, "insufficient authorization"
    assert bench.air.emit(4, (1, serial + 3)) is None, "the firmware's version is no secret"
    stranger.leave()
    hold_button(bench)
    peer = Peer(bench, 1, b"\xc0peer1").connect()
    assert ask(1) == 8
    peer.pair()
    assert ask(1) == 8, "paired, and not proved"
    peer.prove()
    assert not ask(1)


def test_an_insole_without_keys_shows_its_serial_as_before():
    bench = Workbench()
    assert bench.air.options.get("addr_mode") is None and bench.air.addresses == 0
    assert bench.air.options["gap_name"] == "Plantigrade ? 7A3F01"
    assert bench.air.definition[1][1][2][1] == 0x0002
    assert bench.air.emit(4, (1, bench.radio.services.serial)) is None
