"""Motion: stride lengths beside optical motion capture (gaitmap), stairs, and strides of virtual people.

The recordings of gaitmap hold acceleration and rotation of both feet alone. They are written as plain CSV and
read as `plantigrade analyze` reads such a file, so that axes and contacts are found by us.
"""

import csv
import gzip
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import numpy as np
import numpy.typing as npt
from plantigrade.gait.engine import analyze
from plantigrade.gait.results import Analysis, FootAnalysis
from plantigrade.imports.formats import read

from tools.validation import twin_motion
from tools.validation.moticon import Difference, difference

Floats = npt.NDArray[np.float64]
SENSOR_HZ: Final = 204.8
CAPTURE_HZ: Final = 100.0
LEVEL_WALK: Final = "imu_sample"
STAIRS: Final = "imu_sample_healthy_stair_up"
SAME_S: Final = 0.12
"""A stride of ours is that of the recording's own list whose contact is so near."""
STAIR_M: Final = 0.2
"""A stride that rises by more is one on stairs: two steps of 0.15 m."""
TWIN_PEOPLE: Final = 3
"""Of the virtual people of `tools.validation.twin_motion`; two hundred take an hour."""


@dataclass(frozen=True)
class CapturedFoot:
    """One foot beside the marker on its heel.

    Attributes:
        foot: side.
        strides: of the recording's own list, and those of them that we found.
        steady_cm, every_cm: stride length, ours minus the marker's, of steady strides and of all found ones.
        covered: share of all found ones whose true length lies in the stated 95 %.
        height_cm: height gained, likewise, of all.
    """

    foot: str
    strides: int
    steady_cm: Difference
    every_cm: Difference
    covered: float
    height_cm: Difference


@dataclass(frozen=True)
class Heights:
    """How much strides of one foot rise.

    Attributes:
        walk, foot: which.
        strides: whose motion is known.
        stairs: that rise by more than 0.2 m.
        stairs_m: mean and SD of what these rise.
    """

    walk: str
    foot: str
    strides: int
    stairs: int
    stairs_m: Difference


@dataclass(frozen=True)
class MotionFigures:
    """What the section shows; `twin` are lines of a table."""

    captured: list[CapturedFoot] = field(default_factory=list[CapturedFoot])
    heights: list[Heights] = field(default_factory=list[Heights])
    twin: list[str] = field(default_factory=list[str])


def columns(path: Path) -> tuple[list[tuple[str, str]], Floats]:
    """A table with two lines of titles: their pairs, and (rows, columns)."""
    with gzip.open(path, "rt", encoding="utf-8", newline="") as stream:
        first, second, *rows = list(csv.reader(stream))
    return list(zip(first, second, strict=True)), np.array(rows, np.float64)


def as_plain_csv(source: Path, target: Path) -> None:
    """The sensors' recording as plain CSV of motion."""
    titles, values = columns(source)
    names, chosen = ["time_s"], [np.arange(len(values)) / SENSOR_HZ]
    for number, (sensor, axis) in enumerate(titles):
        if not sensor.endswith("_sensor"):
            continue
        kind, letter = axis.split("_")
        unit = "m_s2" if kind == "acc" else "deg_s"
        names.append(f"{sensor.removesuffix('_sensor')}_{kind}_{letter}_{unit}")
        chosen.append(values[:, number])
    header = ",".join(names)
    np.savetxt(target, np.column_stack(chosen), delimiter=",", header=header, comments="", fmt="%.6f")


def analysed(source: Path) -> Analysis:
    """A recording as anybody's plain CSV is analysed."""
    with tempfile.TemporaryDirectory() as folder:
        target = Path(folder) / "walk.csv"
        as_plain_csv(source, target)
        return analyze(read(target))


def heel_m(folder: Path, side: str) -> Floats:
    """(n, 3) place of the marker on the heel, m, at `CAPTURE_HZ`."""
    titles, values = columns(folder / "mocap_sample.csv.gz")
    return values[:, [titles.index((f"{side[0].upper()}_FCC", axis)) for axis in "xyz"]] / 1000.0


def place_at(heel: Floats, at_s: float) -> Floats:
    """(3,) place of the marker at a time, m."""
    times = np.arange(len(heel)) / CAPTURE_HZ
    return np.array([float(np.interp(at_s, times, heel[:, axis])) for axis in range(heel.shape[1])])


def strides_of(folder: Path, side: str) -> list[tuple[float, float, float]]:
    """The recording's own strides of a foot: contact before, still instants at both ends, seconds."""
    with gzip.open(folder / "stride_events_sample.csv.gz", "rt", encoding="utf-8", newline="") as stream:
        rows = [row for row in csv.DictReader(stream) if row["foot"] == side]
    return [
        (
            float(row["pre_ic"]) / SENSOR_HZ,
            float(row["start"]) / SENSOR_HZ,
            float(row["end"]) / SENSOR_HZ,
        )
        for row in rows
    ]


