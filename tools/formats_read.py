"""Recordings of other makers: what each file says of itself beside what was read from it.

    python -m tools.formats_read [--data ../shared/data] [--output docs/reference/formats-read.md]

What a file says is taken from its text here, with plain patterns and nothing of the readers, so that it is a
second witness: headers, stated sums, the maker's own steps, and a count of the rows.
"""

import argparse
import gzip
import re
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from plantigrade.errors import PlantigradeError
from plantigrade.gait.engine import analyze
from plantigrade.gait.signals import Foot, FootSignal, Walk
from plantigrade.imports.formats import read

ROOT = Path(__file__).resolve().parent.parent
OUTPUT = ROOT / "docs" / "reference" / "formats-read.md"


@dataclass(frozen=True)
class Stated:
    """What a file says: of both feet, and of each where it says so. None where it does not."""

    samples: dict[str, int] = field(default_factory=dict[str, int])
    seconds: float | None = None
    peak: dict[str, float] = field(default_factory=dict[str, float])
    steps: dict[str, int] = field(default_factory=dict[str, int])


def _text(path: Path) -> str:
    raw = path.read_bytes()
    raw = gzip.decompress(raw) if raw.startswith(b"\x1f\x8b") else raw
    return raw.decode("utf-8", errors="replace")


def _largest(cells: list[str]) -> float:
    return max(float(cell) for cell in cells if re.fullmatch(r"-?[\d.]+", cell.strip()))


def moticon(path: Path) -> Stated:
    lines = _text(path).splitlines()
    titles = next(line for line in lines if line.startswith("# time")).split("\t")
    rows = [line.split("\t") for line in lines if line and not line.startswith("#")]
    minutes, seconds = next(line for line in lines if line.startswith("# Duration")).split(":")[1:]
    column = {side: titles.index(f"{side} total force[N]") for side in ("left", "right")}
    steps = {
        side: sum(row[titles.index(f"{side} steps[]")].startswith(code) for row in rows)
        for side, code in (("left", "11"), ("right", "21"))
        if f"{side} steps[]" in titles
    }
    return Stated(
        samples={side: sum(bool(row[at]) for row in rows) for side, at in column.items()},
        seconds=60 * float(minutes) + float(seconds),
        peak={side: _largest([row[at] for row in rows]) for side, at in column.items()},
        steps=steps,
    )


def loadsol(path: Path) -> Stated:
    lines = _text(path).splitlines()
    names = lines[2].split("\t")
    rows = [line.split("\t") for line in lines[4:] if line.strip()]
    totals = {"left" if n.endswith("-L") else "right": i for i, n in enumerate(names) if n and "::" not in n}
    return Stated(
        samples={side: sum(row[at - 1] != "-1.000" for row in rows) for side, at in totals.items()},
        seconds=float(rows[-1][0]),
        peak={side: _largest([row[at] for row in rows]) for side, at in totals.items()},
    )


def pedar(path: Path) -> Stated:
    text = _text(path)
    rows = len(re.findall(r"^ *\d+\.\d{5}\t", text, re.MULTILINE))
    seconds = float(re.findall(r"total time \[secs\]: +([\d.]+)", text)[0])
    return Stated(samples={"left": rows, "right": rows}, seconds=seconds)


def pliance(path: Path) -> Stated:
    text = _text(path)
    part = text[text.index("time[secs]") : text.index("MPP")].splitlines()[1:]
    times = [line.split()[0] for line in part if line.strip() and line.split()[0][0].isdigit()]
    forces = dict(re.findall(r"^ +([\d.]+) +([\d.]+) +\S+ +\S+ *$", text, re.MULTILINE))
    peak = max(float(forces[time]) for time in times)
    return Stated(
        samples={"right": len(times)}, seconds=float(times[-1]) - float(times[0]), peak={"right": peak}
    )


