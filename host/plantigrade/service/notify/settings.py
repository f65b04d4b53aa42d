"""Every figure of notifications, with its reason."""

from typing import Final

SEND_TIMEOUT_S: Final = 20.0
"""One attempt over one channel: longer than a mail server takes to answer on a bad line, and short enough
that the next channel is tried while the alert still means something."""
ROUND_PAUSES_S: Final = (0.0, 30.0, 120.0)
"""Before each round over all channels. Most outages of a line are over after two minutes, or last for hours;
by then the person has looked, or would be told of something that is past."""
RECORDS_TRIES: Final = 3
RECORDS_PAUSE_S: Final = 30.0
"""When the records cannot be read, because another program is writing: as often, and so long between."""
SENDING_THREADS: Final = 4
"""Attempts at a time: each may hang for `SEND_TIMEOUT_S`."""
TICK_S: Final = 30.0
"""How often it is looked whether someone's quiet hours are over: by the wall clock, which may be set."""
MOST_SENTENCES: Final = 5
"""Of one message; the rest is counted. A notification shows about as many lines."""
MOST_WAITING: Final = 100
"""Messages that wait for one person; older ones make way, and are listed as held back."""
SAME_WARNING_S: Final = 1800.0
"""The same warning, such as of a low battery, is delivered again after so long at the soonest: whoever warns
decides how often, but knows nothing of what was said before the service was started again."""
HINT_TIMEOUT_S: Final = 6.0
"""An insole that is connected answers within a second."""
SETTINGS_LAST_S: Final = 30.0
"""What a person has set is read again after so long: a change counts soon, and reads do not pile up."""
LONGEST_NOTE: Final = 200
"""Characters of why a delivery failed."""
