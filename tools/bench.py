"""Run every benchmark of `tests/bench` and print its ratios.

Each `tests/bench/bench_NAME.py` has `run() -> list[Row]`. A row sets our figure beside a named alternative
measured in the same run, because seconds differ from machine to machine and ratios much less.
"""

import argparse
import importlib.util
import json
import sys
from dataclasses import asdict, dataclass
from pathlib import Path
from types import ModuleType

BENCHES = Path(__file__).resolve().parent.parent / "tests" / "bench"


@dataclass(frozen=True)
class Row:
    """One comparison.

    Attributes:
        name: what was measured, with the alternative's name ("decode blocks / struct loop").
        ours: our figure, in `unit`.
        theirs: the alternative in the same unit; None where a figure stands alone.
        unit: "frames/s", "bytes/frame", "s", "MB", ...
        ratio: as the bar is stated (ours/theirs or its inverse); None where a figure stands alone.
        bar: the bar as text (">= 20", "<= 2"); empty where there is none.
    """

    name: str
    ours: float
    theirs: float | None
    unit: str
    ratio: float | None
    bar: str = ""

    @property
    def met(self) -> bool | None:
        """Whether the ratio (the figure itself where there is none) meets the bar; None without a bar."""
        if not self.bar:
            return None
        sign, limit = self.bar.split()
        figure = self.ours if self.ratio is None else self.ratio
        return figure >= float(limit) if sign == ">=" else figure <= float(limit)


def load(path: Path) -> ModuleType:
    """Import one benchmark file by its path."""
    spec = importlib.util.spec_from_file_location(path.stem, path)
    if spec is None or spec.loader is None:
        raise ImportError(f"{path} is not a Python file")
    module = importlib.util.module_from_spec(spec)
    sys.modules[path.stem] = module
    spec.loader.exec_module(module)
    return module


def as_table(rows: list[Row]) -> str:
    """The rows as a Markdown table."""
    verdict = {True: "met", False: "NOT met", None: ""}
    lines = ["| benchmark | ours | alternative | unit | ratio | bar | |", "|---|---|---|---|---|---|---|"]
    for row in rows:
        theirs = "" if row.theirs is None else f"{row.theirs:.4g}"
        ratio = "" if row.ratio is None else f"{row.ratio:.3g}"
        figures = f"{row.ours:.4g} | {theirs} | {row.unit} | {ratio}"
        lines.append(f"| {row.name} | {figures} | {row.bar} | {verdict[row.met]} |")
    return "\n".join(lines)


def main(arguments: list[str] | None = None) -> int:
    """Run the chosen benchmarks; 0 when every bar is met, 1 otherwise."""
    parser = argparse.ArgumentParser(prog="make bench", description="Run benchmarks, print ratios.")
    parser.add_argument("names", nargs="*", help="benchmarks to run, such as `codec`; all when none is named")
    parser.add_argument("--json", type=Path, help="also write the rows here")
    chosen = parser.parse_args(arguments)
    paths = [p for p in sorted(BENCHES.glob("bench_*.py")) if not chosen.names or p.stem[6:] in chosen.names]
    rows: list[Row] = []
    for path in paths:
        print(f"running {path.stem[6:]} ...", file=sys.stderr, flush=True)
        rows += load(path).run()
    print(as_table(rows))
    if chosen.json:
        chosen.json.write_text(json.dumps([asdict(row) | {"met": row.met} for row in rows], indent=1) + "\n")
    return 0 if all(row.met is not False for row in rows) else 1


if __name__ == "__main__":
    sys.exit(main())
