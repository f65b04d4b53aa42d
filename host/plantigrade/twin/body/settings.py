"""Every figure of a neutral virtual walker, with where it was measured.

"Controls" are the 72 healthy people in shoes of PhysioNet's gaitpdb (64 +- 9 years, eight sensors a foot)
through our own analysis; "18 controls" are those of them whose recordings the project holds. "Plate" are 600
steps of ten people barefoot at three speeds. Where something else happens to a size afterwards (the vertical
force is brought to the body weight, shares sum to one), it was chosen so that the analysis measures the
source's figure: docs/reference/virtual-walker.md shows each beside the other.
"""

from typing import Final

import numpy as np

AT_M_S: Final = 1.25
"""Speed that figures hold at; slopes lead away from it."""

# -- how people differ

MASS_KG: Final = (74.0, 13.0, 48.0, 110.0)
"""Mean, SD, least, most: an assumption."""
SPEED_M_S: Final = (1.24, 0.16, 0.85, 1.65)
"""Mean, SD (controls), least, most (assumed)."""
STRIDE_TIME_S: Final = (1.141, -0.497)
"""a v^b: 24 people of 28 years at six speeds (BMClab H2A); a straight line is wrong below 0.9 m/s."""
STRIDE_TIME_LOG_SD: Final = 0.06
"""Of people around that curve (the same set)."""
STRIDE_CV: Final = (0.0185, 0.0043, 0.009, 0.033)
"""SD over mean of the stride time at `AT_M_S`: mean, SD of people, least, most (controls: 1.84, 0.41 %, in
which is the sampling error of a walk)."""
STRIDE_CV_PER_M_S: Final = -0.0063
STANCE_PCT: Final = (63.7, 1.1)
"""Controls, at `AT_M_S`: 63.4 as measured, a little of which contact takes to be seen."""
STANCE_PCT_PER_M_S_BETWEEN: Final = -6.0
"""From slow people to fast ones (controls, +- 0.9)."""
STANCE_PCT_PER_M_S_WITHIN: Final = -4.4
"""Of one person who walks faster (plate, from the mean force)."""
STANCE_SKEW_PCT_SD: Final = 1.39
"""Left minus right in per cent of the stride: 2.2 % of the stance (controls)."""
LOAD_SKEW_SD: Final = 0.018
"""Logarithm of left over right mean force: 62 healthy people on plates. In insoles it is 5.7 %, most of it
the pair's gains, which belong to the insoles and not to the body."""
LOAD_PER_STANCE: Final = -0.24
"""How that goes with the difference of the stances (also as a logarithm): who stands on a foot more briefly
presses harder. The impulses of the controls' feet differ by 5.9 % SD, mean forces by 5.7, stances by 2.2;
the impulse correlates with the mean force by 0.93 and with the stance by 0.29. Each of the three says a
covariance of -1.1 to -1.3 %^2, which is -0.24 times the stance's variance."""
STEP_SKEW_SD: Final = 0.006
"""Share of the stride by which the right contact is late (assumed)."""

FIRST_PEAK: Final = (1.162, 0.058, 0.34)
VALLEY: Final = (0.876, 0.054, -0.49)
SECOND_PEAK: Final = (1.065, 0.130, 0.00)
"""Of the vertical force in body weights at `AT_M_S`, SD of people, change for each m/s (controls)."""
SECOND_PEAK_SKEW: Final = 0.5
"""Shape of the lognormal that people's second peaks follow (chosen for the share of stances without one)."""
FIRST_PEAK_AT: Final = (0.208, 0.25, -0.10)
"""Share of stance (18 controls), SD of its logarithm, change for each m/s (chosen for the loading rate's)."""
FIRST_PEAK_AT_RANGE: Final = (0.12, 0.36)
VALLEY_AT: Final = (0.45, 0.04, 0.38, 0.53)
SECOND_PEAK_AT: Final = (0.735, 0.04, 0.64, 0.82)
"""Shares of stance, SD of people, least, most (18 controls: 0.44 +- 0.04 and 0.70 +- 0.04)."""
RISE_SLOPE: Final = 0.55
FALL_SLOPE: Final = 1.9
"""Slopes at contact and at release over the mean slope of rise and fall (chosen for loading and push-off
rates)."""
PEAK_FOOT_LOG_SD: Final = (0.010, 0.030, 0.066)
"""How first peak, valley and second peak of one foot differ from the person's own (controls: 4.4, -, 5.9 %
from left to right)."""
RISE_FOOT_LOG_SD: Final = 0.13
"""The same of the time of the first peak (controls: loading rates differ by 17 %)."""
HEEL_HOLD_LOG_SD: Final = (0.05, 0.05)
"""How long the heel stays down, of people (assumed) and of one foot (controls: 7 % from left to right)."""

