"""What a maker of boards needs, and pictures, from the committed files."""

import csv
import zipfile
from pathlib import Path

from hardware.board.catalogue import Kind
from hardware.board.design import Design
from hardware.board.identity import PROJECT
from hardware.board.tools import kicad

COPPER_AND_MORE = "F.Cu,In1.Cu,In2.Cu,B.Cu,F.Paste,F.SilkS,B.SilkS,F.Mask,B.Mask,Edge.Cuts"
VIEWS = {
    "copper-top": "F.Cu,F.Mask,F.SilkS,Edge.Cuts",
    "copper-bottom": "B.Cu,B.Mask,Edge.Cuts",
    "plane-ground": "In1.Cu,Edge.Cuts",
    "plane-supply": "In2.Cu,Edge.Cuts",
}


def outputs(circuit: Design, project: Path, folder: Path) -> list[Path]:
    """Gerbers, drill, bill of materials, positions, STEP, pictures and plots; returns the files.

    Raises:
        KicadError: a command of KiCad failed.
    """
    folder.mkdir(parents=True, exist_ok=True)
    board, schematic = project / f"{PROJECT}.kicad_pcb", project / f"{PROJECT}.kicad_sch"
    files = [_gerbers(board, folder), _bill(circuit, folder / "bill-of-materials.csv")]
    positions, step = folder / "positions.csv", folder / f"{PROJECT}.step"
    kicad("pcb", "export", "pos", "--format", "csv", "--units", "mm", "-o", str(positions), str(board))
    kicad("pcb", "export", "step", "--subst-models", "--force", "-o", str(step), str(board))
    files += [positions, step, *_pictures(board, folder), *_plots(board, schematic, folder)]
    return files


def _gerbers(board: Path, folder: Path) -> Path:
    target = folder / "gerbers"
    target.mkdir(exist_ok=True)
    kicad(
        "pcb", "export", "gerbers", "-l", COPPER_AND_MORE, "--no-protel-ext", "-o", f"{target}/", str(board)
    )
    kicad("pcb", "export", "drill", "--excellon-separate-th", "-o", f"{target}/", str(board))
    archive = folder / "gerbers.zip"
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as packed:
        for file in sorted(target.iterdir()):
            packed.write(file, file.name)
    return archive


def bill(circuit: Design) -> list[tuple[Kind, list[str], str]]:
    """Parts to order: kind, references and value, costly ones first."""
    groups: dict[str, list[str]] = {}
    values: dict[str, str] = {}
    for part in circuit.parts:
        if part.kind.number:
            groups.setdefault(part.kind_name, []).append(part.reference)
            values[part.kind_name] = part.value
    kinds = {part.kind_name: part.kind for part in circuit.parts}
    order = sorted(groups, key=lambda name: (-kinds[name].price_usd[0] * len(groups[name]), name))
    return [(kinds[name], groups[name], values[name]) for name in order]


def _bill(circuit: Design, target: Path) -> Path:
    head = ["Quantity", "References", "Value", "Footprint", "Manufacturer", "MPN", "Second source", "Reason"]
    head += [f"USD each at {number} (estimate)" for number in (1, 10, 100)]
    with target.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(head)
        for kind, references, value in bill(circuit):
            footprint = kind.footprint.split(":")[1]
            atoms = [value, footprint, kind.maker, kind.number, kind.second, kind.reason]
            writer.writerow([len(references), " ".join(references), *atoms, *kind.price_usd])
    return target


def _pictures(board: Path, folder: Path) -> list[Path]:
    views = {
        "board-top": ("--side", "top", "--width", "700", "--height", "1000"),
        "board-bottom": ("--side", "bottom", "--width", "700", "--height", "1000"),
        "board-3d": ("--rotate", "-50,0,25", "--perspective", "--floor", "--zoom", "0.85",
                     "--width", "1000", "--height", "800"),
    }  # fmt: skip
    files: list[Path] = []
    for name, options in views.items():
        target = folder / f"{name}.png"
        kicad("pcb", "render", *options, "--quality", "basic", "-o", str(target), str(board))
        files.append(target)
    return files


def _plots(board: Path, schematic: Path, folder: Path) -> list[Path]:
    files: list[Path] = []
    for name, layers in VIEWS.items():
        target = folder / f"{name}.svg"
        kicad("pcb", "export", "svg", "--mode-single", "--page-size-mode", "2", "--exclude-drawing-sheet",
              "-l", layers, "-o", str(target), str(board))  # fmt: skip
        files.append(target)
    kicad("sch", "export", "svg", "-o", str(folder), str(schematic))
    kicad("sch", "export", "pdf", "-o", str(folder / "schematic.pdf"), str(schematic))
    (folder / f"{PROJECT}.svg").rename(folder / "schematic.svg")
    return [*files, folder / "schematic.svg", folder / "schematic.pdf"]
