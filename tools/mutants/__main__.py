"""The command: `python -m tools.mutants`, behind `make mutants`."""

import argparse
import sys
import tempfile
import time
from pathlib import Path

from tools.mutants import report
from tools.mutants.draw import Mutant, by_hand, draw
from tools.mutants.packages import ROOT, Package, packages
from tools.mutants.run import SURVIVED, UNREACHED, Bench, Outcome


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make mutants", description=__doc__)
    parser.add_argument("--seed", type=int, default=1, help="which mutants are drawn (default 1)")
    parser.add_argument("--size", type=int, default=450, help="how many in all, shared evenly (450)")
    parser.add_argument("--package", action="append", choices=[*packages()], help="only this")
    parser.add_argument("--file", action="append", help="only this source file")
    parser.add_argument("--by-hand", action="store_true", help="only the faults of by_hand.toml")
    parser.add_argument("--page", action="store_true", help="write docs/reference/mutants.md (all packages)")
    parser.add_argument("--jobs", type=int, default=1, help="processes at a time (default 1)")
    parser.add_argument("--json", type=Path, help="write every mutant and its outcome to this file")
    return parser.parse_args()


def _chosen(wanted: list[str] | None, files: list[str] | None) -> dict[str, Package]:
    found = {name: one for name, one in packages().items() if not wanted or name in wanted}
    if files:
        found = {name: one for name, one in found.items() if set(files) & set(one.sources)}
    return found


def _sample(chosen: dict[str, Package], size: int, seed: int, files: list[str] | None) -> list[Mutant]:
    mutants: list[Mutant] = []
    for number, package in enumerate(chosen.values()):
        share = size // len(chosen) + (number < size % len(chosen))
        named = tuple(file for file in files or () if file in package.sources)
        mutants += draw(package, share, seed, named)
    return mutants


def main() -> int:
    """Draw, judge, report; 0 when every package reaches its bar and each fault written by hand is noticed."""
    asked = _arguments()
    files = [str(Path(name).resolve().relative_to(ROOT)) for name in asked.file or ()]
    chosen = _chosen(asked.package, files)
    if not chosen:
        print("mutants: no package holds these files; see tools/mutants/packages.toml", file=sys.stderr)
        return 2
    started = time.monotonic()

    def say(text: str) -> None:
        print(f"[{time.monotonic() - started:5.0f} s] {text}", flush=True)

    hand = by_hand(chosen) if asked.by_hand or asked.page else []
    mutants = [] if asked.by_hand else _sample(chosen, asked.size, asked.seed, files)
    with tempfile.TemporaryDirectory(prefix="mutants-") as folder:
        bench = Bench.open(Path(folder), asked.jobs)
        try:
            bench.look_at_tests(chosen, say)
            outcomes: list[Outcome] = []
            for one in bench.judge([*mutants, *hand]):
                outcomes.append(one)
                where = f"{one.mutant.file}:{one.mutant.line} {one.mutant.kind}"
                say(f"{len(outcomes)} of {len(mutants) + len(hand)} {one.state}: {where} {one.by}")
        finally:
            bench.pool.terminate()
            bench.pool.join()
    names = {mutant.kind for mutant in hand}
    found_by_hand = [one for one in outcomes if one.mutant.kind in names]
    sampled = [one for one in outcomes if one.mutant.kind not in names]
    for one in report.survivors(outcomes):
        print(f"{one.state} ({one.tried} tests tried): {one.mutant.text()}")
    found = report.rows(sampled, chosen)
    print(report.table(found))
    if asked.json:
        report.write_json(asked.json, outcomes, asked.seed)
    if asked.page:
        report.write_page(found, sampled, found_by_hand, asked.seed)
    missed = [one for one in found_by_hand if one.state in (SURVIVED, UNREACHED)]
    return 0 if all(row.met for row in found) and not missed else 1


if __name__ == "__main__":
    sys.exit(main())
