"""Fault flags of an insole as text."""

from typing import Final

from insole_protocol import ids

FAULTS: Final = {value: name[6:].lower() for name, value in vars(ids).items() if name.startswith("FAULT_")}


def fault_names(flags: int) -> list[str]:
    """Fault flags as text; flags that this version does not know by their number."""
    known = [name for flag, name in FAULTS.items() if flags & flag]
    rest = flags & ~sum(FAULTS)
    return known + ([f"0x{rest:04x}"] if rest else [])
