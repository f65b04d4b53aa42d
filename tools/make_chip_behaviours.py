"""Write docs/reference/chip-behaviours.md from the table that the virtual chip follows,
`firmware/sim/chip/behaviour.py`."""

import argparse
import importlib.util
import sys
from pathlib import Path
from types import ModuleType
from typing import Any, Final

ROOT: Final = Path(__file__).resolve().parent.parent
PAGE: Final = ROOT / "docs" / "reference" / "chip-behaviours.md"
SOURCE: Final = ROOT / "firmware" / "sim" / "chip" / "behaviour.py"
HEAD: Final = """\
<!-- written by tools.make_chip_behaviours -->
# How the virtual chip behaves where a kind one would not

Each row is something that an ESP32-S3 with MicroPython does and that costs the firmware something. The twin,
the soak and the firmware's tests run on one virtual chip, which does it too: at the typical value at first.
`plantigrade twin run --chip LEVEL` and `plantigrade twin soak --chip LEVEL` take `off`, `typical` or `worst`
for all rows; a test gives a single row a value with `sim.chip.behaviour.put`.

None of it was measured on silicon. What was read in source code or in a data sheet is named; the rest says
that it is recalled or estimated. What the behaviours cost:
[Never lose a frame](../explanation/never-lose-a-frame.md).

In a name, `us` are microseconds, `pct` percent, and `every` one in so many.

| behaviour | off | typical | worst | what it does | source |
|---|---|---|---|---|---|
"""


def table() -> ModuleType:
    """The module with the rows; it is the firmware's, which no package of the host holds.

    Raises:
        ImportError: it cannot be loaded.
    """
    spec = importlib.util.spec_from_file_location("chip_behaviour_table", SOURCE)
    if spec is None or spec.loader is None:
        raise ImportError(f"{SOURCE} cannot be loaded")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def page() -> str:
    """The page, written anew."""
    return HEAD + "".join(_line(row) for row in table().TABLE)


def _line(row: Any) -> str:
    values = (f"{value:,}".replace(",", " ") for value in row.values)
    cells = (f"`{row.name}`", *values, row.what, row.source)
    return f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in cells)} |\n"


def main(arguments: list[str] | None = None) -> int:
    """Write the page, or compare it; the exit code."""
    parser = argparse.ArgumentParser(prog="python -m tools.make_chip_behaviours", description=__doc__)
    parser.add_argument("--check", action="store_true", help="compare only, and fail when it is outdated")
    options = parser.parse_args(arguments)
    if not options.check:
        PAGE.write_text(page(), encoding="utf-8")
    elif not PAGE.exists() or PAGE.read_text(encoding="utf-8") != page():
        print(f"{PAGE} is outdated; run: python -m tools.make_chip_behaviours", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
