"""Today beside usual days, for a page and for the status: what the record says, put side by side."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

from plantigrade.library.person.entries import WearDay
from plantigrade.library.time_zone import zone_of
from plantigrade.library.wear_history import (
    Adherence,
    DayOfHistory,
    TodayLine,
    adherence,
    history,
    target_on,
    today_against_usual,
)
from plantigrade.posture.baseline.usual import DayAgainstUsual, against_usual
from plantigrade.posture.diary.day_load import daily_values
from plantigrade.posture.settings import USUAL_DAYS

if TYPE_CHECKING:
    from plantigrade.library.catalogue.library import Library

GAIT_MEASURES = ("stride_time_s", "stance_pct", "double_support_pct", "load_asymmetry_pct")
"""Measures of the baseline's days that are set beside usual days, as means of both feet."""


@dataclass(frozen=True)
class Today:
    """A day of a person.

    Attributes:
        day: local date of the person.
        is_over: whether it has ended.
        wear: what is known of it; None where nothing was recorded.
        lines: each measure beside usual days.
        gait: measures of walking beside those of earlier learned days, by name; their day comes once all its
            recordings are final.
        target_h: hours of wear that are meant; None without a goal.
        adherence: of the last four weeks.
        history: the last four weeks day by day, this one included.
    """

    day: date
    is_over: bool
    wear: WearDay | None
    lines: tuple[TodayLine, ...]
    gait: Mapping[str, DayAgainstUsual]
    target_h: float | None
    adherence: Adherence | None
    history: tuple[DayOfHistory, ...]


def day_of(library: "Library", person: str, now_utc: datetime, day: date | None = None) -> Today:
    """A day of a person beside usual days: today where no other is asked for.

    Calls the database; in the service from a thread.

    Raises:
        UnknownPersonError: there is no such person.
        LibraryError: the database fails.
    """
    today = now_utc.astimezone(zone_of(library.person(person))).date()
    wanted = day or today
    record = library.record(person)
    first = wanted - timedelta(days=USUAL_DAYS)
    days = record.days.between(first, wanted)
    goals = record.goals.all()
    learned = record.baseline.baseline().days
    gait = {
        name: against_usual(wanted, values)
        for name, values in daily_values(learned, GAIT_MEASURES).items()
        if values
    }
    span = (first + timedelta(days=1), wanted)
    return Today(
        day=wanted,
        is_over=wanted < today,
        wear=days.get(wanted),
        lines=today_against_usual(wanted, days, wanted < today),
        gait=gait,
        target_h=target_on(goals, wanted),
        adherence=adherence(goals, days, *span),
        history=history(goals, days, *span),
    )
