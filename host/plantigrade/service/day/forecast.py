"""How long a level lasts at its present rate: batteries, logs, the disk. Pure."""

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations
from statistics import median
from typing import Final

HOUR_NS: Final = 3_600_000_000_000
MOST_SAMPLES: Final = 50
"""A day in steps of half an hour: what all pairs of samples need of time and memory stays bounded."""


@dataclass(frozen=True)
class Sample:
    """A level at a time."""

    utc_ns: int
    level: float


class LevelHistory:
    """The latest levels of one thing that runs out or fills up.

    A level that jumps back against its course begins a new history: a battery that was charged, a log that
    was emptied.

    Args:
        direction: -1 for what runs out, +1 for what fills up.
        span_h: hours that are looked at.
        sample_s: samples are taken this often at most.
        jump: a change against the course that begins anew; smaller ones are noise.
    """

    def __init__(self, direction: int, span_h: float, sample_s: float, jump: float) -> None:
        self._direction, self._jump = direction, jump
        self._span_ns, self._sample_ns = round(span_h * HOUR_NS), round(sample_s * 1e9)
        self._samples: deque[Sample] = deque(maxlen=MOST_SAMPLES)
        self._rate: tuple[float | None] | None = None

    def add(self, utc_ns: int, level: float) -> None:
        """Note a level. A clock that was set back begins anew as well."""
        last = self._samples[-1] if self._samples else None
        if last is not None:
            against = self._direction * (last.level - level)
            if utc_ns < last.utc_ns or against > self._jump:
                self._samples.clear()
            elif utc_ns < last.utc_ns + self._sample_ns:
                return
        self._samples.append(Sample(utc_ns, level))
        self._rate = None
        while self._samples[0].utc_ns < utc_ns - self._span_ns:
            self._samples.popleft()

    def clear(self) -> None:
        """Begin anew: the insole is on its charger."""
        self._samples.clear()
        self._rate = None

    def per_hour(self, least_h: float) -> float | None:
        """Change of the level an hour, None before there are so many hours of it."""
        if self._rate is None:
            self._rate = (rate_per_hour(list(self._samples), least_h),)
        return self._rate[0]


def rate_per_hour(samples: Sequence[Sample], least_h: float) -> float | None:
    """The median of the slopes between all pairs of samples: single odd levels do not count (Theil 1950, A
    rank-invariant method of linear and polynomial regression analysis).

    Args:
        samples: in the order of their times.
        least_h: hours from first to last below which nothing is said.

    Example:
        >>> rate_per_hour([Sample(hour * HOUR_NS, 90 - 5 * hour) for hour in range(4)], 2.0)
        -5.0
        >>> rate_per_hour([Sample(0, 90), Sample(HOUR_NS, 80)], 2.0) is None
        True
    """
    if not samples or samples[-1].utc_ns - samples[0].utc_ns < least_h * HOUR_NS:
        return None
    return median(
        (late.level - early.level) / ((late.utc_ns - early.utc_ns) / HOUR_NS)
        for early, late in combinations(samples, 2)
        if late.utc_ns > early.utc_ns
    )


def left(level: float, end: float, rate: float | None) -> float | None:
    """Units of time until a level reaches its end; None while it does not move towards it.

    Example:
        >>> left(40.0, 0.0, -5.0)
        8.0
        >>> left(40.0, 0.0, 0.5) is None
        True
    """
    if rate is None or rate == 0 or (end - level) / rate < 0:
        return None
    return (end - level) / rate
