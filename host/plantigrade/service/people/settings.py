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
VISIT_S: Final = {
    "eyes open": 60.0,
    "eyes closed": 60.0,
    "left leg": 30.0,
    "right leg": 30.0,
    "own shoes": 120.0,
    "orthotic": 120.0,
}
"""Usual seconds of the steps of a visit; others may be set. Standing: a minute of sway can be compared. One
leg: 30 s are the end of the usual test. Walking: as in the two-minute walk test."""
SHORTEST_STEP_S: Final = 2.0
LONGEST_STEP_S: Final = 600.0
"""A step of a visit: below, nothing can be found in it; above, it is a walk of its own."""
FOUND_WITHIN_S: Final = 900.0
"""A recording is looked for from so long before its step began: clocks of insoles are set by their frames."""
