"""Reproduce published figures from recorded walking and write them beside ours.

    python -m tools.validate [--data ../shared/data] [--only PART ...] [--output FILE.md] [--json FILE]

The data folder holds any of the parts `gaitndd`, `gaitpdb`, `bds`, `gaitmap`, `moticon`, `vendor_exports`,
or is itself such a folder. The report states what is absent; with `--only` it is printed.
"""

import argparse
import json
import sys
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path

from plantigrade.errors import PlantigradeError
from plantigrade.gait.results import ALGORITHM_VERSION

from tools.validation import (
    balance,
    balance_report,
    footswitch,
    insole_force,
    moticon,
    motion,
    standing_variations,
    vendors,
)
from tools.validation.report import PARTS, Figures, as_markdown, finite

ROOT = Path(__file__).resolve().parent.parent
REPORT = ROOT / "docs" / "reference" / "validation.md"
PATTERNS: Mapping[str, tuple[str, ...]] = {
    "gaitndd": ("*.ts",),
    "gaitpdb": ("??Co*.txt*", "??Pt*.txt*"),
    "bds": ("BDSinfoCOP.txt*",),
    "gaitmap": ("mocap_sample.csv*",),
    "moticon": ("gait_report_*.xlsx",),
    "vendor_exports": ("*.asc*", "*.asf*"),
}
"""Files by which a part's folder is known when it is given as such."""


def _folder(data: Path, name: str, *patterns: str) -> Path | None:
    """`data/name`, or `data` itself when such files lie there."""
    if (data / name).is_dir():
        return data / name
    if data.is_dir() and any(next(data.glob(pattern), None) is not None for pattern in patterns):
        return data
    return None


def as_json(figures: Figures) -> dict[str, object]:
    """The report's figures for scripts."""

    def tidy(values: dict[str, object]) -> dict[str, object]:
        return {k: finite(v) if isinstance(v, float) else v for k, v in values.items()}

    result: dict[str, object] = {"schema": "plantigrade.validation/1", "algorithm": ALGORITHM_VERSION}
    agreements = figures.agreements
    if agreements:
        groups = {"all": agreements} | {
            g: [a for a in agreements if a.group == g] for g in sorted({a.group for a in agreements})
        }
        groups |= {"first_half": agreements[::2], "second_half": agreements[1::2]}
        groups |= {a.record: [a] for a in agreements}
        result["gaitndd"] = {name: tidy(asdict(footswitch.totals(some))) for name, some in groups.items()}
    names = list(insole_force.ROWS)
    result["gaitpdb"] = [
        {"record": s.record, "turns": s.turns} | dict(zip(names, (finite(f) for f in s.figures), strict=True))
        for s in figures.subjects
    ]
    if figures.trials:
        result["bds"] = tidy(dict(balance_report.summary(figures.trials))) | {
            "trials": [
                tidy({**asdict(trial), "published": asdict(trial.published)}) for trial in figures.trials
            ],
            "variations": [asdict(row) for row in figures.variations],
        }
    result["gaitmap"] = {
        "captured": [asdict(one) for one in figures.feet_in_motion.captured],
        "heights": [asdict(one) for one in figures.feet_in_motion.heights],
    }
    result["moticon"] = [asdict(one) for one in figures.steps]
    result["vendor_exports"] = [tidy(asdict(export)) for export in figures.exports]
    return result


def main(arguments: list[str] | None = None) -> int:
    """0 when something could be validated, 1 otherwise."""
    parser = argparse.ArgumentParser(
        prog="make validate", description=__doc__.splitlines()[0] if __doc__ else ""
    )
    parser.add_argument(
        "--data", type=Path, default=ROOT / ".." / "shared" / "data", help="folder of recordings"
    )
    parser.add_argument("--output", type=Path, default=REPORT, help="Markdown report; `-` for stdout")
    parser.add_argument("--json", nargs="?", const="-", help="figures for scripts, to FILE or stdout")
    parser.add_argument(
        "--only", nargs="+", choices=PARTS, default=PARTS, help="parts of the report; prints, writes no file"
    )
    chosen = parser.parse_args(arguments)
    folders = {part: _folder(chosen.data, part, *PATTERNS[part]) for part in PARTS if part in chosen.only}
    if not any(folders.values()):
        print(f"{chosen.data}: no recordings to validate with are here", file=sys.stderr)
        return 1
    try:
        figures = computed(folders)
    except PlantigradeError as error:
        print(error, file=sys.stderr)
        return 1
    text = as_markdown(figures, ALGORITHM_VERSION)
    if str(chosen.output) == "-" or (tuple(folders) != PARTS and chosen.output == REPORT):
        print(text)
    else:
        chosen.output.parent.mkdir(parents=True, exist_ok=True)
        chosen.output.write_text(text)
        print(f"wrote {chosen.output.name}", file=sys.stderr)
    if chosen.json:
        script = json.dumps(as_json(figures), indent=1, allow_nan=False) + "\n"
        sys.stdout.write(script) if chosen.json == "-" else Path(chosen.json).write_text(script)
    return 0


def computed(folders: Mapping[str, Path | None]) -> Figures:
    """The figures of each part whose recordings are at hand.

    Raises:
        PlantigradeError: a recording cannot be read.
    """
    ndd, pdb, plates, captured, reported, exports = (folders.get(part) for part in PARTS)
    return Figures(
        parts=tuple(folders),
        agreements=footswitch.run(ndd) if ndd else [],
        moved=footswitch.moved(ndd) if ndd else [],
        subjects=insole_force.run(pdb) if pdb else [],
        trials=balance.run(plates) if plates else [],
        variations=standing_variations.run(plates) if plates else [],
        feet_in_motion=motion.run(captured) if captured else motion.MotionFigures(),
        steps=moticon.run(reported) if reported else [],
        exports=vendors.run(exports) if exports else [],
    )


if __name__ == "__main__":
    sys.exit(main())
