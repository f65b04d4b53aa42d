"""What backfill sees of a session: an insole whose log answers as a test has it, every question noted."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import cast

from insole_protocol import ids, messages
from insole_protocol.host_messages import parse_reply
from plantigrade.bridge.command_client import Answer
from plantigrade.bridge.insole import Insole
from plantigrade.bridge.session import Session
from plantigrade.bridge.slot_ranges import SlotRange

Answering = Callable[[Insole, SlotRange], None]


def gives_all(insole: Insole, piece: SlotRange) -> None:
    """A log that holds whatever is asked for."""
    insole.ledger.record(*piece)


def gives_nothing(insole: Insole, piece: SlotRange) -> None:
    """A log that neither fills nor explains."""


@dataclass
class LogSession:
    """Stands in for a `Session`.

    Attributes:
        log: what becomes of a question to the log; may raise.
        seconds: how long a question takes.
        asked: ranges asked of the log, with the moment.
        acknowledged: slots acknowledged, with the moment.
        malformed: names counted.
    """

    insole: Insole = field(default_factory=lambda: Insole("fake"))
    log: Answering = gives_all
    seconds: float = 0.0
    asked: list[tuple[float, SlotRange]] = field(default_factory=list[tuple[float, SlotRange]])
    acknowledged: list[tuple[float, int]] = field(default_factory=list[tuple[float, int]])
    malformed: list[str] = field(default_factory=list[str])
    began_s: float = field(default_factory=lambda: asyncio.get_running_loop().time())

    @property
    def session(self) -> Session:
        """As backfill takes it."""
        return cast(Session, self)

    @property
    def command_client(self) -> "LogSession":
        return self

    @property
    def pieces(self) -> list[tuple[int, int]]:
        """What was asked of the log, in order."""
        return [tuple(piece) for _, piece in self.asked]

    def at_s(self) -> float:
        """Seconds since the beginning."""
        return round(asyncio.get_running_loop().time() - self.began_s, 6)

    async def read_log(self, wanted: SlotRange, newest_first: bool = True) -> None:
        self.asked.append((self.at_s(), wanted))
        await asyncio.sleep(self.seconds)
        self.log(self.insole, wanted)

    async def ask(self, op: int, *arguments: int) -> Answer:
        assert op == ids.OP_LOG_ACK
        (seq,) = arguments
        self.acknowledged.append((self.at_s(), seq))
        return Answer(parse_reply(messages.build_reply(op, 0, seq)), 0, 0)

    def count_malformed(self, name: str) -> None:
        self.malformed.append(name)
