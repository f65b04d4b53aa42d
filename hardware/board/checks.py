"""Checks of the committed board: `python -m hardware.board.checks [FOLDER]`; 1 when one fails.

KiCad's own rule checks, agreement of design, schematic, board and firmware, decoupling, courtyards, the
copper-free antenna and the identity of the committed files with what the design makes.
"""

import json
import sys
import tempfile
from itertools import combinations
from math import dist
from pathlib import Path
from typing import Any

from hardware.analog.circuit import load as load_circuit
from hardware.board.build import COMMITTED, ROUTES, build
from hardware.board.design import ANTENNA_MM, GROUND, HEIGHT_MM, WIDTH_MM, Design, design
from hardware.board.firmware_module import MODULE, board_nets, differences, module_text
from hardware.board.geometry import Pad, courtyard, pads
from hardware.board.identity import PROJECT
from hardware.board.libraries import OWN, pins
from hardware.board.netlist import netlist
from hardware.board.router import load
from hardware.board.tools import kicad
from hardware.finding import Finding, count, table

REFERENCE_V = 1.25  # of U4
DECOUPLING_MM = 4.0  # from a supply pin to the capacitor's pad
OVER_THE_EDGE = ("J2", "U1")  # a socket that looks out of the case; an antenna that wants room around it
GENERATED = (
    *(f"{PROJECT}.{ending}" for ending in ("kicad_sch", "kicad_pcb", "kicad_pro")),
    f"{OWN}.kicad_sym",
    "sym-lib-table",
    "fp-lib-table",
)


def schematic_rules(folder: Path) -> Finding:
    """KiCad's electrical rule check: errors and warnings."""
    with tempfile.TemporaryDirectory() as scratch:
        report = Path(scratch) / "erc.json"
        kicad("sch", "erc", "--format", "json", "--severity-all", "--exit-code-violations",
              "-o", str(report), str(folder / f"{PROJECT}.kicad_sch"), accept=(0, 5))  # fmt: skip
        data = json.loads(report.read_text(encoding="utf-8"))
    faults = [_words(fault) for sheet in data["sheets"] for fault in sheet["violations"]]
    return count("electrical rules (ERC)", faults)


def board_rules(folder: Path) -> list[Finding]:
    """KiCad's design rule check: rules, open nets, and parity with the schematic; errors and warnings."""
    with tempfile.TemporaryDirectory() as scratch:
        report = Path(scratch) / "drc.json"
        kicad("pcb", "drc", "--format", "json", "--severity-all", "--schematic-parity",
              "--exit-code-violations", "-o", str(report), str(folder / f"{PROJECT}.kicad_pcb"),
              accept=(0, 5))  # fmt: skip
        data = json.loads(report.read_text(encoding="utf-8"))
    return [
        count("design rules (DRC)", [_words(fault) for fault in data["violations"]]),
        count("nets not wholly routed", [_words(fault) for fault in data["unconnected_items"]]),
        count("schematic against board", [_words(fault) for fault in data["schematic_parity"]]),
    ]


def _words(fault: dict[str, Any]) -> str:
    items = "; ".join(item["description"] for item in fault["items"])
    return f"{fault['type']}: {fault['description']} ({items})"


def agreement(circuit: Design, folder: Path, firmware_text: str) -> list[Finding]:
    """Design against schematic, design against copper, firmware against copper."""
    wanted = {(part, pin): net for net, ends in circuit.nets().items() for part, pin in ends}
    with tempfile.TemporaryDirectory() as scratch:
        drawn = netlist(folder / f"{PROJECT}.kicad_sch", Path(scratch))
    copper = board_nets(folder / f"{PROJECT}.kicad_pcb")
    return [
        count("design against schematic", _apart(wanted, drawn)),
        count("design against copper", _apart(wanted, copper)),
        count("firmware pins against copper", differences(firmware_text, copper)),
    ]


def _apart(wanted: dict[tuple[str, str], str], found: dict[tuple[str, str], str]) -> list[str]:
    named = {pin: net for pin, net in found.items() if not net.startswith("unconnected-")}
    return [
        f"{part} pin {pin}: {found.get((part, pin), '-')} instead of {wanted.get((part, pin), '-')}"
        for part, pin in sorted(set(wanted) | set(named))
        if wanted.get((part, pin)) != named.get((part, pin))
    ]


def decoupling(circuit: Design) -> Finding:
    """Every supply pin of an integrated circuit has a capacitor of its own, to its own ground, close by."""
    capacitors = [part for part in circuit.parts if part.kind.symbol == "Device:C"]
    copper = pads(circuit)
    waiting = _supply_pins(circuit)
    pairs = sorted(
        (_gap(copper, pin, (c.reference, end)), pin, c.reference)
        for pin, (_, net, ground) in waiting.items()
        for c in capacitors
        for end, other in (("1", "2"), ("2", "1"))
        if c.nets[end] == net and c.nets[other] == ground
    )
    used: set[str] = set()
    for distance, pin, capacitor in pairs:  # nearest first; a capacitor serves one pin
        if distance <= DECOUPLING_MM and pin in waiting and capacitor not in used:
            del waiting[pin]
            used.add(capacitor)
    faults = [f"{part} pin {pin} ({name}, {net})" for (part, pin), (name, net, _) in waiting.items()]
    return count(f"supply pins without a capacitor of their own within {DECOUPLING_MM:g} mm", faults)


