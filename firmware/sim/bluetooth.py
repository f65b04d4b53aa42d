"""Stand-in for `bluetooth`, peripheral role, over the virtual radio; behaves as MicroPython's on NimBLE does.

Values of attributes live here, in the board, as on the chip: the radio asks for them. Notifications take one
of a fixed number of buffers and raise ENOMEM when none is free; a buffer comes back when its packet went over
the air.
"""

import binascii
import errno
import json
import select as _select
import struct
import sys

from sim import interrupts, settings, waiting
from sim.radio_socket import ANSWER, ASK, CALL, EVENT, FREED, NOTIFY, REPLY, WRITTEN, RadioSocket

FLAG_BROADCAST, FLAG_READ, FLAG_WRITE_NO_RESPONSE, FLAG_WRITE = 1, 2, 4, 8
FLAG_NOTIFY, FLAG_INDICATE, FLAG_AUTHENTICATED_SIGNED_WRITE = 16, 32, 64
FLAG_AUX_WRITE, FLAG_READ_ENCRYPTED, FLAG_READ_AUTHENTICATED, FLAG_READ_AUTHORIZED = (
    0x100,
    0x200,
    0x400,
    0x800,
)
FLAG_WRITE_ENCRYPTED, FLAG_WRITE_AUTHENTICATED, FLAG_WRITE_AUTHORIZED = 0x1000, 0x2000, 0x4000

_CONNECT, _DISCONNECT, _WRITE, _READ_REQUEST = 1, 2, 3, 4
_INDICATE_DONE, _GET_SECRET, _SET_SECRET = 20, 29, 30
_ASK_READ, _ASK_GET_SECRET, _ASK_SET_SECRET = 1, 2, 3
_DEFAULT_LENGTH = 20  # of an attribute's value until the firmware asks for more
_ADDRESS_EVENTS = (_CONNECT, _DISCONNECT)


class UUID:
    """A 16, 32 or 128 bit UUID; its buffer is little-endian."""

    def __init__(self, value):
        if isinstance(value, UUID):
            value = value._bytes
        elif isinstance(value, int):
            value = value.to_bytes(2, "little")
        elif isinstance(value, str):
            value = bytes(reversed(bytes.fromhex(value.replace("-", ""))))
        self._bytes = bytes(value)
        if len(self._bytes) not in (2, 4, 16):
            raise ValueError("invalid UUID")

    def __len__(self):
        return len(self._bytes)

    def __iter__(self):
        return iter(self._bytes)

    def __getitem__(self, index):
        return self._bytes[index]

    def __eq__(self, other):
        return isinstance(other, UUID) and self._bytes == other._bytes

    def __lt__(self, other):
        return self._bytes < other._bytes

    def __hash__(self):
        return hash(self._bytes)

    def _hex(self):
        return binascii.hexlify(bytes(reversed(self._bytes))).decode()

    def __repr__(self):
        text = self._hex()
        if len(text) < 32:
            return "UUID(0x%s)" % text
        return "UUID('%s-%s-%s-%s-%s')" % (text[:8], text[8:12], text[12:16], text[16:20], text[20:])


def _hex(data):
    return None if data is None else binascii.hexlify(bytes(data)).decode()


class _Attributes:
    """Values of the attribute table with their limits."""

    def __init__(self):
        self._values = {}
        self._limits = {}
        self._appending = set()

    def add(self, handle):
        self._values[handle] = b""
        self._limits[handle] = _DEFAULT_LENGTH

    def set_buffer(self, handle, length, append):
        self._limits[handle] = length
        if append:
            self._appending.add(handle)
        else:
            self._appending.discard(handle)

    def read_local(self, handle):
        value = self._values[handle]
        if handle in self._appending:
            self._values[handle] = b""
        return value

    def read(self, handle):
        return self._values[handle]

    def write_local(self, handle, data):
        data = bytes(data)
        self._values[handle] = data
        if len(data) > self._limits[handle]:
            self._limits[handle] = len(data)

    def write_remote(self, handle, data):
        if handle in self._appending:
            data = self._values[handle] + data
        self._values[handle] = data[: self._limits[handle]]