def beside_capture(folder: Path, found: FootAnalysis) -> CapturedFoot:
    """Each stride of the list beside ours."""
    side, table = found.foot.value, found.strides
    heel, listed = heel_m(folder, side), strides_of(folder, side)
    rows: list[int] = []
    true: list[Floats] = []
    for contact_s, begin_s, end_s in listed:
        row = int(np.argmin(np.abs(table.initial_contact_s - contact_s)))
        if abs(table.initial_contact_s[row] - contact_s) > SAME_S:
            continue
        rows.append(row)
        true.append(place_at(heel, end_s) - place_at(heel, begin_s))
    way = np.array(true)
    off = table.stride_length_m[rows] - np.hypot(way[:, 0], way[:, 1])
    inside = np.abs(off) <= twin_motion.LEVEL_95 * table.stride_length_sd_m[rows]
    return CapturedFoot(
        side,
        len(listed),
        difference(100.0 * off[table.valid[rows]]),
        difference(100.0 * off),
        float(np.mean(inside[np.isfinite(off)])),
        difference(100.0 * (table.height_gain_m[rows] - way[:, 2])),
    )


def heights(walk: str, found: FootAnalysis) -> Heights:
    """Strides that rise as on stairs."""
    rise = found.strides.height_gain_m
    rise = rise[np.isfinite(rise)]
    on_stairs = rise[rise > STAIR_M]
    return Heights(walk, found.foot.value, len(rise), len(on_stairs), difference(on_stairs))


def run(folder: Path, people: int = TWIN_PEOPLE) -> MotionFigures:
    """Everything; `people` virtual ones."""
    level, stairs = (analysed(folder / f"{name}.csv.gz") for name in (LEVEL_WALK, STAIRS))
    strides: dict[str, list[twin_motion.Stride]] = {"forces": [], "motion": []}
    for person in range(people):
        for speed in twin_motion.SPEEDS:
            with_forces, alone = twin_motion.strides_of(person, speed)
            strides["forces"] += with_forces
            strides["motion"] += alone
    return MotionFigures(
        [beside_capture(folder, foot) for foot in level.feet],
        [
            heights(walk, foot)
            for walk, found in (("level", level), ("upstairs", stairs))
            for foot in found.feet
        ],
        twin_motion.table(strides) if people else [],
    )


def section(found: MotionFigures) -> list[str]:
    """Lines of the report."""
    lines = ["## Motion beside optical motion capture (gaitmap)", ""]
    if not found.captured:
        return [*lines, "Not at hand.", ""]
    lines += [
        "Sensors on both feet of one man (mad-lab-fau's gaitmap, example data, MIT licence), 204.8 Hz, read",
        "as plain CSV without forces: axes and contacts are found by us. Truth: the heel's marker between",
        "the still instants that the recording lists. Ours minus truth, mean +- SD. The way in which strides",
        "are computed was chosen on this walk, so that it is no held-out test: see",
        "[motion](../explanation/motion.md), which has 25 lines of plain integration and gaitmap's own",
        "pipeline beside it. `python -m tools.validate --only gaitmap` prints this.",
        "",
    ]
    rows = [
        (
            one.foot,
            f"{one.strides}",
            f"{one.every_cm.n}",
            f"{_text(one.steady_cm)} ({one.steady_cm.n})",
            _text(one.every_cm),
            f"{100 * one.covered:.0f} %",
            _text(one.height_cm),
        )
        for one in found.captured
    ]
    head = (
        "foot",
        "listed strides",
        "found",
        "length of steady ones, cm (n)",
        "length of all, turns too, cm",
        "true length within the stated 95 %",
        "height of a stride, cm",
    )
    lines += [*_table(head, rows), "", "### Stairs", ""]
    lines += [
        "The same sensors on stairs, upwards, no truth but the building: two steps of a staircase rise about",
        "0.3 m, and between flights there are landings. Strides that rise by more than 0.2 m, and how much.",
        "",
    ]
    lines += _table(
        ("walk", "foot", "strides", "rise by more than 0.2 m", "by, m"),
        [
            (
                one.walk,
                one.foot,
                f"{one.strides}",
                f"{one.stairs}",
                f"{one.stairs_m.mean:.2f} +- {one.stairs_m.sd:.2f}" if one.stairs > 1 else "-",
            )
            for one in found.heights
        ],
    )
    lines += ["", "### Virtual people", ""]
    lines += [
        f"{TWIN_PEOPLE} of them at three speeds, a minute with two turns each, insoles whose sensors have",
        "all imperfections of the twin; contacts by forces, and from motion alone; bias +- SD (strides). All",
        "200: `python -m tools.validation.twin_motion`, in [motion](../explanation/motion.md).",
        "",
        *found.twin,
        "",
    ]
    return lines


def _text(value: Difference) -> str:
    return f"{value.mean:+.1f} +- {value.sd:.1f}"


def _table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> list[str]:
    return [f"| {' | '.join(row)} |" for row in (head, ["---"] * len(head), *rows)]
