"""The board file: outline, footprints with their nets, routed copper, planes, names on the silk screen."""

import copy

from hardware.board import rules
from hardware.board.design import CORNER_MM, GROUND, HEIGHT_MM, SUPPLY, WIDTH_MM, Design, Part
from hardware.board.geometry import placed
from hardware.board.identity import REVISION, TITLE, fields, uuid, uuid_text
from hardware.board.libraries import BODIES, footprint, pins
from hardware.board.router import Routing
from hardware.board.sexpr import Node, Quoted, atoms, child, children, need, numbers
from hardware.board.silk import marks

COPPER = ("F.Cu", "In1.Cu", "In2.Cu", "B.Cu")
DRAWN = ("fp_line", "fp_rect", "fp_poly", "fp_arc", "fp_circle", "fp_text")
LAYERS = (
    (0, "F.Cu", "signal"), (4, "In1.Cu", "power"), (6, "In2.Cu", "power"), (2, "B.Cu", "signal"),
    (9, "F.Adhes", "user"), (11, "B.Adhes", "user"), (13, "F.Paste", "user"), (15, "B.Paste", "user"),
    (5, "F.SilkS", "user"), (7, "B.SilkS", "user"), (1, "F.Mask", "user"), (3, "B.Mask", "user"),
    (17, "Dwgs.User", "user"), (19, "Cmts.User", "user"), (25, "Edge.Cuts", "user"), (27, "Margin", "user"),
    (31, "F.CrtYd", "user"), (29, "B.CrtYd", "user"), (35, "F.Fab", "user"), (33, "B.Fab", "user"),
)  # fmt: skip


def board(design: Design, routing: Routing, unconnected: dict[tuple[str, str], str]) -> Node:
    """The whole file, planes not yet filled.

    `unconnected` gives the name that the schematic's netlist has for each pin without a net.
    """
    names = sorted({*design.nets(), *unconnected.values()})
    numbers_of = {"": 0} | {name: index for index, name in enumerate(names, 1)}
    return [
        "kicad_pcb",
        ["version", "20241229"],
        ["generator", Quoted("plantigrade")],
        ["generator_version", Quoted("9.0")],
        ["general", ["thickness", "1"], ["legacy_teardrops", "no"]],
        ["paper", Quoted("A4")],
        ["title_block", ["title", Quoted(TITLE)], ["rev", Quoted(REVISION)]],
        ["layers", *([str(n), Quoted(name), kind] for n, name, kind in LAYERS)],
        ["setup", ["pad_to_mask_clearance", "0"], ["allow_soldermask_bridges_in_footprints", "no"]],
        *(["net", str(number), Quoted(name)] for name, number in numbers_of.items()),
        *(_footprint(part, numbers_of, unconnected) for part in design.parts),
        *_outline(),
        *_marks(design),
        *_copper(routing, numbers_of),
        *_planes(numbers_of),
        ["embedded_fonts", "no"],
    ]


def _footprint(part: Part, net_numbers: dict[str, int], unconnected: dict[tuple[str, str], str]) -> Node:
    source = footprint(part.kind.footprint)
    node: Node = [
        "footprint",
        Quoted(part.kind.footprint),
        ["layer", Quoted("F.Cu")],
        uuid("footprint", part.reference),
        _at(part.x_mm, part.y_mm, part.turned),
    ]
    node += [need(source, key) for key in ("descr", "tags") if child(source, key)]
    node += _properties(part)
    node.append(["path", Quoted("/" + uuid_text("symbol", part.reference))])
    node += [["sheetname", Quoted("/")], ["sheetfile", Quoted("plantigrade-main.kicad_sch")]]
    node.append(need(source, "attr"))
    for index, entry in enumerate(source[1:]):
        if isinstance(entry, str) or entry[0] not in DRAWN:
            continue
        if entry[0] == "fp_text" and part.kind_name == "module" and "Cmts" in atoms(need(entry, "layer"))[0]:
            continue
        if not _over_the_edge(part, entry):
            node.append(_drawing(part, entry, index))
    for index, entry in enumerate(children(source, "pad")):
        node.append(_pad(part, entry, index, net_numbers, unconnected))
    for index, entry in enumerate(children(source, "zone")):
        node.append(_keepout(part, entry, index))
    node.append(["embedded_fonts", "no"])
    node += [_solid(part, model) for model in children(source, "model")]
    return node


