"""Every limit of what a person's record may hold, with its reason."""

from datetime import date
from typing import Final

LONGEST_NAME: Final = 100
"""Characters of a name such as that of a pair of shoes: as long as a tag may be, since it becomes one."""
LONGEST_TAG: Final = 2 * LONGEST_NAME + 3
"""Characters of a tag of the baseline: shoe and orthotic with " + " between them."""
LONGEST_NOTE: Final = 1000
"""Characters of a remark: as in the diary."""
LONGEST_ADDRESS: Final = 1000
"""Characters of the address of a channel; those of mail servers with all their options have some hundred."""
MOST_CHANNELS: Final = 10
"""Ways to reach a person; each is tried in turn, and nobody waits for more than ten."""
MOST_ALERTS_A_DAY: Final = 50
"""More than one reminder each half hour of a day is none."""
USUAL_ALERTS_A_DAY: Final = 6
"""Notifications below critical until the person sets another number; an assumption of ours."""
LEAST_RAW_DAYS: Final = 7
"""Raw samples stay at least as long as a deletion can be taken back."""
MOST_HOURS_A_DAY: Final = 24.0
MOST_TIMES_A_DAY: Final = 100.0
"""Targets of goals: hours of wear, times that an exercise is done."""
EARLIEST: Final = date(1990, 1, 1)
"""Nothing in a record is older; what is dated earlier was mistyped."""
EVERYDAY: Final = "everyday"
"""Tag of the baseline while no footwear is dated, as of `plantigrade posture learn`."""
SHORTEST_SERIAL_END: Final = 6
"""Digits of the end of a serial number that name an insole, as an insole advertises them."""
