"""Charts of days: bars, lines of both feet, points; days of which nothing is known are grey, events dashed.

The picture stretches with the page, its words do not: they stand beside it in HTML (`.plot`).
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from math import ceil, floor, log10
from typing import Final

from markupsafe import Markup

WIDTH: Final = 600
HEIGHT: Final = 200
DATES: Final = 5
"""Dates below a chart: as many as a phone shows."""
_STEPS: Final = (1.0, 2.0, 2.5, 5.0, 10.0)
_BAR_SHARE: Final = 0.75
_NARROWEST: Final = 1e-6
"""Values that differ by less than this share are drawn as one."""
_MOST_DIGITS: Final = 7
Values = Sequence[float | None]


@dataclass(frozen=True)
class Axis:
    """From where to where a chart goes, and its ticks from the bottom up.

    Attributes:
        low, high: ends.
        ticks: values, the ends among them.
        digits: after the point.
    """

    low: float
    high: float
    ticks: tuple[float, ...]
    digits: int

    def height(self, value: float) -> float:
        """Where a value lies, from the top."""
        return HEIGHT * (self.high - value) / (self.high - self.low)


def axis_of(values: Iterable[float], low: float | None = None, high: float | None = None) -> Axis:
    """An axis of round numbers around values, with three to six ticks.

    Args:
        values: that must lie on it.
        low, high: ends that are given.

    Example:
        >>> axis_of([31.2, 42.8]).ticks
        (30.0, 35.0, 40.0, 45.0)
        >>> axis_of([5.0, 9.1], low=0.0).ticks
        (0.0, 5.0, 10.0)
    """
    known = list(values)
    bottom = low if low is not None else min(known, default=0.0)
    top = high if high is not None else max(known, default=1.0)
    if top - bottom < _NARROWEST * max(1.0, abs(top), abs(bottom)):
        top = bottom + (abs(bottom) * 0.1 if abs(bottom) > _NARROWEST else 1.0)
    size = (top - bottom) / 3
    scale = 10.0 ** floor(log10(size))
    step = scale * next(one for one in _STEPS if one * scale >= size * 0.999)
    bottom = low if low is not None else step * floor(bottom / step + 1e-9)
    top = high if high is not None else bottom + step * ceil((top - bottom) / step - 1e-9)
    count = max(1, round((top - bottom) / step))
    ticks = tuple(bottom + (top - bottom) * place / count for place in range(count + 1))
    rounds = (
        n for n in range(_MOST_DIGITS) if all(abs(tick - round(tick, n)) < 1e-6 * step for tick in ticks)
    )
    digits = next(rounds, _MOST_DIGITS)
    return Axis(bottom, top, ticks, digits)


@dataclass(frozen=True)
class Days:
    """What all charts of a span share.

    Attributes:
        count: of days.
        marks: places of the events among them.
    """

    count: int
    marks: tuple[int, ...] = ()

    def middle(self, place: int) -> float:
        """Where the middle of a day lies, from the left."""
        return WIDTH * (place + 0.5) / self.count

    def share_pct(self, place: int) -> float:
        """The same in per cent of the width."""
        return round(100.0 * (place + 0.5) / self.count, 2)


def bars(days: Days, values: Values, axis: Axis) -> Markup:
    """A bar a day.

    Example:
        >>> print(bars(Days(2), [6.0, None], axis_of([6.0], low=0.0, high=12.0)).count("band gap"))
        1
    """
    width = WIDTH / days.count
    path = ""
    for place, value in enumerate(values):
        if value is not None:
            top = axis.height(min(max(value, axis.low), axis.high))
            left, broad = width * (place + (1 - _BAR_SHARE) / 2), width * _BAR_SHARE
            path += f"M{left:.1f} {HEIGHT}V{top:.1f}h{broad:.1f}V{HEIGHT}z"
    drawn = f'<path class="barm soft" d="{path}"/>' if path else ""
    return _framed(days, axis, _gaps(days, [value is None for value in values]), drawn)


def lines(
    days: Days, left: Values, right: Values, axis: Axis, band: tuple[float, float] | None = None
) -> Markup:
    """A line a foot, left solid, right dashed; days without a value interrupt it, one alone is a point.

    Args:
        days: of the span.
        left, right: a value a day.
        axis: of the values.
        band: what is usual for the left foot.
    """
    gaps = _gaps(days, [one is None and other is None for one, other in zip(left, right, strict=True)])
    usual = ""
    if band is not None:
        top, bottom = (axis.height(min(max(value, axis.low), axis.high)) for value in (band[1], band[0]))
        usual = f'<rect class="band usual" x="0" y="{top:.1f}" width="{WIDTH}" height="{bottom - top:.1f}"/>'
    drawn = _line(days, left, axis, "left") + _line(days, right, axis, "right")
    return _framed(days, axis, gaps + usual, drawn)


def single_line(days: Days, values: Values, axis: Axis) -> Markup:
    """One line that is of no foot."""
    return _framed(
        days, axis, _gaps(days, [value is None for value in values]), _line(days, values, axis, "ink")
    )


def points(days: Days, values: Values, axis: Axis) -> Markup:
    """A point a day; days without one are not grey: nobody was asked to write each day."""
    path = "".join(
        f"M{days.middle(place):.1f} {axis.height(value):.1f}h0"
        for place, value in enumerate(values)
        if value is not None
    )
    return _framed(days, axis, "", f'<path class="pt small accent" d="{path}"/>' if path else "")


def _line(days: Days, values: Values, axis: Axis, name: str) -> str:
    path, alone = "", ""
    for place, value in enumerate(values):
        if value is None:
            continue
        at = f"{days.middle(place):.1f} {axis.height(value):.1f}"
        before = place > 0 and values[place - 1] is not None
        after = place + 1 < len(values) and values[place + 1] is not None
        path += f"{'L' if before else 'M'}{at}" if before or after else ""
        alone += "" if before or after else f"M{at}h0"
    drawn = f'<path class="ln {name}" d="{path}"/>' if path else ""
    kind = f"pt small {name}".replace(" ink", "")
    return drawn + (f'<path class="{kind}" d="{alone}"/>' if alone else "")


def _gaps(days: Days, unknown: Sequence[bool]) -> str:
    """Grey from the first to the last unknown day of each run."""
    width, found, begin = WIDTH / days.count, "", None
    for place, is_unknown in enumerate([*unknown, False]):
        if is_unknown and begin is None:
            begin = place
        elif not is_unknown and begin is not None:
            left, broad = width * begin, width * (place - begin)
            found += f'<rect class="band gap" x="{left:.1f}" y="0" width="{broad:.1f}" height="{HEIGHT}"/>'
            begin = None
    return found


def _framed(days: Days, axis: Axis, below: str, drawn: str) -> Markup:
    grid = "".join(
        f'<path class="{"axis" if tick == axis.low else "grid"}" d="M0 {axis.height(tick):.1f}h{WIDTH}"/>'
        for tick in axis.ticks
    )
    marks = "".join(
        f'<path class="mark" d="M{days.middle(place):.1f} 0v{HEIGHT}"/>' for place in sorted(set(days.marks))
    )
    return Markup(below + grid + drawn + marks)  # made of numbers alone


def places_of_dates(count: int) -> tuple[int, ...]:
    """Days whose dates stand below the chart, from the first to the last.

    Example:
        >>> places_of_dates(56)
        (0, 14, 28, 41, 55)
    """
    return tuple(round(place * (count - 1) / (DATES - 1)) for place in range(DATES))


def texts(axis: Axis, write: Callable[[float, int], str], unit: str) -> tuple[str, ...]:
    """The ticks as they are written, from the bottom up; the top one has the unit."""
    written = [write(tick, axis.digits) for tick in axis.ticks]
    return (*written[:-1], f"{written[-1]} {unit}".strip())
