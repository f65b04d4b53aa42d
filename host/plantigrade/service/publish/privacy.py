"""What of an event may leave this computer. No I/O."""

import hashlib
from collections.abc import Collection
from dataclasses import dataclass, replace

from plantigrade.service.events import (
    AlertEvent,
    DeliveryEvent,
    Event,
    InsoleState,
    RecordingEvent,
    StrideEvent,
    SummaryEvent,
    WarningEvent,
    WatchingEvent,
)

ABOUT_HEALTH = (StrideEvent, AlertEvent, WatchingEvent, DeliveryEvent, SummaryEvent)
"""Events that say something about a person's health, if only that there was something to tell."""


@dataclass(frozen=True)
class Policy:
    """What may leave.

    Attributes:
        installation: random, of this data folder; people's pseudonyms depend on it.
        health_values: whether events about health may.
        people: codes of those who allow it for themselves.
    """

    installation: str
    health_values: bool = False
    people: Collection[str] = ()

    def pseudonym(self, person: str) -> str:
        """What a person is called outside: always the same here, another one elsewhere, and not the code.

        Example:
            >>> Policy("0a1b2c3d").pseudonym("P001")
            'b9f8c90fe0'
        """
        return hashlib.sha256(f"{self.installation}/{person}".encode()).hexdigest()[:10]

    def outgoing(self, event: Event) -> Event | None:
        """An event as it may leave: with a pseudonym, or without the person, or not at all."""
        known = event.person if event.person in self.people else None
        if isinstance(event, ABOUT_HEALTH):
            if known is None or not self.health_values:
                return None
            person = self.pseudonym(known)
            if isinstance(event, SummaryEvent):
                return replace(event, person=person, file="")
            return replace(event, person=person)
        assert isinstance(event, InsoleState | RecordingEvent | WarningEvent)
        return replace(event, person=None if known is None else self.pseudonym(known))
