"""Pressure values of stances whose answers are known by hand."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from plantigrade.gait.pressure import regions, stance
from plantigrade.gait.pressure.masks import masks_of
from plantigrade.gait.pressure.own_insole import own_layout
from plantigrade.gait.signals import Floats, Forces, SensorLayout

RATE = 100.0
LENGTH = 250.0


def square_layout(**changes: object) -> SensorLayout:
    """Eight sensors of 2 cm2 in pairs at 10, 45, 70 and 90 % of 250 mm; medial at x = 20, lateral at 70."""
    y = np.repeat([0.10, 0.45, 0.70, 0.90], 2)
    layout = SensorLayout(
        name="pairs",
        x_mm=np.tile([20.0, 70.0], 4),
        y_mm=y * LENGTH,
        area_cm2=np.full(8, 2.0),
        region=regions.of_length(y),
        insole_length_mm=LENGTH,
    )
    return replace(layout, **changes)  # type: ignore[arg-type]


def values_of(force: Forces, layout: SensorLayout | None = None, **kwargs: object) -> dict[str, float]:
    """All values of one stance that fills the samples."""
    features = stance.StanceFeatures(layout or square_layout(), **kwargs)  # type: ignore[arg-type]
    time = np.arange(len(force)) / RATE
    found = features.rows(time, force, np.array([0]), np.array([len(force)]))
    return dict(zip(stance.NAMES, found.values[0].tolist(), strict=True))


def still(newtons: list[float], samples: int = 61) -> Forces:
    return np.tile(np.array(newtons, dtype=np.float32), (samples, 1))


def test_constant_load_of_every_sensor() -> None:
    got = values_of(still([100, 50, 20, 30, 80, 40, 60, 20]))
    seconds = 0.61
    assert got["peak_pressure_kpa"] == pytest.approx(500)
    assert got["peak_pressure_heel_kpa"] == pytest.approx(500)
    assert got["peak_pressure_midfoot_kpa"] == pytest.approx(150)
    assert got["pti_forefoot_kpa_s"] == pytest.approx(400 * seconds)
    assert got["pti_kpa_s"] == pytest.approx(500 * seconds)
    assert got["fti_heel_n_s"] == pytest.approx(150 * seconds)
    assert got["load_share_heel_pct"] == pytest.approx(100 * 150 / 400)
    assert got["load_share_toes_pct"] == pytest.approx(100 * 80 / 400)
    assert got["contact_area_cm2"] == pytest.approx(16)
    assert got["contact_area_toes_cm2"] == pytest.approx(4)
    assert got["ml_index_heel"] == pytest.approx((100 - 50) / 150)
    assert got["ml_index_forefoot"] == pytest.approx((80 - 40) / 120)
    assert got["force_arch_index"] == pytest.approx(50 / (150 + 50 + 120))
    assert got["medial_arch_index"] == pytest.approx(20 / (100 + 20 + 80))
    assert got["rear_load_pct"] == pytest.approx(100 * 200 / 400)
    assert got["gait_line_length_mm"] == pytest.approx(0, abs=1e-9)


def test_contact_area_leaves_out_what_presses_less_than_10_kpa() -> None:
    got = values_of(still([100, 1.9, 2.1, 0, 0, 0, 0, 0]))
    assert got["contact_area_cm2"] == pytest.approx(4)
    assert got["contact_area_heel_cm2"] == pytest.approx(2)


def line(
    points: list[tuple[float, float]], samples: int = 201, newtons: float = 500.0
) -> tuple[Forces, Floats]:
    """Four corner sensors loaded so that the centre of pressure runs evenly along the given points."""
    corners = SensorLayout(
        name="corners",
        x_mm=np.array([0.0, 90.0, 0.0, 90.0]),
        y_mm=np.array([0.0, 0.0, LENGTH, LENGTH]),
        area_cm2=np.full(4, 2.0),
        region=("heel", "heel", "forefoot", "forefoot"),
        insole_length_mm=LENGTH,
    )
    path = np.array(points)
    along = np.linspace(0, 1, len(path))
    at = np.linspace(0, 1, samples)
    x, y = np.interp(at, along, path[:, 0]), np.interp(at, along, path[:, 1])
    u, v = x / 90.0, y / LENGTH
    force = newtons * np.column_stack([(1 - u) * (1 - v), u * (1 - v), (1 - u) * v, u * v])
    return force.astype(np.float32), corners  # type: ignore[return-value]


def test_a_straight_gait_line() -> None:
    force, corners = line([(40, 20), (40, 220)])
    got = values_of(force, corners)  # type: ignore[arg-type]
    assert got["gait_line_length_mm"] == pytest.approx(200, rel=1e-4)
    assert got["gait_line_range_pct"] == pytest.approx(80, rel=1e-4)
    assert got["gait_line_width_mm"] == pytest.approx(0, abs=1e-3)
    assert got["cop_mean_velocity_mm_per_s"] == pytest.approx(100, rel=1e-4)
    assert got["cop_peak_velocity_mm_per_s"] == pytest.approx(100, rel=1e-3)
    assert got["cop_start_y_pct"] == pytest.approx(8, rel=1e-4)
    assert got["cop_end_y_pct"] == pytest.approx(88, rel=1e-4)
    assert got["cop_mean_x_pct"] == pytest.approx(100 * 40 / (0.36 * LENGTH), rel=1e-4)
    assert got["cpei_pct"] == pytest.approx(0, abs=1e-3)


def test_cpei_of_a_bent_line_is_its_distance_from_the_chord() -> None:
    """The line bulges laterally to x = 60 at the distal third; the chord runs along x = 40."""
    third = 2 / 3 * LENGTH
    force, corners = line([(40, third - 140), (60, third), (40, third + 140)][:3], samples=401)
    force = force[:401]
    got = values_of(force, corners)  # type: ignore[arg-type]
    width = masks_of(corners).distal_width_mm  # type: ignore[arg-type]
    assert got["cpei_pct"] == pytest.approx(100 * 20 / width, rel=1e-3)


def test_cpei_is_negative_for_a_line_medial_of_its_chord() -> None:
    force, corners = line([(40, 30), (25, 2 / 3 * LENGTH), (40, 240)])
    assert values_of(force, corners)["cpei_pct"] < 0  # type: ignore[arg-type]


def test_cpei_needs_a_line_that_passes_the_distal_third() -> None:
    force, corners = line([(40, 20), (40, 120)])
    assert np.isnan(values_of(force, corners)["cpei_pct"])  # type: ignore[arg-type]


def test_foot_flat_and_heel_off() -> None:
    """Heel loaded from 0 to 0.40 s, forefoot from 0.15 s on."""
    force = np.zeros((61, 8), dtype=np.float32)
    force[:41, 0] = 300
    force[15:, 4] = 300
    got = values_of(force)
    assert got["foot_flat_s"] == pytest.approx(0.15)
    assert got["heel_off_s"] == pytest.approx(0.40, abs=0.01)


def test_the_cop_curve_spans_the_stance() -> None:
    force, corners = line([(30, 20), (50, 220)])
    features = stance.StanceFeatures(corners)  # type: ignore[arg-type]
    time = np.arange(len(force)) / RATE
    curve = features.rows(time, force, np.array([0]), np.array([len(force)])).cop_curves[0]
    assert curve[0] == pytest.approx(np.linspace(30, 50, 101), abs=1e-3)
    assert curve[1] == pytest.approx(np.linspace(20, 220, 101), abs=1e-3)


def test_the_level_of_swing_is_taken_off_loads_but_not_off_pressures() -> None:
    """The shoe presses 12 N on the heel and 5 N on the midfoot before and during the stance."""
    shoe = np.array([12.0, 0, 0, 5, 0, 0, 0, 0], dtype=np.float32)
    swing = np.tile(shoe, (40, 1))
    force = np.concatenate([swing, still([112, 50, 20, 35, 80, 40, 60, 20])])
    features = stance.StanceFeatures(square_layout())
    rows = features.rows(np.arange(101) / RATE, force, np.array([40]), np.array([101]))
    got = dict(zip(stance.NAMES, rows.values[0].tolist(), strict=True))
    assert rows.impulse_n_s[0] == pytest.approx(0.61 * np.array([100, 50, 20, 30, 80, 40, 60, 20]), rel=1e-6)
    assert got["load_share_heel_pct"] == pytest.approx(100 * 150 / 400)
    assert rows.peak_force_n[0, 0] == pytest.approx(112)
    assert got["peak_pressure_heel_kpa"] == pytest.approx(560)


def test_no_level_is_taken_across_a_gap() -> None:
    force = np.concatenate([still([50] * 8, 40), still([100] * 8)])
    time = np.arange(101) / RATE
    time[40:] += 3.0
    rows = stance.StanceFeatures(square_layout()).rows(time, force, np.array([40]), np.array([101]))
    assert rows.impulse_n_s[0] == pytest.approx([61.0] * 8)


UNAVAILABLE = [
    (None, "force", set(stance.NAMES)),
    (
        square_layout(area_cm2=np.full(8, np.nan)),
        "force",
        {"peak_pressure_kpa", "pti_kpa_s", "contact_area_cm2"},
    ),
    (square_layout(relative=True), "force", {"gait_line_length_mm", "cop_mean_velocity_mm_per_s"}),
    (square_layout(), "footswitch", {"peak_pressure_kpa", "fti_heel_n_s", "contact_area_cm2"}),
    (
        square_layout(region=("heel",) * 2 + ("forefoot",) * 6),
        "force",
        {"load_share_midfoot_pct", "fti_toes_n_s", "force_arch_index"},
    ),
    (
        square_layout(x_mm=np.full(8, 40.0)),
        "force",
        {"ml_index_heel", "ml_index_forefoot", "medial_arch_index"},
    ),
]


@pytest.mark.parametrize(("layout", "quantity", "names"), UNAVAILABLE)
def test_what_cannot_be_known_is_nan_with_a_reason(
    layout: SensorLayout | None, quantity: str, names: set[str]
) -> None:
    features = stance.StanceFeatures(layout, quantity)  # type: ignore[arg-type]
    assert names <= set(features.unavailable)
    force = still([100, 50, 20, 30, 80, 40, 60, 20])
    time = np.arange(len(force)) / RATE
    found = features.rows(time, force, np.array([0]), np.array([61])).values[0]
    for name, value in zip(stance.NAMES, found.tolist(), strict=True):
        if name in features.unavailable:
            assert np.isnan(value), name
            assert features.unavailable[name]


def test_an_empty_or_tiny_stance_gives_nothing() -> None:
    features = stance.StanceFeatures(square_layout())
    force = np.zeros((50, 8), dtype=np.float32)
    time = np.arange(50) / RATE
    found = features.rows(time, force, np.array([0, 10]), np.array([2, 40]))
    assert np.isnan(found.values).all()
    assert features.rows(
        time, force, np.array([], dtype=np.int64), np.array([], dtype=np.int64)
    ).values.shape == (
        0,
        len(stance.NAMES),
    )


@given(scale=st.floats(0.2, 5), shift=st.integers(0, 40))
def test_shares_do_not_depend_on_weight_nor_values_on_where_the_stance_lies(scale: float, shift: int) -> None:
    rng = np.random.default_rng(7)
    force = rng.uniform(5, 100, (60, 8)).astype(np.float32)
    alone = values_of(force)
    features = stance.StanceFeatures(square_layout())
    padded = np.concatenate(
        [np.zeros((shift, 8), np.float32), force * np.float32(scale), np.zeros((5, 8), np.float32)]
    )
    time = np.arange(len(padded)) / RATE
    rows = features.rows(time, padded, np.array([shift]), np.array([shift + 60])).values[0]
    moved = dict(zip(stance.NAMES, rows.tolist(), strict=True))
    for name in (
        "load_share_heel_pct",
        "ml_index_heel",
        "force_arch_index",
        "gait_line_length_mm",
        "cpei_pct",
    ):
        assert moved[name] == pytest.approx(alone[name], rel=1e-4, nan_ok=True)
    assert moved["peak_pressure_kpa"] == pytest.approx(scale * alone["peak_pressure_kpa"], rel=1e-5)
    assert sum(moved[f"load_share_{r}_pct"] for r in regions.REGIONS) == pytest.approx(100)


@given(st.lists(st.integers(3, 57), min_size=1, max_size=4, unique=True))
def test_stances_one_by_one_or_together_are_the_same_bits(cuts: list[int]) -> None:
    rng = np.random.default_rng(11)
    force = rng.uniform(0, 100, (300, 8)).astype(np.float32)
    time = np.arange(300) / RATE
    starts = np.array(sorted(cuts)) * 4
    stops = starts + 50
    features = stance.StanceFeatures(square_layout())
    together = features.rows(time, force, starts, stops).values
    for i, (a, b) in enumerate(zip(starts.tolist(), stops.tolist(), strict=True)):
        # A piece of a stream begins at least 0.16 s before the stance, or where the stream begins.
        c = max(0, a - 20)
        cut = features.rows(time[c:b].copy(), force[c:b].copy(), np.array([a - c]), np.array([b - c]))
        alone = cut.values[0]
        assert np.array_equal(alone, together[i], equal_nan=True)


def test_our_insole_is_divided_among_its_sensors() -> None:
    layout = own_layout(42.0)
    masks = masks_of(layout)
    assert layout.insole_length_mm == pytest.approx(280)
    assert layout.area_cm2.sum() == pytest.approx(210, rel=0.1)
    assert layout.area_cm2.min() > 4
    assert masks.has_sides == (True, True, True, True)
    assert regions.of_length(layout.y_mm / 280) == layout.region
