"""The electrical model, effect by effect: each does what its parameter says, and nothing when switched
off."""

from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from plantigrade.calibration import FrontEndParameters, nominal
from plantigrade.twin.body import load_walk
from plantigrade.twin.electrical import Effects, Fault, FaultKind, FrontEnd

FRONT = FrontEndParameters.load()
QUIET = Effects.none()


@pytest.fixture(scope="module")
def walk_n() -> np.ndarray:
    """Forces under the left foot of the bundled walk, shape (rows, 16)."""
    return load_walk().left


def constant(force_n: float, seconds: float, rate_hz: float = 100) -> np.ndarray:
    return np.full((round(seconds * rate_hz), 16), force_n)


def readings(force_n: np.ndarray, seed: int = 3, **on: bool) -> np.ndarray:
    """Codes above the unloaded code, with only the named effects."""
    return FrontEnd(seed, effects=replace(QUIET, **on)).counts(force_n, 100) - FRONT.zero_count


def test_without_imperfections_the_codes_follow_the_ideal_curve():
    force_n = np.repeat(np.linspace(0, 250, 500)[:, None], 16, axis=1)
    codes = FrontEnd(1, effects=QUIET).counts(force_n, 100)
    assert np.abs(codes - FRONT.counts(force_n)).max() <= 0.5


def test_all_effects_off_and_back_gives_the_recorded_forces(walk_n: np.ndarray):
    codes = FrontEnd(1, effects=QUIET).counts(walk_n, 100)
    inside = codes < FRONT.usable_count
    assert np.abs(nominal().apply(codes) - walk_n)[inside].max() < 0.3


def test_tolerance_spreads_the_sensors_as_stated():
    gains = np.concatenate([FrontEnd(seed).conductance_us_per_n for seed in range(200)])
    assert np.std(np.log(gains)) == pytest.approx(np.log1p(FRONT.tolerance_pct / 100), rel=0.05)
    same = FrontEnd(1, effects=replace(Effects(), tolerance=False))
    assert (same.conductance_us_per_n == FRONT.conductance_us_per_n).all()


def test_unloading_reads_more_than_loading_by_the_hysteresis():
    ramp = np.concatenate([np.linspace(1, 150, 400), np.linspace(150, 1, 400)])
    force_n = np.repeat(ramp[:, None], 16, axis=1)
    ratios = []
    for seed in range(20):
        codes = readings(force_n, seed, hysteresis=True)
        up, down = codes[200], codes[599]
        ratios.append(down / up - 1)
    assert np.mean(ratios) == pytest.approx(FRONT.hysteresis_pct / 100, rel=0.25)


def test_creep_raises_a_constant_load_by_its_share_each_decade():
    grown = []
    for seed in range(20):
        codes = readings(constant(80, 1000), seed, creep=True)
        grown.append(codes[99999] / codes[1000] - 1)  # 10 s to 1000 s: two decades
    assert np.mean(grown) == pytest.approx(2 * FRONT.creep_pct_per_decade / 100, rel=0.3)


def test_creep_recovers_when_the_load_is_gone():
    force_n = np.concatenate([constant(80, 300), constant(0, 600), constant(80, 0.1)])
    codes = readings(force_n, 4, creep=True)
    assert (codes[-1] < codes[29999]).all()


def test_drift_changes_the_sensitivity_with_time():
    force_n = constant(80, 3600, 10)
    moved = []
    for seed in range(30):
        codes = FrontEnd(seed, effects=replace(QUIET, drift=True)).counts(force_n, 10) - FRONT.zero_count
        moved.append(codes[-1] / codes[0] - 1)
    assert np.std(moved) == pytest.approx(FRONT.drift_pct_per_hour / 100, rel=0.3)


def test_noise_is_that_of_the_averaged_conversions():
    codes = FrontEnd(5, effects=replace(QUIET, noise=True)).counts(constant(60, 200), 100)
    expected = np.hypot(FRONT.noise_lsb / np.sqrt(FRONT.oversample), np.sqrt(1 / 12))
    assert codes.std(axis=0).mean() == pytest.approx(expected, rel=0.05)


def test_too_much_force_ends_at_the_highest_code():
    codes = FrontEnd(1).counts(constant(5000, 1), 100)
    assert codes.max() <= FRONT.max_count
    assert (FrontEnd(1, effects=QUIET).counts(constant(5000, 1), 100) == FRONT.max_count).all()


@given(st.lists(st.integers(1, 400), min_size=1, max_size=5))
def test_pieces_of_a_day_give_the_same_codes_as_the_whole(walk_n: np.ndarray, cuts: list[int]):
    force_n = walk_n[:1500]
    complete = FrontEnd(7).counts(force_n, 100)
    front_end = FrontEnd(7)
    edges = [*np.minimum(np.cumsum([0, *cuts]), len(force_n)).tolist(), len(force_n)]
    pieces = [front_end.counts(force_n[a:b], 100) for a, b in pairwise(edges)]
    np.testing.assert_array_equal(np.concatenate(pieces), complete)


def test_a_seed_is_an_insole(walk_n: np.ndarray):
    force_n = walk_n[:500]
    first = FrontEnd(1).counts(force_n, 100)
    np.testing.assert_array_equal(first, FrontEnd(1).counts(force_n, 100))
    assert (first != FrontEnd(2).counts(force_n, 100)).any()


def test_reset_begins_again(walk_n: np.ndarray):
    force_n, front_end = walk_n[:500], FrontEnd(1)
    first = front_end.counts(force_n, 100)
    front_end.reset()
    np.testing.assert_array_equal(front_end.counts(force_n, 100), first)


@pytest.mark.parametrize("kind", list(FaultKind))
def test_a_fault_touches_its_sensor_from_its_time_on(walk_n: np.ndarray, kind: FaultKind):
    force_n = walk_n[:6000]
    sound = FrontEnd(1).counts(force_n, 100)
    broken = FrontEnd(1, faults={8: Fault(kind, 20.0)}).counts(force_n, 100)
    np.testing.assert_array_equal(np.delete(broken, 8, axis=1), np.delete(sound, 8, axis=1))
    np.testing.assert_array_equal(broken[:2000, 8], sound[:2000, 8])
    assert (broken[2000:, 8] != sound[2000:, 8]).any()


@pytest.mark.parametrize("shape", [(10, 15), (160,), (2, 5, 16)])
def test_another_shape_is_refused(shape: tuple[int, ...]):
    with pytest.raises(ValueError, match="shape"):
        FrontEnd(1).counts(np.zeros(shape), 100)


def test_a_night_off_the_foot_undoes_most_of_the_creep():
    effects = replace(Effects.none(), creep=True)
    front = FrontEnd(3, effects=effects)
    load = np.full((2000, 16), 60.0)
    fresh = front.counts(load[:20], 10)[-1].astype(float)
    front.counts(load, 10)
    tired = front.counts(load[:20], 10)[-1].astype(float)
    front.rest(16 * 3600)
    rested = front.counts(load[:20], 10)[-1].astype(float)
    assert np.all(tired > fresh)
    assert np.mean(rested - fresh) < 0.15 * np.mean(tired - fresh)
    with pytest.raises(ValueError, match="rest"):
        front.rest(-1)
