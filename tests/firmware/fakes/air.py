"""The tests' radio: lists what the firmware does; a test plays the central."""

import errno

from sim.chip.bluetooth import GATTS_WRITE


class Hung(Exception):
    """The radio's host task would never end; on the chip the watchdog ends it."""


class Air:
    """Attributes:
    room: notifications that the stack takes before ENOMEM.
    sent: (connection, handle, bytes) of each, as long as `keep`.
    notified: how many.
    updates: (handle, bytes) that were offered to every peer.
    advertising: (interval in us, data, response), None when it is not.
    definition: the services as they were registered.
    disconnected: connections that the firmware has ended.
    pool: `RadioBuffers`, for a test that wants them; `room` is beside it.
    unanswered: requests of peers that found no buffer for their answer.
    failures: what the firmware's event handler has raised, when `keep_failures`; else it is raised here.
    addresses: how many private addresses were shown.
    """

    def __init__(self):
        self.ble = None
        self.on = False
        self.room = 1 << 20
        self.notified = 0
        self.keep = True
        self.sent = []
        self.updates = []
        self.options = {}
        self.advertising = None
        self.definition = None
        self.disconnected = []
        self.pool = None
        self.unanswered = 0
        self.keep_failures = False
        self.failures = []
        self.addresses = 0

    @property
    def values(self):
        """What peers read, by handle."""
        return self.ble.attributes.values

    @property
    def buffers(self):
        """Lengths that the firmware has asked for, by handle."""
        return self.ble.attributes.limits

    @property
    def handler(self):
        """The firmware's event handler, None when it has taken it back."""
        return self.ble._irq

    def emit(self, event, arguments):
        """An event for the firmware; what its handler answers."""
        return self.ble.deliver(event, arguments)

    def write_from_central(self, connection, handle, data):
        """A peer writes a characteristic: whether it is answered."""
        if self.pool and not self.pool.can_answer():
            self.unanswered += 1
            return False
        self.ble.attributes.write_remote(handle, bytes(data))
        self.emit(GATTS_WRITE, (connection, handle))
        return True

    # What the chip asks for

    def power_on(self, ble):
        self.ble = ble
        self.on = True

    def power_off(self):
        self.on = False

    def failed(self, error):
        if not self.keep_failures:
            raise error
        self.failures.append(error)

    def hang(self, why):
        raise Hung(why)

    def new_address(self):
        self.addresses += 1

    def configure(self, options):
        self.options.update(options)

    def mac(self):
        return (0, b"\x24\x6f\x28\x7a\x3f\x01")

    def register(self, services):
        self.definition = services
        handles = []
        number = 10
        for _, characteristics in services:
            group = []
            for _ in characteristics:
                number += 3
                group.append(number)
            handles.append(tuple(group))
        return tuple(handles)

    def advertise(self, interval_us, data, response, connectable):
        self.advertising = None if interval_us is None else (interval_us, data, response)

    def disconnect(self, connection):
        self.disconnected.append(connection)

    def pair(self, connection):
        """Nothing pairs here."""

    def update(self, handle, data):
        if self.keep:
            self.updates.append((handle, data))

    def notify(self, connection, handle, data):
        if self.room <= 0 or (self.pool and not self.pool.take(len(data))):
            raise OSError(errno.ENOMEM)
        self.room -= 1
        self.notified += 1
        if self.keep:
            self.sent.append((connection, handle, bytes(data)))
