"""The virtual walker beside what healthy people were measured to have, row by row:

    python -m tools.walker_against_norms [--people 300] [--seed 50000] [--output FILE]

Returns 1 where a row is not held.
"""

import argparse
import sys
from pathlib import Path
from typing import Final

from tools.walker_against_norms.norms import rows
from tools.walker_against_norms.page import page
from tools.walker_against_norms.people import measured
from tools.walker_against_norms.speeds import KINDS, foot_types

ROOT: Final = Path(__file__).resolve().parents[2]
PAGE: Final = ROOT / "docs" / "reference" / "virtual-walker.md"


def main(arguments: list[str] | None = None) -> int:
    """Measure and write the page."""
    parser = argparse.ArgumentParser(prog="python -m tools.walker_against_norms", description=__doc__)
    parser.add_argument("--people", type=int, default=300, help="virtual people [300]")
    parser.add_argument("--seed", type=int, default=50_000, help="first seed [50000]")
    parser.add_argument("--output", type=Path, default=PAGE, help="Markdown; `-` for stdout")
    chosen = parser.parse_args(arguments)
    found = list(measured(tuple(rows()), chosen.people, chosen.seed))
    types = [foot_types(kind, 2.0, max(chosen.people // 3, 1), chosen.seed) for kind in KINDS]
    text = page(found, types, chosen.seed)
    if str(chosen.output) == "-":
        print(text)
    else:
        chosen.output.write_text(text, encoding="utf-8")
    return 0 if all(one.held for one in found) else 1


if __name__ == "__main__":
    sys.exit(main())
