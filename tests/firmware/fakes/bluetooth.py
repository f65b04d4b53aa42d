"""`bluetooth` for tests: notes what the firmware does; a test plays the central by its event handler."""

import errno

CENTRAL_CONNECT, CENTRAL_DISCONNECT, GATTS_WRITE, MTU_EXCHANGED, ENCRYPTION_UPDATE = 1, 2, 3, 21, 28


class UUID:
    def __init__(self, value):
        self.value = value


class BLE:
    """The radio.

    Attributes:
        room: notifications that the stack takes before ENOMEM.
        sent: (connection, handle, bytes) of each, as long as `keep`.
        notified: how many.
    """

    def __init__(self):
        self.room = 1 << 20
        self.notified = 0
        self.keep = True
        self.sent = []
        self.values = {}
        self.buffers = {}
        self.options = {}
        self.advertising = None
        self.disconnected = []
        self.updates = []
        self.handler = None
        self.on = False

    def irq(self, handler):
        self.handler = handler

    def active(self, on):
        self.on = on

    def config(self, **options):
        self.options.update(options)

    def gatts_register_services(self, services):
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

    def gatts_set_buffer(self, handle, length, append=False):
        self.buffers[handle] = length

    def gatts_read(self, handle):
        return self.values[handle]

    def gatts_write(self, handle, data, send_update=False):
        self.values[handle] = bytes(data)
        if send_update and self.keep:
            self.updates.append((handle, bytes(data)))

    def gatts_notify(self, connection, handle, data=None):
        if self.room <= 0:
            raise OSError(errno.ENOMEM)
        self.room -= 1
        self.notified += 1
        if self.keep:
            self.sent.append((connection, handle, bytes(data)))

    def gap_advertise(self, interval_us, adv_data=None, resp_data=None, connectable=True):
        self.advertising = (interval_us, adv_data, resp_data)

    def gap_disconnect(self, connection):
        self.disconnected.append(connection)

    def write_from_central(self, connection, handle, data):
        """A peer writes a characteristic."""
        self.values[handle] = bytes(data)[: self.buffers.get(handle, 20)]
        self.handler(GATTS_WRITE, (connection, handle))
