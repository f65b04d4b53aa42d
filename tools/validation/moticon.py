"""Moticon: our contacts, peaks of force and gait line beside the vendor's own report of the same steps."""

import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import numpy.typing as npt
from plantigrade.gait.engine import analyze
from plantigrade.gait.results import FootAnalysis
from plantigrade.gait.signals import Foot
from plantigrade.imports.formats import read

Floats = npt.NDArray[np.float64]
FOUND_S = 0.06
"""A step of the report counts as found with a contact of ours this near to it."""
_SHEETS = {Foot.LEFT: "xl/worksheets/sheet2.xml", Foot.RIGHT: "xl/worksheets/sheet3.xml"}
_COLUMNS = {
    "B": "ic_s",
    "C": "fc_s",
    "H": "gait_line",
    "J": "f1_n",
    "L": "f3_n",
    "N": "f2_n",
    "R": "stance_s",
    "T": "double_s",
    "W": "stride_m",
    "Y": "speed_m_s",
}
_XML = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"


@dataclass(frozen=True)
class Difference:
    """Ours minus the report's over the steps: mean and SD of `n`."""

    n: int
    mean: float
    sd: float


@dataclass(frozen=True)
class StepReport:
    """One foot of one walk.

    Attributes:
        walk: name of the export.
        foot: side.
        steps: of the report.
        found: of those, with a contact of ours within 60 ms.
        valid: steady strides of ours.
        contact_ms, release_ms: initial and final contact.
        f1_n, f2_n, f3_n: first peak, valley and second peak.
        stance_ms, double_ms: stance and the double support that begins it.
        gait_line_pct: extent of the gait line along the insole, percent of its length.
        stride_cm, speed_cm_s: length and speed of the stride that begins at the contact.
        release_sd_ms: what we say of the uncertainty of the final contacts, median.
    """

    walk: str
    foot: str
    steps: int
    found: int
    valid: int
    contact_ms: Difference
    release_ms: Difference
    f1_n: Difference
    f2_n: Difference
    f3_n: Difference
    stance_ms: Difference
    double_ms: Difference
    gait_line_pct: Difference
    stride_cm: Difference
    speed_cm_s: Difference
    release_sd_ms: float


def read_report(path: Path, foot: Foot) -> dict[str, Floats]:
    """Steps of one foot of a report: initial and final contact, first peak, valley, second peak."""
    with zipfile.ZipFile(path) as book:
        sheet = ElementTree.fromstring(book.read(_SHEETS[foot]))
    rows = list(_steps(sheet))
    return {name: np.array([row.get(name, np.nan) for row in rows]) for name in _COLUMNS.values()}


def _steps(sheet: ElementTree.Element) -> Iterator[dict[str, float]]:
    """Rows below the titles."""
    for row in list(sheet.iter(f"{_XML}row"))[1:]:
        values: dict[str, float] = {}
        for cell in row.iter(f"{_XML}c"):
            name = _COLUMNS.get(cell.get("r", "").rstrip("0123456789"))
            text = cell.findtext(f"{_XML}v")
            if name and text and cell.get("t") != "s":
                values[name] = float(text)
        if "ic_s" in values:
            yield values