# -- the foot

PARTS: Final = (
    np.array([0, 1, 2, 3]),
    np.array([4, 6]),
    np.array([5, 7]),
    np.array([8, 9, 10, 11, 12]),
    np.array([13, 14, 15]),
)
"""Places of heel, medial midfoot, lateral midfoot, forefoot, toes."""
PART_LOG_SD: Final = np.array([0.18, 0.74, 0.33, 0.150, 0.52])
"""SD of people of the logarithm of the load that a part is ready to take (controls: shares of heel, midfoot,
forefoot and toes 5.7, 7.1, 4.8, 3.3 points, medial midfoot 70 % of its mean; McCormick 2013: medial 96 %,
lateral 25 %)."""
PART_FOOT_SHARE: Final = np.array([0.63, 0.40, 0.36, 0.60, 0.62])
"""SD(right - left) over 1.41 SD of people: how far the feet of a person go their own ways (controls)."""
MIDFOOT_CORRELATION: Final = 0.7
"""Of medial and lateral midfoot (chosen for the spread of the arch index)."""
TILT_LOG_SD: Final = np.array([0.150, 0.0, 0.255])
TILT_FOOT_SHARE: Final = np.array([0.87, 0.60, 0.81])
"""The same of the tilt from the outer to the inner side of heel, midfoot and forefoot, each for itself
(controls: heel and forefoot correlate by 0.12)."""
PLACE_LOG_SD: Final = (0.03, 0.03)
"""Of single places: of people, of one foot (assumed)."""
PART_LOG_PER_M_S: Final = np.array([0.05, 0.0, 0.0, -0.16, 0.20])
"""Of one person who walks faster. Barefoot on a plate shares of 38.7, 6.1, 45.4, 9.8 % at 1.09 m/s become
43.2, 4.3, 40.1, 12.4 % at 1.95; between controls in shoes they move by -0.8, +6, -6, +1 points for each m/s.
Forefoot and toes: between the two; midfoot: the sources disagree on the direction, so none."""

# -- from stride to stride

STRIDE_NOISE_LOG_SD: Final = 0.30
"""How much more one person's strides differ than another's, in what follows (controls: first peak 3.0 +- 0.9
%)."""
PART_NOISE_LOG_SD: Final = np.array([0.0, 0.25, 0.25, 0.30, 0.25])
"""The same of each part of the foot, besides (controls: their integrals vary by 7.8 +- 2.2, 11.4 +- 4.3, 7.3
+- 2.8, 9.3 +- 3.6 %)."""
FORCE_NOISE: Final = 0.010
PEAK_NOISE: Final = (0.027, 0.044, 0.025)
"""Logarithms of the whole force, and of first peak, valley and second peak (controls: first peak 3.0 %; 18
controls: valley 4.4, second peak 2.6, mean force 1.9 %)."""
RISE_NOISE: Final = 0.14
"""Of the time of the first peak (18 controls: loading rate 17 %)."""
PART_NOISE: Final = np.array([0.104, 0.147, 0.12, 0.09, 0.09])
PLACE_NOISE: Final = 0.03
"""Logarithms of parts, which move together, and of single places (controls: force-time integrals of heel,
midfoot, forefoot, toes vary by 7.8, 11.4, 7.3, 9.3 %)."""
STANCE_NOISE: Final = 0.0143
"""Of the stance beside that of its stride (controls: stance times vary by 2.34 %, stride times by 1.84 %)."""
STEP_NOISE: Final = 0.008
"""Of the right contact within the left stride, as a share of the stride (assumed)."""
VARIATION_MEMORY: Final = 0.6
"""Correlation of a stride time with the one before (assumed)."""

# -- from day to day

DAY_SPEED_SD: Final = 0.03
DAY_STRIDE_TIME_SD: Final = 0.012
DAY_STANCE_PCT_SD: Final = 0.33
DAY_STANCE_SKEW_PCT_SD: Final = 0.41
DAY_LOAD_SKEW_SD: Final = 0.010
DAY_PEAK_LOG_SD: Final = (0.019, 0.013, 0.015)
DAY_RISE_LOG_SD: Final = 0.035
DAY_PART_LOG_SD: Final = np.array([0.028, 0.068, 0.050, 0.030, 0.012])
DAY_PLACE_LOG_SD: Final = 0.02
DAY_TILT_LOG_SD: Final = np.array([0.034, 0.02, 0.050])
DAY_PRELOAD_SD_N: Final = 0.2
"""Two walks of one day of 14 controls: smallest detectable changes over 2.77. Between days the truth is
larger."""
