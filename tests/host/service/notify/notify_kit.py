"""People in memory, a sender that does as texts_sent, and notices; all in virtual time."""

import asyncio
from collections.abc import Callable, Coroutine, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from plantigrade.errors import PlantigradeError
from plantigrade.library.person.entries import Channel, Delivery, PersonSettings
from plantigrade.service.bus import EventBus
from plantigrade.service.events import AlertClass, AlertEvent, DeliveryEvent
from plantigrade.service.notify.channels import Sent
from plantigrade.service.notify.messages import Message
from plantigrade.service.notify.notifier import Notifier
from plantigrade.service.notify.people import Recipient

from tests.host.bridge_kit.virtual_time import run_virtually, virtual_now_ns

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
"""A Monday; 13:00 in Berlin."""
BERLIN = ZoneInfo("Europe/Berlin")
MAIL, PHONE = Channel("mail", "mailto://secret"), Channel("phone", "ntfy://secret")


def ns(at: datetime) -> int:
    return round(at.timestamp()) * 10**9


def alert(
    onset: datetime = NOON,
    severity: str = "warning",
    rule: str = "low-arch",
    foot: str = "left",
    person: str = "P001",
    cleared: datetime | None = None,
    shown: bool = True,
    kind: AlertClass = AlertClass.LIVE,
    known: datetime | None = None,
) -> AlertEvent:
    onset_ns = ns(onset)
    known_ns = ns(known or onset)
    cleared_ns = None if cleared is None else ns(cleared)
    return AlertEvent(person, rule, foot, severity, onset_ns, known_ns, cleared_ns, kind, shown)


@dataclass
class Records:
    """People whose records are in memory; `broken` makes every call fail."""

    settings: dict[str, PersonSettings]
    stored: list[tuple[str, Delivery]] = field(default_factory=list[tuple[str, Delivery]])
    broken: bool = False

    def _check(self) -> None:
        if self.broken:
            raise PlantigradeError("the database is locked")

    async def codes(self) -> Sequence[str]:
        self._check()
        return list(self.settings)

    async def recipient(self, code: str) -> Recipient:
        self._check()
        return Recipient(code, self.settings[code], BERLIN, "en")

    async def deliveries(self, code: str, since_utc: datetime) -> Sequence[Delivery]:
        self._check()
        return [one for person, one in self.stored if person == code and one.at_utc >= since_utc]

    async def add_delivery(self, code: str, delivery: Delivery) -> None:
        self._check()
        self.stored.append((code, delivery))

    @property
    def outcomes(self) -> list[tuple[str, str]]:
        """(channel, outcome) of each stored delivery."""
        return [(one.channel, one.outcome.value) for _, one in self.stored]


@dataclass
class World:
    """Virtual time that begins at a moment; what was sent, and what becomes of it.

    Attributes:
        sent: (UTC, channel, message) of each attempt.
        refuses: channels that take nothing.
        hangs: channels that answer nothing for an hour.
    """

    records: Records
    begin: datetime = NOON
    bus: EventBus = field(default_factory=EventBus)
    sent: list[tuple[datetime, str, Message]] = field(default_factory=list[tuple[datetime, str, Message]])
    heard: list[DeliveryEvent] = field(default_factory=list[DeliveryEvent])
    hints: list[tuple[str, str]] = field(default_factory=list[tuple[str, str]])
    refuses: set[str] = field(default_factory=set[str])
    hangs: set[str] = field(default_factory=set[str])
    insole_hangs: bool = False
    _began_ns: int = 0

    def utc_ns(self) -> int:
        return ns(self.begin) + virtual_now_ns() - self._began_ns

    @property
    def now(self) -> datetime:
        return datetime.fromtimestamp(self.utc_ns() / 1e9, UTC)

    async def send(self, channel: Channel, message: Message) -> Sent:
        self.sent.append((self.now, channel.name, message))
        if channel.name in self.hangs:
            await asyncio.sleep(3600)
        return Sent(False, "refused") if channel.name in self.refuses else Sent(True)

    async def hint(self, person: str, foot: str) -> Sent:
        self.hints.append((person, foot))
        if self.insole_hangs:
            await asyncio.sleep(3600)
        return Sent(True)

    @property
    def texts_sent(self) -> list[tuple[str, str]]:
        """(channel, text) of each attempt."""
        return [(channel, message.body) for _, channel, message in self.sent]

    def live(self, story: Callable[["World"], Coroutine[Any, Any, None]]) -> None:
        """Run a notifier while a story happens."""

        async def run() -> None:
            self._began_ns = virtual_now_ns()
            self.bus.call_on_event(lambda e: self.heard.append(e) if isinstance(e, DeliveryEvent) else None)
            notifier = Notifier(self.bus, self.records, self, self, self.utc_ns, now_ns=virtual_now_ns)
            running = asyncio.create_task(notifier.run())
            await asyncio.sleep(0.1)
            await story(self)
            running.cancel()
            await asyncio.gather(running, return_exceptions=True)

        run_virtually(run())

    async def until(self, hour: int, minute: int = 0) -> None:
        """Wait until this UTC time of the day on which the story began, or the next one."""
        at = self.now.replace(hour=hour, minute=minute, second=0, microsecond=0)
        seconds = (at - self.now).total_seconds()
        await asyncio.sleep(seconds if seconds > 0 else seconds + 86_400)
