"""How many notifications of one connection are on their way at once.

The stack tells nobody when a notification has gone over the air, and when its buffers are used up it can not
answer the peer either: a command is lost unheard. So no more are handed over than a connection event takes,
by the clock; a refusal says that the air is slower than assumed.
"""

from micropython import const
from time import ticks_add, ticks_diff, ticks_us

WINDOW = const(4)  # notifications on their way; phones take four to six in a connection event
REPLIES_BEYOND = const(2)  # more, for replies alone
ASSUMED_INTERVAL_US = const(30000)  # until the central changes it: nothing tells the one it began with
SLOWEST_INTERVAL_US = const(1000000)
QUICKER_AFTER_US = const(10000000)  # so long without a refusal: by an eighth

_POOL = const(12)  # may wait, for all that is known, when the stack refuses
_UNIT_US = const(1250)  # of a connection interval


class Pacer:
    """Attributes: `interval_us`, in which the air is believed to take `WINDOW` notifications."""

    def __init__(self):
        self.restart()

    def restart(self):
        """A new connection."""
        self._least_us = self.interval_us = ASSUMED_INTERVAL_US
        self._on_way = 0
        self._since = self._slowed = ticks_us()

    def follow(self, units):
        """From the event handler: the central has chosen an interval, in units of 1.25 ms."""
        self._least_us = self.interval_us = min(SLOWEST_INTERVAL_US, max(1, units) * _UNIT_US)

    def may_send(self, reply):
        """Whether one more may be handed over now."""
        now = ticks_us()
        each = self.interval_us // WINDOW
        gone = ticks_diff(now, self._since) // each
        if gone < 0 or gone >= self._on_way:
            self._on_way = 0
            self._since = now
        elif gone:
            self._on_way -= gone
            self._since = ticks_add(self._since, gone * each)
        return self._on_way < (WINDOW + REPLIES_BEYOND if reply else WINDOW)

    def sent(self):
        """One was handed over."""
        self._on_way += 1
        if self.interval_us > self._least_us:
            now = ticks_us()
            if ticks_diff(now, self._slowed) > QUICKER_AFTER_US:
                self._slowed = now
                self.interval_us = max(self._least_us, self.interval_us - self.interval_us // 8)

    def refused(self):
        """The stack has no buffer: twice as slow from now on, and none before what waits has gone."""
        now = ticks_us()
        if self._on_way < _POOL:  # not again for what is refused meanwhile
            self.interval_us = min(SLOWEST_INTERVAL_US, 2 * self.interval_us)
        self._on_way = _POOL
        self._since = self._slowed = now
