"""Axes with round numbers, and lines as SVG path data."""

import math
from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

_STEPS: Final = (1.0, 2.0, 2.5, 5.0, 10.0)


def ticks_to(top: float, most: int = 5) -> tuple[float, ...]:
    """Round numbers from 0 to at least `top`, at most so many.

    Example:
        >>> ticks_to(1109)
        (0.0, 500.0, 1000.0, 1500.0)
        >>> ticks_to(0)
        (0.0, 0.25, 0.5, 0.75, 1.0)
    """
    top = top if math.isfinite(top) and top > 0 else 1.0
    size = 10.0 ** math.floor(math.log10(top / (most - 1)))
    step = next(size * one for one in _STEPS if math.ceil(top / (size * one) - 1e-9) <= most - 1)
    count = math.ceil(top / step - 1e-9)
    return tuple(round(step * number, 10) for number in range(count + 1))


def line_path(x: ArrayLike, y: ArrayLike) -> str:
    """Path data of a line, broken where a value is not known: gaps are not bridged.

    Example:
        >>> line_path([0, 1, 2, 3], [5, 6, float("nan"), 8])
        'M0 5L1 6M3 8'
    """
    xs, ys = _numbers(x), _numbers(y)
    text: list[str] = []
    known = np.isfinite(ys)
    for place in np.flatnonzero(known).tolist():
        begins = place == 0 or not known[place - 1]
        text.append(f"{'M' if begins else 'L'}{xs[place]:g} {ys[place]:g}")
    return "".join(text)


def band_path(x: ArrayLike, low: ArrayLike, high: ArrayLike) -> str:
    """Path data of the areas between two lines, one for each stretch that is known."""
    xs, lows, highs = _numbers(x), _numbers(low), _numbers(high)
    known = np.isfinite(lows) & np.isfinite(highs)
    text: list[str] = []
    for piece in _stretches(known):
        there = [f"{xs[at]:g} {highs[at]:g}" for at in piece]
        back = [f"{xs[at]:g} {lows[at]:g}" for at in reversed(piece)]
        text.append(f"M{'L'.join([*there, *back])}Z")
    return "".join(text)


def spans_of(is_true: Sequence[bool] | NDArray[np.bool_]) -> list[tuple[int, int]]:
    """First place and end of each run of true values.

    Example:
        >>> spans_of([True, True, False, True])
        [(0, 2), (3, 4)]
    """
    edges = np.flatnonzero(np.diff(np.r_[False, np.asarray(is_true, bool), False].astype(np.int8)))
    return [(int(first), int(end)) for first, end in edges.reshape(-1, 2)]


def _stretches(known: NDArray[np.bool_]) -> list[range]:
    return [range(first, end) for first, end in spans_of(known) if end - first > 1]


def _numbers(values: ArrayLike) -> NDArray[np.float64]:
    return np.round(np.asarray(values, np.float64), 1)
