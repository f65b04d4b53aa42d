"""Every figure of the life of alerts, with its reason."""

from typing import Final

SAME_ONSET_NS: Final = 180_000_000_000
"""Onsets of one rule and foot that differ by less than three minutes are those of one alert: live analysis
and that of the recording look every few strides at windows that begin at other strides (up to 50 s apart were
measured), and two alerts of a rule and foot hardly ever follow each other so soon."""
SILENT_MIN: Final = 15
""""I have taken the weight off" silences a critical alert for so long: time to sit down, and to be reminded
while a forgotten foot still profits."""
SNOOZE_MIN: Final = (15, 30, 60)
"""Minutes for which an alert that is not critical can be put off."""
LIVE_WITHIN_S: Final = 45.0
"""An alert is live when it is known so soon after it could be raised: ten strides of context, five seconds in
which the feet are put in order, and a gap that is filled from the log."""
BURST_MARGIN_S: Final = 180.0
"""A burst of the daily mode may come so much later than due: it is tried again once or twice."""
LIVE_AGE_S: Final = 15.0
"""In live mode nobody is watching any more when the newest sample of a foot is older than this."""
HISTORY_ALERTS: Final = 500
"""Alerts of a person that are held in memory; older ones are in the library."""
HISTORY_DAYS: Final = 14
"""Answers and alerts of so many days are read when the service starts."""
OPEN_H: Final = 24.0
"""A stored alert without an end is over after a day: a wearing ends at midnight at the latest, so that the
service must have ended before the cause did."""
