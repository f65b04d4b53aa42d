"""Rotations as nine numbers, row by row. Compiled.

Numbers stay in the processor's registers from one product to the next; (3, 3) arrays are written to memory
and read again for each, which takes twice as long.
"""

from typing import Final

import numpy as np

from plantigrade.compiled import compiled
from plantigrade.gait.motion.settings import COSINE_STEPS, SERIES_UP_TO_RAD2, SINE_STEPS
from plantigrade.gait.signals import Floats

Matrix = tuple[float, float, float, float, float, float, float, float, float]
UNTURNED: Final[Matrix] = (1.0, 0.0, 0.0, 0.0, 1.0, 0.0, 0.0, 0.0, 1.0)

_S1, _S2, _S3 = SINE_STEPS
_C1, _C2, _C3 = COSINE_STEPS


@compiled()
def rotation(x: float, y: float, z: float) -> Matrix:
    """Rotation by the vector (x, y, z) in radians (Rodrigues); by series from one sample to the next, exact
    to 1e-11 up to 11 degrees.

    Examples:
        >>> [round(value, 6) + 0.0 for value in rotation(0.0, 0.0, 1.5707963267948966)]
        [0.0, -1.0, 0.0, 1.0, 0.0, 0.0, 0.0, 0.0, 1.0]
    """
    square = x * x + y * y + z * z
    if square < SERIES_UP_TO_RAD2:
        s = 1.0 - square / _S1 * (1.0 - square / _S2 * (1.0 - square / _S3))
        c = 0.5 - square / _C1 * (1.0 - square / _C2 * (1.0 - square / _C3))
    else:
        angle = np.sqrt(square)
        s, c = np.sin(angle) / angle, (1.0 - np.cos(angle)) / square
    return (
        1.0 - c * (y * y + z * z),
        c * x * y - s * z,
        c * x * z + s * y,
        c * x * y + s * z,
        1.0 - c * (x * x + z * z),
        c * y * z - s * x,
        c * x * z - s * y,
        c * y * z + s * x,
        1.0 - c * (x * x + y * y),
    )


@compiled()
def product(m: Matrix, n: Matrix) -> Matrix:
    """m @ n.

    Examples:
        >>> product(UNTURNED, (1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0, 9.0))
        (1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0, 9.0)
    """
    return (
        m[0] * n[0] + m[1] * n[3] + m[2] * n[6],
        m[0] * n[1] + m[1] * n[4] + m[2] * n[7],
        m[0] * n[2] + m[1] * n[5] + m[2] * n[8],
        m[3] * n[0] + m[4] * n[3] + m[5] * n[6],
        m[3] * n[1] + m[4] * n[4] + m[5] * n[7],
        m[3] * n[2] + m[4] * n[5] + m[5] * n[8],
        m[6] * n[0] + m[7] * n[3] + m[8] * n[6],
        m[6] * n[1] + m[7] * n[4] + m[8] * n[7],
        m[6] * n[2] + m[7] * n[5] + m[8] * n[8],
    )


@compiled()
def matrix_in(array: Floats) -> Matrix:
    """The nine numbers of a (3, 3) array."""
    a, b, c = array[0], array[1], array[2]
    return a[0], a[1], a[2], b[0], b[1], b[2], c[0], c[1], c[2]


@compiled()
def put(m: Matrix, out: Floats) -> None:
    """Write a rotation into a (3, 3) array."""
    out[0, 0], out[0, 1], out[0, 2] = m[0], m[1], m[2]
    out[1, 0], out[1, 1], out[1, 2] = m[3], m[4], m[5]
    out[2, 0], out[2, 1], out[2, 2] = m[6], m[7], m[8]
