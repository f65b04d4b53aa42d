"""Numbers of the way to a clinic, each with its reason."""

from datetime import timedelta
from typing import Final

FOLDER: Final = "outbox"
LONGEST_NAME: Final = 200
TEXT_VERSION: Final = "sending 1"
PURPOSE: Final = (
    "My recordings of walking and standing go to this clinic, encrypted for it, "
    "so that its people can look at them."
)
"""What the person consents to; shown by `plantigrade clinic join` and on the page of settings."""
FIRST_WAIT: Final = timedelta(seconds=30)
LONGEST_WAIT: Final = timedelta(hours=6)
"""Between two tries, doubling: a clinic that is away for a week is asked 35 to 55 times."""
LOCAL_WAIT: Final = timedelta(days=1)
"""After a recording could not be read here: other recordings go first."""
ASK_AGAIN: Final = timedelta(hours=1)
"""Between two questions about receipts, while something is not opened yet."""
ASK_FOR: Final = timedelta(days=60)
"""Nobody is asked any longer whether a recording was opened."""
