"""Who is told, how, and what was delivered before: what notifications need of the people's records."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, tzinfo
from typing import Protocol

from plantigrade.library.person.entries import Delivery, DeliveryOutcome, PersonSettings
from plantigrade.service.notify.messages import Style


@dataclass(frozen=True)
class Recipient:
    """A person who may be told something.

    Attributes:
        code: of the person.
        settings: what the person has set.
        zone: where the person lives.
        language: in which texts are written.
    """

    code: str
    settings: PersonSettings
    zone: tzinfo
    language: str

    @property
    def style(self) -> Style:
        """How messages are written."""
        return Style(self.language, self.zone, self.settings.health_text)


class People(Protocol):
    """The records. Every method may raise a PlantigradeError that says why the records cannot be used."""

    async def codes(self) -> Sequence[str]:
        """Everyone who is looked after here."""
        ...

    async def recipient(self, code: str) -> Recipient:
        """A person as things stand."""
        ...

    async def deliveries(self, code: str, since_utc: datetime) -> Sequence[Delivery]:
        """What was delivered, failed or was held back since then, the oldest first."""
        ...

    async def add_delivery(self, code: str, delivery: Delivery) -> None:
        """Store what became of a notification."""
        ...


def delivered(deliveries: Sequence[Delivery]) -> list[Delivery]:
    """Those that reached a channel, the insole's LED excepted."""
    return [one for one in deliveries if one.outcome is DeliveryOutcome.DELIVERED and one.channel != LED]


LED = "LED"
"""The channel of hints by an insole's LED, as it is named in records."""
EVERY_CHANNEL = "no channel"
"""The channel of what was held back before any was chosen, as it is named in records."""
CRITICAL_NOTE = "critical"
"""The note of a critical alert that was delivered: it does not count towards a day's limit."""
QUIET_NOTE = "quiet hours"
"""How the note of what quiet hours held back begins."""
