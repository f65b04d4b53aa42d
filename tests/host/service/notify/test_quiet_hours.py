"""Quiet hours: local, across midnight, and never cut short by a change of the clocks."""

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from plantigrade.service.notify.quiet_hours import quiet_until

BERLIN = ZoneInfo("Europe/Berlin")
KOLKATA = ZoneInfo("Asia/Kolkata")


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("start", "end", "at", "zone", "until"),
    [
        # across midnight: 22:00 to 07:00 in Berlin, UTC+1 in winter
        (time(22), time(7), "2026-01-10T20:59:59", BERLIN, None),
        (time(22), time(7), "2026-01-10T21:00:00", BERLIN, "2026-01-11T06:00:00"),
        (time(22), time(7), "2026-01-11T05:59:59", BERLIN, "2026-01-11T06:00:00"),
        (time(22), time(7), "2026-01-11T06:00:00", BERLIN, None),
        # within a day, UTC+2 in summer, and a zone of half an hour
        (time(13), time(14, 30), "2026-07-01T11:00:00", BERLIN, "2026-07-01T12:30:00"),
        (time(13), time(14, 30), "2026-07-01T12:30:00", BERLIN, None),
        (time(22), time(6), "2026-07-01T16:30:00", KOLKATA, "2026-07-02T00:30:00"),
        # the night in which 02:00 becomes 03:00: it is an hour shorter
        (time(22), time(7), "2026-03-28T21:00:00", BERLIN, "2026-03-29T05:00:00"),
        # the night in which 03:00 becomes 02:00
        (time(22), time(7), "2026-10-24T20:00:00", BERLIN, "2026-10-25T06:00:00"),
        # an end in the hour that is left out, 02:30: at the later of 02:30 CET and CEST, 03:30 local
        (time(22), time(2, 30), "2026-03-29T01:15:00", BERLIN, "2026-03-29T01:30:00"),
        (time(22), time(2, 30), "2026-03-29T01:30:00", BERLIN, None),
        # an end in the hour that comes twice, 02:30: at its second time, 01:30 UTC, and once only
        (time(22), time(2, 30), "2026-10-25T00:45:00", BERLIN, "2026-10-25T01:30:00"),
        (time(22), time(2, 30), "2026-10-25T01:29:59", BERLIN, "2026-10-25T01:30:00"),
        (time(22), time(2, 30), "2026-10-25T01:30:00", BERLIN, None),
        # none
        (None, None, "2026-01-10T23:00:00", BERLIN, None),
        (time(7), time(7), "2026-01-10T23:00:00", BERLIN, None),
    ],
)
def test_when_it_is_quiet_again_until(
    start: time | None, end: time | None, at: str, zone: ZoneInfo, until: str | None
) -> None:
    assert quiet_until(start, end, utc(at), zone) == (None if until is None else utc(until))


MINUTES = st.integers(0, 24 * 60 - 1).map(lambda minute: time(minute // 60, minute % 60))


@given(MINUTES, MINUTES, st.integers(0, 366 * 24 * 60))
def test_quiet_whenever_the_clock_on_the_wall_says_so(start: time, end: time, minute: int) -> None:
    """Also while the clocks change; more only in an hour around such a change."""
    at = datetime(2026, 1, 1, tzinfo=UTC) + timedelta(minutes=minute)
    wall = at.astimezone(BERLIN).time()
    expected = (start <= wall < end) if start < end else start != end and (wall >= start or wall < end)
    until = quiet_until(start, end, at, BERLIN)
    changing = {(at + timedelta(hours=h)).astimezone(BERLIN).utcoffset() for h in range(-26, 27)}
    assert (until is not None) == expected or (len(changing) == 2 and until is not None)
    if until is not None:
        assert timedelta() < until - at <= timedelta(hours=25)
        assert quiet_until(start, end, until, BERLIN) is None
