"""KiCad's symbol and footprint libraries, and our own symbols."""

import copy
import os
from functools import cache
from pathlib import Path

from hardware.board.own_symbols import own_symbols
from hardware.board.sexpr import Node, Quoted, atoms, child, children, load, need, numbers

SHARE = Path(os.environ.get("KICAD9_SHARE", "/usr/share/kicad"))
OWN = "plantigrade"
# Footprints whose solid KiCad's library lacks, and ours in its place (made by bodies.py).
BODIES = {
    "Connector_USB:USB_C_Receptacle_HRO_TYPE-C-31-M-12": "usb-socket",
    "Package_LGA:LGA-8_8x6mm_P1.27mm": "storage",
    "Package_DFN_QFN:TDFN-8-1EP_2x2mm_P0.5mm_EP0.8x1.2mm": "gauge",
}


def available() -> bool:
    """Whether KiCad's libraries are installed."""
    return (SHARE / "symbols").is_dir() and (SHARE / "footprints").is_dir()


@cache
def _library(name: str) -> dict[str, Node]:
    if name == OWN:
        return {atoms(s)[0]: s for s in own_symbols()}
    return {atoms(s)[0]: s for s in children(load(SHARE / "symbols" / f"{name}.kicad_sym"), "symbol")}


@cache
def symbol(identifier: str) -> Node:
    """A symbol as a schematic carries it: named `library:name`, derived ones made whole.

    Raises:
        KeyError: the library has no such symbol.
    """
    library, name = identifier.split(":")
    found = copy.deepcopy(_library(library)[name])
    base = child(found, "extends")
    if base is not None:
        found = _derived(found, _library(library)[atoms(base)[0]])
    found[1] = Quoted(identifier)
    return found


def _derived(own: Node, parent: Node) -> Node:
    """A symbol that extends another: the parent's drawing under its own name, its own fields first."""
    name, parent_name = atoms(own)[0], atoms(parent)[0]
    complete = copy.deepcopy(parent)
    complete[1] = Quoted(name)
    mine = {atoms(p)[0]: p for p in children(own, "property")}
    for index, entry in enumerate(complete):
        if isinstance(entry, str):
            continue
        if entry[0] == "property" and atoms(entry)[0] in mine:
            complete[index] = mine.pop(atoms(entry)[0])
        elif entry[0] == "symbol":
            entry[1] = Quoted(entry[1].replace(parent_name, name))
        elif entry[0] in ("in_bom", "on_board", "exclude_from_sim") and child(own, entry[0]) is not None:
            complete[index] = need(own, entry[0])
    last = max(i for i, e in enumerate(complete) if not isinstance(e, str) and e[0] == "property")
    complete[last + 1 : last + 1] = list(mine.values())
    return complete


class Pin:
    """One pin of a symbol: number, name, electrical type, place and direction (y up)."""

    def __init__(self, node: Node) -> None:
        self.number = atoms(need(node, "number"))[0]
        self.name = atoms(need(node, "name"))[0]
        self.electrical = atoms(node)[0]
        self.x, self.y, self.angle = numbers(need(node, "at"))
        self.length = numbers(need(node, "length"))[0]


@cache
def pins(identifier: str) -> tuple[Pin, ...]:
    """All pins of a symbol."""
    return tuple(Pin(pin) for unit in children(symbol(identifier), "symbol") for pin in children(unit, "pin"))


@cache
def footprint(identifier: str) -> Node:
    """A footprint as its library has it."""
    library, name = identifier.split(":")
    return load(SHARE / "footprints" / f"{library}.pretty" / f"{name}.kicad_mod")
