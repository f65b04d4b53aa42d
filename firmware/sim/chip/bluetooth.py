"""`bluetooth`, peripheral role, as MicroPython's on NimBLE; where a packet goes is the radio's matter.

Values of attributes live here, as on the chip: the radio asks for them. `hardware.radio` is one of
`sim.socket_radio` (the twin: over a socket to the virtual air), `sim/soak/air.py` (connection events in
turned time) and `tests/firmware/fakes/air.py` (a test plays the central). It has

    power_on(ble), power_off()      OSError(ENODEV) when there is no radio
    configure(options), mac()
    advertise(interval_us, data, response, connectable), disconnect(connection), pair(connection)
    register(services)              handles of the values, a tuple for each service
    notify(connection, handle, data), indicate(connection, handle, data), update(handle, data)
                                    OSError(ENOMEM) when no buffer is free
    failed(error)                   the firmware's event handler has raised
    hang(why)                       the radio's host task runs round and round: nothing else of the chip does
    new_address()                   the next advertising shows another private address

and calls `deliver` for events and `attributes` for what peers read and write.
"""

import binascii
import errno
import os

from sim.chip import behaviour, hardware

FLAG_BROADCAST, FLAG_READ, FLAG_WRITE_NO_RESPONSE, FLAG_WRITE = 1, 2, 4, 8
FLAG_NOTIFY, FLAG_INDICATE, FLAG_AUTHENTICATED_SIGNED_WRITE = 16, 32, 64
FLAG_AUX_WRITE, FLAG_READ_ENCRYPTED, FLAG_READ_AUTHENTICATED, FLAG_READ_AUTHORIZED = (
    0x100,
    0x200,
    0x400,
    0x800,
)
FLAG_WRITE_ENCRYPTED, FLAG_WRITE_AUTHENTICATED, FLAG_WRITE_AUTHORIZED = 0x1000, 0x2000, 0x4000


CENTRAL_CONNECT, CENTRAL_DISCONNECT, GATTS_WRITE, GATTS_READ_REQUEST = 1, 2, 3, 4
MTU_EXCHANGED, CONNECTION_UPDATE, ENCRYPTION_UPDATE, GET_SECRET, SET_SECRET = 21, 27, 28, 29, 30

OUR_SECRET, PEER_SECRET = 1, 2
_EALREADY = 120  # MicroPython's `errno` does not have it
_NO_CONNECTION = 0xFFFF
_PRIVATE_ADDRESSES = (2, 3)  # values of addr_mode
_OUR_IRK = 10  # a secret that is the radio's own: what its private addresses are made of
_IRK_KEY = b"irk"
_IRK_BYTES = 16
_ROUNDS = 100  # of a loop in NimBLE's host task that would go on for ever

_DEFAULT_LENGTH = 20  # of an attribute's value until the firmware asks for more
_ADVERTISING_BYTES = 31


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

    def hex(self):
        """The digits, most significant first."""
        return binascii.hexlify(bytes(reversed(self._bytes))).decode()

    def __repr__(self):
        text = self.hex()
        if len(text) < 32:
            return "UUID(0x%s)" % text
        return "UUID('%s-%s-%s-%s-%s')" % (text[:8], text[8:12], text[12:16], text[16:20], text[20:])


def _hex(data):
    return None if data is None else binascii.hexlify(bytes(data)).decode()


