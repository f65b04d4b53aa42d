"""The centre of pressure of every sample of a foot."""

import numpy as np

from plantigrade.gait.settings import LEAST_CENTRE_N
from plantigrade.gait.signals import Floats, Forces, SensorLayout


def centre_of_pressure(force_n: Forces, layout: SensorLayout) -> Floats:
    """Where the load acts, sample by sample: the mean of the sensors' places, weighted by their forces.

    Args:
        force_n: (n, S) newtons.
        layout: of the S sensors.

    Returns:
        (n, 2) x (medial to lateral) and y (heel to toes) in mm, on the layout's own scale where that is
        relative; NaN where a sensor has no number or the foot carries less than `LEAST_CENTRE_N`.

    Example:
        >>> x_mm, y_mm = np.array([30.0, 50.0]), np.array([40.0, 200.0])
        >>> two = SensorLayout("two", x_mm, y_mm, np.ones(2), ("heel", "toes"))
        >>> centre_of_pressure(np.array([[300.0, 100.0], [1.0, 1.0]], np.float32), two)
        array([[35., 80.],
               [nan, nan]])
    """
    force = np.maximum(force_n.astype(np.float64), 0.0)  # maximum keeps NaN
    total: Floats = force.sum(axis=1)
    moments: Floats = force @ np.column_stack([layout.x_mm, layout.y_mm])
    unknown = np.full_like(moments, np.nan)
    return np.divide(moments, total[:, None], out=unknown, where=total[:, None] >= LEAST_CENTRE_N)
