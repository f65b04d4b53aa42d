"""Frequencies of tones, and the low-pass, worked out on paper.

Of a tone that fits whole times into the record, a Hann window leaves three lines: half the amplitude on
either side, so shares of 1/6, 4/6 and 1/6 of the power. In 60 s lines lie 1/60 Hz apart.
"""

import numpy as np
import pytest
from plantigrade.gait import balance
from plantigrade.gait.signals import Floats

RATE = 50.0
LINE_HZ = 1 / 60
SECONDS = np.arange(3000) / RATE


def tone(hz: float, amplitude: float = 1.0) -> Floats:
    return amplitude * np.sin(2 * np.pi * hz * SECONDS)


def of(values: Floats) -> balance.Spectrum:
    found = balance.spectrum(values, RATE)
    assert found is not None
    return found


@pytest.mark.worked_example("x_mean_hz", "x_median_hz", "x_f95_hz", "y_mean_hz", "y_median_hz", "y_f95_hz")
@pytest.mark.parametrize("hz", [0.3, 1.0, 3.0])
def test_frequencies_of_one_tone(hz: float) -> None:
    """Power sums to 1/6, 5/6, 1 over the lines below, at and above the tone. Half of it is reached half-way
    up to the tone's own line; 95 % at 0.7 of the way to the line above. Without a window all of it would lie
    on one line: 95 % below the tone."""
    got = of(tone(hz))
    assert got.mean_hz == pytest.approx(hz, abs=1e-6)
    assert got.median_hz == pytest.approx(hz - 0.5 * LINE_HZ, abs=1e-5)
    assert got.f95_hz == pytest.approx(hz + 0.7 * LINE_HZ, abs=1e-5)


@pytest.mark.worked_example("x_mean_hz", "x_median_hz", "x_f95_hz")
def test_frequencies_of_two_tones() -> None:
    """Powers 9 at 0.5 Hz and 1 at 3 Hz (amplitudes 3 and 1): mean 0.75 Hz. Sums: 0.15, 0.75, 0.90 at 0.5 Hz
    and its neighbours: half at 0.35 / 0.60 of the way. Then 0.9167, 0.9833 below and at 3 Hz: 95 %
    half-way."""
    got = of(tone(0.5, 3.0) + tone(3.0))
    assert got.mean_hz == pytest.approx(0.75, abs=1e-6)
    assert got.median_hz == pytest.approx(0.5 - LINE_HZ * (1 - 0.35 / 0.60), abs=1e-5)
    assert got.f95_hz == pytest.approx(3.0 - 0.5 * LINE_HZ, abs=1e-4)


@pytest.mark.worked_example(
    "x_low_pct", "x_medium_pct", "x_high_pct", "y_low_pct", "y_medium_pct", "y_high_pct"
)
def test_shares_of_three_tones() -> None:
    """Powers 16, 1 and 8 of 25 at 0.3, 1 and 3 Hz."""
    got = of(tone(0.3, 4.0) + tone(1.0, 1.0) + tone(3.0, np.sqrt(8)))
    assert (got.low_pct, got.medium_pct, got.high_pct) == pytest.approx((64, 4, 32), abs=1e-4)


@pytest.mark.parametrize(
    ("hz", "low", "medium", "high"),
    [
        (0.5 - LINE_HZ, 500 / 6, 100 / 6, 0),
        (0.5, 100 / 6, 500 / 6, 0),
        (2.0 - LINE_HZ, 0, 500 / 6, 100 / 6),
        (2.0, 0, 100 / 6, 500 / 6),
    ],
)
def test_bands_begin_with_their_own_line(hz: float, low: float, medium: float, high: float) -> None:
    """The line at 0.5 Hz is medium, the line at 2 Hz is high."""
    got = of(tone(hz))
    assert (got.low_pct, got.medium_pct, got.high_pct) == pytest.approx((low, medium, high), abs=0.02)


def test_the_band_reaches_from_0_15_to_5_hz_its_ends_included() -> None:
    """Of a tone at 0.15 Hz the line below is left out: 4/5 at 0.15 Hz and 1/5 above it; at 5 Hz the line
    above. A tone two lines outside is not seen beside one of a hundredth of its amplitude."""
    assert of(tone(0.15)).mean_hz == pytest.approx(0.15 + LINE_HZ / 5, abs=1e-5)
    assert of(tone(5.0)).mean_hz == pytest.approx(5.0 - LINE_HZ / 5, abs=1e-5)
    for outside in (0.15 - 2 * LINE_HZ, 5.0 + 2 * LINE_HZ):
        assert of(tone(outside, 100.0) + tone(1.0)).mean_hz == pytest.approx(1.0, abs=0.01)


def test_a_tone_between_two_lines_does_not_leak_into_other_bands() -> None:
    """1.0083 Hz lies half-way between lines. With a Hann window 1e-6 of its power leaves 0.5 to 2 Hz; without
    one it would be 0.3 %. 95 % are reached at 0.437 lines above the tone: neighbours carry 0.04 and 0.0008 of
    the two main lines' power each."""
    hz = 1.0 + 0.5 * LINE_HZ
    got = of(tone(hz))
    assert got.low_pct + got.high_pct < 1e-5
    assert got.mean_hz == pytest.approx(hz, abs=1e-6)
    assert (got.f95_hz - hz) / LINE_HZ == pytest.approx(0.437, abs=0.001)


def test_a_large_slow_sway_does_not_hide_a_small_fast_one() -> None:
    """A tremor of a hundredth of the power, beside a sway between two lines: its share stays 100 / 101 %."""
    got = of(tone(0.2 + 0.5 * LINE_HZ, 10.0) + tone(3.0))
    assert got.high_pct == pytest.approx(0.990, abs=0.001)
    assert got.medium_pct < 1e-4


