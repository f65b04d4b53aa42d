"""Figures of the first run, with their reasons."""

from typing import Final

LIVE_MIN: Final = 15.0
"""All steps take three minutes; who looks for a shoe takes longer. Asked for again at each step."""
COUNT_S: Final = 9.0
"""Ten steps take six seconds; a page waits for the service no longer than ten."""
LOOK_EVERY_S: Final = 3
"""How often the page looks by itself whether an insole was found."""
