"""What the kernel of a stance reads and works in: plain arrays with names."""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from plantigrade.gait.signals import Floats

Rows = npt.NDArray[np.int64]


class Geometry(NamedTuple):
    """An insole as the kernel reads it; sensors sorted by region.

    Attributes:
        order: (S,) column of each sensor in the samples.
        borders: (5,) where each region begins and ends.
        x_mm, y_mm, medial, rear: (S,) as in `Masks`.
        area_cm2: (S,) 0 where unknown.
        inverse: (S,) kPa for each newton, 0 where the area is unknown.
        distal_y_mm, distal_width_mm: as in `Masks`.
    """

    order: Rows
    borders: Rows
    x_mm: Floats
    y_mm: Floats
    medial: Floats
    rear: Floats
    area_cm2: Floats
    inverse: Floats
    distal_y_mm: float
    distal_width_mm: float


class Work(NamedTuple):
    """Memory of one stance: unloaded level and net load of each sensor; total, x, y, heel and forefoot of
    each sample; per sensor the greatest force as measured and the net impulse; PTI of the regions and of the
    foot.
    """

    level: Floats
    load: Floats
    series: Floats
    peak: Floats
    impulse: Floats
    pti: Floats
