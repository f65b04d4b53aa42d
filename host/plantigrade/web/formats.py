"""How dates, times, durations and numbers are written, per language and in the zone of a person.

Between a number and its unit stands a space that does not break (U+00A0). What is not
known is told as that, never written as 0 or left empty.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, tzinfo
from decimal import ROUND_HALF_UP, Decimal
from typing import Final

from plantigrade.web.visit import Visit
from plantigrade.web.words import Words

NBSP: Final = "\u00a0"
Moment = datetime | int
"""A moment: a datetime that knows its zone, or ns since 1970 UTC."""
_SECONDS_AS_MINUTES: Final = 120
"""From here on a duration is given in minutes, without seconds."""
_MINUTES_AS_HOURS: Final = 90
"""From here on in hours and minutes."""
_METRES_AS_KM: Final = 1000
"""From here on a distance is given in kilometres."""


@dataclass(frozen=True)
class Formats:
    """Writes values for one reader.

    Attributes:
        words: in the reader's language.
        zone: of the person it is about.
        today: the day it is there.

    Example:
        >>> from plantigrade.web.words import words_of
        >>> formats = Formats(words_of("en"), UTC, date(2026, 11, 27))
        >>> formats.weekday(date(2026, 11, 27)), formats.number(4210), formats.number(0.25, 1)
        ('Friday 27 November', '4,210', '0.3')
        >>> Formats(words_of("de"), UTC, date(2026, 11, 27)).weekday(date(2026, 11, 27))
        'Freitag, 27. November'
    """

    words: Words
    zone: tzinfo
    today: date

    def local(self, at: Moment) -> datetime:
        """A moment in the person's zone."""
        if isinstance(at, int):
            at = datetime.fromtimestamp(at / 1e9, UTC)
        return at.astimezone(self.zone)

    def day_of(self, at: Moment) -> date:
        """The person's day in which a moment lies."""
        return self.local(at).date()

    def time(self, at: Moment | None) -> str:
        """As "14:20"."""
        if at is None:
            return self.unknown
        local = self.local(at)
        return self.words("formats.time", hour=local.hour, minute=local.minute)

    def day(self, day: date | None) -> str:
        """As "27 November", with the year where it is another than this."""
        return self._day(day, "day", "month")

    def short_day(self, day: date | None) -> str:
        """As "27 Nov", for axes and tables."""
        return self._day(day, "day", "month-short")

    def weekday(self, day: date | None) -> str:
        """As "Friday 27 November"."""
        return self._day(day, "weekday-day", "month")

    def near_day(self, day: date | None) -> str:
        """As "today", "yesterday", "tomorrow", else "27 November"."""
        if day is not None:
            for days, name in ((0, "today"), (-1, "yesterday"), (1, "tomorrow")):
                if day == self.today + timedelta(days):
                    return self.words(f"formats.{name}")
        return self.day(day)

    def moment(self, at: Moment | None) -> str:
        """As "14:20" today, else "yesterday 17:52" or "27 November 17:52"."""
        if at is None:
            return self.unknown
        day, time = self.day_of(at), self.time(at)
        if day == self.today:
            return time
        return self.words("formats.day-time", day=self.near_day(day), time=time)

    def span(self, first: Moment, last: Moment | None) -> str:
        """As "10:51 to 11:03", "yesterday 17:52 to 18:20"; without an end, only its beginning."""
        if last is None:
            return self.moment(first)
        end = self.time(last) if self.day_of(first) == self.day_of(last) else self.moment(last)
        return self.words("formats.range", low=self.moment(first), high=end)

    def duration(self, seconds: float | None) -> str:
        """As "45 s", "62 min", "6 h 40 min"."""
        if seconds is None:
            return self.unknown
        if round(seconds) < _SECONDS_AS_MINUTES:
            return self.quantity(seconds, "s")
        minutes = round(seconds / 60)
        if minutes < _MINUTES_AS_HOURS:
            return self.quantity(minutes, "min")
        hours, minutes = divmod(minutes, 60)
        text = self.quantity(hours, "h")
        return f"{text} {self.quantity(minutes, 'min')}" if minutes else text

    def distance(self, metres: float | None) -> str:
        """As "70 m", "2.4 km"."""
        if metres is None or round(metres) < _METRES_AS_KM:
            return self.quantity(metres, "m")
        return self.quantity(metres / 1000, "km", 1)

    def number(self, value: float | None, digits: int = 0) -> str:
        """As "4,210" or "0.3", rounded half up as by hand; digits after the point stay."""
        if value is None or value != value:
            return self.unknown
        rounded = Decimal(repr(float(value))).quantize(Decimal(1).scaleb(-digits), ROUND_HALF_UP)
        text = f"{abs(rounded):,.{digits}f}"
        swapped = {",": self.words("formats.thousands"), ".": self.words("formats.decimal")}
        sign = "\u2212" if rounded < 0 else ""
        return sign + "".join(swapped.get(letter, letter) for letter in text)

    def quantity(self, value: float | None, unit: str, digits: int = 0) -> str:
        """As "74 %", "6 h": a number with its unit; the units of time are those of the language."""
        if value is None or value != value:
            return self.unknown
        return f"{self.number(value, digits)}{NBSP}{self.unit(unit)}".rstrip(NBSP)

    def interval(self, low: float, high: float, unit: str = "", digits: int = 0) -> str:
        """As "3,100 to 5,400", "1.2 to 1.4 s"."""
        return self.words(
            "formats.range", low=self.number(low, digits), high=self.quantity(high, unit, digits)
        )

    def unit(self, unit: str) -> str:
        """A unit as the language writes it."""
        key = f"formats.unit.{unit}"
        return self.words(key) if key in self.words.keys else unit

    def listed(self, items: Sequence[str]) -> str:
        """As "a, b and c"."""
        if len(items) < 2:
            return "".join(items)
        first = self.words("formats.comma").join(items[:-1])
        return self.words("formats.two", first=first, last=items[-1])

    @property
    def unknown(self) -> str:
        """As "not known"."""
        return self.words("formats.unknown")

    def _day(self, day: date | None, pattern: str, month: str) -> str:
        if day is None:
            return self.unknown
        year = "" if day.year == self.today.year else "-year"
        return self.words(
            f"formats.{pattern}{year}",
            weekday=self.words(f"formats.weekday.{day.isoweekday()}"),
            day=day.day,
            month=self.words(f"formats.{month}.{day.month}"),
            year=day.year,
        )


def formats_of(visit: Visit) -> Formats:
    """For the reader of a page, in the zone of the person it is about."""
    return Formats(visit.words, visit.zone, visit.now.date())
