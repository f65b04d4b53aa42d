"""The time zone in which a person's days begin and end."""

from datetime import tzinfo
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from plantigrade.library.entries import Person


def zone_of(person: Person) -> tzinfo | None:
    """The person's zone; None, the zone of this computer, where none is stored or the stored one is unknown.

    Example:
        >>> zone_of(Person("P001", time_zone="Europe/Berlin"))
        zoneinfo.ZoneInfo(key='Europe/Berlin')
        >>> zone_of(Person("P001")) is None
        True
    """
    try:
        return ZoneInfo(person.time_zone) if person.time_zone else None
    except (ZoneInfoNotFoundError, ValueError):
        return None
