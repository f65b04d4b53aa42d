"""Measures what docs/reference/posture-performance.md says, and writes it.

python -m tools.posture_performance                      all tables to
docs/reference/posture-performance.md python -m tools.posture_performance detection --people 200 --seed
5000
"""

import argparse
import os
import sys
import time
from collections.abc import Callable
from pathlib import Path

from tools.posture_tables import bench, detection, effect, recorded, wear
from tools.posture_tables.table import Table

ROOT = Path(__file__).resolve().parent.parent
PAGE = ROOT / "docs" / "reference" / "posture-performance.md"
HEAD = """# Posture: measured performance

Made by `python -m tools.posture_performance`. Virtual people are [a model](../explanation/body-model.md)
whose sizes are largely assumed: figures on them say that the software does what it is meant to do, not how
it performs on patients. Recorded people are those of PhysioNet's gaitpdb.

"""


def tables(people: int, seed: int, processes: int, data: Path) -> dict[str, Callable[[], list[Table]]]:
    """Every measurement by name."""
    return {
        "calibration": lambda: [
            bench.leave_out(range(seed, seed + 12)),
            bench.exchange(range(seed, seed + 12)),
        ],
        "weight": lambda: [bench.weight_scale(data, 3)],
        "detection": lambda: [detection.measure(people, seed, processes)],
        "check": lambda: [detection.check(people // 2, seed + 4000, processes)],
        "standing": lambda: [wear.standing(max(people // 5, 4), seed, processes)],
        "controls": lambda: [recorded.controls(data)],
        "wear": lambda: [wear.false_alerts(max(people // 100, 1), seed, processes)],
        "parkinson": lambda: [recorded.parkinson(data, seed)],
        "path": lambda: [wear.alert_path(seed)],
        "effect": lambda: [effect.coverage(people, seed + 50_000, processes)],
    }


def main(arguments: list[str] | None = None) -> int:
    """Run the chosen measurements; write the page when all were run."""
    parser = argparse.ArgumentParser(
        prog="posture_performance", description=__doc__.splitlines()[0] if __doc__ else ""
    )
    parser.add_argument("names", nargs="*", help="measurements to run; all, and the page, when none is named")
    parser.add_argument("--people", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1000)
    parser.add_argument("--processes", type=int, default=os.cpu_count() or 1)
    default = Path(os.environ.get("PLANTIGRADE_SHARED_DATA", ROOT.parent / "shared" / "data"))
    parser.add_argument("--data", type=Path, default=default, help="folder with gaitpdb")
    parser.add_argument("--page", type=Path, default=PAGE)
    chosen = parser.parse_args(arguments)
    known = tables(chosen.people, chosen.seed, chosen.processes, chosen.data)
    unknown = set(chosen.names) - set(known)
    if unknown:
        parser.error(f"unknown measurement {', '.join(sorted(unknown))}; known: {', '.join(known)}")
    text = ""
    for name in chosen.names or known:
        begun = time.monotonic()
        part = "\n".join(table.markdown() for table in known[name]())
        print(f"{name}: {time.monotonic() - begun:.0f} s", file=sys.stderr, flush=True)
        print(part, flush=True)
        text += part + "\n"
    if not chosen.names:
        chosen.page.write_text(HEAD + text.rstrip() + "\n", encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
