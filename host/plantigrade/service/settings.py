"""How the service keeps insoles and makes recordings of their days: every figure with its reason."""

from dataclasses import dataclass
from typing import Final

MAX_LIVE_MIN: Final = 240.0
"""Live mode at most this long at a request: an insole's battery gives some hours of it."""


@dataclass(frozen=True)
class ServiceSettings:
    """How the service behaves; the defaults are what a person gets who sets nothing.

    Attributes:
        burst_period_s: pause between two bursts of the daily mode. A quarter of an hour costs the insole a
            few seconds of radio, and is the longest delay of what is found in daily mode.
        retry_s: after a burst that failed, how soon it is tried again; doubled with each failure in a row up
            to `burst_period_s`.
        burst_limit_s: a burst that takes longer is ended and begun anew: a link that trickles is no link.
        unloaded_s: a wearing ends so long after the last load.
        away_s: an insole that has not been heard for so long is no longer waited for when a wearing ends:
            two bursts and a margin.
        completed_within_s: what is lacking after so long is accounted as missing; the recording is final.
        journal_kept_s: a journal of which something is still lacking is kept so long after its end, in case
            the insole comes back; then it is removed, and a frame that comes later finds no recording.
        stay_connected: keep connected and stream all day instead of bursts (for insoles on a cable).
        status_period_s: the status file is written at most this often.
        status_lasts_s: a status file older than this is not believed.
        problem_retry_s: how soon something that the disk or the database refused is tried again.
    """

    burst_period_s: float = 900.0
    retry_s: float = 15.0
    burst_limit_s: float = 600.0
    unloaded_s: float = 1200.0
    away_s: float = 2100.0
    completed_within_s: float = 14 * 86400.0
    journal_kept_s: float = 60 * 86400.0
    stay_connected: bool = False
    status_period_s: float = 1.0
    status_lasts_s: float = 30.0
    problem_retry_s: float = 60.0