class Attributes:
    """Values of the attribute table with their limits: `values`, `limits` (as asked for) by handle."""

    def __init__(self):
        self.values = {}
        self.limits = {}
        self._grown = {}
        self._appending = set()

    def set_buffer(self, handle, length, append):
        self.limits[handle] = length
        if append:
            self._appending.add(handle)
        else:
            self._appending.discard(handle)

    def read_local(self, handle):
        """What the firmware reads; a value that is appended to is empty afterwards."""
        value = self.read(handle)
        if handle in self._appending:
            self.values[handle] = b""
        return value

    def read(self, handle):
        return self.values.get(handle, b"")

    def write_local(self, handle, data):
        self.values[handle] = data
        if len(data) > self._limit(handle):
            self._grown[handle] = len(data)

    def write_remote(self, handle, data):
        """A peer writes; what is beyond the limit is cut off."""
        if handle in self._appending:
            data = self.read(handle) + data
        self.values[handle] = data[: self._limit(handle)]

    def _limit(self, handle):
        return max(self.limits.get(handle, _DEFAULT_LENGTH), self._grown.get(handle, 0))


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
        self._on = False
        self._irq = None
        self._radio = hardware.radio
        self.attributes = Attributes()
        self.connections = set()
        self._options = {"gap_name": "MPY ESP32", "rxbuf": 256}
        self._starts = 0  # of advertising since one was refused
        self._connects = 0
        self._address_us = None  # when the address that is shown was made

    # State

    def active(self, on=None):
        if on and not self._on:
            self._radio.power_on(self)
            self._on = True
            self._radio.configure(self._options)
        elif on is not None and not on and self._on:
            self._radio.power_off()
            self.gone()
        return self._on

    def gone(self):
        """The radio has lost its power."""
        self._on = False
        self.connections.clear()
        self.attributes = Attributes()
        self._address_us = None
        self._options.pop("irk", None)

    def irq(self, handler):
        self._irq = handler

    def config(self, name=None, **options):
        if name == "mac":
            return self._radio.mac()
        no_ring_buffer = behaviour.value("ble_rxbuf_refused")
        if no_ring_buffer and (name == "rxbuf" or "rxbuf" in options):
            raise ValueError("unknown config param")
        if name is not None:
            return self._options[name]
        for key in options:
            if key == "gap_name" and not isinstance(options[key], str):
                options[key] = bytes(options[key]).decode()
        if self._on and options.get("addr_mode") in _PRIVATE_ADDRESSES and "irk" not in self._options:
            options["irk"] = binascii.hexlify(self._identity_key()).decode()
        self._options.update(options)
        if self._on:
            self._radio.configure(options)
        return None

    def _identity_key(self):
        """What private addresses are made of: kept by the firmware. On the chip it is asked for whenever the
        radio is switched on; here as soon as there are such addresses."""
        stored = self.deliver(GET_SECRET, (_OUR_IRK, 0, _IRK_KEY))
        if stored is not None and len(stored) == _IRK_BYTES:
            return bytes(stored)
        made = os.urandom(_IRK_BYTES)
        return made if self.deliver(SET_SECRET, (_OUR_IRK, _IRK_KEY, made)) else bytes(_IRK_BYTES)

    def deliver(self, event, arguments):
        """An event of the radio: what the firmware's handler returns."""
        if event == CENTRAL_CONNECT:
            self._connects += 1
            one_in = behaviour.value("ble_failed_connections")
            if one_in and self._connects % one_in == 0:
                self._radio.disconnect(arguments[0])
                return self.deliver(CENTRAL_DISCONNECT, (_NO_CONNECTION, 0xFF, bytes(6)))
            self.connections.add(arguments[0])
        elif event == CENTRAL_DISCONNECT:
            self.connections.discard(arguments[0])
        if self._irq is None:
            return None
        try:
            return self._irq(event, arguments)
        except Exception as error:
            self._radio.failed(error)
            if behaviour.value("ble_handler_lost"):
                self._irq = None
        return None

    # What NimBLE does with the firmware's secrets

    def pairing_begins(self, key):
        """A peer asks to pair: what is known of it is deleted before anything is proved, until it is gone."""
        if not behaviour.value("ble_repeat_pairing"):
            return
        for _ in range(_ROUNDS):
            if self.deliver(GET_SECRET, (PEER_SECRET, 0, key)) is None:
                return
            self._delete_bond(key)
        self._radio.hang("the old bond of a peer that pairs anew cannot be deleted")

    def store_secret(self, kind, key, value):
        """A new secret: as long as the firmware refuses it, the oldest bond goes. Whether it was stored."""
        for _ in range(_ROUNDS):
            if self.deliver(SET_SECRET, (kind, key, value)):
                return True
            oldest = self.deliver(GET_SECRET, (PEER_SECRET, 0, None))
            if oldest is None or not behaviour.value("ble_store_retried"):
                return False
            self._delete_bond(bytes(oldest[:7]))  # NimBLE's secrets begin with the peer's address
        self._radio.hang("a new secret is refused, and no old one can be deleted")
        return False

    def _delete_bond(self, key):
        self.deliver(SET_SECRET, (OUR_SECRET, key, None))
        self.deliver(SET_SECRET, (PEER_SECRET, key, None))

    def _needs_power(self):
        if not self._on:
            raise OSError(errno.ENODEV)

    def _needs_connection(self, connection):
        self._needs_power()
        if connection not in self.connections:
            raise OSError(errno.ENOTCONN)

    # GAP

    def gap_advertise(self, interval_us, adv_data=None, *, resp_data=None, connectable=True):
        self._needs_power()
        for data in (adv_data, resp_data):
            if data is not None and len(data) > _ADVERTISING_BYTES:
                raise OSError(errno.EINVAL)
        if interval_us is not None:
            self._starting_to_advertise()
        self._radio.advertise(interval_us, adv_data, resp_data, connectable)

    def _starting_to_advertise(self):
        before_one_fails = behaviour.value("ble_advertise_refused")
        if before_one_fails and self._starts >= before_one_fails:
            self._starts = 0
            raise OSError(_EALREADY)
        self._starts += 1
        if self._options.get("addr_mode") in _PRIVATE_ADDRESSES:
            now = hardware.clock.device_us()
            if self._address_us is None or now - self._address_us >= behaviour.value("ble_rpa_s") * 1000000:
                self._address_us = now
                self._radio.new_address()

    def gap_disconnect(self, connection):
        self._needs_power()
        return self._radio.disconnect(connection)

    def gap_pair(self, connection):
        self._needs_power()
        self._radio.pair(connection)

    # GATT server

    def gatts_register_services(self, services):
        self._needs_power()
        return self._radio.register(services)

    def gatts_read(self, handle):
        return self.attributes.read_local(handle)

    def gatts_write(self, handle, data, send_update=False):
        self._needs_power()
        data = bytes(data)
        self.attributes.write_local(handle, data)
        if send_update:
            self._radio.update(handle, data)

    def gatts_set_buffer(self, handle, length, append=False):
        self.attributes.set_buffer(handle, length, append)

    def gatts_notify(self, connection, handle, data=None):
        self._needs_connection(connection)
        self._radio.notify(connection, handle, self.attributes.read(handle) if data is None else data)

    def gatts_indicate(self, connection, handle, data=None):
        self._needs_connection(connection)
        self._radio.indicate(connection, handle, self.attributes.read(handle) if data is None else data)
