"""Every figure that decides a force, a finding on a sensor or the age of a calibration, with its reason.

What the front end does lies in `front_end.toml`. Where no source is named, the value is an assumption of ours
until boards have been worn for months.
"""

from typing import Final

CODES: Final = 4096
"""Codes of the 12-bit converter."""

# -- curves from bench loads

MID_RANGE_N: Final = 40.0
"""Force that a curve's gain and its uncertainty are told at."""
MIN_LOADS: Final = 4
"""Loads on a sensor before it gets a curve of its own: one more than curve and hysteresis have unknowns."""
LARGEST_RESIDUAL_PCT: Final = 25.0
SMALLEST_EXPONENT: Final = 0.2
"""Readings beyond either are of a slipped load or a broken sensor."""
BENCH_NOISE_SHARE: Final = 0.01
"""Relative noise of a reading at high codes; at low ones that of a single count adds to it."""
LARGEST_HYSTERESIS_PCT: Final = 20.0
LARGEST_CREEP_PCT: Final = 15.0
"""Bounds of what a fit may find: sheets of this kind do not do worse."""
CREEP_DECADES: Final = 0.7
"""Readings of one hold must lie so many decades of time apart to tell creep: a factor of five."""

# -- the nominal curve and unloaded codes

NOMINAL_SCALE_PARTS: Final = 4
"""The scale of 16 sensors together is known this much better than one: the root of their number."""
UNLOADED_PERCENTILE: Final = 2.0
UNLOADED_REACH_COUNTS: Final = 60.0
"""The unloaded code is this percentile of the codes where it lies this near to the design's."""
MIN_ZERO_FRAMES: Final = 150
"""A second and a half at 100 Hz: long enough to see that nobody moves."""
LARGEST_ZERO_SPREAD_COUNTS: Final = 12.0
ZERO_SPREAD_PERCENTILES: Final = (2.5, 97.5)
"""Spread of an unloaded sensor within 95 % of its frames: noise of the converter is about two codes."""
SMALLEST_HEADROOM: Final = 0.02
"""What is left of the loop beside the series resistor at the largest conductance that is told."""

# -- the stream: creep, hysteresis, baseline

CREEP_TIMES_S: Final = (1.0, 10.0, 100.0, 1e3, 1e4)
"""Time constants of the states that follow the load: one a decade, as creep grows with the decades."""
TABLE_STEPS: Final = 16
"""Entries of the table of conductances for each code; between them it is linear."""
FIRST_ENTRY_PARTS: Final = 4
"""The entry of code 0, whose logarithm does not exist, is that of this part of the first step."""
HALF_LOAD_N: Final = 6.0
"""Force at which creep is half of what it is under any larger load."""
LOG_KNEE_N: Final = 1.5
"""Below this force changes count linearly for hysteresis, above by their ratio."""
REVERSAL_PER_LOG: Final = 3.5
"""The branch of the hysteresis changes over a factor of exp(2 / 3.5), about 1.8."""
BASELINE_REACH_COUNTS: Final = 60.0
"""Farthest that a baseline is followed from the calibrated code."""
BASELINE_TIME_S: Final = 20.0
"""Time constant of the baseline, in seconds of swing."""
UNLOADED_SHARE: Final = 0.03
LOW_SHARE: Final = 0.15
"""The foot is unloaded where the summed codes lie this near to their recent lowest, and that below the second
share of their recent highest."""
ACTIVE_COUNTS: Final = 1500.0
"""Summed codes that a walking foot reaches."""
HIGHEST_FALL: Final = 0.9995
LOWEST_RISE: Final = 0.0005
"""How the recent highest and lowest forget, a row: 20 s at 100 Hz."""
GUARD_ROWS: Final = 5
"""Unloaded rows (50 ms) before the baseline follows: the foot has really left."""
UPWARD_WEIGHT: Final = 0.25
"""The baseline follows upwards so much slower: load must not become baseline."""
EARLY_ROWS: Final = 300
"""Rows of swing in which it follows both ways alike: the first ones, before it is known."""

# -- the body-weight scale

MIN_CYCLES: Final = 10
MIN_STANDING_S: Final = 10.0
PLAUSIBLE: Final = (0.3, 3.0)
"""Factors outside mean a wrong weight or an insole that is not worn."""
SHORTEST_CYCLE_RATIO: Final = 0.7
LONGEST_CYCLE_RATIO: Final = 1.4
"""Cycles between these ratios to the median are steady."""
WALKING_FLOOR_SHARE: Final = 0.01
STANDING_FLOOR_SHARE: Final = 0.005
"""Uncertainty that no number of cycles or seconds takes away: of the scales and the clothes."""
SENSOR_ERROR_SHARE: Final = 0.03
"""The sensors' own error, which a difference between the feet must overcome."""

# -- faults of sensors

WINDOW_S: Final = 20.0
DRIFT_WINDOWS: Final = 15
"""Windows behind a share of the load: five minutes of walking."""
EDGE_SHARE: Final = 0.01
"""Lowest and highest codes of a window that are left out as spikes."""
REST_PERCENTILE: Final = 5.0
MOST_PERCENTILE: Final = 95.0
REST_SHARE: Final = 0.35
"""A window is walking where the load falls below this share of its high between these percentiles."""
SILENT_COUNTS: Final = 6.0
"""A sensor that moves less is silent: twice the converter's noise."""
LOADED_SPANS: Final = 10.0
"""A sensor that moves by this many times `SILENT_COUNTS` was loaded once."""
STUCK_AT_COUNTS: Final = 60.0
"""A silent sensor above this code is stuck, below it may be unloaded."""
NEIGHBOUR_COUNTS: Final = 100.0
"""Neighbours that move by more were loaded."""
NEVER_IDLE: Final = frozenset({0, 1, 2, 9, 10})
"""Heel and second and third metatarsal head: loaded in every walk."""
DRIFT_LOG: Final = 0.35
"""Change of the logarithm of a sensor's share: 40 % more or 30 % less."""
WITH_REGION_LOG: Final = 0.5 * DRIFT_LOG
"""Another sensor of the region that has moved this far the same way: the gait has changed, not the sensor."""
HEAVY_SHARE: Final = 0.02
"""Sensors that carry less than this share of the load are not judged for drift."""
SATURATED_SHARE: Final = 0.10
SHORTED_SHARE: Final = 0.98
"""Shares of a window at full scale from which a sensor is saturated, or shorted."""
FULL_SCALE_MARGIN_COUNTS: Final = 5
"""Codes this close to the highest one are clipped, as in the firmware's own flag."""
GONE_AFTER_WINDOWS: Final = 6
"""Windows of walking without a fault until it no longer holds."""

# -- age

MAX_AGE_DAYS: Final = 180
MAX_WORN_HOURS: Final = 400.0
MAX_BASELINE_MOVE_COUNTS: Final = 40.0
"""A calibration that is older, was worn longer, or whose unloaded codes moved farther is to be made anew."""

# -- exponential and logarithm, by the bits of a number (IEEE 754, binary64)

MANTISSA_BITS: Final = 52
EXPONENT_BIAS: Final = 1023
ROOT_HALF_BITS: Final = 0x3FE6A09E667F3BCD
"""The bits of 1/sqrt(2): a mantissa is taken from there to sqrt(2), where the logarithm needs few terms."""
MOST_EXPONENT: Final = 600.0
"""Beyond this exponent, either way, the exponential is what it is there; newtons have one of 6."""
