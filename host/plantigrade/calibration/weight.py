"""The one factor that bench loads cannot know: how much of the foot's force reaches the sensors in this shoe.

Walking on the level, the vertical force averaged over whole gait cycles equals the body weight, whatever the
steps look like. Standing quietly, left and right together equal it at every moment; with the weight on
different feet at different times, each foot gets a factor of its own.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from plantigrade.calibration.settings import (
    LONGEST_CYCLE_RATIO,
    MIN_CYCLES,
    MIN_STANDING_S,
    PLAUSIBLE,
    SENSOR_ERROR_SHARE,
    SHORTEST_CYCLE_RATIO,
    STANDING_FLOOR_SHARE,
    WALKING_FLOOR_SHARE,
)
from plantigrade.errors import PlantigradeError
from plantigrade.gait.settings import MAD_TO_SD

Forces = NDArray[np.floating]


@dataclass(frozen=True)
class WeightScale:
    """Factors on the forces of each foot.

    Attributes:
        left, right: the factors.
        sd_pct: standard uncertainty of their mean, in per cent.
        source: `walking` or `standing`.
        samples: cycles or seconds behind it.
    """

    left: float
    right: float
    sd_pct: float
    source: str
    samples: float


def scale_from_walking(
    left_n: Forces, right_n: Forces, cycle_starts: NDArray[np.integer], body_weight_n: float
) -> WeightScale:
    """One factor for both feet from the mean force over whole cycles.

    Args:
        left_n, right_n: (n,) total force of each foot.
        cycle_starts: rows at which cycles of steady walking begin (initial contacts of one foot), rising.
        body_weight_n: weight of the person with clothes.

    Raises:
        PlantigradeError: fewer than 10 cycles, or a factor beyond 0.3 to 3.
    """
    starts = np.asarray(cycle_starts, np.int64)
    if len(starts) < MIN_CYCLES + 1:
        raise PlantigradeError(
            f"the body-weight scale needs {MIN_CYCLES} gait cycles, there are {max(len(starts) - 1, 0)}"
        )
    total = np.asarray(left_n, np.float64) + np.asarray(right_n, np.float64)
    lengths = np.diff(starts)
    usual = np.median(lengths)
    steady = (lengths > SHORTEST_CYCLE_RATIO * usual) & (lengths < LONGEST_CYCLE_RATIO * usual)
    sums = np.add.reduceat(total[: starts[-1]], starts[:-1])
    means = sums[steady] / lengths[steady]
    if len(means) < MIN_CYCLES:
        raise PlantigradeError(
            "the body-weight scale needs 10 steady gait cycles; walk a straight line on the level"
        )
    mean = float(np.median(means))
    spread = MAD_TO_SD * float(np.median(np.abs(means - mean)))
    scale = _plausible(body_weight_n, mean)
    sd_pct = 100 * float(np.hypot(spread / mean / np.sqrt(len(means)), WALKING_FLOOR_SHARE))
    return WeightScale(scale, scale, sd_pct, "walking", float(len(means)))


def scale_from_standing(left_n: Forces, right_n: Forces, rate_hz: float, body_weight_n: float) -> WeightScale:
    """Factors from quiet standing: a factor for each foot where the weight was shifted, one for both
    otherwise.

    Solves left * a + right * b = weight by least squares with a pull towards a = b that shifts of weight
    overcome.

    Raises:
        PlantigradeError: less than 10 s, or factors beyond 0.3 to 3.
    """
    left, right = np.asarray(left_n, np.float64), np.asarray(right_n, np.float64)
    if len(left) < MIN_STANDING_S * rate_hz:
        raise PlantigradeError(f"the body-weight scale needs {MIN_STANDING_S:.0f} s of standing")
    total = float((left + right).mean())
    common = _plausible(body_weight_n, total)
    rows = np.stack([left, right], axis=1) * common / body_weight_n
    # In units of the common factor: minimise |rows @ x - 1|^2 + pull * (x0 - x1)^2, where the pull stands
    # for the sensors' own errors (3 % of the reading) over the recording.
    pull = len(rows) * SENSOR_ERROR_SHARE**2
    normal = rows.T @ rows + pull * np.array([[1.0, -1.0], [-1.0, 1.0]])
    solution = np.asarray(np.linalg.solve(normal, rows.sum(axis=0)), np.float64)
    factors = np.clip(solution, 0.5, 2.0) * common
    sums = rows @ (factors / common)
    sd_pct = 100 * float(np.hypot(sums.std() / np.sqrt(len(rows) / rate_hz), STANDING_FLOOR_SHARE))
    return WeightScale(float(factors[0]), float(factors[1]), sd_pct, "standing", len(rows) / rate_hz)


def _plausible(body_weight_n: float, mean_n: float) -> float:
    scale = body_weight_n / mean_n if mean_n > 0 else np.inf
    if not PLAUSIBLE[0] <= scale <= PLAUSIBLE[1]:
        raise PlantigradeError(
            f"the insoles measure {mean_n:.0f} N where the body weighs {body_weight_n:.0f} N: "
            "check that both insoles are worn and that the weight is right"
        )
    return float(scale)
