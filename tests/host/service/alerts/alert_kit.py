"""A book of alerts with a clock that is set by hand, and a store that forgets nothing."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from plantigrade.errors import PlantigradeError
from plantigrade.library.person.entries import AlertAnswer
from plantigrade.service.alerts.book import AlertBook
from plantigrade.service.alerts.life import ns_of
from plantigrade.service.events import AlertEvent

BERLIN = ZoneInfo("Europe/Berlin")
NOON = datetime(2026, 3, 10, 11, 0, tzinfo=UTC)
"""Noon in Berlin."""


class Store:
    """Keeps entries as the library does: the same one once, in order of their numbers."""

    def __init__(self) -> None:
        self.entries: list[AlertAnswer] = []
        self.refuses = False

    async def keep(self, entries: Sequence[AlertAnswer]) -> None:
        if self.refuses:
            raise PlantigradeError("the disk is full")
        self.entries += [entry for entry in entries if entry not in self.entries]


class Clock:
    """UTC in ns, set by hand."""

    def __init__(self, at: datetime = NOON) -> None:
        self.at = at

    def __call__(self) -> int:
        return ns_of(self.at)

    def wait(self, **time: float) -> None:
        self.at += timedelta(**time)


def book(store: Store, clock: Clock, heard: list[AlertEvent]) -> AlertBook:
    """A person's book after a start of the service: it has read what was stored."""
    made = AlertBook("P001", heard.append, store, clock, BERLIN)
    made.load(store.entries)
    return made
