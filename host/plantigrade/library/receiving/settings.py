"""Numbers of receiving parcels, each with its reason."""

from datetime import timedelta
from typing import Final

CODE_LENGTH: Final = 16
"""Characters of an invitation: 80 random bits in base 32."""
INVITATION_LASTS: Final = timedelta(days=7)
UPLOAD_LASTS: Final = timedelta(days=30)
"""A home may be away for weeks; what nothing came for in a month begins anew."""
MOST_PARCEL_BYTES: Final = 4 << 30
"""A day of both feet is 0.2 GB; a week in one recording would still go."""
MOST_PATCH_BYTES: Final = 8 << 20
"""Held in memory until its checksum was seen: 8 MiB are a minute of a slow line."""
MOST_OPEN_UPLOADS: Final = 64
"""Of one device that are not complete."""
MOST_TRIES: Final = 3
"""A parcel that ends the worker which opens it is put aside after so many."""
TAKEN_FOR: Final = timedelta(minutes=30)
"""After that a worker that took a parcel is thought to have ended; opening a day takes seconds."""
MOST_RECEIPTS: Final = 100
CLOCK_TOLERANCE: Final = timedelta(hours=1)
"""A recording that ended later than it came was made with a wrong clock."""
LONGEST_DEVICE: Final = 80
SEEN_EVERY: Final = timedelta(minutes=10)
FREE_BYTES: Final = 1 << 30
"""What must stay free on the disk; below it nothing more is taken."""
