"""Commands and their replies: each reply finds the question it answers, by tag."""

import asyncio
from collections.abc import Callable
from typing import NamedTuple

from insole_protocol import host_messages, ids
from insole_protocol.authentication import Guard, NotGenuineError
from insole_protocol.declarations import name_of
from insole_protocol.errors import ProtocolError

from plantigrade.bridge.errors import BridgeError, RefusedError, ReplyTimeoutError, VersionError
from plantigrade.link.base import Channel, Link, LinkClosedError, now_ns

REPLY_TIMEOUT_S = 4.0
_PROOF = (ids.OP_AUTH_BEGIN, ids.OP_AUTH_PROVE)


class Answer(NamedTuple):
    """A reply with the moments that frame it on the host's clock."""

    reply: host_messages.Reply
    sent_ns: int
    arrival_ns: int


class CommandClient:
    """Sends commands over a link and waits for their replies; several may be under way.

    Args:
        link: the link; whoever owns it hands messages of the control channel to `on_control`.
        now: the host's monotonic clock in ns.
        timeout_s: how long a reply may take.

    Attributes:
        guard: vouches for messages, once both ends of a locked insole have proved who they are.
    """

    def __init__(
        self, link: Link, now: Callable[[], int] = now_ns, timeout_s: float = REPLY_TIMEOUT_S
    ) -> None:
        self._link = link
        self._now = now
        self._timeout_s = timeout_s
        self._waiting: dict[int, tuple[int, asyncio.Future[tuple[host_messages.Reply, int]]]] = {}
        self._tag = 0
        self.guard: Guard | None = None

    async def ask(
        self, op: int, *arguments: int, value: bytes = b"", timeout_s: float | None = None
    ) -> Answer:
        """Send a command and return its reply, which confirms that the command was carried out.

        `timeout_s`: how long this reply may take; that of the client by default.

        Raises:
            RefusedError: the insole refused.
            ReplyTimeoutError: it did not answer.
            LinkClosedError: the link broke.
        """
        tag = self._free_tag()
        limit_s = self._timeout_s if timeout_s is None else timeout_s
        future: asyncio.Future[tuple[host_messages.Reply, int]] = asyncio.get_running_loop().create_future()
        self._waiting[tag] = (op, future)
        try:
            message = host_messages.build_command(op, tag, *arguments, value=value)
            if self.guard is not None and op not in _PROOF:
                message = self.guard.closed(Channel.CONTROL, message)
            sent_ns = self._now()
            async with asyncio.timeout(limit_s):
                await self._link.send(Channel.CONTROL, message)
                reply, arrival_ns = await future
        except TimeoutError as error:
            raise ReplyTimeoutError(
                f"{self._link.name} did not answer {name_of(op)} within {limit_s:g} s"
            ) from error
        finally:
            del self._waiting[tag]
        if reply.result != ids.RESULT_OK:
            kind = VersionError if reply.result == ids.RESULT_VERSION else RefusedError
            raise kind(self._link.name, name_of(op), reply.result, reply.text)
        return Answer(reply, sent_ns, arrival_ns)

    def on_control(self, message: bytes, arrival_ns: int) -> None:
        """Take a message of the control channel; what answers no question of ours is counted."""
        try:
            reply = self._reply_in(message)
        except ProtocolError as error:
            self._link.counters.count_malformed(f"reply_{error.name}")
            return
        op, future = self._waiting.get(reply.tag, (None, None))
        if future is None or op != reply.op:
            self._link.counters.count_malformed("reply_unasked")
        elif not future.done():
            future.set_result((reply, arrival_ns))

    def opened(self, channel: Channel, message: bytes) -> bytes:
        """A message of the control or log channel as the insole meant it.

        Raises:
            NotGenuineError: the insole does not vouch for it.
        """
        return message if self.guard is None else bytes(self.guard.open(channel, message))

    def _reply_in(self, message: bytes) -> host_messages.Reply:
        try:
            return host_messages.parse_reply(self.opened(Channel.CONTROL, message))
        except NotGenuineError:
            if not any(op == ids.OP_AUTH_PROVE for op, _ in self._waiting.values()):
                raise
            reply = host_messages.parse_reply(message)  # an insole that does not believe us is not guarded
            if reply.op != ids.OP_AUTH_PROVE or reply.result == ids.RESULT_OK:
                raise
            return reply

    def fail_all(self) -> None:
        """The link has closed: nobody will answer any more."""
        for _, future in self._waiting.values():
            if not future.done():
                future.set_exception(LinkClosedError(f"{self._link.name} disconnected"))

    def _free_tag(self) -> int:
        for _ in range(256):
            self._tag = (self._tag + 1) % 256
            if self._tag not in self._waiting:
                return self._tag
        raise BridgeError(f"{self._link.name}: 256 commands are waiting for their replies")
