"""Counts to newtons: curves per sensor, baseline, creep and hysteresis, body-weight scale, faults."""

from plantigrade.calibration.bench import BenchReading, fit_bench
from plantigrade.calibration.faults import FaultWatch, SensorFault, SensorFaultKind
from plantigrade.calibration.front_end import FrontEndParameters
from plantigrade.calibration.model import Calibration, SensorCurve, load_calibration
from plantigrade.calibration.nominal import newtons, nominal, unloaded_counts
from plantigrade.calibration.staleness import Staleness, staleness
from plantigrade.calibration.stream import Calibrator
from plantigrade.calibration.weight import WeightScale, scale_from_standing, scale_from_walking

__all__ = [
    "BenchReading",
    "Calibration",
    "Calibrator",
    "FaultWatch",
    "FrontEndParameters",
    "SensorCurve",
    "SensorFault",
    "SensorFaultKind",
    "Staleness",
    "WeightScale",
    "fit_bench",
    "load_calibration",
    "newtons",
    "nominal",
    "scale_from_standing",
    "scale_from_walking",
    "staleness",
    "unloaded_counts",
]
