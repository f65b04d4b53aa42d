"""A time line without jumps, made from estimates that improve while frames come in.

Each new estimate may differ from the last by a millisecond. Stamping frames with it directly would shorten
or lengthen the stride during which it changes. The steady clock approaches the estimate at no more than
`SLEW_PPM` instead, so that a stride of one second is never wrong by more than a millisecond.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

from plantigrade.bridge.clock.estimate import ClockEstimate

SLEW_PPM = 1000.0
STEP_NS = 100_000_000
"""An error this large is not slewed away but taken at once: the clock has stepped."""


@dataclass
class ClockSlewer:
    """Maps rising device times of one boot to host times, rising and nearly even.

    Attributes:
        behind_ns: how far the last call's time stamps lie from the estimate, at most.
    """

    behind_ns: int = 0
    _last_us: int | None = None
    _last_ns: int = 0

    def host_ns_array(self, device_us: NDArray[np.int64], estimate: ClockEstimate) -> NDArray[np.int64]:
        """Host times (n,) of device times (n,) that follow those of the call before."""
        first_us, last_us, error_ns = int(device_us[0]), 0, 0
        if self._last_us is not None and first_us >= self._last_us:
            last_us = self._last_us
            # How far the last time stamp lies behind (negative: before) what is known now.
            error_ns = self._last_ns - estimate.host_ns(last_us)
            if abs(error_ns) > STEP_NS:
                error_ns = 0
        stamped = np.empty(len(device_us), np.int64)
        self.behind_ns = _kernel()(
            device_us,
            estimate.reference_us,
            estimate.host_at_reference_ns,
            estimate.drift_ppm * 1e-3,
            last_us,
            error_ns,
            SLEW_PPM * 1e-3,
            stamped,
        )
        self._last_us, self._last_ns = int(device_us[-1]), int(stamped[-1])
        return stamped


def load_kernel() -> None:
    """Have the kernel ready: the first call of all compiles it, which takes a second."""
    moment = np.zeros(1, np.int64)
    _kernel()(moment, 0, 0, 0.0, 0, 0, 0.0, moment)


@cache
def _kernel() -> Callable[..., int]:
    # Imported late: commands that stamp no frames do without the compiler.
    from plantigrade.bridge.clock.slewing_kernel import slewed_ns

    return slewed_ns
