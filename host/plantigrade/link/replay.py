"""A recording of messages as a link: the session at the other end cannot tell it from an insole.

Stream and log messages come at their recorded times. A command is answered with the recorded reply to that
operation (the next one, and the last one again when there are no more), under the tag that the command has
now. TIME is answered from a clock that runs on from the recorded one, so that clock comparison works on the
replay's own times.
"""

import asyncio
from collections import deque
from pathlib import Path

from insole_protocol import ids, messages
from insole_protocol.errors import ProtocolError
from insole_protocol.host_messages import parse_reply
from insole_protocol.replies import TimeReply

from plantigrade.link.base import (
    Channel,
    LinkClosedError,
    LinkCounters,
    LinkError,
    MessageHandler,
    ignore_message,
    now_ns,
)
from plantigrade.link.recorded import FROM_INSOLE, Entry, read_entries


class ReplayLink:
    """Plays a recording.

    Args:
        path: a file written by `MessageRecorder`.
        speed: 1 for the recorded pace; 0 for as fast as possible.
    """

    def __init__(self, path: Path, speed: float = 1.0) -> None:
        self.on_message: MessageHandler = ignore_message
        self.closed = asyncio.Event()
        self.counters = LinkCounters()
        self._path = path
        self._speed = speed
        self._replies: dict[int, deque[bytes]] = {}
        self._data: list[Entry] = []
        self._clock_us: tuple[int, int, int] | None = None
        self._playing: asyncio.Task[None] | None = None
        self._opened_ns = 0

    @property
    def name(self) -> str:
        """The file's name."""
        return self._path.name

    async def open(self) -> None:
        """Read the file and begin to play.

        Raises:
            FileError: it cannot be read.
            LinkError: it holds no messages of an insole.
        """
        for entry in await asyncio.to_thread(lambda: list(read_entries(self._path))):
            if entry.direction != FROM_INSOLE:
                continue
            if entry.channel is Channel.CONTROL:
                self._learn(entry)
            else:
                self._data.append(entry)
        if not self._replies and not self._data:
            self.closed.set()
            raise LinkError(f"{self._path}: holds no messages of an insole")
        self._opened_ns = now_ns()

    async def close(self) -> None:
        """Stop playing."""
        self.closed.set()
        if self._playing is not None:
            self._playing.cancel()
            await asyncio.gather(self._playing, return_exceptions=True)

    async def send(self, channel: Channel, message: bytes) -> None:
        """Answer a command.

        Raises:
            LinkClosedError: the replay is over.
        """
        if self.closed.is_set():
            raise LinkClosedError(f"{self.name}: the replay is over")
        self.counters.messages_sent += 1
        op, tag = message[0], message[1]
        reply = self._time_reply(message) if op == ids.OP_TIME else self._recorded_reply(op, tag)
        asyncio.get_running_loop().call_soon(self._deliver, Channel.CONTROL, reply)
        if op == ids.OP_STREAM and message[2] and self._playing is None:
            self._playing = asyncio.create_task(self._play())

    def _learn(self, entry: Entry) -> None:
        try:
            reply = parse_reply(entry.message)
        except ProtocolError as error:
            self.counters.count_malformed(f"recorded_reply_{error.name}")
            return
        if reply.op == ids.OP_TIME and reply.result == ids.RESULT_OK:
            time_reply = TimeReply(reply)
            self._clock_us = (entry.at_ns, time_reply.boot, time_reply.sent_us)
        self._replies.setdefault(reply.op, deque()).append(entry.message)

    def _recorded_reply(self, op: int, tag: int) -> bytes:
        recorded = self._replies.get(op)
        if not recorded:
            return messages.build_refusal(op, tag, ids.RESULT_NOT_AVAILABLE, "not in the recording")
        message = recorded[0] if len(recorded) == 1 else recorded.popleft()
        return bytes((message[0], tag)) + message[2:]

    def _time_reply(self, message: bytes) -> bytes:
        command = messages.parse_command(message)
        if self._clock_us is None:
            return messages.build_refusal(
                command.op, command.tag, ids.RESULT_NOT_AVAILABLE, "not in the recording"
            )
        recorded_ns, boot, device_us = self._clock_us
        now_us = device_us + (now_ns() - self._opened_ns - recorded_ns) // 1000
        moment = max(0, now_us)
        return messages.build_reply(command.op, command.tag, command.arguments[0], boot, moment, moment)

    async def _play(self) -> None:
        first_ns = self._data[0].at_ns if self._data else 0
        began = asyncio.get_running_loop().time()
        for entry in self._data:
            if self._speed > 0:
                due = began + (entry.at_ns - first_ns) * 1e-9 / self._speed
                await asyncio.sleep(max(0.0, due - asyncio.get_running_loop().time()))
            else:
                await asyncio.sleep(0)
            self._deliver(entry.channel, entry.message)
        self.closed.set()

    def _deliver(self, channel: Channel, message: bytes) -> None:
        self.counters.messages_received += 1
        self.counters.bytes_received += len(message)
        self.on_message(channel, message, now_ns())
