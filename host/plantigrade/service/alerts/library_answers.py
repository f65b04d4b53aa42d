"""What happens to alerts, in the person's record of the library."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from plantigrade.library.catalogue.audit import SERVICE, acting_as
from plantigrade.library.catalogue.library import Library
from plantigrade.library.person.entries import AlertAnswer
from plantigrade.service.alerts.life import REMINDER
from plantigrade.service.alerts.settings import HISTORY_DAYS
from plantigrade.service.offload import Runner


class LibraryAnswers:
    """The answers of one person in an open library, as `book.AnswerStore`.

    Args:
        library: open.
        person: code.
        thread: runs a call to the database.
    """

    def __init__(self, library: Library, person: str, thread: Runner) -> None:
        self._library, self._person, self._thread = library, person, thread

    async def keep(self, entries: Sequence[AlertAnswer]) -> None:
        """Make entries durable, in order; the same one twice is stored once.

        Raises:
            LibraryError: they could not be stored.
        """
        await self._thread(self._keep, tuple(entries))

    async def latest(self, now_utc: datetime) -> list[AlertAnswer]:
        """What happened in the last days, and every confirmation of the sentence beside critical rules.

        Raises:
            LibraryError: the library cannot be read.
        """
        return await self._thread(self._latest, now_utc)

    def _keep(self, entries: tuple[AlertAnswer, ...]) -> None:
        with acting_as(SERVICE):
            answers = self._library.record(self._person).answers
            for entry in entries:
                answers.add(entry)

    def _latest(self, now_utc: datetime) -> list[AlertAnswer]:
        since = now_utc.astimezone(UTC) - timedelta(days=HISTORY_DAYS)
        with acting_as(SERVICE):
            answers = self._library.record(self._person).answers
            return [*answers.to(REMINDER, "both", 0), *answers.all(since)]
