"""Reproduce published figures from recorded walking and write them beside ours.

    python -m tools.validate --data ../shared/data [--output FILE.md] [--json FILE]

The data folder holds any of `bds`, `gaitndd`, `gaitpdb`, `vendor_exports`, or is itself such a folder. The
report states what is absent.
"""

import argparse
import json
import sys
from dataclasses import asdict
from pathlib import Path

from plantigrade.errors import PlantigradeError
from plantigrade.gait.results import ALGORITHM_VERSION

from tools.validation import balance, balance_report, footswitch, insole_force, moticon, vendors
from tools.validation.report import as_markdown, finite

ROOT = Path(__file__).resolve().parent.parent
REPORT = ROOT / "docs" / "reference" / "validation.md"


def _folder(data: Path, name: str, *patterns: str) -> Path | None:
    """`data/name`, or `data` itself when such files lie there."""
    if (data / name).is_dir():
        return data / name
    if data.is_dir() and any(next(data.glob(pattern), None) is not None for pattern in patterns):
        return data
    return None


def as_json(
    agreements: list[footswitch.Agreement],
    subjects: list[insole_force.ExportData],
    exports: list[vendors.Export],
    trials: list[balance.Trial],
    steps: list[moticon.StepReport],
) -> dict[str, object]:
    """The report's figures for scripts."""

    def tidy(values: dict[str, object]) -> dict[str, object]:
        return {k: finite(v) if isinstance(v, float) else v for k, v in values.items()}

    result: dict[str, object] = {"schema": "plantigrade.validation/1", "algorithm": ALGORITHM_VERSION}
    if agreements:
        groups = {"all": agreements} | {
            g: [a for a in agreements if a.group == g] for g in sorted({a.group for a in agreements})
        }
        groups |= {a.record: [a] for a in agreements}
        result["gaitndd"] = {name: tidy(asdict(footswitch.totals(some))) for name, some in groups.items()}
    names = list(insole_force.ROWS)
    result["gaitpdb"] = [
        {"record": s.record, "turns": s.turns} | dict(zip(names, (finite(f) for f in s.figures), strict=True))
        for s in subjects
    ]
    if trials:
        result["bds"] = tidy(dict(balance_report.summary(trials))) | {
            "trials": [tidy({**asdict(trial), "published": asdict(trial.published)}) for trial in trials]
        }
    result["moticon"] = [asdict(one) for one in steps]
    result["vendor_exports"] = [tidy(asdict(export)) for export in exports]
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
    chosen = parser.parse_args(arguments)
    ndd = _folder(chosen.data, "gaitndd", "*.ts")
    pdb = _folder(chosen.data, "gaitpdb", "??Co*.txt*", "??Pt*.txt*")
    exports_at = _folder(chosen.data, "vendor_exports", "*.asc*", "*.asf*")
    reported = _folder(chosen.data, "moticon", "gait_report_*.xlsx")
    plates = _folder(chosen.data, "bds", "BDSinfoCOP.txt*")
    if all(one is None for one in (ndd, pdb, exports_at, plates, reported)):
        print(f"{chosen.data}: no recordings to validate with are here", file=sys.stderr)
        return 1
    try:
        agreements = footswitch.run(ndd) if ndd else []
        moved = footswitch.moved(ndd) if ndd else []
        subjects = insole_force.run(pdb) if pdb else []
        trials = balance.run(plates) if plates else []
    except PlantigradeError as error:
        print(error, file=sys.stderr)
        return 1
    exports = vendors.run(exports_at) if exports_at else []
    steps = moticon.run(reported) if reported else []
    text = as_markdown(agreements, moved, subjects, exports, trials, steps, ALGORITHM_VERSION)
    if str(chosen.output) == "-":
        print(text)
    else:
        chosen.output.parent.mkdir(parents=True, exist_ok=True)
        chosen.output.write_text(text)
        print(f"wrote {chosen.output.name}", file=sys.stderr)
    if chosen.json:
        figures = (
            json.dumps(as_json(agreements, subjects, exports, trials, steps), indent=1, allow_nan=False)
            + "\n"
        )
        sys.stdout.write(figures) if chosen.json == "-" else Path(chosen.json).write_text(figures)
    return 0


if __name__ == "__main__":
    sys.exit(main())
