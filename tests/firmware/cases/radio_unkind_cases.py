"""Bluetooth as unkind as the chip's (`sim/chip/behaviour.py`, rows ble_...): the radio's part endures it."""

import chip
import gc
from bluetooth import BLE, CENTRAL_CONNECT, CENTRAL_DISCONNECT, ENCRYPTION_UPDATE, MTU_EXCHANGED
from busy_link import BusyLink
from sim.chip import behaviour
from sim.chip.radio_buffers import RadioBuffers
from workbench import Central, Workbench

from insole.ble_link import CLOSED
from insole.pacer import REPLIES_BEYOND, WINDOW
from insole.radio import ADVERTISING_TRIES, STACK_CONNECTIONS, STUCK_ROUNDS, TURNS_OWED
from insole_protocol import ids
from safe_mode.beacon import OpenBeacon
from safe_mode.links import Radio as SafeRadio
from insole_protocol.host_messages import build_command, parse_reply

CONNECTION_UPDATE, GET_SECRET, SET_SECRET = 27, 29, 30
ADDRESS = b"\x01\x02\x03\x04\x05\x06"
EALREADY = 120


class Set:
    """One behaviour at a value of its own, for the length of a `with`."""

    def __init__(self, name, value):
        self.name, self.value = name, value

    def __enter__(self):
        self.before = behaviour.value(self.name)
        behaviour.put(self.name, self.value)

    def __exit__(self, *_):
        behaviour.put(self.name, self.before)


def raising(error):
    """A function that raises whatever it is called with."""

    def function(*_arguments, **_options):
        raise error

    return function


# The handler


def test_the_chip_takes_a_handler_away_that_raises():
    for lost in (True, False):
        with Set("ble_handler_lost", int(lost)):
            radio = chip.new_radio()
            radio.keep_failures = True
            ble = BLE()
            calls = []

            def handler(event, _data, calls=calls):
                calls.append(event)
                raise MemoryError

            ble.irq(handler)
            ble.active(True)
            for _ in range(3):
                assert radio.emit(MTU_EXCHANGED, (1, 100)) is None
            assert len(calls) == (1 if lost else 3) and len(radio.failures) == len(calls)


def test_an_error_in_the_handler_is_counted_and_the_insole_goes_on():
    bench = Workbench()
    bench.air.keep_failures = True
    real, bench.radio._bonds.get = bench.radio._bonds.get, raising(MemoryError())
    assert bench.air.emit(GET_SECRET, (2, 0, ADDRESS)) is None
    bench.radio._bonds.get = real
    assert bench.air.failures == [] and bench.radio.handler_errors == 1
    assert isinstance(bench.radio.last_error, MemoryError)
    assert Central(bench).hello().result == ids.RESULT_OK
    assert bench.radio.check() is True, "something was at fault"
    assert bench.radio.check() is False, "and is no more"


def test_a_command_that_finds_no_memory_costs_only_itself():
    bench = Workbench()
    bench.air.keep_failures = True
    host = Central(bench)
    host.hello()
    real, bench.ble.gatts_read = bench.ble.gatts_read, raising(MemoryError())
    host.write(build_command(ids.OP_STATUS, 9))
    bench.ble.gatts_read = real
    assert host.receive() == []
    assert host.ask(ids.OP_STATUS).result == ids.RESULT_OK, "its sender repeats it"


def test_a_handler_that_is_gone_all_the_same_is_back_within_a_second():
    """The call of a handler may itself find no memory: then not even its first line runs."""
    bench = Workbench()
    bench.ble.irq(None)
    assert bench.air.emit(CENTRAL_CONNECT, (1, 0, ADDRESS)) is None
    bench.firmware.housekeeping.round()
    assert Central(bench, 2).hello().result == ids.RESULT_OK


