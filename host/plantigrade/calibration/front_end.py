"""The sensor and amplifier as numbers: `hardware/analog/front_end.toml` and the ideal curve that follows
from it.

The chain, for one force-sensing resistor behind the multiplexer and the transimpedance amplifier:

    g_sensor = conductance_us_per_n * F ** exponent                    (microsiemens, newtons)
    R_total  = 1e6 / g_sensor + R_mux + R_lead                                (ohm)
    v        = v_ref * (1 + R_feedback / R_total)                      (volts)
    counts   = v / full_scale_v * (2 ** bits - 1), clipped to the range

The twin adds its imperfections to this curve; the calibration inverts it. Neither knows another source.
"""

import tomllib
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from plantigrade.array_types import F64
from plantigrade.calibration.settings import SMALLEST_HEADROOM
from plantigrade.errors import FileError

_PACKAGE = Path(__file__).resolve().parent.parent
_PLACES = (
    _PACKAGE / "_hardware" / "analog" / "front_end.toml",
    _PACKAGE.parent.parent / "hardware" / "analog" / "front_end.toml",
)


@dataclass(frozen=True)
class FrontEndParameters:
    """What `front_end.toml` says; field names carry the units."""

    conductance_us_per_n: float
    exponent: float
    tolerance_pct: float
    exponent_sd: float
    hysteresis_pct: float
    creep_pct_per_decade: float
    drift_pct_per_hour: float
    series_ohm: float
    v_ref: float
    feedback_ohm: float
    adc_bits: int
    full_scale_v: float
    usable_v: float
    noise_lsb: float
    oversample: int
    error_mv: float
    rate_hz: float

    @classmethod
    def load(cls, path: Path | None = None) -> "FrontEndParameters":
        """Read the parameter file; without a path the one that belongs to this version.

        Raises:
            FileError: the file is missing, is not TOML, or lacks an entry.
        """
        source = path or next((place for place in _PLACES if place.is_file()), _PLACES[-1])
        try:
            with source.open("rb") as stream:
                table = tomllib.load(stream)
            sensor, amplifier, adc = table["sensor"], table["amplifier"], table["adc"]
            return cls(
                conductance_us_per_n=float(sensor["conductance_us_per_n"]),
                exponent=float(sensor["exponent"]),
                tolerance_pct=float(sensor["tolerance_pct"]),
                exponent_sd=float(sensor["exponent_sd"]),
                hysteresis_pct=float(sensor["hysteresis_pct"]),
                creep_pct_per_decade=float(sensor["creep_pct_per_decade"]),
                drift_pct_per_hour=float(sensor["drift_pct_per_hour"]),
                series_ohm=float(table["mux"]["on_resistance_ohm"]) + float(table["mux"]["shared_lead_ohm"]),
                v_ref=float(amplifier["v_ref"]),
                feedback_ohm=float(amplifier["feedback_ohm"]),
                adc_bits=int(adc["bits"]),
                full_scale_v=float(adc["full_scale_v"]),
                usable_v=float(adc["usable_v"]),
                noise_lsb=float(adc["noise_lsb"]),
                oversample=int(adc["oversample"]),
                error_mv=float(adc["error_mv"]),
                rate_hz=float(table["scan"]["rate_hz"]),
            )
        except OSError as error:
            raise FileError(source, f"cannot be read ({error.strerror})") from error
        except tomllib.TOMLDecodeError as error:
            raise FileError(source, f"is not valid TOML: {error}") from error
        except KeyError as error:
            raise FileError(source, f"lacks the front-end entry {error}") from error

    @property
    def max_count(self) -> int:
        """The highest code of the converter."""
        return (1 << self.adc_bits) - 1

    @property
    def counts_per_volt(self) -> float:
        """Codes per volt."""
        return self.max_count / self.full_scale_v

    @property
    def usable_count(self) -> int:
        """Codes above this one come from the converter's non-linear end."""
        return int(self.usable_v * self.counts_per_volt)

    @property
    def zero_count(self) -> float:
        """The code of an unloaded sensor: the amplifier's reference voltage."""
        return self.v_ref * self.counts_per_volt

    def conductance_us(self, force_n: F64) -> F64:
        """Conductance of a nominal sensor in microsiemens; 0 without force."""
        return self.conductance_us_per_n * np.maximum(force_n, 0.0) ** self.exponent

    def volts(self, conductance_us: F64) -> F64:
        """Amplifier output for a sensor conductance in microsiemens, not limited by the converter."""
        loop = conductance_us / (1.0 + conductance_us * 1e-6 * self.series_ohm)
        return self.v_ref * (1.0 + self.feedback_ohm * 1e-6 * loop)

    def counts(self, force_n: F64) -> F64:
        """The ideal, unrounded code of a nominal sensor, clipped to the converter's range."""
        return np.clip(self.volts(self.conductance_us(force_n)) * self.counts_per_volt, 0, self.max_count)

    def loop_conductance_us(self, counts_above_zero: F64) -> F64:
        """Sensor conductance in microsiemens from codes above the unloaded code; 0 at or below it.

        The inverse of `volts`. Codes that no finite conductance explains give the largest that the chain can
        tell.
        """
        loop = np.maximum(counts_above_zero, 0.0) / self.counts_per_volt / self.v_ref / self.feedback_ohm
        return 1e6 * loop / np.maximum(1.0 - loop * self.series_ohm, SMALLEST_HEADROOM)

    def force_n(self, counts_above_zero: F64) -> F64:
        """Force in newtons on a nominal sensor from codes above the unloaded code."""
        return (self.loop_conductance_us(counts_above_zero) / self.conductance_us_per_n) ** (
            1.0 / self.exponent
        )
