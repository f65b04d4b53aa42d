"""Design rules in millimetres, for router, board file and checks; ordinary makers of 4 layers keep them."""

CLEARANCE_MM = 0.15
EDGE_MM = 0.3
HOLE_CLEARANCE_MM = 0.25
HOLE_TO_HOLE_MM = 0.25
VIA_MM = 0.5
VIA_DRILL_MM = 0.25
SIGNAL_TRACK_MM = 0.15
POWER_TRACK_MM = 0.3
POWER_NETS = ("VBUS", "VSYS", "VBAT", "BAT_N", "PROTECT_D")


def track_mm(net: str) -> float:
    """Width of a net's tracks."""
    return POWER_TRACK_MM if net in POWER_NETS else SIGNAL_TRACK_MM
