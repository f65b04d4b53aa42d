"""A link whose answers a test writes down: every command with its moment, replies after a set time."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field

from insole_protocol import ids, messages
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
SERIAL = bytes.fromhex("00000a50477a3f01")
Fields = tuple[int | bytes, ...]
Answerer = Callable[[messages.Command], Fields | bytes | None]


def hello(version: int = 1, boot: int = 3, next_seq: int = 1000, side: int = ids.SIDE_RIGHT) -> Fields:
    """The fields of a reply to HELLO."""
    return version, side, 1, ids.CAPABILITY_LOG, boot, PERIOD_US, next_seq, SERIAL


def status(battery_pct: int = 60) -> Fields:
    """The fields of a reply to STATUS."""
    return (2, battery_pct, 3900, 5, 0, 0, 0, 123, *(0,) * 7)


def log_info(next_seq: int = 1000, acknowledged: int = 400) -> Fields:
    """The fields of a reply to LOG_INFO."""
    return 3, 100, next_seq, acknowledged, 0, 0, 0, 0


def refusal(result: int, text: str) -> Answerer:
    """Says no."""
    return lambda command: messages.build_refusal(command.op, command.tag, result, text)


def silence(command: messages.Command) -> None:
    """Says nothing."""


@dataclass
class ScriptedLink:
    """A link to an insole made of answers.

    Attributes:
        answers: by op, what to reply: fields, whole bytes, or None for silence.
        delay_s: of each direction.
        asked: (moment since the beginning, op, arguments) of each command.
        refuses: raised by `open`.
        opened, closings: how often.
    """

    answers: dict[int, Answerer] = field(default_factory=dict[int, Answerer])
    delay_s: float = 0.0
    refuses: LinkError | None = None
    name: str = "right"
    asked: list[tuple[float, int, tuple[int, ...]]] = field(
        default_factory=list[tuple[float, int, tuple[int, ...]]]
    )
    opened: int = 0
    closings: int = 0
    on_message: MessageHandler = ignore_message
    counters: LinkCounters = field(default_factory=LinkCounters)

    def __post_init__(self) -> None:
        self.closed = asyncio.Event()
        self.began_s = asyncio.get_running_loop().time()
        usual: dict[int, Answerer] = {
            ids.OP_HELLO: lambda _: hello(),
            ids.OP_TIME: self._time,
            ids.OP_STATUS: lambda _: status(),
            ids.OP_SET_MODE: lambda command: command.arguments,
            ids.OP_STREAM: lambda _: (1000,),
            ids.OP_LOG_INFO: lambda _: log_info(),
            ids.OP_LOG_ACK: lambda command: command.arguments,
            ids.OP_LOG_READ: self._empty_transfer,
        }
        self.answers = {**usual, **self.answers}

    def at_s(self) -> float:
        """Seconds since the link was made."""
        return round(asyncio.get_running_loop().time() - self.began_s, 6)

    def ops(self) -> list[int]:
        """What was asked, in order."""
        return [op for _, op, _ in self.asked]

    def moments(self, op: int) -> list[float]:
        """When this was asked."""
        return [moment for moment, asked, _ in self.asked if asked == op]

    def arguments(self, op: int) -> list[tuple[int, ...]]:
        """What this was asked with."""
        return [arguments for _, asked, arguments in self.asked if asked == op]

    async def open(self) -> None:
        self.opened += 1
        if self.refuses is not None:
            raise self.refuses

    async def close(self) -> None:
        self.closings += 1
        self.closed.set()

    async def send(self, channel: Channel, message: bytes) -> None:
        if self.closed.is_set():
            raise LinkClosedError(f"{self.name} is gone")
        assert channel is Channel.CONTROL
        command = messages.parse_command(message)
        self.asked.append((self.at_s(), command.op, command.arguments))
        answer = self.answers[command.op](command)
        if answer is None:
            return
        if not isinstance(answer, bytes):
            tail = b"0.9" if command.op == ids.OP_HELLO else b""
            answer = messages.build_reply(command.op, command.tag, *answer, tail=tail)
        self.bring(Channel.CONTROL, answer, 2 * self.delay_s)

    def bring(self, channel: Channel, message: bytes, after_s: float = 0.0) -> None:
        """Hand a message to whoever listens."""

        def arrive() -> None:
            if not self.closed.is_set():
                self.on_message(channel, message, virtual_now_ns())

        asyncio.get_running_loop().call_later(after_s, arrive)

    def _time(self, command: messages.Command) -> Fields:
        device_us = round((self.at_s() + self.delay_s) * 1e6)
        return command.arguments[0], 3, device_us, device_us

    def _empty_transfer(self, command: messages.Command) -> Fields:
        self.bring(Channel.LOG, messages.build_log_end(1, 0, ids.END_COMPLETE), 2 * self.delay_s)
        return (1,)
