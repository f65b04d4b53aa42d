"""Strides made of numbers, for tests of rules without a body."""

from collections.abc import Mapping

import numpy as np
from plantigrade.gait.signals import Foot
from plantigrade.posture.intake import Observation, StrideColumns


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


class Usual:
    """A personal baseline of given centres and spreads."""

    def __init__(self, centres: Mapping[str, float], spread: float) -> None:
        self.centres, self.sd = centres, spread

    def centre(self, foot: Foot, metric: str) -> float:
        return self.centres.get(metric, float("nan"))

    def spread(self, foot: Foot, metric: str) -> float:
        return self.sd

    def cv_pct(self, foot: Foot, metric: str) -> float:
        return float("nan")
