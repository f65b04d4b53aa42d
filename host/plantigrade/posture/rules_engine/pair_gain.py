"""Whether the two insoles of a pair read alike: from standing on each leg, where one foot carries everything.

Two insoles differ in gain, and a gain of 6 % looks like 6 % less load on one side. Standing still on one leg
puts the whole body weight on one insole; what both read then gives the ratio of their gains, free of how the
wearer walks. Over a span of three seconds the weight is met to 0.2 % even if the body ends it moving up or
down by 5 cm/s (0.05 m/s over 9.81 m/s2 x 3 s).

Walking alone does not give the ratio. Between the contacts of one foot and the other the forces lift the
body as much as it falls, which also yields two gains, but only for somebody who does not limp: of 18 healthy
people of PhysioNet's gaitpdb it brings the spread of the load's asymmetry from 6.3 to 3.7 %, not to the 1.8 %
of plates, and it would take a true limp for a gain. It is not used.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from plantigrade.array_types import F64
from plantigrade.gait.plausibility import uneven_gain
from plantigrade.gait.settings import LOAD_BIN_S
from plantigrade.gait.signals import Foot, FootSignal, Instrument, Walk
from plantigrade.gait.stillness import PairLoad, runs
from plantigrade.posture.rules_engine.features import StrideColumns, median_of
from plantigrade.posture.rules_engine.rules import Circumstance
from plantigrade.posture.settings import (
    ONE_LEG_OTHER_SHARE,
    ONE_LEG_RANGE_SHARE,
    ONE_LEG_S,
    ONE_LEG_TRIM_S,
    SAME_TIME_S,
)

_CIRCUMSTANCES: Final[Mapping[Instrument, Circumstance]] = {
    Instrument.PLATE: Circumstance.PLATE,
    Instrument.TREADMILL: Circumstance.TREADMILL,
    Instrument.FOOTSWITCH: Circumstance.FOOTSWITCH,
}
FORCES = (
    "impulse_n_s",
    "mean_force_n",
    "peak_force_n",
    "f1_n",
    "f2_n",
    "f3_n",
    "carried_bw",
)
"""Columns that a gain multiplies; those per body weight follow the whole pair and are left as they are."""


@dataclass(frozen=True)
class PairGain:
    """What each insole reads for the same load.

    Attributes:
        reading_n: mean total force while the foot alone carried the body.
        seconds: of such standing behind it.
    """

    reading_n: Mapping[Foot, float]
    seconds: Mapping[Foot, float]

    @property
    def difference_pct(self) -> float:
        """Right minus left over half their sum, in per cent.

        Example:
            >>> stood = {Foot.LEFT: 10.0, Foot.RIGHT: 8.0}
            >>> round(PairGain({Foot.LEFT: 700.0, Foot.RIGHT: 742.0}, stood).difference_pct, 2)
            5.83
        """
        left, right = self.reading_n[Foot.LEFT], self.reading_n[Foot.RIGHT]
        return 100.0 * (right - left) / ((right + left) / 2.0)

    def applied(self, tables: Sequence[StrideColumns]) -> list[StrideColumns]:
        """The tables with the forces of both feet brought to their mean gain."""
        middle = sum(self.reading_n.values()) / len(self.reading_n)
        return [_scaled(table, middle / self.reading_n[table.foot]) for table in tables]


def _scaled(table: StrideColumns, factor: float) -> StrideColumns:
    scaled = {name: column * factor for name in FORCES if (column := table.values.get(name)) is not None}
    return replace(table, values={**table.values, **scaled})


def pair_gain(walk: Walk, load: PairLoad) -> PairGain | None:
    """The gains of the pair from standing on each leg for three seconds or more; None where a recording has
    no such standing on both sides, or comes from one instrument under both feet.

    Args:
        walk: forces of both feet in newtons; read only where the loads show one foot alone.
        load: of both feet, as the analysis found it.
    """
    left, right = walk.left, walk.right
    if left is None or right is None or circumstance_of(walk) is not None:
        return None
    if left.quantity != "force" or right.quantity != "force":
        return None
    found = {
        own.foot: _alone_in(own, other, spans, walk.sample_rate_hz)
        for own, other, spans in (
            (left, right, _spans_alone(load, load.left_n, load.right_n)),
            (right, left, _spans_alone(load, load.right_n, load.left_n)),
        )
    }
    if any(len(values) == 0 for values in found.values()):
        return None
    return PairGain(
        {foot: float(np.mean(values)) for foot, values in found.items()},
        {foot: len(values) / walk.sample_rate_hz for foot, values in found.items()},
    )


def circumstance_of(walk: Walk) -> Circumstance | None:
    """The instrument of a recording as levels know it; None for insoles."""
    return _CIRCUMSTANCES.get(walk.source.instrument)


def _spans_alone(load: PairLoad, own_n: F64, other_n: F64) -> list[tuple[float, float]]:
    """Where a foot alone may have carried the body for long enough, with a row more at each end."""
    with np.errstate(invalid="ignore"):
        alone = other_n < ONE_LEG_OTHER_SHARE * own_n
    least = round(ONE_LEG_S / LOAD_BIN_S)
    spans: list[tuple[float, float]] = []
    for start, stop in runs(alone):
        if stop - start < least:
            continue
        from_s, to_s = load.times_s(start - 1), load.times_s(stop + 1)
        if spans and from_s < spans[-1][1]:
            from_s = spans.pop()[0]
        spans.append((from_s, to_s))
    return spans


def _alone_in(own: FootSignal, other: FootSignal, spans: list[tuple[float, float]], rate_hz: float) -> F64:
    """Forces of a foot while it alone carried the body, in the spans that both feet sampled alike."""
    found = [np.empty(0)]
    for span in spans:
        rows = [slice(*np.searchsorted(foot.time_s, span)) for foot in (own, other)]
        own_s, other_s = own.time_s[rows[0]], other.time_s[rows[1]]
        if len(own_s) != len(other_s) or np.any(np.abs(own_s - other_s) >= SAME_TIME_S):
            continue
        totals = [foot.force_n[part].sum(axis=1) for foot, part in zip((own, other), rows, strict=True)]
        found.append(_alone(totals[0], totals[1], rate_hz))
    return np.concatenate(found)


def _alone(own_n: NDArray[np.float32], other_n: NDArray[np.float32], rate_hz: float) -> F64:
    """Forces of the foot while it alone carried the body and stood still."""
    alone: NDArray[np.bool_] = (other_n < ONE_LEG_OTHER_SHARE * own_n) & np.isfinite(own_n)
    trim, least = round(ONE_LEG_TRIM_S * rate_hz), round(ONE_LEG_S * rate_hz)
    pieces: list[F64] = []
    for start, stop in runs(alone):
        if stop - start < least + 2 * trim:
            continue
        piece = own_n[start + trim : stop - trim].astype(np.float64)
        if np.ptp(piece) <= ONE_LEG_RANGE_SHARE * float(piece.mean()):
            pieces.append(piece)
    return np.concatenate(pieces) if pieces else np.empty(0)


def doubtful_pair(tables: Sequence[StrideColumns]) -> str:
    """Why differences of load between the sides say nothing (`gait.plausibility.uneven_gain`); empty where
    that is not so."""
    by_foot = {table.foot: table for table in tables}
    if len(by_foot) < len(Foot):
        return ""
    return uneven_gain(_asymmetry(by_foot, "mean_force_n"), _asymmetry(by_foot, "stance_time_s"))


def _asymmetry(tables: Mapping[Foot, StrideColumns], metric: str) -> float:
    """Right minus left over half their sum, in per cent; NaN where one is not known."""
    left, right = (tables[foot].of(metric) for foot in Foot)
    if not (len(left) and len(right)):
        return float("nan")
    one, other = median_of(left), median_of(right)
    half = (other + one) / 2.0
    return 100.0 * (other - one) / half if half > 0 else float("nan")
