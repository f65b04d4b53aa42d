"""Sensors that no longer tell the truth: dead, stuck, shorted, saturated, drifting.

Judged on windows of raw codes, while the foot is in use. A place that a person hardly loads (the medial
midfoot of a high arch) is not a dead sensor: dead is called only where both neighbours are loaded and this
place once was, or where it cannot be unloaded by nature.
"""

from dataclasses import dataclass
from enum import Enum

import numpy as np
from numpy.typing import NDArray

from plantigrade.calibration.front_end import FrontEndParameters
from plantigrade.calibration.model import Codes

F64 = NDArray[np.float64]

WINDOW_S = 20.0
DRIFT_WINDOWS = 15
ACTIVE_COUNTS = 1500.0
SILENT_COUNTS = 6.0
STUCK_AT_COUNTS = 60.0
NEVER_IDLE = frozenset({0, 1, 2, 9, 10})
"""Heel and second and third metatarsal head: loaded in every walk."""
DRIFT_LOG = 0.35
NEIGHBOUR_COUNTS = 100.0
SATURATED_SHARE = 0.10


class SensorFaultKind(Enum):
    """What is wrong with a sensor."""

    DEAD = "dead"
    STUCK = "stuck"
    SHORTED = "shorted"
    SATURATED = "saturated"
    DRIFTING = "drifting"


@dataclass(frozen=True)
class SensorFault:
    """A finding on one sensor; `since_s` is the start of the window that showed it first."""

    sensor: int
    kind: SensorFaultKind
    since_s: float


class FaultWatch:
    """Watches a stream of codes of one insole. `feed` returns what is new; `current` what holds.

    Args:
        rate_hz: rows per second.
        front_end: for the unloaded code and the usable range.
        sensors: number of channels.
    """

    def __init__(
        self, rate_hz: float, front_end: FrontEndParameters | None = None, sensors: int = 16
    ) -> None:
        self.front = front_end or FrontEndParameters.load()
        self.rate_hz = rate_hz
        self.current: dict[int, SensorFault] = {}
        self._window = round(WINDOW_S * rate_hz)
        self._rest = np.empty((0, sensors), np.uint16)
        self._first_row = 0
        self._was_loaded = np.zeros(sensors, bool)
        self._shares: list[F64] = []
        self._reference: F64 | None = None

    def feed(self, counts: Codes) -> list[SensorFault]:
        """Judge the windows that the next codes (n, S) complete; the faults that these show for the first
        time."""
        rows = np.concatenate([self._rest, counts.astype(np.uint16)])
        new: list[SensorFault] = []
        while len(rows) >= self._window:
            window, rows = rows[: self._window], rows[self._window :]
            for fault in self._judge(window):
                known = self.current.get(fault.sensor)
                if known is None or known.kind is not fault.kind:
                    self.current[fault.sensor] = fault
                    new.append(fault)
            self._first_row += self._window
        self._rest = rows
        return new

    def _judge(self, window: NDArray[np.uint16]) -> list[SensorFault]:
        above = window.astype(np.float64) - self.front.zero_count
        total = np.clip(above, 0, None).sum(axis=1)
        since_s = self._first_row / self.rate_hz
        low, high = np.percentile(above, [1, 99], axis=0)
        span = high - low
        faults: dict[int, SensorFaultKind] = {}
        saturated = (window >= self.front.usable_count).mean(axis=0)
        for sensor in np.flatnonzero(saturated > SATURATED_SHARE):
            whole = saturated[sensor] > 0.98
            faults[int(sensor)] = SensorFaultKind.SHORTED if whole else SensorFaultKind.SATURATED
        walking = np.percentile(total, 95) > ACTIVE_COUNTS and np.percentile(total, 5) < 0.35 * np.percentile(
            total, 95
        )
        if walking:
            for sensor in np.flatnonzero(span < SILENT_COUNTS):
                kind = self._silent(int(sensor), float(low[sensor]), span)
                if kind is not None:
                    faults.setdefault(int(sensor), kind)
            self._was_loaded |= span > 10 * SILENT_COUNTS
            for sensor in self._drifted(np.clip(above, 0, None).sum(axis=0)):
                faults.setdefault(sensor, SensorFaultKind.DRIFTING)
        return [SensorFault(sensor, kind, since_s) for sensor, kind in faults.items()]

    def _silent(self, sensor: int, level: float, span: F64) -> SensorFaultKind | None:
        if level > STUCK_AT_COUNTS:
            return SensorFaultKind.STUCK
        neighbours = span[max(sensor - 1, 0) : sensor + 2]
        loaded_around = np.sort(neighbours)[-2:].min() > NEIGHBOUR_COUNTS
        if sensor in NEVER_IDLE or (self._was_loaded[sensor] and loaded_around):
            return SensorFaultKind.DEAD
        return None

    def _drifted(self, load: F64) -> list[int]:
        """Sensors whose share of the load has changed by more than 40 % against the first five minutes."""
        self._shares.append(np.log(np.maximum(load, 1.0) / max(load.sum(), 1.0)))
        if len(self._shares) < DRIFT_WINDOWS:
            return []
        recent = np.median(self._shares[-DRIFT_WINDOWS:], axis=0)
        if self._reference is None:
            self._reference = recent
            return []
        self._shares = self._shares[-DRIFT_WINDOWS:]
        moved = recent - self._reference
        moved = moved - np.median(moved)
        heavy = np.exp(self._reference) > 0.02
        # One sensor alone: a change of gait moves its whole region.
        alone = np.abs(moved) > DRIFT_LOG
        return [int(s) for s in np.flatnonzero(alone & heavy)] if alone.sum() <= 2 else []
