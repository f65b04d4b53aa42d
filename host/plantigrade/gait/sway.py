"""Sway: measures of the path of a centre of pressure in the plane.

Sources: Prieto et al. 1996 (IEEE Trans Biomed Eng 43:956) for path, velocity and spectral measures; Schubert
& Kirchner 2014 (Gait Posture 39:518) for the prediction ellipse.
"""

from dataclasses import dataclass, replace

import numpy as np

from plantigrade.gait.settings import (
    BAND_HZ,
    ELLIPSE_PROBABILITY,
    F95_SHARE,
    FEWEST_PATH_ROWS,
    FILTER_ROWS,
    LOW_END_HZ,
    LOW_PASS_HZ,
    MEDIUM_END_HZ,
    SPECTRUM_PERIODS,
)
from plantigrade.gait.signals import Floats


@dataclass(frozen=True)
class Spectrum:
    """Frequencies of one direction of sway between 0.15 and 5 Hz.

    Attributes:
        mean_hz: centroid of the power spectrum.
        median_hz, f95_hz: below these lie 50 and 95 % of the power.
        low_pct, medium_pct, high_pct: share of the power below 0.5 Hz, from there to 2 Hz, and above.
    """

    mean_hz: float
    median_hz: float
    f95_hz: float
    low_pct: float
    medium_pct: float
    high_pct: float


@dataclass(frozen=True)
class Sway:
    """Sway of one path. x is medio-lateral, y antero-posterior.

    Attributes:
        duration_s: of the path.
        path_mm: length.
        mean_velocity_mm_per_s: length over duration.
        range_x_mm, range_y_mm: largest minus smallest.
        rms_x_mm, rms_y_mm: root mean square about the mean.
        ellipse_area_mm2: area of the 95 % prediction ellipse.
        ellipse_major_mm, ellipse_minor_mm: its half axes.
        ellipse_angle_deg: of the major axis from the x axis, -90 to 90.
        spectrum_x, spectrum_y: None where the path is too short for the lowest frequency.
        unfiltered_velocity_mm_per_s: mean velocity of the path as it was measured, for comparison with
            published figures that were made so; noise of the sensors is in it.
        low_pass_hz: corner of the low pass that all other measures went through (magnitude one half there);
            None where the path was not filtered.
    """

    duration_s: float
    path_mm: float
    mean_velocity_mm_per_s: float
    range_x_mm: float
    range_y_mm: float
    rms_x_mm: float
    rms_y_mm: float
    ellipse_area_mm2: float
    ellipse_major_mm: float
    ellipse_minor_mm: float
    ellipse_angle_deg: float
    spectrum_x: Spectrum | None
    spectrum_y: Spectrum | None
    unfiltered_velocity_mm_per_s: float = float("nan")
    low_pass_hz: float | None = None


@dataclass(frozen=True)
class Romberg:
    """Eyes closed over eyes open; 1 is no difference, more is more sway without sight.

    Attributes:
        path, velocity, area: ratios of path length per time (both) and of ellipse area.
    """

    velocity: float
    area: float
    range_x: float
    range_y: float


def prediction_scale(count: int, probability: float = ELLIPSE_PROBABILITY) -> float:
    """Squared half axis of the prediction ellipse in units of the variance.

    The region that holds one further observation of a plane normal distribution with the given probability
    when mean and covariance were estimated from `count` observations: 2 (n-1)(n+1) / (n (n-2)) times the
    quantile of F(2, n-2), which for two degrees of freedom has a closed form. Tends to the chi-square
    quantile, 5.991, for many samples.

    Raises:
        ValueError: fewer than three observations.
    """
    if count < FEWEST_PATH_ROWS:
        raise ValueError("a prediction ellipse needs at least three observations")
    freedom = count - 2
    quantile = 0.5 * freedom * ((1.0 - probability) ** (-2.0 / freedom) - 1.0)
    return 2.0 * (count - 1) * (count + 1) / (count * freedom) * quantile


def ellipse(path_mm: Floats, probability: float = ELLIPSE_PROBABILITY) -> tuple[float, float, float, float]:
    """Prediction ellipse of a path.

    Args:
        path_mm: (n, 2).
        probability: that a further observation falls inside.

    Returns:
        Area in mm2, half axes in mm (major, minor), angle of the major axis in degrees.
    """
    covariance = np.cov(path_mm.T)
    values, vectors = np.linalg.eigh(covariance)
    scale = prediction_scale(len(path_mm), probability)
    minor, major = np.sqrt(scale * np.maximum(values, 0.0))
    angle = float(np.degrees(np.arctan2(vectors[1, 1], vectors[0, 1])))
    angle = (angle + 90.0) % 180.0 - 90.0
    return float(np.pi * major * minor), float(major), float(minor), angle


def low_pass(values: Floats, rate_hz: float, cut_hz: float = LOW_PASS_HZ) -> Floats:
    """Zero-phase low pass with the magnitude of a second-order Butterworth filter run forth and back.

    Done in the frequency domain on the signal continued by its own reflection about its end points.

    Args:
        values: (n,) or (n, k), along the first axis.
        rate_hz: sampling rate.
        cut_hz: frequency at which the magnitude is one half.
    """
    n = len(values)
    if n < FILTER_ROWS or cut_hz >= 0.5 * rate_hz:
        return values
    pad = min(n - 1, round(2 * rate_hz))
    head = 2 * values[0] - values[pad:0:-1]
    tail = 2 * values[-1] - values[-2 : -pad - 2 : -1]
    padded = np.concatenate([head, values, tail])
    frequency = np.fft.rfftfreq(len(padded), 1.0 / rate_hz)
    gain = 1.0 / (1.0 + (frequency / cut_hz) ** 4)
    spectrum = np.fft.rfft(padded, axis=0)
    filtered = np.fft.irfft(spectrum * (gain if values.ndim == 1 else gain[:, None]), len(padded), axis=0)
    return filtered[pad : pad + n]


