"""Balance formulas beside closed forms."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from plantigrade.gait import balance
from plantigrade.gait.pressure.own_insole import own_layout
from plantigrade.gait.signals import Foot, FootSignal
from scipy import stats

RATE = 100.0


@pytest.mark.parametrize("count", [3, 4, 10, 100, 6000])
def test_prediction_scale_is_the_textbook_formula(count: int) -> None:
    quantile = stats.f.ppf(0.95, 2, count - 2)
    expected = 2 * (count - 1) * (count + 1) / (count * (count - 2)) * quantile
    assert balance.prediction_scale(count) == pytest.approx(expected, rel=1e-9)


def test_prediction_scale_tends_to_chi_square() -> None:
    assert balance.prediction_scale(10**7) == pytest.approx(stats.chi2.ppf(0.95, 2), rel=1e-5)


@pytest.mark.parametrize(("sx", "sy", "angle"), [(4.0, 1.0, 0.0), (4.0, 1.0, 30.0), (3.0, 2.0, -60.0)])
def test_ellipse_of_a_known_gaussian(sx: float, sy: float, angle: float) -> None:
    points = np.random.default_rng(3).normal(size=(200_000, 2)) * [sx, sy]
    a = np.radians(angle)
    turned = points @ np.array([[np.cos(a), np.sin(a)], [-np.sin(a), np.cos(a)]]) + [120.0, 80.0]
    area, major, minor, found = balance.ellipse(turned)
    k = stats.chi2.ppf(0.95, 2)
    assert area == pytest.approx(np.pi * k * sx * sy, rel=0.01)
    assert (major, minor) == pytest.approx((np.sqrt(k) * sx, np.sqrt(k) * sy), rel=0.01)
    assert found == pytest.approx(angle, abs=0.5)


def test_ellipse_holds_the_promised_share_of_further_observations() -> None:
    rng = np.random.default_rng(5)
    hits = 0
    for _ in range(2000):
        seen, further = rng.normal(size=(12, 2)), rng.normal(size=2)
        deviation = further - seen.mean(axis=0)
        distance = deviation @ np.linalg.solve(np.cov(seen.T), deviation)
        hits += distance <= balance.prediction_scale(12)
    assert hits / 2000 == pytest.approx(0.95, abs=0.015)


@given(radius=st.floats(1, 50), turns=st.integers(4, 30))
def test_path_of_a_known_circle(radius: float, turns: int) -> None:
    n = 6001
    phase = np.linspace(0, 2 * np.pi * turns, n)
    found = balance.sway(radius * np.column_stack([np.cos(phase), np.sin(phase)]), RATE)
    assert found.path_mm == pytest.approx(2 * np.pi * radius * turns, rel=1e-3)
    assert found.mean_velocity_mm_per_s == pytest.approx(2 * np.pi * radius * turns / 60.0, rel=1e-3)
    assert (found.range_x_mm, found.range_y_mm) == pytest.approx((2 * radius, 2 * radius), rel=1e-3)
    assert found.rms_x_mm == pytest.approx(radius / np.sqrt(2), rel=1e-3)
    # Both directions turn at one frequency.
    assert found.spectrum_x is not None
    assert found.spectrum_y is not None
    if 0.3 < turns / 60 < 4.8:
        assert found.spectrum_x.mean_hz == pytest.approx(turns / 60, abs=0.02)
        assert found.spectrum_y.median_hz == pytest.approx(turns / 60, abs=0.02)


def test_bands_share_the_power_of_three_tones() -> None:
    t = np.arange(6000) / RATE
    tones = np.sqrt(5) * np.sin(2 * np.pi * 0.3 * t) + np.sqrt(3) * np.sin(2 * np.pi * t)
    tones += np.sqrt(2) * np.sin(2 * np.pi * 3 * t)
    found = balance.spectrum(tones, RATE)
    assert found is not None
    assert (found.low_pct, found.medium_pct, found.high_pct) == pytest.approx((50, 30, 20), abs=0.5)
    assert found.mean_hz == pytest.approx(0.5 * 0.3 + 0.3 * 1 + 0.2 * 3, abs=0.02)


@pytest.mark.parametrize(("tone_hz", "gain"), [(0.5, 1.0), (10.0, 0.5), (30.0, 1 / 82)])
def test_low_pass_has_the_gain_of_butterworth_squared(tone_hz: float, gain: float) -> None:
    t = np.arange(3000) / RATE
    out = balance.low_pass(np.sin(2 * np.pi * tone_hz * t), RATE)[500:-500]
    assert np.sqrt(2) * out.std() == pytest.approx(gain, rel=0.02, abs=0.002)


def test_low_pass_keeps_a_slope_and_its_ends() -> None:
    ramp = np.linspace(-3, 11, 500)
    assert balance.low_pass(ramp, RATE) == pytest.approx(ramp, abs=1e-6)


def test_eyes_closed_over_open() -> None:
    phase = np.linspace(0, 40 * np.pi, 6001)
    circle = np.column_stack([np.cos(phase), np.sin(phase)])
    found = balance.romberg(balance.sway(2 * circle, RATE), balance.sway(3 * circle, RATE))
    assert (found.velocity, found.area) == pytest.approx((1.5, 2.25))


def _foot(foot: Foot, newtons: float, rear_share: float, seconds: float = 30.0) -> FootSignal:
    """A foot that stands still: a share of its load on one heel sensor, the rest on mth3."""
    n = round(seconds * RATE)
    force = np.zeros((n, 16), dtype=np.float32)
    force[:, 0] = newtons * rear_share
    force[:, 10] = newtons * (1 - rear_share)
    return FootSignal(foot, np.arange(n) / RATE, force, own_layout(42.0))


def test_load_shares_of_a_known_stand() -> None:
    found = balance.standing(_foot(Foot.LEFT, 450, 0.6), _foot(Foot.RIGHT, 300, 0.5), RATE, 0, 30)
    assert found.left_load_pct == pytest.approx(60)
    assert (found.left_rear_pct, found.right_rear_pct) == pytest.approx((60, 50))
    assert found.rear_load_pct == pytest.approx(100 * (270 + 150) / 750)
    assert found.load_shift_sd_pct == pytest.approx(0, abs=1e-6)
    assert found.both is None
    assert any("--feet-apart-mm" in note for note in found.notes)


def test_body_sway_follows_the_load_from_foot_to_foot() -> None:
    left, right = _foot(Foot.LEFT, 1, 0.5, 60.0), _foot(Foot.RIGHT, 1, 0.5, 60.0)
    swing = 0.1 * np.sin(2 * np.pi * 0.4 * left.time_s)[:, None]
    left.force_n[:] *= 375 * (1 + swing)
    right.force_n[:] *= 375 * (1 - swing)
    found = balance.standing(left, right, RATE, 0, 60, feet_apart_mm=200)
    assert found.both is not None
    # The centre moves by 10 % of the way between the two feet's own centres, to either side.
    layout = own_layout(42.0)
    own = 0.5 * (layout.x_mm[0] + layout.x_mm[10]) - 0.18 * (layout.insole_length_mm or 0)
    assert found.both.range_x_mm == pytest.approx(0.1 * (200 + 2 * own), rel=0.02)
    assert found.both.range_y_mm == pytest.approx(0, abs=1e-6)
    assert found.both.spectrum_x is not None
    assert found.both.spectrum_x.median_hz == pytest.approx(0.4, abs=0.02)


def test_too_short_a_stand_gives_loads_but_no_sway() -> None:
    found = balance.standing(_foot(Foot.LEFT, 400, 0.5, 8), None, RATE, 0, 8)
    assert found.left is None
    assert np.isnan(found.left_load_pct)
    assert any("20 s" in note for note in found.notes)
