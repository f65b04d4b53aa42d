"""Levels of the unloaded and of the loaded foot, learnt from the signal itself, compiled.

A level is the median of the minima (maxima) of the last few blocks in which the foot stepped, so that one
spike, one stand or one sit does not move it while drift and creep do.
"""

from typing import Any

import numpy as np

from plantigrade.compiled import compiled
from plantigrade.gait.settings import (
    ALIKE_LEAST,
    ALIKE_MOST,
    DRIFT_STEP,
    FIRST_BLOCKS,
    FITTING_LEAST,
    FITTING_MOST,
    LEVEL_BLOCKS,
    NARROWER_BLOCKS,
    UNLOADED_RANGE_SHARE,
    WIDER_BLOCKS,
)
from plantigrade.gait.signals import Floats


@compiled()
def _median(values: Floats) -> float:
    return float(np.median(values))


@compiled()
def qualifies(cfg: Any, low: float, high: float, travel: float, rows: int) -> bool:
    """Whether a block has the contrast of a foot that steps."""
    spread = high - low
    return rows > 1 and spread >= cfg.smallest_range and spread > cfg.quiet_ratio * travel / rows


@compiled()
def set_levels(st: Any) -> None:
    n = min(st.block_count, LEVEL_BLOCKS)
    st.swing = _median(st.block_min[:n])
    st.stance = _median(st.block_max[:n])


@compiled()
def push_block(st: Any, low: float, high: float) -> None:
    st.block_min[st.block_count % LEVEL_BLOCKS] = low
    st.block_max[st.block_count % LEVEL_BLOCKS] = high
    st.block_count += 1


@compiled()
def _learn_first(st: Any) -> None:
    """First levels: at least three blocks whose spread is alike (start and stop of a walk drop out)."""
    n = min(st.block_count, LEVEL_BLOCKS)
    spread = st.block_max[:n] - st.block_min[:n]
    widest = np.sort(spread)[-2] if n > 1 else spread[0]
    lows = np.empty(n)
    highs = np.empty(n)
    count = 0
    for k in range(n):
        if ALIKE_LEAST * widest <= spread[k] <= ALIKE_MOST * widest:
            lows[count] = st.block_min[k]
            highs[count] = st.block_max[k]
            count += 1
    if count >= FIRST_BLOCKS:
        st.learnt = 1
        for k in range(count):
            st.block_min[k] = lows[k]
            st.block_max[k] = highs[k]
        st.block_count = count
        set_levels(st)


@compiled()
def _relearn(st: Any, low: float, high: float) -> None:
    """Levels that no longer fit are replaced: soon by a wider range, after a minute by a narrower one.

    What was learnt while someone shifted from foot to foot before walking is outgrown within three blocks; a
    fidget after walking must go on evenly for a minute before it is believed.
    """
    if st.refused > 0:
        ratio = (high - low) / (st.refused_high - st.refused_low)
        if not (ALIKE_LEAST < ratio < ALIKE_MOST):
            st.refused = 0
    st.refused_low = low
    st.refused_high = high
    st.refused += 1
    wider = high - low > st.stance - st.swing
    if st.refused >= (WIDER_BLOCKS if wider else NARROWER_BLOCKS):
        st.block_count = 0
        push_block(st, low, high)
        set_levels(st)
        st.refused = 0
        st.reset = 1


@compiled()
def end_block(st: Any, cfg: Any) -> None:
    """Take the block's minimum and maximum into the levels when it looks like stepping."""
    low, high = st.low, st.high
    good = qualifies(cfg, low, high, st.travel, st.rows)
    if st.learnt == 0:
        if good:
            push_block(st, low, high)
            _learn_first(st)
    else:
        spread = st.stance - st.swing
        if good and FITTING_LEAST * spread <= high - low <= FITTING_MOST * spread:
            push_block(st, low, high)
            set_levels(st)
            st.refused = 0
        elif good:
            _relearn(st, low, high)
        elif high < st.swing + UNLOADED_RANGE_SHARE * spread:
            # unloaded for a while: let the swing level follow drift and creep, keeping the range
            shift = DRIFT_STEP * (low - st.swing)
            for k in range(LEVEL_BLOCKS):
                st.block_min[k] += shift
                st.block_max[k] += shift
            set_levels(st)
    st.rows = 0
    st.travel = 0.0
