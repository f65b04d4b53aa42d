"""The netlist as KiCad reads it out of the schematic."""

import xml.etree.ElementTree as ElementTree
from pathlib import Path

from hardware.board.tools import kicad


def netlist(schematic: Path, folder: Path) -> dict[tuple[str, str], str]:
    """Net of every pin, by reference and number; pins without a net have one of KiCad's own names."""
    target = folder / "netlist.xml"
    kicad("sch", "export", "netlist", "--format", "kicadxml", "-o", str(target), str(schematic))
    nets: dict[tuple[str, str], str] = {}
    for net in ElementTree.parse(target).getroot().iter("net"):
        for node in net.iter("node"):
            nets[(node.attrib["ref"], node.attrib["pin"])] = net.attrib["name"]
    return nets


def unconnected(nets: dict[tuple[str, str], str]) -> dict[tuple[str, str], str]:
    """Only the pins without a net."""
    return {pin: name for pin, name in nets.items() if name.startswith("unconnected-")}
