"""Before and after: two periods or conditions of one person, with the interval of each difference.

The unit of comparison is the session (a walk, or a day), not the stride: strides of one session share shoe,
mood and the way the insole lies, so that counting them as independent would promise far too much. The
interval is Welch's t over session means. Sessions that were walked in pairs (the same day with and without)
are compared as pairs.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from plantigrade.errors import PlantigradeError
from plantigrade.gait.signals import Foot
from plantigrade.posture.intake import StrideColumns
from plantigrade.posture.student import t_quantile

F64 = NDArray[np.float64]
MIN_SESSIONS = 2
MIN_STRIDES = 12


@dataclass(frozen=True)
class MinimalChange:
    """Smallest change of one person that is not measurement error, and where that was found."""

    value: float
    unit: str
    source: str


MINIMAL_CHANGE: Mapping[str, MinimalChange] = {
    "stride_time_s": MinimalChange(0.03, "s", "own estimate from repeated virtual sessions"),
    "stance_pct": MinimalChange(1.2, "%", "own estimate from repeated virtual sessions"),
    "double_support_pct": MinimalChange(2.2, "%", "own estimate from repeated virtual sessions"),
    "force_arch_index": MinimalChange(0.028, "share", "own estimate from repeated virtual sessions"),
    "ml_index_forefoot": MinimalChange(0.10, "1", "own estimate from repeated virtual sessions"),
    "ml_index_heel": MinimalChange(0.11, "1", "own estimate from repeated virtual sessions"),
    "forefoot_pti_bw": MinimalChange(8.0, "kPa s", "own estimate from repeated virtual sessions"),
}
"""Published values for these insoles do not exist; 2.77 SD between the floors of the baseline (see
`baseline`)."""


@dataclass(frozen=True)
class Difference:
    """After minus before for one value of one foot.

    Attributes:
        metric, foot: what.
        before, after: means over sessions.
        difference: after - before.
        low, high: interval at the asked confidence; None with fewer than two sessions a side.
        confidence: of the interval, 0.95 unless asked otherwise.
        sessions_before, sessions_after: behind the means.
        paired: whether sessions were compared in pairs.
        minimal_change: where known.
        words: one plain sentence.
    """

    metric: str
    foot: Foot
    before: float
    after: float
    difference: float
    low: float | None
    high: float | None
    confidence: float
    sessions_before: int
    sessions_after: int
    paired: bool
    minimal_change: MinimalChange | None
    words: str


def compare(
    before: Sequence[Sequence[StrideColumns]],
    after: Sequence[Sequence[StrideColumns]],
    metrics: Sequence[str],
    *,
    paired: bool = False,
    confidence: float = 0.95,
) -> list[Difference]:
    """Differences of the metrics for both feet.

    Args:
        before, after: sessions, each with the strides of its feet.
        metrics: names of stride values.
        paired: session i of `before` belongs to session i of `after`.
        confidence: of the intervals.

    Raises:
        PlantigradeError: pairs of unequal number, or no sessions.
    """
    if not before or not after:
        raise PlantigradeError("a comparison needs at least one session before and one after")
    if paired and len(before) != len(after):
        raise PlantigradeError(f"pairs need as many sessions before ({len(before)}) as after ({len(after)})")
    if not 0.5 <= confidence < 1:
        raise PlantigradeError(f"confidence must lie between 0.5 and 1, not {confidence}")
    found: list[Difference] = []
    for metric in metrics:
        for foot in Foot:
            first, second = _means(before, metric, foot), _means(after, metric, foot)
            if paired:
                both = np.isfinite(first) & np.isfinite(second)
                first, second = first[both], second[both]
            first, second = first[np.isfinite(first)], second[np.isfinite(second)]
            if len(first) and len(second):
                found.append(_difference(metric, foot, first, second, paired, confidence))
    return found


def _means(sessions: Sequence[Sequence[StrideColumns]], metric: str, foot: Foot) -> F64:
    """Median over the valid strides of each session; NaN with fewer than 12."""
    values: list[float] = []
    for session in sessions:
        strides = next((table.of(metric) for table in session if table.foot is foot), np.empty(0))
        values.append(float(np.median(strides)) if len(strides) >= MIN_STRIDES else float("nan"))
    return np.array(values)


def _difference(
    metric: str, foot: Foot, first: F64, second: F64, paired: bool, confidence: float
) -> Difference:
    difference = float(second.mean() - first.mean())
    low = high = None
    if min(len(first), len(second)) >= MIN_SESSIONS:
        reach = _reach(first, second, paired, confidence)
        low, high = difference - reach, difference + reach
    minimal = MINIMAL_CHANGE.get(metric)
    return Difference(
        metric=metric,
        foot=foot,
        before=float(first.mean()),
        after=float(second.mean()),
        difference=difference,
        low=low,
        high=high,
        confidence=confidence,
        sessions_before=len(first),
        sessions_after=len(second),
        paired=paired,
        minimal_change=minimal,
        words=_say(metric, foot, difference, low, high, minimal),
    )


def _reach(first: F64, second: F64, paired: bool, confidence: float) -> float:
    if paired:
        change = second - first
        error2 = float(change.var(ddof=1)) / len(change)
        freedom = len(change) - 1.0
    else:
        a, b = float(first.var(ddof=1)) / len(first), float(second.var(ddof=1)) / len(second)
        error2 = a + b
        spread = a**2 / (len(first) - 1) + b**2 / (len(second) - 1)
        freedom = error2**2 / spread if spread > 0 else len(first) + len(second) - 2.0
    return t_quantile(0.5 + confidence / 2, freedom) * float(np.sqrt(error2))


def _say(
    metric: str,
    foot: Foot,
    difference: float,
    low: float | None,
    high: float | None,
    minimal: MinimalChange | None,
) -> str:
    where = f"{metric} of the {foot.value} foot"
    if low is None or high is None:
        return f"{where}: {difference:+.3g}, but one session a side cannot tell a change from chance."
    interval = f"{difference:+.3g} (between {low:+.3g} and {high:+.3g})"
    if low <= 0 <= high:
        return f"{where} did not clearly change: {interval}."
    rose = "rose" if difference > 0 else "fell"
    if minimal is not None and abs(difference) < minimal.value:
        return f"{where} {rose} by {interval}, less than the {minimal.value:g} {minimal.unit} that matter."
    return f"{where} {rose} by {interval}."
