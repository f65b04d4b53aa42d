"""Every figure that decides over a calibration of motion, with its reason (assumed where none is named)."""

from typing import Final

AXES: Final = 3
MG_PER_COUNT: Final = {2: 0.061, 4: 0.122, 8: 0.244, 16: 0.488}
MDPS_PER_COUNT: Final = {125: 4.375, 250: 8.75, 500: 17.5, 1000: 35.0, 2000: 70.0}
"""LSM6DSO by its range, mechanical characteristics: LA_So and G_So (ST DS12140, table 2)."""
LARGEST_RAW: Final = 32767
"""Raw values of this size or more are the end of the range, not a measurement."""

LOOK_S: Final = 0.5
"""Stillness is judged in windows of this length."""
STILL_GYR_DEG_S: Final = 0.5
"""Largest SD of the rate in a window: the sensor's noise is 0.04, a hand's tremor is more."""
STILL_ACC_M_S2: Final = 0.08
"""Largest SD of the acceleration: its noise is 0.008, a step on the floor beside it shows."""
SAME_POSITION_M_S2: Final = 3 * STILL_ACC_M_S2
"""Windows of one position differ by less."""
HOLD_S: Final = 3.0
"""A position counts when it was held for so long: the bias of the rate is then known to 0.01 degrees/s."""
STILL_S: Final = 10.0
"""Length of a still calibration."""
ON_AXIS: Final = 0.94
"""A position belongs to an axis when it carries this share of gravity: 20 degrees off."""
LARGEST_BIAS_M_S2: Final = 0.98
"""100 mg: five times the data sheet's typical zero-g level."""
LARGEST_GYR_BIAS_DEG_S: Final = 10.0
"""Ten times the data sheet's typical zero-rate level."""
LARGEST_SCALE: Final = 0.05
"""Five times the data sheet's typical sensitivity error."""
LARGEST_SKEW_DEG: Final = 10.0
"""Of what should be 90 degrees between pairs of opposite positions: beyond, the case was not on its faces."""
LARGEST_BIAS_CHANGE_DEG_S: Final = 0.2
"""Of the rate from the first to the last position: 20 degrees of warming by the data sheet's drift."""
LARGEST_SPREAD: Final = 0.05
"""Of g, by which biases of the three pairs of positions may differ: beyond, they contradict each other."""
