"""A calibration as data: per sensor the curve's two numbers, where they come from and how far they may be
off."""

import json
from dataclasses import asdict, dataclass, fields, replace
from datetime import date
from pathlib import Path
from typing import Any, cast

import numpy as np
from numpy.typing import NDArray

from plantigrade.array_types import F32, F64
from plantigrade.calibration.front_end import FrontEndParameters
from plantigrade.calibration.motion.model import MotionCalibration, motion_calibration_from
from plantigrade.calibration.settings import CODES, MID_RANGE_N
from plantigrade.errors import FileError

Codes = NDArray[np.integer[Any]]
Table = dict[str, Any]
SCHEMA = "plantigrade.calibration/1"


@dataclass(frozen=True)
class SensorCurve:
    """One sensor: conductance_us = conductance_us_per_n * F ** exponent above the unloaded code.

    Attributes:
        conductance_us_per_n: conductance at 1 N in microsiemens.
        exponent: of the power law.
        zero_count: code of the unloaded sensor.
        residual_pct: RMS of the fit's relative residuals in per cent; None for a nominal curve.
        gain_sd_pct: standard uncertainty of force at mid range in per cent.
        exponent_sd: standard uncertainty of the exponent.
        zero_sd_count: standard uncertainty of the unloaded code.
        points: number of bench loads behind the fit.
        hysteresis_pct: how much more the sensor reads while it is unloaded, in per cent of the reading.
        creep_pct_per_decade: growth of the reading for each decade of seconds under load.
    """

    conductance_us_per_n: float
    exponent: float
    zero_count: float
    residual_pct: float | None
    gain_sd_pct: float
    exponent_sd: float
    zero_sd_count: float
    points: int
    hysteresis_pct: float
    creep_pct_per_decade: float


@dataclass(frozen=True)
class Calibration:
    """Curves of one insole's sensors. Raw counts are always kept, so that a better one can be applied later.

    Attributes:
        serial: the insole's serial, empty for a nominal calibration.
        made_on: ISO date of the measurement.
        method: `nominal`, `bench`, `in-shoe` or a combination as text.
        scale: factor on every force, from body weight; 1 where unknown.
        scale_sd_pct: its standard uncertainty in per cent.
        sensors: one curve a channel in the order of the layout.
        front_end: the amplifier's numbers that the curves were fitted with.
        motion: of the motion sensor; None: by its data sheet.
    """

    serial: str
    made_on: str
    method: str
    scale: float
    scale_sd_pct: float
    sensors: tuple[SensorCurve, ...]
    front_end: FrontEndParameters
    motion: MotionCalibration | None = None

    def with_zero(self, zero_count: NDArray[np.floating], zero_sd_count: float) -> "Calibration":
        """The same curves with other unloaded codes (S,)."""
        curves = tuple(
            replace(curve, zero_count=float(zero), zero_sd_count=zero_sd_count)
            for curve, zero in zip(self.sensors, zero_count, strict=True)
        )
        return replace(self, sensors=curves)

    def with_scale(self, scale: float, scale_sd_pct: float) -> "Calibration":
        """The same curves with another factor on every force."""
        return replace(self, scale=scale, scale_sd_pct=scale_sd_pct)

    def table(self) -> F32:
        """Newtons for each code (S, 4096), the scale included."""
        codes = np.arange(CODES, dtype=np.float64)
        rows: list[NDArray[np.float64]] = []
        for curve in self.sensors:
            own = replace(
                self.front_end, conductance_us_per_n=curve.conductance_us_per_n, exponent=curve.exponent
            )
            rows.append(own.force_n(codes - curve.zero_count) * self.scale)
        return np.stack(rows).astype(np.float32)

    def apply(self, counts: Codes) -> F32:
        """Forces (n, S) in newtons of codes (n, S), by table.

        Raises:
            ValueError: the number of columns is not that of the sensors.
        """
        if counts.ndim != 2 or counts.shape[1] != len(self.sensors):
            raise ValueError(f"counts must have the shape (n, {len(self.sensors)}), not {counts.shape}")
        return lookup(self.table(), counts)

    def saturated(self, counts: Codes) -> NDArray[np.bool_]:
        """Where codes lie above the converter's usable end (n, S); forces there are a lower bound."""
        return counts >= self.front_end.usable_count

    def relative_sd(self, force_n: NDArray[np.floating[Any]]) -> F64:
        """Standard uncertainty of forces (n, S), as a share of each force.

        Curve, exponent and baseline of the sensor, and the scale that all share; the first three are
        independent between sensors. Zero force gives infinity.
        """
        force = np.maximum(np.asarray(force_n, np.float64), 1e-9)
        front, curves = self.front_end, self.sensors
        gain = np.array([c.gain_sd_pct / 100 for c in curves])
        slope = np.array([c.exponent_sd / c.exponent for c in curves])
        counts_per_n = front.counts_per_volt * front.v_ref * front.feedback_ohm * 1e-6
        zero = np.array([c.zero_sd_count / (counts_per_n * c.conductance_us_per_n) for c in curves])
        middle = np.log(force / MID_RANGE_N)
        variance = gain**2 + (slope * middle) ** 2 + (zero / force) ** 2 + (self.scale_sd_pct / 100) ** 2
        return np.sqrt(variance)

    def mid_range_sd(self) -> F64:
        """Standard uncertainty of each sensor (S,) at `MID_RANGE_N`, as a share: what findings carry on."""
        return self.relative_sd(np.full((1, len(self.sensors)), MID_RANGE_N))[0]

    def age_days(self, today: date) -> int:
        """Days since the measurement."""
        return (today - date.fromisoformat(self.made_on)).days

    def save(self, path: Path) -> None:
        """Write as JSON (docs/reference/calibration.md).

        Raises:
            FileError: the file cannot be written.
        """
        try:
            path.write_text(json.dumps(as_json(self), indent=1) + "\n", encoding="utf-8")
        except OSError as error:
            raise FileError(path, f"cannot be written ({error.strerror})") from error


