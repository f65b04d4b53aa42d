"""Which part of the foot a sensor belongs to.

The bounds are shares of the insole's length from its heel end. They are the four-part mask that is usual for
99-cell insoles (rows 1-4 heel, 5-8 midfoot, 9-12 forefoot, 13-15 toes) expressed as lengths; the 16 places of
our own insole fall on the same sides of the bounds.
"""

import numpy as np

from plantigrade.gait.parameters.pressure import REGIONS
from plantigrade.gait.settings import FOREFOOT_END, HEEL_END, MIDFOOT_END
from plantigrade.gait.signals import Floats


def of_length(y_share: Floats) -> tuple[str, ...]:
    """Region of each place.

    Args:
        y_share: (S,) 0 at the heel end to 1 at the toe end.

    Returns:
        S names of `REGIONS`.
    """
    bounds = np.array([HEEL_END, MIDFOOT_END, FOREFOOT_END])
    return tuple(REGIONS[int(i)] for i in np.digitize(y_share, bounds))
