"""Eight sensors of the recorded data set onto our sixteen places, keeping force and centre of pressure.

The data set describes its places in an arbitrary frame (right foot: |x| 300 medial, 700 lateral; y -800 heel
to 800 toes). `SOURCE_ROWS` says where those rows lie on our insole; the choice follows the order in which
the rows are loaded (see docs/explanation/sensor-places.md). Each source sensor's force is then shared among
our sensors with weights that

- sum to one, so that the total force is preserved exactly;
- have the source's place as their weighted mean, so that the centre of pressure is preserved exactly;
- are otherwise as near as possible to a Gaussian of `SPREAD_LENGTHS` around that place (minimum relative
  entropy: w_j ~ exp(-d_j^2 / 2 s^2 + lambda . p_j), lambda found by Newton's method).
"""

from functools import cache

import numpy as np
from insole_protocol import layout

from plantigrade.array_types import F64

SPREAD_LENGTHS = 0.075
"""Width of the Gaussian as a share of the insole's length: about the distance of neighbouring sensors."""
WIDTH_SHARE = 0.36
"""Width of the insole as a share of its length, so that distances are the same in both directions."""

SOURCE_X = np.array([500.0, 700.0, 300.0, 700.0, 300.0, 700.0, 300.0, 500.0])
SOURCE_Y = np.array([-800.0, -400.0, -400.0, 0.0, 0.0, 400.0, 400.0, 800.0])
"""Places of the data set's sensors 1 to 8, right foot, as its format.txt gives them; the left foot mirrors
x."""

# source y: (our y, x of the row's middle, x of 200 source units)
SOURCE_ROWS = {
    -800.0: (0.12, 0.62, 0.16),
    -400.0: (0.20, 0.62, 0.15),
    0.0: (0.60, 0.58, 0.18),
    400.0: (0.74, 0.48, 0.22),
    800.0: (0.88, 0.36, 0.22),
}


def our_places() -> F64:
    """Places of our sensors (16, 2): x from medial to lateral, y from heel to toes, both 0 to 1."""
    x = np.array(layout.X_PERMILLE, np.float64)
    y = np.array(layout.Y_PERMILLE, np.float64)
    return np.stack([x, y], axis=1) / 1000.0


@cache
def source_places() -> F64:
    """Places of the data set's sensors on our insole (8, 2); the same for both feet, as x runs medial to
    lateral."""
    places = np.empty((len(SOURCE_X), 2))
    for i, (x, y) in enumerate(zip(SOURCE_X, SOURCE_Y, strict=True)):
        our_y, middle, half = SOURCE_ROWS[float(y)]
        places[i] = middle + (x - 500.0) / 200.0 * half, our_y
    return places


@cache
def mapping_weights() -> F64:
    """Weights (8, 16); a row sums to one and has the source's place as its mean."""
    scale = np.array([WIDTH_SHARE, 1.0])
    ours, sources = our_places() * scale, source_places() * scale
    return np.stack([_nearest_weights(ours, place) for place in sources])


def _nearest_weights(ours: F64, place: F64) -> F64:
    offset = ours - place
    distance2: F64 = np.sum(offset**2, axis=1)
    prior: F64 = np.exp(-distance2 / (2 * SPREAD_LENGTHS**2))
    slope: F64 = np.zeros(2)
    weights = prior / prior.sum()
    for _ in range(200):
        mean = weights @ offset
        if np.abs(mean).max() < 1e-14:
            break
        spread = (offset * weights[:, None]).T @ offset - np.outer(mean, mean)
        slope = slope - np.asarray(np.linalg.solve(spread, mean), np.float64)
        weights = prior * np.exp(offset @ slope)
        weights /= weights.sum()
    return weights


def onto_sixteen(force_n: F64) -> F64:
    """Forces (n, 8) of the data set's sensors as forces (n, 16) on ours, in newtons."""
    return force_n @ mapping_weights()
