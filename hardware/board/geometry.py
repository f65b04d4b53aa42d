"""Where copper, holes and courtyards of the placed parts are; millimetres, y down."""

from dataclasses import dataclass
from math import cos, radians, sin

from hardware.board.design import Design, Part
from hardware.board.libraries import footprint
from hardware.board.sexpr import Node, atoms, child, children, need, numbers

Point = tuple[float, float]
Box = tuple[float, float, float, float]  # left, top, right, bottom


@dataclass(frozen=True)
class Pad:
    """Copper of one pad: a box (centre, half sides) blown up by `round_mm`. `drill_mm` 0: surface mounted."""

    reference: str
    number: str
    net: str  # empty: no net
    x: float
    y: float
    half_x: float
    half_y: float
    round_mm: float
    drill_mm: float
    plated: bool


def turned(point: Point, degrees: float) -> Point:
    """A point of a footprint's frame turned as KiCad turns it (against the clock, y down)."""
    c, s = cos(radians(degrees)), sin(radians(degrees))
    return point[0] * c + point[1] * s, -point[0] * s + point[1] * c


def placed(part: Part, point: Point) -> Point:
    """A point of a part's footprint on the board."""
    x, y = turned(point, part.turned)
    return round(part.x_mm + x, 6), round(part.y_mm + y, 6)


def pads(design: Design) -> list[Pad]:
    """Copper pads and bare holes of every part."""
    found: list[Pad] = []
    for part in design.parts:
        for node in children(footprint(part.kind.footprint), "pad"):
            if any("Cu" in layer for layer in atoms(need(node, "layers"))):
                found.append(_pad(part, node))
    return found


def _pad(part: Part, node: Node) -> Pad:
    number, kind, shape = atoms(node)[:3]
    at = numbers(need(node, "at"))
    half_x, half_y = (0.5 * side for side in numbers(need(node, "size")))
    turn = part.turned + (at[2] if len(at) > 2 else 0.0)
    if round(turn / 90) % 2:
        half_x, half_y = half_y, half_x
    rounding = 0.0
    if shape in ("circle", "oval"):
        rounding = min(half_x, half_y)
    elif shape == "roundrect":
        rounding = 2 * min(half_x, half_y) * numbers(need(node, "roundrect_rratio"))[0]
    x, y = placed(part, (at[0], at[1]))
    drill = child(node, "drill")
    holes = [float(w) for w in atoms(drill) if w != "oval"] if drill else [0.0]
    plated = kind != "np_thru_hole"
    net = part.nets.get(number, f"{part.reference}.{number}") if plated else ""
    return Pad(
        part.reference, number, net, x, y, half_x - rounding, half_y - rounding, rounding, max(holes), plated
    )


def courtyard(part: Part) -> Box:
    """Bounding box of a part's courtyard on the board."""
    return around(_boxes(part, "F.CrtYd"))


def body(part: Part) -> Box:
    """Bounding box of what a part itself covers, as its footprint's assembly drawing has it."""
    return around(_boxes(part, "F.Fab"))


def silk_lines(part: Part) -> list[Box]:
    """Boxes of the lines that a part's footprint has on the silk screen, pen included."""
    return _boxes(part, "F.SilkS", 0.06)


def _boxes(part: Part, wanted: str, pen_mm: float = 0.0) -> list[Box]:
    """Box of each drawing of a footprint on one layer."""
    found: list[Box] = []
    for entry in footprint(part.kind.footprint)[1:]:
        if isinstance(entry, str) or not entry[0].startswith("fp_") or entry[0] == "fp_text":
            continue
        layer = child(entry, "layer")
        if layer is not None and atoms(layer)[0] == wanted:
            left, top, right, bottom = _spanned([placed(part, point) for point in _points(entry)])
            found.append((left - pen_mm, top - pen_mm, right + pen_mm, bottom + pen_mm))
    return found


def _points(entry: Node) -> list[Point]:
    """Points of a drawing that span it, in the footprint's frame."""
    if entry[0] == "fp_circle":
        (cx, cy), (ex, ey) = (numbers(need(entry, key)) for key in ("center", "end"))
        radius = ((ex - cx) ** 2 + (ey - cy) ** 2) ** 0.5
        return [(cx - radius, cy - radius), (cx + radius, cy + radius)]
    shape = child(entry, "pts")
    keys = ("start", "mid", "end")
    ends = children(shape, "xy") if shape else [e for key in keys for e in children(entry, key)]
    return [(numbers(e)[0], numbers(e)[1]) for e in ends]


def _spanned(points: list[Point]) -> Box:
    xs, ys = [p[0] for p in points], [p[1] for p in points]
    return min(xs), min(ys), max(xs), max(ys)


def around(boxes: list[Box]) -> Box:
    """The box around boxes."""
    return _spanned([corner for box in boxes for corner in (box[:2], box[2:])])
