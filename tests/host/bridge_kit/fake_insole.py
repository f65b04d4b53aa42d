"""An insole in memory that speaks the real protocol, and a link to it whose faults can be chosen.

Only the chip and the radio are fakes here: every byte is built and parsed by `insole_protocol`.
"""

import asyncio
from array import array
from collections.abc import Callable
from dataclasses import dataclass, field

from insole_protocol import errors, ids, messages
from insole_protocol.codec import Encoder
from insole_protocol.host_messages import build_log_block
from plantigrade.link.base import (
    Channel,
    LinkClosedError,
    LinkCounters,
    LinkError,
    MessageHandler,
    ignore_message,
)

from tests.host.bridge_kit.virtual_time import virtual_now_ns

PERIOD_US = 10_000


def level(seq: int, channel: int) -> int:
    """The count that slot `seq` carries on a channel: the sample proves its own position."""
    return (seq * 7 + channel * 131) % 4096


_ENCODER = Encoder()


def record_of(seq: int, frames: int, boot: int, time_us: int, status: int = 0) -> bytes:
    """A block record of slots `seq` to `seq + frames - 1`."""
    ring = array("H", [level(seq + row, channel) for row in range(frames) for channel in range(16)])
    out = bytearray(4096)
    length = _ENCODER.encode(out, ring, 0, frames, seq, time_us, boot, PERIOD_US, 1, 1, status)
    return bytes(out[:length])


@dataclass
class FakeInsole:
    """State of the insole; survives links. Time is the event loop's."""

    drift_ppm: float = 30.0
    boot: int = 7
    first_seq: int = 1000
    frames_per_block: int = 5
    speaks: tuple[int, int] = (1, 1)
    log: dict[int, bytes] = field(default_factory=dict[int, bytes])
    lost: list[tuple[int, int, int]] = field(default_factory=list[tuple[int, int, int]])
    has_log: bool = True
    silent: bool = False
    frames_sent: int = 0
    asked: list[int] = field(default_factory=list[int])
    started_ns: int = field(default_factory=virtual_now_ns)
    next_seq: int = field(init=False)

    def __post_init__(self) -> None:
        self.next_seq = self.first_seq

    def device_us(self, host_ns: int | None = None) -> int:
        """The insole's clock."""
        elapsed_ns = (virtual_now_ns() if host_ns is None else host_ns) - self.started_ns
        return round(elapsed_ns * (1 + self.drift_ppm * 1e-6) / 1000)

    def record(self, send: Callable[[bytes], None] | None) -> None:
        """Sample one block that ends now, log it, and hand it to the stream."""
        time_us = self.device_us() - self.frames_per_block * PERIOD_US
        record = record_of(self.next_seq, self.frames_per_block, self.boot, max(0, time_us))
        self.log[self.next_seq] = record
        self.next_seq += self.frames_per_block
        if send is not None:
            self.frames_sent += self.frames_per_block
            send(record)

    def reboot(self, jump: int = 256) -> None:
        """Power has been away: a new boot, a new clock, numbers that jump."""
        self.boot += 1
        self.lost.append((self.next_seq, self.next_seq + jump, ids.GAP_OFF))
        self.next_seq += jump
        self.started_ns = virtual_now_ns()


