"""Build sensor sheets with build123d: `python -m hardware.sheet.sheet FOLDER [SIZE ...]`.

A sheet lies in the plane of the layout (see `hardware.layout`): the carrier has the outline, a round pocket
takes each sensor, and a thin tail leaves at the lateral edge. Left sheets are built from mirrored places.
"""

import sys
import tomllib
from dataclasses import dataclass
from pathlib import Path

from build123d import (
    Axis,
    Circle,
    Compound,
    ExportSVG,
    Location,
    Part,
    Polyline,
    Rectangle,
    RectangleRounded,
    Sketch,
    export_step,
    export_stl,
    extrude,
    make_face,
)

from hardware.layout import InsoleLayout, Point, load

TOML = Path(__file__).parent / "sheet.toml"


@dataclass(frozen=True)
class SheetDimensions:
    """What `sheet.toml` says; millimetres where the name does not say otherwise."""

    carrier_thickness_mm: float
    pocket_depth_mm: float
    pocket_clearance_mm: float
    tail_y: float
    tail_width_mm: float
    tail_length_mm: float
    tail_thickness_mm: float
    tail_root_mm: float
    relief_radius_mm: float
    relief_hole_mm: float
    relief_ear_mm: float
    relief_from_end_mm: float
    tip_length_mm: float
    conductors: int
    pitch_mm: float

    @property
    def tip_width_mm(self) -> float:
        """Width of a flat cable for its connector: half a pitch more at each side."""
        return (self.conductors + 1) * self.pitch_mm

    @property
    def clamp_width_mm(self) -> float:
        """Width of the tail over its ears."""
        return self.tail_width_mm + 2 * self.relief_ear_mm

    @property
    def relief_hole_y_mm(self) -> float:
        """From the tail's axis to a relief hole."""
        return self.tail_width_mm / 2 + self.relief_ear_mm / 2


def dimensions(path: Path = TOML) -> SheetDimensions:
    """Read the sheet's dimensions."""
    return SheetDimensions(**tomllib.loads(path.read_text(encoding="utf-8")))


@dataclass(frozen=True)
class Sheet:
    """One built sheet: its two bodies and where its tail ends."""

    eu_size: int
    left: bool
    carrier: Part
    tail: Part
    tail_end: Point

    @property
    def name(self) -> str:
        """File name without an ending."""
        return f"sheet-eu{self.eu_size}-{'left' if self.left else 'right'}"


def build(layout: InsoleLayout, dims: SheetDimensions, eu_size: int, left: bool) -> Sheet:
    """Carrier with pockets, and the tail."""
    outline = layout.outline_mm(eu_size, left)
    carrier = extrude(make_face(Polyline(*outline, close=True)), dims.carrier_thickness_mm)
    pocket = Circle((layout.body.diameter_mm + dims.pocket_clearance_mm) / 2)
    floor = dims.carrier_thickness_mm - dims.pocket_depth_mm
    body = extrude(pocket, dims.pocket_depth_mm)
    carrier = carrier - [
        Location((*place, floor)) * body for place in layout.sensors_mm(eu_size, left).values()
    ]
    tail, end = _tail(layout, dims, eu_size, left, outline)
    return Sheet(eu_size, left, carrier, tail, end)


def _tail(
    layout: InsoleLayout, dims: SheetDimensions, eu_size: int, left: bool, outline: list[Point]
) -> tuple[Part, Point]:
    """A strip from under the carrier to the enclosure, rounded, with two holes for the clamp."""
    outward = -1.0 if left else 1.0
    y = dims.tail_y * layout.length_mm(eu_size)
    edges = [p[0] for p in outline if abs(p[1] - y) < 3.0]
    edge = min(edges) if left else max(edges)
    length = dims.tail_length_mm + dims.tail_root_mm - dims.tip_length_mm
    middle = edge + outward * (dims.tail_length_mm - dims.tip_length_mm - dims.tail_root_mm) / 2
    strip: Sketch = RectangleRounded(length, dims.tail_width_mm, dims.relief_radius_mm)
    from_end = length / 2 + dims.tip_length_mm
    tip = Rectangle(2 * dims.tip_length_mm, dims.tip_width_mm)
    strip += Location((outward * (from_end - dims.tip_length_mm), 0, 0)) * tip
    at = outward * (from_end - dims.relief_from_end_mm)
    ear_length = dims.relief_hole_mm + 3.0
    strip += Location((at, 0, 0)) * RectangleRounded(ear_length, dims.clamp_width_mm, dims.relief_hole_mm)
    for side in (-1.0, 1.0):
        strip -= Location((at, side * dims.relief_hole_y_mm, 0)) * Circle(dims.relief_hole_mm / 2)
    body = Location((middle, y, -dims.tail_thickness_mm)) * extrude(strip, dims.tail_thickness_mm)
    return body, (edge + outward * dims.tail_length_mm, y)


