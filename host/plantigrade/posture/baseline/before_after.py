"""Before and after: two periods or conditions of one person, with the interval of each difference.

The unit of comparison is the session (a walk, or a day), not the stride: strides of one session share shoe,
mood and the way the insole lies, so that counting them as independent would promise far too much. The
interval is a t interval over session means with a spread of its own for each side (Welch). Sessions that were
walked in pairs (the same day with and without) are compared as pairs.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from plantigrade.array_types import F64
from plantigrade.errors import PlantigradeError
from plantigrade.gait.parameters.registry import symbol_of
from plantigrade.gait.signals import Foot
from plantigrade.posture.baseline.t_distribution import t_quantile
from plantigrade.posture.rules_engine.features import StrideColumns
from plantigrade.posture.rules_engine.guidance import Catalogue, catalogue
from plantigrade.posture.settings import (
    COMPARED_MIN_STRIDES,
    CONFIDENCE,
    DAY_SD_FLOOR,
    MEASURED_CHANGE,
    MIN_SESSIONS,
    ORDINARY_SDS,
    STANCE_ASYMMETRY_CHANGE_PCT,
)


@dataclass(frozen=True)
class MinimalChange:
    """A change below which two sessions are not told apart, and what that rests on."""

    value: float
    unit: str
    source: str


COMPARED = (
    "speed_m_per_s",
    "stride_length_m",
    "stride_time_s",
    "stance_pct",
    "double_support_pct",
    "force_arch_index",
    "ml_index_forefoot",
    "ml_index_heel",
    "forefoot_pti_bw",
)
"""What sessions are compared by."""


def _unit(metric: str) -> str:
    symbol = symbol_of(metric)
    return "" if symbol == "1" else symbol


STANCE_ASYMMETRY = "stance_asymmetry_pct"
"""How much longer the foot stands than the other, in per cent of half their sum: what a lift under one shoe
moves, and what needs no gain of the insoles."""
ASSUMED = "assumed: 2.77 times the day-to-day SD that the baseline takes for granted; not a published value"
MINIMAL_CHANGE: Mapping[str, MinimalChange] = {
    metric: MinimalChange(round(ORDINARY_SDS * DAY_SD_FLOOR[metric], 3), _unit(metric), ASSUMED)
    for metric in COMPARED
} | {STANCE_ASYMMETRY: MinimalChange(STANCE_ASYMMETRY_CHANGE_PCT, "%", MEASURED_CHANGE)}
"""The floors of the personal baseline (`settings.DAY_SD_FLOOR`), which are assumptions and larger than what
two walks of one day of 14 healthy people differ by; of the stance asymmetry what those walks differ by."""


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
    confidence: float = CONFIDENCE,
    language: str = "en",
) -> list[Difference]:
    """Differences of the metrics for both feet.

    Args:
        before, after: sessions, each with the strides of its feet.
        metrics: names of stride values, or `STANCE_ASYMMETRY`.
        paired: session i of `before` belongs to session i of `after`.
        confidence: of the intervals.
        language: of the sentences.

    Raises:
        PlantigradeError: pairs of unequal number, or no sessions.
    """
    if not before or not after:
        raise PlantigradeError("a comparison needs at least one session before and one after")
    if paired and len(before) != len(after):
        raise PlantigradeError(f"pairs need as many sessions before ({len(before)}) as after ({len(after)})")
    if not 0.5 <= confidence < 1:
        raise PlantigradeError(f"confidence must lie between 0.5 and 1, not {confidence}")
    texts = catalogue(language)
    found: list[Difference] = []
    for metric in metrics:
        for foot in Foot:
            first, second = _means(before, metric, foot), _means(after, metric, foot)
            if paired:
                both = np.isfinite(first) & np.isfinite(second)
                first, second = first[both], second[both]
            first, second = first[np.isfinite(first)], second[np.isfinite(second)]
            if len(first) and len(second):
                found.append(_difference(metric, foot, first, second, paired, confidence, texts))
    return found


def _means(sessions: Sequence[Sequence[StrideColumns]], metric: str, foot: Foot) -> F64:
    """Median over the valid strides of each session; NaN with fewer than 12."""
    if metric == STANCE_ASYMMETRY:
        own, other = (_means(sessions, "stance_time_s", one) for one in (foot, foot.other))
        return 100.0 * (own - other) / ((own + other) / 2.0)
    values: list[float] = []
    for session in sessions:
        strides = next((table.of(metric) for table in session if table.foot is foot), np.empty(0))
        values.append(float(np.median(strides)) if len(strides) >= COMPARED_MIN_STRIDES else float("nan"))
    return np.array(values)


def _difference(
    metric: str, foot: Foot, first: F64, second: F64, paired: bool, confidence: float, texts: Catalogue
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
        words=_say(metric, foot, difference, low, high, minimal, texts),
    )


def _reach(first: F64, second: F64, paired: bool, confidence: float) -> float:
    """Half the interval.

    Unpaired, Welch's error with the freedom of the smaller side alone (not Welch and Satterthwaite's larger
    one): a handful of sessions says little about its own spread, and days are neither quite normal nor quite
    independent, so the interval shall rather be a little wide than a little narrow.
    """
    if paired:
        change = second - first
        error2 = float(change.var(ddof=1)) / len(change)
        freedom = len(change) - 1.0
    else:
        error2 = float(first.var(ddof=1)) / len(first) + float(second.var(ddof=1)) / len(second)
        freedom = min(len(first), len(second)) - 1.0
    return t_quantile(0.5 + confidence / 2, freedom) * float(np.sqrt(error2))


def _say(
    metric: str,
    foot: Foot,
    difference: float,
    low: float | None,
    high: float | None,
    minimal: MinimalChange | None,
    texts: Catalogue,
) -> str:
    """One plain sentence."""
    what = texts.metrics.get(metric, metric)
    text = {"what": what[0].upper() + what[1:], "side": texts.sides[foot.value], "by": f"{difference:+.3g}"}
    if low is None or high is None:
        return texts.compare["single"].format(**text)
    text |= {"low": f"{low:+.3g}", "high": f"{high:+.3g}"}
    if low <= 0 <= high:
        return texts.compare["chance"].format(**text)
    if minimal is not None and abs(difference) < minimal.value:
        limit = f"{minimal.value:g} {minimal.unit}".strip()
        key = "rose_little" if difference > 0 else "fell_little"
        return texts.compare[key].format(**text, limit=limit)
    return texts.compare["rose" if difference > 0 else "fell"].format(**text)
