"""What is told before it bites: how long disk, battery and log last, in which words, and how often."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
from plantigrade.library.catalogue.library import Library
from plantigrade.service.bus import EventBus
from plantigrade.service.day.forecast import HOUR_NS, LevelHistory
from plantigrade.service.day.settings import WarningSettings
from plantigrade.service.day.warnings import (
    DayWarnings,
    WarningKind,
    battery_warning,
    disk_warning,
    growth_a_day,
    log_warning,
)
from plantigrade.service.events import Event, InsoleState, LinkState, WarningEvent

from tests.host.service.workers.walks import heavier, stored

GB = 10**9


def insole(
    battery: int | None = 80, log: float | None = 10.0, charging: bool | None = False, serial: str = "A1"
) -> InsoleState:
    return InsoleState(
        serial, "left", LinkState.CONNECTED, None, battery, charging, log, (), 0, "P001", "daily"
    )


@pytest.mark.parametrize(
    ("free", "growth", "text", "urgent"),
    [
        (200 * GB, 1e9, None, None),
        (10 * GB, 1e9, "About 10 days of recordings", False),
        (2.5 * GB, 1e9, "About 2 days of recordings", True),
        (1.2 * GB, 1e9, "About 1 day of recordings", True),
        (1.1 * GB, 2e9, "Less than a day of recordings", True),
        (0.5 * GB, None, "Almost nothing more fits", True),
        (10 * GB, None, None, None),
    ],
)
def test_the_disk(free: float, growth: float | None, text: str | None, urgent: bool | None) -> None:
    """By the days that are left at the present growth; without growth by the room alone."""
    found = disk_warning(int(free), growth)
    assert (found is None) == (text is None)
    if found is not None and text is not None:
        assert text in found.text
        assert found.urgent is urgent


@pytest.mark.parametrize(
    ("level", "rate", "text"),
    [
        (80, -2.0, None),
        (80, None, None),
        (60, -10.0, "at 60 %, about 6 hours at this rate. Charge it soon."),
        (20, None, "at 20 %. Charge it tonight."),
        (20, -1.0, "about 20 hours at this rate. Charge it tonight."),
        (10, -2.5, "about 4 hours at this rate. Charge it now."),
        (3, -4.0, "less than an hour at this rate. Charge it now."),
        (None, None, None),
    ],
)
def test_the_battery(level: int | None, rate: float | None, text: str | None) -> None:
    """By its level and by the hours that it lasts; an unknown level is not an empty one."""
    found = battery_warning(insole(level), rate)
    assert (found is None) == (text is None)
    if found is not None and text is not None:
        assert found.text.startswith("Left insole A1: the battery is ")
        assert text in found.text


def test_a_charging_insole_is_not_warned_of() -> None:
    """Someone has seen to it."""
    assert battery_warning(insole(5, charging=True), -5.0) is None


@pytest.mark.parametrize(
    ("level", "rate", "text"),
    [
        (50.0, 1.0, None),
        (95.0, None, "95 % full."),
        (70.0, 5.0, "full in about 6 hours"),
        (99.0, -3.0, "99 % full."),
        (None, 1.0, None),
    ],
)
def test_the_log(level: float | None, rate: float | None, text: str | None) -> None:
    """What an insole records when its log is full is lost."""
    found = log_warning(insole(log=level), rate)
    assert (found is None) == (text is None)
    if found is not None and text is not None:
        assert text in found.text


def test_the_rate_is_that_of_most_samples() -> None:
    """One odd level of seven changes nothing; charging begins anew; too short a time says nothing."""
    history = LevelHistory(-1, 24.0, 1800.0, 3.0)
    for hour, level in enumerate((90, 85, 80, 79, 70, 65, 60)):
        history.add(hour * HOUR_NS, level)
    assert history.per_hour(2.0) == pytest.approx(-5.0)
    history.add(7 * HOUR_NS, 100)
    assert history.per_hour(2.0) is None


def test_only_the_last_day_counts() -> None:
    """A week of levels takes no more room than a day, and says the rate of the last day."""
    history = LevelHistory(1, 24.0, 1800.0, 3.0)
    for half_hour in range(2 * 24 * 7):
        fill = 0.0 if half_hour < 2 * 24 * 6 else (half_hour - 2 * 24 * 6) * 0.5
        history.add(half_hour * HOUR_NS // 2, fill)
    assert history.per_hour(2.0) == pytest.approx(1.0)
    assert len(history._samples) <= 50


class Watched:
    """Warnings of insoles over the hours of a day, and what was published."""

    def __init__(self) -> None:
        self.bus, self.heard, self.now_ns = EventBus(), list[Event](), 0
        self.warnings = DayWarnings(self.bus, WarningSettings(), lambda: self.now_ns)
        self.bus.call_on_event(self.heard.append)

    def at(self, hour: float, state: InsoleState) -> None:
        self.now_ns = round(hour * HOUR_NS)
        self.bus.publish(state)

    @property
    def published(self) -> list[WarningEvent]:
        return [event for event in self.heard if isinstance(event, WarningEvent)]


def test_a_warning_is_published_once_a_day_and_when_it_becomes_urgent() -> None:
    """Every state of the insole is looked at; the person hears of it three times in 40 hours."""
    watched = Watched()
    for minute in range(0, 40 * 60, 5):
        hour = minute / 60
        watched.at(hour, insole(round(max(6.0, 22.0 - hour))))
    kinds = [(event.kind, event.about, event.person) for event in watched.published]
    assert set(kinds) == {("battery low", "A1", "P001")}
    assert len(kinds) == 3
    assert "Charge it now" in watched.published[1].text


def test_what_is_charged_and_empties_again_is_told_again() -> None:
    """Not each minute where the level lies at the limit."""
    watched = Watched()
    for minute in range(60):
        watched.at(minute / 60, insole(20 + minute % 2))
    assert len(watched.published) == 1
    watched.at(2, insole(100, charging=True))
    assert watched.warnings.warnings == ()
    watched.at(15, insole(20))
    assert len(watched.published) == 2


def test_a_clock_that_was_set_back_silences_nothing() -> None:
    """A year ahead for a moment: the next warning does not wait for a year."""
    watched = Watched()
    watched.at(365 * 24.0, insole(18))
    watched.at(1.0, insole(17))
    assert len(watched.published) == 2


def test_urgent_ones_come_first() -> None:
    """Disk and both insoles at once."""
    watched = Watched()
    watched.at(0, insole(18))
    watched.at(0, insole(8, serial="B2"))
    watched.warnings.look_at_disk(10 * GB, 1e9)
    found = [(one.kind, one.about) for one in watched.warnings.warnings]
    assert found[0] == (WarningKind.BATTERY, "B2")
    assert set(found[1:]) == {(WarningKind.BATTERY, "A1"), (WarningKind.DISK, "")}


def test_growth_is_that_of_the_last_days(tmp_path: Path) -> None:
    """Nothing recorded: nothing grows; two recordings on the first day count for a whole day."""
    library = Library(tmp_path)
    now = datetime.now(UTC)
    assert growth_a_day(library, now, 14.0) is None
    names = [stored(library, heavier(1 + number)) for number in range(2)]
    taken = sum(library.entry(name).bytes for name in names)
    assert growth_a_day(library, datetime.now(UTC), 14.0) == pytest.approx(taken)
    assert growth_a_day(library, now.replace(year=now.year + 1), 14.0) is None
