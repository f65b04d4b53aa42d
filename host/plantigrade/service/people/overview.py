"""Who needs a look today: everyone who shares, in three groups."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from enum import StrEnum
from functools import cache
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from plantigrade.library.catalogue.at_a_glance import Glance, alert_entries, glances, hours_worn
from plantigrade.service.alerts.life import LivingAlert
from plantigrade.service.alerts.stored import open_alerts, stored_alerts, unanswered
from plantigrade.service.events import InsoleState
from plantigrade.service.people.settings import MUCH_MISSING, SILENT_DAYS, SPAN_DAYS

if TYPE_CHECKING:
    from plantigrade.library.catalogue.library import Library


class Need(StrEnum):
    """Why someone should look at a person; the groups of the list, in its order."""

    LOOK = "look"
    """Alerts are open, an insole has a fault, or much is missing."""
    SILENT = "silent"
    """Nothing has come for days; what is open is not known."""
    NOTHING = "nothing"
    """No rule has spoken; that does not mean that all is well."""


class Order(StrEnum):
    """By what people of a group are sorted."""

    NEED = "need"
    CODE = "code"
    LATEST = "latest"
    WORN = "worn"
    ALERTS = "alerts"
    MISSING = "missing"


@dataclass(frozen=True)
class PersonOverview:
    """One line of the list.

    Attributes:
        code: of the person.
        need: the group.
        latest_utc: when the newest data end; None where there never were any.
        open_alerts: shown and lasting, newest first; None where nothing has come for days, so that nobody
            knows.
        unanswered: how many alerts of the span nobody has answered.
        faults: of the person's insoles.
        missing_share: of the frames of the span; None where nothing was recorded.
        time_zone: IANA name; "" where unknown.
        days: the span, one entry a day, the last one today: hours worn; None where nothing is known.
    """

    code: str
    need: Need
    latest_utc: datetime | None
    open_alerts: tuple[LivingAlert, ...] | None
    unanswered: int
    faults: tuple[str, ...]
    missing_share: float | None
    time_zone: str = ""
    days: tuple[float | None, ...] = ()

    @property
    def worn_h_a_day(self) -> float | None:
        """Mean hours over the days of which something is known; None where there are none."""
        known = [hours for hours in self.days if hours is not None]
        return sum(known) / len(known) if known else None

    @property
    def days_known(self) -> int:
        """Days of the span of which something is known."""
        return sum(hours is not None for hours in self.days)


def people_overview(
    library: "Library", codes: Collection[str], now_utc: datetime, insoles: Iterable[InsoleState] = ()
) -> list[PersonOverview]:
    """Everyone of these codes, those first who need a look. Days are filled in by `with_days`.

    Args:
        library: opened.
        codes: of the people who share.
        now_utc: the time.
        insoles: of the running service, for their faults.

    Raises:
        LibraryError: the database fails.
    """
    since = now_utc - timedelta(days=SPAN_DAYS)
    entries = alert_entries(library, codes, since)
    faults = _faults(insoles)
    utc_ns = round(now_utc.timestamp() * 1e9)
    found: list[PersonOverview] = []
    for glance in glances(library, codes, since):
        alerts = stored_alerts(entries.get(glance.code, ()), utc_ns)
        found.append(_overview(glance, alerts, faults.get(glance.code, ()), now_utc))
    return ordered(found, Order.NEED)


def _overview(
    glance: Glance, alerts: Sequence[LivingAlert], faults: tuple[str, ...], now_utc: datetime
) -> PersonOverview:
    silent = glance.latest_utc is None or now_utc - glance.latest_utc > timedelta(days=SILENT_DAYS)
    lasting = open_alerts(alerts)
    much = (glance.missing_share or 0.0) > MUCH_MISSING
    need = Need.NOTHING
    if lasting or faults or (much and not silent):
        need = Need.LOOK
    elif silent:
        need = Need.SILENT
    return PersonOverview(
        glance.code,
        need,
        glance.latest_utc,
        None if silent and not lasting else lasting,
        len(unanswered(alerts)),
        faults,
        glance.missing_share,
        glance.time_zone,
    )


def _faults(insoles: Iterable[InsoleState]) -> dict[str, tuple[str, ...]]:
    found: dict[str, tuple[str, ...]] = {}
    for insole in insoles:
        if insole.person is not None and insole.faults:
            named = tuple(f"{insole.side}: {fault}" for fault in insole.faults)
            found[insole.person] = (*found.get(insole.person, ()), *named)
    return found


def with_days(
    library: "Library", people: Sequence[PersonOverview], now_utc: datetime
) -> list[PersonOverview]:
    """The same people with their hours of wear, each day by the person's own zone.

    Raises:
        LibraryError: the database fails.
    """
    today = {one.code: _today(one.time_zone, now_utc) for one in people}
    if not today:
        return []
    first = min(today.values()) - timedelta(days=SPAN_DAYS - 1)
    worn = hours_worn(library, set(today), first, max(today.values()))
    return [replace(one, days=_span(worn.get(one.code, {}), today[one.code])) for one in people]


def _span(worn: Mapping[date, float], today: date) -> tuple[float | None, ...]:
    return tuple(worn.get(today - timedelta(days=back)) for back in range(SPAN_DAYS - 1, -1, -1))


def _today(zone: str, now_utc: datetime) -> date:
    return now_utc.astimezone(_zone(zone)).date()


@cache
def _zone(name: str) -> ZoneInfo | None:
    try:
        return ZoneInfo(name) if name else None
    except (ZoneInfoNotFoundError, ValueError):
        return None


def ordered(people: Iterable[PersonOverview], order: Order) -> list[PersonOverview]:
    """Group by group; within a group by need, or as asked: the latest data, most worn, most alerts, most
    missing first. What is not known stands last."""
    groups = list(Need)

    def place(one: PersonOverview) -> tuple[float | str, ...]:
        alerts = one.open_alerts or ()
        latest = one.latest_utc.timestamp() if one.latest_utc else 0.0
        match order:
            case Order.CODE:
                return (one.code,)
            case Order.LATEST:
                return (-latest, one.code)
            case Order.WORN:
                return (1.0 if one.worn_h_a_day is None else -one.worn_h_a_day, one.code)
            case Order.ALERTS:
                return (-len(alerts), -one.unanswered, one.code)
            case Order.MISSING:
                return (1.0 if one.missing_share is None else -one.missing_share, one.code)
            case Order.NEED:
                critical = sum(alert.critical for alert in alerts)
                return (-critical, -len(alerts), -len(one.faults), latest, one.code)

    return sorted(people, key=lambda one: (groups.index(one.need), *place(one)))
