"""One message to one person: the channels in their order, in rounds, until one takes it."""

import asyncio
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Protocol

from plantigrade.errors import PlantigradeError
from plantigrade.library.person.entries import Channel, Delivery, DeliveryOutcome
from plantigrade.service.bus import EventBus
from plantigrade.service.events import DeliveryEvent
from plantigrade.service.notify.channels import Sender, Sent
from plantigrade.service.notify.messages import Message
from plantigrade.service.notify.people import CRITICAL_NOTE, EVERY_CHANNEL, LED, People, Recipient
from plantigrade.service.notify.settings import HINT_TIMEOUT_S, ROUND_PAUSES_S


class Hints(Protocol):
    """The LEDs of the insoles that are connected."""

    async def hint(self, person: str, foot: str) -> Sent:
        """Let the insole of a person's foot blink ("left", "right", "both").

        Never raises for what an insole does.
        """
        ...


class Delivering:
    """Delivers messages and says what became of each attempt, on the bus and in the person's record.

    Args:
        bus: where `DeliveryEvent`s go.
        people: the records.
        sender: how a channel is used.
        hints: the LEDs; None where there are none.
        utc_ns: the wall clock.
        round_pauses_s: before each round over all channels.
    """

    def __init__(
        self,
        bus: EventBus,
        people: People,
        sender: Sender,
        hints: Hints | None,
        utc_ns: Callable[[], int],
        round_pauses_s: Sequence[float] = ROUND_PAUSES_S,
    ) -> None:
        self._bus = bus
        self._people = people
        self._sender = sender
        self._hints = hints
        self._utc_ns = utc_ns
        self._round_pauses_s = tuple(round_pauses_s)

    @property
    def now_utc(self) -> datetime:
        """The present."""
        return datetime.fromtimestamp(self._utc_ns() / 1e9, UTC)

    async def deliver(self, recipient: Recipient, message: Message, subjects: Sequence[str]) -> bool:
        """Try the channels in their order until one takes the message; when none does, again after a pause.

        Args:
            recipient: to whom.
            message: what.
            subjects: what it is about; each is recorded.

        Returns:
            Whether a channel took it.
        """
        channels = recipient.settings.channels
        for pause_s in self._round_pauses_s if channels else ():
            await asyncio.sleep(pause_s)
            for channel in channels:
                if (await self.attempt(recipient.code, channel, message, subjects)).delivered:
                    return True
        if not channels and message.critical:
            note = "no channel is set up"
            await self.record(recipient.code, EVERY_CHANNEL, subjects, DeliveryOutcome.FAILED, note)
        return False

    async def attempt(self, person: str, channel: Channel, message: Message, subjects: Sequence[str]) -> Sent:
        """Try one channel once, and say what became of it."""
        sent = await self._sender.send(channel, message)
        note = CRITICAL_NOTE if sent.delivered and message.critical else sent.note
        await self.record(person, channel.name, subjects, _outcome(sent), note)
        return sent

    async def hint(self, recipient: Recipient, foot: str, subject: str) -> Sent | None:
        """Let the insole blink, for a person who wants that; beside the other channels, not instead of them.

        Returns:
            What became of it; None where it is not wanted, or where there are no LEDs.
        """
        if self._hints is None or not recipient.settings.led_hint:
            return None
        try:
            async with asyncio.timeout(HINT_TIMEOUT_S):
                sent = await self._hints.hint(recipient.code, foot)
        except TimeoutError:
            sent = Sent(False, f"the insole did not answer within {HINT_TIMEOUT_S:g} s")
        await self.record(recipient.code, LED, [subject], _outcome(sent), sent.note)
        return sent

    async def record(
        self, person: str, channel: str, subjects: Sequence[str], outcome: DeliveryOutcome, note: str = ""
    ) -> None:
        """Say what became of an attempt: on the bus, and in the record as far as that can be written."""
        at_utc = self.now_utc
        for subject in subjects:
            problem = ""
            try:
                await self._people.add_delivery(person, Delivery(at_utc, channel, subject, outcome, note))
            except PlantigradeError as error:
                problem = f" (not recorded: {error})"
            done = outcome is DeliveryOutcome.DELIVERED
            self._bus.publish(DeliveryEvent(person, channel, subject, done, note + problem))


def _outcome(sent: Sent) -> DeliveryOutcome:
    return DeliveryOutcome.DELIVERED if sent.delivered else DeliveryOutcome.FAILED
