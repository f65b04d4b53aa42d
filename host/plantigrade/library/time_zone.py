"""The time zone in which a person's days begin and end, and times as clocks showed them there."""

import os
from datetime import UTC, datetime, timezone, tzinfo
from pathlib import Path
from typing import Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from plantigrade.library.entries import Person

UTC_NAME: Final = "UTC"
_OF_COMPUTER: Final = Path("/etc/localtime")
_FOLDER: Final = "zoneinfo/"


def zone_name_of_computer() -> str:
    """Name of the zone that this computer is set to; "UTC" where it does not say.

    Example:
        >>> ZoneInfo(zone_name_of_computer()).key == zone_name_of_computer()
        True
    """
    for name in (os.environ.get("TZ", ""), str(_OF_COMPUTER.resolve()).partition(_FOLDER)[2]):
        if not name:
            continue
        try:
            return ZoneInfo(name).key
        except (ZoneInfoNotFoundError, ValueError, OSError):
            continue
    return UTC_NAME


def zone_of(person: Person | None) -> tzinfo | None:
    """The person's zone; None, the zone of this computer, where none is stored or the stored one is unknown.

    Example:
        >>> zone_of(Person("P001", time_zone="Europe/Berlin"))
        zoneinfo.ZoneInfo(key='Europe/Berlin')
        >>> zone_of(Person("P001")) is None, zone_of(None) is None
        (True, True)
    """
    return None if person is None else zone_named(person.time_zone)


def zone_named(name: str) -> tzinfo | None:
    """The zone of an IANA name; None, the zone of this computer, for an empty or unknown one."""
    try:
        return ZoneInfo(name) if name else None
    except (ZoneInfoNotFoundError, ValueError):
        return None


def local_time(utc_ns: int, zone: tzinfo | None) -> datetime:
    """A time in nanoseconds of UTC as clocks showed it in a zone (None: that of this computer).

    Example:
        >>> str(local_time(1_774_747_800_000_000_000, ZoneInfo("Europe/Berlin")))
        '2026-03-29 03:30:00+02:00'
    """
    seconds, rest_ns = divmod(utc_ns, 1_000_000_000)
    return datetime.fromtimestamp(seconds, UTC).replace(microsecond=rest_ns // 1000).astimezone(zone)


def in_zone(moment: datetime | None, zone: tzinfo | None) -> datetime | None:
    """A time that a person wrote, in UTC: without a zone of its own it is meant where the person lives.

    Example:
        >>> str(in_zone(datetime(2026, 3, 1, 14, 30), ZoneInfo("Europe/Berlin")))
        '2026-03-01 13:30:00+00:00'
    """
    if moment is None:
        return None
    if moment.tzinfo is None and zone is not None:
        moment = moment.replace(tzinfo=zone)
    return moment.astimezone(UTC)


def offset_text(moment: datetime) -> str:
    """The distance of a local time from UTC.

    Example:
        >>> offset_text(local_time(0, ZoneInfo("Asia/Kathmandu"))), offset_text(local_time(0, UTC))
        ('UTC+05:30', 'UTC')
    """
    offset = moment.utcoffset()
    return str(timezone(offset)) if offset else UTC_NAME
