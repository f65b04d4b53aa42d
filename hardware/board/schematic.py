"""The schematic file: parts in boxes by function, a short wire and the net's name at each pin."""

from dataclasses import dataclass

from hardware.board.design import GROUND, SUPPLY, Design, Part
from hardware.board.identity import PROJECT, REVISION, TITLE, fields, uuid, uuid_text
from hardware.board.libraries import Pin, pins, symbol
from hardware.board.sexpr import Node, Quoted

GRID = 2.54
STUB = GRID
LETTER = 1.3  # width of a letter of a label
PAPER_MM = ("594", "306")
GROUP_WIDTH = 186.0
POWER_SYMBOLS = {GROUND: "power:GND", SUPPLY: "power:+3V3"}
# Nets that are fed from outside or over parts that do not say so: the rule check needs to be told once each.
FLAGGED = (GROUND, "VBUS", "VSYS", "BAT_N", "PROTECT_VCC")
TURNED = ("Device:R", "Device:C")  # drawn lying: pins left and right


@dataclass(frozen=True)
class _Box:
    """Room that a part needs around its origin: left, up, right, down."""

    left: float
    up: float
    right: float
    down: float


@dataclass(frozen=True)
class _End:
    """A pin's outer end relative to the part's origin (y down), the direction outward, and its pin."""

    x: float
    y: float
    dx: int
    dy: int
    pin: Pin


def _ends(part: Part) -> list[_End]:
    lying = part.kind.symbol in TURNED
    found: list[_End] = []
    for pin in pins(part.kind.symbol):
        inward = {0: (1, 0), 90: (0, -1), 180: (-1, 0), 270: (0, 1)}[round(pin.angle) % 360]
        x, y, dx, dy = pin.x, -pin.y, -inward[0], -inward[1]
        if lying:
            x, y, dx, dy = y, -x, dy, -dx
        if part.kind.symbol == "Connector:TestPoint":
            dx, dy = 0, 1
        found.append(_End(x, y, dx, dy, pin))
    return found


def _room(part: Part) -> _Box:
    sides = [5.08, 5.08, 5.08, 5.08]
    for end in _ends(part):
        net = part.nets.get(end.pin.number, "")
        reach = STUB + (4.0 + LETTER * len(net) if net not in POWER_SYMBOLS else 5.08)
        x, y = end.x + end.dx * reach, end.y + end.dy * reach
        sides = [max(sides[0], -x), max(sides[1], -y), max(sides[2], x), max(sides[3], y)]
    return _Box(*(GRID * (int(s / GRID) + 1) for s in sides))


def _layout(design: Design) -> tuple[dict[str, tuple[float, float]], list[tuple[str, float, float, float]]]:
    """Origin of each part, and for each group its title, left, top and bottom; shelves in three columns."""
    groups: dict[str, list[Part]] = {}
    for part in design.parts:
        groups.setdefault(part.group, []).append(part)
    places: dict[str, tuple[float, float]] = {}
    frames: list[tuple[str, float, float, float]] = []
    tops = [GRID * 8, GRID * 8, GRID * 8]
    for name, members in groups.items():
        column = tops.index(min(tops))
        left, top = GRID * 6 + column * GRID * 75, tops[column]
        bottom = _shelves(sorted(members, key=_order), left, top + GRID * 4, places)
        frames.append((name, left, top, bottom))
        tops[column] = bottom + GRID * 3
    return places, frames


def _order(part: Part) -> tuple[int, str]:
    """Large parts first, then capacitors and resistors by number."""
    letters = part.reference.rstrip("0123456789")
    number = part.reference[len(letters) :]
    return (-len(part.nets) if len(part.nets) > 2 else 0), f"{letters}{int(number):03d}"


def _shelves(members: list[Part], left: float, top: float, places: dict[str, tuple[float, float]]) -> float:
    x, y, height = left, top, 0.0
    for part in members:
        room = _room(part)
        if x + room.left + room.right > left + GROUP_WIDTH and x > left:
            x, y, height = left, y + height, 0.0
        places[part.reference] = (round(x + room.left, 2), round(y + room.up, 2))
        x += room.left + room.right
        height = max(height, room.up + room.down)
    return y + height


