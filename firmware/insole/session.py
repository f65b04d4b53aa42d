"""One peer on one link: what it may ask, what is on its way to it.

A link is a radio connection or the USB port. It gives a session its transport, an object with
`begin(channel, message, length)`, `push() -> bool` (True once the message is wholly handed over, False when
the link takes no more for now; nothing is lost by asking again), `held` (the last `push` ended of the link's
own accord, which is no refusal), `secure` and `abandon()`, `malformed()`; and two times in ms: `retry_ms`,
after which a link that took no more is worth asking again, and `log_hold_off_ms`, for which the log waits
then, so that live records find room in the link's queue.
"""

from time import ticks_add, ticks_diff, ticks_ms

from insole_protocol import block, ids

MAX_REPLIES = 4  # a peer with more commands open than this is told to wait

IDLE = 0
MOVED = 1
BLOCKED = 2


class Session:
    """State of one peer. Sessions are made once and reused; `reset` makes one new.

    Attributes:
        version: protocol version agreed in HELLO, 0 before.
        guard: vouches for messages once both ends have proved who they are; None before, and in open insoles.
        proving: what `proving` keeps between its two commands.
        phone: the peer is a phone, which may watch and fetch, and change nothing.
        streaming: the peer wants live records.
        transfer: the `LogTransfer` under way, or None.
        frames_sent: frames of stream records wholly handed to the link.
        records_dropped: records that were gone from RAM before this peer could take them; the log has them.
        refusals: how often the link took no more.
        malformed: commands that could not be used; `transport.malformed()` counts what was no message at all.
    """

    def __init__(self, transport, live):
        self.transport = transport
        self._live = live
        self._message = memoryview(bytearray(ids.MAX_MESSAGE_BYTES))
        self._replies = []
        self.streaming = self.phone = False
        self.reset()

    def reset(self):
        """Forget the peer: nothing agreed, nothing asked for, nothing on its way."""
        self._watch(False)
        self.version = 0
        self.guard = None
        self.proving = None
        self.phone = False
        self.transfer = None
        self.frames_sent = 0
        self.records_dropped = 0
        self.refusals = 0
        self.malformed = 0
        self._wanted = 0
        self._frames_on_way = 0
        self._sending = False
        self._log_after_ms = ticks_ms()
        self._replies.clear()
        self.transport.abandon()

    def stream(self, on):
        """Begin with the next record that is made, or stop after the message on its way."""
        self._wanted = self._live.next
        self._watch(on)

    def _watch(self, on):
        """Listen or not; the live queue knows how many phones do."""
        if self.phone and on != self.streaming:
            self._live.phones += 1 if on else -1
        self.streaming = on

    def becomes(self, phone):
        """The peer is a phone from now on, or is none; what it watched as the other ends."""
        if phone != self.phone:
            self._watch(False)
            self.phone = phone

    def opened(self, message):
        """The command in a message. A plain HELLO begins anew: the host that had proved itself has gone.

        Raises:
            NotGenuineError: nobody vouches for it.
        """
        if self.guard is None:
            return message
        if len(message) == ids.PLAIN_HELLO_BYTES and message[0] == ids.OP_HELLO:
            self.reset()
            return message
        return self.guard.open(ids.CHANNEL_CONTROL, message)

    def can_answer(self):
        """Whether there is room for one more reply."""
        return len(self._replies) < MAX_REPLIES

    def answer(self, reply):
        """Queue a reply: bytes, or a callable that makes them at the moment of sending (for TIME)."""
        self._replies.append(reply)

    def send_next(self):
        """Move one message or what is left of it. IDLE: nothing to do; BLOCKED: ask again soon."""
        if not self._sending and not self._load():
            return BLOCKED if self.transfer else IDLE
        if not self.transport.push():
            if not self.transport.held:
                self.refusals += 1
            self._log_after_ms = ticks_add(ticks_ms(), self.transport.log_hold_off_ms)
            return BLOCKED
        self._sending = False
        self.frames_sent += self._frames_on_way
        self._frames_on_way = 0
        return MOVED

    def _load(self):
        """Put the most urgent message in the buffer: replies, then live records, then the log."""
        return self._load_reply() or self._load_live() or self._load_log()

    def _begin(self, channel, length):
        if self.guard is not None and channel != ids.CHANNEL_STREAM:
            length = self.guard.close(channel, self._message, length)
        self.transport.begin(channel, self._message, length)
        self._sending = True
        return True

    def _load_reply(self):
        if not self._replies:
            return False
        reply = self._replies.pop(0)
        if callable(reply):
            reply = reply()
        self._message[: len(reply)] = reply
        return self._begin(ids.CHANNEL_CONTROL, len(reply))

    def _load_live(self):
        if not self.streaming or not self.transport.secure:
            return False
        live = self._live
        if self._wanted < live.oldest:
            self.records_dropped += live.oldest - self._wanted
            self._wanted = live.oldest
        length = live.copy(self._wanted, self._message)
        if not length:
            return False
        self._wanted += 1
        self._frames_on_way = block.frames_of(self._message)
        return self._begin(ids.CHANNEL_STREAM, length)

    def _load_log(self):
        transfer = self.transfer
        if not transfer or not self.transport.secure or ticks_diff(ticks_ms(), self._log_after_ms) < 0:
            return False
        length = transfer.next_message(
            self._message if self.guard is None else self._message[: -ids.GUARD_BYTES]
        )
        if transfer.done:
            self.transfer = None
        return self._begin(ids.CHANNEL_LOG, length)
