"""Sensors that no longer tell the truth: dead, stuck, shorted, saturated, drifting.

Judged on windows of raw codes, while the foot is in use. A place that a person hardly loads (the medial
midfoot of a high arch) is not a dead sensor: dead is called only where both neighbours are loaded and this
place once was, or where it cannot be unloaded by nature. A heavy person on a sensitive sensor leaves the
range in which the converter is linear; that makes peaks less exact (`OVER_RANGE`) but is no fault.
"""

from dataclasses import dataclass
from enum import Enum

import numpy as np
from insole_protocol.layout import REGIONS
from numpy.typing import NDArray

from plantigrade.array_types import F64
from plantigrade.calibration.front_end import FrontEndParameters
from plantigrade.calibration.model import Codes
from plantigrade.calibration.settings import (
    ACTIVE_COUNTS,
    DRIFT_LOG,
    DRIFT_WINDOWS,
    EDGE_SHARE,
    FULL_SCALE_MARGIN_COUNTS,
    GONE_AFTER_WINDOWS,
    HEAVY_SHARE,
    LOADED_SPANS,
    MOST_PERCENTILE,
    NEIGHBOUR_COUNTS,
    NEVER_IDLE,
    REST_PERCENTILE,
    REST_SHARE,
    SATURATED_SHARE,
    SHORTED_SHARE,
    SILENT_COUNTS,
    STUCK_AT_COUNTS,
    WINDOW_S,
    WITH_REGION_LOG,
)


class SensorFaultKind(Enum):
    """What is wrong with a sensor."""

    DEAD = "dead"
    STUCK = "stuck"
    SHORTED = "shorted"
    SATURATED = "saturated"
    DRIFTING = "drifting"
    OVER_RANGE = "over range"

    @property
    def broken(self) -> bool:
        """Whether someone must look after the insole; a load beyond the linear range is no fault."""
        return self is not SensorFaultKind.OVER_RANGE


@dataclass(frozen=True)
class SensorFault:
    """A finding on one sensor; `since_s` is the start of the window that showed it first."""

    sensor: int
    kind: SensorFaultKind
    since_s: float


