"""How long an insole may take to become another one."""

from typing import Final

WIPE_S: Final = 180.0
"""848 pages of log are erased in 40 s at 45 ms each (estimate; no chip was measured), free blocks of the file
system in 20 s more; a card is quicker."""
RESTART_S: Final = 60.0
"""To a HELLO after a restart that does nothing else."""
MOST_EVENTS: Final = 255
"""More than any insole keeps."""