def emed(path: Path) -> Stated:
    text = _text(path)
    pictures = len(re.findall(r"Pict-No\.: \d+", text))
    seconds = float(re.findall(r"Time/picture:([\d.]+) ms", text)[0]) / 1000 * pictures
    peak = max(float(line.split()[-1]) for line in text.splitlines() if line.startswith("Force\t"))
    return Stated(samples={"left": pictures}, seconds=seconds, peak={"left": peak})


def tekscan(path: Path) -> Stated:
    text = _text(path)
    facts = dict(re.findall(r"^([A-Z_]+) (\S+)", text, re.MULTILINE))
    frames = int(facts["END_FRAME"]) - int(facts["START_FRAME"]) + 1
    side = "right" if "R.asf" in path.name else "left"
    return Stated(samples={side: frames}, seconds=frames * float(facts["SECONDS_PER_FRAME"]))


def xsensor(path: Path) -> Stated:
    text = _text(path)
    blocks = re.findall(r"^SENSOR,\S*?-(LF|RF)\b.*?Est\. Load \(N\),([\d.]+)", text, re.MULTILINE | re.DOTALL)
    clocks = [
        3600 * int(h) + 60 * int(m) + float(s)
        for h, m, s in re.findall(r"^Time, (\d+):(\d+):([\d.]+)", text, re.M)
    ]
    loads = {
        side: [float(n) for foot, n in blocks if foot == mark]
        for side, mark in (("left", "LF"), ("right", "RF"))
    }
    return Stated(
        samples={side: len(found) for side, found in loads.items()},
        seconds=clocks[-1] - clocks[0],
        peak={side: max(found) for side, found in loads.items()},
    )


def stappone(path: Path) -> Stated:
    stamps = [int(line.split(",")[1]) for line in _text(path).splitlines()[1:]]
    return Stated(samples={"left": len(stamps)}, seconds=(stamps[-1] - stamps[0]) / 1000)


def gaitpdb(path: Path) -> Stated:
    rows = [line.split() for line in _text(path).splitlines()]
    return Stated(
        samples={"left": len(rows), "right": len(rows)},
        seconds=float(rows[-1][0]),
        peak={side: _largest([row[at] for row in rows]) for side, at in (("left", 17), ("right", 18))},
    )


def wfdb(path: Path) -> Stated:
    _, _, rate, samples = _text(path).splitlines()[0].split()
    count = int(samples)
    return Stated(samples={"left": count, "right": count}, seconds=count / float(rate))


def nothing(_: Path) -> Stated:
    return Stated()


# file, who says what it says, the side that has to be named
FILES: tuple[tuple[str, Callable[[Path], Stated], str], ...] = (
    ("moticon/230927_102114.txt", moticon, ""),
    ("moticon/walk_data_with_events_text_export.txt", moticon, ""),
    ("loadsol/roll_test.txt.gz", loadsol, ""),
    ("loadsol/test_poids.txt.gz", loadsol, ""),
    ("loadsol/test_pointe_1.txt.gz", loadsol, ""),
    ("vendor_exports/pedar_example.asc.gz", pedar, ""),
    ("vendor_exports/pliance_test.asc.gz", pliance, ""),
    ("vendor_exports/emed_test.lst.gz", emed, "left"),
    ("vendor_exports/footscan_test.xls", nothing, ""),
    ("vendor_exports/fscan_testL.asf.gz", tekscan, ""),
    ("fscan_pair/FrasP01L.asf.gz", tekscan, ""),
    ("fscan_pair/FrasP01R.asf.gz", tekscan, ""),
    ("vendor_exports/iscan_test.csv.gz", tekscan, "left"),
    ("vendor_exports/xsensor_data.csv.gz", xsensor, ""),
    ("vendor_exports/stappone_example.csv.gz", stappone, ""),
    ("gaitpdb/GaCo01_01.txt.gz", gaitpdb, ""),
    ("gaitndd/control1.hea", wfdb, ""),
    ("mun104/MUN104L.csv", nothing, ""),
    ("bds/BDS00001.txt.gz", nothing, ""),
    ("gaitmap/imu_sample.csv.gz", nothing, ""),
    ("walking_speed/H2A_stats_input_51subs.csv", nothing, ""),
)


