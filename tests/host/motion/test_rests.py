"""Rests of a motion sensor: what is kept of them, beside plain NumPy over the whole recording."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from plantigrade.gait.motion.rests import Rests
from plantigrade.gait.motion.settings import (
    LARGEST_BIAS_DEG_S,
    REST_ACC_SD_M_S2,
    REST_RATE_SD_DEG_S,
    REST_S,
    RESTS,
)
from plantigrade.gait.signals import Floats

RATE_HZ = 100.0
ROWS = round(REST_S * RATE_HZ)
HISTORY_S = 60.0


def spans_of(kinds: list[str], random: np.random.Generator) -> tuple[Floats, Floats]:
    """Acceleration and rates of a span of `ROWS` samples of each kind."""
    acc = np.array([0.2, -0.4, 9.8]) + 0.02 * random.standard_normal((len(kinds) * ROWS, 3))
    bias = np.repeat(random.uniform(-2.0, 2.0, (len(kinds), 3)), ROWS, axis=0)
    gyr = bias + 0.1 * random.standard_normal(acc.shape)
    for number, kind in enumerate(kinds):
        rows = slice(number * ROWS, (number + 1) * ROWS)
        if kind == "shaken":
            acc[rows] += random.standard_normal((ROWS, 3))
        elif kind == "turned to and fro":
            gyr[rows] += 5.0 * random.standard_normal((ROWS, 3))
        elif kind == "turned evenly":
            gyr[rows, 1] += 3.0 * LARGEST_BIAS_DEG_S
    return acc.astype(np.float32).astype(np.float64), gyr.astype(np.float32).astype(np.float64)


def plain(time_s: Floats, acc: Floats, gyr: Floats, before_s: float) -> Floats:
    """(4,) as `Rests.before` says, from the whole."""
    found: list[Floats] = []
    for first in range(0, len(time_s) - ROWS + 1, ROWS):
        rows = slice(first, first + ROWS)
        rate = gyr[rows].mean(axis=0)
        calm = (acc[rows].std(axis=0) < REST_ACC_SD_M_S2).all() and (
            gyr[rows].std(axis=0) < REST_RATE_SD_DEG_S
        ).all()
        if calm and np.abs(rate).max() < LARGEST_BIAS_DEG_S and time_s[rows.stop - 1] < before_s:
            found.append(np.array([*rate, np.linalg.norm(acc[rows].mean(axis=0))]))
    return np.median(found[-RESTS:], axis=0) if found else np.empty(0)


@given(
    kinds=st.lists(
        st.sampled_from(["calm", "calm", "shaken", "turned to and fro", "turned evenly"]),
        min_size=1,
        max_size=30,
    ),
    cuts=st.lists(st.integers(0, 30 * ROWS), max_size=6),
    asked=st.floats(0.0, 16.0),
    seed=st.integers(0, 1000),
)
@settings(max_examples=60, deadline=None)
def test_the_last_rests_before_a_time(kinds: list[str], cuts: list[int], asked: float, seed: int) -> None:
    acc, gyr = spans_of(kinds, np.random.default_rng(seed))
    time_s = np.arange(len(acc)) / RATE_HZ
    rests = Rests(RATE_HZ, HISTORY_S)
    for piece in np.split(np.arange(len(acc)), sorted(cuts)):
        rests.take(time_s[piece], acc[piece].astype(np.float32), gyr[piece].astype(np.float32))
    assert rests.before(asked) == pytest.approx(plain(time_s, acc, gyr, asked), abs=1e-6)


def test_an_hour_lying_still_is_not_kept_but_what_may_be_asked_for_is() -> None:
    """7200 rests; a stride may end as far back as the history reaches."""
    acc, gyr = spans_of(["calm"] * 7200, np.random.default_rng(3))
    time_s = np.arange(len(acc)) / RATE_HZ
    rests = Rests(RATE_HZ, HISTORY_S)
    for piece in np.array_split(np.arange(len(acc)), 30):
        rests.take(time_s[piece], acc[piece].astype(np.float32), gyr[piece].astype(np.float32))
        newest_s = float(time_s[piece[-1]])
        for back_s in (0.0, HISTORY_S / 2, HISTORY_S - 1.0):
            near = slice(max(0, round(newest_s - back_s - 10.0) * round(RATE_HZ)), piece[-1] + 1)
            expected = plain(time_s[near], acc[near], gyr[near], newest_s - back_s)
            assert rests.before(newest_s - back_s) == pytest.approx(expected, abs=1e-6)
    assert len(rests._found) <= 2048, "a tenth of a megabyte"
