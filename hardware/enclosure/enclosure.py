"""Build the enclosure with build123d: `python -m hardware.enclosure.enclosure FOLDER`.

The case's frame is the board's, seen from above with y upward: x right, origin at the board's lower left
corner, z 0 at the outer floor. Places of socket, button, LED and connector come from the board's design.
"""

import sys
import tomllib
from dataclasses import dataclass
from pathlib import Path

from build123d import (
    Align,
    Axis,
    Box,
    Compound,
    Cylinder,
    ExportSVG,
    LineType,
    Location,
    Part,
    export_step,
    export_stl,
    fillet,
)

from hardware.board.bodies import usb_socket
from hardware.board.design import HEIGHT_MM, WIDTH_MM, Design, design
from hardware.board.geometry import body, courtyard
from hardware.finding import Finding, table
from hardware.sheet.sheet import SheetDimensions
from hardware.sheet.sheet import dimensions as sheet_dimensions

TOML = Path(__file__).parent / "enclosure.toml"
# Height of the tall parts over the board (makers' drawings, recalled): the lid's lip gives way to them.
PART_HEIGHT_MM = {"J1": 2.0, "J2": 3.3, "J3": 4.25, "U1": 3.1, "SW1": 1.6}
CONNECTOR_STOP_MM = 4.4  # board's left edge to the end of an inserted tail
BASE = (Align.MIN, Align.MIN, Align.MIN)
MIDDLE = (Align.CENTER, Align.CENTER, Align.MIN)


@dataclass(frozen=True)
class Dimensions:
    """What `enclosure.toml` says."""

    wall_mm: float
    floor_mm: float
    lid_mm: float
    board_gap_mm: float
    board_mm: float
    part_room_mm: float
    ledge_mm: float
    ledge_length_mm: float
    battery_width_mm: float
    battery_length_mm: float
    battery_height_mm: float
    battery_swelling: float
    lip_mm: float
    lip_gap_mm: float
    usb_width_mm: float
    usb_height_mm: float
    usb_recess_width_mm: float
    usb_recess_height_mm: float
    usb_recess_mm: float
    usb_axis_mm: float
    clamp_mm: float
    clamp_peg_mm: float
    tail_height_mm: float
    tail_gap_mm: float
    button_height_mm: float
    button_play_mm: float
    tongue_width_mm: float
    tongue_length_mm: float
    tongue_slot_mm: float
    led_skin_mm: float
    strap_mm: float
    strap_slot_mm: float
    corner_mm: float

    @property
    def board_z(self) -> float:
        """Lower face of the board."""
        return self.floor_mm + self.battery_height_mm * self.battery_swelling + 0.3

    @property
    def rim_z(self) -> float:
        """Upper edge of the case, where the lid lies."""
        return self.board_z + self.board_mm + self.part_room_mm

    @property
    def outer(self) -> tuple[float, float, float]:
        """Length of the closed case along x, y and z, without clamp and strap tab."""
        around = 2 * (self.board_gap_mm + self.wall_mm)
        return WIDTH_MM + around, HEIGHT_MM + around, self.rim_z + self.lid_mm


@dataclass(frozen=True)
class Enclosure:
    """Both printed parts, in place."""

    case: Part
    lid: Part


def dimensions(path: Path = TOML) -> Dimensions:
    """Read the dimensions."""
    return Dimensions(**tomllib.loads(path.read_text(encoding="utf-8")))


def place(circuit: Design, reference: str) -> tuple[float, float]:
    """Where a part of the board is, y upward."""
    part = circuit.part(reference)
    return part.x_mm, HEIGHT_MM - part.y_mm


def build(circuit: Design, d: Dimensions, sheet: SheetDimensions) -> Enclosure:
    """Case and lid."""
    return Enclosure(_case(circuit, d, sheet), _lid(circuit, d, sheet))


def _block(x: float, y: float, z: float, across: float, along: float, high: float) -> Part:
    """A box from its lower corner."""
    return Location((x, y, z)) * Box(across, along, high, align=BASE)


