"""`python -m tools.virtual_month`: a month of one wearer in virtual time, and what the service does."""

import argparse
import json
import sys
import tempfile
from pathlib import Path

from plantigrade.twin.seeds import seed_in_notes

from tools.virtual_month.run import MonthRun


def main(arguments: list[str] | None = None) -> int:
    """Run it; 0 when nothing was wrong."""
    parser = argparse.ArgumentParser(prog="python -m tools.virtual_month", description=__doc__)
    parser.add_argument("--days", type=int, default=30, help="how many days (30)")
    parser.add_argument(
        "--firmware-days", type=int, default=2, help="of these through real firmware with faults (2)"
    )
    parser.add_argument("--seed", type=int, default=1, help="of everything that is drawn (1)")
    parser.add_argument(
        "--reach", type=float, default=100.0, help="part of the day in reach of the computer, per cent (100)"
    )
    parser.add_argument("--json", type=Path, help="write what was found to this file; - for the output")
    parser.add_argument("--folder", type=Path, help="keep library and journals here (a temporary folder)")
    chosen = parser.parse_args(arguments)
    if chosen.folder is not None:
        chosen.folder.mkdir(parents=True, exist_ok=True)
        return _run(chosen, chosen.folder)
    with tempfile.TemporaryDirectory(prefix="plantigrade-month-") as name:
        return _run(chosen, Path(name))


def _run(chosen: argparse.Namespace, folder: Path) -> int:
    again = (
        f"python -m tools.virtual_month --days {chosen.days} --seed {chosen.seed} --reach {chosen.reach:g}"
    )
    with seed_in_notes(chosen.seed, again):
        found = MonthRun(
            chosen.days,
            min(chosen.firmware_days, chosen.days),
            chosen.seed,
            chosen.reach / 100,
            folder,
            show=_show,
        ).run()
    text = json.dumps(found.as_json(), indent=1)
    if str(chosen.json) == "-":
        print(text)
    else:
        if chosen.json is not None:
            chosen.json.write_text(text + "\n")
        print(found.text())
    return 0 if found.passed else 1


def _show(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
