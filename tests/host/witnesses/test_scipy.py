"""Balance and spread beside SciPy, which shares no line with them."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from plantigrade.gait import balance, summary
from plantigrade.gait.signals import Floats
from scipy import integrate, signal, stats

RATE = 100.0
seeds, few = st.integers(0, 1000), settings(max_examples=15)


def wandering(seed: int, samples: int = 6000) -> Floats:
    """A centre of pressure as people have it: it wanders, drifts and trembles."""
    rng = np.random.default_rng(seed)
    walk = rng.normal(scale=0.15, size=samples).cumsum()
    return walk + rng.normal(scale=0.3, size=samples) + 0.002 * np.arange(samples)


def quantile_hz(frequency: Floats, power: Floats, share: float) -> float:
    """Where the summed power passes a share of the whole, linear between lines; the first line at the
    least."""
    summed = np.cumsum(power) / power.sum()
    after = int(np.argmax(summed >= share))
    if after == 0:
        return float(frequency[0])
    part = (share - summed[after - 1]) / (summed[after] - summed[after - 1])
    return float(frequency[after - 1] + part * (frequency[after] - frequency[after - 1]))


@few
@given(seeds, st.sampled_from([2000, 2345, 6000]))
def test_spectrum_is_that_of_a_hann_windowed_periodogram_without_the_straight_line(
    seed: int, samples: int
) -> None:
    values = wandering(seed, samples)
    got = balance.spectrum(values, RATE)
    window = signal.get_window("hann", samples, fftbins=False)
    f, p = signal.periodogram(signal.detrend(values, type="linear"), RATE, window, detrend=False)
    inside = (f >= 0.15) & (f <= 5.0)
    f, p = f[inside], p[inside]
    assert got is not None
    assert got.mean_hz == pytest.approx(np.average(f, weights=p), rel=1e-9)
    assert got.median_hz == pytest.approx(quantile_hz(f, p, 0.5), rel=1e-9)
    assert got.f95_hz == pytest.approx(quantile_hz(f, p, 0.95), rel=1e-9)
    assert got.low_pct == pytest.approx(100 * p[f < 0.5].sum() / p.sum(), abs=1e-8)
    assert got.medium_pct == pytest.approx(100 * p[(f >= 0.5) & (f < 2)].sum() / p.sum(), abs=1e-8)
    assert got.high_pct == pytest.approx(100 * p[f >= 2].sum() / p.sum(), abs=1e-8)


def test_welchs_method_sees_the_same_frequencies() -> None:
    """Welch with three segments of half the record, on 30 records. One Hann window over the whole record
    hears its middle best, so single records differ by up to a quarter; on average they agree within 5 %."""
    ours, welchs = [], []
    for seed in range(30):
        values = wandering(seed)
        got = balance.spectrum(values, RATE)
        f, p = signal.welch(values, RATE, "hann", 3000, 1500, detrend="linear")
        inside = (f >= 0.15) & (f <= 5.0)
        assert got is not None
        ours.append(got.mean_hz)
        welchs.append(float(np.average(f[inside], weights=p[inside])))
    assert np.mean(ours) == pytest.approx(np.mean(welchs), rel=0.05)
    assert np.array(ours) == pytest.approx(np.array(welchs), rel=0.25)


@few
@given(seeds)
def test_low_pass_beside_butterworth_forth_and_back(seed: int) -> None:
    """`filtfilt` of a digital second-order filter bends the axis of frequency (bilinear transform): the gains
    are alike at 0 and at the corner and differ by at most 0.02 between and above. On sway that is below 1 %
    of the RMS."""
    values = wandering(seed)
    ours = balance.low_pass(values, RATE)
    b, a = signal.butter(2, 10.0, fs=RATE)
    theirs = signal.filtfilt(b, a, values)
    inner = slice(200, -200)
    assert np.std(ours[inner] - theirs[inner]) < 0.06 * np.std(values[inner] - theirs[inner])
    assert np.std(ours) == pytest.approx(np.std(theirs), rel=1e-3)


@pytest.mark.parametrize("hz", [0.5, 2.0, 5.0, 10.0, 20.0, 40.0])
def test_gain_of_the_low_pass_is_that_of_the_analogue_filter_squared(hz: float) -> None:
    """`freqs` of the analogue second-order Butterworth filter at 10 Hz."""
    b, a = signal.butter(2, 2 * np.pi * 10.0, analog=True)
    _, response = signal.freqs(b, a, worN=[2 * np.pi * hz])
    t = np.arange(4000) / RATE
    out = balance.low_pass(np.sin(2 * np.pi * hz * t), RATE)[1000:3000]
    assert np.sqrt(2) * out.std() == pytest.approx(abs(response[0]) ** 2, abs=1e-4)


@pytest.mark.parametrize("count", [3, 4, 5, 10, 30, 100, 6000])
@pytest.mark.parametrize("probability", [0.5, 0.9, 0.95, 0.99])
def test_prediction_scale_with_the_f_distribution(count: int, probability: float) -> None:
    quantile = stats.f.ppf(probability, 2, count - 2)
    expected = 2 * (count - 1) * (count + 1) / (count * (count - 2)) * quantile
    assert balance.prediction_scale(count, probability) == pytest.approx(expected, rel=1e-8)


@few
@given(seeds)
def test_the_ellipse_by_singular_values_and_its_area_by_quadrature(seed: int) -> None:
    """Half axes from the singular values of the centred path; the area by integrating the ellipse's
    height."""
    path = np.column_stack([wandering(seed), wandering(seed + 5000)])
    area, major, minor, angle = balance.ellipse(path)
    _, singular, rows = np.linalg.svd(path - path.mean(axis=0), full_matrices=False)
    scale = 2 * 5999 * 6001 / (6000 * 5998) * stats.f.ppf(0.95, 2, 5998)
    assert (major, minor) == pytest.approx(np.sqrt(scale / 5999) * singular, rel=1e-9)
    half, _ = integrate.quad(lambda x: 2 * minor * np.sqrt(1 - (x / major) ** 2), -major, major)
    assert area == pytest.approx(half, rel=1e-6)
    across = np.degrees(np.arctan2(rows[0, 1], rows[0, 0]))
    assert (angle - across + 90) % 180 == pytest.approx(90, abs=1e-6)


def test_the_ellipse_tends_to_the_chi_square_one() -> None:
    assert balance.prediction_scale(10**6) == pytest.approx(stats.chi2.ppf(0.95, 2), rel=1e-5)


@few
@given(seeds, st.integers(2, 50))
def test_spread_of_strides(seed: int, count: int) -> None:
    column = np.random.default_rng(seed).uniform(0.5, 2.0, count)
    got = summary.spread(column, "s")
    assert got.sd == pytest.approx(stats.tstd(column), rel=1e-9)
    assert got.cv_pct == pytest.approx(100 * stats.variation(column, ddof=1), rel=1e-9)
    robust = stats.median_abs_deviation(column, scale="normal")
    assert got.mad == pytest.approx(robust, rel=1e-4)