def test_drift_and_place_are_taken_off() -> None:
    """1 m off the middle and half a metre of drift are no sway."""
    got = of(tone(1.0) + 1000.0 + 8.0 * SECONDS)
    assert got.mean_hz == pytest.approx(1.0, abs=1e-6)
    assert got.low_pct == pytest.approx(0, abs=1e-4)


def test_a_bent_drift_is_sway() -> None:
    """A straight line does not fit a parabola: what it leaves is slow."""
    got = of(tone(1.0) + (SECONDS - 30) ** 2)
    assert got.low_pct > 1
    assert got.mean_hz < 0.99


@pytest.mark.parametrize(("seconds", "known"), [(20.0, True), (19.99, False)])
def test_a_spectrum_needs_three_periods_of_the_lowest_frequency(seconds: float, known: bool) -> None:
    values = np.sin(2 * np.pi * np.arange(round(seconds * 100)) / 100)
    assert (balance.spectrum(values, 100.0) is not None) is known


def test_who_does_not_move_has_no_spectrum() -> None:
    assert balance.spectrum(np.zeros(3000), RATE) is None


@pytest.mark.parametrize(
    ("hz", "gain"), [(1.0, 0.99990001), (5.0, 0.94117647), (10.0, 0.5), (20.0, 0.058823529)]
)
def test_gain_of_the_low_pass(hz: float, gain: float) -> None:
    """1 / (1 + (f / 10)^4): 1 / 1.0001, 16 / 17, 1 / 2, 1 / 17. The phase stays."""
    t = np.arange(2000) / 100
    values = np.sin(2 * np.pi * hz * t)
    out = balance.low_pass(values, 100.0)
    assert out[500:1500] == pytest.approx(gain * values[500:1500], abs=2e-5)


@pytest.mark.parametrize(("cut_hz", "gain"), [(5.0, 0.5), (10.0, 0.94117647)])
def test_another_corner(cut_hz: float, gain: float) -> None:
    values = np.sin(2 * np.pi * 5 * np.arange(2000) / 100)
    out = balance.low_pass(values, 100.0, cut_hz)
    assert out[500:1500] == pytest.approx(gain * values[500:1500], abs=2e-5)


def test_columns_are_filtered_each_for_itself() -> None:
    path = np.random.default_rng(2).normal(size=(300, 2))
    out = balance.low_pass(path, 100.0)
    assert out.shape == (300, 2)
    for column in (0, 1):
        assert out[:, column] == pytest.approx(balance.low_pass(path[:, column], 100.0), abs=1e-12)


@pytest.mark.parametrize("samples", [8, 9, 199, 200, 201, 1000])
def test_a_constant_passes_whole_to_its_ends(samples: int) -> None:
    assert balance.low_pass(np.full(samples, 7.0), 100.0) == pytest.approx(np.full(samples, 7.0), abs=1e-9)


@pytest.mark.parametrize("samples", [30, 199, 200, 201, 1000])
def test_a_slope_passes_whole_to_its_ends(samples: int) -> None:
    """Beyond its ends a signal goes on as its own reflection about them."""
    slope = 5.0 + 0.3 * np.arange(samples)
    assert balance.low_pass(slope, 100.0) == pytest.approx(slope, abs=1e-3)


def test_the_reflection_is_that_of_two_seconds_about_the_end_points() -> None:
    """A step 0.1 s behind the begin and before the end is rounded as in the middle of a long record of the
    same shape, which was written out by hand as the reflection."""
    short = np.where((np.arange(400) >= 10) & (np.arange(400) < 390), 1.0, 0.0)
    head, tail = -short[200:0:-1], -short[-2:-202:-1]
    complete = np.concatenate([head, short, tail])
    assert len(complete) == 800
    spectrum = np.fft.rfft(complete) / (1 + (np.fft.rfftfreq(800, 0.01) / 10) ** 4)
    assert balance.low_pass(short, 100.0) == pytest.approx(np.fft.irfft(spectrum, 800)[200:600], abs=1e-9)


def test_what_is_too_short_or_too_slow_to_filter_stays() -> None:
    """Seven samples, or a rate at which nothing lies above the corner."""
    noise = np.random.default_rng(3).normal(size=100)
    assert balance.low_pass(noise[:7], 100.0) is not None
    assert balance.low_pass(noise[:7], 100.0).tolist() == noise[:7].tolist()
    assert balance.low_pass(noise[:8], 100.0).tolist() != noise[:8].tolist()
    assert balance.low_pass(noise, 20.0).tolist() == noise.tolist()
    assert balance.low_pass(noise, 20.5).tolist() != noise.tolist()


@pytest.mark.parametrize(("outside_hz", "inside_hz"), [(0.1, 0.2), (5.5, 4.9), (5.05, 4.95)])
def test_the_band_ends_at_0_15_and_5_hz(outside_hz: float, inside_hz: float) -> None:
    """A minute at 100 Hz: lines lie 1/60 Hz apart. A strong tone outside the band counts for nothing beside
    1 Hz; inside it takes nine tenths of the power: (1 + 9 f) / 10."""
    time = np.arange(6000) / 100.0
    for hz, mean_hz in ((outside_hz, 1.0), (inside_hz, (1.0 + 9.0 * inside_hz) / 10.0)):
        values = np.sin(2 * np.pi * 1.0 * time) + 3.0 * np.sin(2 * np.pi * hz * time)
        found = balance.spectrum(values, 100.0)
        assert found is not None
        assert found.mean_hz == pytest.approx(mean_hz, abs=0.01), hz
