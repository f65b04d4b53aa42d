"""Units of the motion sensor's raw values: its data sheet's sensitivities for each range."""

from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from insole_protocol import motion_code
from insole_protocol.ids import NO_MOTION
from numpy.typing import NDArray

from plantigrade.array_types import F64
from plantigrade.calibration.motion.settings import AXES, LARGEST_RAW, MDPS_PER_COUNT, MG_PER_COUNT
from plantigrade.gait.signals import NEWTONS_PER_KG
from plantigrade.link import motion_ranges

Raw = NDArray[np.integer[Any]]

M_S2_PER_COUNT: Final = {g: mg / 1000.0 * NEWTONS_PER_KG for g, mg in MG_PER_COUNT.items()}
DEG_S_PER_COUNT: Final = {rate: mdps / 1000.0 for rate, mdps in MDPS_PER_COUNT.items()}


@dataclass(frozen=True)
class Ranges:
    """How far a motion sensor was set to measure.

    Attributes:
        acceleration_g: 2, 4, 8 or 16.
        rate_deg_s: 125, 250, 500, 1000 or 2000.
    """

    acceleration_g: int
    rate_deg_s: int

    @classmethod
    def of_code(cls, code: int) -> "Ranges | None":
        """What a record's motion code says; None where it says that there is no motion.

        Raises:
            ValueError: a code that this program does not know.
        """
        found = motion_code.read_motion_code(code)
        return None if found is None else cls(*found)

    @classmethod
    def of_status(cls, status: int) -> "Ranges":
        """What the status says that frames and recordings keep (`link.motion_ranges`).

        >>> Ranges.of_status(0x3041)
        Ranges(acceleration_g=16, rate_deg_s=2000)
        """
        return cls(*motion_ranges.read_status(status))

    @property
    def code(self) -> int:
        """The motion code of these ranges."""
        return motion_code.motion_code(self.acceleration_g, self.rate_deg_s)


def units(raw: Raw, ranges: Ranges) -> tuple[F64, F64]:
    """Acceleration in m/s2 and angular rate in degrees/s, each (n, 3), by the data sheet.

    `raw` is (n, 6): acceleration x y z, angular rate x y z. Lost rows are NaN.

    >>> acc, gyr = units(np.array([[0, 0, 2048, 100, 0, 0]]), Ranges(16, 2000))
    >>> acc.round(2).tolist(), gyr.round(2).tolist()
    ([[0.0, 0.0, 9.8]], [[7.0, 0.0, 0.0]])
    """
    values = raw.astype(np.float64)
    values[(raw == NO_MOTION).all(axis=1)] = np.nan
    return (
        values[:, :AXES] * M_S2_PER_COUNT[ranges.acceleration_g],
        values[:, AXES:] * DEG_S_PER_COUNT[ranges.rate_deg_s],
    )


def saturated(raw: Raw) -> NDArray[np.bool_]:
    """Whether any axis (n,) of raw values (n, 6) is at the end of its range; lost rows are not.

    >>> saturated(np.array([[0, 0, 32767, 0, 0, 0], [-32767, 0, 0, 0, 0, 0], [1] * 6, [-32768] * 6])).tolist()
    [True, True, False, False]
    """
    end = (raw >= LARGEST_RAW) | (raw <= -LARGEST_RAW)
    ended: NDArray[np.bool_] = end.any(axis=1) & ~(raw == NO_MOTION).all(axis=1)
    return ended
