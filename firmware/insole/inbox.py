"""Values written by peers on their way from the event handler to the radio's task."""

INBOX_SLOTS = 8


class Inbox:
    """A ring of fixed places, filled by the event handler; `put` allocates nothing.

    Attributes:
        overflowed: values that found no room, of all links together.
    """

    def __init__(self):
        self._values = [None] * INBOX_SLOTS
        self._links = [None] * INBOX_SLOTS
        self._generations = [0] * INBOX_SLOTS
        self._ticks = [0] * INBOX_SLOTS
        self._in = 0
        self._out = 0
        self.overflowed = 0

    def put(self, link, value, ticks):
        """From the event handler: keep the value itself, which must not change any more."""
        following = (self._in + 1) % INBOX_SLOTS
        if following == self._out:
            self.overflowed += 1
            link.overflowed += 1
            return
        slot = self._in
        self._values[slot] = value
        self._links[slot] = link
        self._generations[slot] = link.generation
        self._ticks[slot] = ticks
        self._in = following

    def take(self):
        """The oldest value: (link, generation, value, ticks), or None. It keeps its place until `done`."""
        slot = self._out
        if slot == self._in:
            return None
        return self._links[slot], self._generations[slot], self._values[slot], self._ticks[slot]

    def done(self):
        """Free what `take` gave."""
        self._values[self._out] = None
        self._out = (self._out + 1) % INBOX_SLOTS
