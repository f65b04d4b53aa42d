"""The median of a few values."""

from plantigrade.gait.signals import Floats


def middle(ordered: Floats) -> float:
    """Median of sorted values without NaN. A recording asks for thousands of them, of a few dozen strides
    each: what `numpy.median` does around the same step takes six times as long.

    >>> import numpy as np
    >>> middle(np.array([1.0, 2.0, 4.0])), middle(np.array([1.0, 2.0]))
    (2.0, 1.5)
    """
    half = len(ordered) // 2
    return float(ordered[half]) if len(ordered) % 2 else 0.5 * float(ordered[half - 1] + ordered[half])
