"""The records of a library, as notifications use them: in threads, so that a locked one delays nobody."""

from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import UTC, datetime, tzinfo
from pathlib import Path
from typing import Final
from zoneinfo import ZoneInfo

from plantigrade.library.catalogue.audit import SERVICE, acting_as
from plantigrade.library.catalogue.library import Library
from plantigrade.library.entries import Person
from plantigrade.library.person.entries import Delivery
from plantigrade.library.time_zone import zone_of
from plantigrade.service.notify.messages import FALLBACK
from plantigrade.service.notify.people import Recipient
from plantigrade.service.offload import Runner, in_thread

_THIS_COMPUTER: Final = Path("/etc/localtime")


class LibraryPeople:
    """The people of an open library.

    Args:
        library: where their records are.
        thread: runs a call to the database.
        now_utc: the present.
    """

    def __init__(
        self,
        library: Library,
        thread: Runner = in_thread,
        now_utc: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._library = library
        self._thread = thread
        self._now_utc = now_utc

    async def codes(self) -> Sequence[str]:
        """Everyone who has an insole now: they are the ones who are looked after here."""
        with acting_as(SERVICE):
            return await self._thread(self._codes)

    async def recipient(self, code: str) -> Recipient:
        """A person as things stand."""
        with acting_as(SERVICE):
            return await self._thread(self._recipient, code)

    async def deliveries(self, code: str, since_utc: datetime) -> Sequence[Delivery]:
        """What was delivered, failed or was held back since then, the oldest first."""
        with acting_as(SERVICE):
            return await self._thread(self._deliveries, code, since_utc)

    async def add_delivery(self, code: str, delivery: Delivery) -> None:
        """Store what became of a notification."""
        with acting_as(SERVICE):
            await self._thread(self._add, code, delivery)

    def _codes(self) -> list[str]:
        now_utc = self._now_utc()
        return [
            person.code
            for person in self._library.people()
            if any(
                one.from_utc <= now_utc and (one.to_utc is None or one.to_utc > now_utc)
                for one in self._library.record(person.code).insoles.periods()
            )
        ]

    def _recipient(self, code: str) -> Recipient:
        person = self._library.person(code)
        settings = self._library.record(code).settings.get()
        return Recipient(code, settings, zone_or_here(person), person.language or FALLBACK)

    def _deliveries(self, code: str, since_utc: datetime) -> list[Delivery]:
        return self._library.record(code).deliveries.all(since_utc)

    def _add(self, code: str, delivery: Delivery) -> None:
        self._library.record(code).deliveries.add(delivery)


def zone_or_here(person: Person) -> tzinfo:
    """The time zone of a person; that of this computer where the person's is unknown.

    Example:
        >>> zone_or_here(Person("P001", time_zone="Europe/Berlin"))
        zoneinfo.ZoneInfo(key='Europe/Berlin')
    """
    if (known := zone_of(person)) is not None:
        return known
    with suppress(OSError, ValueError), _THIS_COMPUTER.open("rb") as file:
        return ZoneInfo.from_file(file)
    return datetime.now().astimezone().tzinfo or UTC  # Windows: today's offset from UTC
