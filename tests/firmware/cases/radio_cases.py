"""Bluetooth: who may connect, who may listen, what is advertised, and what a lost link leaves behind."""

import chip
import machine
from bluetooth import CENTRAL_CONNECT, CENTRAL_DISCONNECT
from workbench import Central, Workbench

from insole.radio import INBOX_SLOTS, MAX_CONNECTIONS
from insole_protocol import advert_reader, host_messages, ids

GET_SECRET, SET_SECRET = 29, 30
ADDRESS = b"\x01\x02\x03\x04\x05\x06"


def manufacturer_data(bench):
    """What a host makes of the advertisement."""
    payload = bench.ble.advertising[1]
    at = payload.index(b"\xff\xff\xff")  # type, company 0xFFFF
    return advert_reader.Advertisement(payload[at + 3 :])


def listening(bench, handle=1, **options):
    host = Central(bench, handle, **options)
    host.hello()
    host.ask(ids.OP_STREAM, 1)
    return host


def test_advertising_tells_the_state():
    bench = Workbench()
    seen = manufacturer_data(bench)
    assert (seen.version, seen.side, seen.battery_pct, seen.serial_tail) == (1, ids.SIDE_UNSET, 64, "7A3F01")
    assert seen.logging and not seen.fault and not seen.bonded and not seen.charging
    assert len(bench.ble.advertising[1]) <= 31 and len(bench.ble.advertising[2]) <= 31
    assert bench.ble.advertising[0] == 1000 * 1000
    bench.insole.modes.set(ids.MODE_LIVE)
    bench.radio.serve()
    assert bench.ble.advertising[0] == 100 * 1000
    machine.pins[machine.board.CHARGING_PIN] = 0
    machine.supply["battery_mv"] = 3300
    try:
        for _ in range(30):
            bench.firmware.housekeeping.round()
        bench.radio.serve()
        seen = manufacturer_data(bench)
        assert seen.charging and seen.battery_pct < 15
    finally:
        machine.pins[machine.board.CHARGING_PIN] = 1
        machine.supply["battery_mv"] = 3900


def test_security_is_asked_for():
    options = Workbench().ble.options
    assert options["bond"] and options["le_secure"] and options["io"] == 3


def test_only_the_control_point_of_ours_is_written_and_only_encrypted():
    bench = Workbench()
    flags = [flags for _, flags in bench.ble.definition[0][1]]
    notify, write, write_encrypted = 0x10, 0x08, 0x1000
    assert flags == [notify, notify | write | write_encrypted, notify]
    for service in bench.ble.definition[1:]:
        assert not any(flags & 0x4C for _, flags in service[1]), "standard services are read or notified only"


def test_standard_services_have_values():
    bench = Workbench()
    values = [value for handle, value in sorted(bench.ble.values.items())]
    for expected in (b"Plantigrade", b"0000246F287A3F01", b"0.1.0", b"esp32s3_r1", b"\x40", b"\x00\x00"):
        assert expected in values, expected


def test_cadence_goes_to_subscribers():
    bench = Workbench()
    Central(bench)
    bench.insole.gait.cadence = 1184
    bench.firmware.housekeeping.round()
    assert bench.ble.updates[-1][1] == b"\x00\x00\x00\x76"


def test_nothing_is_streamed_without_hello_or_encryption():
    bench = Workbench()
    quiet = Central(bench, 1)
    bench.slots(200)
    assert quiet.receive() == []
    host = listening(bench, 2)
    bench.radio.links[1].secure = False  # encryption was switched off under us
    bench.slots(200)
    assert host.receive() == []


def test_two_hosts_get_the_same_stream():
    bench = Workbench()
    bench.insole.modes.set(ids.MODE_LIVE)
    a, b = listening(bench, 1), listening(bench, 2, mtu=23)
    bench.slots(100)
    a.receive(), b.receive()
    streams = [[m for channel, m in host.messages if channel == ids.CHANNEL_STREAM] for host in (a, b)]
    assert streams[0] == streams[1] and len(streams[0]) == 20


def test_one_host_too_many_is_shown_the_door_and_the_others_stay():
    bench = Workbench()
    hosts = [listening(bench, handle) for handle in range(1, MAX_CONNECTIONS + 1)]
    bench.ble.handler(CENTRAL_CONNECT, (9, 0, ADDRESS))
    bench.radio.serve()
    assert bench.ble.disconnected == [9]
    bench.ble.handler(CENTRAL_DISCONNECT, (9, 0, ADDRESS))
    bench.radio.serve()
    bench.slots(200)
    assert all(host.records() for host in hosts)


