"""How far a virtual motion sensor may be off: the LSM6DSO's data sheet (ST DS12140, tables 2 and 3), and what
it does not say.

The data sheet's typical values are taken as the SD of sensors, so that one in three is worse than typical.
"""

from typing import Final

ACC_BIAS_M_S2: Final = 0.196
"""LA_TyOff, zero-g level: 20 mg."""
ACC_BIAS_M_S2_PER_C: Final = 0.00098
"""LA_OffDr: 0.1 mg for each degree."""
ACC_SCALE: Final = 0.01
"""LA_So%: 1 %."""
ACC_SCALE_PER_C: Final = 1e-4
"""LA_SoDr: 0.01 % for each degree."""
ACC_NOISE_UG: Final = {2: 70.0, 4: 75.0, 8: 80.0, 16: 110.0}
"""An, micro-g per root hertz, for each range."""
GYR_BIAS_DEG_S: Final = 1.0
"""G_TyOff: 1 degree/s. (Recorded insoles of another maker rest at 3.)"""
GYR_BIAS_DEG_S_PER_C: Final = 0.01
"""G_OffDr."""
GYR_SCALE: Final = 0.01
"""G_So%."""
GYR_SCALE_PER_C: Final = 7e-5
"""G_SoDr."""
GYR_NOISE_MDPS: Final = 3.8
"""Rn, for each root hertz, of every range."""
GYR_WANDER_DEG_S: Final = 0.004
"""Step of the bias's random walk in the root of a second (assumed: the data sheet has none)."""
GYR_PER_G_DEG_S: Final = 0.05
"""What an acceleration of 1 g adds to a rate (assumed: the data sheet has none)."""
CHIP_TILT_DEG: Final = 1.0
"""How the chip's axes lie in the case (assumed)."""
AXES_TILT_DEG: Final = 0.4
"""How the gyroscope's axes lie to the accelerometer's (assumed)."""
STRAP_TILT_DEG: Final = 4.0
"""How the case lies on the shoe (assumed)."""

RATE_HZ: Final = 104.0
RATE_SD: Final = 0.015
RATE_MOST: Final = 0.04
"""Output data rate and how far a chip's may be off (assumed; INTERNAL_FREQ_FINE could tell up to 19 %)."""
TIME_ERROR_S: Final = 0.0011
"""How far a row's motion may lie from its slot: docs/explanation/firmware.md."""
FILTER_SKEW_S: Final = 0.0013
"""By so much acceleration lies behind its row's time and rate before it: the filters differ."""
SUBSAMPLES: Final = 6
"""Points of the true motion that one sample averages: its filter passes half of the output data rate."""

CALM_C: Final = 23.0
WORN_C: Final = 30.0
WARM_UP_S: Final = 600.0
"""Temperature of a shoe put on, at last, and how slowly (assumed)."""
