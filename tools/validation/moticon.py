"""Moticon: our contacts and peaks of force beside the vendor's own step report of the same walk.

The export has no reader of its own yet: this one reads what the comparison needs. Areas and places of the
cells come from `geometry.json` (fitted from the files: total force = sum of area times pressure).
"""

import json
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import numpy.typing as npt
from plantigrade.gait.engine import analyze
from plantigrade.gait.pressure import regions
from plantigrade.gait.results import FootAnalysis
from plantigrade.gait.signals import Foot, FootSignal, SensorLayout, SourceInfo, Walk

Floats = npt.NDArray[np.float64]
CELLS = 16
LENGTH_MM, WIDTH_MM = 260.0, 90.0
RATE_HZ = 100.0
FOUND_S = 0.06
"""A step of the report counts as found with a contact of ours this near to it."""
_SHEETS = {Foot.LEFT: "xl/worksheets/sheet2.xml", Foot.RIGHT: "xl/worksheets/sheet3.xml"}
_COLUMNS = {"B": "ic_s", "C": "fc_s", "J": "f1_n", "L": "f3_n", "N": "f2_n"}
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
    release_sd_ms: float


def read_export(path: Path, geometry: Path) -> Walk:
    """Forces of the cells of both feet; empty cells are missing samples."""
    lines = path.read_text(encoding="utf-8").splitlines()
    titles = [line for line in lines if line.startswith("#")][-1].lstrip("# ").split("\t")
    cells = [line.split("\t") for line in lines if line and not line.startswith("#")]
    cells = [row + [""] * (len(titles) - len(row)) for row in cells]
    fitted = json.loads(geometry.read_text())
    time_s = np.array([float(row[0]) for row in cells])
    feet: dict[Foot, FootSignal] = {}
    for foot in Foot:
        area = np.array(fitted[foot.value]["w"])
        places = [titles.index(f"{foot.value} pressure {number}[N/cm²]") for number in range(1, CELLS + 1)]
        values = np.array([[float(row[place] or "nan") for place in places] for row in cells])
        along = LENGTH_MM * (0.5 + np.array(fitted[foot.value]["x"]))
        across = WIDTH_MM * (0.5 - np.array(fitted[foot.value]["y"]))
        layout = SensorLayout(
            "moticon-16",
            across,
            along,
            area,
            regions.of_length(along / LENGTH_MM),
            insole_length_mm=LENGTH_MM,
        )
        feet[foot] = FootSignal(foot, time_s, (values * area).astype(np.float32), layout)
    return Walk(feet[Foot.LEFT], feet[Foot.RIGHT], RATE_HZ, SourceInfo(path.name, "moticon"))


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

    def peaks(name: str) -> Difference:
        return difference((getattr(strides, name)[rows] - report[name])[same])

    return StepReport(
        walk=walk,
        foot=foot.foot.value,
        steps=len(contact),
        found=int(np.count_nonzero(np.abs(contact) <= FOUND_S)),
        valid=int(strides.valid.sum()),
        contact_ms=difference(1e3 * contact[np.abs(contact) <= FOUND_S]),
        release_ms=difference(1e3 * release[np.abs(release) <= FOUND_S]),
        f1_n=peaks("f1_n"),
        f2_n=peaks("f2_n"),
        f3_n=peaks("f3_n"),
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
        analysis = analyze(read_export(export, folder / "geometry.json"))
        found += [compare(export.stem, foot, read_report(report, foot.foot)) for foot in analysis.feet]
    return found


def section(reports: list[StepReport]) -> list[str]:
    """Lines of the report."""
    lines = ["## The vendor's own step report (Moticon)", ""]
    if not reports:
        return [*lines, "Not at hand.", ""]
    lines += [
        "Sixteen cells a foot at 100 Hz, one person, through areas and places fitted from the export; ours",
        "minus the vendor's report over its steps, mean +- SD. The export lacks single samples every second",
        "or so: gaps of at most 33 ms are bridged. Both are insoles' figures; neither is the truth. Our",
        "final contact is the end of the fall, the vendor's a level of force that it does not name.",
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
        )
        for one in reports
    ]
    table = [f"| {' | '.join(row)} |" for row in (head, ["---"] * len(head), *rows)]
    return [*lines, *table, ""]


def _text(value: Difference) -> str:
    return f"{value.mean:+.1f} +- {value.sd:.1f}"
