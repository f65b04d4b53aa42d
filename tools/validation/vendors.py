"""Exports of other systems: every file analysed, what came out in one line."""

from dataclasses import dataclass
from pathlib import Path

from plantigrade.errors import PlantigradeError
from plantigrade.gait.engine import analyze
from plantigrade.imports.formats import read

ENDINGS = (".asc", ".asf", ".csv", ".asc.gz", ".asf.gz", ".csv.gz")


@dataclass(frozen=True)
class Export:
    """One file's analysis; `problem` as text where there is none."""

    name: str
    instrument: str = ""
    rate_hz: float = 0.0
    seconds: float = 0.0
    strides: int = 0
    valid: int = 0
    stride_time_s: float | None = None
    stance_pct: float | None = None
    peak_force_n: float | None = None
    findings: tuple[str, ...] = ()
    problem: str = ""


def analyse(path: Path) -> Export:
    """Read and analyse one export."""
    try:
        result = analyze(read(path))
    except PlantigradeError as error:
        return Export(path.name, problem=str(error).replace(str(path), path.name))
    peaks = [foot.parameters["peak_force_n"].value for foot in result.feet]
    known = [peak for peak in peaks if peak is not None]
    return Export(
        name=path.name,
        instrument=result.source.instrument.value,
        rate_hz=result.sample_rate_hz,
        seconds=result.to_s - result.from_s,
        strides=sum(len(foot.strides) for foot in result.feet),
        valid=sum(int(foot.strides.valid.sum()) for foot in result.feet),
        stride_time_s=result.both["stride_time_s"].value,
        stance_pct=result.both["stance_pct"].value,
        peak_force_n=max(known) if known else None,
        findings=tuple(finding.text for finding in result.findings),
    )


def run(folder: Path) -> list[Export]:
    """Every export of a folder."""
    return [analyse(path) for path in sorted(folder.iterdir()) if path.name.endswith(ENDINGS)]
