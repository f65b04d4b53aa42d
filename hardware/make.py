"""Everything of the hardware into one folder: `python -m hardware.make FOLDER [--pictures]`.

Checks first, then board files, sheets, enclosure, front end and power; `summary.md` holds every figure. Ends
with 1 when a check fails. `--pictures` puts the documents' pictures in place of those in docs/pictures.
"""

import shutil
import sys
import time
from collections.abc import Callable
from pathlib import Path

from hardware import layout as places
from hardware.analog import checks as analog
from hardware.analog import circuit as front_end
from hardware.analog import spice
from hardware.board import checks as board_checks
from hardware.board import cost, tools
from hardware.board.build import COMMITTED
from hardware.board.design import HEIGHT_MM, WIDTH_MM, design
from hardware.board.outputs import outputs
from hardware.enclosure import enclosure
from hardware.finding import Finding, count, table
from hardware.power import budget, wear
from hardware.sheet import sheet
from tools.chip_time.budget import Budget
from tools.generate_layout import generated


def _layout(folder: Path) -> tuple[list[Finding], list[Path], str]:
    layout = places.load()
    findings = [
        Finding(f.check, f.figure, f.limit, f.check.startswith("left"), () if f.ok else (f.where,))
        for f in places.check(layout)
    ]
    made = generated(layout).items()
    stale = [path.name for path, text in made if path.read_text(encoding="utf-8") != text]
    findings.append(count("files made from layout.toml that differ from it", stale))
    return findings, [], ""


def _board(folder: Path) -> tuple[list[Finding], list[Path], str]:
    findings = board_checks.check()
    files = outputs(design(), COMMITTED, folder)
    number = sum(bool(part.kind.number) for part in design().parts)
    note = f"Board: {WIDTH_MM:g} x {HEIGHT_MM:g} mm, 4 layers, 1 mm thick, {number} parts on one side."
    return findings, files, note


def _sheets(folder: Path) -> tuple[list[Finding], list[Path], str]:
    layout, dims = places.load(), sheet.dimensions()
    findings = [Finding(f"{f.check}, mm", f.figure_mm, f.least_mm, False) for f in sheet.fits(layout, dims)]
    files: list[Path] = []
    for size in layout.eu_sizes:
        for left in (True, False):
            files += sheet.export(sheet.build(layout, dims, size, left), folder)
    return findings, files, f"{len(files) // 3} sheets, EU {layout.eu_sizes[0]} to {layout.eu_sizes[-1]}."


def _enclosure(folder: Path) -> tuple[list[Finding], list[Path], str]:
    circuit, d, tail = design(), enclosure.dimensions(), sheet.dimensions()
    made = enclosure.build(circuit, d, tail)
    note = "Case: {:.1f} x {:.1f} x {:.1f} mm outside, without clamp and strap tab.".format(*d.outer)
    return enclosure.fits(circuit, d, tail, made), enclosure.export(made, folder), note


def _analog(folder: Path) -> tuple[list[Finding], list[Path], str]:
    bounds = analog.check(front_end.load())
    folder.mkdir(parents=True, exist_ok=True)
    target = folder / "front-end.md"
    target.write_text(analog.table(bounds) + "\n", encoding="utf-8")
    return [Finding(f"{b.name}, {b.unit}", b.figure, b.limit, b.at_most) for b in bounds], [target], ""


def _power(folder: Path) -> tuple[list[Finding], list[Path], str]:
    folder.mkdir(parents=True, exist_ok=True)
    complete = budget.load()
    files = [folder / "power.md", folder / "power.svg"]
    files[0].write_text(budget.table(complete) + "\n", encoding="utf-8")
    files[1].write_text(budget.picture(complete), encoding="utf-8")
    files.append(folder / "wear.md")
    hours = wear.Wear(Budget(), wear.figures())
    files[2].write_text(f"{wear.table(hours)}\n\n{wear.sensitivities(hours)}\n", encoding="utf-8")
    return [], files, budget.table(complete)


def _cost(folder: Path) -> tuple[list[Finding], list[Path], str]:
    folder.mkdir(parents=True, exist_ok=True)
    target = folder / "cost.md"
    target.write_text(cost.table(design()) + "\n", encoding="utf-8")
    return [], [target], cost.table(design())


PARTS: dict[str, Callable[[Path], tuple[list[Finding], list[Path], str]]] = {
    "layout": _layout,
    "board": _board,
    "sheet": _sheets,
    "enclosure": _enclosure,
    "analog": _analog,
    "power": _power,
    "cost": _cost,
}


DOCUMENTS = Path(__file__).parent.parent / "docs" / "pictures"
PICTURES = (
    "board/board-top.png",
    "board/board-bottom.png",
    "board/board-3d.png",
    "sheet/sheet-eu42-right.svg",
    "enclosure/enclosure-case.svg",
    "enclosure/enclosure-exploded.svg",
    "power/power.svg",
)


def make(folder: Path) -> bool:
    """Build everything; returns whether every check holds."""
    folder.mkdir(parents=True, exist_ok=True)
    lines, good = ["# Hardware: checks and files", ""], True
    for name, build in PARTS.items():
        began = time.monotonic()
        findings, files, note = build(folder / name)
        good = good and all(finding.ok for finding in findings)
        took = f"{name}: {len(findings)} checks, {len(files)} files, {time.monotonic() - began:.0f} s"
        print(took, flush=True)
        for finding in findings:
            print(f"  {'ok  ' if finding.ok else 'FAIL'} {finding.check}: {finding.figure:.4g}", flush=True)
        listed = [f"- `{file.relative_to(folder)}`" for file in files]
        lines += [
            f"## {name}",
            "",
            *([note, ""] if note else []),
            *([table(findings), ""] if findings else []),
        ]
        lines += [*listed, ""]
    (folder / "summary.md").write_text("\n".join(lines), encoding="utf-8")
    return good


def show_in_documents(folder: Path) -> None:
    """Copy what the documents show from the built folder."""
    for name in PICTURES:
        shutil.copyfile(
            folder / name, DOCUMENTS / Path(name).name.replace("sheet-eu42-right", "sensor-sheet")
        )


def main() -> int:
    """Run it."""
    options = sys.argv[2:]
    if len(sys.argv) < 2 or options not in ([], ["--pictures"]):
        print("usage: python -m hardware.make FOLDER [--pictures]", file=sys.stderr)
        return 2
    if not (tools.available() and spice.available()):
        print(
            "hardware: KiCad 9 with its libraries, or ngspice, is missing: run hardware/install",
            file=sys.stderr,
        )
        return 1
    folder = Path(sys.argv[1])
    try:
        good = make(folder)
    except (tools.KicadError, spice.SpiceError) as error:
        print(f"hardware: {error}", file=sys.stderr)
        return 1
    if good and options:
        show_in_documents(folder)
    print(f"summary: {folder / 'summary.md'}: {'every check holds' if good else 'CHECKS FAIL'}")
    return int(not good)


if __name__ == "__main__":
    sys.exit(main())
