"""What the service does without being asked: it looks at the disk, removes raw samples that are due, and
makes the summary of each week for those who want one.

What was done is seen from the library, so that a restart repeats nothing.
"""

import asyncio
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Final

from plantigrade.errors import PlantigradeError
from plantigrade.library.catalogue.audit import SERVICE, acting_as
from plantigrade.library.catalogue.library import Library
from plantigrade.library.catalogue.weekly_files import clear_old, weekly_file
from plantigrade.library.retention import Removal, apply_retention
from plantigrade.library.time_zone import zone_of
from plantigrade.service.bus import EventBus
from plantigrade.service.day.warnings import DayWarnings, free_bytes, growth_a_day
from plantigrade.service.events import SummaryEvent
from plantigrade.service.offload import Runner, in_thread
from plantigrade.service.process import in_process
from plantigrade.service.workers.settings import UpkeepSettings

SUBJECT: Final = "weekly summary"
"""Of the delivery of a summary."""
MONDAY: Final = 0
WEEK: Final = timedelta(days=7)


@dataclass(frozen=True)
class LibraryPlace:
    """With what a worker process opens the library, see `Library`."""

    data_dir: Path
    url: str | None = None
    key_file: Path | None = None


@dataclass(frozen=True)
class WeekDue:
    """A summary that is to be made: of which person, and of the week up to which day."""

    person: str
    to_day: date
    language: str


class Upkeep:
    """Runs beside the insoles, in the service's loop.

    Args:
        library: open in the service.
        bus: summaries are published here.
        warnings: are told of the disk.
        url, key_file: with which a worker process opens the library.
        process, thread: run what takes long elsewhere; `service.offload.at_once` in virtual time.
        settings: how often.
        utc_ns: the wall clock.
    """

    def __init__(
        self,
        library: Library,
        bus: EventBus,
        warnings: DayWarnings,
        url: str | None = None,
        key_file: Path | None = None,
        process: Runner = in_process,
        thread: Runner = in_thread,
        settings: UpkeepSettings = UpkeepSettings(),  # noqa: B008 (frozen)
        utc_ns: Callable[[], int] = time.time_ns,
    ) -> None:
        self._library, self._bus, self._warnings = library, bus, warnings
        self._place = LibraryPlace(library.data_dir, url, key_file)
        self._process, self._thread = process, thread
        self._settings, self._utc_ns = settings, utc_ns
        self._made: dict[str, date] = {}
        self._retained_ns: int | None = None
        self._stuck: list[Removal] = []
        self.problems: dict[str, str] = {}

    async def run(self) -> None:
        """Until cancelled."""
        while True:
            await self.once()
            await asyncio.sleep(self._settings.every_s)

    async def once(self) -> None:
        """Everything that is due now; what fails is in `problems` until it succeeds."""
        for name, step in (
            ("disk", self._look_at_disk),
            ("retention", self._retain),
            ("weekly summary", self._summaries),
        ):
            try:
                await step()
                self.problems.pop(name, None)
            except (PlantigradeError, OSError) as error:
                self.problems[name] = str(error)

    def _now(self) -> datetime:
        return datetime.fromtimestamp(self._utc_ns() * 1e-9, UTC)

    async def _look_at_disk(self) -> None:
        growth = await self._thread(growth_a_day, self._library, self._now(), self._settings.growth_days)
        free = await self._thread(free_bytes, self._library.data_dir)
        self._warnings.look_at_disk(free, growth)

    async def _retain(self) -> None:
        """Once a day: it reads what is to stay before anything goes."""
        now_ns = self._utc_ns()
        every_ns = round(self._settings.retain_s * 1e9)
        last_ns = self._retained_ns
        if last_ns is None or not last_ns <= now_ns < last_ns + every_ns:  # the clock may have been set back
            removals: list[Removal] = await self._process(retain, self._place, self._now())
            self._retained_ns = now_ns
            self._stuck = [one for one in removals if one.problem]
        if self._stuck:
            one = self._stuck[0]
            raise PlantigradeError(
                f"raw samples of {len(self._stuck)} recordings stay although they are due; {one.recording}: "
                f"{one.problem}"
            )

    async def _summaries(self) -> None:
        await self._thread(clear_old, self._library.data_dir, self._now(), self._settings.file_days)
        due: list[WeekDue] = await self._thread(weeks_due, self._library, self._now(), self._settings)
        for week in due:
            if self._made.get(week.person) == week.to_day:
                continue
            text, file = await self._process(make_summary, self._place, week)
            self._made[week.person] = week.to_day
            first = week.to_day - WEEK + timedelta(days=1)
            self._bus.publish(
                SummaryEvent(week.person, first.isoformat(), week.to_day.isoformat(), text, file)
            )


def retain(place: LibraryPlace, at_utc: datetime) -> list[Removal]:
    """Remove raw samples that are due; for a worker process.

    Raises:
        LibraryError: as `apply_retention`.
    """
    with acting_as(SERVICE), Library(place.data_dir, place.url, place.key_file) as library:
        return apply_retention(library, at_utc)


def make_summary(place: LibraryPlace, week: WeekDue) -> tuple[str, str]:
    """Text and PDF of a week; for a worker process. An encrypted library writes no file that everyone can
    read, and a computer without the parts for reports makes none: the path is "" then.

    Raises:
        LibraryError: the library cannot be read.
    """
    from plantigrade.errors import MissingPartError
    from plantigrade.report.week import week_of

    with acting_as(SERVICE), Library(place.data_dir, place.url, place.key_file) as library:
        found = week_of(library, week.person, week.to_day)
        try:
            from plantigrade.report.weekly import weekly_text, write_weekly
        except MissingPartError:
            return "", ""
        path = weekly_file(library.data_dir, week.person, week.to_day)
        if library.vault is None:
            write_weekly(library, week.person, week.to_day, path, language=week.language)
        return weekly_text(found, week.language), str(path) if path.exists() else ""


def weeks_due(library: Library, now_utc: datetime, settings: UpkeepSettings) -> list[WeekDue]:
    """Whose week has ended and was not sent yet: from Monday morning of the person on, for a few days, so
    that a computer that was off is excused.

    Raises:
        LibraryError: the database fails.
    """
    due: list[WeekDue] = []
    with acting_as(SERVICE):
        for person in library.people():
            local = now_utc.astimezone(zone_of(person))
            monday = local.date() - timedelta(days=(local.weekday() - MONDAY) % 7)
            if local.date() - monday > timedelta(days=settings.summary_late_days):
                continue
            if local.date() == monday and local.hour < settings.summary_hour:
                continue
            record = library.record(person.code)
            with suppress(PlantigradeError):  # settings that cannot be read send nothing
                if record.settings.get().weekly_summary and not _was_sent(library, person.code, monday):
                    due.append(WeekDue(person.code, monday - timedelta(days=1), person.language or "en"))
    return due


def _was_sent(library: Library, person: str, monday: date) -> bool:
    zone = zone_of(library.person(person))
    since = datetime(monday.year, monday.month, monday.day, tzinfo=zone).astimezone(UTC)
    return any(one.subject.startswith(SUBJECT) for one in library.record(person).deliveries.all(since))