def test_advertising_goes_on_while_there_is_room_and_after_a_loss():
    bench = Workbench()
    bench.ble.advertising = None
    hosts = []
    for handle in range(1, MAX_CONNECTIONS):
        hosts.append(Central(bench, handle))
        assert bench.ble.advertising, "room for another host"
        bench.ble.advertising = None
    hosts.append(Central(bench, MAX_CONNECTIONS))
    assert bench.ble.advertising is None, "no room"
    hosts[0].drop()
    assert bench.ble.advertising


def test_a_new_peer_on_an_old_handle_starts_from_nothing():
    bench = Workbench()
    host = listening(bench, 1)
    bench.ble.room = 0
    bench.slots(200)  # a record is stuck half sent
    host.drop()
    bench.ble.room = 1000
    again = Central(bench, 1)
    bench.slots(200)
    assert again.receive() == []
    assert again.ask(ids.OP_STATUS).result == ids.RESULT_HELLO_FIRST
    again.hello()
    assert again.ask(ids.OP_STATUS).fields[7] == 0


def test_a_reconnection_between_two_turns_of_the_task():
    bench = Workbench()
    listening(bench, 1)
    emit = bench.ble.handler
    value = b"\xc0" + host_messages.build_command(ids.OP_STATUS, 1)
    bench.ble.write_from_central(1, bench.radio.services.control, value)
    emit(CENTRAL_DISCONNECT, (1, 0, ADDRESS))
    emit(CENTRAL_CONNECT, (1, 0, ADDRESS))
    before = len(bench.ble.sent)
    bench.radio.serve()
    bench.pump()
    assert len(bench.ble.sent) == before, "what the old peer asked is not answered to the new one"
    assert sum(1 for link in bench.radio.links if link.state == 1) == 1


def test_a_flood_of_writes_is_bounded_and_counted():
    bench = Workbench()
    host = listening(bench, 1)
    control = bench.radio.services.control
    for _ in range(INBOX_SLOTS * 3):
        bench.ble.write_from_central(1, control, b"\xc0\x03\x01")
    assert bench.radio.overflowed >= INBOX_SLOTS * 2
    bench.radio.serve()
    assert len(host.receive()) <= INBOX_SLOTS
    before = bench.radio.overflowed
    bench.ble.write_from_central(1, control, bytes(100))
    assert bench.radio.overflowed == before + 1, "longer than any fragment of a command"


def test_keys_of_peers_are_kept_and_given_back():
    bench = Workbench()
    emit = bench.ble.handler
    assert emit(GET_SECRET, (2, 0, None)) is None
    assert emit(SET_SECRET, (2, b"peer", b"a key")) is True
    assert emit(GET_SECRET, (2, 0, b"peer")) == b"a key"
    bench.firmware.housekeeping.round()
    bench.radio.serve()
    assert manufacturer_data(bench).bonded
    bench.insole.stop()
    bench = Workbench(fresh=False)
    assert bench.ble.handler(GET_SECRET, (2, 0, b"peer")) == b"a key"


def test_time_of_reception_is_that_of_the_event_not_of_the_task():
    bench = Workbench()
    host = listening(bench, 1)
    value = bytes((0xC2,)) + host_messages.build_command(ids.OP_TIME, 5, 0)  # third message on this link
    stamped = bench.insole.clock.now_us()
    bench.ble.write_from_central(1, bench.radio.services.control, value)
    chip.advance(25000)
    bench.radio.serve()
    ((_, reply),) = host.receive()
    assert host_messages.parse_reply(reply).fields[2] == stamped


def test_small_and_large_mtu_carry_the_longest_record():
    for mtu in (23, 64, 185, 247, 517):
        bench = Workbench()
        host = listening(bench, 1, mtu=mtu)
        state = 7
        for _ in range(400):
            for index in range(16):  # noise: nothing to compress
                state = (state * 1103515245 + 12345) & 0x7FFFFFFF
                machine.sensors[index] = state >> 12 & 4095
            bench.slots(1)
        assert sum(b.header.frames for b in host.records()) >= 320, mtu
        assert max(len(value) for _, _, value in bench.ble.sent) <= min(mtu, 247) - 3
