"""Rows of 16-bit numbers to what each differs from what was to be expected, and back; compiled.

What is to be expected of a number is told by those before it in its column: the last one, the mean of the
last four (a sensor that carries nothing: noise about one level), or the line through the last two (a foot
that rolls). Which of them is written beside each row and is one for all its columns; it changes at most every
`BLOCK_ROWS`. Differences come round at 16 bits, so that any numbers are given back as they were, and are
folded so that small ones of either sign are small: 0, -1, 1, -2 become 0, 1, 2, 3.
"""

from typing import Final

import numpy as np
import numpy.typing as npt

from plantigrade.compiled import compiled

Numbers = npt.NDArray[np.int16]
Folded = npt.NDArray[np.uint16]
Kinds = npt.NDArray[np.uint8]

LAST, MEAN, LINE, START = range(4)
BLOCK_ROWS: Final = 256
MEAN_ROWS: Final = 4
LINE_ROWS: Final = 2


@compiled()
def _fold(difference: int) -> int:
    """A difference, come round at 16 bits, with its sign in the lowest bit."""
    short = ((difference + 0x8000) & 0xFFFF) - 0x8000
    return (short << 1) ^ (short >> 15)


@compiled()
def _best(rows: Numbers, first: int, last: int) -> int:
    """The kind that leaves the smallest differences in rows `first` to before `last`."""
    columns = rows.shape[1]
    bits_last, bits_mean, bits_line = 0.0, 0.0, 0.0
    for s in range(columns):
        by_last, by_mean, by_line = 0, 0, 0
        for i in range(first, last):
            a, b = np.int32(rows[i - 1, s]), np.int32(rows[i - 2, s])
            c, d = np.int32(rows[i - 3, s]), np.int32(rows[i - 4, s])
            x = np.int32(rows[i, s])
            by_last += abs(x - a)
            by_mean += abs(x - ((a + b + c + d) >> 2))
            by_line += abs(x - (2 * a - b))
        bits_last += np.log2(1.0 + by_last)
        bits_mean += np.log2(1.0 + by_mean)
        bits_line += np.log2(1.0 + by_line)
    if bits_mean <= bits_last and bits_mean <= bits_line:
        return MEAN
    return LINE if bits_line < bits_last else LAST


@compiled()
def fold_rows(rows: Numbers, kinds: Kinds, folded: Folded) -> None:
    """Fill `kinds` (n,) and `folded` (n, S) from the rows (n, S); the first row stands alone."""
    count, columns = rows.shape
    kind = LAST
    for i in range(count):
        if i % BLOCK_ROWS == 0 or i == MEAN_ROWS:
            stop = min((i // BLOCK_ROWS + 1) * BLOCK_ROWS, count)
            kind = _best(rows, i, stop) if i >= MEAN_ROWS else LAST
        kinds[i] = kind
        if i == 0:
            kinds[i] = START
            for s in range(columns):
                folded[i, s] = _fold(np.int32(rows[i, s]))
        elif kind == LAST:
            for s in range(columns):
                folded[i, s] = _fold(np.int32(rows[i, s]) - np.int32(rows[i - 1, s]))
        elif kind == MEAN:
            for s in range(columns):
                total = (
                    np.int32(rows[i - 1, s])
                    + np.int32(rows[i - 2, s])
                    + np.int32(rows[i - 3, s])
                    + np.int32(rows[i - 4, s])
                )
                folded[i, s] = _fold(np.int32(rows[i, s]) - (total >> 2))
        else:
            for s in range(columns):
                line = 2 * np.int32(rows[i - 1, s]) - np.int32(rows[i - 2, s])
                folded[i, s] = _fold(np.int32(rows[i, s]) - line)


@compiled()
def unfold_rows(folded: Folded, kinds: Kinds, rows: Numbers) -> bool:
    """Fill `rows` (n, S) from what `fold_rows` made, of one stretch or of several behind each other; False
    where kinds are named that cannot be: an unknown one, or one that needs more rows than came."""
    count, columns = folded.shape
    since = 0  # rows of this stretch
    for i in range(count):
        kind = kinds[i]
        if kind == START:
            since = 0
            for s in range(columns):
                z = np.int32(folded[i, s])
                rows[i, s] = np.int16((z >> 1) ^ -(z & 1))
        elif kind == LAST and since >= 1:
            for s in range(columns):
                z = np.int32(folded[i, s])
                rows[i, s] = np.int16(np.int32(rows[i - 1, s]) + ((z >> 1) ^ -(z & 1)))
        elif kind == MEAN and since >= MEAN_ROWS:
            for s in range(columns):
                z = np.int32(folded[i, s])
                total = (
                    np.int32(rows[i - 1, s])
                    + np.int32(rows[i - 2, s])
                    + np.int32(rows[i - 3, s])
                    + np.int32(rows[i - 4, s])
                )
                rows[i, s] = np.int16((total >> 2) + ((z >> 1) ^ -(z & 1)))
        elif kind == LINE and since >= LINE_ROWS:
            for s in range(columns):
                z = np.int32(folded[i, s])
                line = 2 * np.int32(rows[i - 1, s]) - np.int32(rows[i - 2, s])
                rows[i, s] = np.int16(line + ((z >> 1) ^ -(z & 1)))
        else:
            return False
        since += 1
    return True
