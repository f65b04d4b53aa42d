"""The time zone in which a person's days begin and end."""

import os
from datetime import tzinfo
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