def schematic(design: Design) -> Node:
    """The whole file."""
    places, frames = _layout(design)
    used = sorted(
        {part.kind.symbol for part in design.parts} | set(POWER_SYMBOLS.values()) | {"power:PWR_FLAG"}
    )
    drawn: list[Node] = []
    for part in design.parts:
        drawn += _drawn(part, places[part.reference])
    for number, net in enumerate(FLAGGED):
        drawn += _flag(net, GRID * (10 + 12 * number), GRID * 95)
    return [
        "kicad_sch",
        ["version", "20250114"],
        ["generator", Quoted("plantigrade")],
        ["generator_version", Quoted("9.0")],
        uuid("schematic"),
        ["paper", Quoted("User"), *PAPER_MM],
        ["title_block", ["title", Quoted(TITLE)], ["rev", Quoted(REVISION)],
         ["comment", "1", Quoted("Generated from hardware/board/design.py; licence CERN-OHL-P-2.0")]],
        ["lib_symbols", *(symbol(identifier) for identifier in used)],
        *_frames([*frames, ("Fed from outside (for the rule check)", GRID * 6, GRID * 88, GRID * 103)]),
        *drawn,
        ["sheet_instances", ["path", Quoted("/"), ["page", Quoted("1")]]],
        ["embedded_fonts", "no"],
    ]  # fmt: skip


def _frames(frames: list[tuple[str, float, float, float]]) -> list[Node]:
    nodes: list[Node] = []
    for name, left, top, bottom in frames:
        size: Node = ["effects", ["font", ["size", "3", "3"], ["bold", "yes"]], ["justify", "left", "bottom"]]
        nodes.append(
            [
                "text",
                Quoted(name),
                ["exclude_from_sim", "no"],
                _at(left, top + GRID * 1.5, 0),
                size,
                uuid("title", name),
            ]
        )
        nodes.append(
            ["rectangle", ["start", _mm(left - GRID), _mm(top - GRID)],
             ["end", _mm(left + GROUP_WIDTH), _mm(bottom + GRID)],
             ["stroke", ["width", "0.2"], ["type", "dash"]], ["fill", ["type", "none"]], uuid("frame", name)]
        )  # fmt: skip
    return nodes


def _drawn(part: Part, at: tuple[float, float]) -> list[Node]:
    nodes: list[Node] = [_symbol(part, at)]
    done: set[tuple[float, float]] = set()
    for end in _ends(part):
        x, y = round(at[0] + end.x, 2), round(at[1] + end.y, 2)
        if (x, y) in done:
            continue
        done.add((x, y))
        net = part.nets.get(end.pin.number)
        path = (part.reference, end.pin.number)
        if net is None:
            if end.pin.electrical != "no_connect":
                nodes.append(["no_connect", ["at", _mm(x), _mm(y)], uuid("no_connect", *path)])
            continue
        outer = (round(x + end.dx * STUB, 2), round(y + end.dy * STUB, 2))
        nodes.append(_wire((x, y), outer, *path))
        nodes.append(_name(net, outer, end.dx, end.dy, *path))
    return nodes


def _symbol(part: Part, at: tuple[float, float]) -> Node:
    lying = part.kind.symbol in TURNED
    small = len(part.nets) <= 2 and part.reference[0] not in "JT"
    top = -3.0 if small else min(end.y for end in _ends(part)) - 7.0
    lines = {"Reference": (part.reference, top), "Value": (part.value, 3.6 if small else top + 1.8)}
    node: Node = [
        "symbol",
        ["lib_id", Quoted(part.kind.symbol)],
        _at(*at, 90 if lying else 0),
        ["unit", "1"],
        ["exclude_from_sim", "no"],
        ["in_bom", "yes" if part.kind.number else "no"],
        ["on_board", "yes"],
        ["dnp", "no"],
        uuid("symbol", part.reference),
    ]
    for name, (text, dy) in lines.items():
        x = at[0] if small or part.kind_name == "test_pad" else at[0] + 7.62
        named_by_label = part.kind_name == "test_pad" and name == "Value"
        node.append(_field(name, text, x, at[1] + dy, named_by_label, 90 if lying else 0))
    hidden = {
        "Footprint": part.kind.footprint,
        "Datasheet": "~",
        "Description": part.kind.reason,
        **fields(part),
    }
    node += [_field(name, text, *at, True, 0) for name, text in hidden.items()]
    for pin in pins(part.kind.symbol):
        node.append(["pin", Quoted(pin.number), uuid("pin", part.reference, pin.number)])
    node.append(_instances(part.reference))
    return node