@dataclass(frozen=True)
class Fit:
    """One check of a sheet: figure beside limit, in millimetres."""

    check: str
    figure_mm: float
    least_mm: float

    @property
    def ok(self) -> bool:
        """Whether there is room enough."""
        return self.figure_mm >= self.least_mm


def fits(layout: InsoleLayout, dims: SheetDimensions) -> list[Fit]:
    """Room for pockets, conductors and the bond at the smallest size."""
    smallest = layout.eu_sizes.start
    places = layout.sensors_mm(smallest)
    y = dims.tail_y * layout.length_mm(smallest)
    from_tail = min(abs(py - y) for name, (_, py) in places.items() if "lateral" in name)
    return [
        Fit("floor under a pocket", dims.carrier_thickness_mm - dims.pocket_depth_mm, 0.4),
        Fit("tail beside its conductors", dims.tail_width_mm - dims.conductors * dims.pitch_mm, 1.0),
        Fit(
            "tail between lateral sensors",
            from_tail - layout.body.diameter_mm / 2 - dims.tail_width_mm / 2,
            1.0,
        ),
        Fit(
            "relief holes beside the conductors",
            dims.relief_hole_y_mm - dims.relief_hole_mm / 2 - dims.conductors * dims.pitch_mm / 2,
            1.0,
        ),
        Fit("bond of the tail", dims.tail_root_mm, 10.0),
    ]


def export(sheet: Sheet, folder: Path) -> list[Path]:
    """Write STEP, STL and an SVG plan of one sheet; returns the files."""
    folder.mkdir(parents=True, exist_ok=True)
    complete = Compound(children=[sheet.carrier, sheet.tail])
    step, stl, svg = (folder / f"{sheet.name}.{ending}" for ending in ("step", "stl", "svg"))
    export_step(complete, str(step))
    export_stl(complete, str(stl), tolerance=0.05)
    drawing = ExportSVG(margin=5, line_weight=0.5)
    for face in (sheet.carrier.faces().sort_by(Axis.Z)[-1], sheet.tail.faces().sort_by(Axis.Z)[0]):
        drawing.add_shape(face.moved(Location((0, 0, -face.center().Z))).edges())
    drawing.write(str(svg))
    return [step, stl, svg]


def main() -> int:
    """Build the named sizes (all by default) into a folder; 1 when a fit fails."""
    if len(sys.argv) < 2:
        print("usage: python -m hardware.sheet.sheet FOLDER [SIZE ...]", file=sys.stderr)
        return 2
    layout, dims = load(), dimensions()
    checks = fits(layout, dims)
    for fit in checks:
        print(
            f"{'ok  ' if fit.ok else 'FAIL'} {fit.check}: {fit.figure_mm:.2f} mm (at least {fit.least_mm} mm)"
        )
    sizes = [int(word) for word in sys.argv[2:]] or list(layout.eu_sizes)
    for size in sizes:
        for left in (True, False):
            sheet = build(layout, dims, size, left)
            files = export(sheet, Path(sys.argv[1]))
            print(f"{sheet.name}: {sheet.carrier.volume / 1000:.2f} cm3, {len(files)} files")
    return int(any(not fit.ok for fit in checks))


if __name__ == "__main__":
    sys.exit(main())
