"""The date of novel's exports: `25.04.23 10.49`, day before month."""

import re
from datetime import datetime

_DATE = re.compile(r"date/time\s+(\d{1,2})\.(\d{1,2})\.(\d{2}|\d{4})\s+(\d{1,2})[.:](\d{2})")


def started(header: str) -> datetime | None:
    """When a recording began, on the clock of its computer; None where the header does not say so.

    Example:
        >>> started("file name: walk.sol date/time 25.04.23 10.49")
        datetime.datetime(2023, 4, 25, 10, 49)
    """
    match = _DATE.search(header)
    if match is None:
        return None
    day, month, year, hour, minute = (int(part) for part in match.groups())
    try:
        return datetime(year + 2000 if year < 100 else year, month, day, hour, minute)
    except ValueError:
        return None