class FaultWatch:
    """Watches a stream of codes of one insole. `feed` returns what is new; `current` what holds.

    A fault holds until two minutes of walking have passed without it.

    Args:
        rate_hz: rows per second.
        front_end: for the unloaded code and the usable range.
    """

    def __init__(self, rate_hz: float, front_end: FrontEndParameters | None = None) -> None:
        self.front = front_end or FrontEndParameters.load()
        self.rate_hz = rate_hz
        self.current: dict[int, SensorFault] = {}
        self._unseen: dict[int, int] = {}
        self._window = round(WINDOW_S * rate_hz)
        self._rest = np.empty((0, len(REGIONS)), np.uint16)
        self._first_row = 0
        self._was_loaded = np.zeros(len(REGIONS), bool)
        self._shares: list[F64] = []
        self._reference: F64 | None = None

    def feed(self, counts: Codes) -> list[SensorFault]:
        """Judge the windows that the next codes (n, S) complete; the faults that these show for the first
        time."""
        rows = np.concatenate([self._rest, counts.astype(np.uint16)])
        new: list[SensorFault] = []
        while len(rows) >= self._window:
            window, rows = rows[: self._window], rows[self._window :]
            found = self._judge(window)
            if found is None:
                self._first_row += self._window
                continue
            self._forget({fault.sensor for fault in found})
            for fault in found:
                known = self.current.get(fault.sensor)
                if known is None or known.kind is not fault.kind:
                    self.current[fault.sensor] = fault
                    new.append(fault)
            self._first_row += self._window
        self._rest = rows
        return new

    def _forget(self, seen: set[int]) -> None:
        """Count walked windows since each fault was seen last; drop those that have gone."""
        for sensor in list(self.current):
            self._unseen[sensor] = 0 if sensor in seen else self._unseen.get(sensor, 0) + 1
            if self._unseen[sensor] >= GONE_AFTER_WINDOWS:
                del self.current[sensor], self._unseen[sensor]

    def _judge(self, window: NDArray[np.uint16]) -> list[SensorFault] | None:
        """Faults that a window shows; None when the foot did not walk and nothing can be said."""
        above = window.astype(np.float64) - self.front.zero_count
        ordered = np.sort(np.ascontiguousarray(window.T), axis=1)  # a fifth of the time of sorting floats
        edge = round(EDGE_SHARE * (len(window) - 1))
        low, high = (ordered[:, place] - float(self.front.zero_count) for place in (edge, -1 - edge))
        span = high - low
        faults = self._beyond_range(window)
        moving = np.clip(above - low, 0, None).sum(axis=1)
        if _walked(moving):
            for sensor in np.flatnonzero(span < SILENT_COUNTS):
                kind = self._silent(int(sensor), float(low[sensor]), span)
                if kind is not None:
                    faults.setdefault(int(sensor), kind)
            self._was_loaded |= span > LOADED_SPANS * SILENT_COUNTS
            for sensor in self._drifted(np.clip(above, 0, None).sum(axis=0)):
                faults.setdefault(sensor, SensorFaultKind.DRIFTING)
        elif not faults:
            return None
        since_s = self._first_row / self.rate_hz
        return [SensorFault(sensor, kind, since_s) for sensor, kind in faults.items()]

    def _beyond_range(self, window: NDArray[np.uint16]) -> dict[int, SensorFaultKind]:
        """Sensors above the linear range, clipped, or at full scale throughout."""
        clipped = (window >= self.front.max_count - FULL_SCALE_MARGIN_COUNTS).mean(axis=0)
        above = (window >= self.front.usable_count).mean(axis=0)
        faults: dict[int, SensorFaultKind] = {}
        for sensor in np.flatnonzero(above > SATURATED_SHARE):
            kind = SensorFaultKind.OVER_RANGE
            if clipped[sensor] > SATURATED_SHARE:
                complete = clipped[sensor] > SHORTED_SHARE
                kind = SensorFaultKind.SHORTED if complete else SensorFaultKind.SATURATED
            faults[int(sensor)] = kind
        return faults

    def _silent(self, sensor: int, level: float, span: F64) -> SensorFaultKind | None:
        if level > STUCK_AT_COUNTS:
            return SensorFaultKind.STUCK
        neighbours = [other for other in (sensor - 1, sensor + 1) if 0 <= other < len(span)]
        loaded_around = span[neighbours].min() > NEIGHBOUR_COUNTS
        if sensor in NEVER_IDLE or (self._was_loaded[sensor] and loaded_around):
            return SensorFaultKind.DEAD
        return None

    def _drifted(self, load: F64) -> list[int]:
        """Sensors whose share of the load has grown by 40 % or shrunk by 30 % against the first five minutes
        of walking, and no other of their region with them."""
        self._shares.append(np.log(np.maximum(load, 1.0) / load.sum()))
        if len(self._shares) < DRIFT_WINDOWS:
            return []
        recent = np.median(self._shares[-DRIFT_WINDOWS:], axis=0)
        if self._reference is None:
            self._reference = recent
            return []
        self._shares = self._shares[-DRIFT_WINDOWS:]
        moved = recent - self._reference
        moved = moved - np.median(moved)
        heavy = np.exp(self._reference) > HEAVY_SHARE
        far = np.abs(moved) > DRIFT_LOG
        if far.sum() > 2:  # the whole foot is used in another way
            return []
        return [int(s) for s in np.flatnonzero(far & heavy) if not self._moved_with_region(int(s), moved)]

    @staticmethod
    def _moved_with_region(sensor: int, moved: F64) -> bool:
        others = [other for other, region in enumerate(REGIONS) if region == REGIONS[sensor]]
        others.remove(sensor)
        return bool((np.sign(moved[sensor]) * moved[others]).max() > WITH_REGION_LOG)


def _walked(moving: F64) -> bool:
    """Whether a foot walked, by the sum of its codes above their resting ones in each row (n,)."""
    if moving.max() <= ACTIVE_COUNTS:  # no percentile is beyond the greatest, and it is found sooner
        return False
    rest, most = np.percentile(moving, [REST_PERCENTILE, MOST_PERCENTILE])
    return bool(most > ACTIVE_COUNTS and rest < REST_SHARE * most)