def _case(circuit: Design, d: Dimensions, sheet: SheetDimensions) -> Part:
    edge = d.board_gap_mm + d.wall_mm
    across, along, _ = d.outer
    shell = _block(-edge, -edge, 0, across, along, d.rim_z)
    shell = fillet(shell.edges().filter_by(Axis.Z), d.corner_mm)
    gap = d.board_gap_mm
    shell -= _block(-gap, -gap, d.floor_mm, WIDTH_MM + 2 * gap, HEIGHT_MM + 2 * gap, d.rim_z)
    shell += _ledges(d)
    shell += _strap(d)
    shell += _shelf(circuit, d, sheet)
    return shell - _openings(circuit, d, sheet)


def _ledges(d: Dimensions) -> Part:
    """Columns along the long sides that carry the board."""
    reach, high = d.ledge_mm + d.board_gap_mm, d.board_z - d.floor_mm
    ledges = Part()
    for y in (1.0, HEIGHT_MM / 2 - d.ledge_length_mm / 2 + 2.0, HEIGHT_MM - d.ledge_length_mm - 1.0):
        for x in (-d.board_gap_mm, WIDTH_MM - d.ledge_mm):
            ledges += _block(x, y, d.floor_mm, reach, d.ledge_length_mm, high)
    return ledges


def _strap(d: Dimensions) -> Part:
    """A tab at the right side with two slots."""
    x = WIDTH_MM + d.board_gap_mm + d.wall_mm - 0.01
    tab = _block(x, 8.0, 0, d.strap_mm, HEIGHT_MM - 16.0, 2.0)
    for y in (12.0, HEIGHT_MM - 24.0):
        tab -= _block(x + (d.strap_mm - d.strap_slot_mm) / 2, y, 0, d.strap_slot_mm, 12.0, 2.0)
    return tab


def _tail_z(d: Dimensions) -> float:
    return d.board_z + d.board_mm + d.tail_height_mm


def _shelf(circuit: Design, d: Dimensions, sheet: SheetDimensions) -> Part:
    """The lower jaw of the clamp, with two pegs."""
    y = place(circuit, "J1")[1]
    width = sheet.clamp_width_mm + 2.0
    x = -(d.board_gap_mm + d.wall_mm + d.clamp_mm)
    shelf = _block(x, y - width / 2, 0, d.clamp_mm + 0.01, width, _tail_z(d) - sheet.tail_thickness_mm)
    for side in (-1, 1):
        peg = Cylinder(d.clamp_peg_mm / 2, 2.0, align=MIDDLE)
        shelf += Location((peg_x(sheet), y + side * sheet.relief_hole_y_mm, _tail_z(d) - 0.5)) * peg
    return shelf


def peg_x(sheet: SheetDimensions) -> float:
    """Where the relief holes come to lie when the tail is in its connector."""
    return CONNECTOR_STOP_MM - sheet.relief_from_end_mm


def _openings(circuit: Design, d: Dimensions, sheet: SheetDimensions) -> Part:
    """USB socket with room for the plug's moulding, and the tail's slot."""
    edge = d.board_gap_mm + d.wall_mm
    usb_x, usb_z = place(circuit, "J2")[0], d.board_z + d.board_mm + d.usb_axis_mm
    openings = _block(usb_x - d.usb_width_mm / 2, -edge, usb_z - d.usb_height_mm / 2,
                      d.usb_width_mm, edge, d.usb_height_mm)  # fmt: skip
    openings += _block(usb_x - d.usb_recess_width_mm / 2, -edge, usb_z - d.usb_recess_height_mm / 2,
                       d.usb_recess_width_mm, d.usb_recess_mm, d.usb_recess_height_mm)  # fmt: skip
    y, width = place(circuit, "J1")[1], sheet.tail_width_mm + d.tail_gap_mm
    low = _tail_z(d) - sheet.tail_thickness_mm - d.tail_gap_mm / 2
    high = sheet.tail_thickness_mm + d.tail_gap_mm
    openings += _block(-edge, y - width / 2, low, edge, width, high)
    return openings