class BLE:
    """The one radio of the chip."""

    _instance = None

    def __new__(cls):
        if BLE._instance is None:
            BLE._instance = object.__new__(cls)
            BLE._instance._reset()
        return BLE._instance

    def __init__(self):
        pass

    def _reset(self):
        self._socket = None
        self._irq = None
        self._attributes = _Attributes()
        self._connections = set()
        self._buffers = 0
        self._busy = False
        self._held = []
        self._options = {"gap_name": "MPY ESP32", "rxbuf": 256}
        self._header = bytearray(4)

    # State

    def active(self, on=None):
        if on is None:
            return self._socket is not None
        if on and self._socket is None:
            self._power_on()
        elif not on and self._socket is not None:
            self._power_off()
        return self._socket is not None

    def _power_on(self):
        radio = settings.values["radio"]
        try:
            self._socket = RadioSocket(radio["host"], radio["port"])
        except OSError:
            raise OSError(errno.ENODEV) from None
        self._poller = _select.poll()
        self._poller.register(self._socket.stream, _select.POLLIN)
        self._poller.register(interrupts.wake_in, _select.POLLIN)
        hello = self._call("hello", side=radio["side"], address=radio["address"], token=radio["token"])
        self._buffers = hello["buffers"]
        self._call("config", options=self._options)
        interrupts.watch(self._socket.stream, self._pump)

    def _power_off(self):
        interrupts.unwatch(self._socket.stream)
        self._socket.close()
        self._socket = None
        self._connections.clear()
        self._held.clear()
        self._attributes = _Attributes()

    def irq(self, handler):
        self._irq = handler

    def config(self, name=None, **options):
        if name == "mac":
            kind, address = self._call("mac")
            return (kind, binascii.unhexlify(address))
        if name is not None:
            return self._options[name]
        for key in options:
            if key == "gap_name" and not isinstance(options[key], str):
                options[key] = bytes(options[key]).decode()
        self._options.update(options)
        if self._socket is not None:
            self._call("config", options=options)
        return None

    # Radio's requests and events

    def _call(self, name, **arguments):
        """Ask the radio and wait; what else arrives meanwhile is handled afterwards."""
        if self._socket is None:
            raise OSError(errno.ENODEV)
        arguments["call"] = name
        outer, self._busy = self._busy, True
        try:
            self._socket.send(CALL, json.dumps(arguments).encode())
            while True:
                frame = self._socket.receive()
                if frame is None:
                    waiting.wait_readable(self._poller, 100)
                    interrupts.serve_while_waiting()
                elif frame[0] == REPLY:
                    reply = json.loads(frame[1])
                    break
                else:
                    self._held.append(frame)
        finally:
            self._busy = outer
        if not outer and (self._held or self._socket.has_more()):
            interrupts.call_again()  # came together with the reply: the stream need not become readable again
        if "error" in reply:
            raise OSError(reply["error"])
        return reply.get("result")

    def _pump(self):
        """Handle everything that has arrived."""
        if self._busy or self._socket is None:
            return
        self._busy = True
        try:
            while self._socket is not None:
                frame = self._held.pop(0) if self._held else self._socket.receive()
                if frame is None:
                    break
                self._handle(frame[0], frame[1])
        except OSError as error:
            if error.errno != errno.ENODEV:
                raise
            self._power_off()
        finally:
            self._busy = False

    def _handle(self, kind, payload):
        if kind == FREED:
            self._buffers += payload[0]
        elif kind == WRITTEN:
            connection, handle = struct.unpack_from(">HH", payload)
            self._attributes.write_remote(handle, payload[4:])
            self._emit(_WRITE, (connection, handle))
        elif kind == EVENT:
            event, arguments = json.loads(payload)
            if event in _ADDRESS_EVENTS:
                arguments[2] = binascii.unhexlify(arguments[2])
                (self._connections.add if event == _CONNECT else self._connections.discard)(arguments[0])
            self._emit(event, tuple(arguments))
        elif kind == ASK:
            question, subject = struct.unpack_from(">HB", payload)
            status, answer = self._answer(subject, payload[3:])
            self._socket.send(ANSWER, struct.pack(">HB", question, status) + answer)

    def _emit(self, event, arguments):
        if self._irq is None:
            return None
        try:
            return self._irq(event, arguments)
        except Exception as error:
            print("Unhandled exception in IRQ callback handler")
            sys.print_exception(error)
        return None

    def _answer(self, subject, payload):
        """Status (0: fine) and payload for a question of the radio."""
        if subject == _ASK_READ:
            connection, handle = struct.unpack_from(">HH", payload)
            refused = self._emit(_READ_REQUEST, (connection, handle))
            return refused or 0, self._attributes.read(handle)
        if subject == _ASK_GET_SECRET:
            kind, index, has_key = struct.unpack_from("BBB", payload)
            found = self._emit(_GET_SECRET, (kind, index, payload[3:] if has_key else None))
            return (0, bytes(found)) if found else (1, b"")
        kind, key_length, has_value = struct.unpack_from("BBB", payload)
        key = payload[3 : 3 + key_length]
        value = payload[3 + key_length :] if has_value else None
        return (0 if self._emit(_SET_SECRET, (kind, key, value)) else 1), b""

    # GAP

    def gap_advertise(self, interval_us, adv_data=None, *, resp_data=None, connectable=True):
        for data in (adv_data, resp_data):
            if data is not None and len(data) > 31:
                raise OSError(errno.EINVAL)
        self._call(
            "advertise",
            interval_us=interval_us,
            data=_hex(adv_data),
            response=_hex(resp_data),
            connectable=connectable,
        )

    def gap_disconnect(self, connection):
        return self._call("disconnect", connection=connection)

    def gap_pair(self, connection):
        self._call("pair", connection=connection)

    # GATT server

    def gatts_register_services(self, services):
        description = []
        for service in services:
            characteristics = []
            for entry in service[1]:
                descriptors = [(d[0]._hex(), d[1]) for d in (entry[2] if len(entry) > 2 else ())]
                characteristics.append((entry[0]._hex(), entry[1], descriptors))
            description.append((service[0]._hex(), characteristics))
        handles = self._call("register", services=description)
        for group in handles:
            for handle in group:
                self._attributes.add(handle)
        return tuple(tuple(group) for group in handles)

    def gatts_read(self, handle):
        return self._attributes.read_local(handle)

    def gatts_write(self, handle, data, send_update=False):
        if self._socket is None:
            raise OSError(errno.ENODEV)
        self._attributes.write_local(handle, data)
        if send_update:
            self._call("update", handle=handle, value=_hex(data))

    def gatts_set_buffer(self, handle, length, append=False):
        self._attributes.set_buffer(handle, length, append)

    def gatts_notify(self, connection, handle, data=None):
        if self._socket is None:
            raise OSError(errno.ENODEV)
        if connection not in self._connections:
            raise OSError(errno.ENOTCONN)
        if self._buffers <= 0:
            raise OSError(errno.ENOMEM)
        self._buffers -= 1
        if data is None:
            data = self._attributes.read(handle)
        self._socket.send(NOTIFY, struct.pack(">HH", connection, handle) + data)

    def gatts_indicate(self, connection, handle, data=None):
        if connection not in self._connections:
            raise OSError(errno.ENOTCONN)
        value = self._attributes.read(handle) if data is None else data
        self._call("indicate", connection=connection, handle=handle, value=_hex(value))
