"""How the service analyses live: every figure with its reason."""

from typing import Final

STEP_S: Final = 0.25
"""Pause between two looks at what has come: soon enough for live pages, and a fraction of a millisecond of
work each."""
IDLE_S: Final = 5.0
"""Pause while nothing comes: snoozes end, and silence is noticed, by the second or so."""
RELOAD_S: Final = 60.0
"""Rules that a clinician changes, and answers that come from other programs, hold after a minute at most."""
FETCH_S: Final = 30.0
"""When a wearing begins, what was logged before it comes in first, of one foot and then of the other: only
after so long a foot of which young data are lacking is called silent. That nobody watches is said at once."""
RING_FRAMES: Final = 200_000
"""Frames of an insole that are held for a wearing about which is not known yet that it has begun: half an
hour, as a burst of the daily mode brings a quarter of one."""
