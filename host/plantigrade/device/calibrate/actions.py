"""What the commands of `plantigrade device calibrate` do."""

import csv
from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import click
import numpy as np
from insole_protocol.layout import SENSOR_NAMES

from plantigrade.array_types import F64
from plantigrade.calibration.bench import BenchReading, fit_bench
from plantigrade.calibration.model import Calibration, load_calibration
from plantigrade.calibration.nominal import nominal
from plantigrade.calibration.settings import MID_RANGE_N
from plantigrade.calibration.staleness import staleness
from plantigrade.calibration.weight import WeightScale, scale_from_standing, scale_from_walking
from plantigrade.errors import FileError, PlantigradeError
from plantigrade.gait.engine import analyze
from plantigrade.gait.signals import NEWTONS_PER_KG, Walk

if TYPE_CHECKING:
    from plantigrade.library.catalogue.library import Library

DIRECTIONS: Mapping[str, int] = {"": 1, "up": 1, "down": -1, "1": 1, "-1": -1}
MAX_ROWS = 100_000


def fit_from_csv(loads: Path, serial: str, day: date, output: Path) -> None:
    """Bench loads of a file to a calibration."""
    calibration = fit_loads(loads, serial, day)
    calibration.save(output)
    fitted = [curve for curve in calibration.sensors if curve.residual_pct is not None]
    click.echo(f"{output}: {len(fitted)} of {len(calibration.sensors)} sensors have a curve of their own")


def fit_loads(loads: Path, serial: str, day: date) -> Calibration:
    """The calibration that bench loads in a CSV file give.

    Raises:
        FileError: the file is no list of bench loads, or they do not make curves.
    """
    readings, zero = _readings(loads)
    try:
        return fit_bench(readings, zero, day, serial)
    except PlantigradeError as error:
        raise FileError(loads, str(error)) from error


def _readings(path: Path) -> tuple[list[BenchReading], F64]:
    readings: list[BenchReading] = []
    unloaded: dict[int, list[float]] = {}
    try:
        with path.open(newline="", encoding="utf-8") as stream:
            rows = csv.DictReader(stream)
            if missing := {"sensor", "force_n", "count"} - set(rows.fieldnames or ()):
                raise FileError(path, f"lacks the column {', '.join(sorted(missing))}")
            for row in rows:
                line = rows.line_num
                if line > MAX_ROWS + 1:  # the titles are a line
                    raise FileError(path, f"has more than {MAX_ROWS} rows: no bench measures so many loads")
                reading = _reading(path, line, row)
                if reading.force_n == 0:
                    unloaded.setdefault(reading.sensor, []).append(reading.count)
                else:
                    readings.append(reading)
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise FileError(path, f"cannot be read as CSV ({error})") from error
    if missing_zero := [SENSOR_NAMES[s] for s in range(len(SENSOR_NAMES)) if s not in unloaded]:
        raise FileError(path, f"has no unloaded code (force_n 0) of {', '.join(missing_zero)}")
    return readings, np.array([float(np.mean(unloaded[s])) for s in range(len(SENSOR_NAMES))])


def _reading(path: Path, line: int, row: Mapping[str, str | None]) -> BenchReading:
    name = (row["sensor"] or "").strip()
    try:
        sensor = SENSOR_NAMES.index(name) if name in SENSOR_NAMES else int(name)
        reading = BenchReading(
            sensor,
            float(row["force_n"] or "nan"),
            float(row["count"] or "nan"),
            DIRECTIONS[(row.get("direction") or "").strip().lower()],
            float(row.get("held_s") or 1.0),
        )
    except (ValueError, KeyError) as error:
        raise FileError(path, f"line {line} is no bench reading ({error})") from error
    if not (0 <= sensor < len(SENSOR_NAMES) and reading.force_n >= 0 and 0 <= reading.count <= 4095):
        raise FileError(path, f"line {line}: sensor 0 to 15, force from 0, code 0 to 4095 are expected")
    return reading


def show(path: Path) -> None:
    """A calibration as text."""
    calibration = load_calibration(path)
    click.echo(f"insole {calibration.serial or 'unknown'}, {calibration.method}, {calibration.made_on}")
    click.echo(f"body-weight scale {calibration.scale:.3f} +- {calibration.scale_sd_pct:.1f} %")
    shares = calibration.mid_range_sd()
    for name, curve, share in zip(SENSOR_NAMES, calibration.sensors, shares, strict=True):
        residual = "design" if curve.residual_pct is None else f"residual {curve.residual_pct:.1f} %"
        click.echo(
            f"  {name:<24} {curve.conductance_us_per_n:5.2f} uS x F^{curve.exponent:.3f}, unloaded "
            f"{curve.zero_count:4.0f}, {residual}, +- {100 * share:.1f} % at {MID_RANGE_N:.0f} N"
        )
    if (moved := calibration.motion) is not None:
        click.echo(
            f"motion: {moved.method}, {moved.made_on}; acceleration off by "
            f"{_listed(moved.acc_bias_m_s2, 3)} m/s2 (+- {moved.acc_sd_m_s2:.3f}), rate by "
            f"{_listed(moved.gyr_bias_deg_s, 2)} degrees/s (+- {moved.gyr_sd_deg_s:.2f})"
        )
    judged = staleness(calibration, date.today())
    click.echo("Time to calibrate again: " + "; ".join(judged.reasons) if judged.stale else "It is fresh.")


