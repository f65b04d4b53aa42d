"""Disk nearly full, battery low, log nearly full: told before they bite, in plain words.

`DayWarnings` follows the states of the insoles on the bus and looks at the disk now and then; `warnings` are
those that hold, for the status and for pages; each is published as a `WarningEvent` when it begins, when it
becomes urgent, and once a day while it lasts.
"""

import shutil
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING

import sqlalchemy as sa

from plantigrade.library.catalogue.tables import RecordingRow
from plantigrade.service.bus import EventBus
from plantigrade.service.day.forecast import HOUR_NS, LevelHistory, left
from plantigrade.service.day.settings import WarningSettings
from plantigrade.service.events import Event, InsoleState, WarningEvent

if TYPE_CHECKING:
    from plantigrade.library.catalogue.library import Library


class WarningKind(StrEnum):
    """What is warned of."""

    DISK = "disk nearly full"
    BATTERY = "battery low"
    LOG = "log nearly full"


@dataclass(frozen=True)
class DayWarning:
    """Something that will bite.

    Attributes:
        kind: what.
        about: serial of the insole; "" for this computer.
        person: whose insole it is; None for this computer, and while nobody knows.
        text: one sentence for people.
        urgent: it is a matter of hours or of a few days.
        left: about so many `left_unit` are left; None where only the level is known.
        left_unit: "days" or "hours".
    """

    kind: WarningKind
    about: str
    person: str | None
    text: str
    urgent: bool
    left: float | None
    left_unit: str


def disk_warning(
    free_bytes: int,
    growth_bytes_a_day: float | None,
    settings: WarningSettings = WarningSettings(),  # noqa: B008 (frozen)
) -> DayWarning | None:
    """Whether the disk of the library will be full soon.

    Args:
        free_bytes: room that is left.
        growth_bytes_a_day: of the library; None where nothing was recorded lately.
        settings: when to warn.

    Example:
        >>> disk_warning(20 * 10**9, 4e9).text
        'About 5 days of recordings fit on this disk. Make room, or set how long raw samples are stored.'
        >>> disk_warning(200 * 10**9, 4e9) is None
        True
    """
    days = left(float(free_bytes), 0.0, -growth_bytes_a_day if growth_bytes_a_day else None)
    short = free_bytes < settings.disk_reserve_bytes
    if not short and (days is None or days >= settings.disk_days):
        return None
    urgent = short or (days is not None and days < settings.disk_urgent_days)
    what = "Almost nothing more fits on this disk" if short or days is None else _days_left(days)
    text = f"{what}. Make room, or set how long raw samples are stored."
    return DayWarning(WarningKind.DISK, "", None, text, urgent, days, "days")


def _days_left(days: float) -> str:
    if days < 1:
        return "Less than a day of recordings fits on this disk"
    return f"About {days:.0f} {'day' if round(days) == 1 else 'days'} of recordings fit on this disk"


def battery_warning(
    insole: InsoleState,
    pct_per_hour: float | None,
    settings: WarningSettings = WarningSettings(),  # noqa: B008 (frozen)
) -> DayWarning | None:
    """Whether an insole will be empty soon; none while it charges or its battery is not known.

    Args:
        insole: as it stands.
        pct_per_hour: change of its battery, negative while it runs out; None where it is not known.
        settings: when to warn.
    """
    level = insole.battery_pct
    if level is None or insole.charging:
        return None
    hours = left(float(level), 0.0, pct_per_hour)
    soon = hours is not None and hours < settings.battery_hours
    if level > settings.charge_pct and not soon:
        return None
    urgent = level <= settings.empty_pct
    lasts = "" if hours is None else f", about {_hours(hours)} at this rate"
    when = "Charge it now" if urgent else "Charge it soon" if soon else "Charge it tonight"
    text = f"{_name(insole)}: the battery is at {level} %{lasts}. {when}."
    return DayWarning(WarningKind.BATTERY, insole.serial, insole.person, text, urgent, hours, "hours")


def log_warning(
    insole: InsoleState,
    pct_per_hour: float | None,
    settings: WarningSettings = WarningSettings(),  # noqa: B008 (frozen)
) -> DayWarning | None:
    """Whether the log of an insole will be full soon: what it records after that is lost.

    Args:
        insole: as it stands.
        pct_per_hour: change of the fill, positive while it fills up; None where it is not known.
        settings: when to warn.
    """
    level = insole.log_used_pct
    if level is None:
        return None
    hours = left(level, 100.0, pct_per_hour)
    soon = hours is not None and hours < settings.log_full_hours
    if level < settings.log_full_pct and not soon:
        return None
    lasts = "" if hours is None else f" and full in about {_hours(hours)}"
    text = f"{_name(insole)}: its memory is {level:.0f} % full{lasts}. Bring it near this computer."
    return DayWarning(WarningKind.LOG, insole.serial, insole.person, text, soon, hours, "hours")


