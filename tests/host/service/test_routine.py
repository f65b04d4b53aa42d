"""What is done by the clock: whose summary is due when, samples once a day, the disk each time."""

import asyncio
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from plantigrade.errors import PlantigradeError
from plantigrade.library.catalogue.library import Library
from plantigrade.library.entries import Person
from plantigrade.library.person.entries import Delivery, DeliveryOutcome, WearDay
from plantigrade.service import routine
from plantigrade.service.bus import EventBus
from plantigrade.service.day.warnings import DayWarnings, WarningKind
from plantigrade.service.events import DeliveryEvent, Event, SummaryEvent
from plantigrade.service.offload import at_once
from plantigrade.service.routine import Routine, make_summary, remove_old_samples

from tests.host.library.library_kit import finalized

SUNDAY = date(2026, 3, 8)
MONDAY_9 = datetime(2026, 3, 9, 9, tzinfo=UTC)
NAME = "20260306T100000Z-00000001"


class Home:
    """A library with one person, and the routine over it with every process call noted."""

    def __init__(self, folder: Path, now: datetime, zone: str = "UTC", wanted: bool = True) -> None:
        self.now = now
        self.library = Library(folder)
        self.library.add_person(Person("P001", time_zone=zone))
        self.record = self.library.record("P001")
        self.record.settings.set(replace(self.record.settings.get(), weekly_summary=wanted))
        self.bus = EventBus()
        self.heard: list[Event] = []
        self.bus.call_on_event(self.heard.append)
        self.called: list[Callable[..., Any]] = []
        self.warnings = DayWarnings(self.bus, utc_ns=self.utc_ns)
        self.routine = Routine(
            self.library, self.bus, self.warnings, process=self.process, thread=at_once, utc_ns=self.utc_ns
        )

    def utc_ns(self) -> int:
        return round(self.now.timestamp() * 1e9)

    async def process(self, function: Callable[..., Any], *words: Any) -> Any:
        self.called.append(function)
        return function(*words)

    def wore(self, day: date) -> None:
        self.library.add_recording(finalized(self.library.recordings, NAME))
        self.library.assign(NAME, "P001")
        self.record.days.put(NAME, day, WearDay(worn_h=7.5, steps=5000))

    def look(self) -> None:
        asyncio.run(self.routine.look())

    @property
    def summaries(self) -> list[SummaryEvent]:
        return [event for event in self.heard if isinstance(event, SummaryEvent)]


@pytest.mark.parametrize(
    ("now", "zone", "due"),
    [
        (MONDAY_9, "UTC", True),
        (MONDAY_9.replace(hour=7), "UTC", False),  # before eight
        (MONDAY_9.replace(hour=7), "Europe/Berlin", True),  # where it is eight already
        (MONDAY_9.replace(day=11), "UTC", True),  # the service did not run on Monday
        (MONDAY_9.replace(day=8), "UTC", False),  # the week is not over, and of the one before is nothing
        (MONDAY_9.replace(day=16), "UTC", False),  # nothing is known of that week
    ],
)
def test_a_summary_is_made_on_monday_morning(tmp_path: Path, now: datetime, zone: str, due: bool) -> None:
    home = Home(tmp_path, now, zone)
    home.wore(date(2026, 3, 6))
    home.look()
    assert home.routine.problem == ""
    assert bool(home.summaries) is due
    if due:
        (made,) = home.summaries
        assert (made.person, made.from_day, made.to_day) == ("P001", "2026-03-02", SUNDAY.isoformat())
        assert Path(made.file).read_bytes()[:4] == b"%PDF" and made.text
        assert Path(made.file).stat().st_mode & 0o077 == 0


def test_no_summary_for_who_wants_none(tmp_path: Path) -> None:
    home = Home(tmp_path, MONDAY_9, wanted=False)
    home.wore(date(2026, 3, 6))
    home.look()
    assert home.summaries == []


def test_a_week_is_told_once_also_after_a_restart(tmp_path: Path) -> None:
    home = Home(tmp_path, MONDAY_9)
    home.wore(date(2026, 3, 6))
    home.look()
    home.look()
    assert len(home.summaries) == 1
    home.record.deliveries.add(
        Delivery(MONDAY_9, "mail", "weekly summary 2026-03-02", DeliveryOutcome.DELIVERED)
    )
    again = Routine(
        home.library, home.bus, home.warnings, process=home.process, thread=at_once, utc_ns=home.utc_ns
    )
    asyncio.run(again.look())
    assert len(home.summaries) == 1


@pytest.mark.parametrize("how", ["delivered", "half an hour later"])
def test_the_file_does_not_lie_about(tmp_path: Path, how: str) -> None:
    home = Home(tmp_path, MONDAY_9)
    home.wore(date(2026, 3, 6))
    home.look()
    path = Path(home.summaries[0].file)
    home.bus.publish(DeliveryEvent("P001", "mail", "weekly summary 2026-03-02", False))
    assert path.exists(), "the next channel needs it"
    if how == "delivered":
        home.bus.publish(DeliveryEvent("P001", "mail", "weekly summary 2026-03-02", True))
    else:
        home.now = MONDAY_9.replace(minute=31)
        home.look()
    assert not path.exists()


def test_samples_are_looked_at_once_a_day(tmp_path: Path) -> None:
    home = Home(tmp_path, MONDAY_9)
    for day in (9, 9, 10):
        home.now = MONDAY_9.replace(day=day)
        home.look()
    assert home.called.count(remove_old_samples) == 2


async def test_what_fails_is_named_and_tried_again(tmp_path: Path) -> None:
    home = Home(tmp_path, MONDAY_9)
    home.wore(date(2026, 3, 6))
    failures = [PlantigradeError("the disk is full")]
    inner = home.process

    async def process(function: Callable[..., Any], *words: Any) -> Any:
        if function is make_summary and failures:
            raise failures.pop()
        return await inner(function, *words)

    one = Routine(home.library, home.bus, home.warnings, process=process, thread=at_once, utc_ns=home.utc_ns)
    await one.look()
    assert one.problem == "daily work: the disk is full"
    await one.look()
    assert (one.problem, len(home.summaries)) == ("", 1)


def test_a_full_disk_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    home = Home(tmp_path, MONDAY_9)
    monkeypatch.setattr(routine, "free_bytes", lambda folder: 1000)  # pyright: ignore[reportUnknownLambdaType]
    home.look()
    assert [one.kind for one in home.warnings.warnings] == [WarningKind.DISK]