def compare(walk: str, foot: FootAnalysis, report: dict[str, Floats]) -> StepReport:
    """Each step of the report beside our contact nearest to it."""
    contacts, strides = foot.initial_contact_s, foot.strides
    contact = _nearest(contacts, report["ic_s"])
    release = _nearest(foot.final_contact_s, report["fc_s"])
    rows = np.array([int(np.argmin(np.abs(strides.initial_contact_s - at))) for at in report["ic_s"]])
    same = np.abs(strides.initial_contact_s[rows] - report["ic_s"]) <= FOUND_S
    gait_line = strides.pressure[:, strides.pressure_names.index("gait_line_range_pct")].astype(np.float64)

    def beside(ours: Floats, name: str, scale: float = 1.0) -> Difference:
        return difference((ours[rows] - scale * report[name])[same])

    return StepReport(
        walk=walk,
        foot=foot.foot.value,
        steps=len(contact),
        found=int(np.count_nonzero(np.abs(contact) <= FOUND_S)),
        valid=int(strides.valid.sum()),
        contact_ms=difference(1e3 * contact[np.abs(contact) <= FOUND_S]),
        release_ms=difference(1e3 * release[np.abs(release) <= FOUND_S]),
        f1_n=beside(strides.f1_n, "f1_n"),
        f2_n=beside(strides.f2_n, "f2_n"),
        f3_n=beside(strides.f3_n, "f3_n"),
        stance_ms=beside(1e3 * strides.stance_time_s, "stance_s", 1e3),
        double_ms=beside(1e3 * strides.initial_double_support_s, "double_s", 1e3),
        gait_line_pct=beside(gait_line, "gait_line", 100.0),
        stride_cm=beside(100.0 * strides.stride_length_m, "stride_m", 100.0),
        speed_cm_s=beside(100.0 * strides.speed_m_per_s, "speed_m_s", 100.0),
        release_sd_ms=1e3 * float(np.median(strides.final_contact_sd_s)),
    )


def _nearest(events_s: Floats, truth_s: Floats) -> Floats:
    return np.array([events_s[np.argmin(np.abs(events_s - at))] - at for at in truth_s])


def difference(values: Floats) -> Difference:
    """Mean and SD of the finite values; NaN of fewer than two."""
    known = values[np.isfinite(values)]
    if len(known) < 2:
        return Difference(len(known), float("nan"), float("nan"))
    return Difference(len(known), float(np.mean(known)), float(np.std(known, ddof=1)))


def run(folder: Path) -> list[StepReport]:
    """Every export of a folder that has a report of its minute beside it."""
    found: list[StepReport] = []
    for report in sorted(folder.glob("gait_report_*.xlsx")):
        day, *clock = report.stem.removeprefix("gait_report_").split("_")
        export = folder / f"{day}_{''.join(clock)}.txt"
        if not export.is_file():
            continue
        analysis = analyze(read(export))
        found += [compare(export.stem, foot, read_report(report, foot.foot)) for foot in analysis.feet]
    return found


def section(reports: list[StepReport]) -> list[str]:
    """Lines of the report."""
    lines = ["## The vendor's own step report (Moticon)", ""]
    if not reports:
        return [*lines, "Not at hand.", ""]
    lines += [
        "Insoles (Moticon, sixteen cells a foot, 100 Hz), one person, read as `plantigrade analyze` reads",
        "them; ours minus the vendor's report of the same insoles over its steps, mean +- SD. The export",
        "lacks single samples every second or so: gaps of at most 33 ms are bridged. Neither is the truth.",
        "Our final contact is the end of the fall, the vendor's a level of force that it does not name: so",
        "our stance and double support are longer. `python -m tools.validate --only moticon` prints this.",
        "",
    ]
    head = (
        "walk",
        "foot",
        "steps",
        "found within 60 ms",
        "valid strides",
        "IC ms",
        "FC ms",
        "our SD of FC ms",
        "F1 N",
        "valley N",
        "F3 N",
        "stance ms",
        "double support ms",
        "gait line, % of length",
        "stride length cm",
        "speed cm/s",
    )
    rows = [
        (
            one.walk,
            one.foot,
            f"{one.steps}",
            f"{one.found}",
            f"{one.valid}",
            *(_text(value) for value in (one.contact_ms, one.release_ms)),
            f"{one.release_sd_ms:.1f}",
            *(_text(value) for value in (one.f1_n, one.f2_n, one.f3_n)),
            *(_text(value) for value in (one.stance_ms, one.double_ms, one.gait_line_pct)),
            *(_text(value) for value in (one.stride_cm, one.speed_cm_s)),
        )
        for one in reports
    ]
    table = [f"| {' | '.join(row)} |" for row in (head, ["---"] * len(head), *rows)]
    return [*lines, *table, ""]


def _text(value: Difference) -> str:
    return f"{value.mean:+.1f} +- {value.sd:.1f}"
