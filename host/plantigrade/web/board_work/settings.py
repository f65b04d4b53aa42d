"""How long, and how much, the pages remember of work on boards."""

from typing import Final

KEEP_S: Final = 3600.0
"""What became of it can be looked at for an hour."""
MOST_LINES: Final = 200
"""Lines that one work may tell; a flash tells about a dozen."""
KEEP_IMAGE_S: Final = 1800.0
"""A prepared image waits so long for the browser that installs it."""
MOST_IMAGES: Final = 2
"""Prepared images in memory, 3 MB each, whoever prepared them."""
