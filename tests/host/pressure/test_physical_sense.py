"""What must hold of the figures of any stance: mirroring, scaling, shifting and sharing."""

from collections.abc import Mapping

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from plantigrade.gait.pressure.masks import masks_of
from plantigrade.gait.pressure.own_insole import own_layout
from plantigrade.gait.pressure.regions import REGIONS
from plantigrade.gait.pressure.stance import NAMES, UNITS
from plantigrade.gait.signals import Forces, SensorLayout

from tests.host.pressure.insoles import figures

RATE = 100.0
INSOLE = own_layout(42.0)
WIDTH_MM = 0.36 * 280
SIDED = {"ml_index_heel", "ml_index_forefoot", "cpei_pct", "cop_mean_x_pct", "medial_arch_index"}
FORCES = {"kPa", "kPa s", "N s"}


def walked(seed: int, samples: int = 40) -> Forces:
    """A stance on our insole that rolls from the heel to the toes, each sensor with a weight of its own."""
    rng = np.random.default_rng(seed)
    at = np.linspace(0.05, 0.95, samples)[:, None] - INSOLE.y_mm / 280
    weight = rng.uniform(0.3, 1.0, 16) * 120
    return (weight * np.exp(-((at / 0.22) ** 2)) + rng.uniform(0, 2, (samples, 16))).astype(np.float32)


def time_of(force: Forces, start_s: float = 0.0) -> np.ndarray:
    return start_s + np.arange(len(force)) / RATE


def mirrored(insole: SensorLayout) -> SensorLayout:
    """The insole with its medial edge where the lateral one was."""
    return SensorLayout(
        "mirrored",
        WIDTH_MM - insole.x_mm,
        insole.y_mm,
        insole.area_cm2,
        insole.region,
        insole_length_mm=insole.insole_length_mm,
    )


def of(force: Forces, insole: SensorLayout = INSOLE) -> Mapping[str, float]:
    return figures(time_of(force), force, insole)


seeds = st.integers(0, 10_000)
few = settings(max_examples=25)


@few
@given(seeds)
def test_mirroring_an_insole_flips_medial_and_lateral_and_nothing_else(seed: int) -> None:
    force = walked(seed)
    plain, flipped = of(force), of(force, mirrored(INSOLE))
    for name in ("ml_index_heel", "ml_index_forefoot", "cpei_pct"):
        assert flipped[name] == pytest.approx(-plain[name], rel=1e-6, abs=1e-6)
    assert flipped["cop_mean_x_pct"] == pytest.approx(100 - plain["cop_mean_x_pct"], rel=1e-6)
    for name in set(NAMES) - SIDED:
        assert flipped[name] == pytest.approx(plain[name], rel=1e-6, abs=1e-6, nan_ok=True), name


@few
@given(seeds)
def test_medial_and_lateral_halves_make_the_arch_index_between_them(seed: int) -> None:
    """The force arch index is a mean of the medial one and the lateral one (the medial one of the mirrored
    insole)."""
    force = walked(seed)
    plain, flipped = of(force), of(force, mirrored(INSOLE))
    both = sorted((plain["medial_arch_index"], flipped["medial_arch_index"]))
    assert both[0] - 1e-9 <= plain["force_arch_index"] <= both[1] + 1e-9


def test_mirroring_swaps_the_shares_of_the_masks() -> None:
    assert masks_of(mirrored(INSOLE)).medial == pytest.approx(1 - masks_of(INSOLE).medial)


@few
@given(seeds, st.sampled_from([0.25, 0.5, 2.0, 8.0]))
def test_scaling_all_forces_scales_forces_and_leaves_shares_places_and_times(seed: int, gain: float) -> None:
    """Contact areas are left out: whether a sensor reaches 10 kPa does change."""
    force = walked(seed)
    plain, scaled = of(force), of(force * np.float32(gain))
    for name in NAMES:
        if name.startswith("contact_area"):
            assert (scaled[name] >= plain[name]) if gain > 1 else (scaled[name] <= plain[name])
            continue
        factor = gain if UNITS[name] in FORCES else 1.0
        assert scaled[name] == pytest.approx(factor * plain[name], rel=1e-6, abs=1e-9, nan_ok=True), name


