"""A square of four sensors: 100 mm of width and 200 mm of length between them."""

import numpy as np
from plantigrade.gait.signals import SensorLayout

LAYOUT = SensorLayout(
    "square",
    np.array([0.0, 100.0, 0.0, 100.0]),
    np.array([0.0, 0.0, 200.0, 200.0]),
    np.ones(4),
    ("heel", "heel", "forefoot", "forefoot"),
)