def _instances(reference: str) -> Node:
    path: Node = [
        "path",
        Quoted("/" + uuid_text("schematic")),
        ["reference", Quoted(reference)],
        ["unit", "1"],
    ]
    return ["instances", ["project", Quoted(PROJECT), path]]


def _field(name: str, text: str, x: float, y: float, hidden: bool, angle: int) -> Node:
    effects: Node = ["effects", ["font", ["size", "1.27", "1.27"]]]
    if hidden:
        effects.append(["hide", "yes"])
    return ["property", Quoted(name), Quoted(text), _at(x, y, angle), effects]


def _wire(start: tuple[float, float], end: tuple[float, float], *path: str) -> Node:
    ends: Node = ["pts", ["xy", _mm(start[0]), _mm(start[1])], ["xy", _mm(end[0]), _mm(end[1])]]
    return ["wire", ends, ["stroke", ["width", "0"], ["type", "default"]], uuid("wire", *path)]


def _name(net: str, at: tuple[float, float], dx: int, dy: int, *path: str) -> Node:
    """A global label, or the power symbol of ground and supply."""
    if net in POWER_SYMBOLS:
        # A power symbol's own pin points down (ground: up is its pin), turned towards the wire.
        up = {(0, 1): 0, (1, 0): 90, (0, -1): 180, (-1, 0): 270}[(dx, dy)]
        node = _power(POWER_SYMBOLS[net], net, at, up if net == GROUND else (up + 180) % 360, *path)
        if net == SUPPLY:  # ground is known by its shape
            value = next(i for i, e in enumerate(node) if e[0] == "property" and e[1] == "Value")
            node[value] = _field("Value", net, at[0] + 4.5 * dx, at[1] + 3.6 * dy, False, 0)
        return node
    angle = {(1, 0): 0, (0, -1): 90, (-1, 0): 180, (0, 1): 270}[(dx, dy)]
    justify = "left" if angle in (0, 90) else "right"
    effects: Node = ["effects", ["font", ["size", "1.27", "1.27"]], ["justify", justify]]
    return [
        "global_label", Quoted(net), ["shape", "passive"], _at(*at, angle), effects, uuid("label", *path),
    ]  # fmt: skip


def _power(
    identifier: str, net: str, at: tuple[float, float], angle: int, *path: str, prefix: str = "#PWR"
) -> Node:
    reference = prefix + uuid_text("power", *path)[:6].upper()
    return [
        "symbol", ["lib_id", Quoted(identifier)], _at(*at, angle), ["unit", "1"], ["exclude_from_sim", "no"],
        ["in_bom", "yes"], ["on_board", "yes"], ["dnp", "no"], uuid("power", *path),
        _field("Reference", reference, *at, True, 0), _field("Value", net, at[0], at[1], True, 0),
        _field("Footprint", "", *at, True, 0), _field("Datasheet", "", *at, True, 0),
        ["pin", Quoted("1"), uuid("power pin", *path)], _instances(reference),
    ]  # fmt: skip


def _flag(net: str, x: float, y: float) -> list[Node]:
    flag = _power("power:PWR_FLAG", "PWR_FLAG", (x, y), 0, "flag", net, prefix="#FLG")
    below = (x, round(y + STUB, 2))
    return [flag, _wire((x, y), below, "flag", net), _name(net, below, 0, 1, "flag", net, "name")]


def _at(x: float, y: float, angle: int) -> Node:
    return ["at", _mm(x), _mm(y), str(angle)]


def _mm(value: float) -> str:
    return f"{round(value, 4):g}"
