"""Symbols that KiCad's libraries lack: drawn as boxes from a table of pins."""

from dataclasses import dataclass

from hardware.board.sexpr import Node, Quoted

GRID = 2.54


@dataclass(frozen=True)
class Box:
    """A symbol: name, half width, description and pins of each side as (number, name, electrical type)."""

    name: str
    half_width: float
    description: str
    datasheet: str
    footprint: str
    left: tuple[tuple[str, str, str], ...]
    right: tuple[tuple[str, str, str], ...]


BOXES = (
    Box(
        "LSM6DSO",
        12.7,
        "Accelerometer and gyroscope, I2C or SPI",
        "https://www.st.com/resource/en/datasheet/lsm6dso.pdf",
        "Package_LGA:LGA-14_3x2.5mm_P0.5mm_LayoutBorder3x4y",
        (
            ("8", "VDD", "power_in"), ("5", "VDDIO", "power_in"), ("12", "CS", "input"),
            ("13", "SCL", "input"), ("14", "SDA", "bidirectional"), ("1", "SDO/SA0", "passive"),
            ("2", "SDX", "passive"),
            ("3", "SCX", "passive"), ("6", "GND", "power_in"), ("7", "GND", "power_in"),
        ),
        (
            ("4", "INT1", "output"), ("9", "INT2", "output"), ("10", "OCS_AUX", "bidirectional"),
            ("11", "SDO_AUX", "bidirectional"),
        ),
    ),
    Box(
        "MAX17048",
        10.16,
        "Fuel gauge for one lithium cell, I2C",
        "https://www.analog.com/media/en/technical-documentation/data-sheets/max17048-max17049.pdf",
        "Package_DFN_QFN:TDFN-8-1EP_2x2mm_P0.5mm_EP0.8x1.2mm",
        (
            ("3", "VDD", "power_in"), ("2", "CELL", "passive"), ("1", "CTG", "passive"),
            ("6", "QSTRT", "input"), ("4", "GND", "power_in"), ("9", "EP", "passive"),
        ),
        (("7", "SCL", "input"), ("8", "SDA", "bidirectional"), ("5", "~{ALRT}", "open_collector")),
    ),
    Box(
        "FS8205A",
        7.62,
        "Two N-channel transistors with a common drain, for battery protection",
        "",
        "Package_TO_SOT_SMD:SOT-23-6",
        (("6", "G1", "input"), ("1", "S1", "passive"), ("2", "D12", "passive")),
        (("4", "G2", "input"), ("3", "S2", "passive"), ("5", "D12", "passive")),
    ),
)  # fmt: skip


def own_symbols() -> list[Node]:
    """Every symbol of our own library."""
    return [_symbol(box) for box in BOXES]


def library() -> Node:
    """The symbol library as a file."""
    return [
        "kicad_symbol_lib",
        ["version", "20241209"],
        ["generator", Quoted("plantigrade")],
        ["generator_version", Quoted("9.0")],
        *own_symbols(),
    ]


def _field(name: str, value: str, y: float, hidden: bool) -> Node:
    effects: Node = ["effects", ["font", ["size", "1.27", "1.27"]]]
    if hidden:
        effects.append(["hide", "yes"])
    return ["property", Quoted(name), Quoted(value), ["at", "0", f"{y:g}", "0"], effects]


def _symbol(box: Box) -> Node:
    rows = max(len(box.left), len(box.right))
    top = GRID * ((rows + 1) // 2)
    bottom = top - GRID * (rows + 1)
    fields = (
        _field("Reference", "U", top + GRID, False),
        _field("Value", box.name, bottom - GRID, False),
        _field("Footprint", box.footprint, 0, True),
        _field("Datasheet", box.datasheet or "~", 0, True),
        _field("Description", box.description, 0, True),
    )
    outline: Node = [
        "rectangle",
        ["start", f"{-box.half_width:g}", f"{top:g}"],
        ["end", f"{box.half_width:g}", f"{bottom:g}"],
        ["stroke", ["width", "0.254"], ["type", "default"]],
        ["fill", ["type", "background"]],
    ]
    drawn: list[Node] = []
    for side, column in ((-1, box.left), (1, box.right)):
        for row, (number, name, electrical) in enumerate(column):
            drawn.append(_pin(side, box.half_width, top - GRID * (row + 1), number, name, electrical))
    return [
        "symbol",
        Quoted(box.name),
        ["exclude_from_sim", "no"],
        ["in_bom", "yes"],
        ["on_board", "yes"],
        *fields,
        ["symbol", Quoted(f"{box.name}_0_1"), outline],
        ["symbol", Quoted(f"{box.name}_1_1"), *drawn],
        ["embedded_fonts", "no"],
    ]


def _pin(side: int, half_width: float, y: float, number: str, name: str, electrical: str) -> Node:
    font: Node = ["effects", ["font", ["size", "1.27", "1.27"]]]
    x = side * (half_width + GRID)
    return [
        "pin",
        electrical,
        "line",
        ["at", f"{x:g}", f"{y:g}", "0" if side < 0 else "180"],
        ["length", f"{GRID:g}"],
        ["name", Quoted(name), font],
        ["number", Quoted(number), font],
    ]
