"""When a wearing ends: 20 minutes after the last load, or at the person's midnight. Pure.

Judged on the times of the data and never on those of their arrival, so that it is the same whether an insole
streams, comes each quarter of an hour or after a week.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta, tzinfo

from plantigrade.service.wearing.course import Interval

_NS = 1_000_000_000


@dataclass(frozen=True)
class Span:
    """A wearing as far as it is known.

    Attributes:
        first_load_ns: None while nothing was loaded.
        last_load_ns: up to its end, or so far; 0 while nothing was loaded.
        end_ns: None while it lasts, or cannot be known.
    """

    first_load_ns: int | None
    last_load_ns: int
    end_ns: int | None


def span_of(
    loads: Iterable[Interval],
    known_to_ns: int,
    unloaded_ns: int | None,
    midnight_after: Callable[[int], int],
) -> Span:
    """The first wearing in these loads.

    Args:
        loads: of all its insoles, in any order.
        known_to_ns: everything before is known.
        unloaded_ns: it ends so long after the last load; None: at midnight only.
        midnight_after: the first local midnight after a time.

    Example:
        >>> minute = 60 * 10**9
        >>> loads = [Interval(0, 5 * minute), Interval(30 * minute, 31 * minute)]
        >>> span_of(loads, 26 * minute, 20 * minute, lambda at: 10**15).end_ns // minute
        25
        >>> span_of(loads[:1], 24 * minute, 20 * minute, lambda at: 10**15).end_ns is None
        True
    """
    first: int | None = None
    last = midnight = 0
    for from_ns, to_ns in sorted(loads):
        if first is None:
            first, last, midnight = from_ns, from_ns, midnight_after(from_ns)
        if from_ns >= midnight or (unloaded_ns is not None and from_ns >= last + unloaded_ns):
            break
        last = max(last, min(to_ns, midnight))
    if first is None:
        return Span(None, 0, None)
    end = midnight if unloaded_ns is None else min(midnight, last + unloaded_ns)
    return Span(first, last, end if end <= known_to_ns else None)


def next_midnight(utc_ns: int, zone: tzinfo | None) -> int:
    """The first local midnight after a time, in UTC ns; without a zone, that of the computer.

    Where the clock is put forward at midnight, it is the moment of the change.

    Example:
        >>> from zoneinfo import ZoneInfo
        >>> at = datetime(2026, 3, 29, 1, 0, tzinfo=UTC)  # the clock goes forward in this hour
        >>> midnight = next_midnight(int(at.timestamp()) * 10**9, ZoneInfo("Europe/Berlin"))
        >>> datetime.fromtimestamp(midnight / 1e9, UTC).isoformat()
        '2026-03-29T22:00:00+00:00'
    """
    local = datetime.fromtimestamp(utc_ns // _NS, UTC).astimezone(zone)
    for days in (1, 2):
        midnight = datetime.combine(local.date() + timedelta(days=days), time(), zone)
        found = int(midnight.timestamp()) * _NS
        if found > utc_ns:
            return found
    raise ValueError(f"{zone} has no midnight after {local}")
