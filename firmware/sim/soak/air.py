"""The soak's radio: notifications wait in buffers (`sim.chip.radio_buffers`) for the next connection event.

One central at a time, at intervals of `interval_us` from `phase_us` on.
"""

import errno

import timeline
import wire
from sim.chip import behaviour
from sim.chip.bluetooth import (
    CENTRAL_CONNECT,
    CENTRAL_DISCONNECT,
    ENCRYPTION_UPDATE,
    GATTS_WRITE,
    MTU_EXCHANGED,
)
from sim.chip.radio_buffers import RadioBuffers

_FOREVER = 1 << 60
_interval_us = wire.settings["interval_us"]
_phase_us = wire.settings["phase_us"]
_per_event = wire.settings["per_event"]

next_us = _FOREVER  # the next connection event
_ble = None
_first = _control = 0  # handles of the first characteristic and of the commands
_waiting = []
_buffers = None
_connection = None
_wanted = None  # the fields of a `connect` that came before the firmware advertised
_silent = False


def power_on(ble):
    global _ble, _buffers
    _ble = ble
    _buffers = RadioBuffers(wire.settings["buffers"], behaviour.value("ble_mbufs"))


def power_off():
    _gone()


def configure(options):
    """Names and buffers change nothing here."""


def mac():
    return (0, bytes(6))


def failed(error):
    raise error


def hang(why):
    raise RuntimeError(why)


def new_address():
    """The host knows the insole whatever its address."""


def register(services):
    """Handles as NimBLE counts them: three for each characteristic."""
    global _first, _control
    handle = 10
    groups = []
    for _, characteristics in services:
        group = []
        for _ in characteristics:
            handle += 3
            group.append(handle)
        groups.append(tuple(group))
    _first, _control = groups[0][0], groups[0][1]
    return tuple(groups)


def advertise(interval_us, data, response, connectable):
    """The host knows the insole; one that wants to connect was waiting for this."""
    global _wanted
    if _wanted:
        fields, _wanted = _wanted, None
        connect(fields)


def disconnect(connection):
    """The firmware, or the chip, ends a connection; its host finds out by the silence."""
    if connection is None or connection != _connection:
        return False
    _gone()
    return True


def pair(connection):
    """Every connection is encrypted from its first moment on."""


def update(handle, data):
    """Nobody reads the standard services."""


def notify(connection, handle, data):
    if not _buffers.take(len(data)):
        raise OSError(errno.ENOMEM)
    _waiting.append(bytes((handle - _first,)) + bytes(data))


# The air


def event():
    """A connection event: so many notifications go over. How many did."""
    global next_us
    now = timeline.true_us()
    next_us += _interval_us
    count = 0 if _silent else min(_per_event, len(_waiting))
    for _ in range(count):
        wire.tell(110, now, _waiting.pop(0))
        _buffers.sent()
    return count


def connect(fields):
    """A central connects: `connect N`."""
    global _connection, _silent, next_us, _wanted
    if not _first:
        _wanted = fields  # the firmware is still starting: nothing advertises
        return
    if _connection is not None:
        _gone()
    _connection = int(fields[1])
    _silent = False
    now = timeline.true_us()
    next_us = now + _interval_us - (now - _phase_us) % _interval_us
    _ble.deliver(CENTRAL_CONNECT, (_connection, 0, b""))
    if _connection is None:
        return  # it failed to be established
    _ble.deliver(MTU_EXCHANGED, (_connection, 247))
    _ble.deliver(ENCRYPTION_UPDATE, (_connection, True, False, True, 16))


def disconnect_by_host(fields):
    """`disconnect N`."""
    global _wanted
    _wanted = None
    if _connection == int(fields[1]):
        _gone()


def hold(fields):
    """The central is out of reach; nobody has noticed yet."""
    global _silent
    _silent = True


def write(fields):
    """`write N HEX`: to the control characteristic; lost when there is no buffer for its answer."""
    if _connection is None or _connection != int(fields[1]) or _silent or not _buffers.can_answer():
        return
    _ble.attributes.write_remote(_control, bytes.fromhex(fields[2]))
    _ble.deliver(GATTS_WRITE, (_connection, _control))


def _gone():
    global _connection, next_us
    if _connection is None:
        return
    connection, _connection = _connection, None
    _waiting.clear()
    _buffers.clear()
    next_us = _FOREVER
    _ble.deliver(CENTRAL_DISCONNECT, (connection, 0, b""))