def sway(path_mm: Floats, rate_hz: float) -> Sway:
    """Measures of one path.

    Args:
        path_mm: (n, 2) x and y, evenly sampled, already low-passed.
        rate_hz: sampling rate.

    Raises:
        ValueError: fewer than three samples.
    """
    steps = np.diff(path_mm, axis=0)
    length = float(np.sqrt((steps**2).sum(axis=1)).sum())
    duration = (len(path_mm) - 1) / rate_hz
    area, major, minor, angle = ellipse(path_mm)
    spans = np.ptp(path_mm, axis=0)
    deviation = np.sqrt(np.mean((path_mm - path_mm.mean(axis=0)) ** 2, axis=0))
    return Sway(
        duration_s=duration,
        path_mm=length,
        mean_velocity_mm_per_s=length / duration,
        range_x_mm=float(spans[0]),
        range_y_mm=float(spans[1]),
        rms_x_mm=float(deviation[0]),
        rms_y_mm=float(deviation[1]),
        ellipse_area_mm2=area,
        ellipse_major_mm=major,
        ellipse_minor_mm=minor,
        ellipse_angle_deg=angle,
        spectrum_x=spectrum(path_mm[:, 0], rate_hz),
        spectrum_y=spectrum(path_mm[:, 1], rate_hz),
    )


def filtered_sway(path_mm: Floats, rate_hz: float, cut_hz: float = LOW_PASS_HZ) -> Sway:
    """Measures of the low-passed path, and the mean velocity of the path as it was measured.

    A circle of radius r that is gone round once every T seconds has the velocity 2 pi r / T. Noise of the
    sensors on it makes the path as measured longer; the filter takes that off.

    >>> time_s = np.arange(0.0, 40.0, 0.01)
    >>> turn = 2.0 * np.pi * time_s / 4.0
    >>> circle = 8.0 * np.column_stack([np.cos(turn), np.sin(turn)])
    >>> found = filtered_sway(circle, 100.0)
    >>> round(2.0 * np.pi * 8.0 / 4.0, 2), round(found.unfiltered_velocity_mm_per_s, 2), found.low_pass_hz
    (12.57, 12.57, 10.0)

    Args:
        path_mm: (n, 2) x and y, evenly sampled, not filtered.
        rate_hz: sampling rate.
        cut_hz: corner of the low pass.

    Raises:
        ValueError: fewer than three samples.
    """
    measured = sway(path_mm, rate_hz)
    smoothed = low_pass(path_mm, rate_hz, cut_hz)
    return replace(
        measured if smoothed is path_mm else sway(smoothed, rate_hz),
        unfiltered_velocity_mm_per_s=measured.mean_velocity_mm_per_s,
        low_pass_hz=None if smoothed is path_mm else cut_hz,
    )


def spectrum(values: Floats, rate_hz: float) -> Spectrum | None:
    """Spectral measures of one direction; None when shorter than three periods of the lowest frequency.

    Args:
        values: (n,) mm.
        rate_hz: sampling rate.
    """
    n = len(values)
    if n < SPECTRUM_PERIODS * rate_hz / BAND_HZ[0]:
        return None
    time = np.arange(n, dtype=np.float64)
    straight = np.polynomial.Polynomial.fit(time, values, 1)(time)
    power = np.abs(np.fft.rfft((values - straight) * np.hanning(n))) ** 2
    frequency = np.fft.rfftfreq(n, 1.0 / rate_hz)
    inside = (frequency >= BAND_HZ[0]) & (frequency <= BAND_HZ[1])
    power, frequency = power[inside], frequency[inside]
    total = float(power.sum())
    if not total > 0.0:
        return None
    cumulative = np.cumsum(power) / total
    low = float(power[frequency < LOW_END_HZ].sum()) / total
    high = float(power[frequency >= MEDIUM_END_HZ].sum()) / total
    return Spectrum(
        mean_hz=float((frequency * power).sum()) / total,
        median_hz=float(np.interp(0.5, cumulative, frequency)),
        f95_hz=float(np.interp(F95_SHARE, cumulative, frequency)),
        low_pct=100.0 * low,
        medium_pct=100.0 * (1.0 - low - high),
        high_pct=100.0 * high,
    )


def romberg(eyes_open: Sway, eyes_closed: Sway) -> Romberg:
    """Compare two spans of standing; per time where the measure grows with time."""
    return Romberg(
        velocity=eyes_closed.mean_velocity_mm_per_s / eyes_open.mean_velocity_mm_per_s,
        area=eyes_closed.ellipse_area_mm2 / eyes_open.ellipse_area_mm2,
        range_x=eyes_closed.range_x_mm / eyes_open.range_x_mm,
        range_y=eyes_closed.range_y_mm / eyes_open.range_y_mm,
    )