def _hours(hours: float) -> str:
    if hours < 1:
        return "less than an hour"
    return f"{hours:.0f} {'hour' if round(hours) == 1 else 'hours'}"


def _name(insole: InsoleState) -> str:
    side = {"left": "Left insole", "right": "Right insole"}.get(insole.side, "Insole")
    return f"{side} {insole.serial}"


def growth_a_day(library: "Library", at_utc: datetime, days: float) -> float | None:
    """Bytes that the library has taken in a day over the last days; None where nothing was added.

    Raises:
        LibraryError: the database fails.
    """
    since = at_utc - timedelta(days=days)
    recent = RecordingRow.added_utc >= since
    query = sa.select(sa.func.sum(RecordingRow.bytes), sa.func.min(RecordingRow.added_utc)).where(recent)
    with library.store.read() as session:
        taken, first = session.execute(query).one()
    if not taken:
        return None
    span = max(1.0, (at_utc - first).total_seconds() / 86_400.0)
    return float(taken) / min(span, days)


def free_bytes(folder: Path) -> int:
    """Room that is left on the disk of a folder.

    Raises:
        OSError: it cannot be told.
    """
    return shutil.disk_usage(folder).free


@dataclass
class _Published:
    """When a warning was published last, and whether it has ended since."""

    utc_ns: int
    urgent: bool
    has_ended: bool = False


class DayWarnings:
    """The warnings that hold.

    Args:
        bus: states of insoles are heard of here, and warnings are published.
        settings: when to warn.
        utc_ns: the wall clock.
    """

    def __init__(
        self,
        bus: EventBus,
        settings: WarningSettings = WarningSettings(),  # noqa: B008 (frozen)
        utc_ns: Callable[[], int] | None = None,
    ) -> None:
        self._bus, self._settings = bus, settings
        self._utc_ns = utc_ns or (lambda: round(datetime.now(UTC).timestamp() * 1e9))
        self._batteries: dict[str, LevelHistory] = {}
        self._logs: dict[str, LevelHistory] = {}
        self._holding: dict[tuple[WarningKind, str], DayWarning] = {}
        self._published: dict[tuple[WarningKind, str], _Published] = {}
        bus.call_on_event(self._hear)

    @property
    def warnings(self) -> tuple[DayWarning, ...]:
        """Those that hold, urgent ones first."""
        return tuple(sorted(self._holding.values(), key=lambda one: (not one.urgent, one.kind, one.about)))

    def look_at_disk(self, free: int, growth_bytes_a_day: float | None) -> None:
        """Judge the disk; `free_bytes` and `growth_a_day` give the figures, in a thread."""
        self._put(WarningKind.DISK, "", disk_warning(free, growth_bytes_a_day, self._settings))

    def _hear(self, event: Event) -> None:
        if not isinstance(event, InsoleState) or not event.serial:
            return
        now_ns, settings = self._utc_ns(), self._settings
        battery = self._batteries.setdefault(event.serial, self._history(-1))
        log = self._logs.setdefault(event.serial, self._history(1))
        if event.charging:
            battery.clear()
        elif event.battery_pct is not None:
            battery.add(now_ns, float(event.battery_pct))
        if event.log_used_pct is not None:
            log.add(now_ns, event.log_used_pct)
        least_h = settings.least_history_h
        self._put(
            WarningKind.BATTERY,
            event.serial,
            battery_warning(event, battery.per_hour(least_h), settings),
        )
        self._put(WarningKind.LOG, event.serial, log_warning(event, log.per_hour(least_h), settings))

    def _history(self, direction: int) -> LevelHistory:
        settings = self._settings
        return LevelHistory(direction, settings.history_h, settings.sample_s, settings.jump_pct)

    def _put(self, kind: WarningKind, about: str, warning: DayWarning | None) -> None:
        name = (kind, about)
        last = self._published.get(name)
        if warning is None:
            self._holding.pop(name, None)
            if last is not None:
                last.has_ended = True
            return
        self._holding[name] = warning
        now_ns = self._utc_ns()
        if last is not None and not (warning.urgent and not last.urgent):
            pause_h = self._settings.again_h if last.has_ended else self._settings.repeat_h
            if last.utc_ns <= now_ns < last.utc_ns + round(pause_h * HOUR_NS):
                return  # with a clock that was set back, it is told again
        self._published[name] = _Published(now_ns, warning.urgent)
        self._bus.publish(WarningEvent(warning.person, kind.value, about, warning.text, now_ns))


def about_person(warnings: tuple[DayWarning, ...], person: str) -> tuple[DayWarning, ...]:
    """Those that a person should see: of their own insoles and of this computer."""
    return tuple(one for one in warnings if one.person in (None, person))
