"""The project file with the design rules, and the library tables."""

import json

from hardware.board import rules
from hardware.board.design import Design
from hardware.board.identity import PROJECT
from hardware.board.libraries import OWN

# Checks of KiCad that are switched off, each with its reason. There are no single exclusions.
SWITCHED_OFF = {
    "lib_footprint_mismatch": "our copies lose the silk lines beyond the edge; their names are board texts",
}


def project() -> str:
    """Text of the `.kicad_pro` file."""
    data = {
        "board": {
            "design_settings": {"rules": _rules(), "rule_severities": dict.fromkeys(SWITCHED_OFF, "ignore")}
        },
        "meta": {"filename": f"{PROJECT}.kicad_pro", "version": 3},
        "net_settings": {
            "classes": [
                _net_class("Default", rules.SIGNAL_TRACK_MM),
                _net_class("Power", rules.POWER_TRACK_MM),
            ],
            "meta": {"version": 4},
            "netclass_patterns": [{"netclass": "Power", "pattern": net} for net in rules.POWER_NETS],
        },
        "sheets": [],
        "text_variables": {},
    }
    return json.dumps(data, indent=2, sort_keys=True) + "\n"


def _rules() -> dict[str, object]:
    return {
        "max_error": 0.005,
        "min_clearance": rules.CLEARANCE_MM,
        "min_connection": 0.1,
        "min_copper_edge_clearance": rules.EDGE_MM,
        "min_hole_clearance": rules.HOLE_CLEARANCE_MM,
        "min_hole_to_hole": rules.HOLE_TO_HOLE_MM,
        "min_resolved_spokes": 1,
        "min_silk_clearance": 0.0,
        "min_text_height": 0.6,
        "min_text_thickness": 0.08,
        "min_through_hole_diameter": 0.2,
        "min_track_width": rules.SIGNAL_TRACK_MM,
        "min_via_annular_width": 0.1,
        "min_via_diameter": 0.45,
        "solder_mask_to_copper_clearance": 0.0,
        "use_height_for_length_calcs": True,
    }


def _net_class(name: str, track_mm: float) -> dict[str, object]:
    return {
        "name": name,
        "clearance": rules.CLEARANCE_MM,
        "track_width": track_mm,
        "via_diameter": rules.VIA_MM,
        "via_drill": rules.VIA_DRILL_MM,
        "priority": 2147483647 if name == "Default" else 0,
        "bus_width": 12,
        "wire_width": 6,
        "diff_pair_gap": 0.2,
        "diff_pair_via_gap": 0.25,
        "diff_pair_width": 0.2,
        "line_style": 0,
        "microvia_diameter": 0.3,
        "microvia_drill": 0.1,
        "pcb_color": "rgba(0, 0, 0, 0.000)",
        "schematic_color": "rgba(0, 0, 0, 0.000)",
    }


def symbol_table(design: Design) -> str:
    """Text of `sym-lib-table`."""
    names = sorted({p.kind.symbol.split(":")[0] for p in design.parts} | {"power"})
    places = {n: "${KICAD9_SYMBOL_DIR}/" + n + ".kicad_sym" for n in names} | {
        OWN: "${KIPRJMOD}/" + OWN + ".kicad_sym"
    }
    return _table("sym_lib_table", places)


def footprint_table(design: Design) -> str:
    """Text of `fp-lib-table`."""
    names = sorted({p.kind.footprint.split(":")[0] for p in design.parts})
    return _table("fp_lib_table", {n: "${KICAD9_FOOTPRINT_DIR}/" + n + ".pretty" for n in names})


def _table(name: str, places: dict[str, str]) -> str:
    lines = [
        f'  (lib (name "{library}")(type "KiCad")(uri "{place}")(options "")(descr ""))'
        for library, place in sorted(places.items())
    ]
    return "\n".join([f"({name}", "  (version 7)", *lines, ")", ""])
