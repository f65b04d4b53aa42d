"""The twin's radio: the chip's end of the socket to the virtual air.

What waits for the air takes buffers (`sim.chip.radio_buffers`), which come back when its packets went over
the air.
"""

import binascii
import errno
import json
import select as _select
import struct
import sys
import time

from sim import interrupts, settings, waiting
from sim.chip import behaviour
from sim.chip.bluetooth import CENTRAL_CONNECT, CENTRAL_DISCONNECT, GATTS_READ_REQUEST, GATTS_WRITE
from sim.chip.bluetooth import GET_SECRET, SET_SECRET
from sim.chip.radio_buffers import RadioBuffers
from sim.radio_socket import ANSWER, ASK, CALL, EVENT, FREED, NOTIFY, REPLY, WRITTEN, RadioSocket

_ASK_READ, _ASK_GET_SECRET, _ASK_SET_SECRET, _ASK_PAIRING = 1, 2, 3, 4
_SHARED = ("ble_mbufs", "ble_key_authenticated")  # behaviours that the air has to know
_ADDRESS_EVENTS = (CENTRAL_CONNECT, CENTRAL_DISCONNECT)

_ble = None  # the firmware's side, as long as the radio has power
_socket = None
_poller = None
_buffers = None
_busy = False
_held = []


def _hex(data):
    return None if data is None else binascii.hexlify(bytes(data)).decode()


def power_on(ble):
    """Meet the virtual air. OSError(ENODEV) when it is not there."""
    global _ble, _socket, _poller, _buffers
    radio = settings.values["radio"]
    try:
        _socket = RadioSocket(radio["host"], radio["port"])
    except OSError:
        raise OSError(errno.ENODEV) from None
    _ble = ble
    _poller = _select.poll()
    _poller.register(_socket.stream, _select.POLLIN)
    _poller.register(interrupts.wake_in, _select.POLLIN)
    shared = {name: behaviour.value(name) for name in _SHARED}
    hello = _call(
        "hello", side=radio["side"], address=radio["address"], token=radio["token"], behaviour=shared
    )
    _buffers = RadioBuffers(hello["buffers"], behaviour.value("ble_mbufs"))
    interrupts.watch(_socket.stream, _receive)


def power_off():
    """Leave the air."""
    global _socket
    interrupts.unwatch(_socket.stream)
    _socket.close()
    _socket = None
    _held.clear()


def configure(options):
    _call("config", options=options)


def mac():
    kind, address = _call("mac")
    return (kind, binascii.unhexlify(address))


def failed(error):
    """The firmware's event handler has raised."""
    print("Unhandled exception in IRQ callback handler")
    sys.print_exception(error)


def hang(why):
    """Only the watchdog ends this: the radio's task goes before the interpreter's, on the same core."""
    print("the radio's host task hangs:", why)
    interrupts.mask(True)
    while True:
        time.sleep_ms(100)


def new_address():
    _call("address")


# The air's requests and events


def _call(name, **arguments):
    """Ask the radio and wait; what else arrives meanwhile is handled afterwards."""
    global _busy
    if _socket is None:
        raise OSError(errno.ENODEV)
    arguments["call"] = name
    outer, _busy = _busy, True
    try:
        _socket.send(CALL, json.dumps(arguments).encode())
        while True:
            frame = _socket.receive()
            if frame is None:
                waiting.wait_readable(_poller, 100)
                interrupts.serve_while_waiting()
            elif frame[0] == REPLY:
                reply = json.loads(frame[1])
                break
            else:
                _held.append(frame)
    finally:
        _busy = outer
    if not outer and (_held or _socket.has_more()):
        interrupts.call_again()  # came together with the reply: the stream need not become readable again
    if "error" in reply:
        raise OSError(reply["error"])
    return reply.get("result")


def _receive():
    """Handle everything that has arrived."""
    global _busy
    if _busy or _socket is None:
        return
    _busy = True
    try:
        while _socket is not None:
            frame = _held.pop(0) if _held else _socket.receive()
            if frame is None:
                break
            _handle(frame[0], frame[1])
    except OSError as error:
        if error.errno != errno.ENODEV:
            raise
        power_off()
        _ble.gone()
    finally:
        _busy = False


def _handle(kind, payload):
    if kind == FREED:
        for _ in range(payload[0]):
            _buffers.sent()
    elif kind == WRITTEN:
        connection, handle = struct.unpack_from(">HH", payload)
        _ble.attributes.write_remote(handle, payload[4:])
        _ble.deliver(GATTS_WRITE, (connection, handle))
    elif kind == EVENT:
        event, arguments = json.loads(payload)
        if event in _ADDRESS_EVENTS:
            arguments[2] = binascii.unhexlify(arguments[2])
        _ble.deliver(event, tuple(arguments))
    elif kind == ASK:
        question, subject = struct.unpack_from(">HB", payload)
        status, answer = _answer(subject, payload[3:])
        _socket.send(ANSWER, struct.pack(">HB", question, status) + answer)


def _answer(subject, payload):
    """Status (0: fine) and payload for a question of the radio."""
    if subject == _ASK_READ:
        connection, handle = struct.unpack_from(">HH", payload)
        refused = _ble.deliver(GATTS_READ_REQUEST, (connection, handle))
        return refused or 0, _ble.attributes.read(handle)
    if subject == _ASK_GET_SECRET:
        kind, index, has_key = struct.unpack_from("BBB", payload)
        found = _ble.deliver(GET_SECRET, (kind, index, payload[3:] if has_key else None))
        return (0, bytes(found)) if found else (1, b"")
    if subject == _ASK_PAIRING:
        _ble.pairing_begins(payload)
        return 0, b""
    kind, key_length, has_value = struct.unpack_from("BBB", payload)
    key = payload[3 : 3 + key_length]
    value = payload[3 + key_length :] if has_value else None
    stored = _ble.store_secret(kind, key, value) if value else _ble.deliver(SET_SECRET, (kind, key, None))
    return (0 if stored else 1), b""


# What the chip asks for


def advertise(interval_us, data, response, connectable):
    _call(
        "advertise",
        interval_us=interval_us,
        data=_hex(data),
        response=_hex(response),
        connectable=connectable,
    )


def disconnect(connection):
    return _call("disconnect", connection=connection)


def pair(connection):
    _call("pair", connection=connection)


def register(services):
    description = []
    for service in services:
        characteristics = []
        for entry in service[1]:
            descriptors = [(d[0].hex(), d[1]) for d in (entry[2] if len(entry) > 2 else ())]
            characteristics.append((entry[0].hex(), entry[1], descriptors))
        description.append((service[0].hex(), characteristics))
    return tuple(tuple(group) for group in _call("register", services=description))


def update(handle, data):
    _call("update", handle=handle, value=_hex(data))


def notify(connection, handle, data):
    if not _buffers.take(len(data)):
        raise OSError(errno.ENOMEM)
    _socket.send(NOTIFY, struct.pack(">HH", connection, handle) + data)


def indicate(connection, handle, data):
    _call("indicate", connection=connection, handle=handle, value=_hex(data))
