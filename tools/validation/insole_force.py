"""gaitpdb: group means of our analysis beside the published table of the same laboratory."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from plantigrade.gait.engine import analyze
from plantigrade.gait.results import Analysis
from plantigrade.imports.formats import read

ROWS: Mapping[str, tuple[str, str]] = {
    "stride time s": ("stride_time_s", "value"),
    "stride time CV %": ("stride_time_cv_pct", "value"),
    "swing %": ("swing_pct", "value"),
    "swing CV %": ("swing_time_cv_pct", "value"),
}

# Frenkel-Toledo 2005, J NeuroEng Rehabil 2:23, table 2, level ground: mean, SD over subjects. Its cohort is
# study Si.
PUBLISHED: Mapping[str, Mapping[str, tuple[float, float]]] = {
    "Pt": {
        "stride time s": (1.12, 0.07),
        "stride time CV %": (2.24, 0.74),
        "swing %": (34.45, 2.60),
        "swing CV %": (3.27, 1.25),
    },
    "Co": {
        "stride time s": (1.08, 0.09),
        "stride time CV %": (1.94, 0.36),
        "swing %": (35.27, 1.97),
        "swing CV %": (2.80, 1.99),
    },
}
STUDIES: Mapping[str, str] = {
    "Ga": "Yogev 2005 (dual tasking)",
    "Ju": "Hausdorff 2007 (rhythmic cues)",
    "Si": "Frenkel-Toledo 2005 (treadmill study, level ground)",
}
OWN_STUDY = "Si"


@dataclass(frozen=True)
class ExportData:
    """Figures of one recording, in the order of `ROWS`; NaN where unavailable."""

    record: str
    figures: tuple[float, ...]
    turns: int
    strides: int
    valid: int

    @property
    def study(self) -> str:
        """Ga, Ju or Si."""
        return self.record[:2]

    @property
    def group(self) -> str:
        """Co (control) or Pt (patient)."""
        return self.record[2:4]


def data(record: str, analysis: Analysis) -> ExportData:
    """The published parameters of one analysis."""
    figures = tuple(
        float("nan") if analysis.both[name].value is None else float(analysis.both[name].value or 0.0)
        for name, _ in ROWS.values()
    )
    strides = sum(len(foot.strides) for foot in analysis.feet)
    valid = sum(int(foot.strides.valid.sum()) for foot in analysis.feet)
    return ExportData(record, figures, len(analysis.turns), strides, valid)


def run(folder: Path, trial: str = "_01") -> list[ExportData]:
    """Every recording of usual walking (trial 01) in a folder, plain or gzipped."""
    found: list[ExportData] = []
    for path in sorted([*folder.glob(f"??[CP]*{trial}.txt"), *folder.glob(f"??[CP]*{trial}.txt.gz")]):
        record = path.name.split(".")[0]
        found.append(data(record, analyze(read(path))))
    return found


def group_mean(subjects: list[ExportData], row: int) -> tuple[float, float, float]:
    """Mean, SD and median over subjects."""
    values = np.array([s.figures[row] for s in subjects])
    values = values[np.isfinite(values)]
    if len(values) == 0:
        return float("nan"), float("nan"), float("nan")
    sd = float(np.std(values, ddof=1)) if len(values) > 1 else float("nan")
    return float(np.mean(values)), sd, float(np.median(values))
