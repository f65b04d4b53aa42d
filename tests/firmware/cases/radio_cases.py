"""Bluetooth: who may connect, who may listen, what is advertised, and what a lost link leaves behind."""

import chip
from bluetooth import CENTRAL_CONNECT, CENTRAL_DISCONNECT, ENCRYPTION_UPDATE, MTU_EXCHANGED
from workbench import Central, Workbench

from insole.ble_link import CLOSED, GONE, OPEN
from insole.inbox import INBOX_SLOTS
from insole.radio import MAX_CONNECTIONS
from insole_protocol import advert_reader, host_messages, ids

CONNECTION_UPDATE, GET_SECRET, SET_SECRET = 27, 29, 30
ADDRESS = b"\x01\x02\x03\x04\x05\x06"


def manufacturer_data(bench):
    """What a host makes of the advertisement."""
    payload = bench.air.advertising[1]
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
    assert len(bench.air.advertising[1]) <= 31 and len(bench.air.advertising[2]) <= 31
    assert bench.air.advertising[0] == 1000 * 1000
    bench.insole.modes.set(ids.MODE_LIVE)
    bench.radio.serve()
    assert bench.air.advertising[0] == 100 * 1000
    chip.pins[chip.board.CHARGING_PIN] = 0
    chip.supply["battery_mv"] = 3300
    try:
        for _ in range(30):
            bench.firmware.housekeeping.round()
        bench.radio.serve()
        seen = manufacturer_data(bench)
        assert seen.charging and seen.battery_pct < 15
    finally:
        chip.pins[chip.board.CHARGING_PIN] = 1
        chip.supply["battery_mv"] = 3900


def test_security_is_asked_for():
    options = Workbench().air.options
    assert options["bond"] and options["le_secure"] and options["io"] == 3


def test_only_the_control_point_of_ours_is_written_and_only_encrypted():
    bench = Workbench()
    flags = [flags for _, flags in bench.air.definition[0][1]]
    notify, write, write_encrypted = 0x10, 0x08, 0x1000
    assert flags == [notify, notify | write | write_encrypted, notify]
    for service in bench.air.definition[1:]:
        assert not any(flags & 0x4C for _, flags in service[1]), "standard services are read or notified only"


def test_standard_services_have_values():
    bench = Workbench()
    values = [value for handle, value in sorted(bench.air.values.items())]
    for expected in (b"Plantigrade", b"0000246F287A3F01", b"0.1.0", b"esp32s3_r1", b"\x40", b"\x00\x00"):
        assert expected in values, expected


def test_cadence_goes_to_subscribers():
    bench = Workbench()
    Central(bench)
    bench.insole.gait.cadence = 1184
    bench.firmware.housekeeping.round()
    assert bench.air.updates[-1][1] == b"\x00\x00\x00\x76"


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
    bench.air.emit(CENTRAL_CONNECT, (9, 0, ADDRESS))
    bench.radio.serve()
    assert bench.air.disconnected == [9]
    bench.air.emit(CENTRAL_DISCONNECT, (9, 0, ADDRESS))
    bench.radio.serve()
    bench.slots(200)
    assert all(host.records() for host in hosts)


def test_advertising_goes_on_while_there_is_room_and_after_a_loss():
    bench = Workbench()
    bench.air.advertising = None
    hosts = []
    for handle in range(1, MAX_CONNECTIONS):
        hosts.append(Central(bench, handle))
        assert bench.air.advertising, "room for another host"
        bench.air.advertising = None
    hosts.append(Central(bench, MAX_CONNECTIONS))
    assert bench.air.advertising is None, "no room"
    hosts[0].drop()
    assert bench.air.advertising


def test_a_new_peer_on_an_old_handle_starts_from_nothing():
    bench = Workbench()
    host = listening(bench, 1)
    bench.air.room = 0
    bench.slots(200)  # a record is stuck half sent
    host.drop()
    bench.air.room = 1000
    again = Central(bench, 1)
    bench.slots(200)
    assert again.receive() == []
    assert again.ask(ids.OP_STATUS).result == ids.RESULT_HELLO_FIRST
    again.hello()
    assert again.ask(ids.OP_STATUS).fields[7] == 0


def test_a_reconnection_between_two_turns_of_the_task():
    bench = Workbench()
    listening(bench, 1)
    emit = bench.air.emit
    value = b"\xc0" + host_messages.build_command(ids.OP_STATUS, 1)
    bench.air.write_from_central(1, bench.radio.services.control, value)
    emit(CENTRAL_DISCONNECT, (1, 0, ADDRESS))
    emit(CENTRAL_CONNECT, (1, 0, ADDRESS))
    before = len(bench.air.sent)
    bench.radio.serve()
    bench.transmit()
    assert len(bench.air.sent) == before, "what the old peer asked is not answered to the new one"
    assert sum(1 for link in bench.radio.links if link.state == 1) == 1