@few
@given(seeds, st.floats(0.5, 2.0))
def test_a_larger_insole_has_longer_lines_lower_pressures_and_the_same_shares(
    seed: int, growth: float
) -> None:
    force = walked(seed)
    larger = SensorLayout(
        "larger",
        INSOLE.x_mm * growth,
        INSOLE.y_mm * growth,
        INSOLE.area_cm2 * growth**2,
        INSOLE.region,
        insole_length_mm=280 * growth,
    )
    plain, grown = of(force), of(force, larger)
    power = {"kPa": -2, "kPa s": -2, "mm": 1, "mm/s": 1}
    for name in NAMES:
        if name.startswith("contact_area"):
            continue
        factor = growth ** power.get(UNITS[name], 0)
        assert grown[name] == pytest.approx(factor * plain[name], rel=1e-6, abs=1e-9, nan_ok=True), name


@few
@given(seeds, st.floats(-1e4, 1e5))
def test_shifting_time_changes_nothing(seed: int, shift_s: float) -> None:
    force = walked(seed)
    moved = figures(time_of(force, shift_s), force, INSOLE)
    for name, value in of(force).items():
        assert moved[name] == pytest.approx(value, rel=1e-6, abs=1e-6, nan_ok=True), name


@few
@given(seeds)
def test_walking_at_half_the_speed_doubles_times_and_integrals_and_halves_velocities(seed: int) -> None:
    force = walked(seed)
    plain, slow = of(force), figures(2 * time_of(force), force, INSOLE)
    factors = {"s": 2.0, "kPa s": 2.0, "N s": 2.0, "mm/s": 0.5}
    for name, value in plain.items():
        factor = factors.get(UNITS[name], 1.0)
        assert slow[name] == pytest.approx(factor * value, rel=1e-6, abs=1e-9, nan_ok=True), name


@few
@given(seeds)
def test_shares_sum_to_a_whole_and_the_foot_is_its_greatest_region(seed: int) -> None:
    got = of(walked(seed))
    assert sum(got[f"load_share_{r}_pct"] for r in REGIONS) == pytest.approx(100)
    assert got["contact_area_cm2"] == pytest.approx(sum(got[f"contact_area_{r}_cm2"] for r in REGIONS))
    assert got["peak_pressure_kpa"] == max(got[f"peak_pressure_{r}_kpa"] for r in REGIONS)
    highest = max(got[f"pti_{r}_kpa_s"] for r in REGIONS)
    assert highest - 1e-9 <= got["pti_kpa_s"] <= sum(got[f"pti_{r}_kpa_s"] for r in REGIONS) + 1e-9
    assert got["gait_line_length_mm"] >= got["gait_line_range_mm"] >= 0
    assert got["cop_peak_velocity_mm_per_s"] >= got["cop_mean_velocity_mm_per_s"]


@few
@given(seeds, st.permutations(range(16)))
def test_the_order_of_the_sensors_does_not_matter(seed: int, order: list[int]) -> None:
    force = walked(seed)
    region = tuple(INSOLE.region[i] for i in order)
    shuffled = SensorLayout(
        "shuffled",
        INSOLE.x_mm[order],
        INSOLE.y_mm[order],
        INSOLE.area_cm2[order],
        region,
        insole_length_mm=280.0,
    )
    plain, other = of(force), of(np.ascontiguousarray(force[:, order]), shuffled)
    for name in NAMES:
        assert other[name] == pytest.approx(plain[name], rel=1e-6, abs=1e-9, nan_ok=True), name


@few
@given(seeds, st.floats(1.0, 20.0))
def test_a_constant_pressure_of_the_shoe_moves_pressures_and_nothing_else(seed: int, shoe_n: float) -> None:
    """The shoe presses each sensor alike in swing and in stance: loads, shares and the gait line stay; what
    is as measured grows by the shoe's share."""
    force = walked(seed)
    before = np.zeros((20, 16), np.float32)
    samples = np.concatenate([before, force])
    time = time_of(samples)
    plain = figures(time, samples, INSOLE, first=20)
    shod = figures(time, samples + np.float32(shoe_n), INSOLE, first=20)
    for name in NAMES:
        if name.startswith(("peak_pressure", "pti")):
            assert shod[name] > plain[name]
        elif not name.startswith("contact_area"):
            assert shod[name] == pytest.approx(plain[name], rel=1e-3, abs=1e-3, nan_ok=True), name