def _listed(values: tuple[float, ...], places: int) -> str:
    return ", ".join(f"{value:.{places}f}" for value in values)


def use(path: Path, library: "Library") -> None:
    """Give a calibration to the library."""
    calibration = load_calibration(path)
    if not calibration.serial:
        raise FileError(path, "does not say which insole it belongs to: make it with --serial")
    library.set_calibration(calibration)
    click.echo(f"insole {calibration.serial}: the calibration of {calibration.made_on} is used from now on")


def scale_by_weight(library: "Library", name: str, body_weight_kg: float, standing: str | None) -> None:
    """Scale the calibrations of both insoles of a recording, and say so."""
    scale, scaled = scaled_by_weight(library, name, body_weight_kg, _span(standing))
    for foot, (factor, calibration) in scaled.items():
        click.echo(
            f"{foot} insole {calibration.serial}: forces x {factor:.3f}, scale {calibration.scale:.3f}"
        )
    unit = "cycles" if scale.source == "walking" else "s of standing"
    click.echo(f"from {scale.samples:.0f} {unit}, +- {scale.sd_pct:.1f} %")


def scaled_by_weight(
    library: "Library", name: str, body_weight_kg: float, standing_s: tuple[float, float] | None
) -> tuple[WeightScale, dict[str, tuple[float, Calibration]]]:
    """Scale the calibrations of both insoles of a recording, and use them from now on.

    Args:
        library: of the recording.
        name: of the recording.
        body_weight_kg: with clothes.
        standing_s: a span of quiet standing; None: the walking of the recording.

    Returns:
        The scale, and by foot the factor and the calibration that is used from now on.

    Raises:
        PlantigradeError: not both insoles, or too little walking or standing.
    """
    recording = library.open(name)
    walk = recording.walk()
    if walk.left is None or walk.right is None or recording.content != "counts":
        raise PlantigradeError(f"{name}: the body-weight scale needs a recording of both our insoles")
    scale = _scale(walk, body_weight_kg * NEWTONS_PER_KG, standing_s)
    made: dict[str, tuple[float, Calibration]] = {}
    for foot, factor in (("left", scale.left), ("right", scale.right)):
        serial = recording.devices[foot].serial
        known = recording.calibration(foot) or replace(nominal(), serial=serial)
        scaled = _named(known.with_scale(known.scale * factor, scale.sd_pct), serial)
        library.set_calibration(scaled)
        made[foot] = factor, scaled
    return scale, made


def _named(calibration: Calibration, serial: str) -> Calibration:
    method = calibration.method
    return replace(
        calibration,
        serial=serial,
        method=method if "body weight" in method else f"{method} + body weight",
    )


def _span(text: str | None) -> tuple[float, float] | None:
    if text is None:
        return None
    first, _, last = text.partition("-")
    try:
        span = float(first), float(last)
    except ValueError as error:
        raise PlantigradeError(f"{text!r} is no span in seconds such as 10-40") from error
    if not span[0] < span[1]:
        raise PlantigradeError(f"{text!r} ends before it begins")
    return span


def _scale(walk: Walk, weight_n: float, standing: tuple[float, float] | None) -> WeightScale:
    """The factors, on an even time base of both feet."""
    left, right = walk.left, walk.right
    assert left is not None and right is not None
    rate = walk.sample_rate_hz
    begin = max(float(left.time_s[0]), float(right.time_s[0]))
    end = min(float(left.time_s[-1]), float(right.time_s[-1]))
    if standing is not None:
        begin, end = max(begin, standing[0]), min(end, standing[1])
    grid = begin + np.arange(max(int((end - begin) * rate), 0)) / rate
    totals: list[F64] = [
        np.asarray(np.interp(grid, foot.time_s, foot.force_n.sum(axis=1)), np.float64)
        for foot in (left, right)
    ]
    if standing is not None:
        return scale_from_standing(totals[0], totals[1], rate, weight_n)
    found = analyze(walk).left
    contacts: F64 = np.empty(0)
    if found is not None:
        contacts = found.strides.initial_contact_s[found.strides.valid]
    rows = np.round((contacts - begin) * rate).astype(np.int64)
    return scale_from_walking(totals[0], totals[1], rows[(rows >= 0) & (rows < len(grid))], weight_n)