def test_a_flood_of_writes_is_bounded_and_counted():
    bench = Workbench()
    host = listening(bench, 1)
    control = bench.radio.services.control
    for _ in range(INBOX_SLOTS * 3):
        bench.air.write_from_central(1, control, b"\xc0\x03\x01")
    assert bench.radio.overflowed >= INBOX_SLOTS * 2
    bench.radio.serve()
    assert len(host.receive()) <= INBOX_SLOTS
    lost = bench.radio.overflowed
    assert bench.radio.links[0].malformed() >= lost, "STATUS counts what was lost"


def test_keys_of_peers_are_kept_and_given_back():
    bench = Workbench()
    emit = bench.air.emit
    assert emit(GET_SECRET, (2, 0, None)) is None
    assert emit(SET_SECRET, (2, b"peer", b"a key")) is True
    assert emit(GET_SECRET, (2, 0, b"peer")) == b"a key"
    bench.firmware.housekeeping.round()
    bench.radio.serve()
    assert manufacturer_data(bench).bonded
    bench.insole.stop()
    bench = Workbench(fresh=False)
    assert bench.air.emit(GET_SECRET, (2, 0, b"peer")) == b"a key"


def test_time_of_reception_is_that_of_the_event_not_of_the_task():
    bench = Workbench()
    host = listening(bench, 1)
    value = bytes((0xC2,)) + host_messages.build_command(ids.OP_TIME, 5, 0)  # third message on this link
    stamped = bench.insole.clock.now_us()
    bench.air.write_from_central(1, bench.radio.services.control, value)
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
                chip.sensors[index] = state >> 12 & 4095
            bench.slots(1)
        assert sum(b.header.frames for b in host.records()) >= 320, mtu
        assert max(len(value) for _, _, value in bench.air.sent) <= min(mtu, 247) - 3


def test_a_lost_link_is_open_to_nobody_from_the_task_s_next_turn_on():
    """By itself, whatever the next connection does: the place is not secure any more."""
    bench = Workbench()
    listening(bench, 1)
    link = bench.radio.links[0]
    assert link.secure
    bench.air.emit(CENTRAL_DISCONNECT, (1, 0, ADDRESS))
    assert link.state == GONE
    bench.radio.serve()
    assert link.state == CLOSED and link.secure is False


def test_events_of_the_link_are_kept_with_the_link():
    bench = Workbench()
    Central(bench, 1, mtu=185), Central(bench, 2, mtu=64, secure=False)
    emit = bench.air.emit
    one, two = bench.radio.links
    assert (one.connection, one.mtu, one.secure) == (1, 185, True)
    assert (two.connection, two.mtu, two.secure) == (2, 64, False)
    emit(CONNECTION_UPDATE, (2, 24, 0, 400, 0))
    assert (one.interval, two.interval) == (0, 24)
    assert (one.pacer.each_us, two.pacer.each_us) == (20000, 7500)
    emit(ENCRYPTION_UPDATE, (2, 1, 0, 1, 16))
    emit(ENCRYPTION_UPDATE, (1, 0, 0, 0, 0))
    assert (one.secure, two.secure) == (False, True)
    emit(MTU_EXCHANGED, (7, 500))
    emit(ENCRYPTION_UPDATE, (7, 1, 0, 1, 16))
    emit(99, (1, 2, 3))
    assert (one.mtu, two.mtu, one.secure) == (185, 64, False)
    assert one.state == two.state == OPEN


def test_an_interval_that_was_chosen_before_the_task_came_to_its_turn_counts_and_ends_with_the_connection():
    bench = Workbench()
    emit = bench.air.emit
    emit(CENTRAL_CONNECT, (1, 0, ADDRESS))
    emit(CONNECTION_UPDATE, (1, 12, 0, 400, 0))
    bench.radio.serve()
    link = bench.radio.links[0]
    assert (link.interval, link.pacer.each_us) == (12, 3750)
    emit(CENTRAL_DISCONNECT, (1, 0, ADDRESS))
    bench.radio.serve()
    emit(CENTRAL_CONNECT, (1, 0, ADDRESS))
    bench.radio.serve()
    assert (link.interval, link.pacer.each_us) == (0, 20000)