def lookup(table: F32, counts: Codes) -> F32:
    """Values (n, S) of a table (S, 4096) at codes (n, S); codes beyond 12 bits count as full scale."""
    codes = np.minimum(counts, table.shape[1] - 1).astype(np.intp)
    codes += np.arange(table.shape[0], dtype=np.intp) * table.shape[1]
    return table.ravel()[codes]


def load_calibration(path: Path) -> Calibration:
    """Read what `Calibration.save` wrote.

    Raises:
        FileError: missing, not JSON, another schema, or an entry that is missing or of the wrong kind.
    """
    try:
        data: Any = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise FileError(path, f"cannot be read ({error.strerror})") from error
    except (json.JSONDecodeError, UnicodeDecodeError) as error:
        raise FileError(path, f"is not JSON: {error}") from error
    return calibration_from(data, path)


def as_json(calibration: Calibration) -> dict[str, Any]:
    """The values that `Calibration.save` writes."""
    return {"schema": SCHEMA} | asdict(calibration)


def calibration_from(data: Any, path: Path) -> Calibration:
    """A calibration from the values that `Calibration.save` writes; `path` is named in errors.

    Raises:
        FileError: as `load_calibration`.
    """
    if not isinstance(data, dict) or cast(Table, data).get("schema") != SCHEMA:
        raise FileError(path, f"is not a calibration of the schema {SCHEMA}")
    table = cast(Table, data)
    try:
        curves = tuple(_curve(entry) for entry in table["sensors"])
        front = _front_end(table["front_end"])
        calibration = Calibration(
            serial=str(table["serial"]),
            made_on=date.fromisoformat(table["made_on"]).isoformat(),
            method=str(table["method"]),
            scale=_number(table["scale"]),
            scale_sd_pct=_number(table["scale_sd_pct"]),
            sensors=curves,
            front_end=front,
            motion=motion_calibration_from(table["motion"]) if table.get("motion") else None,
        )
    except KeyError as error:
        raise FileError(path, f"lacks the entry {error}") from error
    except (TypeError, ValueError, OverflowError) as error:
        raise FileError(path, f"holds an entry that makes no sense: {error}") from error
    positive = [calibration.scale, *(n for c in curves for n in (c.conductance_us_per_n, c.exponent))]
    if not curves or min(positive) <= 0:
        raise FileError(path, "holds a curve or scale that is not positive; calibrate the insole again")
    return calibration


def _front_end(entry: Table) -> FrontEndParameters:
    numbers = {f.name: _number(entry[f.name]) for f in fields(FrontEndParameters)}
    complete = {name: int(numbers.pop(name)) for name in ("adc_bits", "oversample")}
    return FrontEndParameters(**numbers, **complete)


def _curve(entry: Table) -> SensorCurve:
    residual = entry["residual_pct"]
    numbers = {f.name: _number(entry[f.name]) for f in fields(SensorCurve) if f.name != "residual_pct"}
    points = int(numbers.pop("points"))
    return SensorCurve(**numbers, residual_pct=None if residual is None else _number(residual), points=points)


def _number(value: Any) -> float:
    number = float(value)
    if not np.isfinite(number):
        raise ValueError(f"{number} where a number is needed")
    return number
