"""Stretches of a foot's load in tenths of a second, as they stay in memory of a day."""

from typing import NamedTuple

from plantigrade.gait.signals import Floats


class LoadRun(NamedTuple):
    """Tenths of a second that follow each other.

    Attributes:
        first: number of the first.
        load_n: (k,) mean load of each.
    """

    first: int
    load_n: Floats

    @property
    def last(self) -> int:
        """Number of the last."""
        return self.first + len(self.load_n) - 1
