"""What is stored of the gait cycles of one foot."""

from dataclasses import dataclass, field, fields
from typing import Any

import numpy as np
import numpy.typing as npt

from plantigrade.gait.signals import Floats


@dataclass
class CycleStore:
    """What is stored of each gait cycle; lists of arrays, one a block of samples."""

    rows: list[Floats] = field(default_factory=lambda: [])
    forces: list[Floats] = field(default_factory=lambda: [])
    curves: list[npt.NDArray[np.float32]] = field(default_factory=lambda: [])
    pressure: list[Floats] = field(default_factory=lambda: [])
    cop: list[npt.NDArray[np.float32]] = field(default_factory=lambda: [])
    sensor_peak: list[npt.NDArray[np.float32]] = field(default_factory=lambda: [])
    sensor_impulse: list[npt.NDArray[np.float32]] = field(default_factory=lambda: [])
    sensor_states: list[npt.NDArray[np.int8]] = field(default_factory=lambda: [])
    sensor_tops: list[npt.NDArray[np.float32]] = field(default_factory=lambda: [])
    certainty: list[Floats] = field(default_factory=lambda: [])
    motion: list[Floats] = field(default_factory=lambda: [])
    dropped: int = 0

    def __len__(self) -> int:
        return sum(len(block) for block in self.rows)

    def drop_pictures(self, blocks: int) -> None:
        """Empty what only pictures need of the first blocks."""
        for part in (self.curves, self.cop, self.sensor_peak, self.sensor_impulse):
            for index in range(min(self.dropped, blocks), blocks):
                part[index] = part[index][:0].copy()
        self.dropped = blocks

    def drop_curves(self) -> None:
        """Free the curves of all cycles, once they are averaged."""
        self.curves.clear()
        self.cop.clear()

    def join(self) -> None:
        """Make one block of what a table of strides has, which need not copy it then."""
        for part in (self.rows, self.forces, self.pressure, self.certainty, self.motion):
            if len(part) > 1:
                part[:] = [np.concatenate(part)]

    def withdraw(self, time_s: float) -> None:
        """Forget the cycles that end after `time_s`."""
        parts: list[list[Any]] = [
            getattr(self, one.name)
            for one in fields(self)
            if one.name != "dropped" and getattr(self, one.name)
        ]
        while self.rows and self.rows[-1][-1, 2] > time_s:
            keep = int(np.searchsorted(self.rows[-1][:, 2], time_s, side="right"))
            for part in parts:
                last = part.pop()
                if keep:
                    part.append(last[:keep])
            if keep:
                break
