"""Messages cut into ATT values and put together again (PROTOCOL.md section 3.1).

One object for each channel of a connection.
"""

from insole_protocol import ids

try:
    from insole_protocol import stuffing_viper as _stuffing
except (ImportError, SyntaxError, ValueError) as error:  # CPython; no emitter; compiled for another chip
    from insole_protocol import native
    from insole_protocol import stuffing as _stuffing

    native.note("stuffing_viper", error)

TYPE_CHECKING = False
if TYPE_CHECKING:
    from insole_protocol import stuffing as _stuffing

FIRST = 0x80
LAST = 0x40
COUNTER_MASK = 0x3F


class Fragmenter:
    """Cuts one message after the other; the counter goes on from message to message."""

    def __init__(self) -> None:
        self._counter = 0
        self._message = memoryview(b"")
        self._at = 0
        self._end = 0
        self._flag = 0
        self._offered = 0

    def start(self, message: "bytes | bytearray | memoryview", length: int) -> None:
        """Begin with the first `length` bytes of `message`, which must stay as they are until it is through.

        Raises:
            ValueError: an empty message, or one longer than a message may be.
        """
        if not 1 <= length <= ids.MAX_MESSAGE_BYTES:
            raise ValueError("a message of %d bytes" % length)
        self._message = message  # type: ignore[assignment]
        self._at = 0
        self._end = length
        self._flag = FIRST

    def next(self, out: "bytearray | memoryview", size: int) -> int:
        """Write the next value, at most `size` bytes, into `out`; returns its bytes, 0 when the message is
        through.

        The same value is offered until `advance` says that the radio took it. Allocates nothing.
        """
        left = self._end - self._at
        if left <= 0:
            return 0
        n = size - 1
        head = self._flag | self._counter
        if left <= n:
            n = left
            head |= LAST
        out[0] = head
        _stuffing.copy_behind_head(out, self._message, self._at, n)
        self._offered = n
        return n + 1

    def advance(self) -> None:
        """The value that `next` wrote is on its way: go on with the one after it."""
        self._at += self._offered
        self._offered = 0
        self._flag = 0
        self._counter = (self._counter + 1) & COUNTER_MASK


class Reassembler:
    """Puts messages together; memory is bounded by `limit`.

    Attributes:
        errors: how often each thing went wrong: "empty" (a value without a byte of message), "orphan" (the
            rest of a message without its start), "counter" (values are missing), "cut" (a new message before
            the last was complete), "oversize".
    """

    def __init__(self, limit: int = ids.MAX_MESSAGE_BYTES) -> None:
        self._limit = limit
        self._buf = bytearray()
        self._open = False
        self._losing = False  # the rest of a message that was dropped and counted is under way
        self._next = -1
        self.errors = {"empty": 0, "orphan": 0, "counter": 0, "cut": 0, "oversize": 0}

    @property
    def broken(self) -> int:
        """How many messages or values were dropped, whatever the reason."""
        return sum(self.errors.values())

    def feed(self, value: "bytes | bytearray | memoryview") -> "bytes | None":
        """Take one value; returns the message that it completes, or None."""
        if len(value) < 2:
            self._drop("empty")
            return None
        head = value[0]
        broken = self._next >= 0 and head & COUNTER_MASK != self._next
        self._next = (head + 1) & COUNTER_MASK
        if broken:
            self._drop("counter")
        if head & FIRST:
            if self._open:
                self._drop("cut")
            self._open = True
            self._losing = False
        elif not self._open:
            if not self._losing:
                self._drop("orphan")
            return None
        if len(self._buf) + len(value) - 1 > self._limit:
            self._drop("oversize")
            return None
        self._buf.extend(memoryview(value)[1:])
        if not head & LAST:
            return None
        message = bytes(self._buf)
        self._reset()
        return message

    def _drop(self, reason: str) -> None:
        self.errors[reason] += 1
        self._losing = True
        self._reset()

    def _reset(self) -> None:
        self._buf = bytearray()
        self._open = False
