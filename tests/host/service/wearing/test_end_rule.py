"""When a wearing ends, on paper and against a plain model; and the local midnights of odd days."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from plantigrade.service.wearing.course import Interval
from plantigrade.service.wearing.end_rule import Span, next_midnight, span_of

NEVER = 10**18


def at(text: str) -> int:
    return round(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp()) * 10**9


@pytest.mark.parametrize(
    ("loads", "known_to", "midnight", "span"),
    [
        ([], 100, NEVER, Span(None, 0, None)),
        ([(5, 9)], 28, NEVER, Span(5, 9, None)),
        ([(5, 9)], 29, NEVER, Span(5, 9, 29)),
        ([(5, 9), (28, 30)], 49, NEVER, Span(5, 30, None)),
        ([(5, 9), (28, 30)], 50, NEVER, Span(5, 30, 50)),
        ([(5, 9), (29, 30)], 50, NEVER, Span(5, 9, 29)),
        ([(29, 30), (5, 9)], 50, NEVER, Span(5, 9, 29)),
        ([(5, 60)], 40, 40, Span(5, 40, 40)),
        ([(5, 60)], 39, 40, Span(5, 40, None)),
        ([(5, 39), (41, 60)], 70, 40, Span(5, 39, 40)),
        ([(5, 9)], 100, 25, Span(5, 9, 25)),
    ],
)
def test_worked_by_hand(loads: list[tuple[int, int]], known_to: int, midnight: int, span: Span) -> None:
    """In minutes; 20 without load end it."""
    assert span_of([Interval(*load) for load in loads], known_to, 20, lambda _: midnight) == span


def test_while_all_are_away_only_midnight_ends_it() -> None:
    assert span_of([Interval(5, 9)], 100, None, lambda _: 120) == Span(5, 9, None)
    assert span_of([Interval(5, 9)], 120, None, lambda _: 120) == Span(5, 9, 120)


@given(
    st.lists(st.tuples(st.integers(0, 300), st.integers(1, 30)), max_size=12),
    st.integers(0, 400),
    st.integers(1, 400),
)
def test_beside_a_plain_model(loads: list[tuple[int, int]], known_to: int, midnight: int) -> None:
    """Minute by minute: the first one of load begins it, the 20th empty one or midnight ends it."""
    minutes = {minute for first, length in loads for minute in range(first, first + length)}
    first = min(minutes, default=None)
    intervals = [Interval(begin, begin + length) for begin, length in loads]
    found = span_of(intervals, known_to, 20, lambda since: midnight if midnight > since else NEVER)
    assert found.first_load_ns == first
    if first is None:
        return
    end, empty = first + 1, 0
    while empty < 20 and not (midnight > first and end == midnight):
        empty = 0 if end in minutes else empty + 1
        end += 1
    assert found.end_ns == (end if end <= known_to else None)


@pytest.mark.parametrize(
    ("moment", "zone", "midnight"),
    [
        ("2026-03-28T22:30", "Europe/Berlin", "2026-03-28T23:00"),
        ("2026-03-28T23:00", "Europe/Berlin", "2026-03-29T22:00"),  # 23 hours: clocks go forward
        ("2026-10-24T22:00", "Europe/Berlin", "2026-10-25T23:00"),  # 25 hours: clocks go back
        ("2026-04-23T20:00", "Africa/Cairo", "2026-04-23T22:00"),  # that midnight does not exist there
        ("2026-01-01T11:00", "Pacific/Kiritimati", "2026-01-02T10:00"),
        ("2026-01-01T11:00", "Pacific/Pago_Pago", "2026-01-02T11:00"),
        ("2026-06-30T23:59:59", "UTC", "2026-07-01T00:00"),
        ("2026-06-30T18:14:59", "Asia/Kathmandu", "2026-06-30T18:15"),
    ],
)
def test_local_midnights(moment: str, zone: str, midnight: str) -> None:
    assert next_midnight(at(moment), ZoneInfo(zone)) == at(midnight)


@given(
    st.datetimes(datetime(2024, 1, 1), datetime(2030, 1, 1)),
    st.sampled_from(["Europe/Berlin", "America/Havana"]),
)
def test_a_midnight_comes_within_a_long_day(moment: datetime, zone: str) -> None:
    now = round(moment.replace(tzinfo=UTC).timestamp()) * 10**9
    assert now < next_midnight(now, ZoneInfo(zone)) <= now + 25 * 3600 * 10**9
