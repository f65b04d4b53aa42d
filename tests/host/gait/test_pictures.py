"""Averages over cycles are those of all points at once, to the bit."""

import numpy as np
import pytest
from plantigrade.gait.cycle_store import CycleStore
from plantigrade.gait.pictures import force_cycle, picture


def store(cycles: int, seed: int) -> CycleStore:
    """Cycles in blocks of seven, a tenth of their places unknown and one point always."""
    draw = np.random.default_rng(seed)
    sizes = [min(7, cycles - first) for first in range(0, cycles, 7)]
    cop = [draw.normal(30.0, 9.0, (size, 2, 101)).astype(np.float32) for size in sizes]
    for block in cop:
        block[draw.random(block.shape) < 0.1] = np.nan
        block[:, 0, 5] = np.nan
    return CycleStore(
        curves=[draw.normal(300.0, 90.0, (size, 101)).astype(np.float32) for size in sizes],
        cop=cop,
        sensor_peak=[np.full((size, 16), 2.0, np.float32) for size in sizes],
        sensor_impulse=[np.full((size, 16), 3.0, np.float32) for size in sizes],
    )


@pytest.mark.parametrize("cycles", [1, 2, 17, 300, 2000])
def test_a_force_cycle(cycles: int) -> None:
    made = store(cycles, cycles)
    valid = np.arange(cycles) % 5 != 3
    found = force_cycle(made, valid, "N")
    curves = np.concatenate(made.curves)[valid].astype(np.float64)
    assert found is not None
    assert found.n == len(curves)
    assert np.array_equal(found.mean, curves.mean(axis=0))
    sd = curves.std(axis=0, ddof=1) if cycles > 1 else np.full(101, np.nan)
    assert np.array_equal(found.sd, sd, equal_nan=True)


@pytest.mark.parametrize("cycles", [1, 2, 17, 300, 2000])
def test_a_gait_line(cycles: int) -> None:
    made = store(cycles, cycles)
    valid = np.arange(cycles) % 5 != 3
    found = picture(made, valid)
    cop = np.concatenate(made.cop)[valid].astype(np.float64)
    known = np.isfinite(cop)
    mean = np.where(known, cop, 0.0).sum(axis=0) / np.maximum(known.sum(axis=0), 1)
    mean[~known.any(axis=0)] = np.nan
    assert found is not None
    assert np.array_equal(found.cop_mean_mm, mean, equal_nan=True)
    assert np.isnan(found.cop_sd_mm[0, 5])
    if cycles > 17:
        expected = np.sqrt(np.nansum((cop - mean) ** 2, axis=0) / np.maximum(known.sum(axis=0) - 1, 1))
        expected[~known.any(axis=0)] = np.nan
        assert found.cop_sd_mm == pytest.approx(expected, nan_ok=True, rel=1e-12)
    assert found.sensor_peak_n.tolist() == [2.0] * 16
    assert found.sensor_impulse_n_s.tolist() == [3.0] * 16


def test_without_valid_cycles() -> None:
    assert force_cycle(store(3, 0), np.zeros(3, bool), "N") is None
    assert picture(store(3, 0), np.zeros(3, bool)) is None
    assert force_cycle(CycleStore(), np.zeros(0, bool), "N") is None
