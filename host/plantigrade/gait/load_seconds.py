"""The force of one foot in each second of a recording."""

from dataclasses import dataclass

import numpy as np

from plantigrade.gait.foot import FootStream
from plantigrade.gait.settings import EPOCH_S
from plantigrade.gait.signals import Floats


@dataclass(frozen=True, eq=False)
class LoadSeconds:
    """Seconds of a recording, (m,) each; NaN where the foot has no samples.

    Attributes:
        mean: of the force, in the foot's own quantity.
        swing: its largest less its least value.
    """

    mean: Floats
    swing: Floats


def load_seconds(stream: FootStream, from_s: float, count: int) -> LoadSeconds:
    """A foot's `count` seconds from `from_s` on: its own epochs, each in the second in which it begins."""
    found = LoadSeconds(np.full(count, np.nan), np.full(count, np.nan))
    if stream.epochs:
        blocks = np.concatenate(stream.epochs)
        places = np.clip((blocks[:, 0] + (stream.first_s - from_s) / EPOCH_S).astype(np.int64), 0, count - 1)
        found.mean[places] = blocks[:, 1]
        found.swing[places] = blocks[:, 3] - blocks[:, 2]
    return found
