"""Counts to newtons: curves per sensor, baseline, creep and hysteresis, body-weight scale, faults."""

from plantigrade.calibration.front_end import FrontEndParameters
from plantigrade.calibration.model import Calibration, SensorCurve, load_calibration
from plantigrade.calibration.nominal import newtons, nominal, unloaded_counts

__all__ = [
    "Calibration",
    "FrontEndParameters",
    "SensorCurve",
    "load_calibration",
    "newtons",
    "nominal",
    "unloaded_counts",
]
