"""Dates and times of day as spreadsheets write them: `29.11.2026 08:20:44,12`, `11/29/26 8:20:44 PM`, `29
nov. 2026`.

Which of day and month comes first is decided from all dates of a file; where they leave it open, the date
is not known, and the time that passed is all that is used. Names of months and of the halves of a day are
those of the Unicode CLDR.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, timezone, tzinfo
from functools import cache
from typing import Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import numpy as np

from plantigrade.gait.signals import Floats
from plantigrade.imports.calendar_names import halves_of_day, months

_FIRST_YEAR: Final = 1970
_LAST_YEAR: Final = 2100
_DAY_S: Final = 86_400.0
_TIME = re.compile(
    r"(?<![\d.,])(\d{1,2}):(\d{2})(?::(\d{2}))?(?:[.,:](\d{1,9}))?(?![\d:])"
    r"(?:\s*(Z|UTC|[+-]\d{2}:?\d{2})\b)?"
)
_NUMERIC = re.compile(r"(\d{1,4})\s*([-./])\s*(\d{1,2})\s*\2\s*(\d{1,4})\.?")
_EAST_ASIAN = re.compile(r"(\d{4})[年년]\s*(\d{1,2})[月월]\s*(\d{1,2})[日일]")
_WORD = re.compile(r"[^\W\d_]+")

Dates = dict[str, date]
"""What a text may mean, by the order of its parts."""


class WallClockError(ValueError):
    """A text that is no date or no time.

    Attributes:
        row: number of the sample, counted from 0.
    """

    def __init__(self, row: int, text: str) -> None:
        super().__init__(text)
        self.row = row


@dataclass(frozen=True, eq=False)
class WallClock:
    """The times of all rows.

    Attributes:
        seconds: (n,) since the first row; NaN where a row has no time.
        start: date and time of the first row, without a zone unless the file names one; None when the date
            is not known. note: what is not known about the start; empty when all is.
    """

    seconds: Floats
    start: datetime | None
    note: str


def wall_clock(times: Sequence[str], dates: Sequence[str] | None = None) -> WallClock:
    """The clock that a column of times shows, with a date in the same cells or in a column of its own.

    Raises:
        WallClockError: a cell is neither empty nor a time, or a date that exists in no order.

    Examples:
        >>> shown = wall_clock(["29.11.2026 11:59:59,9 PM", "30.11.2026 12:00:00,0 AM"])
        >>> shown.seconds.tolist(), str(shown.start)
        ([0.0, 0.1], '2026-11-29 23:59:59.900000')
        >>> wall_clock(["03/04/2026 10:00:00", "03/04/2026 10:00:01"]).note
        "'03/04/2026' may be 2026-04-03 or 2026-03-04: the date of the recording is not known"
    """
    seconds = np.full(len(times), np.nan)
    halves = False
    zone: tzinfo | None = None
    days: list[str] = []
    short = True
    for row, text in enumerate(times):
        if not text.strip():
            days.append("")
            continue
        value = _time_of(row, text)
        seconds[row], rest, half, named, has_hours = value
        halves |= half
        short &= not has_hours
        zone = zone or named
        days.append(f"{dates[row]} {rest}".strip() if dates is not None else rest)
    orders = _orders(days)
    if not orders:
        period = 3600.0 if short else _period(seconds, halves=halves)
        return WallClock(_from_first(_unwrapped(seconds, period)), None, "")
    clocks = {order: _dated(seconds, days, order) for order in orders}
    longest = {order: _longest_step(one) for order, one in clocks.items()}
    fitting = {order: one for order, one in clocks.items() if longest[order] == min(longest.values())}
    order, clock = next(iter(fitting.items()))
    first = int(np.flatnonzero(np.isfinite(clock))[0])
    meant = {one: _parsed(days[first])[one] for one in fitting}
    start, note = None, ""
    if len(set(meant.values())) == 1:
        day = meant[order]
        start = datetime.combine(day, time(), zone) + timedelta(seconds=round(float(seconds[first]), 6))
    else:
        choice = " or ".join(str(day) for day in dict.fromkeys(meant.values()))
        note = f"{days[first]!r} may be {choice}: the date of the recording is not known"
    return WallClock(_from_first(clock), start, note)


def moment(text: str, order: str | None = None) -> datetime:
    """A date, or a date with a time, as a person writes it.

    Args:
        text: a time zone of the tz database may follow: `2026-11-29 08:20 Europe/Berlin`.
        order: of day, month and year, where the caller knows it ("dmy", "mdy" or "ymd").

    Raises:
        ValueError: it is no date, or may be two.

    Examples:
        >>> str(moment("29. November 2026, 8:20")), str(moment("2026-11-29T08:20:00Z"))
        ('2026-11-29 08:20:00', '2026-11-29 08:20:00+00:00')
    """
    parts = text.strip().rsplit(None, 1)
    zone: tzinfo | None = None
    if len(parts) == 2 and "/" in parts[1] and parts[1][0].isalpha():
        try:
            zone, text = ZoneInfo(parts[1]), parts[0]
        except (ZoneInfoNotFoundError, ValueError) as error:
            raise ValueError(f"{parts[1]!r} is no time zone such as Europe/Berlin") from error
    of_day = 0.0
    rest = text
    if _TIME.search(text):
        of_day, rest, _, named, _ = _time_of(0, text)
        zone = zone or named
    found = _parsed(rest)
    if order is not None:
        found = {one: day for one, day in found.items() if one == order} or found
    meant = list(dict.fromkeys(found.values()))
    if not meant:
        raise ValueError(f"{text.strip()[:40]!r} is no date such as 2026-11-29")
    if len(meant) > 1:
        raise ValueError(
            f"{text.strip()[:40]!r} may be {' or '.join(map(str, meant))}; write it as {meant[0]}"
        )
    return datetime.combine(meant[0], time(), zone) + timedelta(seconds=round(of_day, 6))


def _time_of(row: int, text: str) -> tuple[float, str, bool, tzinfo | None, bool]:
    """Seconds of the day, what is left of the text, whether it names a half of the day, the zone, whether
    hours are told."""
    found = _TIME.search(text)
    if found is None:
        raise WallClockError(row, f"{text.strip()[:40]!r} is no time such as 08:20:44.125")
    first, second, third, fraction, offset = found.groups()
    rest = text[: found.start()] + " " + text[found.end() :]
    part = float(f"0.{fraction}") if fraction else 0.0
    has_hours = third is not None or fraction is None
    hours, minutes, seconds_of_minute = (
        (int(first), int(second), int(third or 0)) if has_hours else (0, int(first), int(second))
    )
    half = ""
    for word in _half_of_day_names(rest):
        half, rest = word[1], rest.replace(word[0], " ", 1)
        break
    if (half and not 1 <= hours <= 12) or hours > 23 or minutes > 59 or seconds_of_minute > 60:
        raise WallClockError(row, f"{text.strip()[:40]!r} is no time of a day")
    if half:
        hours = hours % 12 + (12 if half == "pm" else 0)
    rest = re.sub(r"^[\sT,]+|[\sT,]+$", "", re.sub(r"(?<=\d)T\s*$", "", rest))
    return (
        3600.0 * hours + 60.0 * minutes + seconds_of_minute + part,
        rest,
        bool(half),
        _zone(offset),
        has_hours,
    )


def _zone(offset: str | None) -> tzinfo | None:
    if not offset:
        return None
    if offset in ("Z", "UTC"):
        return UTC
    minutes = 60 * int(offset[1:3]) + int(offset[-2:])
    return timezone(timedelta(minutes=-minutes if offset[0] == "-" else minutes))


def _half_of_day_names(text: str) -> list[tuple[str, str]]:
    """Words of a text that name a half of the day, with "am" or "pm"; the longest first."""
    if not re.search(r"[^\W\d_T]", text):
        return []
    lowered = text.lower()
    found = [
        (text[at : at + len(word)], half)
        for word, half in halves_of_day().items()
        if (at := lowered.find(word)) >= 0 and not _inside_word(lowered, at, len(word))
    ]
    return sorted(found, key=lambda one: -len(one[0]))


def _inside_word(text: str, at: int, length: int) -> bool:
    before, after = text[at - 1 : at], text[at + length : at + length + 1]
    return text[at].isascii() and (before.isalpha() or after.isalpha())


@cache
def _parsed(text: str) -> Dates:
    """What a date may mean, by the order of its parts; empty for what is no date."""
    text = text.strip().strip(",;")
    if (found := _EAST_ASIAN.fullmatch(text)) is not None:
        return _valid({"ymd": (int(found[1]), int(found[2]), int(found[3]))})
    if (found := _NUMERIC.fullmatch(text)) is not None:
        return _numeric(found[1], found[2], found[3], found[4])
    return _with_month_name(text)


def _numeric(first: str, mark: str, second: str, third: str) -> Dates:
    a, b, c = int(first), int(second), int(third)
    if len(first) > 2:
        return _valid({"ymd": (a, b, c)})
    if len(first) == 3 or len(third) in (1, 3):
        return {}
    orders = {"dmy": (_year(third), b, a)}
    if mark != ".":  # no region puts the month first before points
        orders["mdy"] = (_year(third), a, b)
        if len(third) == 2:
            orders["ymd"] = (_year(first), b, c)
    return _valid(orders)


def _year(text: str) -> int:
    year = int(text)
    return year if len(text) > 2 else 2000 + year if year < 70 else 1900 + year


def _with_month_name(text: str) -> Dates:
    parts = [word.lower() for word in _WORD.findall(text)]
    numbers = re.findall(r"\d+", text)
    meant = [found for word in parts if (found := months().get(word))]
    if len(numbers) != 2 or len(meant) != 1:
        return {}
    first, second = numbers
    days: dict[str, tuple[int, int, int]] = {}
    for month in sorted(meant[0]):
        if len(first) == 4:
            days[f"ymd{month}"] = (int(first), month, int(second))
        else:
            days[f"dmy{month}"] = (_year(second), month, int(first))
    return _valid(days)


def _valid(found: dict[str, tuple[int, int, int]]) -> Dates:
    days: Dates = {}
    for order, (year, month, day) in found.items():
        if _FIRST_YEAR <= year <= _LAST_YEAR:
            try:
                days[order] = date(year, month, day)
            except ValueError:
                continue
    return days


def _orders(days: Sequence[str]) -> list[str]:
    """Orders of day, month and year in which every date exists; none where there are no dates."""
    left: list[str] | None = None
    for text in dict.fromkeys(days):
        if not text:
            continue
        found = _parsed(text)
        if not found:
            row = list(days).index(text)
            raise WallClockError(row, f"{text[:40]!r} is no date")
        left = list(found) if left is None else [order for order in left if order in found]
        if not left:
            raise WallClockError(
                list(days).index(text), f"{text[:40]!r} is no date in the order of those before it"
            )
    return left or []


def _dated(seconds: Floats, days: Sequence[str], order: str) -> Floats:
    origin: date | None = None
    offset: dict[str, float] = {"": float("nan")}
    for text in dict.fromkeys(days):
        if text:
            day = _parsed(text)[order]
            origin = origin or day
            offset[text] = (day - origin).days * _DAY_S
    return seconds + np.array([offset[text] for text in days])


def _longest_step(clock: Floats) -> float:
    """The longest time between rows, or back."""
    known = clock[np.isfinite(clock)]
    return float(np.max(np.abs(np.diff(known)), initial=0.0))


def _period(seconds: Floats, *, halves: bool) -> float:
    """After how long a time of day comes again: 12 h on a clock of 12 hours that does not tell the half of
    the day."""
    known = seconds[np.isfinite(seconds)]
    twelve = len(known) and not halves and float(known.min()) >= 3600.0 and float(known.max()) < 13 * 3600.0
    return _DAY_S / 2 if twelve else _DAY_S


def _unwrapped(seconds: Floats, period: float) -> Floats:
    """Times that go on where the clock begins anew."""
    known = np.flatnonzero(np.isfinite(seconds))
    steps = np.diff(seconds[known], prepend=seconds[known[:1]])
    turns = np.cumsum(steps < -period / 2)
    out: Floats = seconds.copy()
    out[known] += period * turns
    return out


def _from_first(clock: Floats) -> Floats:
    known = clock[np.isfinite(clock)]
    first: float = float(known[0]) if len(known) else 0.0
    return np.asarray(np.round(clock - first, 9), np.float64)