def _lid(circuit: Design, d: Dimensions, sheet: SheetDimensions) -> Part:
    edge, gap = d.board_gap_mm + d.wall_mm, d.board_gap_mm
    across, along, _ = d.outer
    lid = _block(-edge, -edge, d.rim_z, across, along, d.lid_mm)
    lid = fillet(lid.edges().filter_by(Axis.Z), d.corner_mm)
    inset = d.lip_gap_mm - gap
    inner = 1.2
    lip = _block(inset, inset, d.rim_z - d.lip_mm, WIDTH_MM - 2 * inset, HEIGHT_MM - 2 * inset, d.lip_mm)
    lip -= _block(inset + inner, inset + inner, 0, WIDTH_MM - 2 * (inset + inner),
                  HEIGHT_MM - 2 * (inset + inner), 99)  # fmt: skip
    lid += lip - _parts(circuit, d, spare_mm=0.4)
    lid += _jaw(circuit, d, sheet)
    x, y = place(circuit, "D1")
    lid -= Location((x, y, d.rim_z)) * Cylinder(1.5, d.lid_mm - d.led_skin_mm, align=MIDDLE)
    return _tongue(circuit, d, lid)


def _parts(circuit: Design, d: Dimensions, spare_mm: float = 0.0) -> Part:
    """The tall parts as boxes, with some room around."""
    bodies = Part()
    for reference, high in PART_HEIGHT_MM.items():
        left, top, right, bottom = courtyard(circuit.part(reference))
        if reference == "U1":  # its courtyard is the antenna's room
            x = circuit.part(reference).x_mm
            left, top, right = x - 9.0, 0.0, x + 9.0
        left, right = max(left, 0.0) - spare_mm, min(right, WIDTH_MM) + spare_mm
        top, bottom = max(top, 0.0) - spare_mm, min(bottom, HEIGHT_MM) + spare_mm
        body = Box(right - left, bottom - top, high + spare_mm, align=BASE)
        bodies += Location((left, HEIGHT_MM - bottom, d.board_z + d.board_mm)) * body
    return bodies


def _jaw(circuit: Design, d: Dimensions, sheet: SheetDimensions) -> Part:
    """The upper jaw of the clamp, with holes for the pegs."""
    y, width = place(circuit, "J1")[1], sheet.clamp_width_mm + 2.0
    low = _tail_z(d) + 0.05
    x = -(d.board_gap_mm + d.wall_mm + d.clamp_mm)
    jaw = _block(x, y - width / 2, low, d.clamp_mm, width, d.rim_z + d.lid_mm - low)
    for side in (-1, 1):
        hole = Cylinder(d.clamp_peg_mm / 2 + 0.15, 2.4, align=MIDDLE)
        jaw -= Location((peg_x(sheet), y + side * sheet.relief_hole_y_mm, low - 0.1)) * hole
    return jaw


def _tongue(circuit: Design, d: Dimensions, lid: Part) -> Part:
    """A strip of the lid that bends, with a nub that reaches down to the button."""
    x, y = place(circuit, "SW1")
    half, slot = d.tongue_width_mm / 2, d.tongue_slot_mm
    for left in (x - half - slot, x + half):
        lid -= _block(left, y - d.tongue_length_mm + half, 0, slot, d.tongue_length_mm, 99)
    lid -= _block(x - half - slot, y + half, 0, d.tongue_width_mm + 2 * slot, slot, 99)
    top = d.board_z + d.board_mm + d.button_height_mm + d.button_play_mm
    return lid + Location((x, y, top)) * Cylinder(1.2, d.rim_z - top + 0.01, align=MIDDLE)