@dataclass
class FakeLink:
    """A link to a `FakeInsole`. Each direction takes `delay_s`.

    Attributes:
        mangle: what becomes of each stream record on its way: a list of records (none: lost).
        refuses_to_open: `open` fails.
    """

    insole: FakeInsole
    delay_s: float = 0.02
    mangle: Callable[[bytes], list[bytes]] = field(default=lambda record: [record])
    refuses_to_open: bool = False
    on_message: MessageHandler = ignore_message
    counters: LinkCounters = field(default_factory=LinkCounters)
    closed: asyncio.Event = field(default_factory=asyncio.Event)
    name: str = "fake insole"
    streaming: bool = False
    _tasks: set[asyncio.Task[None]] = field(default_factory=set[asyncio.Task[None]])

    async def open(self) -> None:
        if self.refuses_to_open:
            raise LinkError("fake insole is out of reach")
        self._spawn(self._sample())

    async def close(self) -> None:
        self.closed.set()
        for task in self._tasks:
            task.cancel()

    async def send(self, channel: Channel, message: bytes) -> None:
        if self.closed.is_set():
            raise LinkClosedError("fake insole is gone")
        await asyncio.sleep(self.delay_s)
        received_us = self.insole.device_us()
        self.insole.asked.append(message[0])
        if not self.insole.silent:
            self._answer(message, received_us)

    def deliver(self, channel: Channel, message: bytes) -> None:
        """Hand a message to the host after the link's delay."""

        def arrive() -> None:
            if not self.closed.is_set():
                self.on_message(channel, message, virtual_now_ns())

        asyncio.get_running_loop().call_later(self.delay_s, arrive)

    def _spawn(self, job: "asyncio._CoroutineLike[None]") -> None:  # pyright: ignore
        task = asyncio.ensure_future(job)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _sample(self) -> None:
        while not self.closed.is_set():
            await asyncio.sleep(self.insole.frames_per_block * PERIOD_US * 1e-6)
            self.insole.record(self._stream if self.streaming else None)

    def _stream(self, record: bytes) -> None:
        for piece in [] if self.insole.silent else self.mangle(record):
            self.deliver(Channel.STREAM, piece)

    def _answer(self, message: bytes, received_us: int) -> None:
        command = messages.parse_command(message)
        try:
            reply = self._carry_out(command, received_us)
        except errors.ProtocolError as error:
            reply = messages.build_refusal(command.op, command.tag, messages.result_of(error), str(error))
        self.deliver(Channel.CONTROL, reply)

    def _carry_out(self, command: messages.Command, received_us: int) -> bytes:
        handlers = {
            ids.OP_HELLO: self._hello,
            ids.OP_TIME: lambda _: (
                command.arguments[0],
                self.insole.boot,
                received_us,
                self.insole.device_us(),
            ),
            ids.OP_STATUS: lambda _: (2, 87, 3900, 5, 0, 0, 0, self.insole.frames_sent, *(0,) * 7),
            ids.OP_STREAM: self._switch_stream,
            ids.OP_SET_MODE: lambda _: (command.arguments[0],),
            ids.OP_LOG_READ: self._read_log,
        }
        handler = handlers.get(command.op)
        answer = (ids.RESULT_NOT_AVAILABLE, "not in this fake") if handler is None else handler(command)
        if len(answer) == 2 and isinstance(answer[1], str):
            return messages.build_refusal(command.op, command.tag, *answer)
        tail = b"1.2.3" if command.op == ids.OP_HELLO else b""
        return messages.build_reply(command.op, command.tag, *answer, tail=tail)

    def _hello(self, command: messages.Command) -> tuple[object, ...]:
        insole = self.insole
        chosen = min(command.arguments[1], insole.speaks[1])
        if chosen < max(command.arguments[0], insole.speaks[0]):
            lowest, highest = command.arguments
            return (
                ids.RESULT_VERSION,
                f"host {lowest}-{highest}, insole {insole.speaks[0]}-{insole.speaks[1]}",
            )
        identity = (chosen, ids.SIDE_LEFT, 1, ids.CAPABILITY_LOG, insole.boot, PERIOD_US, insole.next_seq)
        return *identity, bytes(range(8))

    def _switch_stream(self, command: messages.Command) -> tuple[object, ...]:
        self.streaming = bool(command.arguments[0])
        return (self.insole.next_seq,)

    def _read_log(self, command: messages.Command) -> tuple[object, ...]:
        if not self.insole.has_log:
            return ids.RESULT_NOT_AVAILABLE, "no log"
        first, end, _ = command.arguments
        wanted = [record for seq, record in self.insole.log.items() if first - 64 < seq < end]
        for record in wanted:
            self.deliver(Channel.LOG, build_log_block(1, record))
        for lost_first, lost_end, reason in self.insole.lost:
            if lost_first < end and lost_end > first:
                gap = messages.build_log_gap(1, max(first, lost_first), min(end, lost_end), reason)
                self.deliver(Channel.LOG, gap)
        self.deliver(Channel.LOG, messages.build_log_end(1, len(wanted), ids.END_COMPLETE))
        return (1,)
