"""Solids of the parts that KiCad has none of: `python -m hardware.board.bodies` writes `bodies/*.step`.

Simple shapes for pictures and for the fit of the case, from the footprints' assembly drawings; heights are
recalled. Frame of KiCad's solids: the footprint's, seen from above with y upward, z 0 on the board.
"""

from collections.abc import Callable
from pathlib import Path

from build123d import Align, Axis, Box, Color, Compound, Location, Part, export_step, fillet

from hardware.board.libraries import BODIES

FOLDER = Path(__file__).parent / "bodies"
NO_DATE = "1970-01-01T00:00:00"  # the same file whenever it is written
METAL, BLACK, GOLD = Color(0.75, 0.75, 0.77), Color(0.12, 0.12, 0.12), Color(0.85, 0.7, 0.35)
BASE = (Align.CENTER, Align.CENTER, Align.MIN)


def _box(x: float, y: float, z: float, across: float, along: float, high: float, color: Color) -> Part:
    box = Location((x, y, z)) * Box(across, along, high, align=BASE)
    box.color = color
    return box


def usb_socket() -> Compound:
    """Shell with its opening towards -y, tongue, four legs and the row of contacts."""
    shell = fillet(Box(8.94, 7.3, 3.26, align=BASE).edges().filter_by(Axis.Y), 1.6)
    room = Location((0, -0.6, 0.3)) * Box(8.34, 6.7, 2.66, align=BASE)
    shell -= fillet(room.edges().filter_by(Axis.Y), 1.3)
    shell.color = METAL
    parts = [shell, _box(0, -0.2, 1.28, 6.7, 5.0, 0.7, BLACK)]
    parts += [_box(x, y, -0.8, 0.3, 1.1, 1.8, METAL) for x in (-4.32, 4.32) for y in (3.13, -1.05)]
    wide, narrow = (-3.25, -2.45, 2.45, 3.25), (-1.75, -1.25, -0.75, -0.25, 0.25, 0.75, 1.25, 1.75)
    parts += [_box(x, 3.9, 0.0, 0.5, 1.0, 0.2, GOLD) for x in wide]
    parts += [_box(x, 3.9, 0.0, 0.22, 1.0, 0.2, GOLD) for x in narrow]
    return Compound(children=parts)


def _flat(across: float, along: float, high: float) -> Compound:
    """A package without legs, with a dot at pin 1."""
    dot = _box(0.6 - across / 2, along / 2 - 0.6, high, 0.4, 0.4, 0.01, METAL)
    return Compound(children=[_box(0, 0, 0, across, along, high, BLACK), dot])


MAKERS: dict[str, Callable[[], Compound]] = {
    "usb-socket": usb_socket,
    "storage": lambda: _flat(8.0, 6.0, 0.8),
    "gauge": lambda: _flat(2.0, 2.0, 0.75),
}


def write(folder: Path = FOLDER) -> list[Path]:
    """Write every solid that a footprint asks for."""
    folder.mkdir(parents=True, exist_ok=True)
    files: list[Path] = []
    for name in sorted(BODIES.values()):
        files.append(folder / f"{name}.step")
        export_step(MAKERS[name](), str(files[-1]), write_pcurves=False, timestamp=NO_DATE)
    return files


if __name__ == "__main__":
    for file in write():
        print(file.name)
