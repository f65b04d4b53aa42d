"""Counts to newtons: curves per sensor, baseline, creep and hysteresis, body-weight scale, faults."""

from typing import TYPE_CHECKING, Any

from plantigrade.calibration.bench import BenchReading, fit_bench
from plantigrade.calibration.faults import FaultWatch, SensorFault, SensorFaultKind
from plantigrade.calibration.front_end import FrontEndParameters
from plantigrade.calibration.model import Calibration, SensorCurve, load_calibration
from plantigrade.calibration.nominal import newtons, nominal, unloaded_counts
from plantigrade.calibration.staleness import Staleness, staleness
from plantigrade.calibration.weight import WeightScale, scale_from_standing, scale_from_walking

if TYPE_CHECKING:
    from plantigrade.calibration.stream import Calibrator

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


def __getattr__(name: str) -> Any:
    """`Calibrator` is loaded when it is asked for: its compiler takes longer to load than most commands."""
    if name == "Calibrator":
        from plantigrade.calibration.stream import Calibrator

        return Calibrator
    raise AttributeError(f"module {__name__} has no attribute {name}")