def _solid(part: Part, model: Node) -> Node:
    """The part's solid: KiCad's, or ours where its library names one that it does not have."""
    own = BODIES.get(part.kind.footprint)
    return [model[0], Quoted("${KIPRJMOD}/../bodies/" + own + ".step"), *model[2:]] if own else model


def _properties(part: Part) -> list[Node]:
    small: Node = ["effects", ["font", ["size", "0.5", "0.5"], ["thickness", "0.08"]]]
    nodes: list[Node] = [
        ["property", Quoted("Reference"), Quoted(part.reference), _at(0, 0, 0), ["unlocked", "yes"],
         ["layer", Quoted("F.Fab")], ["hide", "yes"], uuid("reference", part.reference), small],
        ["property", Quoted("Value"), Quoted(part.value), _at(0, 0, 0), ["unlocked", "yes"],
         ["layer", Quoted("F.Fab")], ["hide", "yes"], uuid("value", part.reference), small],
    ]  # fmt: skip
    more = {"Datasheet": "~", "Description": part.kind.reason, **fields(part)}
    for name, text in more.items():
        nodes.append(
            ["property", Quoted(name), Quoted(text), _at(0, 0, 0), ["unlocked", "yes"],
             ["layer", Quoted("F.Fab")], ["hide", "yes"], uuid("field", part.reference, name), small]
        )  # fmt: skip
    return nodes


def _over_the_edge(part: Part, entry: Node) -> bool:
    """Whether a line of the silk screen leaves the board: sockets and antenna reach over its edge."""
    if atoms(need(entry, "layer"))[0] != "F.SilkS":
        return False
    ends = [numbers(e) for key in ("start", "end") for e in children(entry, key)]
    places = [placed(part, (e[0], e[1])) for e in ends]
    return any(not (0.2 < x < WIDTH_MM - 0.2 and 0.2 < y < HEIGHT_MM - 0.2) for x, y in places)


def _drawing(part: Part, entry: Node, index: int) -> Node:
    node = copy.deepcopy(entry)
    if node[0] == "fp_text":
        at = need(node, "at")
        place = numbers(at)
        at[1:] = [
            _mm(place[0]),
            _mm(place[1]),
            _mm(_angle(part, place)),
        ]
        font = need(need(node, "effects"), "font")
        font[1:] = [["size", "0.6", "0.6"], ["thickness", "0.1"]]
    return _renamed(node, "drawing", part.reference, str(index))


def _angle(part: Part, place: list[float]) -> float:
    """Angle of a text or pad, which board files give as seen on the board."""
    return ((place[2] if len(place) > 2 else 0.0) + part.turned) % 360


def _renamed(node: Node, *path: str) -> Node:
    """A copy's own identifier, which some libraries leave out."""
    node[:] = [entry for entry in node if isinstance(entry, str) or entry[0] != "uuid"]
    node.append(uuid(*path))
    return node


def _pad(
    part: Part, entry: Node, index: int, net_numbers: dict[str, int], unconnected: dict[tuple[str, str], str]
) -> Node:
    node = copy.deepcopy(entry)
    at = need(node, "at")
    place = numbers(at)
    at[1:] = [_mm(place[0]), _mm(place[1]), _mm(_angle(part, place))]
    number = atoms(node)[0]
    net = part.nets.get(number) or unconnected.get((part.reference, number), "")
    extra: list[Node] = []
    if net:
        extra.append(["net", str(net_numbers[net]), Quoted(net)])
        pin = next((p for p in pins(part.kind.symbol) if p.number == number), None)
        if pin is not None:
            extra += [["pinfunction", Quoted(pin.name)], ["pintype", Quoted(pin.electrical)]]
    node += extra
    return _renamed(node, "pad", part.reference, number, str(index))


def _keepout(part: Part, entry: Node, index: int) -> Node:
    """The module's antenna zone, on the layers that this board has and no further than the board."""
    node = copy.deepcopy(entry)
    for position, inner in enumerate(node):
        if not isinstance(inner, str) and inner[0] == "layers":
            node[position] = ["layers", *(Quoted(name) for name in COPPER)]
    for point in children(need(need(node, "polygon"), "pts"), "xy"):
        x, y = placed(part, (numbers(point)[0], numbers(point)[1]))
        point[1:] = [_mm(x), _mm(y)]
    return _renamed(node, "keepout", part.reference, str(index))


