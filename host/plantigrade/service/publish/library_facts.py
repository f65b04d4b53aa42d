"""People's days from the library, for those who allow that they are published."""

from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from datetime import UTC, datetime

from plantigrade.library.catalogue.audit import SERVICE, acting_as
from plantigrade.library.catalogue.library import Library
from plantigrade.library.catalogue.store import LibraryError
from plantigrade.library.entries import Person
from plantigrade.service.notify.library_people import zone_or_here
from plantigrade.service.offload import Runner, in_thread
from plantigrade.service.publish.states import PersonFacts


class LibraryFacts:
    """The days of the people of an open library.

    Args:
        library: where they are.
        alerts_open: how many alerts of each person are open now, by code; None where that is not known.
        thread: runs a call to the database.
        now_utc: the present.
    """

    def __init__(
        self,
        library: Library,
        alerts_open: Callable[[], Mapping[str, int]] | None = None,
        thread: Runner = in_thread,
        now_utc: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._library = library
        self._alerts_open = alerts_open
        self._thread = thread
        self._now_utc = now_utc

    async def facts(self) -> Sequence[PersonFacts]:
        """One for each person who allows it."""
        alerts = None if self._alerts_open is None else self._alerts_open()
        with acting_as(SERVICE):
            return await self._thread(self._facts, alerts)

    def _facts(self, alerts: Mapping[str, int] | None) -> list[PersonFacts]:
        found: list[PersonFacts] = []
        for person in self._library.people():
            with suppress(LibraryError):  # settings that cannot be read allow nothing
                if self._library.record(person.code).settings.get().publish:
                    found.append(self._of(person, alerts))
        return found

    def _of(self, person: Person, alerts: Mapping[str, int] | None) -> PersonFacts:
        today = self._now_utc().astimezone(zone_or_here(person)).date()
        day = self._library.record(person.code).days.between(today, today).get(today)
        return PersonFacts(
            person.code,
            None if day is None else day.steps,
            None if day is None else day.worn_h,
            None if alerts is None else alerts.get(person.code, 0),
        )
