"""The charts of a course with their sentences, and their twin, a table."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from markupsafe import Markup

from plantigrade.gait.parameters.registry import symbol_of
from plantigrade.service.people.course import Course, CourseDay, CourseEvent, EventKind, Recent, recent_of
from plantigrade.web.drawing import course as drawing
from plantigrade.web.drawing.course import Axis, Days
from plantigrade.web.formats import Formats
from plantigrade.web.texts import rule_texts
from plantigrade.web.words import Words

DIGITS: Final = {"worn": 1, "steps": 0, "side": 1, "pain": 1}
HIGHEST_PAIN: Final = 10.0
BALANCE: Final = (40.0, 60.0)
"""Shares of load, in per cent, that the axis of the load side shows at least: 50 stays in the middle."""
DAILY_ROWS: Final = 60
"""A longer course stands in its table week by week."""


@dataclass(frozen=True)
class Chart:
    """One chart.

    Attributes:
        name: of its words.
        title: with the unit.
        picture: content of an SVG of 600 by 200.
        alt: what the picture shows.
        ticks: of the axis, from the bottom up.
        strong, rest: the sentence below it.
        feet: whether it has a line a foot.
        usual: whether it shows a band of what is usual.
        low: whether it is one of the low ones.
    """

    name: str
    title: str
    picture: Markup
    alt: str
    ticks: tuple[str, ...]
    strong: str
    rest: str
    feet: bool = False
    usual: bool = False
    low: bool = True


@dataclass(frozen=True)
class Event:
    """A dashed line: its number, where it stands in per cent, and what it is called."""

    number: int
    at_pct: float
    text: str


@dataclass(frozen=True)
class Charts:
    """All charts of a course with what they share."""

    charts: tuple[Chart, ...]
    dates: tuple[str, ...]
    events: tuple[Event, ...]
    has_gaps: bool


def charts_of(course: Course, words: Words, formats: Formats) -> Charts:
    """The charts of a course; those of which no day is known are left out, but hours worn never."""
    first = course.days[0].day
    places = [(event.day - first).days for event in course.events]
    days = Days(len(course.days), tuple(places))
    write = _Writer(course, days, words, formats)
    found = [write.metric(), write.pain(), write.worn(), write.steps(), write.side()]
    dates = [formats.short_day(course.days[place].day) for place in drawing.places_of_dates(len(course.days))]
    return Charts(
        tuple(chart for chart in found if chart is not None),
        tuple(dates),
        _events(course.events, days, first, words, formats),
        any(day.wear is None for day in course.days),
    )


def _events(
    events: Sequence[CourseEvent], days: Days, first: date, words: Words, formats: Formats
) -> tuple[Event, ...]:
    """Events of one day share a line, and a number."""
    of_day: dict[date, list[str]] = {}
    for event in events:
        of_day.setdefault(event.day, []).append(_named(event, words))
    return tuple(
        Event(
            number,
            days.share_pct((day - first).days),
            words("person.event.on", day=formats.short_day(day), what=formats.listed(texts)),
        )
        for number, (day, texts) in enumerate(of_day.items(), 1)
    )


def _named(event: CourseEvent, words: Words) -> str:
    key = event.kind.value.replace(" ", "-")
    what = event.what
    if event.kind in (EventKind.PLAN_BEGAN, EventKind.PLAN_ENDED) and f"person.kind.{what}" in words.keys:
        what = words(f"person.kind.{what}")
    return words(f"person.event.{key}", what=what)


class _Writer:
    """Puts the days of a course into charts."""

    def __init__(self, course: Course, days: Days, words: Words, formats: Formats) -> None:
        self.course, self.days, self.words, self.formats = course, days, words, formats

    def metric(self) -> Chart | None:
        course = self.course
        left, right = [day.left for day in course.days], [day.right for day in course.days]
        known = [value for value in (*left, *right) if value is not None]
        if not known:
            return None
        symbol = symbol_of(course.metric)
        unit = "" if symbol == "1" else symbol
        recent = {"left": recent_of(left), "right": recent_of(right)}
        usual = None if recent["left"] is None else recent["left"].usual
        band = None if usual is None or usual.low is None or usual.high is None else (usual.low, usual.high)
        axis = drawing.axis_of([*known, *(band or ())])
        digits = axis.digits + 1
        title = metric_title(course.metric, self.words)
        texts = [
            self.words("person.side-value", side=self.words(f"side.{side}"), value=" ".join(text))
            for side, one in recent.items()
            if one is not None and (text := self._recent(one, digits, unit))
        ]
        strong, rest = (texts[0], " ".join(texts[1:])) if texts else self._nothing
        picture = drawing.lines(self.days, left, right, axis, band)
        return self._chart(
            "metric", title, picture, axis, unit, known, (strong, rest), feet=True, usual=band is not None,
            low=False,
        )  # fmt: skip

    def pain(self) -> Chart | None:
        values = [None if day.pain is None else float(day.pain) for day in self.course.days]
        if not self.course.pains:
            return None
        axis = drawing.axis_of([], low=0.0, high=HIGHEST_PAIN)
        return self._single("pain", drawing.points(self.days, values, axis), axis, "", values)

    def worn(self) -> Chart:
        values = [None if day.wear is None else day.wear.worn_h for day in self.course.days]
        axis = drawing.axis_of([12.0, *_known(values)], low=0.0)
        return self._single("worn", drawing.bars(self.days, values, axis), axis, "h", values)

    def steps(self) -> Chart | None:
        values = [None if day.wear is None else float(day.wear.steps) for day in self.course.days]
        axis = drawing.axis_of([1000.0, *_known(values)], low=0.0)
        return self._single("steps", drawing.bars(self.days, values, axis), axis, "", values)

    def side(self) -> Chart | None:
        values = [day.left_share_pct for day in self.course.days]
        if not _known(values):
            return None
        axis = drawing.axis_of([*BALANCE, *_known(values)])
        return self._single("side", drawing.single_line(self.days, values, axis), axis, "%", values)

    def _single(
        self, name: str, picture: Markup, axis: Axis, unit: str, values: Sequence[float | None]
    ) -> Chart:
        recent = recent_of(values)
        text = self._nothing if recent is None else self._recent(recent, DIGITS[name], unit)
        return self._chart(
            name, self.words(f"person.chart.{name}"), picture, axis, unit, _known(values), text
        )

    def _chart(
        self,
        name: str,
        title: str,
        picture: Markup,
        axis: Axis,
        unit: str,
        known: Sequence[float],
        text: tuple[str, str],
        **look: bool,
    ) -> Chart:
        days = self.course.days
        low, high = (min(known), max(known)) if known else (None, None)
        alt = self.words(
            "person.alt",
            title=title,
            first=self.formats.day(days[0].day),
            last=self.formats.day(days[-1].day),
            low=self.formats.number(low, axis.digits),
            high=self.formats.quantity(high, unit, axis.digits),
            unknown=sum(day.wear is None for day in days),
            days=len(days),
        )
        ticks = drawing.texts(axis, self.formats.number, unit)
        return Chart(name, title, picture, alt, ticks, *text, **look)

    @property
    def _nothing(self) -> tuple[str, str]:
        return self.formats.unknown, self.words("person.nothing-recent")

    def _recent(self, recent: Recent, digits: int, unit: str) -> tuple[str, str]:
        """The latest days, and those before them."""
        number, usual = self.formats.number, recent.usual
        strong = self.formats.quantity(recent.mean, unit, digits)
        sd = "" if recent.sd is None else self.words("person.sd", sd=number(recent.sd, digits))
        rest = self.words("person.recent", n=recent.n, sd=sd)
        if usual.median is None or usual.low is None or usual.high is None:
            return strong, rest + self.words("person.usual-early", days=usual.days, needed=usual.needed)
        values = {"median": number(usual.median, digits), "days": usual.days}
        interval = self.formats.interval(usual.low, usual.high, "", digits)
        return strong, rest + self.words("person.usual", interval=interval, **values)


def _known(values: Sequence[float | None]) -> list[float]:
    return [value for value in values if value is not None]


def metric_title(metric: str, words: Words) -> str:
    """Name of a value of strides, for a heading."""
    text = rule_texts(words).metrics[metric]
    return text[0].upper() + text[1:]


@dataclass(frozen=True)
class Table:
    """The same as the charts in figures."""

    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    weekly: bool


def table_of(course: Course, words: Words, formats: Formats) -> Table:
    """A row a day, or the means of a week where the course is long."""
    weekly = len(course.days) > DAILY_ROWS
    size = 7 if weekly else 1
    pieces = [course.days[begin : begin + size] for begin in range(0, len(course.days), size)]
    columns: list[tuple[str, int, Callable[[CourseDay], float | None]]] = [
        (words("person.chart.worn"), 1, lambda day: None if day.wear is None else day.wear.worn_h),
        (words("person.chart.steps"), 0, lambda day: None if day.wear is None else float(day.wear.steps)),
        (words("person.chart.side"), 1, lambda day: day.left_share_pct),
        (words("person.chart.pain"), 1 if weekly else 0, lambda day: day.pain),
    ]
    if course.metric:
        title, digits = metric_title(course.metric, words), 2
        columns.append((f"{title}, {words('side.left')}", digits, lambda day: day.left))
        columns.append((f"{title}, {words('side.right')}", digits, lambda day: day.right))
    rows = [
        (
            formats.short_day(piece[0].day),
            *(formats.number(_mean([of(day) for day in piece]), digits) for _, digits, of in columns),
        )
        for piece in reversed(pieces)
    ]
    head = (words("person.week" if weekly else "person.day"), *(title for title, _, _ in columns))
    return Table(head, tuple(rows), weekly)


def _mean(values: Sequence[float | None]) -> float | None:
    known = _known(values)
    return sum(known) / len(known) if known else None
