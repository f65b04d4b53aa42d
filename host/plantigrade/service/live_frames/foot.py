"""One insole while somebody looks at it: codes to newtons, the newest frame, the last minute and a half."""

from collections import deque
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import IntEnum
from typing import Final

import numpy as np
from insole_protocol.layout import SENSOR_COUNT, SENSOR_NAMES, X_PERMILLE, Y_PERMILLE
from numpy.typing import NDArray

from plantigrade.array_types import F32, F64
from plantigrade.bridge.insole import StampedFrames
from plantigrade.calibration.model import Calibration
from plantigrade.calibration.nominal import nominal
from plantigrade.calibration.stream import Calibrator
from plantigrade.calibration.zero import ZeroError, zeroed
from plantigrade.service.live_frames.settings import (
    COP_N,
    HELD_S,
    NOT_WORN_S,
    RATE_HZ,
    STALE_S,
    UNLOADED_N,
    ZEROING_S,
)

_S: Final = 1_000_000_000
_X: Final = np.array(X_PERMILLE, np.float64) / 1000
_Y: Final = np.array(Y_PERMILLE, np.float64) / 1000


class FootState(IntEnum):
    """What is known of a foot now."""

    NOTHING = 0
    """No insole of this foot, or nothing has come of it yet."""
    LIVE = 1
    STALE = 2
    """What came last is too old to be shown."""
    NOT_WORN = 3
    ZEROING = 4


class ZeroResult(IntEnum):
    """How the last zeroing ended."""

    NONE = 0
    DONE = 1
    LOADED = 2
    """Something pressed on the insole: the zero is as it was."""


def _nothing() -> F32:
    return np.zeros(SENSOR_COUNT, np.float32)


@dataclass(frozen=True, eq=False)
class FootNow:
    """A foot at a moment.

    Attributes:
        state: what is known.
        sample_utc_ns: of the newest sample; None before the first.
        age_s: of it; None before the first.
        force_n: (16,) newtons of each sensor, zeros where the state is not `LIVE` or `ZEROING`.
        total_n: their sum.
        cop: centre of pressure, x from the medial to the lateral edge and y from heel to toes, both shares of
            the insole; None while the foot is hardly loaded.
    """

    state: FootState = FootState.NOTHING
    sample_utc_ns: int | None = None
    age_s: float | None = None
    force_n: F32 = field(default_factory=_nothing)
    total_n: float = 0.0
    cop: tuple[float, float] | None = None


class LiveFoot:
    """Follows one insole.

    Args:
        calibration: that the library holds of it; None for the nominal one.

    Attributes:
        zeroed: how the last zeroing ended.
        unloaded: codes (n, 16) by which it was zeroed and that nobody has stored yet; None else.
    """

    def __init__(self, calibration: Calibration | None) -> None:
        self._calibration = calibration or nominal()
        self._calibrator = Calibrator(self._calibration, RATE_HZ)
        self._last_ns: int | None = None
        self._loaded_ns: int | None = None
        self._force_n: F32 = np.zeros(SENSOR_COUNT, np.float32)
        self._held: deque[tuple[F64, F32]] = deque()
        self._zero_codes: list[NDArray[np.uint16]] | None = None
        self._zero_from_ns = self._zero_until_ns = 0
        self.zeroed = ZeroResult.NONE
        self.unloaded: NDArray[np.uint16] | None = None

    def take(self, stamped: StampedFrames) -> tuple[F64, F32] | None:
        """New frames; late ones are no longer live.

        Returns:
            Times (n,) in s on the frames' clock and forces (n, 16); None where nothing is new.
        """
        frames = stamped.frames
        if frames.late or stamped.host_ns is None or not len(frames):
            return None
        times = stamped.host_ns
        if self._last_ns is not None and int(times[0]) <= self._last_ns:
            return None
        force_n = self._calibrator.feed(frames.counts)
        self._last_ns = int(times[-1])
        self._force_n = force_n[-1]
        if float(force_n.sum(axis=1).max()) >= UNLOADED_N or self._loaded_ns is None:
            self._loaded_ns = self._last_ns
        self._collect_zero(times, frames.counts)
        piece = np.asarray(times * 1e-9, np.float64), force_n
        self._held.append(piece)
        while self._held and self._held[0][0][-1] < piece[0][-1] - HELD_S:
            self._held.popleft()
        return piece

    def now(self, now_ns: int, utc_minus_now_ns: int) -> FootNow:
        """How it stands.

        Args:
            now_ns: on the clock of the frames.
            utc_minus_now_ns: from that clock to UTC.
        """
        if self._last_ns is None or self._loaded_ns is None:
            return FootNow()
        age_s = max(0.0, (now_ns - self._last_ns) / _S)
        at = self._last_ns + utc_minus_now_ns
        if age_s > STALE_S:
            return FootNow(FootState.STALE, at, age_s)
        if self._zero_codes is not None:
            state = FootState.ZEROING
        elif (self._last_ns - self._loaded_ns) / _S > NOT_WORN_S:
            return FootNow(FootState.NOT_WORN, at, age_s)
        else:
            state = FootState.LIVE
        force = np.maximum(np.nan_to_num(self._force_n), 0.0)
        total = float(force.sum())
        cop = (float(force @ _X) / total, float(force @ _Y) / total) if total >= COP_N else None
        return FootNow(state, at, age_s, force, total, cop)

    def held(self) -> tuple[F64, F32]:
        """Times (n,) in s on the frames' clock and forces (n, 16) of the last minute and a half."""
        if not self._held:
            return np.empty(0), np.empty((0, SENSOR_COUNT), np.float32)
        times, forces = zip(*self._held, strict=True)
        return np.concatenate(times), np.concatenate(forces)

    def begin_zeroing(self, now_ns: int) -> None:
        """Collect codes that the unloaded insole samples from now on, for `ZEROING_S`; what is on its way was
        sampled before."""
        self._zero_codes = []
        self._zero_from_ns, self._zero_until_ns = now_ns, now_ns + round(ZEROING_S * _S)
        self.zeroed = ZeroResult.NONE

    def _collect_zero(self, times: NDArray[np.int64], counts: NDArray[np.uint16]) -> None:
        if self._zero_codes is None or self._last_ns is None:
            return
        self._zero_codes.append(counts[times >= self._zero_from_ns])
        if self._last_ns < self._zero_until_ns:
            return
        codes = np.concatenate(self._zero_codes)
        self._zero_codes = None
        try:
            today = datetime.now(UTC).date()
            self._calibration = zeroed(self._calibration, codes, tuple(SENSOR_NAMES), today)
        except ZeroError:
            self.zeroed = ZeroResult.LOADED
            return
        self._calibrator = Calibrator(self._calibration, RATE_HZ)
        self.zeroed, self.unloaded = ZeroResult.DONE, codes
