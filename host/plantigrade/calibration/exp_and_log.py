"""Exponential and logarithm of a number, from which the compiler makes those of several numbers at a time.

The C library's functions take one number at a call, and three calls a sample were most of what it took to
turn counts into newtons. Both are good to 1e-9, where newtons have 24 bits (6e-8).
"""

import math
from typing import Final

import numpy as np

from plantigrade.calibration.settings import (
    EXPONENT_BIAS,
    MANTISSA_BITS,
    MOST_EXPONENT,
    ROOT_HALF_BITS,
)
from plantigrade.compiled import compiled

_LN_2: Final = math.log(2.0)
_LOG2_E: Final = 1.0 / _LN_2
_E2, _E3, _E4, _E5, _E6, _E7, _E8, _E9 = (1.0 / math.factorial(n) for n in range(2, 10))
_L3, _L5, _L7, _L9, _L11 = (1.0 / n for n in range(3, 13, 2))


@compiled(error_model="numpy", fastmath={"contract"})
def exp_of(number: float) -> float:
    """e^number; of numbers beyond +-`MOST_EXPONENT`, of that."""
    value = min(max(number, -MOST_EXPONENT), MOST_EXPONENT)
    turns = np.floor(value * _LOG2_E + 0.5)
    power = np.int64((np.int64(turns) + EXPONENT_BIAS) << MANTISSA_BITS).view(np.float64)
    r = value - turns * _LN_2  # at most 0.35: nine terms of the series
    high = _E5 + r * (_E6 + r * (_E7 + r * (_E8 + r * _E9)))
    return (1.0 + r * (1.0 + r * (_E2 + r * (_E3 + r * (_E4 + r * high))))) * power


@compiled(error_model="numpy", fastmath={"contract"})
def log_of(number: float) -> float:
    """Natural logarithm of a positive number that is not so small as to be denormal."""
    bits = np.float64(number).view(np.int64)
    power_of_2 = (bits - ROOT_HALF_BITS) >> MANTISSA_BITS
    mantissa = np.int64(bits - (power_of_2 << MANTISSA_BITS)).view(np.float64)
    z = (mantissa - 1.0) / (mantissa + 1.0)  # at most 0.17: log is twice the artanh of it
    q = z * z
    series = 1.0 + q * (_L3 + q * (_L5 + q * (_L7 + q * (_L9 + q * _L11))))
    return float(power_of_2) * _LN_2 + 2.0 * z * series
