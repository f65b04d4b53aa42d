"""Strides made of numbers, for tests of rules without a body."""

from collections.abc import Mapping, Sequence

import numpy as np
from plantigrade.gait.signals import Foot
from plantigrade.posture.rules_engine.features import Observation, StrideColumns
from plantigrade.posture.rules_engine.statistics import AtSpeed


def columns(
    foot: Foot, strides: int = 80, seed: int = 1, noise: float = 0.02, **means: float
) -> StrideColumns:
    """`strides` valid strides of 1.1 s whose values scatter by `noise` (relative) around the means."""
    draw = np.random.default_rng([seed, list(Foot).index(foot)])
    end_s = 1.1 * np.arange(1, strides + 1) + (0.0 if foot is Foot.LEFT else 0.55)
    values = {name: mean * (1 + noise * draw.standard_normal(strides)) for name, mean in means.items()}
    return StrideColumns(foot, end_s, np.ones(strides, bool), values)


def stride(time_s: float, foot: Foot, **values: float) -> Observation:
    return Observation(time_s, foot, values)


def second(time_s: float, **values: float) -> Observation:
    return Observation(time_s, None, values)


class Strides:
    """A window of strides: the same values for both feet, or for each its own."""

    def __init__(
        self, left: Mapping[str, Sequence[float]], right: Mapping[str, Sequence[float]] | None = None
    ) -> None:
        self.values = {Foot.LEFT: left, Foot.RIGHT: left if right is None else right}

    def column(self, foot: Foot, metric: str) -> np.ndarray:
        return np.array(self.values[foot].get(metric, []), np.float64)


class Usual:
    """A personal baseline of given centres, one spread and one coefficient of variation."""

    def __init__(self, centres: Mapping[str, float], spread: float, cv_pct: float = float("nan")) -> None:
        self.centres, self.sd, self.usual_cv_pct = centres, spread, cv_pct

    def at_speed(self, speed_m_s: float) -> AtSpeed:
        return AtSpeed(self)

    def centre(self, foot: Foot, metric: str) -> float:
        return self.centres.get(metric, float("nan"))

    def spread(self, foot: Foot, metric: str) -> float:
        return self.sd

    def cv_pct(self, foot: Foot, metric: str) -> float:
        return self.usual_cv_pct
