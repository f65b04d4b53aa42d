"""Clipped loads and insoles of unlike gain are named; sway beside them is not to be trusted."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from plantigrade.gait.balance import standing
from plantigrade.gait.signals import Floats, Foot, FootSignal
from plantigrade.gait.standing_caveats import clip_level, clipped_caveat, gain_ratio, gains_caveat

SECONDS = np.arange(60.0)


def sway_of(seed: int = 1, size_n: float = 30.0) -> Floats:
    """A slow walk of the load between the feet, one value a second."""
    draw = np.random.default_rng(seed)
    path = np.cumsum(draw.normal(0.0, 1.0, 60))
    return size_n * (path - path.mean()) / path.std()


@pytest.mark.parametrize("gain", [0.7, 1.0 / 1.3, 0.84, 1.2, 1.3, 1.5])
@pytest.mark.parametrize("share", [0.5, 0.2])
def test_unlike_gains_show_in_what_one_foot_gives_and_the_other_takes(gain: float, share: float) -> None:
    left = 650.0 * share + sway_of()
    assert gain_ratio(left, gain * (650.0 - left)) == pytest.approx(gain)
    caveat = gains_caveat(left, gain * (650.0 - left))
    assert caveat is not None and caveat.code == "gains_differ"
    more = "right" if gain > 1.0 else "left"
    assert f"the {more} insole reads {100 * (max(gain, 1 / gain) - 1):.0f} % more" in caveat.text


@pytest.mark.parametrize("gain", [0.9, 1.0, 1.1])
def test_pairs_of_healthy_peoples_insoles_differ_by_so_much(gain: float) -> None:
    left = 325.0 + sway_of()
    assert gains_caveat(left, gain * (650.0 - left)) is None


@given(st.integers(0, 2**32 - 1), st.floats(0.0, 40.0))
def test_noise_names_no_gain_where_there_is_none(seed: int, noise_n: float) -> None:
    draw = np.random.default_rng(seed)
    left = 325.0 + sway_of(seed)
    right = 650.0 - left + draw.normal(0.0, noise_n, 60)
    assert gains_caveat(left + draw.normal(0.0, noise_n, 60), right) is None


def test_sitting_feet_do_not_mirror_each_other() -> None:
    assert gain_ratio(80.0 + sway_of(1, 3.0), 90.0 + sway_of(2, 5.0)) is None


def test_a_quiet_pair_and_a_short_span_tell_nothing() -> None:
    assert gain_ratio(np.full(60, 325.0), np.full(60, 325.0)) is None
    assert gain_ratio(325.0 + sway_of()[:19], 325.0 - sway_of()[:19]) is None


@pytest.mark.parametrize(("cut", "share"), [(0.95, 0.05), (0.8, 0.2), (0.3, 0.7)])
def test_a_load_that_stops_at_a_level_is_cut_off(cut: float, share: float) -> None:
    wave = 300.0 + 20.0 * np.random.default_rng(1).normal(size=6000)
    level = float(np.quantile(wave, cut))
    assert clip_level(np.minimum(wave, level)) == level
    assert clip_level(wave) is None


@given(st.integers(0, 2**32 - 1), st.floats(0.05, 4.0))
def test_rounding_cuts_nothing_off(seed: int, step: float) -> None:
    wave = 300.0 + 20.0 * np.random.default_rng(seed).normal(size=3000)
    assert clip_level(np.round(wave / step) * step) is None


def test_a_large_sensor_that_stops_is_named_and_a_small_one_is_not() -> None:
    draw = np.random.default_rng(1)
    force = 100.0 + 10.0 * draw.normal(size=(6000, 3))
    force[:, 2] *= 0.05
    force[:, 2] = np.minimum(force[:, 2], 5.0)
    assert clipped_caveat("left", force) is None
    force[:, 1] = np.minimum(force[:, 1], 105.0)
    caveat = clipped_caveat("left", force)
    assert caveat is not None
    assert caveat.text == "left foot: sensor 2 stops at 105 N, so that sway is cut off"
    assert clipped_caveat("left", np.empty((0, 3))) is None


def test_a_span_carries_its_caveats() -> None:
    time = np.arange(6000) / 100.0
    load = 325.0 + np.interp(time, SECONDS, sway_of())
    left = FootSignal(Foot.LEFT, time, (1.3 * load)[:, None].astype(np.float32))
    right = FootSignal(Foot.RIGHT, time, (650.0 - load)[:, None].astype(np.float32))
    (caveat,) = standing(left, right, 100.0, 0.0, 60.0).caveats
    assert caveat.code == "gains_differ" and "left insole reads 30 % more" in caveat.text
    assert caveat.text in standing(left, right, 100.0, 0.0, 60.0).notes
    assert standing(left, None, 100.0, 0.0, 60.0).caveats == ()


def test_twenty_seconds_of_samples_are_twenty_seconds() -> None:
    """2000 samples at 100 Hz end at 19.99 s."""
    time = np.arange(2000) / 100.0
    foot = FootSignal(Foot.LEFT, time, np.full((2000, 1), 300.0, np.float32))
    assert not any("sway needs" in note for note in standing(foot, None, 100.0, 0.0, 19.99).notes)
    assert any("sway needs" in note for note in standing(foot, None, 100.0, 0.0, 19.9).notes)
