"""How the service keeps insoles and makes recordings of their days: every figure with its reason."""

from dataclasses import dataclass
from typing import Final

MAX_LIVE_MIN: Final = 240.0
"""Live mode at most this long at a request: an insole's battery gives some hours of it."""

PROCESS_NICE: Final = 10
"""How much a process that computes gives way to others, in the steps of POSIX: half of what there is, so that
the radio and pages come first and an analysis still ends on a busy computer."""
PROCESS_LIMIT_S: Final = 4 * 3600.0
"""A process that takes longer is ended. A day of two feet takes about a minute; what takes four hours will
never end."""


@dataclass(frozen=True)
class ServiceSettings:
    """How the service behaves; the defaults are what a person gets who sets nothing.

    Attributes:
        burst_period_s: pause between two bursts of the daily mode. A quarter of an hour costs the insole a
            few seconds of radio, and is the longest delay of what is found in daily mode.
        retry_s: after a burst that failed, how soon it is tried again; doubled with each failure in a row.
        longest_retry_s: longest pause between attempts: who comes home is found within two minutes.
        unloaded_s: a wearing ends so long after the last load.
        worn_for_s: a foot that was loaded for less in a wearing was not worn: an insole is picked up.
        away_s: an insole that has not been heard for so long is no longer waited for when a wearing ends:
            two bursts and a margin.
        completed_within_s: what is lacking after so long is accounted as missing; the recording is final.
        version_after_s: frames that come later make another version at once when they complete a recording,
            else when nothing more has come for so long.
        journal_lasts_s: a journal of which something is still lacking stays so long after its end, in case
            the insole comes back; then it is removed, and a frame that comes later finds no recording.
        stay_connected: keep connected and stream all day instead of bursts (for insoles on a cable).
        linger_s: after a finite recording live mode goes on for so long, so that its end is known at once.
        status_period_s: the status file is written at most this often.
        status_times_s: and this often while nothing changes in it but when the newest frames came: a status
            is looked at by people, to whom some seconds are now.
        status_at_least_s: and at least this often.
        people_period_s: how often assignments and time zones are read from the library.
        tick_s: how often what has come is committed while an insole is connected: what `kill -9` costs is
            asked for again.
        idle_tick_s: how often wearings are looked after while none is.
        problem_retry_s: how soon something that the disk or the database refused is tried again.
    """

    burst_period_s: float = 900.0
    retry_s: float = 15.0
    longest_retry_s: float = 120.0
    unloaded_s: float = 1200.0
    worn_for_s: float = 30.0
    away_s: float = 2100.0
    completed_within_s: float = 14 * 86400.0
    version_after_s: float = 3600.0
    journal_lasts_s: float = 30 * 86400.0
    stay_connected: bool = False
    linger_s: float = 10.0
    status_period_s: float = 1.0
    status_times_s: float = 5.0
    status_at_least_s: float = 60.0
    people_period_s: float = 900.0
    tick_s: float = 1.0
    idle_tick_s: float = 15.0
    problem_retry_s: float = 60.0
