"""How fast notifications of one connection are handed to the stack, and how many are on their way at once.

The stack tells nobody when a notification has gone over the air, and when its buffers are used up it cannot
answer the peer either: a command is lost unheard. So a few are handed over at once and then one after the
other, at the pace that the air is believed to take. Without refusals the pace rises a little each second. A
refusal says that the stack is full: the pace drops, and does not come near that mark again for five minutes.
"""

from micropython import const
from time import ticks_add, ticks_diff, ticks_us

WINDOW = const(4)  # on their way at once; phones take four to six in a connection event
REPLIES_BEYOND = const(2)  # more, for replies alone
ASSUMED_UNITS = const(64)  # of 1.25 ms: a slow interval, as nothing tells it until the central changes it
QUICKEST_US = const(6000)  # from one to the next: five in 30 ms, which usual hosts take without a refusal
SLOWEST_US = const(250000)
RISE_EACH_US = const(1000000)  # by an eighth
FORGET_US = const(300000000)  # a refusal

_POOL = const(12)  # may wait, for all that is known, when the stack refuses
_UNIT_US = const(1250)


class Pacer:
    """Attributes: `each_us`, from one notification to the next."""

    def __init__(self):
        self.each_us = 0
        self.restart()

    def restart(self):
        """A new connection."""
        self.follow(ASSUMED_UNITS)
        self._on_way = 0
        self._since = ticks_us()

    def follow(self, units):
        """From the event handler as well: the connection interval, in units of 1.25 ms."""
        self.each_us = min(SLOWEST_US, max(1, units) * _UNIT_US // WINDOW)
        self._least_us = self._quickest_us = min(QUICKEST_US, self.each_us)
        self._risen = self._refused = ticks_us()

    def may_send(self, reply):
        """Whether one more may be handed over now."""
        now = ticks_us()
        gone = ticks_diff(now, self._since) // self.each_us
        if gone < 0 or gone > self._on_way:
            self._on_way = 0
            self._since = now
        elif gone:
            self._on_way -= gone
            self._since = ticks_add(self._since, gone * self.each_us)
        return self._on_way < (WINDOW + REPLIES_BEYOND if reply else WINDOW)

    def sent(self):
        """One was handed over."""
        self._on_way += 1
        if self._on_way >= WINDOW and ticks_diff(ticks_us(), self._risen) > RISE_EACH_US:
            self._rise()

    def _rise(self):
        now = self._risen = ticks_us()
        if ticks_diff(now, self._refused) > FORGET_US:
            self._least_us = self._quickest_us
        self.each_us = max(self._least_us, self.each_us - self.each_us // 8)

    def refused(self):
        """The stack has no buffer: slower from now on, and none before what waits has gone."""
        now = ticks_us()
        if self._on_way < _POOL:  # not again for what is refused meanwhile
            self._least_us = min(SLOWEST_US, self.each_us + self.each_us // 2)
            self.each_us = min(SLOWEST_US, 2 * self.each_us)
        self._on_way = _POOL
        self._since = self._risen = self._refused = now
