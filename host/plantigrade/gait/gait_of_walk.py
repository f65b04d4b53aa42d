"""The medians of a recording by which its gait is judged (`tested_range`)."""

from collections.abc import Sequence

import numpy as np

from plantigrade.gait.findings import SPOILS_ALL
from plantigrade.gait.foot import FootStream
from plantigrade.gait.results import SignalFinding, StrideTable
from plantigrade.gait.signals import Floats
from plantigrade.gait.tested_range import Gait, Measured, judge


def unloaded_share(stream: FootStream) -> float:
    """Level in swing over that in stance; NaN where the input is not calibrated or the levels are unknown."""
    calibrated = stream.quantity == "force" and stream.stance_level > 0
    return stream.swing_level / stream.stance_level if calibrated else float("nan")


def gait_of(sides: Sequence[tuple[FootStream, StrideTable]], found: Sequence[SignalFinding]) -> Gait:
    """What gait it is, and why no finding may rest on it.

    Args:
        sides: each foot with its strides, whose reasons are marked.
        found: what else is to be said of the signal.
    """
    strides = [(stream, table, table.valid) for stream, table in sides]
    gait = judge(
        Measured(
            strides=sum(int(valid.sum()) for _, _, valid in strides),
            stride_s=median_of(np.concatenate([table.stride_time_s[valid] for _, table, valid in strides])),
            double_pct=median_of(
                np.concatenate([table.double_support_pct[valid] for _, table, valid in strides])
            ),
            stance_pct={stream.foot: median_of(table.stance_pct[valid]) for stream, table, valid in strides},
            unloaded_share={stream.foot: unloaded_share(stream) for stream, _, _ in strides},
            impulse_n_s={
                stream.foot: median_of(table.impulse_n_s[valid]) for stream, table, valid in strides
            },
        )
    )
    return gait.untrusted([one.text for one in found if one.code in SPOILS_ALL])


def median_of(values: Floats) -> float:
    """Median of what is a number; NaN without any."""
    known = values[np.isfinite(values)]
    return float(np.median(known)) if len(known) else float("nan")
