"""Backfill: whatever the stream did not bring is fetched from the insole's log, and what is durable is
acknowledged.

The newest gap first, in pieces, so that what a person is watching completes first and a gap that opens
meanwhile does not wait for hours of older ones; or the oldest first, so that frames come in order where
nobody watches. A broken link costs nothing but the question: what has come of a piece is stored. Live
records, which the insole sends before any of the log, keep their latency.
"""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from insole_protocol import ids, replies

from plantigrade.bridge.accounting import MissingReason
from plantigrade.bridge.errors import RefusedError
from plantigrade.bridge.slot_ranges import SlotRange, SlotSet

if TYPE_CHECKING:
    from plantigrade.bridge.command_client import CommandClient
    from plantigrade.bridge.insole import Insole

SETTLED_SLOTS = 50
"""What has just not arrived may still be on its way."""
ASK_AGAIN_S = 60.0
"""A gap that the log neither filled nor explained is asked for again after this long."""


@dataclass(frozen=True)
class BackfillPolicy:
    """How backfill behaves.

    Attributes:
        piece_slots: the most that one request to the log asks for; between two requests the link idles for a
            round trip, so pieces are worth some seconds over Bluetooth.
        period_s: pause between checks for gaps when there is nothing to fetch.
        pause_s: pause after each piece; 0 for as fast as the link goes.
        ack_period_s: how often durable slots are acknowledged.
        newest_first: fetch the newest gap first; False: the oldest.
    """

    piece_slots: int = 18000
    period_s: float = 2.0
    pause_s: float = 0.0
    ack_period_s: float = 5.0
    newest_first: bool = True


@dataclass
class BackfillProgress:
    """What backfill has done on one connection: slots left to fetch now, pieces fetched, last acknowledged
    slot."""

    slots_open: int = 0
    pieces: int = 0
    acknowledged: int = 0


class LogReader(Protocol):
    """What backfill needs of the session that it completes."""

    @property
    def insole(self) -> "Insole":
        """The insole with its ledger of slots."""
        ...

    @property
    def command_client(self) -> "CommandClient":
        """Where commands are asked."""
        ...

    async def read_log(self, wanted: SlotRange, newest_first: bool = True) -> object:
        """Fetch these slots from the insole's log."""
        ...

    def count_malformed(self, name: str) -> None:
        """Count what the insole refused."""
        ...


class Backfill:
    """The jobs of one session that complete the recording.

    Args:
        session: a session after its HELLO.
        policy: how to behave.
        on_progress: called after each piece.
    """

    def __init__(
        self,
        session: LogReader,
        policy: BackfillPolicy | None = None,
        on_progress: Callable[[BackfillProgress], None] | None = None,
    ) -> None:
        self.progress = BackfillProgress()
        self._session = session
        self._policy = policy or BackfillPolicy()
        self._on_progress = on_progress
        self._asked = SlotSet()
        self._asked_since = 0.0
        self._asked_anew = SlotSet()  # for what the insole's storage did not give before: once a connection

    async def run(self) -> None:
        """Fetch and acknowledge until cancelled.

        Raises:
            BridgeError, LinkError: the link broke or the insole broke the protocol.
        """
        acks = asyncio.create_task(self._keep_acknowledging())
        try:
            while True:
                if not await self.fetch_one():
                    await asyncio.sleep(self._policy.period_s)
                elif self._policy.pause_s:
                    await asyncio.sleep(self._policy.pause_s)
        except RefusedError as error:
            self._session.count_malformed(f"log_refused_{error.result}")
            await acks
        finally:
            acks.cancel()
            await asyncio.gather(acks, return_exceptions=True)

    async def fetch_all(self) -> None:
        """Fetch every gap there is now, and acknowledge.

        Raises:
            RefusedError, BridgeError, LinkError: as `run`.
        """
        while await self.fetch_one(settled_slots=0):
            pass
        await self.acknowledge()

    async def fetch_one(self, settled_slots: int = SETTLED_SLOTS) -> bool:
        """Fetch the newest (or oldest) piece that is lacking. False when there is none."""
        piece = self._next_piece(settled_slots)
        if piece is None:
            return False
        await self._session.read_log(piece, self._policy.newest_first)
        self.progress.pieces += 1
        if self._on_progress is not None:
            self._on_progress(self.progress)
        return True

    async def acknowledge(self) -> None:
        """Tell the insole what is durable, if that has changed."""
        ack_to = self._session.insole.ack_to
        seq = 0 if ack_to is None else ack_to()
        if seq > self.progress.acknowledged:
            answer = await self._session.command_client.ask(ids.OP_LOG_ACK, seq)
            self.progress.acknowledged = replies.LogAckReply(answer.reply).acknowledged_seq

    def _next_piece(self, settled_slots: int) -> SlotRange | None:
        """The next piece that is lacking and has not been asked for of late; recorded as asked for."""
        ledger = self._session.insole.ledger
        now = asyncio.get_running_loop().time()
        if now - self._asked_since > ASK_AGAIN_S:
            self._asked, self._asked_since = SlotSet(), now
        settled = ledger.requested.end - settled_slots
        gaps = ledger.open_gaps()
        self.progress.slots_open = sum(gap.slots for gap in gaps)
        choose = self._newest if self._policy.newest_first else self._oldest
        return choose(gaps, self._asked, settled) or choose(
            ledger.open_gaps(MissingReason.STORAGE), self._asked_anew, settled
        )

    def _newest(self, gaps: list[SlotRange], asked: SlotSet, settled: int) -> SlotRange | None:
        for gap in reversed(gaps):
            for part in reversed(asked.missing(gap.first, gap.end)):
                end = min(part.end, settled)
                if end > part.first:
                    piece = SlotRange(max(part.first, end - self._policy.piece_slots), end)
                    asked.add(*piece)
                    return piece
        return None

    def _oldest(self, gaps: list[SlotRange], asked: SlotSet, settled: int) -> SlotRange | None:
        for gap in gaps:
            for part in asked.missing(gap.first, gap.end):
                end = min(part.end, settled, part.first + self._policy.piece_slots)
                if end > part.first:
                    piece = SlotRange(part.first, end)
                    asked.add(*piece)
                    return piece
        return None

    async def _keep_acknowledging(self) -> None:
        while True:
            await asyncio.sleep(self._policy.ack_period_s)
            await self.acknowledge()
