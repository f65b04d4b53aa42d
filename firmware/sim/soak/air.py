"""Stand-in for `bluetooth`: notifications wait in a few buffers for the next connection event, which takes
them over."""

import errno

import timeline
import wire

_CONNECT, _DISCONNECT, _WRITE, _MTU, _UPDATE, _ENCRYPTION = 1, 2, 3, 21, 27, 28
_FOREVER = 1 << 60


class UUID:
    def __init__(self, value):
        self.value = value


class BLE:
    """The controller: one central at a time, at intervals of `interval_us` from `phase_us` on."""

    _only = None

    def __new__(cls):
        if BLE._only is None:
            BLE._only = object.__new__(cls)
        return BLE._only

    def __init__(self):
        self.next_us = _FOREVER
        self._irq = None
        self._values = {}
        self._waiting = []
        self._connection = None
        self._silent = False
        self._interval_us = wire.settings["interval_us"]
        self._phase_us = wire.settings["phase_us"]
        self._buffers = wire.settings["buffers"]
        self._per_event = wire.settings["per_event"]
        timeline.radio = self
        timeline.obey.update(
            {
                "connect": self._connect,
                "disconnect": self._disconnect,
                "write": self._write,
                "hold": self._hold,
            }
        )

    def irq(self, handler):
        self._irq = handler

    def active(self, on=None):
        return True

    def config(self, name=None, **options):
        return None

    def gatts_register_services(self, services):
        handle = 10
        groups = []
        for _, characteristics in services:
            group = []
            for _ in characteristics:
                handle += 3
                group.append(handle)
            groups.append(tuple(group))
        self._first = groups[0][0]
        self._control = groups[0][1]
        return tuple(groups)

    def gatts_set_buffer(self, handle, length, append=False):
        pass

    def gatts_write(self, handle, data, send_update=False):
        self._values[handle] = bytes(data)

    def gatts_read(self, handle):
        return self._values.get(handle, b"")

    def gatts_notify(self, connection, handle, data):
        if connection != self._connection:
            raise OSError(errno.ENOTCONN)
        if len(self._waiting) >= self._buffers:
            raise OSError(errno.ENOMEM)
        self._waiting.append(bytes((handle - self._first,)) + bytes(data))

    def gap_advertise(self, interval_us, adv_data=None, *, resp_data=None, connectable=True):
        pass

    def gap_disconnect(self, connection):
        self._gone()

    # The air

    def event(self):
        """A connection event: so many notifications go over. How many did."""
        now = timeline.true_us()
        self.next_us += self._interval_us
        count = 0 if self._silent else min(self._per_event, len(self._waiting))
        for _ in range(count):
            wire.tell(110, now, self._waiting.pop(0))
        return count

    def _connect(self, words):
        if self._connection is not None:
            self._gone()
        self._connection = int(words[1])
        self._silent = False
        interval = self._interval_us
        now = timeline.true_us()
        self.next_us = now + interval - (now - self._phase_us) % interval
        self._irq(_CONNECT, (self._connection, 0, b""))
        self._irq(_MTU, (self._connection, 247))
        self._irq(_ENCRYPTION, (self._connection, True, False, True, 16))

    def _disconnect(self, words):
        if self._connection == int(words[1]):
            self._gone()

    def _hold(self, words):
        """The central is out of reach; nobody has noticed yet."""
        self._silent = True

    def _gone(self):
        if self._connection is None:
            return
        connection, self._connection = self._connection, None
        self._waiting.clear()
        self.next_us = _FOREVER
        self._irq(_DISCONNECT, (connection, 0, b""))

    def _write(self, words):
        if self._connection is None or self._connection != int(words[1]) or self._silent:
            return
        self._values[self._control] = bytes.fromhex(words[2])
        self._irq(_WRITE, (self._connection, self._control))
