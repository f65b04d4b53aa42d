"""Strides found through the full path beside strides found in the source forces."""

from dataclasses import dataclass

import numpy as np

from plantigrade.array_types import F64

MATCH_WITHIN_S = 0.25
"""Contacts of the two analyses closer than this are the same contact: a quarter of a stride, far from the
next.
"""


@dataclass(frozen=True)
class StrideComparison:
    """Strides of one foot: found on the host beside the reference.

    Attributes:
        found, reference: number of strides in the span that both analyses saw.
        matched: strides whose both contacts were found by both.
        bias_ms, mae_ms: mean and mean absolute difference of the matched stride times; None without any.
        max_ms: the largest difference.
    """

    found: int
    reference: int
    matched: int
    bias_ms: float | None
    mae_ms: float | None
    max_ms: float | None


def compare_strides(found_s: F64, reference_s: F64, span_s: tuple[float, float]) -> StrideComparison:
    """Compare strides by their initial contacts.

    Args:
        found_s: (n, 2) begin and end of each stride found, on the walk's time.
        reference_s: (m, 2) the same from the source forces.
        span_s: both analyses are only expected to agree inside this span of the walk.
    """
    # A contact a millisecond to the other side of the span's edge is no disagreement: candidates are all
    # strides.
    candidates = found_s.reshape(-1, 2)
    reference = _inside(reference_s, span_s)
    differences: list[float] = []
    for begin, end in reference:
        if len(candidates) == 0:
            break
        candidate = candidates[int(np.argmin(np.abs(candidates[:, 0] - begin)))]
        if abs(candidate[0] - begin) < MATCH_WITHIN_S and abs(candidate[1] - end) < MATCH_WITHIN_S:
            differences.append(1000 * float((candidate[1] - candidate[0]) - (end - begin)))
    known = np.array(differences)
    return StrideComparison(
        found=len(_inside(found_s, span_s)),
        reference=len(reference),
        matched=len(known),
        bias_ms=round(float(known.mean()), 3) if len(known) else None,
        mae_ms=round(float(np.abs(known).mean()), 3) if len(known) else None,
        max_ms=round(float(np.abs(known).max()), 3) if len(known) else None,
    )


def _inside(strides_s: F64, span_s: tuple[float, float]) -> F64:
    strides_s = strides_s.reshape(-1, 2)
    return strides_s[(strides_s[:, 0] >= span_s[0]) & (strides_s[:, 1] <= span_s[1])]
