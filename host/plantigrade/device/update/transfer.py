"""The bytes of a bundle on their way to an insole: in order, some commands at once."""

import asyncio
from collections import deque
from dataclasses import dataclass
from typing import NamedTuple
from zlib import crc32

from insole_protocol import bundle_layout, ids, messages, replies, update_codes

from plantigrade.bridge.command_client import Answer
from plantigrade.bridge.errors import BridgeError, RefusedError
from plantigrade.bridge.session import Session
from plantigrade.device.update import texts
from plantigrade.device.update.errors import UpdateError, UpdateFault
from plantigrade.device.update.progress import ProgressHandler, Rate
from plantigrade.device.update.settings import LARGEST_WINDOW, POLL_S, REPLY_S, TRIES


class NotIdleError(BridgeError):
    """The insole left idle mode, in which alone it takes an update."""


class NoRoomError(BridgeError):
    """The insole has no memory for the command at this moment; a little later it has."""


class MakesRoomError(BridgeError):
    """The insole restarts, and takes the bundle on the next connection."""


class Piece(NamedTuple):
    """An UPDATE_DATA that has no reply yet."""

    offset: int
    reply: "asyncio.Task[Answer]"


@dataclass
class Transfer:
    """Sends one bundle over any number of connections.

    Attributes:
        data: the bundle.
        on_progress: is told after each reply.
        window: so many commands at once at most; None for as many as the insole offers.
        sent_bytes: over all connections, with what was sent twice.
        done: what the insole has, or does not need.
    """

    data: bytes
    on_progress: ProgressHandler
    window: int | None = None
    sent_bytes: int = 0
    done: int = 0

    def __post_init__(self) -> None:
        self._rate = Rate(asyncio.get_running_loop().time)
        self._again = 0

    async def run(self, session: Session) -> None:
        """Send what is missing over one connection.

        Raises:
            UpdateError: the insole refuses the bundle, or nothing arrives as it was sent.
            NotIdleError: another host has switched it out of idle mode.
            LinkError, BridgeError: the connection broke; the next one goes on.
        """
        total = len(self.data)
        head_crc = crc32(self.data[: bundle_layout.PAYLOAD_AT])
        begun = replies.UpdateBeginReply(
            (await self._ask(session, ids.OP_UPDATE_BEGIN, total, head_crc)).reply
        )
        if not begun.data_bytes:
            raise MakesRoomError(f"{session.insole.name} restarts to make room for the update")
        size = max(1, min(begun.data_bytes, messages.MAX_DATA_BYTES))
        window = max(1, min(begun.window, self.window or LARGEST_WINDOW, LARGEST_WINDOW))
        self.done = min(begun.next_offset, total)
        self._rate.restart(self.done)
        sent_to = self.done
        flying: deque[Piece] = deque()
        try:
            while self.done < total:
                # The head is judged first: what flies behind it would hide why it is refused.
                room = window if self.done >= bundle_layout.PAYLOAD_AT else 1
                while len(flying) < room and sent_to < total:
                    flying.append(self._send(session, sent_to, size))
                    sent_to = min(sent_to + size, total)
                if not flying:  # the insole wants less than it had: ask anew
                    sent_to = self.done
                    continue
                sent_to = await self._take_reply(flying, sent_to)
        finally:
            await _give_up(flying)

    def _send(self, session: Session, offset: int, size: int) -> Piece:
        piece = self.data[offset : offset + size]
        self.sent_bytes += len(piece)
        ask = self._ask(session, ids.OP_UPDATE_DATA, offset, crc32(piece), value=piece)
        return Piece(offset, asyncio.create_task(ask))

    async def _take_reply(self, flying: deque[Piece], sent_to: int) -> int:
        """Wait for the oldest reply; how far is sent now."""
        piece = flying.popleft()
        try:
            answer = await piece.reply
        except RefusedError as error:
            if error.result != ids.RESULT_RANGE:
                raise
            await _give_up(flying)
            self._again += 1
            if self._again > TRIES:
                raise UpdateError(
                    UpdateFault.LINK, f"what is sent does not arrive as it was: {error}; try another place"
                ) from error
            return self.done
        wanted = min(replies.UpdateDataReply(answer.reply).next_offset, len(self.data))
        if wanted > self.done:
            self._again = 0
        self._rate.skipped(max(0, wanted - sent_to))
        self.done = max(self.done, wanted)
        self.on_progress(self._rate.progress(self.done, len(self.data)))
        return max(sent_to, wanted)

    async def _ask(self, session: Session, op: int, *arguments: int, value: bytes = b"") -> Answer:
        """One command; a refusal that is not about bytes on the way comes with the insole's reason."""
        try:
            return await session.command_client.ask(op, *arguments, value=value, timeout_s=REPLY_S)
        except RefusedError as error:
            if error.result == ids.RESULT_RANGE and op == ids.OP_UPDATE_DATA:
                raise
            raise await why_refused(session, error) from error


async def why_refused(session: Session, error: RefusedError) -> BridgeError:
    """A refusal of an update's command with the reason that the insole gives for it."""
    status = await fetch_update_status(session)
    name = session.insole.name
    if status.refusal == update_codes.REFUSAL_NOT_IDLE:
        return NotIdleError(f"{name} is not idle")
    fault = {
        update_codes.REFUSAL_BATTERY: UpdateFault.BATTERY,
        update_codes.REFUSAL_FLOOR: UpdateFault.FLOOR,
        update_codes.REFUSAL_ON_TRIAL: UpdateFault.ON_TRIAL,
        update_codes.REFUSAL_BOARD: UpdateFault.BOARD,
        update_codes.REFUSAL_ARCHITECTURE: UpdateFault.BOARD,
    }.get(status.refusal, UpdateFault.REFUSED)
    if status.refusal and status.refusal != update_codes.REFUSAL_NOT_BEGUN:
        return UpdateError(
            fault, f"{name} refused the bundle: {texts.refusal(status.refusal, status.text)}", status.refusal
        )
    if error.result == ids.RESULT_BUSY:
        return NoRoomError(str(error))
    return UpdateError(fault, str(error))


async def fetch_update_status(
    session: Session, text_of: int = update_codes.TEXT_REFUSAL
) -> replies.UpdateStatusReply:
    """How an update stands, with one of its four texts; an insole short of memory is asked again."""
    for tries_left in reversed(range(TRIES)):
        try:
            answer = await session.command_client.ask(ids.OP_UPDATE_STATUS, text_of, timeout_s=REPLY_S)
            return replies.UpdateStatusReply(answer.reply)
        except RefusedError as error:
            if error.result != ids.RESULT_BUSY or not tries_left:
                raise
        await asyncio.sleep(POLL_S)
    raise AssertionError("the last try returns or raises")


async def _give_up(flying: deque[Piece]) -> None:
    """Wait for the replies to what is on its way, whatever they are."""
    tasks = [piece.reply for piece in flying]
    flying.clear()
    await asyncio.gather(*tasks, return_exceptions=True)
