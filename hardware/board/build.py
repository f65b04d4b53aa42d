"""Write the project: `python -m hardware.board.build [FOLDER]` (by default where it is committed)."""

import sys
from pathlib import Path

from hardware.board import router
from hardware.board.design import Design, design
from hardware.board.identity import PROJECT
from hardware.board.layout_file import board
from hardware.board.libraries import OWN
from hardware.board.netlist import netlist, unconnected
from hardware.board.own_symbols import library
from hardware.board.project import footprint_table, project, symbol_table
from hardware.board.schematic import schematic
from hardware.board.sexpr import dump
from hardware.board.tools import fill_planes

HERE = Path(__file__).parent
COMMITTED = HERE / "kicad"
ROUTES = HERE / "routes.json"


def build(circuit: Design, routing: router.Routing, folder: Path) -> Path:
    """Schematic, board, project and library of a design; returns the board file.

    Raises:
        KicadError: KiCad refused a file.
    """
    folder.mkdir(parents=True, exist_ok=True)
    files = {
        f"{PROJECT}.kicad_pro": project(),
        f"{PROJECT}.kicad_sch": dump(schematic(circuit)) + "\n",
        f"{OWN}.kicad_sym": dump(library()) + "\n",
        "sym-lib-table": symbol_table(circuit),
        "fp-lib-table": footprint_table(circuit),
    }
    for name, text in files.items():
        (folder / name).write_text(text, encoding="utf-8")
    nets = netlist(folder / f"{PROJECT}.kicad_sch", folder)
    (folder / "netlist.xml").unlink()
    target = folder / f"{PROJECT}.kicad_pcb"
    target.write_text(dump(board(circuit, routing, unconnected(nets))) + "\n", encoding="utf-8")
    fill_planes(target)
    for left_over in (f"{PROJECT}.kicad_prl", "fp-info-cache"):
        (folder / left_over).unlink(missing_ok=True)
    (folder / f"{PROJECT}.kicad_pro").write_text(project(), encoding="utf-8")
    return target


def main() -> int:
    """Write the committed project, or the same into another folder."""
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else COMMITTED
    print(build(design(), router.load(ROUTES), folder))
    return 0


if __name__ == "__main__":
    sys.exit(main())