def test_when_it_is_not_known_who_is_connected_everybody_comes_anew():
    for event in (CENTRAL_CONNECT, CENTRAL_DISCONNECT):
        bench = Workbench()
        host = Central(bench, 1)
        host.hello()
        bench.air.advertising = None
        real = bench.radio._connected, bench.radio._link_of
        bench.radio._connected = bench.radio._link_of = raising(MemoryError())
        bench.air.emit(event, (1 if event == CENTRAL_DISCONNECT else 2, 0, ADDRESS))
        bench.radio._connected, bench.radio._link_of = real
        bench.radio.serve()
        assert set(bench.air.disconnected) == set(range(STACK_CONNECTIONS))
        assert [link.state for link in bench.radio.links] == [CLOSED, CLOSED]
        assert bench.air.advertising, "and is let in"
        assert Central(bench, 1).hello().result == ids.RESULT_OK


def test_events_of_connections_allocate_nothing():
    bench = Workbench()
    handler = bench.radio._handler
    calls = (
        (CENTRAL_CONNECT, (1, 0, ADDRESS)),
        (MTU_EXCHANGED, (1, 247)),
        (CONNECTION_UPDATE, (1, 24, 0, 400, 0)),
        (ENCRYPTION_UPDATE, (1, 1, 0, 1, 16)),
        (GET_SECRET, (2, 0, ADDRESS)),
        (SET_SECRET, (2, ADDRESS, None)),
        (CENTRAL_DISCONNECT, (1, 0, ADDRESS)),
    )
    for _ in range(2):
        for event, arguments in calls:
            gc.collect()
            gc.disable()
            before = gc.mem_alloc()
            handler(event, arguments)
            taken = gc.mem_alloc() - before
            gc.enable()
            assert taken == 0, (event, taken)
        bench.radio.serve()


def test_this_sees_an_allocation():
    gc.disable()
    before = gc.mem_alloc()
    block = bytearray(40)
    taken = gc.mem_alloc() - before
    gc.enable()
    assert taken >= len(block)


# Set-up


def test_a_size_of_the_ring_buffer_is_refused_where_there_is_none():
    radio = chip.new_radio()
    ble = BLE()
    for refused in (1, 0):
        with Set("ble_rxbuf_refused", refused):
            try:
                ble.config(rxbuf=512)
            except ValueError as error:
                assert refused and str(error) == "unknown config param"
            else:
                assert not refused
    assert not radio.on
    assert Workbench().air.on, "the firmware asks for none"


def test_the_name_follows_a_change_of_side():
    bench = Workbench()
    assert bench.air.options["gap_name"] == "Plantigrade ? 7A3F01"
    host = Central(bench)
    host.hello()
    assert host.ask(ids.OP_SET_SETTING, 1, value=bytes((ids.SIDE_LEFT,))).result == ids.RESULT_OK
    bench.firmware.housekeeping.round()
    bench.radio.serve()
    assert bench.air.options["gap_name"] == "Plantigrade L 7A3F01"
    assert b"Plantigrade L 7A3F01" in bench.air.advertising[2]


# Advertising


def test_advertising_that_is_refused_begins_within_a_second_though_nothing_happens():
    bench = Workbench()
    bench.air.advertising = None
    with Set("ble_advertise_refused", 1):  # each second start
        bench.radio.show(500, ids.SIDE_LEFT, 0x08, 50)
        bench.radio.serve()
        assert bench.air.advertising is None
        bench.radio._events.clear()
        bench.firmware.housekeeping.round()
        assert bench.radio._events.state, "the radio's task is woken"
        bench.radio.serve()
    assert bench.air.advertising


def test_a_connection_that_never_came_about_leaves_no_dark_insole():
    bench = Workbench()
    bench.air.advertising = None  # any connection ends it
    with Set("ble_failed_connections", 1):
        bench.air.emit(CENTRAL_CONNECT, (3, 0, ADDRESS))
    bench.radio.serve()
    assert bench.air.advertising and bench.radio.connections() == 0


