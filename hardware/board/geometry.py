"""Where copper, holes and courtyards of the placed parts are; millimetres, y down."""

from dataclasses import dataclass
from math import cos, radians, sin

from hardware.board.design import Design, Part
from hardware.board.libraries import footprint
from hardware.board.sexpr import Node, child, children, need, numbers, words

Point = tuple[float, float]


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
            if any("Cu" in layer for layer in words(need(node, "layers"))):
                found.append(_pad(part, node))
    return found


def _pad(part: Part, node: Node) -> Pad:
    number, kind, shape = words(node)[:3]
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
    holes = [float(w) for w in words(drill) if w != "oval"] if drill else [0.0]
    plated = kind != "np_thru_hole"
    net = part.nets.get(number, f"{part.reference}.{number}") if plated else ""
    return Pad(
        part.reference, number, net, x, y, half_x - rounding, half_y - rounding, rounding, max(holes), plated
    )


def courtyard(part: Part) -> tuple[float, float, float, float]:
    """Bounding box of a part's courtyard on the board: left, top, right, bottom."""
    points: list[Point] = []
    for entry in footprint(part.kind.footprint)[1:]:
        if isinstance(entry, str) or not entry[0].startswith("fp_"):
            continue
        layer = child(entry, "layer")
        if layer is None or words(layer)[0] != "F.CrtYd":
            continue
        if entry[0] == "fp_circle":
            (cx, cy), (ex, ey) = (numbers(need(entry, key)) for key in ("center", "end"))
            radius = ((ex - cx) ** 2 + (ey - cy) ** 2) ** 0.5
            points += [(cx - radius, cy - radius), (cx + radius, cy + radius)]
            continue
        shape = child(entry, "pts")
        ends = (
            children(shape, "xy") if shape else [e for key in ("start", "end") for e in children(entry, key)]
        )
        points += [(numbers(e)[0], numbers(e)[1]) for e in ends]
    corners = [placed(part, p) for p in points]
    xs, ys = [p[0] for p in corners], [p[1] for p in corners]
    return min(xs), min(ys), max(xs), max(ys)