def rows_of(data: Path, name: str, witness: Callable[[Path], Stated], side: str) -> list[list[str]]:
    """A row for each foot, or one that says why the file is refused."""
    path = data / name
    try:
        walk = read(path, foot=Foot(side) if side else None)
    except PlantigradeError as error:
        problem = str(error).removeprefix(f"{path}: ")
        return [[f"`{name}`", "refused", problem, *[""] * 7]]
    stated = witness(path)
    found = analyze(walk)
    steps = {one.foot.value: len(one.initial_contact_s) for one in found.feet}
    return [_row(name, walk, foot, stated, steps.get(foot.foot.value, 0), side) for foot in walk.feet]


def _row(name: str, walk: Walk, foot: FootSignal, stated: Stated, steps: int, named: str) -> list[str]:
    side = foot.foot.value
    total = foot.force_n.sum(axis=1, dtype=np.float64)
    known = int(np.count_nonzero(np.isfinite(total)))
    peak = float(np.nanmax(total))
    forces = foot.quantity == "force"
    return [
        f"`{name}`",
        walk.source.format,
        f"{side} (named)" if named else side,
        _number(stated.samples.get(side), ".0f"),
        f"{known}" if known == len(foot) else f"{known} of {len(foot)} rows",
        _number(stated.seconds, ".2f"),
        f"{foot.time_s[-1] - foot.time_s[0]:.2f}",
        _number(stated.peak.get(side), ".1f"),
        f"{peak:.1f}" if forces else "not calibrated",
        f"{_number(stated.steps.get(side), '.0f')} / {steps}",
    ]


def _number(value: float | None, form: str) -> str:
    return "-" if value is None else format(value, form)


TEXT = """# Formats: what files say and what is read

Written by `python -m tools.formats_read` from the recordings of `../shared/data`, which are not part of the
project; tests compare the figures where they are there. "File" is what the file's own text says: rows or
frames with samples, its stated duration, its own sums of force, the steps that its maker's software marked
(`-`: it says nothing). "Read" is what our reader gave. The seconds that are read go from the first sample to
the last, one sample less than a stated duration. "Found" are all initial contacts that we find; makers mark
steps of a part of the recording. Peaks of I-Scan and StappOne have no unit.

"""
TITLES = (
    "File", "Format", "Foot", "Samples: file", "read", "Seconds: file", "read", "Peak, N: file", "read",
    "Steps: file / found",
)  # fmt: skip


def page(data: Path) -> str:
    """The page of the reference."""
    read_rows: list[list[str]] = []
    refused: list[list[str]] = []
    for name, witness, side in FILES:
        for row in rows_of(data, name, witness, side):
            (refused if row[1] == "refused" else read_rows).append(row)
    lines = [f"| {' | '.join(TITLES)} |", "|" + "---|" * len(TITLES)]
    lines += [f"| {' | '.join(row)} |" for row in read_rows]
    lines += ["", "## What is no recording", "", "| File | What is said |", "|---|---|"]
    lines += [f"| {row[0]} | {row[2]} |" for row in refused]
    return TEXT + "\n".join(lines) + "\n"


def main() -> int:
    """Write the page."""
    parser = argparse.ArgumentParser(description="What files say of themselves beside what is read.")
    parser.add_argument("--data", type=Path, default=ROOT.parent / "shared" / "data")
    parser.add_argument("--output", type=Path, default=OUTPUT)
    arguments = parser.parse_args()
    if not arguments.data.is_dir():
        print(f"{arguments.data} is no folder; name that of the recordings with --data", file=sys.stderr)
        return 2
    arguments.output.write_text(page(arguments.data), encoding="utf-8")
    print(arguments.output)
    return 0


if __name__ == "__main__":
    sys.exit(main())