def test_nor_does_it_leave_safe_mode_dark():
    radio = chip.new_radio()
    safe = SafeRadio(None, OpenBeacon(ids.SIDE_LEFT, bytes(8), 0))
    safe.advertise()
    radio.advertising = None
    with Set("ble_failed_connections", 1):
        radio.emit(CENTRAL_CONNECT, (3, 0, ADDRESS))
    safe.advertise()
    assert radio.advertising


def test_a_radio_that_does_not_advertise_for_half_a_minute_is_switched_off_and_on():
    bench = Workbench()
    real, bench.ble.gap_advertise = bench.ble.gap_advertise, raising(OSError(EALREADY))
    bench.radio.show(500, ids.SIDE_LEFT, 0x08, 50)
    bench.radio.serve()
    for second in range(ADVERTISING_TRIES):
        assert bench.radio.restarts == 0, second
        fault = bench.radio.check()
        bench.radio.serve()
    assert fault and bench.radio.restarts == 1
    bench.ble.gap_advertise = real
    bench.radio.serve()
    assert bench.air.advertising and bench.air.on
    assert bench.air.values[bench.radio.services._battery] == b"\x32", "50 %, as it was shown before"
    assert Central(bench).hello().result == ids.RESULT_OK


def test_a_private_address_changes_when_advertising_begins_anew_and_not_before():
    radio = chip.new_radio()
    ble = BLE()
    ble.active(True)
    ble.config(addr_mode=2)
    seen = []
    for pause_s in (0, 10, 889, 2, 10000):
        chip.advance(pause_s * 1000000)
        seen.append(radio.addresses)
        ble.gap_advertise(None)
        ble.gap_advertise(100000, b"x")
    assert seen == [0, 1, 1, 1, 2], (
        "the fourth start came after 901 s; 10000 s without a start changed nothing"
    )
    assert radio.addresses == 3


# Connections


def test_a_disconnection_that_was_never_told_does_not_keep_the_place():
    bench = Workbench()
    host = Central(bench)
    host.hello()
    host.ask(ids.OP_STREAM, 1)
    bench.insole.modes.set(ids.MODE_LIVE)
    bench.ble.connections.discard(1)
    for _ in range(20):
        bench.slots(10)
    assert bench.radio.connections() == 1
    bench.firmware.housekeeping.round()
    bench.radio.serve()
    assert bench.radio.links[0].state == CLOSED and bench.radio._sessions[0].streaming is False


def test_a_peer_that_takes_nothing_for_a_minute_is_sent_away_and_if_nothing_tells_so_the_radio_starts_anew():
    for reported in (True, False):
        bench = Workbench()
        host = Central(bench)
        host.hello()
        host.ask(ids.OP_STREAM, 1)
        bench.insole.modes.set(ids.MODE_LIVE)
        bench.slots(20)
        bench.air.room = 0
        bench.slots(50)
        for _ in range(STUCK_ROUNDS - 1):
            bench.radio.check()
        assert bench.air.disconnected == []
        bench.radio.check()
        assert bench.air.disconnected == [1]
        if reported:
            host.drop()
        for _ in range(20):
            bench.radio.check()
            bench.radio.serve()
        assert bench.radio.restarts == (0 if reported else 1)
        bench.air.room = 1000
        assert Central(bench, 2).hello().result == ids.RESULT_OK
        assert bench.radio.is_well()


def test_the_watchdog_hears_of_a_radio_whose_task_or_restarts_do_not_help():
    bench = Workbench()
    for _ in range(100):
        bench.radio.check()
        bench.radio.serve()
        assert bench.radio.is_well()
    for _ in range(TURNS_OWED + 1):
        assert bench.radio.is_well()
        bench.radio.check()
    assert not bench.radio.is_well(), "the task does not come to its turn"
    bench.radio.serve()
    assert bench.radio.is_well()
    bench.ble.gap_advertise = raising(OSError(EALREADY))
    bench.radio.show(500, ids.SIDE_LEFT, 0x08, 50)
    for _ in range(2 * ADVERTISING_TRIES + 1):
        bench.radio.serve()
        bench.radio.check()
    assert bench.radio.restarts == 2 and not bench.radio.is_well()


