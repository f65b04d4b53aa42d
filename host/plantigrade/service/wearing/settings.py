"""Every figure by which a day becomes recordings, with its reason."""

from typing import Final

LOADED_COUNTS: Final = 1000
"""A foot loads its insole from so many counts on, summed over the sensors above the design's unloaded code.
With our front end an empty insole shows up to 600 (its parts have tolerances), a sitting person's foot 1300
and more, a standing one 5000 and more."""
MOST_COUNTS_OF_ONE: Final = 500
"""No sensor adds more than this, so that one that is stuck at its upper end does not count as a foot."""
JOIN_SLOTS: Final = 1000
"""Loads that lie closer together than 10 s are one: a minute of walking is not a hundred loads."""
SAME_RUN_US: Final = 20_000
"""Slots whose device times differ by more from an even count begin another run of slots."""
RECENT_RUNS: Final = 4096
"""Runs of slots that are remembered of one insole: more than its boots and gaps of two weeks."""
INDEX_BYTES: Final = 1 << 18
"""So often the place of a record in its journal is noted: what is read again at a cut is little more."""
CLOCK_PERIOD_NS: Final = 10_000_000_000
"""An insole's clock is written so often beside its records, as in a journal of one recording."""
STEP_NS: Final = 2_000_000_000
"""The wall clock was set when it differs by more from the time line; a new wearing takes the new time."""
