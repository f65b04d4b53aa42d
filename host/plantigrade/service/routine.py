"""What is done by the clock: a look at the disk, samples that have had their time, the summary of a week."""

import asyncio
import shutil
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any, Final

from plantigrade.errors import PlantigradeError
from plantigrade.library.catalogue.audit import SERVICE, acting_as
from plantigrade.library.catalogue.library import Library
from plantigrade.library.retention import apply_retention
from plantigrade.library.time_zone import zone_of
from plantigrade.report.week import week_of
from plantigrade.report.weekly import weekly_bytes, weekly_text
from plantigrade.service.bus import EventBus
from plantigrade.service.day.settings import WarningSettings
from plantigrade.service.day.warnings import DayWarnings, free_bytes, growth_a_day
from plantigrade.service.events import DeliveryEvent, Event, SummaryEvent
from plantigrade.service.notify.messages import WEEK_SUBJECT
from plantigrade.service.offload import in_thread
from plantigrade.service.workers.process import in_worker

LOOK_EVERY_S: Final = 600.0
SUMMARY_WEEKDAY: Final = 0
SUMMARY_HOUR: Final = 8
"""Monday morning, where the person lives, and later where the service did not run then."""
SUMMARY_KEPT_S: Final = 1800.0
"""How long the PDF lies for a channel that is slow; then it is made again by `sessions person weekly`."""

Runner = Callable[..., Any]


@dataclass(frozen=True)
class SummaryJob:
    """What the worker process needs for a summary.

    Attributes:
        data_dir, url, key_file: of the library.
        person: code.
        to_day: last day of the week.
        path: of the PDF.
    """

    data_dir: Path
    url: str | None
    key_file: Path | None
    person: str
    to_day: date
    path: Path


def make_summary(job: SummaryJob) -> str:
    """Write the PDF; the same in sentences.

    Raises:
        PlantigradeError: the library cannot be read or the file cannot be written.
    """
    with acting_as(SERVICE), Library(job.data_dir, job.url, job.key_file) as library:
        week = week_of(library, job.person, job.to_day)
        language = library.person(job.person).language or "en"
    job.path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    job.path.touch(mode=0o600)
    job.path.write_bytes(weekly_bytes(week, language=language))
    return weekly_text(week, language)


def remove_old_samples(data_dir: Path, url: str | None, key_file: Path | None, at_utc: datetime) -> list[str]:
    """Remove the raw samples that are due; what stays although it is due, and why.

    Raises:
        LibraryError: the library cannot be opened or fails.
    """
    with acting_as(SERVICE), Library(data_dir, url, key_file) as library:
        return [f"{one.recording}: {one.problem}" for one in apply_retention(library, at_utc) if one.problem]


class Routine:
    """Does what is due, every ten minutes.

    Args:
        library: open.
        bus: where summaries go and deliveries are heard of.
        warnings: judges the disk.
        url, key_file: with which a worker process opens the library.
        process, thread: run what would hold up the loop.
        utc_ns: the wall clock.

    Attributes:
        problem: what could not be done at the last look; "" when all was.
    """

    def __init__(
        self,
        library: Library,
        bus: EventBus,
        warnings: DayWarnings,
        url: str | None = None,
        key_file: Path | None = None,
        process: Runner = in_worker,
        thread: Runner = in_thread,
        utc_ns: Callable[[], int] = time.time_ns,
    ) -> None:
        self.problem = ""
        self._library, self._bus, self._warnings = library, bus, warnings
        self._where = (library.data_dir, url, key_file)
        self._process, self._thread, self._utc_ns = process, thread, utc_ns
        self._folder = library.data_dir / "service" / "summaries"
        self._retention_day: date | None = None
        self._made: dict[str, tuple[date, Path, int]] = {}
        bus.call_on_event(self._hear)

    async def run(self) -> None:
        """Do what is due until cancelled; what fails is named in `problem` and tried again."""
        await self._thread(shutil.rmtree, self._folder, True)  # summaries of an earlier run
        while True:
            await self.look()
            await asyncio.sleep(LOOK_EVERY_S)

    async def look(self) -> None:
        """Do what is due now."""
        try:
            await self._look_at_disk()
            await self._retain()
            await self._summarise()
            self.problem = ""
        except (PlantigradeError, OSError) as error:
            self.problem = f"daily work: {error}"

    def _now(self) -> datetime:
        return datetime.fromtimestamp(self._utc_ns() * 1e-9, UTC)

    async def _look_at_disk(self) -> None:
        free = await self._thread(free_bytes, self._library.data_dir)
        growth = await self._thread(growth_a_day, self._library, self._now(), WarningSettings().growth_days)
        self._warnings.look_at_disk(free, growth)

    async def _retain(self) -> None:
        today = self._now().date()
        if self._retention_day == today:
            return
        stay: list[str] = await self._process(remove_old_samples, *self._where, self._now())
        self._retention_day = today
        if stay:
            raise PlantigradeError(f"samples that are due stay: {'; '.join(stay)}")

    async def _summarise(self) -> None:
        self._forget_old_files()
        for person, to_day in await self._thread(self._due):
            path = self._folder / f"{person}-{to_day.isoformat()}.pdf"
            text: str = await self._process(make_summary, SummaryJob(*self._where, person, to_day, path))
            self._made[person] = (to_day, path, self._utc_ns())
            from_day = to_day - timedelta(days=6)
            self._bus.publish(SummaryEvent(person, from_day.isoformat(), to_day.isoformat(), text, str(path)))

    def _due(self) -> list[tuple[str, date]]:
        """People who want a summary and have none of the last week yet, with its last day. Blocks."""
        found: list[tuple[str, date]] = []
        with acting_as(SERVICE):
            for person in self._library.people():
                record = self._library.record(person.code)
                if not record.settings.get().weekly_summary:
                    continue
                local = self._now().astimezone(zone_of(person))
                monday = local.date() - timedelta(days=(local.weekday() - SUMMARY_WEEKDAY) % 7)
                to_day = monday - timedelta(days=1)
                if local.date() == monday and local.hour < SUMMARY_HOUR:
                    continue
                if self._made.get(person.code, (date.min,))[0] >= to_day:
                    continue
                since = datetime.combine(monday, datetime.min.time(), local.tzinfo)
                told = any(one.subject.startswith(WEEK_SUBJECT) for one in record.deliveries.all(since))
                if not told and record.days.between(to_day - timedelta(days=6), to_day):
                    found.append((person.code, to_day))
        return found

    def _hear(self, event: Event) -> None:
        """A summary that was delivered need not lie there any longer."""
        if isinstance(event, DeliveryEvent) and event.delivered and event.subject.startswith(WEEK_SUBJECT):
            self._remove(event.person)

    def _forget_old_files(self) -> None:
        for person, (_, _, made_ns) in list(self._made.items()):
            if self._utc_ns() - made_ns > SUMMARY_KEPT_S * 1e9:
                self._remove(person)

    def _remove(self, person: str) -> None:
        if person in self._made:
            self._made[person][1].unlink(missing_ok=True)