def test_only_the_control_point_takes_what_peers_write():
    bench = Workbench()
    host = listening(bench, 1)
    before = len(bench.air.sent)
    value = b"\xc2" + host_messages.build_command(ids.OP_STATUS, 1)
    for handle in bench.radio.services.channels.values():
        if handle != bench.radio.services.control:
            bench.air.write_from_central(1, handle, value)
    bench.radio.serve()
    bench.transmit()
    assert len(bench.air.sent) == before
    bench.air.write_from_central(1, bench.radio.services.control, value)
    bench.radio.serve()
    assert len(host.receive()) == 1


def test_the_inbox_keeps_order_and_one_place_free():
    """Eight places of a ring hold seven values."""
    bench = Workbench()
    listening(bench, 1)
    taken = []
    bench.radio._answer = lambda session, message, ticks: taken.append((bytes(message), ticks))
    for tag in range(9):
        bench.air.write_from_central(1, bench.radio.services.control, bytes((0xC2 + tag, 3, tag)))
        chip.advance(1000)
    assert bench.radio.overflowed == 2
    bench.radio.serve()
    assert [message[1] for message, _ in taken] == list(range(7))
    ticks = [at for _, at in taken]
    assert [at - ticks[0] for at in ticks] == [1000 * number for number in range(7)]
    for tag in range(20):  # round the ring
        bench.air.write_from_central(
            1, bench.radio.services.control, bytes((0xC0 + (9 + tag) % 64, 3, 100 + tag))
        )
        bench.radio.serve()
    assert [message[1] for message, _ in taken[7:]] == list(range(100, 120))
    assert bench.radio.overflowed == 2


def test_advertising_that_the_stack_refuses_is_begun_at_the_next_event():
    bench = Workbench()
    tried = []
    advertise = bench.ble.gap_advertise

    def busy(*arguments, **options):
        tried.append(arguments)
        raise OSError(16)

    bench.ble.gap_advertise = busy
    bench.air.advertising = None
    bench.radio.show(500, ids.SIDE_LEFT, 0x08, 50)
    bench.radio.serve()
    assert len(tried) == 1 and bench.air.advertising is None
    bench.radio.serve()
    assert len(tried) == 2
    bench.ble.gap_advertise = advertise
    bench.radio.serve()
    assert bench.air.advertising[0] == 500000
    bench.air.advertising = None
    bench.radio.serve()
    assert bench.air.advertising is None, "it runs: it is not begun again"


def test_what_is_advertised_is_stopped_before_it_is_changed():
    """The stack takes a new payload only so."""
    bench = Workbench()
    begun = []
    bench.ble.gap_advertise = lambda interval_us, *more, **options: begun.append((interval_us, more, options))
    bench.radio.show(20, ids.SIDE_RIGHT, 0x09, 77)
    assert begun == [], "the task does it"
    bench.radio.serve()
    assert begun[0] == (None, (), {})
    interval_us, more, options = begun[1]
    assert interval_us == 20000
    assert more[0][-6:] == b"\x01\x09\x4d\x7a\x3f\x01"
    assert options == {"resp_data": b"\x15\x09Plantigrade R 7A3F01", "connectable": True}
    assert len(begun) == 2


def test_who_is_connected_is_counted():
    bench = Workbench()
    assert bench.radio.connections() == 0
    _, other = Central(bench, 1), Central(bench, 2)
    assert bench.radio.connections() == 2
    bench.air.emit(CENTRAL_DISCONNECT, (1, 0, ADDRESS))
    assert bench.radio.connections() == 1
    other.drop()
    assert bench.radio.connections() == 0


def test_the_radio_is_set_up_once():
    bench = Workbench()
    options = bench.air.options
    assert bench.air.on is True
    assert (options["gap_name"], options["mtu"]) == ("Plantigrade ? 7A3F01", 247)
    assert options["bond"] is True and options["le_secure"] is True and options["mitm"] is False
    assert bench.air.buffers == {bench.radio.services.control: 246}
    assert [link.handles for link in bench.radio.links] == [bench.radio.services.channels] * 2
    bench.radio.stop()
    assert bench.air.on is False and bench.air.handler is None


def test_secrets_are_asked_for_and_told_by_kind_and_key():
    bench = Workbench()
    emit = bench.air.emit
    assert emit(SET_SECRET, (1, b"us", b"own key")) is True
    assert emit(SET_SECRET, (2, b"peer", b"key")) is True
    assert emit(GET_SECRET, (1, 0, None)) == b"own key"
    assert emit(GET_SECRET, (2, 0, None)) == b"key"
    assert emit(GET_SECRET, (2, 1, None)) is None
    assert emit(SET_SECRET, (2, b"peer", None)) is True
    assert emit(GET_SECRET, (2, 0, b"peer")) is None
    assert emit(SET_SECRET, (2, b"peer", None)) is False
    assert emit(CENTRAL_CONNECT, (1, 0, ADDRESS)) is None