def fits(circuit: Design, d: Dimensions, sheet: SheetDimensions, made: Enclosure) -> list[Finding]:
    """Whether board, battery, plug and tail find their room; millimetres unless named otherwise."""
    board = Location((0, 0, d.board_z)) * Box(WIDTH_MM, HEIGHT_MM, d.board_mm, align=BASE)
    battery = _block((WIDTH_MM - d.battery_width_mm) / 2, 8.0, d.floor_mm, d.battery_width_mm,
                     d.battery_length_mm, d.battery_height_mm * d.battery_swelling)  # fmt: skip
    usb_x, usb_y = place(circuit, "J2")
    socket = Location((usb_x, usb_y, d.board_z + d.board_mm)) * usb_socket()
    overhang = body(circuit.part("J2"))[3] - HEIGHT_MM
    usb_face = d.board_gap_mm + d.wall_mm - d.usb_recess_mm - overhang
    between_ledges = WIDTH_MM - 2 * d.ledge_mm
    outside = -peg_x(sheet) - d.board_gap_mm - d.wall_mm - d.clamp_peg_mm / 2
    return [
        Finding("board cuts into the case, mm3", _common(board, made.case), 0.0),
        Finding("board cuts into the lid, mm3", _common(board, made.lid), 0.0),
        Finding("parts cut into the lid, mm3", _common(_parts(circuit, d), made.lid), 0.0),
        Finding("USB socket cuts into the case, mm3", _common(socket, made.case), 0.0),
        Finding("USB socket cuts into the swollen battery, mm3", _common(socket, battery), 0.0),
        Finding("swollen battery cuts into the case, mm3", _common(battery, made.case), 0.0),
        Finding("case and lid overlap, mm3", _common(made.case, made.lid), 0.5),
        Finding("play of the battery between the ledges", between_ledges - d.battery_width_mm, 1.0, False),
        Finding("room over the tallest part", d.part_room_mm - max(PART_HEIGHT_MM.values()), 0.3, False),
        Finding("from socket to the plug's moulding", usb_face, 0.6),
        Finding("pegs outside the wall", outside, 0.5, False),
        Finding("pegs within the clamp", d.clamp_mm - outside - d.clamp_peg_mm, 1.0, False),
        Finding("slot over the tail's width", d.tail_gap_mm, 0.4, False),
        Finding("tail's tip in its connector, width apart", abs(sheet.tip_width_mm - 9.5), 0.05),
        Finding("height of the closed case", d.outer[2], 15.0),
    ]


def _common(first: Part | Compound, second: Part | Compound) -> float:
    """Volume that two bodies share."""
    common = first & second
    shapes = [] if common is None else [common] if hasattr(common, "volume") else list(common)
    return round(sum(shape.volume for shape in shapes), 6)


def export(made: Enclosure, folder: Path) -> list[Path]:
    """STEP, STL and a drawing of each part, and an exploded view of both."""
    folder.mkdir(parents=True, exist_ok=True)
    files: list[Path] = []
    for name, part in (("case", made.case), ("lid", made.lid)):
        step, stl = folder / f"enclosure-{name}.step", folder / f"enclosure-{name}.stl"
        export_step(part, str(step))
        export_stl(part, str(stl), tolerance=0.05)
        files += [step, stl]
    exploded = Compound(children=[made.case, Location((0, 0, 22)) * made.lid])
    for name, shape, eye in (
        ("exploded", exploded, (-90, -120, 90)),
        ("case", made.case, (0, 0, 1000)),
        ("lid-inside", made.lid, (-40, -60, -110)),
    ):
        files.append(_drawing(shape, eye, folder / f"enclosure-{name}.svg"))
    return files


def _drawing(shape: Part | Compound, eye: tuple[float, float, float], target: Path) -> Path:
    up = (0, 1, 0) if eye[:2] == (0, 0) else (0, 0, 1)
    visible, hidden = shape.project_to_viewport(eye, viewport_up=up, look_at=(WIDTH_MM / 2, HEIGHT_MM / 2, 8))
    drawing = ExportSVG(margin=4, scale=4)
    drawing.add_layer("hidden", line_color="lightgray", line_type=LineType.ISO_DASH, line_weight=0.2)
    drawing.add_layer("visible", line_weight=0.5)
    if eye[:2] == (0, 0):
        drawing.add_shape(hidden, layer="hidden")
    drawing.add_shape(visible, layer="visible")
    drawing.write(str(target))
    return target


def main() -> int:
    """Build, check and export; 1 when something does not fit."""
    if len(sys.argv) != 2:
        print("usage: python -m hardware.enclosure.enclosure FOLDER", file=sys.stderr)
        return 2
    circuit, d, sheet = design(), dimensions(), sheet_dimensions()
    made = build(circuit, d, sheet)
    findings = fits(circuit, d, sheet, made)
    print(table(findings))
    print("outside: {:.1f} x {:.1f} x {:.1f} mm".format(*d.outer))
    for file in export(made, Path(sys.argv[1])):
        print(file.name)
    return int(any(not finding.ok for finding in findings))


if __name__ == "__main__":
    sys.exit(main())
