"""Path, velocity, range and RMS of paths drawn on paper; the ratio of closed to open eyes."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from plantigrade.gait import balance
from plantigrade.gait.signals import Floats

RECTANGLE = np.array([[0.0, 0.0], [30.0, 0.0], [30.0, 40.0], [0.0, 40.0], [0.0, 0.0]])


@pytest.mark.worked_example("path_mm", "mean_velocity_mm_per_s", "duration_s")
def test_once_round_a_rectangle() -> None:
    """30 + 40 + 30 + 40 mm in four steps of half a second."""
    got = balance.sway(RECTANGLE, 2.0)
    assert got.path_mm == pytest.approx(140)
    assert got.duration_s == pytest.approx(2)
    assert got.mean_velocity_mm_per_s == pytest.approx(70)


@pytest.mark.worked_example("range_x_mm", "range_y_mm", "rms_x_mm", "rms_y_mm")
def test_range_and_rms_of_a_rectangle() -> None:
    """x 0, 30, 30, 0, 0 about 12: squares 144, 324, 324, 144, 144, mean 216; y 0, 0, 40, 40, 0 about 16: mean
    384."""
    got = balance.sway(RECTANGLE, 2.0)
    assert (got.range_x_mm, got.range_y_mm) == (30, 40)
    assert got.rms_x_mm == pytest.approx(14.6969385)
    assert got.rms_y_mm == pytest.approx(19.5959179)


@pytest.mark.worked_example("path_mm", "mean_velocity_mm_per_s", "range_x_mm", "rms_y_mm", "ellipse_area_mm2")
def test_a_line_walked_forth_and_back() -> None:
    """(0, 0), (3, 4), (6, 8), (3, 4), (0, 0): 20 mm in 4 s; x 0, 3, 6, 3, 0 about 2.4: squares sum to
    25.2."""
    got = balance.sway(np.array([[0.0, 0.0], [3.0, 4.0], [6.0, 8.0], [3.0, 4.0], [0.0, 0.0]]), 1.0)
    assert got.path_mm == pytest.approx(20)
    assert got.mean_velocity_mm_per_s == pytest.approx(5)
    assert (got.range_x_mm, got.range_y_mm) == (6, 8)
    assert got.rms_x_mm == pytest.approx(np.sqrt(5.04))
    assert got.rms_y_mm == pytest.approx(np.sqrt(8.96))
    assert got.ellipse_area_mm2 == pytest.approx(0, abs=1e-4)
    assert got.ellipse_angle_deg == pytest.approx(53.1301024)


@pytest.mark.worked_example("ellipse_area_mm2", "ellipse_angle_deg", "x_mean_hz", "y_mean_hz")
def test_an_ellipse_walked_at_half_a_hertz() -> None:
    """Half axes 12 along a line of 30 degrees and 5 mm across, 15 times in 30 s. The variance along an axis a
    is a^2 / 2; c is 6.0 at 3000 observations (5.9915 plus a little), so the area is 3.0 times that of the
    ellipse: 565."""
    phase = 2 * np.pi * 0.5 * np.arange(3000) / 100
    a, b = 12 * np.cos(phase), 5 * np.sin(phase)
    path = np.column_stack([a * np.cos(np.pi / 6) - b * 0.5, a * 0.5 + b * np.cos(np.pi / 6)])
    got = balance.sway(path, 100.0)
    assert got.ellipse_angle_deg == pytest.approx(30, abs=1e-3)
    assert got.ellipse_area_mm2 == pytest.approx(565.5, rel=0.002)
    assert got.ellipse_major_mm / got.ellipse_minor_mm == pytest.approx(2.4, rel=1e-3)
    assert got.spectrum_x is not None
    assert got.spectrum_y is not None
    assert got.spectrum_x.mean_hz == pytest.approx(0.5, abs=1e-5)
    assert got.spectrum_y.mean_hz == pytest.approx(0.5, abs=1e-5)


def test_each_direction_has_its_own_spectrum() -> None:
    """0.4 Hz to the sides, 1.5 Hz forth and back."""
    t = np.arange(6000) / 100
    got = balance.sway(np.column_stack([np.sin(2 * np.pi * 0.4 * t), np.sin(2 * np.pi * 1.5 * t)]), 100.0)
    assert got.spectrum_x is not None
    assert got.spectrum_y is not None
    assert (got.spectrum_x.mean_hz, got.spectrum_y.mean_hz) == pytest.approx((0.4, 1.5), abs=1e-4)


def test_a_short_path_has_no_spectrum() -> None:
    got = balance.sway(RECTANGLE, 2.0)
    assert got.spectrum_x is None
    assert got.spectrum_y is None


def test_a_path_needs_three_samples() -> None:
    with pytest.raises(ValueError, match="at least three"):
        balance.sway(RECTANGLE[:2], 2.0)


@pytest.mark.worked_example(
    "eyes_closed_over_open.velocity",
    "eyes_closed_over_open.area",
    "eyes_closed_over_open.range_x",
    "eyes_closed_over_open.range_y",
)
def test_eyes_closed_over_open() -> None:
    """Velocity 15 over 10, area 120 over 300, range 8 over 4 to the sides and 9 over 12 forth and back."""
    base = balance.sway(RECTANGLE, 2.0)
    seeing = replace(
        base,
        path_mm=600.0,
        mean_velocity_mm_per_s=10.0,
        ellipse_area_mm2=300.0,
        range_x_mm=4.0,
        range_y_mm=12.0,
    )
    blind = replace(
        base,
        path_mm=90.0,
        mean_velocity_mm_per_s=15.0,
        ellipse_area_mm2=120.0,
        range_x_mm=8.0,
        range_y_mm=9.0,
    )
    got = balance.romberg(eyes_open=seeing, eyes_closed=blind)
    assert (got.velocity, got.area, got.range_x, got.range_y) == pytest.approx((1.5, 0.4, 2.0, 0.75))


def wandering(seed: int) -> Floats:
    return np.random.default_rng(seed).normal(size=(2400, 2)).cumsum(axis=0)


seeds, few = st.integers(0, 1000), settings(max_examples=10)


@few
@given(seeds, st.floats(0.1, 10.0))
def test_scaling_a_path_scales_lengths_and_leaves_frequencies(seed: int, gain: float) -> None:
    plain, scaled = balance.sway(wandering(seed), 100.0), balance.sway(gain * wandering(seed), 100.0)
    for name in ("path_mm", "mean_velocity_mm_per_s", "range_x_mm", "rms_y_mm", "ellipse_major_mm"):
        assert getattr(scaled, name) == pytest.approx(gain * getattr(plain, name), rel=1e-9)
    assert scaled.ellipse_area_mm2 == pytest.approx(gain**2 * plain.ellipse_area_mm2, rel=1e-9)
    assert plain.spectrum_x is not None
    assert scaled.spectrum_x is not None
    for name in ("mean_hz", "median_hz", "f95_hz", "low_pct", "medium_pct", "high_pct"):
        assert getattr(scaled.spectrum_x, name) == pytest.approx(getattr(plain.spectrum_x, name), rel=1e-6)


@few
@given(seeds, st.floats(-500, 500), st.floats(-500, 500))
def test_where_a_path_lies_does_not_matter(seed: int, x: float, y: float) -> None:
    plain, moved = (
        balance.sway(wandering(seed), 100.0),
        balance.sway(wandering(seed) + np.array([x, y]), 100.0),
    )
    for name in ("path_mm", "range_x_mm", "rms_y_mm", "ellipse_area_mm2", "ellipse_angle_deg"):
        assert getattr(moved, name) == pytest.approx(getattr(plain, name), rel=1e-6)
    assert plain.spectrum_y is not None
    assert moved.spectrum_y is not None
    assert moved.spectrum_y.median_hz == pytest.approx(plain.spectrum_y.median_hz, rel=1e-6)


@few
@given(seeds)
def test_mirroring_a_path_turns_its_angle_and_nothing_else(seed: int) -> None:
    plain, mirrored = (
        balance.sway(wandering(seed), 100.0),
        balance.sway(wandering(seed) * np.array([-1.0, 1.0]), 100.0),
    )
    assert mirrored.ellipse_angle_deg == pytest.approx(-plain.ellipse_angle_deg, abs=1e-6)
    for name in ("path_mm", "range_x_mm", "rms_x_mm", "ellipse_area_mm2"):
        assert getattr(mirrored, name) == pytest.approx(getattr(plain, name), rel=1e-9)


@few
@given(seeds)
def test_walking_a_path_at_half_the_speed_halves_velocity_and_frequencies(seed: int) -> None:
    """In 24 s the spectrum's band of 0.15 to 5 Hz stays, so only tones that stay inside it may be
    compared."""
    t = np.arange(6000) / 100
    tone = np.column_stack([np.sin(2 * np.pi * 0.8 * t + seed), np.cos(2 * np.pi * 0.6 * t)])
    plain, slow = balance.sway(tone, 100.0), balance.sway(tone, 50.0)
    assert slow.mean_velocity_mm_per_s == pytest.approx(plain.mean_velocity_mm_per_s / 2)
    assert (slow.path_mm, slow.ellipse_area_mm2) == (plain.path_mm, plain.ellipse_area_mm2)
    assert plain.spectrum_x is not None
    assert slow.spectrum_x is not None
    assert slow.spectrum_x.mean_hz == pytest.approx(plain.spectrum_x.mean_hz / 2, rel=1e-3)


@pytest.mark.worked_example("unfiltered_velocity_mm_per_s")
def test_noise_is_in_the_unfiltered_velocity_alone() -> None:
    """A pressure centre that jumps by 1 mm with each of 100 samples a second and goes nowhere: 100 mm/s as it
    was measured, next to nothing below 10 Hz."""
    jumping = np.column_stack([np.zeros(401), 0.5 * (-1.0) ** np.arange(401)])
    got = balance.filtered_sway(jumping, 100.0)
    assert got.unfiltered_velocity_mm_per_s == pytest.approx(100.0)
    assert got.low_pass_hz == 10.0
    assert got.mean_velocity_mm_per_s < 1.0