def _outline() -> list[Node]:
    """A rectangle with round corners."""
    w, h, r = WIDTH_MM, HEIGHT_MM, CORNER_MM
    d = r * (1 - 0.5**0.5)
    lines = [((r, 0), (w - r, 0)), ((w, r), (w, h - r)), ((w - r, h), (r, h)), ((0, h - r), (0, r))]
    arcs = [
        ((w - r, 0), (w - d, d), (w, r)), ((w, h - r), (w - d, h - d), (w - r, h)),
        ((r, h), (d, h - d), (0, h - r)), ((0, r), (d, d), (r, 0)),
    ]  # fmt: skip
    pen: list[Node] = [["stroke", ["width", "0.05"], ["type", "default"]], ["layer", Quoted("Edge.Cuts")]]
    nodes: list[Node] = []
    for index, (start, end) in enumerate(lines):
        nodes.append(["gr_line", _xy("start", start), _xy("end", end), *pen, uuid("edge", str(index))])
    for index, (start, middle, end) in enumerate(arcs):
        nodes.append(
            [
                "gr_arc",
                _xy("start", start),
                _xy("mid", middle),
                _xy("end", end),
                *pen,
                uuid("corner", str(index)),
            ]
        )
    return nodes


def _marks(design: Design) -> list[Node]:
    nodes: list[Node] = []
    for index, mark in enumerate(marks(design)):
        size, pen = _mm(mark.height_mm), _mm(max(0.1, 0.14 * mark.height_mm))
        font: Node = ["effects", ["font", ["size", size, size], ["thickness", pen]]]
        if mark.back:
            font.append(["justify", "mirror"])
        layer = Quoted("B.SilkS" if mark.back else "F.SilkS")
        place = _at(mark.x_mm, mark.y_mm, 90 if mark.upright else 0)
        nodes.append(["gr_text", Quoted(mark.text), place, ["layer", layer], uuid("mark", str(index)), font])
    return nodes


def _copper(routing: Routing, net_numbers: dict[str, int]) -> list[Node]:
    nodes: list[Node] = []
    for index, track in enumerate(routing.tracks):
        nodes.append(
            ["segment", _xy("start", track.start), _xy("end", track.end), ["width", _mm(track.width)],
             ["layer", Quoted(track.layer)], ["net", str(net_numbers[track.net])], uuid("track", str(index))]
        )  # fmt: skip
    for index, (net, x, y) in enumerate(routing.vias):
        nodes.append(
            ["via", _xy("at", (x, y)), ["size", _mm(rules.VIA_MM)], ["drill", _mm(rules.VIA_DRILL_MM)],
             ["layers", Quoted("F.Cu"), Quoted("B.Cu")], ["net", str(net_numbers[net])],
             uuid("via", str(index))]
        )  # fmt: skip
    return nodes


def _planes(net_numbers: dict[str, int]) -> list[Node]:
    """Ground inside and below, supply inside."""
    nodes: list[Node] = []
    inset = rules.EDGE_MM + 0.1
    corners = [
        (inset, inset),
        (WIDTH_MM - inset, inset),
        (WIDTH_MM - inset, HEIGHT_MM - inset),
        (inset, HEIGHT_MM - inset),
    ]
    for net, layer in ((GROUND, "In1.Cu"), (SUPPLY, "In2.Cu"), (GROUND, "B.Cu")):
        nodes.append(
            ["zone", ["net", str(net_numbers[net])], ["net_name", Quoted(net)], ["layer", Quoted(layer)],
             uuid("plane", net, layer), ["name", Quoted(f"{net} {layer}")], ["hatch", "edge", "0.5"],
             ["connect_pads", ["clearance", "0.2"]], ["min_thickness", "0.25"],
             ["filled_areas_thickness", "no"],
             ["fill", "yes", ["thermal_gap", "0.3"], ["thermal_bridge_width", "0.3"],
              ["island_removal_mode", "0"]],
             ["polygon", ["pts", *(_xy("xy", corner) for corner in corners)]]]
        )  # fmt: skip
    return nodes


def _xy(name: str, point: tuple[float, float]) -> Node:
    return [name, _mm(point[0]), _mm(point[1])]


def _at(x: float, y: float, angle: float) -> Node:
    return ["at", _mm(x), _mm(y), _mm(angle % 360)]


def _mm(value: float) -> str:
    return f"{round(value, 6) + 0.0:.10g}"