def test_a_peer_that_leaves_while_it_is_sent_away_ends_no_task():
    bench = Workbench()
    Central(bench, 1), Central(bench, 2)
    bench.air.emit(CENTRAL_CONNECT, (3, 0, ADDRESS))
    bench.ble.gap_disconnect = raising(OSError(EALREADY))
    bench.radio.serve()
    assert bench.radio._refused < 0 and bench.radio.connections() == 2
    assert bench.radio.is_well() and not bench.radio.handler_errors


# Buffers


def test_with_no_buffer_left_a_request_is_not_answered():
    bench = Workbench()
    Central(bench)
    bench.air.pool = RadioBuffers(1, 4)
    for _ in range(3):
        bench.ble.gatts_notify(1, 13, bytes(100))
    before = bench.radio.overflowed
    assert bench.air.write_from_central(1, bench.radio.services.control, b"\xc0\x03\x01") is False
    assert bench.radio._inbox.take() is None and bench.radio.overflowed == before


def test_commands_are_answered_under_full_load():
    """Live records of noise and a log transfer without end; 6 packets each 30 ms, as a usual host takes."""
    bench = Workbench()
    bench.slots(100, transmit=False)
    link = BusyLink(bench)
    link.run(9000)
    assert link.percentile(0.99) <= 150, "while the pace rises"
    link.round_trips_ms.clear()
    link.log_bytes = 0
    link.run(5000)
    assert link.lost == 0, "each found a buffer for its answer"
    assert len(link.round_trips_ms) > 25
    assert link.percentile(0.5) == 30 and link.percentile(0.99) <= 90
    assert link.log_bytes > 28000 * 5, "the log goes on all the same"
    session = bench.radio._sessions[0]
    assert session.refusals == 0 and session.records_dropped == 0
    assert link.fullest <= WINDOW + REPLIES_BEYOND, "on their way at once"


def test_a_slow_air_is_found_out_and_left_some_room():
    """Two packets in 30 ms: the stack refuses a few times, then the pace fits."""
    bench = Workbench()
    bench.slots(100, transmit=False)
    link = BusyLink(bench, per_event=2)
    link.run(12000)
    session = bench.radio._sessions[0]
    refusals = session.refusals
    assert 1 <= refusals <= 6, refusals
    lost = link.lost
    link.round_trips_ms.clear()
    link.run(6000)
    assert (session.refusals, link.lost) == (refusals, lost)
    assert link.percentile(0.99) <= 400


# Commands of any length


def test_the_longest_command_comes_in_one_value_and_one_byte_more_is_refused():
    bench = Workbench()
    host = Central(bench, mtu=247)
    host.hello()
    control = bench.radio.services.control
    for length, count in ((242, 1), (243, 2)):
        value = bytes((0xC0 | count,)) + bytes((ids.OP_SET_SETTING, 70 + count)) + bytes(length - 2)
        bench.air.write_from_central(1, control, value)
        bench.radio.serve()
        ((_, reply),) = host.receive()
        reply = parse_reply(reply)
        assert (reply.op, reply.tag) == (ids.OP_SET_SETTING, 70 + count), length
        assert reply.result == ids.RESULT_LENGTH, length
    assert bench.radio.links[0].malformed() == 1, "too long, and counted"
    assert bench.radio.overflowed == 0


def test_a_command_that_is_too_long_in_pieces_is_refused_once():
    bench = Workbench()
    host = Central(bench, mtu=23)
    host.hello()
    host.write(bytes((ids.OP_STATUS, 99)) + bytes(200))
    ((_, reply),) = host.receive()
    reply = parse_reply(reply)
    assert (reply.op, reply.tag, reply.result) == (ids.OP_STATUS, 99, ids.RESULT_LENGTH)
    assert host.ask(ids.OP_STATUS).result == ids.RESULT_OK
