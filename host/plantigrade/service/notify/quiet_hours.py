"""Quiet hours of a person: local times, across midnight and across changes of the clocks."""

from datetime import UTC, date, datetime, time, timedelta, tzinfo


def quiet_until(start: time | None, end: time | None, at_utc: datetime, zone: tzinfo) -> datetime | None:
    """When the quiet hours end in which a moment lies; None where it lies in none.

    Quiet hours that begin or end in an hour that the clocks repeat or leave out are taken at their longest,
    so that nobody is woken because of a change of the clocks.

    Args:
        start, end: local times; where `end` is not after `start` it is the next day's. None, or the same time
            twice, is no quiet hours.
        at_utc: the moment, in UTC.
        zone: of the person.

    Returns:
        The end in UTC.

    Example:
        >>> from zoneinfo import ZoneInfo
        >>> late = datetime(2026, 1, 10, 22, 30, tzinfo=UTC)
        >>> quiet_until(time(22), time(7), late, ZoneInfo("Europe/Berlin")).isoformat()
        '2026-01-11T06:00:00+00:00'
    """
    if start is None or end is None or start == end:
        return None
    today = at_utc.astimezone(zone).date()
    for day in (today - timedelta(days=1), today):
        last_day = day if end > start else day + timedelta(days=1)
        ends = max(_moments(last_day, end, zone))
        if min(_moments(day, start, zone)) <= at_utc < ends:
            return ends
    return None


def _moments(day: date, local: time, zone: tzinfo) -> tuple[datetime, datetime]:
    """The moments, in UTC, that a local time may mean: two where the clocks repeat it or leave it out."""
    first, second = (datetime.combine(day, local, zone).replace(fold=fold) for fold in (0, 1))
    return first.astimezone(UTC), second.astimezone(UTC)
