"""Today against usual: each measure as text and as a place on a line; steps by the hour."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from plantigrade.library.wear_history import TodayLine
from plantigrade.posture.baseline.usual import Place
from plantigrade.posture.settings import BASELINE_MIN_DAYS
from plantigrade.service.day.today import Today
from plantigrade.web.formats import Formats

SHOWN: Final = ("worn_h", "steps", "walking_min", "standing_min")
"""Measures that people know without being told; load is for clinicians."""
SECONDS: Final = {"h": 3600.0, "min": 60.0}
ROOM: Final = 1.1
"""The line ends a little behind its largest value."""
FIRST_HOUR: Final = 6
"""Steps by the hour begin here, or earlier where there are some."""


@dataclass(frozen=True)
class UsualLine:
    """A measure of today beside usual days.

    Attributes:
        what: the measure as text.
        value: of today as text.
        says: where it lies, as text.
        range: of usual days, as text; "" while it is not known.
        stands_out: whether it lies above or below.
        spot, low, high: places on the line in per cent; None where not known.
    """

    what: str
    value: str
    says: str
    range: str
    stands_out: bool
    spot: float | None
    low: float | None
    high: float | None


@dataclass(frozen=True)
class Hour:
    """Steps of an hour; `steps` is None where nothing is known, `share` of the highest bar in per cent."""

    begins: str
    steps: int | None
    share: float
    is_now: bool


def usual_lines(today: Today, formats: Formats) -> tuple[UsualLine, ...]:
    """The measures that are shown, in their order."""
    return tuple(_line(one, formats) for one in today.lines if one.measure.name in SHOWN)


def days_known(today: Today) -> int:
    """How many days are known, until there are enough to say what is usual."""
    return min(BASELINE_MIN_DAYS, max((one.found.usual.days for one in today.lines), default=0))


def _line(line: TodayLine, formats: Formats) -> UsualLine:
    words, found, usual = formats.words, line.found, line.found.usual
    place = Place.NOT_YET if found.place is Place.NO_DATA and usual.high is not None else found.place
    says = words(f"today.place.{place.value.replace(' ', '-')}", known=usual.days, needed=usual.needed)
    span, spot, low, high = "", None, None, None
    if usual.low is not None and usual.high is not None:
        ends = (_answers_given(line, usual.low, formats), _answers_given(line, usual.high, formats))
        span = ends[0] if ends[0] == ends[1] else words("formats.range", low=ends[0], high=ends[1])
        top = ROOM * max(found.value or 0.0, usual.high, 1e-9)
        low, high = 100.0 * usual.low / top, 100.0 * usual.high / top
        spot = None if found.value is None else 100.0 * found.value / top
    return UsualLine(
        words(f"today.measure.{line.measure.name}"),
        _answers_given(line, found.value, formats),
        says,
        span,
        found.place in (Place.ABOVE, Place.BELOW),
        _rounded(spot),
        _rounded(low),
        _rounded(high),
    )


def _answers_given(line: TodayLine, value: float | None, formats: Formats) -> str:
    seconds = SECONDS.get(line.measure.unit)
    if value is None or seconds is None:
        return formats.number(value)
    minutes = round(value * seconds / 60.0)
    return formats.duration(60.0 * minutes) if minutes > 1 else formats.quantity(minutes, "min")


def _rounded(pct: float | None) -> float | None:
    return None if pct is None else round(pct, 1)


def hours_of(by_hour: Mapping[datetime, int], now: datetime, formats: Formats) -> tuple[Hour, ...]:
    """Every hour of today until now; one of which nothing is known stays unknown."""
    known = {at: steps for at, steps in by_hour.items() if at.date() == now.date() and at <= now}
    if not known:
        return ()
    this = now.replace(minute=0, second=0, microsecond=0)
    first = min(*known, this.replace(hour=min(FIRST_HOUR, this.hour)))
    top = max(1, *known.values())
    hours: list[Hour] = []
    at = first
    while at <= this:
        steps = known.get(at)
        begins = formats.words("today.hours.hour", hour=at.hour)
        hours.append(Hour(begins, steps, round(100.0 * (steps or 0) / top, 1), at == this))
        at += timedelta(hours=1)
    return tuple(hours)


def hours_text(hours: tuple[Hour, ...], formats: Formats) -> str:
    """The chart as text."""
    words = formats.words
    known = [hour for hour in hours if hour.steps is not None]
    peak = max(known, key=lambda hour: hour.steps or 0)
    gaps = len(hours) - len(known)
    return words(
        "today.hours.text",
        first=hours[0].begins,
        last=hours[-1].begins,
        peak=peak.begins,
        steps=formats.number(peak.steps),
        gaps=words("today.hours.gaps", hours=gaps) if gaps else "",
    )
