"""A virtual person with calibrated virtual insoles: from what the body does to newtons, with all
imperfections."""

from dataclasses import dataclass, field
from functools import cached_property
from typing import Final

import numpy as np
from numpy.typing import NDArray

from plantigrade.array_types import F32, F64
from plantigrade.calibration import Calibration, Calibrator, WeightScale, scale_from_walking
from plantigrade.gait.pressure.own_insole import own_layout
from plantigrade.gait.signals import Foot, FootSignal, SourceInfo, Walk
from plantigrade.twin.bench import bench_calibration
from plantigrade.twin.body import Condition, ForceWalk, Person, VirtualWalk, draw_person, walk
from plantigrade.twin.electrical import FrontEnd

EU_SIZE = 42.0
SETTLING_S = 60.0
PAIR_GAIN_LOG_SD: Final = 0.054
"""Logarithm of left over right gain of a pair in its shoes. The mean forces of 72 healthy people's feet
differ by 5.7 % (SD) in insoles and by 1.8 % on plates; the rest is the pair's. How a shoe hands the load on
to an insole is no matter of its sensors, so that no bench sees it."""


@dataclass
class Wearer:
    """One person and one pair of insoles that stay the same.

    The insoles are calibrated on the virtual bench and scaled by the person's weight on a first neutral
    walk, as a clinic would do it once.

    Args:
        seed: of person and insoles.
        rate_hz: rows per second.
        pair_gain_sd: how far the gains of left and right go apart in the shoes, see `PAIR_GAIN_LOG_SD`.
    """

    seed: int
    rate_hz: float = 100.0
    pair_gain_sd: float = PAIR_GAIN_LOG_SD
    _front_ends: list[FrontEnd] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        self._front_ends = [FrontEnd(2 * self.seed), FrontEnd(2 * self.seed + 1)]

    @cached_property
    def person(self) -> Person:
        """The person on the first day."""
        return draw_person(self.seed)

    @cached_property
    def gains(self) -> tuple[float, float]:
        """Share of the load under left and right foot that reaches the sensors, 1 in the middle of both."""
        apart = float(np.random.default_rng([self.seed, 17]).normal(0.0, self.pair_gain_sd))
        return float(np.exp(0.5 * apart)), float(np.exp(-0.5 * apart))

    @cached_property
    def bench(self) -> tuple[Calibration, Calibration]:
        """Bench calibrations of left and right."""
        return bench_calibration(2 * self.seed), bench_calibration(2 * self.seed + 1)

    @cached_property
    def scale(self) -> WeightScale:
        """Body-weight scale of a first neutral walk."""
        made = walk(self.person, SETTLING_S, self.seed + 7_000_000)
        left, right = self._forces(made.forces, self.bench)
        starts = np.ceil(made.left.contact_s[2:-2] * self.rate_hz).astype(np.int64)
        return scale_from_walking(left.sum(axis=1), right.sum(axis=1), starts, self.person.weight_n)

    @cached_property
    def calibrations(self) -> tuple[Calibration, Calibration]:
        """Bench calibrations with the body-weight scale."""
        left, right = self.bench
        return (
            left.with_scale(self.scale.left, self.scale.sd_pct),
            right.with_scale(self.scale.right, self.scale.sd_pct),
        )

    def relative_sd(self) -> dict[Foot, F64]:
        """Uncertainty of each sensor's force in the middle of its range, as a share."""
        return {foot: c.mid_range_sd() for foot, c in zip(Foot, self.calibrations, strict=True)}

    def counts(self, forces: ForceWalk) -> tuple[NDArray[np.uint16], NDArray[np.uint16]]:
        """Codes of both insoles; the sensors remember what they felt before."""
        left, right = (
            front_end.counts(gain * force_n, forces.rate_hz)
            for front_end, gain, force_n in zip(
                self._front_ends, self.gains, (forces.left, forces.right), strict=True
            )
        )
        return left, right

    def rest(self, seconds: float) -> None:
        """Take the shoes off for a time: the sensors recover."""
        for front_end in self._front_ends:
            front_end.rest(seconds)

    def _forces(self, forces: ForceWalk, calibrations: tuple[Calibration, Calibration]) -> tuple[F32, F32]:
        codes = self.counts(forces)
        left, right = (
            Calibrator(calibration, forces.rate_hz).feed(code)
            for calibration, code in zip(calibrations, codes, strict=True)
        )
        return left, right

    def measured(self, forces: ForceWalk) -> Walk:
        """What the calibrated insoles make of the body's forces."""
        left, right = self._forces(forces, self.calibrations)
        time_s = np.arange(len(left)) / forces.rate_hz
        layout = own_layout(EU_SIZE)
        return Walk(
            left=FootSignal(Foot.LEFT, time_s, left, layout),
            right=FootSignal(Foot.RIGHT, time_s, right, layout),
            sample_rate_hz=forces.rate_hz,
            source=SourceInfo(forces.source, "twin"),
            body_weight_n=self.person.weight_n,
        )

    def walk(
        self, person: Person, seconds: float, seed: int, conditions: tuple[Condition, ...] = ()
    ) -> tuple[Walk, VirtualWalk]:
        """A walk of the person (perhaps on another day) as measured, and its truth."""
        made = walk(person, seconds, seed, conditions, self.rate_hz)
        return self.measured(made.forces), made
