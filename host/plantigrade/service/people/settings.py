"""Every figure of the lists of people, with its reason."""

from typing import Final

SPAN_DAYS: Final = 14
"""Days that the list looks back: two weeks show weekends and whether the last week is unlike the one before,
and a line of so many bars can still be read."""
SILENT_DAYS: Final = 4
"""Without data for so long someone should ask: a long weekend away is over by then."""
MUCH_MISSING: Final = 0.05
"""From this share of missing frames on, hours and counts are no longer trusted: daily mode that works misses
less than one frame in a hundred."""
PEOPLE_A_PAGE: Final = 100
"""People on one page of the list: five hundred rows are found by the search, not by scrolling."""
COURSE_WEEKS: Final = {"2-weeks": 2, "8-weeks": 8, "1-year": 52}
"""Spans of a course: since the last visit, the usual time to the control of an orthotic, and all seasons."""
RECENT_DAYS: Final = 14
"""The latest days that are set beside those before them: two weeks, as in the list."""
