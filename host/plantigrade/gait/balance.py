"""Standing: how load is shared and how the centre of pressure sways.

`sway` works on any path in the plane; `standing` makes the paths from the insoles. Sources: Prieto et al.
1996 (IEEE Trans Biomed Eng 43:956) for path, velocity and spectral measures; Schubert & Kirchner 2014 (Gait
Posture 39:518) for the prediction ellipse.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from plantigrade.gait.pressure.masks import masks_of
from plantigrade.gait.settings import (
    BAND_HZ,
    ELLIPSE_PROBABILITY,
    F95_SHARE,
    FEWEST_PATH_ROWS,
    FILTER_ROWS,
    LOADED_N,
    LOW_END_HZ,
    LOW_PASS_HZ,
    MEDIUM_END_HZ,
    MIN_SWAY_S,
    SPECTRUM_PERIODS,
)
from plantigrade.gait.signals import Floats, FootSignal

Rows = npt.NDArray[np.intp]


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


@dataclass(frozen=True)
class Standing:
    """One span of quiet standing.

    Attributes:
        from_s, to_s: on the recording's clock.
        left_load_pct: share of the left foot in the load of both; NaN with one foot.
        rear_load_pct: share behind half the insoles' length; NaN without sensor places.
        left_rear_pct, right_rear_pct: the same for each foot.
        load_shift_sd_pct: SD of the left foot's share over time, the sway from side to side as load.
        left, right: sway within each insole; None where it cannot be known.
        both: sway of the body's centre of pressure; None without the distance of the feet.
        notes: what could not be computed and why.
    """

    from_s: float
    to_s: float
    left_load_pct: float
    rear_load_pct: float
    left_rear_pct: float
    right_rear_pct: float
    load_shift_sd_pct: float
    left: Sway | None
    right: Sway | None
    both: Sway | None
    notes: tuple[str, ...]


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


@dataclass(frozen=True, eq=False)
class _FootPath:
    """Load and centre of pressure of one insole over a span, as measured; samples without numbers left
    out."""

    time_s: Floats
    total: Floats
    rear: Floats
    path: Floats | None
    half_width_mm: float


def standing(
    left: FootSignal | None,
    right: FootSignal | None,
    rate_hz: float,
    from_s: float,
    to_s: float,
    *,
    feet_apart_mm: float | None = None,
) -> Standing:
    """Balance of one span of standing.

    Args:
        left, right: the feet; both on one clock.
        rate_hz: sampling rate.
        from_s, to_s: the span.
        feet_apart_mm: distance between the middle lines of the two insoles, feet parallel; None when not
        measured.

    Raises:
        ValueError: no foot.
    """
    feet = {f.foot.value: _path(f, rate_hz, from_s, to_s) for f in (left, right) if f is not None}
    if not feet:
        raise ValueError("standing needs at least one foot")
    notes: list[str] = []
    duration = to_s - from_s
    if duration < MIN_SWAY_S:
        notes.append(f"sway needs {MIN_SWAY_S:g} s of quiet standing, this span has {duration:.1f} s")
    sways = {
        name: _foot_sway(foot, rate_hz) if duration >= MIN_SWAY_S else None for name, foot in feet.items()
    }
    both = None
    share = np.full(1, np.nan)
    if len(feet) == 2:
        share = _left_share(feet["left"], feet["right"], rate_hz)
        if duration >= MIN_SWAY_S:
            both = _body_sway(feet["left"], feet["right"], rate_hz, feet_apart_mm, notes)
    else:
        notes.append("the load of both feet needs both feet")
    total = sum(float(np.nansum(foot.total)) for foot in feet.values())
    rear = sum(float(np.nansum(foot.rear)) for foot in feet.values())
    return Standing(
        from_s=from_s,
        to_s=to_s,
        left_load_pct=float(np.nanmean(share)) if np.isfinite(share).any() else float("nan"),
        rear_load_pct=_percent(rear, total),
        left_rear_pct=_rear(feet.get("left")),
        right_rear_pct=_rear(feet.get("right")),
        load_shift_sd_pct=float(np.nanstd(share)) if np.isfinite(share).sum() > 1 else float("nan"),
        left=sways.get("left"),
        right=sways.get("right"),
        both=both,
        notes=tuple(notes),
    )


def _percent(part: float, total: float) -> float:
    return 100.0 * part / total if total > 0 else float("nan")


def _rear(foot: _FootPath | None) -> float:
    return _percent(float(np.sum(foot.rear)), float(np.sum(foot.total))) if foot is not None else float("nan")


def _path(foot: FootSignal, rate_hz: float, from_s: float, to_s: float) -> _FootPath:
    first, last = np.searchsorted(foot.time_s, [from_s, to_s])
    force = np.maximum(foot.force_n[first:last].astype(np.float64), 0.0)
    complete = np.isfinite(force).all(axis=1)
    time, force = foot.time_s[first:last][complete], force[complete]
    total: Floats = force.sum(axis=1)
    if foot.layout is None:
        return _FootPath(time, total, np.full(len(total), np.nan), None, 0.0)
    masks = masks_of(foot.layout)
    rear: Floats = force @ masks.rear
    half_width = 0.5 * masks.width_mm
    if foot.layout.relative or not len(total) or float(np.min(total)) <= 0.0:
        return _FootPath(time, total, rear, None, half_width)
    path = np.column_stack([force @ masks.x_mm, force @ masks.y_mm]) / total[:, None]
    return _FootPath(time, total, rear, path, half_width)


def _foot_sway(foot: _FootPath, rate_hz: float) -> Sway | None:
    if foot.path is None or len(foot.path) < FEWEST_PATH_ROWS or float(np.median(foot.total)) < LOADED_N:
        return None
    return sway(low_pass(foot.path, rate_hz), rate_hz)


def _together(left: _FootPath, right: _FootPath, rate_hz: float) -> tuple[Rows, Rows]:
    """Rows of the left and of the right foot that were sampled together, less than half a sample apart."""
    half = 0.5 / rate_hz
    near = np.searchsorted(right.time_s, left.time_s - half, side="right")
    found = np.append(right.time_s, np.inf)[near] < left.time_s + half
    return np.flatnonzero(found), near[found]


def _left_share(left: _FootPath, right: _FootPath, rate_hz: float) -> Floats:
    own, other = _together(left, right, rate_hz)
    both = left.total[own] + right.total[other]
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(both > 0, 100.0 * left.total[own] / both, np.nan)


def _body_sway(
    left: _FootPath, right: _FootPath, rate_hz: float, feet_apart_mm: float | None, notes: list[str]
) -> Sway | None:
    """Sway of the whole body: the feet's centres of pressure, weighted by load, feet parallel at a known
    distance.
    """
    if feet_apart_mm is None:
        notes.append("sway of the whole body needs the distance of the feet (--feet-apart-mm)")
        return None
    own, other = _together(left, right, rate_hz)
    complete = len(own) >= FEWEST_PATH_ROWS and np.ptp(own) == np.ptp(other) == len(own) - 1
    if left.path is None or right.path is None or not complete:
        notes.append("sway of the whole body needs the centre of pressure of both feet, in millimetres")
        return None
    left_n, right_n = left.total[own], right.total[other]
    left_mm, right_mm = left.path[own], right.path[other]
    half = 0.5 * feet_apart_mm
    # Seen from above: the medial edge of each foot faces the middle of the body.
    x_left = -(half - left.half_width_mm + left_mm[:, 0])
    x_right = half - right.half_width_mm + right_mm[:, 0]
    x = (left_n * x_left + right_n * x_right) / (left_n + right_n)
    y = (left_n * left_mm[:, 1] + right_n * right_mm[:, 1]) / (left_n + right_n)
    return sway(low_pass(np.column_stack([x, y]), rate_hz), rate_hz)
