"""Each change with its track: how large, how sure, and against what ordinary days differ by."""

import math
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from plantigrade.gait.parameters.definition import digits_of
from plantigrade.library.session_sets import Comparison
from plantigrade.posture.baseline.before_after import Difference
from plantigrade.web.formats import Formats

_ROOM: Final = 1.25
"""How much wider than the greatest of its figures a track is."""


class Kind(StrEnum):
    """What can be said of a change."""

    BEYOND = "beyond"
    LESS = "less"
    CHANCE = "chance"
    UNKNOWN = "unknown"


STATE_OF: Final = {
    Kind.BEYOND: ("ok", "check"),
    Kind.LESS: ("", "info"),
    Kind.CHANCE: ("", "not-known"),
    Kind.UNKNOWN: ("", "not-known"),
}


@dataclass(frozen=True)
class Track:
    """A line from less to more, in per cent of its width; "no change" is at 50."""

    ordinary_from: float
    ordinary_width: float
    bar_from: float
    bar_width: float
    spot: float


@dataclass(frozen=True)
class Change:
    """One value of one foot.

    Attributes:
        metric, side: which.
        unit: of it; "" for none.
        kind: what can be said of it.
        state, icon: of its tag.
        says: one sentence.
        track: to draw; None where one session a side says too little.
        before, after, difference, interval, ordinary: figures for the table; "" where unknown.
    """

    metric: str
    side: str
    unit: str
    kind: Kind
    state: str
    icon: str
    says: str
    track: Track | None
    before: str
    after: str
    difference: str
    interval: str
    ordinary: str


def changes_of(found: Comparison, formats: Formats) -> tuple[Change, ...]:
    """All changes, those beyond ordinary days first."""
    order = list(Kind)
    made = [_change(one, formats) for one in found.differences if math.isfinite(one.difference)]
    return tuple(sorted(made, key=lambda one: order.index(one.kind)))


def kind_of(one: Difference) -> Kind:
    """What can be said of a difference."""
    if one.low is None or one.high is None:
        return Kind.UNKNOWN
    if one.low <= 0.0 <= one.high:
        return Kind.CHANCE
    if one.minimal_change is not None and abs(one.difference) < one.minimal_change.value:
        return Kind.LESS
    return Kind.BEYOND


def _change(one: Difference, formats: Formats) -> Change:
    words, kind = formats.words, kind_of(one)
    smallest = one.minimal_change
    unit = smallest.unit if smallest is not None else ""
    digits = max(digits_of(one.difference), digits_of(smallest.value) if smallest is not None else 0)
    digits += unit == ""
    direction = "rose" if one.difference > 0 else "fell"
    amounts = {
        "what": words(f"compare.metric.{one.metric}"),
        "side": words(f"compare.side.{one.foot.value}"),
        "by": formats.quantity(abs(one.difference), unit, digits),
    }
    interval = ""
    if one.low is not None and one.high is not None:
        interval = formats.interval(one.low, one.high, unit, digits)
    limit = formats.quantity(smallest.value, unit, digits) if smallest is not None else ""
    key = f"{kind.value}-{direction}" if kind in (Kind.BEYOND, Kind.LESS) else kind.value
    says = words(f"compare.says.{key}", **amounts, interval=interval, limit=limit)
    state, icon = STATE_OF[kind]
    return Change(
        one.metric,
        one.foot.value,
        unit,
        kind,
        state,
        icon,
        says[:1].upper() + says[1:],
        _track(one),
        formats.number(one.before, digits),
        formats.number(one.after, digits),
        signed(one.difference, digits, formats),
        interval,
        limit,
    )


def signed(value: float, digits: int, formats: Formats) -> str:
    """A number with its sign; what rounds to zero has none."""
    return ("+" if round(value, digits) > 0 else "") + formats.number(round(value, digits) + 0.0, digits)


def _track(one: Difference) -> Track | None:
    if one.low is None or one.high is None:
        return None
    ordinary = one.minimal_change.value if one.minimal_change is not None else 0.0
    reach = _ROOM * max(abs(one.low), abs(one.high), ordinary) or 1.0

    def place(value: float) -> float:
        return round(50.0 + 50.0 * value / reach, 1)

    return Track(
        place(-ordinary),
        round(place(ordinary) - place(-ordinary), 1),
        place(one.low),
        round(place(one.high) - place(one.low), 1),
        place(one.difference),
    )