def _supply_pins(circuit: Design) -> dict[tuple[str, str], tuple[str, str, str]]:
    """Name, net and ground of each pin that a circuit is fed through."""
    found: dict[tuple[str, str], tuple[str, str, str]] = {}
    for part in circuit.parts:
        ground = "BAT_N" if "BAT_N" in part.nets.values() else GROUND
        for pin in pins(part.kind.symbol) if part.kind.integrated else ():
            net = part.nets.get(pin.number, ground)
            if pin.electrical == "power_in" and net not in (GROUND, ground):
                found[(part.reference, pin.number)] = (pin.name, net, ground)
    return found


def front_end(circuit: Design) -> Finding:
    """The values on the board are those that the front end was simulated with, within 0.5 %."""
    simulated = load_circuit()
    upper, lower = (_value(circuit, reference) for reference in ("R17", "R18"))
    pairs = {
        "feedback resistor R15, ohm": (_value(circuit, "R15"), simulated.feedback_ohm),
        "feedback capacitor C8, pF": (1e12 * _value(circuit, "C8"), simulated.feedback_pf),
        "reference from U4, R17 and R18, V": (REFERENCE_V * lower / (lower + upper), simulated.v_ref),
    }
    faults = [
        f"{name}: {fitted:.4g}, simulated {wanted:.4g}"
        for name, (fitted, wanted) in pairs.items()
        if abs(fitted / wanted - 1) > 0.005
    ]
    return count("front end values that were not simulated", faults)


def _value(circuit: Design, reference: str) -> float:
    """A resistor in ohms, a capacitor in farads."""
    text = circuit.part(reference).value.split()[0]
    scale = {"p": 1e-12, "n": 1e-9, "u": 1e-6, "k": 1e3, "M": 1e6}
    return float(text[:-1]) * scale[text[-1]] if text[-1] in scale else float(text)


def _gap(copper: list[Pad], first: tuple[str, str], second: tuple[str, str]) -> float:
    """Distance between the centres of two pads."""
    places = {(pad.reference, pad.number): (pad.x, pad.y) for pad in copper}
    return dist(places[first], places[second])


def courtyards(circuit: Design) -> Finding:
    """Rooms of the parts do not overlap and stay on the board."""
    rooms = {part.reference: courtyard(part) for part in circuit.parts}
    faults: list[str] = []
    for first, second in combinations(sorted(set(rooms) - {"U1"}), 2):
        a, b = rooms[first], rooms[second]
        if min(a[2], b[2]) - max(a[0], b[0]) > 1e-6 and min(a[3], b[3]) - max(a[1], b[1]) > 1e-6:
            faults.append(f"{first} and {second}")
    for reference, room in rooms.items():
        on_board = room[0] >= 0 and room[1] >= ANTENNA_MM and room[2] <= WIDTH_MM and room[3] <= HEIGHT_MM
        if not on_board and reference not in OVER_THE_EDGE:
            faults.append(f"{reference} leaves the board or enters the antenna's room")
    return count("courtyards that overlap", faults)


def antenna(circuit: Design) -> Finding:
    """Copper of pads, tracks and vias in the antenna's room (the planes are kept out by KiCad's zone)."""
    routing = load(ROUTES)
    heights = [pad.y - pad.half_y - pad.round_mm for pad in pads(circuit)]
    heights += [y for track in routing.tracks for y in (track.start[1], track.end[1])]
    heights += [y for _, _, y in routing.vias]
    return Finding("copper nearest to the antenna's edge, mm", min(heights), ANTENNA_MM, at_most=False)


def committed(circuit: Design, folder: Path) -> list[Finding]:
    """The committed files are what design and routes make, byte for byte."""
    with tempfile.TemporaryDirectory() as scratch:
        build(circuit, load(ROUTES), Path(scratch))
        stale = [n for n in GENERATED if (Path(scratch) / n).read_bytes() != (folder / n).read_bytes()]
    old = [] if MODULE.read_text(encoding="utf-8") == module_text() else [MODULE.name]
    drawings = count("committed drawings that differ from the design", stale)
    return [drawings, count("stale firmware constants", old)]


def check(folder: Path = COMMITTED) -> list[Finding]:
    """Everything."""
    circuit = design()
    return [
        schematic_rules(folder),
        *board_rules(folder),
        *agreement(circuit, folder, MODULE.read_text(encoding="utf-8")),
        decoupling(circuit),
        courtyards(circuit),
        front_end(circuit),
        antenna(circuit),
        *committed(circuit, folder),
    ]


def main() -> int:
    """Print the table."""
    findings = check(Path(sys.argv[1]) if len(sys.argv) > 1 else COMMITTED)
    print(table(findings))
    return int(any(not finding.ok for finding in findings))


if __name__ == "__main__":
    sys.exit(main())
