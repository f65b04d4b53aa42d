"""What the demo measures of one foot while frames come in: latency and clock error against the twin's true
clock.
"""

from dataclasses import dataclass, field
from typing import Protocol

import numpy as np

from plantigrade.array_types import F64
from plantigrade.bridge.insole import StampedFrames

RECENT_BATCHES = 20


class TrueClock(Protocol):
    """The twin's knowledge of when the device's clock showed what."""

    def host_monotonic_ns(self, device_us: float, boot: int | None = None) -> float:
        """The host's monotonic time of a device time."""
        ...


@dataclass(frozen=True)
class Spread:
    """Percentiles of a set of measurements, in milliseconds; None when there were none."""

    p50: float | None
    p95: float | None
    p99: float | None
    max: float | None

    @classmethod
    def of(cls, values_ms: F64) -> "Spread":
        """Percentiles of (n,) milliseconds."""
        if len(values_ms) == 0:
            return cls(None, None, None, None)
        p50, p95, p99, top = np.percentile(values_ms, [50, 95, 99, 100])
        return cls(*(round(float(value), 3) for value in (p50, p95, p99, top)))


@dataclass
class FootMeter:
    """Collects per frame: true sample time, latency to delivery, error of the host time.

    Attributes:
        truth: true clock of the board.
    """

    truth: TrueClock
    frames: int = 0
    slots: int = 0
    _true_ns: list[F64] = field(default_factory=list[F64])
    _latency_ms: list[F64] = field(default_factory=list[F64])
    _error_ms: list[F64] = field(default_factory=list[F64])

    def add(self, stamped: StampedFrames) -> None:
        """Measure a batch. Frames from the log count as received but have no live latency."""
        frames = stamped.frames
        self.frames += len(frames)
        self.slots += len(frames) * frames.slots_per_frame
        if frames.late:
            return
        true_ns = np.array([self.truth.host_monotonic_ns(float(moment)) for moment in frames.device_us])
        self._true_ns.append(true_ns)
        self._latency_ms.append(np.asarray((stamped.delivered_ns - true_ns) * 1e-6, np.float64))
        if stamped.host_ns is not None:
            self._error_ms.append(np.asarray((stamped.host_ns - true_ns) * 1e-6, np.float64))
        else:
            self._error_ms.append(np.full(len(frames), np.nan))

    @property
    def latency_ms(self) -> F64:
        """Sensor to host, per frame in order of delivery, (n,)."""
        return _joined(self._latency_ms)

    @property
    def true_ns(self) -> F64:
        """True sample times on the host's monotonic clock, (n,)."""
        return _joined(self._true_ns)

    @property
    def error_ms(self) -> F64:
        """Signed error of the host times, (n,); NaN where no time was known."""
        return _joined(self._error_ms)

    def recent_latency_ms(self) -> float | None:
        """Median latency of the last batches."""
        recent = _joined(self._latency_ms[-RECENT_BATCHES:])
        return float(np.median(recent)) if len(recent) else None

    def latency(self) -> Spread:
        """Percentiles of the latency."""
        return Spread.of(self.latency_ms)

    def clock_error(self) -> Spread:
        """Percentiles of the size of the clock error."""
        return Spread.of(_known(np.abs(self.error_ms)))


def left_right_error(left: FootMeter, right: FootMeter) -> Spread:
    """Percentiles of how far the two feet are apart on the host's time base, against the truth."""
    if len(left.true_ns) == 0 or len(right.true_ns) == 0:
        return Spread.of(np.empty(0))
    order = np.argsort(right.true_ns)
    other = np.interp(left.true_ns, right.true_ns[order], right.error_ms[order])
    return Spread.of(_known(np.abs(left.error_ms - other)))


def _joined(parts: list[F64]) -> F64:
    return np.concatenate(parts) if parts else np.empty(0)


def _known(values: F64) -> F64:
    return values[~np.isnan(values)]
